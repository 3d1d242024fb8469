"""How a Report is shown: one entry of `FORMATS` per format. A renderer adds no fact.

Listing the formats imports none of their modules.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec import Struct

from confaudit.core.judge.threshold import NEVER_REACHED, Threshold
from confaudit.core.report.kinds import ReportKind
from confaudit.errors import ConfigError

if TYPE_CHECKING:
    from confaudit.core.report.report import Report


class RenderOptions(Struct, frozen=True):
    """How to show a report, beside the format."""

    DEFAULT_WIDTH: ClassVar[int] = 100

    width: int = DEFAULT_WIDTH
    """Columns of the terminal."""
    color: bool = False
    """Whether a terminal will understand colours; the caller decides."""
    templates: Path | None = None
    """The user's folder: a template in it replaces ours of the same name."""
    elsewhere: tuple[str, ...] = ()
    """Files to which the same run writes all of the report, the one to look at first."""
    folder: str = ""
    """Absolute path from which names of files count; empty: they are not looked into."""
    threshold: Threshold = NEVER_REACHED
    """From where on the run fails."""
    in_full: bool = False
    """Whether a history tells what each change was, not only what changed."""
    is_quiet: bool = False
    """Whether of a text only its end is wanted: the verdict, and what it comes to."""


class Format(Struct, frozen=True):
    """One way to show a report."""

    name: str
    title: str
    extensions: tuple[str, ...]
    """File name endings, the usual one first; none where it has none of its own."""
    module: str
    """Module of this package with `render(report, options) -> str`; or `written`, see there."""
    is_whole: bool = False
    """Whether it shows every part of a report, however large."""
    kinds: frozenset[ReportKind] = frozenset(ReportKind)
    """The reports that it can show."""
    is_streamed: bool = False
    """Whether its module has `written(report, options) -> Iterator[str]`: text bit by bit."""
    most_changes: int = 0
    """How many changes of a long history it shows about; 0: all of them."""


_JUDGED: Final = frozenset(kind for kind in ReportKind if kind.is_audit) | {ReportKind.DIFF}
"""Reports whose substance is findings, for formats that tell of nothing else."""
_STATUS: Final = frozenset({ReportKind.STATUS})

_PAGE: Final = 3_000
"""As many changes as a page of a browser stays quick with, wherever it is read."""

FORMATS: Final[Mapping[str, Format]] = {
    found.name: found
    for found in (
        Format("text", "for a terminal", (".txt",), "terminal"),
        Format(
            "md",
            "Markdown for a pull request",
            (".md", ".markdown"),
            "markdown",
            most_changes=_PAGE,
        ),
        Format(
            "html", "one self-contained page", (".html", ".htm"), "html", True, most_changes=_PAGE
        ),
        Format(
            "json",
            "versioned, for programs",
            (".json",),
            "json_v1",
            is_whole=True,
            is_streamed=True,
        ),
        Format("sarif", "SARIF 2.1.0 for code scanning", (".sarif",), "sarif", kinds=_JUDGED),
        Format("junit", "JUnit's XML", (".xml",), "junit", kinds=_JUDGED),
        Format("gitlab", "GitLab's code quality", (), "gitlab", kinds=_JUDGED),
        Format("github", "annotations of a GitHub workflow", (), "github", kinds=_JUDGED),
        Format("outputs", "outputs of a GitHub step", (), "outputs", kinds=_JUDGED),
        Format("concise", "a line for each finding", (), "concise", kinds=_JUDGED),
        Format("ignore", "entries for confaudit-exceptions.yaml", (), "ignore", kinds=_JUDGED),
        Format("prometheus", "metrics of a status", (".prom",), "prometheus", kinds=_STATUS),
    )
}

_OWN: Final = {("text", ReportKind.LOG): "terminal_history"}
"""The module of a format for reports that it lays out in another way than all others."""


def render(report: "Report", format_name: str, options: RenderOptions) -> str:
    """Show a report in a format of `FORMATS`; the text ends with a newline.

    Raises:
        ConfigError, TemplateError: as `written`.
    """
    return "".join(written(report, format_name, options))


def written(report: "Report", format_name: str, options: RenderOptions) -> Iterable[str]:
    """The same bit by bit where the format can: the text of a long history would fill the memory.

    Raises:
        ConfigError: there is no such format, or it cannot show reports of this kind.
        TemplateError: a template of the user's folder cannot be used.
    """
    from confaudit.core.report.newest import newest  # brings all that reports are about

    if format_name not in FORMATS:
        raise ConfigError("there is no such output format", f"use one of: {', '.join(FORMATS)}")
    chosen = FORMATS[format_name]
    if report.kind not in chosen.kinds:
        raise ConfigError(
            f"{format_name} cannot show a report of the kind {report.kind}",
            f"formats that can: {', '.join(formats_of(report.kind))}",
        )
    module = import_module(
        f"confaudit.render.{_OWN.get((format_name, report.kind), chosen.module)}"
    )
    shown = newest(report, chosen.most_changes) if chosen.most_changes else report
    return module.written(shown, options) if chosen.is_streamed else [module.render(shown, options)]


def formats_of(kind: ReportKind) -> tuple[str, ...]:
    """The formats that can show reports of a kind."""
    return tuple(name for name, found in FORMATS.items() if kind in found.kinds)


def format_for_path(path: Path) -> str | None:
    """The format a file name asks for by its extension, if any."""
    suffix = path.suffix.lower()
    return next((name for name, found in FORMATS.items() if suffix in found.extensions), None)
