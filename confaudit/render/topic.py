"""A text of confaudit's own, written in Markdown, laid out for a terminal."""

from io import StringIO

from rich.console import Console
from rich.markdown import Markdown

from confaudit.render import RenderOptions


def laid_out(text: str, options: RenderOptions) -> str:
    """The text at a width in columns, links spelled out."""
    file = StringIO()
    console = Console(
        file=file,
        width=options.width,
        force_terminal=True,
        no_color=not options.color,
        legacy_windows=False,
        _environ={},
    )
    console.print(Markdown(text, hyperlinks=False))
    return file.getvalue()
