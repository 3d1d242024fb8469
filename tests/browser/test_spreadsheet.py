"""The table to take into a spreadsheet, where findings become somebody's work."""

import csv
from pathlib import Path

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from confaudit.core.report.report import Report
from confaudit.present.page import present
from tests.browser.conftest import Opener
from tests.browser.looking import ids, load_again, seen
from tests.golden.sample_history import HISTORY
from tests.golden.sample_reports import ALIKE, FINDINGS, REPORTS, judged

AUDIT = REPORTS["upgrade"]
DIFF = REPORTS["every-cause"]


def table(page: Page, folder: Path) -> list[dict[str, str]]:
    with page.expect_download() as download:
        page.locator("#csv").click()
    assert download.value.suggested_filename.endswith(".csv")
    download.value.save_as(folder / "table.csv")
    with (folder / "table.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_an_audit_becomes_an_action_plan(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(AUDIT)
    rows = table(page, tmp_path)
    order = [row.fingerprint for group in present(AUDIT, 100).groups for row in group.rows]
    assert [row["Fingerprint"] for row in rows] == order
    found = {row["Fingerprint"]: row for row in rows}[FINDINGS[1].fingerprint]
    assert found == {
        "Done": "",
        "Owner": "",
        "Due": "",
        "Deployment": "",
        "When": "before the upgrade",
        "Origin": "by this upgrade",
        "Level": "error",
        "Effect": "will-not-start",
        "What": FINDINGS[1].message,
        "What to do": "Delete the line, or comment it out.",
        "Affects you": f"yes: {FINDINGS[1].because}",
        "Subject": "cache-age",
        "Flag": "cache-age",
        "Variable": "CODER_CACHE_AGE",
        "YAML": "cache.cache-age",
        "Instead": "",
        "Where": "deploy/coder.env:12",
        "Since": "2.34.0",
        "Rule": "empty-value",
        "Fingerprint": FINDINGS[1].fingerprint,
    }


def test_a_history_becomes_a_list_of_changes_with_their_snapshots(
    open_page: Opener, tmp_path: Path
) -> None:
    rows = table(open_page(REPORTS["log"]), tmp_path)
    assert len(rows) == sum(len(entry.changes) for entry in HISTORY)
    first, change = HISTORY[0], HISTORY[0].changes[0]
    assert rows[0]["Taken"] == "2026-03-06T09:30:00Z"
    assert (rows[0]["Deployment"], rows[0]["Release"]) == (first.deployment, first.version)
    assert (rows[0]["Commit"], rows[0]["Option"]) == (first.commit, change.key)


def test_a_comparison_becomes_a_list_of_changes(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(DIFF)
    rows = table(page, tmp_path)
    assert len(rows) == len(ids(page))
    assert rows[0] == {
        "Change": "changed",
        "Cause": "operator",
        "Option": "access-url",
        "Variable": "CODER_ACCESS_URL",
        "YAML": "access.access-url",
        "Before": "https://coder.example.com:8443/a",
        "After": "https://dev.coder.example.com/a",
        "Set by before": "env",
        "Set by after": "yaml",
        "Evidence": "it is set by yaml, and no release explains the value",
    }


@pytest.mark.parametrize("report", [AUDIT, DIFF], ids=["audit", "diff"])
def test_it_holds_what_the_reader_has_filtered(
    report: Report, open_page: Opener, tmp_path: Path
) -> None:
    page = open_page(report)
    page.get_by_role("searchbox").fill("gateway")
    shown = len(seen(page))
    assert 0 < shown < len(ids(page))
    assert len(table(page, tmp_path)) == shown


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "x;=1", "x;\t =1",
            "x\t@A1")  # fmt: skip


def test_no_text_becomes_a_formula(open_page: Opener, tmp_path: Path) -> None:
    """Whatever the reader's country separates cells by."""
    hostile = tuple(
        replace(FINDINGS[0], subject=f"subject-{number}", message=f'{text}",a\r\nb')
        for number, text in enumerate(FORMULAS)
    )
    rows = table(open_page(replace(AUDIT, judged=judged(findings=hostile))), tmp_path)
    told = [row["What"].replace("'", "") for row in rows]
    assert sorted(told) == sorted(one.message for one in hostile)
    for separator in ",;\t":
        with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for line in csv.reader(file, delimiter=separator) for cell in line]
        starts = ("=", "+", "-", "@", "\uff1d")
        assert not [cell for cell in cells if cell.strip().startswith(starts)]


def test_another_tab_loses_no_tick(open_page: Opener) -> None:
    page = open_page(AUDIT)
    page.locator("article").nth(0).get_by_role("checkbox", name="done").check()
    page.evaluate(
        "localStorage.setItem(localStorage.key(0), localStorage[localStorage.key(0)] + ' x')"
    )
    page.locator("article").nth(1).get_by_role("checkbox", name="done").check()
    kept = page.evaluate("localStorage.getItem(localStorage.key(0))").split()
    assert "x" in kept
    assert len(kept) == 3


def test_of_equal_findings_each_is_found_ticked_and_taken_along_by_itself(
    open_page: Opener, tmp_path: Path
) -> None:
    report = REPORTS["alike"]
    page = open_page(report, f"#{ALIKE[-1].fingerprint}")
    row = page.locator(f'[id="{ALIKE[-1].fingerprint}"]')
    expect(row).to_be_in_viewport()
    row.get_by_role("checkbox", name="done").check()
    assert page.locator("#shown").inner_text() == f"1 of {len(ALIKE)} done"
    page.get_by_role("searchbox").fill("coder_smarthost")
    assert seen(page) == [ALIKE[-1].fingerprint]
    assert page.locator(".alike:visible h3").all_inner_texts() == [
        "3 \N{MULTIPLICATION SIGN} Option-Renamed"
    ]
    assert [line["Done"] for line in table(page, tmp_path)] == ["yes"]
    page.get_by_role("searchbox").fill("start the server anew")
    equal = (ALIKE[0], *ALIKE[-2:])
    assert seen(page) == [one.fingerprint for one in equal]
    lines = table(page, tmp_path)
    assert [line["Done"] for line in lines] == ["", "", "yes"]
    assert [line["What"] for line in lines] == [
        ALIKE[0].message,
        *(one.message for one in ALIKE[-2:]),
    ]
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.id") == seen(page)[-1]


def test_what_is_ticked_off_stays_so_and_is_told(open_page: Opener, tmp_path: Path) -> None:
    page = open_page(AUDIT)
    article = page.locator("article").nth(1)
    article.get_by_role("checkbox", name="done").check()
    assert page.locator("#shown").inner_text() == f"1 of {len(ids(page))} done"
    load_again(page)
    assert article.get_by_role("checkbox", name="done").is_checked()
    assert [row["Done"] for row in table(page, tmp_path)][:3] == ["", "yes", ""]
    article.get_by_role("checkbox", name="done").uncheck()
    load_again(page)
    assert not article.get_by_role("checkbox", name="done").is_checked()
