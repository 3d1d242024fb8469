"""Old names become current ones in operators' own files, where that is safe; with the patches.

Decides what can be rewritten in the texts that there are. Which names mean the same is known to
`migrate.names`; how they stand in a text to `migrate.lines` and `migrate.server_yaml`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, Protocol, TypeAlias

from msgspec import Struct

from confaudit.core.coder.names import written
from confaudit.core.coder.releases import Release
from confaudit.core.given import (
    BY_SYSTEMD,
    Channel,
    Form,
    Given,
    GivenState,
    OperatorSettings,
    Position,
)
from confaudit.core.judge.finding import Patch, Phase
from confaudit.core.migrate.lines import LinesEditor
from confaudit.core.migrate.names import OldName, RenameGroup, groups
from confaudit.core.migrate.server_yaml import YamlEditor
from confaudit.core.snapshot.redact import public_settings
from confaudit.reticent import Reticent


class Rewrite(Reticent, frozen=True):
    """One entry of a file that was rewritten."""

    unsaid: ClassVar = frozenset({"given"})

    given: Given
    """As it stood."""
    new: str
    """Its new name. Where the file had that one as well, saying the same, the entry is gone."""
    phase: Phase
    """BEFORE when the release that runs knows the new name already, else DURING."""
    patch: Patch


class Migration(Reticent, frozen=True):
    """The operator's files with current names, and what was left alone."""

    unsaid: ClassVar = frozenset({"texts"})

    texts: Mapping[str, str]
    """File → its text, every file that was given; all but names is kept byte for byte."""
    patches: tuple[Rewrite, ...]
    """In the order of the entries."""
    skipped: tuple[tuple[str, str], ...]
    """Old name → why it stays, completing "left as it is: …"."""


class Migrant(Reticent, frozen=True):
    """A deployment whose files are to be rewritten."""

    unsaid: ClassVar = frozenset({"operator", "texts"})

    operator: OperatorSettings
    """What the files say, not redacted: whether two values are the same only shows as they are."""
    texts: Mapping[str, str]
    """The files as they lie on disk, by the name that positions have."""
    source: Release
    target: Release


def migrate(*migrants: Migrant) -> Migration:
    """Use the names that the targets call current, as far as that changes nothing else.

    What several deployments read from one file is rewritten once, and only if all agree.
    """
    editors: dict[str, _Editor] = {}
    plans = [plan for one in migrants for plan in _plans(one, editors)]
    agreed = _agreed(plans, migrants)
    rewrites: dict[_Place, Rewrite] = {}
    skipped: dict[str, str] = {}
    for plan in plans:
        if plan not in agreed:
            why = plan.obstacle or _DISPUTED
            skipped |= {written(entry.given): why for entry in plan.group.entries}
            continue
        for place, entry in plan.entries.items():
            if place not in rewrites:
                rewrites[place] = plan.bench.rewrite(entry, plan.group.phase)
    everything = (place for one in migrants for place in _places(one.operator).values())
    return Migration(
        texts={name: editors[name].text for one in migrants for name in one.texts},
        patches=tuple(rewrites[one] for one in dict.fromkeys(everything) if one in rewrites),
        skipped=tuple(skipped.items()),
    )


_Place: TypeAlias = tuple[Position, Channel, str, int]
"""An entry of a file, whoever reads it; the last number tells it from others like it there."""


def _places(operator: OperatorSettings) -> Mapping[int, _Place]:
    """Where each entry stands, by its identity."""
    seen: Counter[tuple[Position, Channel, str]] = Counter()
    found: dict[int, _Place] = {}
    for given in operator.given:
        where = (given.position, given.channel, given.name)
        found[id(given)] = (*where, seen[where])
        seen[where] += 1
    return found


class _Plan(Struct, frozen=True, eq=False):
    """Entries that one deployment would have rewritten together."""

    bench: "_Bench"
    group: RenameGroup
    entries: Mapping[_Place, OldName]
    obstacle: str


def _plans(migrant: Migrant, editors: dict[str, "_Editor"]) -> Iterator[_Plan]:
    bench, places = _Bench(migrant, editors), _places(migrant.operator)
    for group in groups(migrant.operator, migrant.source, migrant.target):
        entries = {places[id(entry.given)]: entry for entry in group.entries}
        yield _Plan(bench, group, entries, group.obstacle or bench.obstacle(group))


def _agreed(plans: Iterable[_Plan], migrants: Iterable[Migrant]) -> frozenset[_Plan]:
    """The plans of which every entry is to be rewritten by all that read it."""
    readers = Counter(place for one in migrants for place in _places(one.operator).values())
    ready = [plan for plan in plans if not plan.obstacle]
    while True:
        votes = Counter(place for plan in ready for place in plan.entries)
        agreed = [plan for plan in ready if all(votes[one] >= readers[one] for one in plan.entries)]
        if len(agreed) == len(ready):
            return frozenset(agreed)
        ready = agreed


class _Editor(Protocol):
    """Changes the entries of one text; only those that it said can be changed."""

    def can_rename(self, given: Given, new: str) -> bool:
        """Whether the name of an entry can be told from all else in the text."""

    def can_drop(self, given: Given, kept: Given) -> bool:
        """Whether an entry can be taken out, where another says the same."""

    def rename(self, given: Given, new: str, *, public: bool) -> Patch:
        """Give an entry another name; the patch shows its value only if that is public."""

    def drop(self, given: Given, kept: Given, *, public: bool) -> Patch:
        """Take an entry out; its comments stay."""

    @property
    def text(self) -> str:
        """The text with all changes."""


class _Bench:
    """The files that are being rewritten."""

    def __init__(self, migrant: Migrant, editors: dict[str, _Editor]) -> None:
        operator, self._texts = migrant.operator, migrant.texts
        by_yaml = {one.position.file for one in operator.given if one.form is Form.SERVER_YAML}
        for name, text in self._texts.items():
            if name not in editors:
                editors[name] = YamlEditor(text) if name in by_yaml else LinesEditor(text)
        self.editors = editors
        specs = (*migrant.source.options.values(), *migrant.target.options.values())
        self._encrypted = {
            one.position.file for one in operator.given if one.state is GivenState.ENCRYPTED
        }
        self._public = {id(one) for one in public_settings(operator, specs)}

    def obstacle(self, group: RenameGroup) -> str:
        """Why the entries cannot be rewritten in these texts; empty when they can."""
        return next(filter(None, map(self._obstacle, group.entries)), "")

    def _obstacle(self, entry: OldName) -> str:
        given = entry.given
        editor = self.editors.get(given.position.file)
        if editor is None:
            return "its file is not here"
        of_itself = given.form in _OF_A_SHELL and given.name in given.refers_to
        if given.state is GivenState.PASS_THROUGH or of_itself:
            return "its value comes from the shell, under the same name"
        if given.position.file in self._encrypted:
            return "its file is encrypted, and the checksum covers its names as well"
        if self._is_referred_to(given):
            return "something else refers to it by its name"
        if entry.kept is None:
            return "" if editor.can_rename(given, entry.new) else _CROWDED
        return "" if editor.can_drop(given, entry.kept) else _SUPERFLUOUS

    def _is_referred_to(self, given: Given) -> bool:
        """Whether a value is made of an entry, or taken from it by its key."""
        name = re.escape(given.name)
        if given.channel is not Channel.ENV or given.form is Form.COMPOSE:
            return False  # `${NAME}` in a compose file means the shell's, never its own entries
        if given.form in _OF_A_SHELL:
            return self._says(rf"\$\{{?{name}\b")
        is_key = re.search(
            rf"(?m)^[ \t]*[\"']?{name}[\"']?\s*[:=]", self._texts[given.position.file]
        )
        by_key = self._says(rf"\bkey[\"']?\s*[:=]\s*[\"']?{name}\b")  # of a ConfigMap or Secret
        return self._says(rf"\$\({name}\)") or (is_key is not None and by_key)

    def _says(self, pattern: str) -> bool:
        return any(re.search(pattern, text) for text in self._texts.values())

    def rewrite(self, entry: OldName, phase: Phase) -> Rewrite:
        """Rewrite one entry."""
        given, public = entry.given, id(entry.given) in self._public
        editor = self.editors[given.position.file]
        if entry.kept is None:
            patch = editor.rename(given, entry.new, public=public)
        else:
            patch = editor.drop(given, entry.kept, public=public)
        return Rewrite(given, entry.new, phase, patch)


_OF_A_SHELL: Final = frozenset(
    {Form.ENV_FILE, *BY_SYSTEMD, Form.SCRIPT, Form.PIPELINE, Form.DOCKER_RUN} | {Form.DOCKERFILE}
)
"""Forms in which `$NAME` may mean an entry."""
_DISPUTED: Final = "another deployment reads it as well, and needs it as it is"
_CROWDED: Final = "its place in the file cannot be changed by lines alone"
_SUPERFLUOUS: Final = "its new name says the same, and it cannot be taken out by its line alone"
