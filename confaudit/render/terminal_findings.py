"""Findings as text: a headline, the line with its name marked, what is known, and what to do.

Equal ones share all but names.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.cells import cell_len

from confaudit.present.entries import (
    Entry,
    Fact,
    Gathered,
    Group,
    PatchShown,
    PlaceShown,
    Task,
)
from confaudit.present.findings import PHASES
from confaudit.present.gathered import gathered
from confaudit.render.styled import Styled, joined, styled
from confaudit.render.terminal_parts import (
    BLANK,
    LEVEL_STYLES,
    Block,
    block,
    heading,
    names_line,
    value,
)


def findings(group: Group) -> Iterator[Block]:
    """A section of findings, a block each, equal ones as one."""
    yield BLANK
    yield Block(0, heading(group.title, len(group.rows)))
    for number, entry in enumerate(gathered(group.rows)):
        if group.is_folded:
            yield from _brief(entry)
        else:
            yield from (BLANK,) if number else ()
            yield from _alike(entry) if entry.shared else _finding(entry.rows[0])


def _brief(entry: Gathered) -> Iterator[Block]:
    """A line of what nobody has to act on, and what people wrote beside it."""
    head = entry.shared or entry.rows[0]
    yield block(2, ("· ", LEVEL_STYLES["info"]), head.title, "  ", _labels(head, head.rule))
    for row in entry.rows:
        yield from _row(row) if entry.shared else _remarks(row)


def _finding(finding: Entry) -> Iterator[Block]:
    yield _headline(finding, _where(finding))
    yield from _places(finding)
    yield from _evidence(finding)
    yield from _steps(finding.steps_term, tuple(map(Task, finding.steps)))
    yield from _patches(finding)


def _places(finding: Entry) -> Iterator[Block]:
    """The first lines that it stands on, and where the others are."""
    for number, place in enumerate(finding.places[:_MOST_LINES]):
        if number:
            yield block(4, (place.text, "dim"))
        yield from _excerpt(place)
    if others := finding.places[_MOST_LINES:]:
        yield block(4, (", ".join(place.text for place in others), "dim"))


_MOST_LINES: Final = 3
"""More of them would bury what is said."""


def _alike(entry: Gathered) -> Iterator[Block]:
    """Equal findings: what they share, and a row for each."""
    if shared := entry.shared:
        yield _headline(shared)
        if shared.alike and shared.alike.sentence:
            yield block(4, shared.alike.sentence)
        yield from _evidence(shared)
        for row in entry.rows:
            yield from _row(row)
        yield from _steps(shared.steps_term, entry.tasks)
        for row in entry.rows:
            yield from _patches(row)


def _where(finding: Entry) -> str:
    """A place that a terminal leads to; without any what it is about."""
    first = (*finding.places, None)[0]
    return first.text if first else finding.names[0].text if finding.names else ""


def _headline(finding: Entry, where: str = "") -> Block:
    level = finding.chips[0].word
    texts = ((where, "bold"), (level, LEVEL_STYLES[level]), (finding.rule, "cyan"))
    parts = (*map(styled, texts), styled(finding.title), _labels(finding))
    return Block(2, joined("  ", filter(None, parts)))


def _labels(finding: Entry, *more: str) -> Styled:
    """What level and rule leave to say, and by what to speak of the finding."""
    words = (chip.word for chip in finding.chips if chip.is_shown and chip.facet != "level")
    return styled((" · ".join(filter(None, (*words, *more, finding.fingerprint))), "dim"))


def _row(row: Entry) -> Iterator[Block]:
    """A row of equal findings: where, its line in a file if there is one, and what is its own."""
    place = (*row.places, None)[0]
    shown = _source(place) if place and place.name else Styled()
    others = (styled((other.text, "dim")) for other in row.places[1:])
    told = _side_by_side(
        (shown, _labels(row), *others, styled(row.title), *_in_brief(row), *_sentences(row))
    )
    parts = (styled((_where(row), "bold")), told)
    yield Block(4, joined("  ", filter(None, parts)))
    yield from _remarks(row)


def _source(place: PlaceShown) -> Styled:
    """What may be shown of a line, the name underlined."""
    return styled((place.before, "dim"), (place.name, "underline"), (place.after, "dim"))


def _excerpt(place: PlaceShown) -> Iterator[Block]:
    """The line under its number, and a mark below the name; cut off at the edge of the terminal."""
    if not place.name:
        return
    number = str(place.line)
    line = styled((f"{number} | ", "dim"), place.before, (place.name, "bold"), place.after)
    blanks = " " * cell_len(place.before)
    mark = styled(
        (f"{' ' * len(number)} | ", "dim"), blanks, ("^" * cell_len(place.name), "bold yellow")
    )
    yield from (Block(4, text, is_cut=True) for text in (line, mark))


def _evidence(finding: Entry) -> Iterator[Block]:
    """What this finding says, side by side as far as it fits; what people wrote beside it last."""
    lines: list[Styled] = []
    for part in (_side_by_side(_in_brief(finding)), *_sentences(finding)):
        if lines and lines[-1].width + part.width < _FITS:
            lines[-1] = _side_by_side((lines[-1], part))
        elif part:
            lines.append(part)
    yield from (Block(4, line) for line in lines)
    yield from _remarks(finding)


_FITS: Final = 90
"""Columns, on a terminal of usual width."""


def _side_by_side(parts: Iterable[Styled]) -> Styled:
    return joined((" · ", "dim"), filter(None, parts))


def _in_brief(finding: Entry) -> Iterator[Styled]:
    """Names, values, and facts that are no sentences."""
    yield from filter(None, (_other_names(finding), _two_values(finding)))
    for names in finding.instead:
        yield styled(("Instead: ", "dim"), names_line(names))
    yield from (_fact(fact) for fact in _own_facts(finding) if not fact.texts[-1].endswith("."))
    if finding.nearest:
        yield styled(("Where: ", "dim"), finding.nearest)


def _sentences(finding: Entry) -> Iterator[Styled]:
    return (_fact(fact) for fact in _own_facts(finding) if fact.texts[-1].endswith("."))


def _own_facts(finding: Entry) -> Iterator[Fact]:
    """Those that hold for this finding; `confaudit rules` tells what holds for all of its rule."""
    for fact in finding.facts:
        if not (fact.is_general or fact.is_place or fact.is_remark):
            yield fact


def _other_names(finding: Entry) -> Styled:
    """The names that the block has not told yet."""
    where = _where(finding)
    told = {where, where.partition(":")[0], *(place.name for place in finding.places)}
    names = (one for one in finding.names if one.text not in told)
    return names_line(tuple(one for one in names if one.text not in finding.title))


def _remarks(finding: Entry) -> Iterator[Block]:
    """What people wrote beside it."""
    return (Block(4, _fact(fact)) for fact in finding.facts if fact.is_remark)


def _fact(fact: Fact) -> Styled:
    return styled((f"{fact.term}: ", "dim"), ", ".join(fact.texts))


def _two_values(finding: Entry) -> Styled:
    sides = (value(finding.before, "red"), value(finding.after, "green"))
    values = joined(" → ", filter(None, sides))
    return styled((f"{finding.value_term}: ", "dim"), values) if values else values


def _steps(term: str, tasks: Sequence[Task]) -> Iterator[Block]:
    """What to do, in one go: the plan above has the steps one by one."""
    if not tasks:
        return
    when = "" if term == PHASES[None] else f" ({term[:1].lower()}{term[1:]})"
    texts = (f"{one.text} ({', '.join(one.of)})" if one.of else one.text for one in tasks)
    yield block(4, (f"help{when}: ", "bold cyan"), " ".join(texts))


def _patches(finding: Entry) -> Iterator[Block]:
    for patch in finding.patches:
        yield from _patch(patch)


def _patch(patch: PatchShown) -> Iterator[Block]:
    yield block(4, (f"{patch.place} ({patch.form}):", "dim"))
    for line in patch.remove:
        yield block(6, (f"- {line}", "red"))
    for line in patch.add:
        yield block(6, (f"+ {line}", "green"))
