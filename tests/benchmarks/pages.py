"""Rows of large reports, and the jobs that write them.

    python -m tests.benchmarks.pages (html | md | filled | strings) CHANGES

makes a report up, and then writes it; tells the seconds of the writing, and the bytes of a change.
`html` and `md` begin with the report. `filled` and `strings` begin where everything is in words:
one fills in the templates, the other writes the same rows by f-strings and html.escape, which is
the least that a page can cost.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
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
    kinds = ("html", "md", "filled", "strings")
    html, md, filled, strings = (_writing(data, folder, kind) for kind in kinds)
    yield [
        Ratio("5,000 changes, from words to HTML ÷ f-strings", 2.5, filled, strings),
        Ratio("5,000 changes as Markdown ÷ as HTML", 0.35, md, html),
    ]


@contextmanager
def size(data: Data, folder: Path) -> Iterator[list[Row]]:
    """How much of anything but time the same takes."""
    html, strings = (_writing(data, folder, kind) for kind in ("html", "strings"))
    two = data.two_of_leaves(folder)
    diff = ("diff", *two, "-o", "page.html")
    yield [
        Ratio("5,000 changes, from the report to HTML ÷ f-strings", 2.5, html, strings),
        Amount("a change of 5,000 in HTML", 450, "bytes", lambda: html.told["size"]),
        Amount("memory of `diff -o page.html`", 64, "MiB", lambda: most(folder, *diff)),
    ]


def _writing(data: Data, folder: Path, kind: str) -> Job:
    return module(folder, "pages", kind, str(data.scale.changes), told=True)


def main(kind: str, changes: int) -> None:
    from tests.browser.large import large_report

    prepare = _WRITERS[kind]
    gc.set_threshold(100_000)  # as the command does
    prepare(large_report(1))()  # loads and compiles what it takes
    write = prepare(large_report(changes))
    began, on_the_wall = time.process_time(), time.monotonic()
    text = write()
    cost = {"cpu": time.process_time() - began, "wall": time.monotonic() - on_the_wall}
    json.dump({**cost, "size": len(text.encode()) / changes}, sys.stdout)


def _whole(name: str, report: "Report") -> Callable[[], str]:
    from confaudit.render import RenderOptions, render

    return lambda: render(report, name, RenderOptions())


def _filled(report: "Report") -> Callable[[], str]:
    from confaudit.present.page import present
    from confaudit.render.html import prose
    from confaudit.render.templated import environment, fill

    env = environment(None)
    env.filters.update(prose=prose)
    assets = dict.fromkeys(("style", "script", "policy", "document", "report_id"), "")
    data = {**assets, "page": present(report, 2000)}
    return lambda: fill(env, "report.html.j2", data)


def _strings(report: "Report") -> Callable[[], str]:
    from confaudit.present.page import present

    groups = present(report, 2000).groups
    return lambda: "".join(_row(row) for group in groups for row in group.rows)


def _row(row: "Entry") -> str:
    chips = " ".join(
        f"<b class={escape(one.value)}>{escape(one.word)}</b>" for one in row.chips if one.is_shown
    )
    names = "".join(f" <code>{escape(one.text)}</code>" for one in row.names)
    sides = f"<td>{_side(row.before, 'del')}<td>{_side(row.after, 'ins')}"
    told = f"<p>{escape(row.evidence)} · <i>{escape(row.fingerprint)}</i>"
    title = escape(row.title)
    return f"<tr id={escape(row.anchor)}><td>{chips}<th scope=row>{title}{names}{sides}{told}\n"


def _side(value: "Shown", mark: str) -> str:
    lead, tail = (f"<i>{escape(one)}</i>" if one else "" for one in (value.lead, value.tail))
    parts = (
        f"<{mark}>{escape(one.text)}</{mark}>" if one.changed else escape(one.text)
        for one in value.segments
    )
    return f"{lead}<code>{''.join(parts)}</code>{tail}"


_WRITERS: dict[str, Callable[["Report"], Callable[[], str]]] = {
    "html": partial(_whole, "html"),
    "md": partial(_whole, "md"),
    "filled": _filled,
    "strings": _strings,
}

if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
