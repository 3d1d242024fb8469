"""A history on a terminal, entry by entry as git tells it; plain lines, as there may be thousands.

No line is folded: a history is read through a pager, or by a program.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from confaudit.core.history.entry import Entry
from confaudit.core.history.tally import Tally
from confaudit.core.model import ChangeKind
from confaudit.core.text.wording import inert, visible
from confaudit.present.history import author, events, told, when
from confaudit.present.values import KIND_SYMBOLS
from confaudit.render import RenderOptions
from confaudit.render.styled import painted

if TYPE_CHECKING:
    from confaudit.core.report.report import Report

_STYLES: Final = {
    ChangeKind.ADDED: "green",
    ChangeKind.REMOVED: "red",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.RENAMED: "blue",
    ChangeKind.SOURCE: "cyan",
    ChangeKind.DECLARED: "magenta",
}


def render(report: "Report", options: RenderOptions) -> str:
    """The entries and the result; the verdict as well where there is nothing else."""
    verdict = "" if report.entries else f"{visible(report.verdict)}\n"
    return verdict + "".join(written(report.entries, options))


def written(entries: Iterable[Entry], options: RenderOptions) -> Iterator[str]:
    """The text of each entry as soon as it is there, then the result."""
    tally = Tally()
    for entry in tally.counted(entries):
        if not options.is_quiet:
            yield "\n".join((*map(inert, _lines(entry, options)), "", ""))
    if options.is_quiet and tally:
        yield f"{tally.verdict}\n"
    yield f"{_painted(tally.result, 'bold', options)}\n"


def _lines(entry: Entry, options: RenderOptions) -> Iterator[str]:
    commit = _painted(f"commit {visible(entry.commit[:12])}", "yellow", options)
    yield "  ".join((commit, visible(entry.deployment), when(entry), author(entry)))
    for text in events(entry):
        yield f"  {_painted(text, 'magenta', options)}"
    for one in told(entry, in_full=options.in_full):
        if not options.in_full:
            yield f"  {one.by}: {one.names}"
            continue
        yield f"  {one.by}:"
        for kind, sentence in zip(one.kinds, one.sentences, strict=True):
            yield f"    {_painted(KIND_SYMBOLS[kind], _STYLES[kind], options)} {sentence}"


def _painted(text: str, style: str, options: RenderOptions) -> str:
    return painted(text, style) if options.color else text
