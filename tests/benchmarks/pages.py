"""Rows of large reports, and the jobs that write them.

    python -m tests.benchmarks.pages (html | md | strings) CHANGES

makes a report up, and then writes it; tells the seconds of the writing, and the bytes of a change.
The least that a page can cost is that of f-strings and html.escape, which write the same rows of a
table when it is known already how everything is to be put.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.data import Data
from tests.benchmarks.jobs import module
from tests.benchmarks.memory import most
from tests.benchmarks.rows import Amount, Ratio, Row
from tests.benchmarks.timing import Job

if TYPE_CHECKING:
    from confaudit.core.report.report import Report
    from confaudit.present.entries import Entry
    from confaudit.present.values import Shown


@contextmanager
def page(data: Data, folder: Path) -> Iterator[list[Row]]:
    """A report of 5,000 changes."""
    html, md, strings = (_writing(data, folder, kind) for kind in ("html", "md", "strings"))
    yield [
        Ratio("5,000 changes as HTML ÷ f-strings", 2.5, html, strings),
        Ratio("5,000 changes as Markdown ÷ as HTML", 0.35, md, html),
    ]


@contextmanager
def size(data: Data, folder: Path) -> Iterator[list[Row]]:
    """How much of anything but time the same takes."""
    html, two = _writing(data, folder, "html"), data.two_of_leaves(folder)
    diff = ("diff", *two, "-o", "page.html")
    yield [
        Amount("a change of 5,000 in HTML", 450, "bytes", lambda: html.told["size"], (html,)),
        Amount("memory of `diff -o page.html`", 64, "MiB", lambda: most(folder, *diff)),
    ]


def _writing(data: Data, folder: Path, kind: str) -> Job:
    return module(folder, "pages", kind, str(data.scale.changes), told=True)


def main(kind: str, changes: int) -> None:
    from tests.browser.large import large_report

    write = _WRITERS[kind](large_report(changes))
    began, on_the_wall = time.process_time(), time.monotonic()
    text = write()
    cost = {"cpu": time.process_time() - began, "wall": time.monotonic() - on_the_wall}
    json.dump({**cost, "size": len(text.encode()) / changes}, sys.stdout)


def _rendered(report: "Report", name: str) -> Callable[[], str]:
    import jinja2  # noqa: F401 - what a page takes is counted, not what its engine takes to load

    from confaudit.render import RenderOptions, render

    return lambda: render(report, name, RenderOptions())


def _strings(report: "Report") -> Callable[[], str]:
    from confaudit.present.page import present

    groups = present(report, 2000).groups
    return lambda: "".join(_row(entry) for group in groups for entry in group.rows)


def _row(entry: "Entry") -> str:
    chips = " ".join(
        f"<b class={escape(one.value)}>{escape(one.word)}</b>"
        for one in entry.chips
        if one.is_shown
    )
    names = "".join(f" <code>{escape(one.text)}</code>" for one in entry.names)
    sides = f"<td>{_side(entry.before, 'del')}<td>{_side(entry.after, 'ins')}"
    told = f"<p>{escape(entry.evidence)} · <i>{escape(entry.fingerprint)}</i>"
    title = escape(entry.title)
    return f"<tr id={escape(entry.anchor)}><td>{chips}<th scope=row>{title}{names}{sides}{told}\n"


def _side(value: "Shown", mark: str) -> str:
    lead, tail = (f"<i>{escape(one)}</i>" if one else "" for one in (value.lead, value.tail))
    parts = (
        f"<{mark}>{escape(one.text)}</{mark}>" if one.changed else escape(one.text)
        for one in value.segments
    )
    return f"{lead}<code>{''.join(parts)}</code>{tail}"


_WRITERS: dict[str, Callable[["Report"], Callable[[], str]]] = {
    "html": lambda report: _rendered(report, "html"),
    "md": lambda report: _rendered(report, "md"),
    "strings": _strings,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
