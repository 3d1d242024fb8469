"""How findings that are equal but for names read as one: what they share is told once."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import Final, TypeVar

from msgspec.structs import replace

from confaudit.core.report.alike import in_one
from confaudit.present.entries import Entry, Fact, Gathered, Task
from confaudit.present.values import Chip, Name

_TIMES: Final = "\N{MULTIPLICATION SIGN}"
_Part = TypeVar("_Part")


def gathered(rows: Iterable[Entry]) -> tuple[Gathered, ...]:
    """Findings in their order, those next to each other that are equal as one."""
    groups = groupby(rows, lambda row: row.alike.kin if row.alike else row.anchor)
    return tuple(_gathered(tuple(members)) for _, members in groups)


def _gathered(rows: tuple[Entry, ...]) -> Gathered:
    first, alike = rows[0], rows[0].alike
    if len(rows) == 1 or alike is None:
        return Gathered(rows)
    facts = tuple(_shared_facts(rows))
    has_one_value = _is_shared([(row.value_term, row.before, row.after) for row in rows])
    shared = replace(
        first,
        anchor="",
        fingerprint="",
        title=f"{len(rows)} {_TIMES} {alike.title}",
        chips=tuple(_in_all([row.chips for row in rows])),
        names=(),
        instead=tuple(_in_all([row.instead for row in rows])),
        value_term=first.value_term if has_one_value else "",
        before=first.before if has_one_value else None,
        after=first.after if has_one_value else None,
        facts=facts,
        strip=first.strip if _is_shared([row.strip for row in rows]) else None,
        patches=(),
        places=(),
        nearest="",
    )
    return Gathered(tuple(_own(row, shared) for row in rows), shared, tuple(_tasks(rows)))


def _own(row: Entry, shared: Entry) -> Entry:
    """A row without what all share."""
    told = {fact.term for fact in shared.facts}
    return replace(
        row,
        title=row.alike.own if row.alike else "",
        names=_with_own_name(row),
        chips=tuple(_quiet(chip, shared.chips) for chip in row.chips),
        instead=tuple(one for one in row.instead if one not in shared.instead),
        value_term="" if shared.value_term else row.value_term,
        before=None if shared.value_term else row.before,
        after=None if shared.value_term else row.after,
        facts=tuple(fact for fact in row.facts if fact.term not in told),
        strip=None,  # a picture for each would bury the names
    )


def _with_own_name(row: Entry) -> tuple[Name, ...]:
    """What the title of a single one would name, and the title of all cannot."""
    about = row.alike.about if row.alike else ""
    return (Name(about), *row.names) if about else row.names


def _quiet(chip: Chip, shared: Sequence[Chip]) -> Chip:
    return replace(chip, is_shown=False) if chip in shared else chip


def _is_shared(parts: Sequence[object]) -> bool:
    return all(part == parts[0] for part in parts)


def _in_all(parts: Sequence[tuple[_Part, ...]]) -> Iterator[_Part]:
    """What all have, in the order of the first."""
    return (one for one in parts[0] if all(one in other for other in parts))


def _shared_facts(rows: Sequence[Entry]) -> Iterator[Fact]:
    """The facts that are the same for all, or would be without their names."""
    for fact in rows[0].facts:
        others = [one for row in rows for one in row.facts if one.term == fact.term]
        if len(others) != len(rows):
            continue
        if _is_shared([one.texts for one in others]):
            yield fact
        elif fact.of_each and _is_shared([one.of_each for one in others]):
            yield replace(fact, texts=fact.of_each)


# --- what to do ---------------------------------------------------------------------------------


def _tasks(rows: Sequence[Entry]) -> Iterator[Task]:
    """The steps of all; between those that all begin and end with, what is to be done for each."""
    steps = [row.steps for row in rows]
    lead = _shared_length(steps)
    tail = _shared_length([one[lead:][::-1] for one in steps])
    yield from map(Task, steps[0][:lead])
    yield from _own_tasks(rows, lead, tail)
    yield from map(Task, steps[0][len(steps[0]) - tail :])


def _shared_length(rows: Iterable[Sequence[str]]) -> int:
    columns = zip(*rows, strict=False)
    return len([*takewhile(_is_shared, columns)])


def _own_tasks(rows: Sequence[Entry], lead: int, tail: int) -> Iterator[Task]:
    own = [row.steps[lead : len(row.steps) - tail] for row in rows]
    patterns = [row.alike.steps[lead : len(row.steps) - tail] for row in rows if row.alike]
    if _is_shared(patterns):
        for texts, pattern in zip(zip(*own, strict=True), patterns[0], strict=True):
            yield Task(in_one(texts, [pattern]) or pattern)
        return
    for text in dict.fromkeys(text for texts in own for text in texts):
        those = [row for row, texts in zip(rows, own, strict=True) if text in texts]
        yield Task(text, _names(text, those))


def _names(text: str, rows: Sequence[Entry]) -> tuple[str, ...]:
    """What a step is for, unless it says so itself."""
    is_told = all(any(name.text in text for name in row.names) for row in rows)
    return () if is_told else tuple(row.names[0].text for row in rows if row.names)
