"""What a reader takes away from an entry: the setting in each dialect, its link, its fix."""

import re
from typing import Final

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from confaudit.core.model import MISSING, ChangeKind
from confaudit.core.report.report import Report
from confaudit.render.json_v1 import document
from tests.browser.conftest import Opener
from tests.browser.looking import ENTRIES, PHONE, clipboard
from tests.golden.sample_changes import option
from tests.golden.sample_reports import EMPTY, FINDINGS, REPORTS, judged, spec

DIFF: Final = REPORTS["every-kind"]
AUDIT: Final = REPORTS["upgrade"]
TITLES: Final = {"flag": "Flag", "env": "Variable", "yaml": "YAML", "helm": "Helm"}


def offered(page: Page, *entries: str) -> list[dict[str, str]]:
    """What the menu of each entry offers to copy, by what it calls it."""
    menus = [dict(menu) for menu in page.evaluate(OPEN_EACH, list(entries))]
    assert [menu.pop("Link") for menu in menus] == [f"#{entry}" for entry in entries]
    return menus


OPEN_EACH: Final = """
  // Bring each entry into sight, by which it gets its button, and press that.
  async entries => {
    const found = [];
    for (const row of entries.map(entry => document.getElementById(entry))) {
      const button = () => [...row.querySelectorAll("button")].find(one => one.textContent === "Copy");
      row.scrollIntoView();
      while (!button()) await new Promise(requestAnimationFrame);
      button().click();
      const menu = document.getElementById("copy");
      const text = (one, tag) => one.querySelector(tag).textContent;
      found.push([...menu.querySelectorAll("button")].map(one => [text(one, "span"), text(one, "code")]));
      menu.hidePopover();
    }
    return found;
  }
"""  # noqa: E501


@pytest.mark.parametrize(
    "report", [DIFF, AUDIT, REPORTS["hostile"]], ids=["diff", "audit", "traps"]
)
def test_every_entry_offers_what_the_report_has_to_paste(report: Report, open_page: Opener) -> None:
    page = open_page(report)
    page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
    told = document(report)
    entries = {
        entry.get("anchor", f"{entry['subject']}:{entry.get('option', entry.get('path'))}"): entry
        for entry in told["changes"]
    } | {entry.get("anchor", entry["fingerprint"]): entry for entry in told.get("findings", [])}
    assert offered(page, *entries) == [
        {
            TITLES[name]: text
            for (setting,) in [entry.get("paste", [{}])]
            for name, text in setting.items()
        }
        for entry in entries.values()
    ]


def test_of_several_options_each_is_told_by_its_name(open_page: Opener) -> None:
    two = replace(
        FINDINGS[4], proposed=MISSING, instead=(spec("http-address"), spec("tls-address"))
    )
    page = open_page(replace(AUDIT, judged=judged(findings=(two,))))
    (menu,) = offered(page, two.fingerprint)
    assert menu == {
        "Flag (CODER_HTTP_ADDRESS)": "--http-address",
        "Variable (CODER_HTTP_ADDRESS)": "CODER_HTTP_ADDRESS",
        "YAML (CODER_HTTP_ADDRESS)": "http.http-address",
        "Flag (CODER_TLS_ADDRESS)": "--tls-address",
        "Variable (CODER_TLS_ADDRESS)": "CODER_TLS_ADDRESS",
        "YAML (CODER_TLS_ADDRESS)": "tls.tls-address",
    }


CHANGE: Final = option("mail-host", ChangeKind.CHANGED, "a", "it's b", type="string")


def test_what_is_shown_is_what_is_copied(open_page: Opener) -> None:
    page = open_page(replace(EMPTY, judged=judged(changes=(CHANGE,))))
    menu = page.locator("#copy")
    (found,) = offered(page, "option:mail-host")
    assert list(found) == list(TITLES.values())
    for name, text in found.items():
        page.get_by_role("button", name="Copy", exact=True).click()
        menu.locator("button", has=page.locator("span", has_text=name)).click()
        expect(menu).to_be_hidden()
        expect(page.locator("#shown")).to_have_text(f"Copied {name}")
        assert clipboard(page) == text


def test_keys_open_the_menu_and_leave_it(open_page: Opener) -> None:
    page = open_page(replace(EMPTY, judged=judged(changes=(CHANGE,))))
    menu = page.locator("#copy")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(menu.get_by_role("button", name="Flag")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    assert clipboard(page) == "CODER_MAIL_HOST='it'\"'\"'s b'"
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


@pytest.mark.parametrize("number", [0, len(FINDINGS) - 1])
def test_the_menu_fits_the_screen(number: int, open_page: Opener) -> None:
    page = open_page(AUDIT)
    page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
    page.set_viewport_size(PHONE)
    entry = page.locator(ENTRIES).nth(number)
    entry.scroll_into_view_if_needed()
    entry.get_by_role("button", name="Copy", exact=True).click()
    box = page.locator("#copy").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert box["y"] + box["height"] <= PHONE["height"]


def test_names_and_links_are_copied(open_page: Opener) -> None:
    page = open_page(DIFF)
    name = page.locator("th code").first
    name.click()
    expect(page.locator("#shown")).to_have_text(f"Copied {name.inner_text()}")
    assert clipboard(page) == name.inner_text()
    page.keyboard.press("j")
    row = page.locator(":focus")
    page.keyboard.press("l")
    expect(page.locator("#shown")).to_have_text(re.compile("#option:"))
    assert clipboard(page) == f"{page.url.split('#')[0]}#{row.get_attribute('id')}"


def test_a_fix_is_copied_as_it_is_to_stand_in_the_file(open_page: Opener) -> None:
    page = open_page(AUDIT)
    page.locator("figure").get_by_role("button").click()
    expect(page.locator("#shown")).to_have_text(re.compile("^Copied"))
    assert clipboard(page) == "\n".join(FINDINGS[4].patches[0].add)
