"""Text for a terminal or a log, at the width and with the colours the caller asks for.

Values are `rich.text.Text`, never markup: what looks like a Rich tag in a payload stays text.
"""

from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from itertools import chain, count
from typing import Final

from rich.console import Console
from rich.text import Text

from confaudit.core.model import ChangeKind
from confaudit.core.report.exits import why_zero
from confaudit.core.report.report import Report
from confaudit.core.text.wording import inert
from confaudit.present.decisions import DecisionShown
from confaudit.present.entries import Entry, Group, Remark
from confaudit.present.inline_diff import Items
from confaudit.present.page import Page, SideShown, present
from confaudit.present.values import KIND_SYMBOLS
from confaudit.render import RenderOptions
from confaudit.render.terminal_findings import findings
from confaudit.render.terminal_parts import (
    BLANK,
    LEVEL_STYLES,
    Block,
    heading,
    names_line,
    value,
)
from confaudit.render.terminal_tables import tables

_VALUE_LIMIT: Final = 300
_NARROWEST: Final = 20
_RULE: Final[tuple[Block, ...]] = (
    BLANK,
    (0, Text("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 40, "dim")),
)
"""What stands between one deployment and the next."""
_HANG: Final = 2

_MOODS: Final = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold blue",
    "safe": "bold green",
}
"""How a verdict looks; one that nobody judged is bold."""
_KIND_STYLES: Final = {
    ChangeKind.ADDED: "green",
    ChangeKind.REMOVED: "red",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.RENAMED: "blue",
    ChangeKind.SOURCE: "cyan",
    ChangeKind.DECLARED: "magenta",
}


def render(report: Report, options: RenderOptions) -> str:
    """The report as text; its last line is `report.result`, never folded."""
    page = present(report, _VALUE_LIMIT)
    file = StringIO()
    console = _console(file, options)
    ending = _ending(page, why_zero(report, options.threshold), options.is_quiet)
    blocks = ending if options.is_quiet else chain(_blocks(page, console), ending)
    lines = (line for indent, text in blocks for line in _fold(indent, text, console))
    if body := Text("\n").join(lines):
        console.print(body, soft_wrap=True)
    console.print(Text(page.result, "bold"), soft_wrap=True)
    return file.getvalue()


def _console(file: StringIO, options: RenderOptions) -> Console:
    """A console that looks at nothing but the options: the same report, the same bytes."""
    return Console(
        file=file,
        width=options.width,
        force_terminal=options.color,
        color_system="standard" if options.color else None,
        no_color=not options.color,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
        _environ={},
    )


def _fold(indent: int, text: Text, console: Console) -> Iterator[Text]:
    """The lines of a block; nothing is cut off that may be folded, and no line ends in blanks."""
    if text.no_wrap:
        text.truncate(max(_NARROWEST, console.width - indent), overflow="ellipsis")
        text.pad_left(indent)
        yield text
        return
    for line in text.split("\n", allow_blank=True):
        yield from _fold_line(indent, line, console)


def _fold_line(indent: int, text: Text, console: Console) -> Iterator[Text]:
    """One line, folded where it is too long; what then follows is set in."""
    room = max(_NARROWEST, console.width - indent)
    hang = _HANG if indent else 0
    lines = [text] if text.cell_len <= room else text.wrap(console, room - hang, overflow="fold")
    for number, line in enumerate(lines):
        line.rstrip()
        line = line if inert(line.plain) == line.plain else Text("./").append_text(line)
        blanks = " " * (indent + hang if number else indent)
        yield Text(blanks).append_text(line) if line else line


def _blocks(page: Page, console: Console) -> Iterator[Block]:
    yield from _head(page)
    if page.parts:
        yield from tables(page.tables, console)
        for part in page.parts:
            yield from _part(part, console)
        yield from _RULE
        yield from _decisions(page, is_folded=True)
        yield from _notes(page)
    else:
        yield from _body(page, console)
    yield BLANK


def _ending(page: Page, why_zero: str, is_quiet: bool) -> Iterator[Block]:
    """What stands above the result: with the verdict where that was not told above."""
    if is_quiet and page.verdict:
        yield _verdict(page)
    if why_zero:
        yield 0, Text(why_zero)


def _verdict(page: Page) -> Block:
    return 0, Text(page.verdict, _MOODS.get(page.mood, "bold"))


def _head(page: Page) -> Iterator[Block]:
    yield 0, Text(page.title, "bold")
    for side in page.sides:
        yield 2, _side(side)
    yield BLANK
    yield _verdict(page)
    if page.empty:
        yield 0, Text(page.empty)
    yield from _plan(page)
    yield from _decisions(page, is_folded=False)


def _plan(page: Page) -> Iterator[Block]:
    """The steps, numbered through all stages."""
    numbers = count(1)
    for stage in page.plan:
        yield BLANK
        yield 0, heading(stage.title, len(stage.steps))
        for step, number in zip(stage.steps, numbers, strict=False):
            about = ", ".join(f"{link.text} {link.anchor}" for link in step.links)
            yield 2, Text.assemble(f"{number}. ", step.text, (f"  {about}", "dim"))


def legend() -> str:
    """What the marks of changes mean, in one line."""
    words = {ChangeKind.SOURCE: "set from elsewhere", ChangeKind.DECLARED: "declared otherwise"}
    return ", ".join(f"{mark} {words.get(kind, kind)}" for kind, mark in KIND_SYMBOLS.items())


def _decisions(page: Page, *, is_folded: bool) -> Iterator[Block]:
    for group in page.decisions:
        if group.is_folded is is_folded:
            yield BLANK
            yield 0, heading(group.title, len(group.rows))
            for row in group.rows:
                yield from _decided(row)


def _decided(row: DecisionShown) -> Iterator[Block]:
    yield 2, Text.assemble(("· ", LEVEL_STYLES["info"]), row.title)
    yield 4, Text(" · ".join(row.labels), "dim")
    told = ": ".join(filter(None, (row.outcome, row.reason)))
    if told or row.facts:
        facts = f" ({', '.join(row.facts)})" if row.facts else ""
        yield 4, Text(f"{told}{facts}")


def _part(page: Page, console: Console) -> Iterator[Block]:
    """One of several deployments; its tables are left to formats that can fold them."""
    yield from _RULE
    yield from _head(page)
    yield from _body(replace(page, tables=()), console)


def _body(page: Page, console: Console) -> Iterator[Block]:
    yield from _groups(page, are_changes=False)
    if not page.is_audit:
        yield from tables(page.tables, console)
    yield from _groups(page, are_changes=True)
    yield from _decisions(page, is_folded=True)
    yield from _notes(page)
    if page.is_audit:
        yield from tables(page.tables, console)


def _groups(page: Page, *, are_changes: bool) -> Iterator[Block]:
    part = ""
    for group in page.groups:
        if group.are_changes is are_changes:
            yield from _changes(group, group.part != part) if are_changes else findings(group)
            part = group.part


def _side(side: SideShown) -> Text:
    facts = " · ".join(text for _, text in side.facts if text != side.label)
    return Text.assemble((f"{side.word.lower():<7}", "dim"), side.label, (f"  {facts}", "dim"))


def _notes(page: Page) -> Iterator[Block]:
    if page.notes:
        yield BLANK
        yield 0, Text(page.notes_title, "bold")
    for note in page.notes:
        yield 2, Text(f"- {note}")


# --- changes ------------------------------------------------------------------------------------


def _changes(group: Group, is_new_part: bool) -> Iterator[Block]:
    if group.part and is_new_part:
        yield BLANK
        yield 0, Text(group.part, "bold underline")
    if not group.part or not group.rows[0].is_quiet:
        yield BLANK
    yield 0, heading(group.title, len(group.rows))
    for row in group.rows:
        yield from _line(row) if row.is_quiet else _row(row)


def _line(row: Entry) -> Iterator[Block]:
    """A change that needs no attention, in one line; of a path with the option it belongs to."""
    name = names_line(row.names[:1]) if row.names and not row.is_path else Text(row.title)
    values = [] if row.is_same else [_value_line(row)]
    remarks = [_remark_words(remark) for remark in row.remarks if not remark.is_reassuring]
    words = [*values, *remarks]
    tail = Text(": ") + Text("; ").join(words) if words else Text()
    style = _style(row)
    known_by = (f" · {row.fingerprint}", "dim")
    yield (
        2,
        Text.assemble((f"{_symbol(row)} ", style), name, (f"  {row.kind}", style), tail, known_by),
    )
    if row.names and row.is_path:
        yield 4, names_line(row.names).append(f" · {row.evidence}" if row.evidence else "", "dim")


def _value_line(row: Entry) -> Text:
    if row.items is None:
        return _values(row)
    if not (row.items.removed or row.items.added):
        return Text(row.items.unchanged)
    return Text(f"{len(row.items.removed)} removed, {len(row.items.added)} added")


def _row(row: Entry) -> Iterator[Block]:
    style = _style(row)
    symbol = _symbol(row)
    kind, known_by = (f"  {row.kind}", style), (f" · {row.fingerprint}", "dim")
    yield 2, Text.assemble((f"{symbol} ", style), (row.title, "bold"), kind, known_by)
    if row.names:
        yield 4, names_line(row.names)
    for line in _items(row.items) if row.items else (_values(row),):
        yield 4, line
    for remark in row.remarks:
        yield 4, Text("· ", "dim") + _remark_words(remark)
    if row.evidence:
        yield 4, Text(f"· {row.evidence}", "dim")


def _symbol(row: Entry) -> str:
    return KIND_SYMBOLS[row.kind] if row.kind else ""


def _style(row: Entry) -> str:
    return _KIND_STYLES[row.kind] if row.kind else ""


def _values(row: Entry) -> Text:
    if row.is_same or row.kind is ChangeKind.ADDED:
        return value(row.after, "green")
    if row.kind is ChangeKind.REMOVED:
        return value(row.before, "red")
    return Text.assemble(value(row.before, "red"), " → ", value(row.after, "green"))


def _items(items: Items) -> Iterator[Text]:
    for item in items.removed:
        yield Text(f"- {item}", "red")
    for item in items.added:
        yield Text(f"+ {item}", "green")
    if items.unchanged:
        yield Text(f"  {items.unchanged}", "dim")


def _remark_words(remark: Remark) -> Text:
    if not remark.before:
        return Text(remark.text, "dim")
    return Text.assemble((f"{remark.text} ", "dim"), remark.before, " → ", remark.after)
