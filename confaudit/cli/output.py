"""-f/--format, -o/--output and how a report reaches its files: rendered first, then written."""

import functools
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from msgspec import Struct
from msgspec.structs import replace

from confaudit.cli.choices import Choice
from confaudit.cli.commands import Section
from confaudit.cli.pager import page
from confaudit.cli.parameters import Decorator, option, stack, templates_option, wants_color
from confaudit.core.history.entry import Entry
from confaudit.core.judge.threshold import NEVER_REACHED, Threshold
from confaudit.core.report.kinds import ReportKind
from confaudit.render import FORMATS, RenderOptions, format_for_path, formats_of, render, written
from confaudit.workflows.write import write_parts

if TYPE_CHECKING:
    from confaudit.core.report.report import Report

STDOUT: Final = "-"


class Rendering(Struct, frozen=True):
    """Which formats go where, and how they look."""

    pairs: tuple[tuple[str, str], ...]
    """Format and destination; `-` is standard output."""
    color: str
    templates: Path | None
    is_quiet: bool
    """Whether standard output gets no more of a text than its end."""
    paged: bool
    """Whether a pager may show what a terminal gets."""

    @property
    def is_plain(self) -> bool:
        """Whether all that is wanted is text on standard output, which can come bit by bit."""
        return self.pairs == (("text", STDOUT),)


_COMMON: Final = formats_of(ReportKind.DIFF)
"""Formats that no command has alone, to be listed by every --help."""
_OPTIONS: Final[Sequence[Decorator]] = (
    option(
        "--format",
        "-f",
        "formats",
        multiple=True,
        type=Choice(tuple(FORMATS)),
        metavar="FORMAT",
        section=Section.OUTPUT,
        help=f"{', '.join(_COMMON)}; repeatable.",
    ),
    option(
        "--output",
        "-o",
        "outputs",
        multiple=True,
        metavar="FILE",
        section=Section.OUTPUT,
        help="Where to write; its ending decides the format.",
    ),
    option(
        "--quiet",
        "-q",
        is_flag=True,
        section=Section.OUTPUT,
        help="Print verdict and result alone.",
    ),
    option(
        "--color",
        type=Choice(["auto", "always", "never"]),
        metavar="WHEN",
        default="auto",
        section=Section.OUTPUT,
        help="auto, always or never.",
    ),
    option(
        "--no-pager",
        is_flag=True,
        section=Section.OUTPUT,
        beside="--color",
        help="Write directly.",
    ),
    templates_option,
)


def output_options(command: Callable[..., Any]) -> Any:
    """Add the options and hand the command a Rendering in their place."""

    @functools.wraps(command)
    def with_rendering(**values: Any) -> Any:
        pairs = pair(values.pop("formats"), values.pop("outputs"))
        rendering = Rendering(
            pairs=pairs,
            color=values.pop("color"),
            templates=values.pop("templates"),
            is_quiet=values.pop("quiet"),
            paged=not values.pop("no_pager"),
        )
        return command(rendering=rendering, **values)

    return stack(_OPTIONS)(with_rendering)


def pair(formats: Sequence[str], outputs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Pair formats and outputs by position; what is left of either decides for itself.

    Raises:
        click.UsageError: two formats would share standard output, or an extension says nothing.
    """
    pairs = list(zip(formats, outputs, strict=False))
    pairs += [(_by_extension(path), path) for path in outputs[len(formats) :]]
    pairs += [(name, STDOUT) for name in formats[len(outputs) :]]
    pairs = pairs or [("text", STDOUT)]
    if sum(path == STDOUT for _, path in pairs) > 1:
        raise click.UsageError("Two formats on standard output: give each an -o FILE.")
    return tuple(pairs)


def _by_extension(path: str) -> str:
    if path == STDOUT:
        return "text"
    found = format_for_path(Path(path))
    if found is None:
        known = ", ".join(FORMATS)
        raise click.UsageError(f"The extension of {path} says no format: add -f ({known}).")
    return found


def write(
    report: "Report", rendering: Rendering, threshold: Threshold, *, in_full: bool = False
) -> None:
    """Render everything, then write it: a failure leaves nothing half written."""
    rendered = [
        (path, written(report, name, _render_options(rendering, path, threshold, in_full=in_full)))
        for name, path in rendering.pairs
    ]
    for path, parts in rendered:
        if path == STDOUT:
            _to_stdout(parts, rendering.paged)
        else:
            write_parts(Path(path), parts)


def stream(entries: Iterable[Entry], rendering: Rendering, *, in_full: bool) -> None:
    """Write a history as text, entry by entry as they come, to standard output."""
    from confaudit.render import terminal_history  # brings all words that reports have

    options = _render_options(rendering, STDOUT, NEVER_REACHED, in_full=in_full)
    _to_stdout(terminal_history.written(entries, options), rendering.paged)


def text_of(report: "Report") -> str:
    """A report as text for standard output, where no option says how it is to look."""
    rendering = Rendering((), "auto", None, is_quiet=False, paged=False)
    return render(report, "text", _render_options(rendering, STDOUT, NEVER_REACHED, in_full=False))


def _render_options(
    rendering: Rendering, path: str, threshold: Threshold, *, in_full: bool
) -> RenderOptions:
    """A file looks the same whatever terminal it was made from."""
    common = RenderOptions(
        in_full=in_full,
        templates=rendering.templates,
        elsewhere=_wholes(rendering),
        folder=str(Path.cwd()),
        threshold=threshold,
    )
    if path != STDOUT:
        return common
    width = shutil.get_terminal_size((RenderOptions.DEFAULT_WIDTH, 24)).columns
    color, is_quiet = wants_color(rendering.color), rendering.is_quiet
    return replace(common, width=width, color=color, is_quiet=is_quiet)


def _wholes(rendering: Rendering) -> tuple[str, ...]:
    """The files that will hold all of the report."""
    return tuple(
        path
        for name, found in FORMATS.items()
        for wanted, path in rendering.pairs
        if wanted == name and found.is_whole and path != STDOUT
    )


def show_text(text: str) -> None:
    """Write a text that is no report: through a pager where a terminal is."""
    _to_stdout([text], paged=True)


def _to_stdout(parts: Iterable[str], paged: bool) -> None:
    """Write UTF-8 where the stream can; escape what it cannot show."""
    encoding = sys.stdout.encoding or "utf-8"
    if not (paged and page(part.encode(encoding, "backslashreplace") for part in parts)):
        sys.stdout.writelines(parts)
