"""Rows of what a page of 5,000 changes costs its reader, in the system's chromium.

A pass over all rows that reads their text is the least that a search has to do.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from tests.benchmarks.data import Data
from tests.benchmarks.rows import Amount, Row

if TYPE_CHECKING:
    from playwright.sync_api import Page

_ROUNDS: Final = 9
_FRAME: Final = 1000 / 60
"""Milliseconds of a frame; the time of a search is told in those, too."""
_SEARCHES: Final = {
    "name_4321": "one row",
    "some": "all rows",
    "example.com operator": "two words",
    "": "nothing",
}
_LOADED: Final = "performance.getEntriesByType('navigation')[0].loadEventEnd"
_PASS: Final = """() => {
  const start = performance.now();
  const rows = [...document.querySelectorAll("tr[id]")];
  rows.filter((row) => row.textContent.includes("name_4321"));
  return performance.now() - start;
}"""


@contextmanager
def browser(data: Data, folder: Path) -> Iterator[list[Row]]:
    """Loading it, and searches that find much and little."""
    from playwright.sync_api import sync_playwright

    from confaudit.render import RenderOptions, render
    from tests.browser.large import large_report

    file = folder / "page.html"
    file.write_text(render(large_report(data.scale.changes), "html", RenderOptions()))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = chromium.new_page()
        page.goto(file.as_uri())
        yield [
            Amount("a page of 5,000 changes loads", 3000, "ms", lambda: page.evaluate(_LOADED)),
            *(
                Amount(f"… finds {what}", 2, "frames", partial(_frames, page, text))
                for text, what in _SEARCHES.items()
            ),
            Amount("… reads all rows, to compare", 2, "frames", partial(_passed, page)),
        ]
        chromium.close()


def _frames(page: "Page", text: str) -> float:
    """The median of some searches, each after another one."""
    from tests.browser.looking import SEARCH

    found = []
    for _ in range(_ROUNDS):
        page.evaluate(SEARCH, "x")
        found.append(page.evaluate(SEARCH, text))
    return median(found) / _FRAME


def _passed(page: "Page") -> float:
    return median(page.evaluate(_PASS) for _ in range(_ROUNDS)) / _FRAME
