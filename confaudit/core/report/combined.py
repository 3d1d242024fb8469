"""One report on several deployments: what holds for all of them, and each as a part of its own."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from confaudit.core.coder.releases import Version
from confaudit.core.judge.judge import joined
from confaudit.core.judge.verdict import (
    FIRST_SNAPSHOT,
    MAY_NOT_START,
    NEWLY_SET_UP,
    NO_SNAPSHOT,
    NOT_AUDITED,
    NOT_SET_UP,
    NOTHING_READ,
    SAFE,
    WILL_NOT_START,
    behaviours,
    broken,
    check_verdict,
    hindrance,
    review_verdict,
    to_mend,
    verdict,
)
from confaudit.core.model import MISSING, Level, Value
from confaudit.core.report.audited import Audited
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.text.wording import agreeing, listing_some, plural, visible


def combined(parts: Sequence[Report], notes: Iterable[str] = ()) -> Report:
    """The audits of several deployments as one; `notes` are on no single one of them.

    Each part is what an audit of that deployment alone gives, and the names are all different.

    Raises:
        ValueError: there are fewer than two parts, or one that is no audit of a deployment.
    """
    if len(parts) < 2 or not all(part.audited and part.kind.is_audit for part in parts):
        raise ValueError("two audits of a deployment at least")
    first = parts[0]
    return Report(
        kind=first.kind,
        title=_title(parts),
        generated_at=first.generated_at,
        tool_version=first.tool_version,
        judged=joined(part.judged for part in parts),
        rules=tuple({rule.id: rule for part in parts for rule in part.rules}.values()),
        tables=(_table(parts),),
        notes=(*notes, *shared_notes(parts)),
        statement=_statement(parts),
        as_far_as=tuple(dict.fromkeys(chain.from_iterable(part.as_far_as for part in parts))),
        nothing_read=any(part.nothing_read for part in parts),
        not_audited=any(part.not_audited for part in parts),
        parts=tuple(parts),
    )


def shared_notes(parts: Sequence[Report]) -> tuple[str, ...]:
    """What every part says that was audited, to be told once."""
    first, *others = [part for part in parts if not part.not_audited]
    return tuple(note for note in first.notes if all(note in part.notes for part in others))


# --- in words -----------------------------------------------------------------------------------


def _title(parts: Sequence[Report]) -> str:
    several = _who(parts)
    if not parts[0].kind.is_upgrade:
        return f"{_WORK.get(parts[0].kind, 'Check')} of {several}"
    ways = (part.audited.releases for part in parts if part.audited and part.audited.releases)
    ends = (
        listing_some(sorted({*end}, key=Version.parse), "release", 3)
        for end in zip(*ways, strict=False)
    )
    return f"Upgrade audit of {several}, {_way([*ends])}"


def _who(parts: Sequence[Report]) -> str:
    """How many deployments there are; beside the change itself a single one by its name."""
    names = [one.audited.name for one in parts if one.audited and one.audited.is_deployment]
    return visible(names[0]) if len(names) == 1 else plural(len(names), "deployment")


_WORK: Final = {ReportKind.REVIEW: "Review"}


def _way(releases: Sequence[str]) -> str:
    return " → ".join(map(visible, releases))


def _statement(parts: Sequence[Report]) -> str:
    """What the deployments come to, and what is about none of them."""
    itself = [part for part in parts if part.audited and not part.audited.is_deployment]
    rest = [part for part in parts if part not in itself]
    outcome = rest[0].statement if len(rest) == 1 else _of_several(rest)
    return ", ".join((outcome, *(part.statement for part in itself)))


def _of_several(parts: Sequence[Report]) -> str:
    """The worst first, and never more than is true of every part."""
    outcomes = [*map(_obstacle, parts)]
    counted = Counter(outcomes)
    several = _who(parts)
    clauses: list[str] = []
    for obstacle, words in _CLAUSES.items():
        of = "" if clauses else f" of {several}"
        if counted[obstacle]:
            clauses.append(words.format(f"{counted[obstacle]}{of}"))
    if counted[WILL_NOT_START] or counted[MAY_NOT_START]:
        found = [one for part in parts for one in part.judged.found]
        clauses += (*behaviours(found), *broken(found)) if parts[0].kind.is_upgrade else ()
    elif counted[""]:
        rest = [part for part, obstacle in zip(parts, outcomes, strict=True) if not obstacle]
        others = agreeing(len(rest), "the other", "the others")
        clauses.append(_outcome(others if clauses else several, rest))
    return ", ".join(clauses)


def _obstacle(part: Report) -> str:
    if part.not_audited:
        return NOT_AUDITED
    return hindrance(part.judged.found, is_read=not part.nothing_read)


_CLAUSES: Final = {
    WILL_NOT_START: f"{{}} {WILL_NOT_START}",
    MAY_NOT_START: f"{{}} {MAY_NOT_START}",
    NOTHING_READ: f"{NOTHING_READ} for {{}}",
    NOT_AUDITED: "{} not audited",
}


def _outcome(who: str, parts: Sequence[Report]) -> str:
    """What deployments that start come to."""
    found = [one for part in parts for one in part.judged.found]
    if parts[0].kind is ReportKind.CHECK:
        return f"{who}: {check_verdict(found)}"
    if parts[0].kind is ReportKind.REVIEW:
        turns = ", ".join(_turns(parts))
        return f"{who}: {review_verdict(found, '', is_known=True, is_read=True, opening=turns)}"
    if not parts[0].kind.is_upgrade:
        return f"{who}: {to_mend(found)}"
    if verdict(found, is_known=not any(part.as_far_as for part in parts)) == SAFE:
        return f"{who}: {SAFE}"
    starts = f"{who} {agreeing(len(parts), 'starts', 'start')}"
    return ", ".join((starts, *behaviours(found), *broken(found)))


def _turns(parts: Sequence[Report]) -> Iterator[str]:
    """What weighs more than a setting: how many come, go, and run another release."""
    for statement, words in _TURNS.items():
        if count := sum(part.statement.startswith(statement) for part in parts):
            yield f"{count} {words}"
    moved = sum(len(part.audited.releases) > 1 for part in parts if part.audited)
    if moved:
        yield f"{moved} {agreeing(moved, 'goes', 'go')} to another release"


_TURNS: Final = {
    NEWLY_SET_UP: "newly set up",
    NOT_SET_UP: "no longer set up",
    FIRST_SNAPSHOT: "recorded for the first time",
    NO_SNAPSHOT: "no longer recorded",
}


# --- the deployments at a glance ----------------------------------------------------------------

_COLUMNS: Final = (
    Column("deployment", "Deployment", is_code=True),
    Column("verdict", "Verdict"),
    *(Column(level.word, level.word.capitalize()) for level in reversed(Level)),
    Column("release", "Coder", is_code=True),
    Column("told_by", "Release told by"),
    Column("form", "What it is"),
)


def _table(parts: Sequence[Report]) -> Table:
    """Who tells the releases needs saying where that is not each deployment itself."""
    audited = [part.audited for part in parts if part.audited]
    is_plain = not any(one.told_by for one in audited)
    columns = tuple(one for one in _COLUMNS if not (is_plain and one.id == "told_by"))
    rows = tuple(_row(part, part.audited) for part in parts if part.audited)
    return Table("deployments", "Deployments", columns, rows)


def _row(part: Report, audited: Audited) -> Mapping[str, Value]:
    """Where all of an upgrade go is in the title; what was not audited has nothing to count."""
    levels = {} if part.not_audited else part.levels
    counts = {level.word: number for level, number in levels.items()}
    return {
        "deployment": audited.name,
        "form": list(audited.forms),
        "release": _release(part, audited),
        "told_by": audited.told_by or "itself",
        "verdict": _outcome_of(part),
        **counts,
    }


def _release(part: Report, audited: Audited) -> Value:
    """What runs; in a review, where each may go elsewhere, also where it goes."""
    shown = audited.releases if part.kind is ReportKind.REVIEW else audited.releases[:1]
    return " → ".join(shown) or MISSING


def _outcome_of(part: Report) -> str:
    """The verdict of one, less what other columns tell."""
    if part.not_audited:
        return "not audited"
    return part.statement if part.kind.is_upgrade else _obstacle(part) or part.statement
