"""How it reads what people decided: what does not count and why, and which exceptions are idle."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.judge.exceptions import ExceptionEntry
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy
from confaudit.core.report.naming import name_of
from confaudit.present.findings import within
from confaudit.present.inline_diff import middle_out
from confaudit.present.sentences import WAYS, sentence


class DecisionShown(Struct, frozen=True):
    """A finding that people decided about, or an exception that is about none."""

    title: str
    labels: tuple[str, ...]
    """By what to speak of it: names, rule, fingerprint."""
    outcome: str = ""
    """What became of it and until when, in a few words; empty where it goes without saying."""
    reason: str = ""
    """Of who decided."""
    facts: tuple[str, ...] = ()
    """Whose exception it is, and where it stands."""


class Decisions(Struct, frozen=True):
    """What one thing became of."""

    anchor: str
    title: str
    rows: tuple[DecisionShown, ...]
    is_folded: bool = True
    """Whether only a reader who asks for more needs to see it."""

    def beneath(self, anchor: str) -> "Decisions":
        """The same as part of something, with a link of its own."""
        return replace(self, anchor=f"{anchor}-{self.anchor}")


def decisions(judged: Judged, limit: int) -> tuple[Decisions, ...]:
    """Expired exceptions first: they are to be acted on."""
    groups = (
        Decisions("expired", "Expired exceptions", tuple(_lapsed(judged, limit)), is_folded=False),
        Decisions("not-counted", "Not counted", tuple(_excused(judged.excused, limit))),
        Decisions("before", "Were there before", tuple(_excused(judged.older, limit))),
    )
    return tuple(group for group in groups if group.rows)


def idle_exceptions(judged: Judged, limit: int) -> tuple[Decisions, ...]:
    """The exceptions that are about nothing that was found, if there are any."""
    rows = tuple(_idle(entry, limit) for entry in judged.unmatched)
    return (Decisions("idle", "Exceptions about nothing that was found", rows),) if rows else ()


def _lapsed(judged: Judged, limit: int) -> Iterator[DecisionShown]:
    known = {one.fingerprint: one for one in judged.everything} if judged.lapsed else {}
    for one in judged.lapsed:
        row = replace(_row(known[one.fingerprint], limit), outcome=within(one.why, limit))
        yield _told(row, one.entry, limit)


def _excused(suppressed: Iterable[Suppressed], limit: int) -> Iterator[DecisionShown]:
    for one in suppressed:
        row = _row(one.finding, limit)
        outcome = WAYS[one.by] if one.by is not SuppressedBy.BEFORE else ""
        if one.entry:
            held = within(f"{outcome} {one.entry.ends}".rstrip(), limit)
            yield _told(replace(row, outcome=held), one.entry, limit)
        else:
            yield replace(row, outcome=outcome, reason=within(one.reason, limit))


def _row(finding: Finding, limit: int) -> DecisionShown:
    labels = filter(None, (name_of(finding), finding.rule.id, finding.fingerprint))
    return DecisionShown(
        middle_out(sentence(finding), limit), tuple(within(one, limit) for one in labels)
    )


def _idle(entry: ExceptionEntry, limit: int) -> DecisionShown:
    labels = tuple(within(one, limit) for one in entry.about)
    title = within(f"{entry.decision} {entry.ends}".rstrip(), limit)
    return _told(DecisionShown(title, labels), entry, limit)


def _told(row: DecisionShown, entry: ExceptionEntry, limit: int) -> DecisionShown:
    """A row with whose the exception is, why, and where it stands."""
    facts = (f"owner {entry.owner}" if entry.owner else "", entry.where)
    told = tuple(within(fact, limit) for fact in facts if fact)
    return replace(row, reason=within(entry.reason, limit), facts=told)
