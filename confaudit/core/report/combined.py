"""One report on several deployments: what holds for all of them, and each as a part of its own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final

from confaudit.core.judge.judge import Judged
from confaudit.core.judge.verdict import (
    MAY_NOT_START,
    NOTHING_READ,
    SAFE,
    WILL_NOT_START,
    behaviours,
    hindrance,
    to_mend,
    verdict,
)
from confaudit.core.model import Level, Value
from confaudit.core.report.report import Audited, Column, Report, Table
from confaudit.core.text.wording import listing_some, plural, visible


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
        judged=_judged(parts),
        rules=tuple({rule.id: rule for part in parts for rule in part.rules}.values()),
        tables=(_table(parts),),
        notes=(*notes, *shared_notes(parts)),
        statement=_statement(parts),
        as_far_as=tuple(dict.fromkeys(chain.from_iterable(part.as_far_as for part in parts))),
        nothing_read=any(part.nothing_read for part in parts),
        parts=tuple(parts),
    )


def shared_notes(parts: Sequence[Report]) -> tuple[str, ...]:
    """What every part says, to be told once."""
    return tuple(note for note in parts[0].notes if all(note in part.notes for part in parts))


def _judged(parts: Sequence[Report]) -> Judged:
    """Everything that was found, part after part."""
    return Judged(
        shown=tuple(chain.from_iterable(part.judged.shown for part in parts)),
        suppressed=tuple(chain.from_iterable(part.judged.suppressed for part in parts)),
        unlisted=sum(part.judged.unlisted for part in parts),
    )


# --- in words -----------------------------------------------------------------------------------


def _title(parts: Sequence[Report]) -> str:
    several = plural(len(parts), "deployment")
    if not parts[0].kind.is_upgrade:
        return f"Check of {several}"
    ways = (part.audited.releases for part in parts if part.audited)
    ends = (listing_some([*dict.fromkeys(end)], "release", 3) for end in zip(*ways, strict=False))
    return f"Upgrade audit of {several}, {_way([*ends])}"


def _way(releases: Sequence[str]) -> str:
    return " → ".join(map(visible, releases))


def _statement(parts: Sequence[Report]) -> str:
    """The worst first, and never more than is true of every part."""
    outcomes = [hindrance(part.judged.found, is_read=not part.nothing_read) for part in parts]
    counted = Counter(outcomes)
    several = plural(len(parts), "deployment")
    clauses: list[str] = []
    for obstacle, words in _CLAUSES.items():
        of = "" if clauses else f" of {several}"
        if counted[obstacle]:
            clauses.append(words.format(f"{counted[obstacle]}{of}"))
    if not (counted[WILL_NOT_START] or counted[MAY_NOT_START]) and counted[""]:
        rest = [part for part, obstacle in zip(parts, outcomes, strict=True) if not obstacle]
        clauses.append(_outcome("the others" if clauses else several, rest))
    return ", ".join(clauses)


_CLAUSES: Final = {
    WILL_NOT_START: f"{{}} {WILL_NOT_START}",
    MAY_NOT_START: f"{{}} {MAY_NOT_START}",
    NOTHING_READ: f"{NOTHING_READ} for {{}}",
}


def _outcome(who: str, parts: Sequence[Report]) -> str:
    """What deployments that start come to."""
    found = [one for part in parts for one in part.judged.found]
    if not parts[0].kind.is_upgrade:
        return f"{who}: {to_mend(found)}"
    if verdict(found, is_known=not any(part.as_far_as for part in parts)) == SAFE:
        return f"{who}: {SAFE}"
    return ", ".join((f"{who} start", *behaviours(found)))


# --- the deployments at a glance ----------------------------------------------------------------

_COLUMNS: Final = (
    Column("deployment", "Deployment", is_code=True),
    Column("form", "What it is"),
    Column("release", "Coder", is_code=True),
    Column("verdict", "Verdict"),
    *(Column(level.word, level.word.capitalize()) for level in reversed(Level)),
)


def _table(parts: Sequence[Report]) -> Table:
    rows = tuple(_row(part, part.audited) for part in parts if part.audited)
    return Table("deployments", "Deployments", _COLUMNS, rows)


def _row(part: Report, audited: Audited) -> Mapping[str, Value]:
    """Where all of an upgrade go is in the title."""
    counts = {level.word: number for level, number in part.levels.items()}
    return {
        "deployment": audited.name,
        "form": list(audited.forms),
        "release": audited.releases[0],
        "verdict": part.statement,
        **counts,
    }
