"""One shape for all that a report lists: an entry, be it a finding or a change, and a group.

What an entry does not have is empty, and a layout leaves it out.
"""

from collections.abc import Hashable

from msgspec import Struct

from confaudit.core.model import ChangeKind
from confaudit.present.charts import Strip
from confaudit.present.inline_diff import Items
from confaudit.present.values import Chip, Name, Shown


class Fact(Struct, frozen=True):
    """Something about a finding: a term, and one text or several."""

    term: str
    texts: tuple[str, ...]
    is_code: bool = False
    """To be typed as it is: a file's name, a reference."""
    is_general: bool = False
    """It holds for every finding of the rule."""
    is_place: bool = False
    """It is among the places of the entry."""
    is_remark: bool = False
    """Somebody wrote it beside the finding, for whoever meets it."""
    page: str = ""
    """The public page that its one text names, safe to be a link."""
    of_each: tuple[str, ...] = ()
    """The texts where several findings share them, without the names of one; empty for the same."""


class PlaceShown(Struct, frozen=True):
    """Where a finding stands, and what of the line may be shown."""

    text: str
    """`file:line:column`, as far as known."""
    line: int
    before: str = ""
    """What stands before the name."""
    name: str = ""
    """Empty where nothing of the line may be shown."""
    after: str = ""


class PatchShown(Struct, frozen=True):
    """Lines to change in one of the operator's files."""

    form: str
    """What kind of file it is, in words."""
    place: str
    """File and line."""
    remove: tuple[str, ...]
    add: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The lines as a diff."""
        return (*(f"- {line}" for line in self.remove), *(f"+ {line}" for line in self.add))


class Remark(Struct, frozen=True):
    """Something beside the value; `before` and `after` are empty for a mere statement."""

    text: str
    before: str = ""
    after: str = ""
    is_reassuring: bool = False
    """It says that nothing is to be done; where room is short it can go without saying."""


class Kind(Struct, frozen=True):
    """What equal findings have in common."""

    kin: Hashable
    """Equal for those that are told as one."""
    title: str
    """What they are: `Old name of an option`."""
    sentence: str
    """What they say, with a blank in place of the name; empty where that would be more blanks."""
    own: str
    """What this one says beside it."""
    about: str
    """The name that this one is about, where it is none of its option's: a misspelt one."""
    steps: tuple[str, ...]
    """Of the finding, with such blanks."""


class Entry(Struct, frozen=True):
    """One finding or change, ready to be laid out."""

    anchor: str
    """Stable and unique within a report; fit for an HTML id and a URL fragment."""
    fingerprint: str
    rule: str
    """Permanent id of the rule."""
    title: str
    """One sentence; of a change the display name of its option, else the dotted path."""
    chips: tuple[Chip, ...]
    """What it is to be told from others by; then what there is to filter by only."""
    names: tuple[Name, ...]
    """The option's, else of a finding the name of what it is about."""
    before: Shown | None
    after: Shown | None
    is_quiet: bool = False
    """Whether one line is enough for it."""
    kind: ChangeKind | None = None
    """Of a change."""
    is_path: bool = False
    """Whether the title is a name to be typed as it is, such as the dotted path of a leaf."""
    is_same: bool = False
    """Whether `after` is all there is to show: `before` would repeat it."""
    items: Items | None = None
    """To show in place of two values when both are lists or both are mappings."""
    remarks: tuple[Remark, ...] = ()
    """What a change did beside the value."""
    evidence: str = ""
    """How the cause of a change is known; empty where nobody asked."""
    instead: tuple[tuple[Name, ...], ...] = ()
    """The names of each option to use in its place."""
    value_term: str = ""
    """What `before` and `after` of a finding are; empty when neither is known."""
    facts: tuple[Fact, ...] = ()
    strip: Strip | None = None
    """The life of the option near the reader, for whoever can draw."""
    steps_term: str = ""
    """When the steps are to be taken."""
    steps: tuple[str, ...] = ()
    patches: tuple[PatchShown, ...] = ()
    places: tuple[PlaceShown, ...] = ()
    """Of a finding."""
    nearest: str = ""
    """`file:line` that comes nearest to a finding that stands nowhere, see `Finding.nearest`."""
    alike: Kind | None = None
    """Of a finding."""


class Task(Struct, frozen=True):
    """A step of several findings."""

    text: str
    of: tuple[str, ...] = ()
    """The names of those it is for; empty where it is for all, or names them itself."""


class Gathered(Struct, frozen=True):
    """Equal findings told as one, or a single one."""

    rows: tuple[Entry, ...]
    """Each with what it does not share, and its labels not to be shown again."""
    shared: Entry | None = None
    """What all rows share, under a title for all of them; None of a single one."""
    tasks: tuple[Task, ...] = ()
    """What to do about all of them; none of a single one, which has its steps."""


class Group(Struct, frozen=True):
    """Entries that belong together: changes, or findings that ask for the same of the operator."""

    anchor: str
    part: str
    """Heading over this group and its neighbours; empty when its own title is enough."""
    title: str
    rows: tuple[Entry, ...]
    is_folded: bool
    """Whether only a reader who asks for more needs to see the entries."""
    are_changes: bool

    @property
    def chips(self) -> tuple[Chip, ...]:
        """The labels to filter by only that all entries wear: of thousands, none needs them."""
        hidden = dict.fromkeys(chip for row in self.rows for chip in row.chips if not chip.is_shown)
        worn = [frozenset(row.chips) for row in self.rows]
        return tuple(chip for chip in hidden if all(chip in one for one in worn))
