"""Manual pages: what --help tells, in roff, the language of man(1).

Own code and not `click-man`, which finds no commands in a lazy group, knows no sections and lets a
line that begins with a dot be a request.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import click

from confaudit import __version__, topics

_UNWRAPPED: Final = 10_000
"""Columns: man(1) wraps by itself."""
_AS_IT_STANDS: Final = "\b\n"
"""How click is told not to wrap a paragraph."""


def pages(command: click.Command, name: str) -> dict[str, str]:
    """The page of a command and those of all commands below it, by the names of their files."""
    return {
        f"{context.command_path.replace(' ', '-')}.1": _page(context)
        for context in _contexts(click.Context(command, info_name=name))
    }


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    for below in _below(context):
        yield from _contexts(below)


def _below(context: click.Context) -> Iterator[click.Context]:
    """What is one step further down than a command."""
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command and not command.hidden:
                yield click.Context(command, info_name=name, parent=context)


def _page(context: click.Context) -> str:
    path = context.command_path.replace(" ", "-")
    formatter = _Roff()
    formatter.write(f'.TH "{path.upper()}" 1 "" "confaudit {__version__}" "confaudit"\n.nh\n')
    line = (context.command.help or "").partition("\n")[0].rstrip(".")
    formatter.write(f".SH NAME\n{_plain(path)} \\- {_plain(line)}\n")
    context.command.format_help(context, formatter)
    if context.parent is None:
        formatter.write_heading("Topics of `confaudit help`")
        formatter.write_dl((name, topics.title(name)) for name in topics.NAMES)
    formatter.write_heading("See also")
    related = map(_plain, _related(context))
    formatter.write("(1),\n".join(f".BR {one} " for one in related) + "(1)\n")
    return formatter.getvalue()


def _related(context: click.Context) -> list[str]:
    """The pages above a command and one step below it; of what is at the top, those below."""
    above = [context.parent] if context.parent else []
    return [one.command_path.replace(" ", "-") for one in (*above, *_below(context))]


def _plain(text: str) -> str:
    """Text that roff takes for nothing but text."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


class _Roff(click.HelpFormatter):
    """Writes down as roff what a command says of itself."""

    def __init__(self) -> None:
        super().__init__(width=_UNWRAPPED)
        self._text_is = "Description"
        """The heading of text that has none of its own."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How the command is called."""
        self.write(f".SH SYNOPSIS\n.B {_plain(prog)}\n{_plain(args)}\n")

    def write_heading(self, heading: str) -> None:
        """The beginning of a section."""
        self.write(f".SH {_plain(heading.upper())}\n")

    def write_paragraph(self) -> None:
        """Nothing, as paragraphs and sections begin by themselves."""

    def write_text(self, text: str) -> None:
        """Paragraphs, in a section of their own."""
        if self._text_is:
            self.write_heading(self._text_is)
        self._text_is = ""
        for paragraph in text.split("\n\n"):
            kept = paragraph.removeprefix(_AS_IT_STANDS)
            lines = "\n".join(map(_plain, kept.splitlines()))
            self.write(f".PP\n{lines}\n" if kept == paragraph else f".PP\n.nf\n{lines}\n.fi\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 0, col_spacing: int = 0
    ) -> None:
        """Terms and what they mean."""
        self._text_is = "Notes"
        for term, meaning in rows:
            self.write(f".TP\n.B {_plain(term.strip())}\n{_plain(meaning)}\n")
