"""Text for a terminal or a log, at the width and with the colours the caller asks for."""

from collections.abc import Iterator
from itertools import chain, count
from typing import Final

from msgspec.structs import replace

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
from confaudit.render.styled import Styled, joined, styled
from confaudit.render.terminal_findings import findings
from confaudit.render.terminal_parts import (
    BLANK,
    LEVEL_STYLES,
    Block,
    block,
    heading,
    names_line,
    value,
)
from confaudit.render.terminal_tables import tables

_VALUE_LIMIT: Final = 300
_NARROWEST: Final = 20
_RULE: Final = (BLANK, block(0, ("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * 40, "dim")))
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
    ending = _ending(page, why_zero(report, options.threshold), options.is_quiet)
    blocks = ending if options.is_quiet else chain(_blocks(page, options.width), ending)
    lines = [line for one in blocks for line in _lines(one, options.width)]
    return "".join(
        f"{line.written(color=options.color)}\n" for line in (*lines, styled((page.result, "bold")))
    )


def _lines(one: Block, width: int) -> Iterator[Styled]:
    """The lines of a block; nothing is cut off that may be folded, and no line ends in blanks."""
    room = max(_NARROWEST, width - one.indent)
    if one.is_cut:
        yield styled(" " * one.indent, one.text.cut(room))
        return
    for line in one.text.lines():
        yield from _folded(one.indent, line, room)


def _folded(indent: int, text: Styled, room: int) -> Iterator[Styled]:
    """One line, folded where it is too long; what then follows is set in."""
    hang = _HANG if indent else 0
    fits = text.width <= room
    for number, line in enumerate([text.stripped()] if fits else text.folded(room - hang)):
        blanks = " " * (indent + hang if number else indent)
        yield (
            styled(blanks, "" if inert(line.plain) == line.plain else "./", line) if line else line
        )


def _blocks(page: Page, width: int) -> Iterator[Block]:
    yield from _head(page)
    if page.parts:
        yield from tables(page.tables, width)
        for part in page.parts:
            yield from _part(part, width)
        yield from _RULE
        yield from _decisions(page, is_folded=True)
        yield from _notes(page)
    else:
        yield from _body(page, width)
    yield BLANK


def _ending(page: Page, why_zero: str, is_quiet: bool) -> Iterator[Block]:
    """What stands above the result: with the verdict where that was not told above."""
    if is_quiet and page.verdict:
        yield _verdict(page)
    if why_zero:
        yield block(0, why_zero)


def _verdict(page: Page) -> Block:
    return block(0, (page.verdict, _MOODS.get(page.mood, "bold")))


def _head(page: Page) -> Iterator[Block]:
    yield block(0, (page.title, "bold"))
    for side in page.sides:
        yield Block(2, _side(side))
    yield BLANK
    yield _verdict(page)
    if page.empty:
        yield block(0, page.empty)
    yield from _plan(page)
    yield from _decisions(page, is_folded=False)


def _plan(page: Page) -> Iterator[Block]:
    """The steps, numbered through all stages."""
    numbers = count(1)
    for stage in page.plan:
        yield BLANK
        yield Block(0, heading(stage.title, len(stage.steps)))
        for step, number in zip(stage.steps, numbers, strict=False):
            about = ", ".join(f"{link.text} {link.anchor}" for link in step.links)
            yield block(2, f"{number}. ", step.text, (f"  {about}", "dim"))


def legend() -> str:
    """What the marks of changes mean, in one line."""
    words = {ChangeKind.SOURCE: "set from elsewhere", ChangeKind.DECLARED: "declared otherwise"}
    return ", ".join(f"{mark} {words.get(kind, kind)}" for kind, mark in KIND_SYMBOLS.items())


def _decisions(page: Page, *, is_folded: bool) -> Iterator[Block]:
    for group in page.decisions:
        if group.is_folded is is_folded:
            yield BLANK
            yield Block(0, heading(group.title, len(group.rows)))
            for row in group.rows:
                yield from _decided(row)


def _decided(row: DecisionShown) -> Iterator[Block]:
    yield block(2, ("· ", LEVEL_STYLES["info"]), row.title)
    yield block(4, (" · ".join(row.labels), "dim"))
    told = ": ".join(filter(None, (row.outcome, row.reason)))
    if told or row.facts:
        facts = f" ({', '.join(row.facts)})" if row.facts else ""
        yield block(4, f"{told}{facts}")


def _part(page: Page, width: int) -> Iterator[Block]:
    """One of several deployments; its tables are left to formats that can fold them."""
    yield from _RULE
    yield from _head(page)
    yield from _body(replace(page, tables=()), width)


def _body(page: Page, width: int) -> Iterator[Block]:
    yield from _groups(page, are_changes=False)
    if not page.is_audit:
        yield from tables(page.tables, width)
    yield from _groups(page, are_changes=True)
    yield from _decisions(page, is_folded=True)
    yield from _notes(page)
    if page.is_audit:
        yield from tables(page.tables, width)


def _groups(page: Page, *, are_changes: bool) -> Iterator[Block]:
    part = ""
    for group in page.groups:
        if group.are_changes is are_changes:
            yield from _changes(group, group.part != part) if are_changes else findings(group)
            part = group.part


def _side(side: SideShown) -> Styled:
    facts = " · ".join(text for _, text in side.facts if text != side.label)
    return styled((f"{side.word.lower():<7}", "dim"), side.label, (f"  {facts}", "dim"))


def _notes(page: Page) -> Iterator[Block]:
    if page.notes:
        yield BLANK
        yield block(0, (page.notes_title, "bold"))
    for note in page.notes:
        yield block(2, f"- {note}")


# --- changes ------------------------------------------------------------------------------------


def _changes(group: Group, is_new_part: bool) -> Iterator[Block]:
    if group.part and is_new_part:
        yield BLANK
        yield block(0, (group.part, "bold underline"))
    if not group.part or not group.rows[0].is_quiet:
        yield BLANK
    yield Block(0, heading(group.title, len(group.rows)))
    for row in group.rows:
        yield from _line(row) if row.is_quiet else _row(row)


def _line(row: Entry) -> Iterator[Block]:
    """A change that needs no attention, in one line; of a path with the option it belongs to."""
    name = names_line(row.names[:1]) if row.names and not row.is_path else styled(row.title)
    values = [] if row.is_same else [_value_line(row)]
    remarks = [_remark_words(remark) for remark in row.remarks if not remark.is_reassuring]
    words = [*values, *remarks]
    tail = styled(": ", joined("; ", words)) if words else Styled()
    style = _style(row)
    known_by = (f" · {row.fingerprint}", "dim")
    yield block(2, (f"{_symbol(row)} ", style), name, (f"  {row.kind}", style), tail, known_by)
    if row.names and row.is_path:
        yield block(4, names_line(row.names), (f" · {row.evidence}" if row.evidence else "", "dim"))


def _value_line(row: Entry) -> Styled:
    if row.items is None:
        return _values(row)
    if not (row.items.removed or row.items.added):
        return styled(row.items.unchanged)
    return styled(f"{len(row.items.removed)} removed, {len(row.items.added)} added")


def _row(row: Entry) -> Iterator[Block]:
    style = _style(row)
    symbol = _symbol(row)
    kind, known_by = (f"  {row.kind}", style), (f" · {row.fingerprint}", "dim")
    yield block(2, (f"{symbol} ", style), (row.title, "bold"), kind, known_by)
    if row.names:
        yield Block(4, names_line(row.names))
    for line in _items(row.items) if row.items else (_values(row),):
        yield Block(4, line)
    for remark in row.remarks:
        yield Block(4, styled("· ", _remark_words(remark)).under("dim"))
    if row.evidence:
        yield block(4, (f"· {row.evidence}", "dim"))


def _symbol(row: Entry) -> str:
    return KIND_SYMBOLS[row.kind] if row.kind else ""


def _style(row: Entry) -> str:
    return _KIND_STYLES[row.kind] if row.kind else ""


def _values(row: Entry) -> Styled:
    if row.is_same or row.kind is ChangeKind.ADDED:
        return value(row.after, "green")
    if row.kind is ChangeKind.REMOVED:
        return value(row.before, "red")
    return styled(value(row.before, "red"), " → ", value(row.after, "green"))


def _items(items: Items) -> Iterator[Styled]:
    for item in items.removed:
        yield styled((f"- {item}", "red"))
    for item in items.added:
        yield styled((f"+ {item}", "green"))
    if items.unchanged:
        yield styled((f"  {items.unchanged}", "dim"))


def _remark_words(remark: Remark) -> Styled:
    if not remark.before:
        return styled((remark.text, "dim"))
    return styled((f"{remark.text} ", "dim"), remark.before, " → ", remark.after)
