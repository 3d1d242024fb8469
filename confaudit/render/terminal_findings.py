"""Findings as text: a headline, what is known, and what to do; equal ones share all but names.

The parts that changes are written with as well stand here too.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from rich.text import Text

from confaudit.present.entries import Entry, Fact, Gathered, Group, PatchShown, Task
from confaudit.present.gathered import gathered
from confaudit.present.values import Name, Shown

Block: TypeAlias = tuple[int, Text]
"""How far to indent, and what."""

BLANK: Final[Block] = (0, Text())
LEVEL_STYLES: Final = {"error": "bold red", "warning": "yellow", "info": "blue"}


def heading(title: str, number: int) -> Text:
    """What stands over a section: its title, and of how many."""
    return Text.assemble((title, "bold"), (f" ({number})", "dim"))


def names_line(names: tuple[Name, ...]) -> Text:
    """The names side by side, those that a release renamed below each other."""
    renamed = any(name.was for name in names)
    spelled = (f"{name.was} → {name.text}" if name.was else name.text for name in names)
    return Text("\n" if renamed else "  ", "dim").join(Text(text, "dim") for text in spelled)


def value(shown: Shown | None, mark: str) -> Text:
    """One side of a value; `mark` is the style of what differs."""
    if shown is None:
        return Text()
    text = Text().append(shown.lead, "dim")
    for segment in shown.segments:
        text.append(segment.text, f"bold {mark}" if segment.changed else None)
    return text.append(shown.tail, "dim")


def findings(group: Group) -> Iterator[Block]:
    """A section of findings, equal ones as one."""
    yield BLANK
    yield 0, heading(group.title, len(group.rows))
    for entry in gathered(group.rows):
        if group.is_folded:
            yield from _brief(entry)
        else:
            yield from _alike(entry) if entry.shared else _finding(entry.rows[0])


def _brief(entry: Gathered) -> Iterator[Block]:
    head = entry.shared or entry.rows[0]
    yield 2, Text.assemble(("· ", LEVEL_STYLES["info"]), head.title)
    if entry.shared:
        yield 4, _labels(head)
    for row in entry.rows:
        yield from _row_head(row) if entry.shared else [(4, _labels(row))]
        yield from _facts(fact for fact in row.facts if fact.is_remark)


def _facts(facts: Iterable[Fact]) -> Iterator[Block]:
    for fact in facts:
        yield 4, Text.assemble((f"{fact.term}: ", "dim"), ", ".join(fact.texts))


def _labels(finding: Entry) -> Text:
    """What the level leaves to say, and by what to speak of the finding."""
    words = (chip.word for chip in finding.chips if chip.is_shown and chip.facet != "level")
    known_by = filter(None, (finding.rule, finding.fingerprint))
    return Text(" · ".join((*words, *known_by)), "dim")


def _alike(entry: Gathered) -> Iterator[Block]:
    """Equal findings: what they share, and a row for each."""
    if shared := entry.shared:
        yield from _headline(shared)
        yield 4, _labels(shared)
        yield from _evidence(shared)
        for row in entry.rows:
            yield from _row_head(row)
            yield from ((indent + 2, text) for indent, text in _evidence(row))
        yield from _steps(shared.steps_term, entry.tasks)
        for row in entry.rows:
            yield from _patches(row)


def _row_head(row: Entry) -> Iterator[Block]:
    words = (chip.word for chip in row.chips if chip.is_shown)
    about = "  ".join(name.text for name in row.names)
    yield 4, Text(" · ".join((about, *words, row.fingerprint)), "dim")


def _finding(finding: Entry) -> Iterator[Block]:
    yield from _headline(finding)
    yield 4, _labels(finding)
    if finding.names:
        yield 4, names_line(finding.names)
    yield from _evidence(finding)
    yield from _steps(finding.steps_term, tuple(map(Task, finding.steps)))
    yield from _patches(finding)


def _headline(finding: Entry) -> Iterator[Block]:
    level = finding.chips[0].word
    yield 2, Text.assemble((level, LEVEL_STYLES[level]), f"  {finding.title}")


def _evidence(finding: Entry) -> Iterator[Block]:
    """What this finding says; what holds for all of its rule is told by `confaudit rules`."""
    for names in finding.instead:
        yield 4, Text("Instead: ", "dim").append_text(names_line(names))
    if values := _two_values(finding):
        yield 4, values
    yield from _facts(fact for fact in finding.facts if not fact.is_general)


def _two_values(finding: Entry) -> Text:
    sides = (value(finding.before, "red"), value(finding.after, "green"))
    values = Text(" → ").join(filter(None, sides))
    return Text.assemble((f"{finding.value_term}: ", "dim"), values) if values else values


def _steps(term: str, tasks: Sequence[Task]) -> Iterator[Block]:
    if len(tasks) == 1:
        yield 4, Text.assemble((f"{term}: ", "dim"), tasks[0].text)
        return
    yield 4, Text(f"{term}:", "dim")
    for number, task in enumerate(tasks, start=1):
        of = f" ({', '.join(task.of)})" if task.of else ""
        yield 6, Text(f"{number}. {task.text}{of}")


def _patches(finding: Entry) -> Iterator[Block]:
    for patch in finding.patches:
        yield from _patch(patch)


def _patch(patch: PatchShown) -> Iterator[Block]:
    yield 4, Text(f"{patch.place} ({patch.form}):", "dim")
    for line in patch.remove:
        yield 6, Text(f"- {line}", "red")
    for line in patch.add:
        yield 6, Text(f"+ {line}", "green")
