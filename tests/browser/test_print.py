"""What is on paper: the text of the PDF that the browser makes of a page."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final
from unicodedata import normalize

import pytest
from playwright.sync_api import Page
from pypdfium2 import PdfDocument

from confaudit.cli.main import run
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.demo.story import states
from confaudit.workflows.convert import saved_report
from tests.browser.conftest import Opener
from tests.golden.sample_reports import REPORTS

SHEETS: Final = ("A4", "Letter")
LONG: Final = "https://models.example.com/" + "a-long-path/" * 12 + "x" * 90
SAMPLES: Final = (
    *("review", "review-several", "hostile-tables", "catalog-show-backports"),
    *("log", "blame", "show", "status", "doctor", "secrets", "compare"),
)
"""What only a repository has, and what no catalogue has."""

EXCEPTIONS: Final = f"""
accept:
  - fingerprint: "0123456789ab"
    reason: {LONG} {"and so on " * 20}
    owner: {"platform-team-" * 5}
    until_version: 2.36.0
"""
FILES: Final = tuple(f"{'a-folder-with-a-long-name-' * 3}/{name}.env" for name in ("one", "two"))
ENV: Final = f"""
CODER_ACCESS_URL=https://coder.example.com
CODER_AIBRIDGE_OPENAI_BASE_URL={LONG}
CODER_NO_SUCH_NAME=1
"""


@pytest.fixture
def told(clean_folder: Path) -> Callable[..., Report]:
    """Reports of the command line on a deployment before and after an upgrade."""
    (clean_folder / "confaudit.yaml").touch()
    (clean_folder / "confaudit-exceptions.yaml").write_text(EXCEPTIONS)
    for name in FILES:
        (clean_folder / name).parent.mkdir(exist_ok=True)
        (clean_folder / name).write_text(ENV)
    for state, name in zip(states()[1:], ("before.json", "after.json"), strict=True):
        text = json.dumps(state.payload).replace("https://api.openai.com/v1/", LONG)
        assert LONG in text
        (clean_folder / name).write_text(text)
    (clean_folder / "first.json").write_text(json.dumps(states()[0].payload))

    def call(*arguments: str) -> Report:
        assert run([*arguments, "-o", "report.json"]) in (0, 1)
        return saved_report("report.json")

    return call


COMMANDS: Final = (
    ("verify", "before.json", "after.json", "-i", FILES[0]),
    ("upgrade", "before.json", "--to", "2.35.1", "-i", FILES[0]),
    ("check", "before.json", "after.json"),
    ("lint", *FILES, "--version", "2.34.5"),
    ("explain", "ai-gateway-openai-base-url", "before.json", "after.json"),
    ("diff", "before.json", "after.json"),
    ("ignore", "list"),
    ("catalog", "releases"),
    ("catalog", "show", "aibridge-openai-key"),
    ("catalog", "diff", "2.33.0", "2.34.5"),
)


def test_paper_loses_no_column_and_no_cell(told: Callable[..., Report], open_page: Opener) -> None:
    reports = [*(told(*one) for one in COMMANDS), *(REPORTS[name] for name in SAMPLES)]
    assert {one.kind for one in reports} == {*ReportKind}
    for report in reports:
        page = open_page(report, media="print")
        page.evaluate(SHORTEN, LONG)
        cells = {squeezed(text) for text in page.eval_on_selector_all(CELLS, TEXTS)}
        for sheet in SHEETS:
            printed = squeezed("".join(sheets(page, sheet)))
            assert [one for one in cells if one not in printed] == [], (report.kind, sheet)
        page.evaluate(NARROW)
        assert page.eval_on_selector_all(CELLS, CUT) == [], report.kind


def test_an_upgrade_of_the_sample_deployment_takes_few_sheets(
    told: Callable[..., Report], open_page: Opener
) -> None:
    report = told("diff", "first.json", "after.json")
    assert len(report.changes) >= 50
    page = open_page(report, media="print")
    assert max(len(sheets(page, one)) for one in SHEETS) <= 6


CELLS: Final = ".plain :is(th, td:not([aria-hidden])), .group tbody :is(td, th)"
SHORTEN: Final = """
  // Leave of each table the first rows and the long ones: to read much paper takes long.
  long => {
    const isLong = row => row.textContent.includes(long);
    const rows = [...document.querySelectorAll("tr:nth-child(n + 6)")];
    for (const row of rows) if (!isLong(row)) row.remove();
    for (const part of document.querySelectorAll("article, .plan")) part.remove();
  }
"""
NARROW: Final = "document.body.style.width = '182mm'"
"""The room that A4 leaves between its margins, the narrower of both sheets."""
TEXTS: Final = """
  // What each cell says, part by part; not what there is to press.
  all => all.flatMap(cell => {
    const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (!parent.closest("button")) found.push(walker.currentNode.data);
    }
    return found;
  })
"""
CUT: Final = """
  // What reaches over the edge of the sheet or of its own cell.
  all => all.filter(cell => {
    const room = document.querySelector("main").getBoundingClientRect().right + 1;
    return cell.getBoundingClientRect().right > room || cell.scrollWidth > cell.clientWidth + 1;
  }).map(cell => cell.textContent)
"""


def squeezed(text: str) -> str:
    """A text without what may end a line, blanks and hyphens, and without ligatures."""
    return re.sub(r"[\s\x02\ufffe-]", "", normalize("NFKC", text))


def sheets(page: Page, form: str) -> list[str]:
    """What stands on each sheet of paper that a page takes."""
    with PdfDocument(page.pdf(format=form)) as document:
        return [one.get_textpage().get_text_bounded() for one in document]
