"""Text for a terminal or a log, at the width and with the colours the caller asks for.

Values are `rich.text.Text`, never markup: what looks like a Rich tag in a payload stays text.
"""

from collections.abc import Iterator
from io import StringIO
from typing import Final, TypeAlias

from rich.console import Console
from rich.text import Text

from confaudit.core.marks import Items
from confaudit.core.model import ChangeKind
from confaudit.core.present import (
    KIND_SYMBOLS,
    KIND_WORDS,
    Group,
    Page,
    Remark,
    Row,
    Shown,
    SideShown,
    present,
)
from confaudit.core.report import Report
from confaudit.render import RenderOptions

Block: TypeAlias = tuple[int, Text]
"""How far to indent, and what."""

_BLANK: Final[Block] = (0, Text())
_VALUE_LIMIT: Final = 300
_NARROWEST: Final = 20
_KIND_STYLES: Final = {
    ChangeKind.ADDED: "green",
    ChangeKind.REMOVED: "red",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.SOURCE: "cyan",
    ChangeKind.DECLARED: "magenta",
}


def render(report: Report, options: RenderOptions) -> str:
    """The report as text; its last line is `report.result`, never folded."""
    page = present(report, _VALUE_LIMIT)
    file = StringIO()
    console = _console(file, options)
    lines = (line for indent, text in _blocks(page) for line in _fold(indent, text, console))
    console.print(Text("\n").join(lines), soft_wrap=True)
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
    """The lines of a block; nothing is cut off, and no line ends in blanks."""
    width = max(_NARROWEST, console.width - indent)
    lines = [text] if text.cell_len <= width else text.wrap(console, width, overflow="fold")
    for line in lines:
        line.rstrip()
        yield Text(" " * indent).append_text(line) if indent else line


def _blocks(page: Page) -> Iterator[Block]:
    yield 0, Text(page.title, "bold")
    yield 2, _side("before", page.before)
    yield 2, _side("after", page.after)
    yield _BLANK
    yield 0, Text(page.verdict, "bold")
    if page.empty:
        yield 0, Text(page.empty)
    for group in page.groups:
        yield from _group(group)
    yield from _notes(page.notes)
    yield _BLANK


def _side(word: str, side: SideShown) -> Text:
    facts = " · ".join(text for _, text in side.facts)
    return Text.assemble((f"{word:<7}", "dim"), side.label, (f"  {facts}", "dim"))


def _notes(notes: tuple[str, ...]) -> Iterator[Block]:
    if notes:
        yield _BLANK
        yield 0, Text("Not compared or not known", "bold")
    for note in notes:
        yield 2, Text(f"- {note}")


def _group(group: Group) -> Iterator[Block]:
    yield _BLANK
    yield 0, Text.assemble((group.title, "bold"), (f" ({len(group.rows)})", "dim"))
    for row in group.rows:
        yield from _row(row)


def _row(row: Row) -> Iterator[Block]:
    style = _KIND_STYLES[row.kind]
    symbol, word = KIND_SYMBOLS[row.kind], KIND_WORDS[row.kind]
    yield 2, Text.assemble((f"{symbol} ", style), (row.title, "bold"), (f"  {word}", style))
    if row.names:
        yield 4, Text("  ".join(row.names), "dim")
    for line in _items(row.items) if row.items else (_values(row),):
        yield 4, line
    for remark in row.remarks:
        yield 4, _remark(remark)


def _values(row: Row) -> Text:
    match row.kind:
        case ChangeKind.ADDED | ChangeKind.DECLARED:
            return _shown(row.after, "green")
        case ChangeKind.REMOVED:
            return _shown(row.before, "red")
        case ChangeKind.CHANGED | ChangeKind.SOURCE:
            return Text.assemble(_shown(row.before, "red"), " → ", _shown(row.after, "green"))


def _shown(shown: Shown, mark: str) -> Text:
    text = Text().append(shown.lead, "dim")
    for segment in shown.segments:
        text.append(segment.text, f"bold {mark}" if segment.changed else None)
    return text.append(shown.tail, "dim")


def _items(items: Items) -> Iterator[Text]:
    for item in items.removed:
        yield Text(f"- {item}", "red")
    for item in items.added:
        yield Text(f"+ {item}", "green")
    if items.kept:
        order = ", in another order" if items.reordered else ""
        yield Text(f"  {len(items.kept)} unchanged{order}", "dim")


def _remark(remark: Remark) -> Text:
    if not remark.before:
        return Text(f"· {remark.text}", "dim")
    return Text.assemble((f"· {remark.text} ", "dim"), remark.before, " → ", remark.after)
