"""The Report: the one value every renderer receives. A renderer shows it and adds no fact."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from confaudit.core import tree
from confaudit.core.changes.attribution import BY_CAUSE
from confaudit.core.coder.documented import Fit
from confaudit.core.history.entry import Entry
from confaudit.core.history.tally import Tally
from confaudit.core.judge.finding import Finding, Origin, Rule
from confaudit.core.judge.judge import NOTHING_FOUND, Judged
from confaudit.core.judge.verdict import (
    controls_turned,
    names_not_known,
    other_things,
    so_already,
)
from confaudit.core.model import (
    Cause,
    Change,
    ChangeKind,
    Fidelity,
    Json,
    Level,
    Snapshot,
    Subject,
    Value,
)
from confaudit.core.report.audited import Audited
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.not_counted import in_brief, in_words
from confaudit.core.text.wording import agreeing, amount, listing, plural

if TYPE_CHECKING:
    from confaudit.core.lifecycle.lives import Lives


class Side(Struct, frozen=True):
    """One of the two things compared."""

    label: str
    deployment: str
    version: str
    taken_at: datetime | None
    fidelity: Fidelity
    commit: str
    options: int
    """How many options it has; 0 when the input carries none."""
    leaves: int
    """How many config leaves it has."""
    fit: Fit | None = None
    """Of a docs page the releases that it is most like."""


class Column(Struct, frozen=True):
    """One column of a table."""

    id: str
    """Key of its cells, also for programs: a word in snake case."""
    title: str
    is_code: bool = False
    """Whether its cells are to be typed as they are: names, versions, values."""


class Table(Struct, frozen=True):
    """Rows for people and programs alike: each format lays them out in its own way."""

    id: str
    """A plural noun in kebab case, unique within a report: `releases`."""
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    """Cells by column; what is not known or does not apply is MISSING or left out."""
    is_folded: bool = False
    """Whether only a reader who asks for more needs to see the rows."""
    bars: tuple[str, ...] = ()
    """Columns of numbers that are drawn: each row is one bar put together of them; none for a
    plain table."""


class Report(Struct, frozen=True):
    """What a job found, with everything a reader needs to judge it. Parts may be empty."""

    title: str
    generated_at: datetime
    tool_version: str
    kind: ReportKind = ReportKind.DIFF
    before: Side | None = None
    """Of a comparison, like `after`; other reports have neither."""
    after: Side | None = None
    judged: Judged = NOTHING_FOUND
    """What was found: changes, and what an audit has to say."""
    rules: tuple[Rule, ...] = ()
    """Every rule that was looked for, whether or not it found anything."""
    prediction: Mapping[str, Json] | None = None
    """What an upgrade would make of the configuration, for programs; redacted like all else."""
    tables: tuple[Table, ...] = ()
    lives: "Lives | None" = None
    entries: Collection[Entry] = ()
    """Of a history the snapshots that changed something, newest first."""
    notes: tuple[str, ...] = ()
    """Coverage: what could not be compared or is not known, in whole sentences."""
    statement: str = ""
    """The verdict, where it is not to be counted from the changes."""
    as_far_as: tuple[str, ...] = ()
    """The releases whose facts had to do where those asked for are not known, or not all of them,
    or where a word such as `latest` was asked for, which may mean a newer one; empty where the
    report rests on nothing of the kind."""
    nothing_read: bool = False
    """Of an audit: whether it had none of Coder's settings to look at, so that finding nothing
    means nothing."""
    not_audited: bool = False
    """Of one of several deployments: whether it was left out, as nothing tells what it runs, or
    its last snapshot cannot be read."""
    audited: Audited | None = None
    """Of an audit of one deployment."""
    parts: tuple["Report", ...] = ()
    """Of an audit of several deployments the whole report on each, see `combined`."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What an audit has to say, in the order to list it."""
        return tuple(one for one in self.judged.shown if one.change is None)

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, in the order to list them."""
        return tuple(one.change for one in self.judged.shown if one.change)

    @property
    def hidden(self) -> int:
        """How many changes or findings the reader chose not to see."""
        return self.judged.hidden

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """What the verdict, the colour and the exit code go by: what is listed.

        Of an audit everything that was found: a server that will not start does not start because
        a filter hides the reason.
        """
        return self.judged.found if self.kind.is_audit else self.judged.shown

    @property
    def is_upgrade(self) -> bool:
        """Whether an upgrade lies ahead: its kind says so, or the release that it is to go to.

        What snapshots show, whose sides name the deployment, has happened already.
        """
        goes_on = bool(self.audited and len({*self.audited.releases}) > 1)
        return self.kind.is_upgrade or (goes_on and not any(one.deployment for one in self.sides))

    @property
    def sides(self) -> tuple[Side, ...]:
        """The two things compared; none in other reports."""
        return (self.before, self.after) if self.before and self.after else ()

    @property
    def deployments(self) -> tuple[Audited, ...]:
        """Of a report on several deployments each of them."""
        audited = (part.audited for part in self.parts)
        return tuple(one for one in audited if one and one.is_deployment)

    @property
    def deployment(self) -> str:
        """Name of the deployment it is about; empty when it has none, or they are several."""
        if self.audited:
            return self.audited.name
        return next((side.deployment for side in reversed(self.sides) if side.deployment), "")

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """Number of changes by kind, every kind present."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in ChangeKind}

    @property
    def subjects(self) -> Mapping[Subject, int]:
        """Number of changes by subject, every subject present."""
        found = Counter(change.subject for change in self.changes)
        return {subject: found[subject] for subject in Subject}

    @property
    def causes(self) -> Mapping[Cause, int]:
        """Number of changes by cause, every cause present; none at all where nobody judged."""
        found = Counter(change.cause for change in self.changes if change.cause)
        return {cause: found[cause] for cause in Cause} if found else {}

    @property
    def levels(self) -> Mapping[Level, int]:
        """Number of the findings that decide by level, the worst first, every level present."""
        found = Counter(finding.severity for finding in self.deciding)
        return {level: found[level] for level in reversed(Level)}

    @property
    def origins(self) -> Mapping[Origin, int]:
        """Number of the findings that a headline counts by origin; none where nobody asked."""
        found = Counter(one.origin for one in self.deciding if one.is_counted)
        return {origin: found[origin] for origin in Origin} if found.keys() - {None} else {}

    @property
    def worst(self) -> Level | None:
        """The highest level of all that decides; None when there is nothing."""
        return max((finding.severity for finding in self.deciding), default=None)

    @property
    def is_incomplete(self) -> bool:
        """Whether it rests on less than what was asked about, so that nothing is called safe."""
        return bool(self.as_far_as) or self.nothing_read or self.not_audited

    @property
    def nothing_compared(self) -> bool:
        """Whether neither side holds anything: no difference would then mean nothing."""
        return not (self.changes or self.hidden) and not any(
            side.options or side.leaves for side in self.sides
        )

    @property
    def verdict(self) -> str:
        """What it comes to, in a few words or a sentence or two; never without its caveat."""
        sentence = self._outcome
        return f"{sentence.removesuffix('.')}, {self.caveat}" if self.caveat else sentence

    @property
    def caveat(self) -> str:
        """How far what it rests on is known; empty where that is all there is to know."""
        if not self.as_far_as:
            return ""
        verb = agreeing(len(self.as_far_as), "is", "are")
        return f"as far as {listing(self.as_far_as)} {verb} known"

    @property
    def _outcome(self) -> str:
        if self.statement or not self.sides:
            return self.statement
        if self.nothing_compared:
            return "Nothing was compared."
        if not self.changes and not self.hidden:
            return "No difference that counts." if self._is_excused else "No difference."
        turned = f"{self._turned}." if self._turned else ""
        return " ".join(filter(None, (self._counted, turned, self._left_out)))

    @property
    def headline(self) -> str:
        """The verdict with what it does not speak of, for the head of every format."""
        sentence = self.verdict[:1].upper() + self.verdict[1:]
        filtered = self._filtered if self.kind.is_audit else ""
        is_read = not self.nothing_read
        others = other_things(self.deciding, is_read=is_read) if self.is_upgrade else ()
        beside = (
            *names_not_known(self.deciding),
            *filter(None, (filtered,)),
            *in_words(self.judged),
        )
        already = so_already(self.deciding)
        if not (others or already or beside):
            return sentence
        brought = ", ".join((sentence.removesuffix("."), *others))
        return ", ".join(("; ".join((brought, *already)), *beside))

    @property
    def _is_excused(self) -> bool:
        """Whether something was found that does not count."""
        return bool(self.judged.excused or self.judged.older)

    @property
    def _filtered(self) -> str:
        return f"{plural(self.hidden, 'finding')} hidden by filters" if self.hidden else ""

    @property
    def empty(self) -> str:
        """Why nothing is listed; empty when something is, or the verdict says it."""
        if self.judged.shown or self.parts or (self.statement and not self.kind.is_audit):
            return ""
        if self.kind.is_audit:
            return _NOTHING_LISTED if self.hidden else self._nothing_found
        if not self.sides:
            return ""
        if self.nothing_compared:
            return "Neither side holds an option or a config leaf, so there was nothing to compare."
        if self.hidden:
            return _NONE_OF_THESE
        return _ALL_EXCUSED if self._is_excused else "Everything both sides tell is the same."

    @property
    def _nothing_found(self) -> str:
        if self.not_audited:
            return _NO_RELEASE if self.kind.is_upgrade else ""
        if self.nothing_read:
            return _NOTHING_TO_LOOK_AT
        return _NOTHING_COUNTS if self._is_excused else _NOTHING_TO_DO

    @property
    def _counted(self) -> str:
        """The changes by who caused them, or by kind where nobody judged."""
        if not self.changes:
            return ""
        by_cause = [f"{n} {self._by(cause)}" for cause, n in self.causes.items() if n]
        by_kind = [f"{n} {_PHRASE[kind]}" for kind, n in self.counts.items() if n]
        return f"{plural(len(self.changes), 'change')}: {', '.join(by_cause or by_kind)}."

    def _by(self, cause: Cause) -> str:
        versions = [side.version for side in self.sides]
        is_upgrade = all(versions) and versions[0] != versions[1]
        if cause is Cause.RELEASE and is_upgrade:
            return f"by the release {' → '.join(versions)}"
        return BY_CAUSE[cause]

    @property
    def _turned(self) -> str:
        return controls_turned(self.findings)

    @property
    def _left_out(self) -> str:
        if not self.hidden:
            return ""
        what = f"{self.hidden} more" if self.changes else plural(self.hidden, "change")
        return f"{what} {agreeing(self.hidden, 'is', 'are')} hidden by filters."

    @property
    def _unread(self) -> str:
        number = sum(part.nothing_read for part in self.parts)
        left_out = sum(part.not_audited for part in self.parts)
        unread = f"nothing read{f' for {number}' if number else ''}" if self.nothing_read else ""
        return ", ".join(filter(None, (unread, f"{left_out} not audited" if left_out else "")))

    @property
    def result(self) -> str:
        """The greppable last line of text output."""
        if self.kind.is_audit:
            counts = ", ".join(f"{number} {level.word}" for level, number in self.levels.items())
            number = len(self.deployments)
            where = f" in {plural(number, 'deployment')}" if number else ""
            said = (f"{counts}{where}", self._unread, self.caveat)
            beside = f" ({', '.join(self._left_aside)})" if self._left_aside else ""
            return f"result: {', '.join(filter(None, said))}{beside}"
        if self.kind is ReportKind.LOG:
            return Tally(self.entries).result
        if not self.sides:
            sizes = (amount(len(table.rows), table.id) for table in self.tables)
            return f"result: {', '.join(sizes)}"
        numbers = [*self.causes.items(), *self.counts.items()]
        counted = (f"{number} {what}" for what, number in numbers)
        beside = ", ".join((*counted, *self._left_aside))
        turned = f", {self._turned}" if self._turned else ""
        return f"result: {plural(len(self.changes), 'change')} ({beside}){turned}"

    @property
    def _left_aside(self) -> tuple[str, ...]:
        already = self.origins.get(Origin.TODAY, 0)
        counted = {"so already today": already, "hidden": self.hidden}
        told = (f"{number} {what}" for what, number in counted.items() if number)
        return (*told, *in_brief(self.judged))


_NOTHING_TO_DO = "There is nothing to do, as far as can be seen from here."
_NOTHING_COUNTS = "What was found does not count, see below."
_NOTHING_TO_LOOK_AT = (
    "Nothing can be said: none of Coder's settings was read. Give the files that set the server up."
)
_NO_RELEASE = "Say with --from which release runs, as in 2.33.0, to have it audited."
_NOTHING_LISTED = (
    "Nothing that was found is among what you asked to see; the verdict is on all of it."
)
_ALL_EXCUSED = "There are differences, and it was decided that none of them counts."
_NONE_OF_THESE = "There are differences, none of them among what you asked to see."
_PHRASE = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed in value",
    ChangeKind.RENAMED: "renamed",
    ChangeKind.SOURCE: "set from elsewhere",
    ChangeKind.DECLARED: "declared differently",
}


def side(snapshot: Snapshot, fit: Fit | None = None) -> Side:
    """Describe a snapshot for the head of a report; `fit` tells what it is most like."""
    return Side(
        label=snapshot.label,
        deployment=snapshot.deployment,
        version=snapshot.version,
        taken_at=snapshot.taken_at,
        fidelity=snapshot.fidelity,
        commit=snapshot.commit,
        options=len(snapshot.settings),
        leaves=sum(1 for _ in tree.leaves(snapshot.config)),
        fit=fit,
    )
