"""What a page of 5,000 changes costs its reader, in the system's chromium.

    python -m tests.benchmarks.browser

Milliseconds in the page, median of several rounds: machines differ and are noisy, so the time of a
search is also given in frames of 16.7 ms, and as a multiple of a pass over all rows that reads
their text, which is the least any search has to do.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from confaudit.render import RenderOptions, render
from tests.browser.large import large_report
from tests.browser.looking import SEARCH

ROUNDS = 9
FRAME = 1000 / 60
SEARCHES = ("name_4321", "some", "", "example.com operator", "")
LOADED = "performance.getEntriesByType('navigation')[0].loadEventEnd"
PASS = """() => {
  const start = performance.now();
  const rows = [...document.querySelectorAll("tr[id]")];
  rows.filter((row) => row.textContent.includes("name_4321"));
  return performance.now() - start;
}"""


def measured(page: Page) -> dict[str, float]:
    """Milliseconds of each search, and of the pass to compare with."""
    page.evaluate(SEARCH, "x")
    page.evaluate(SEARCH, "")
    times: dict[str, list[float]] = {f"search {text!r}": [] for text in SEARCHES} | {"pass": []}
    for _ in range(ROUNDS):  # interleaved, so that a slow moment hits all
        times["pass"].append(page.evaluate(PASS))
        for text in SEARCHES:
            times[f"search {text!r}"].append(page.evaluate(SEARCH, text))
    return {name: median(values) for name, values in times.items()}


def main() -> None:
    start = time.perf_counter()
    text = render(large_report(), "html", RenderOptions())
    rendering = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder, "page.html")
        file.write_text(text, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page()
        page.goto(file.as_uri())
        loaded, took = page.evaluate(LOADED), measured(page)
        browser.close()
    sys.stdout.write(f"size {len(text.encode()) / 1e6:.2f} MB, written in {rendering:.2f} s\n")
    sys.stdout.write(f"loaded after {loaded:.0f} ms\n")
    for name, milliseconds in took.items():
        ratio = milliseconds / took["pass"]
        frames = milliseconds / FRAME
        line = f"{name:32} {milliseconds:6.1f} ms {frames:5.1f} frames {ratio:5.1f} x pass\n"
        sys.stdout.write(line)


if __name__ == "__main__":
    main()
