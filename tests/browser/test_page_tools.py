"""What scripts add to a page: filters, search, links, keys, copying, downloading, themes."""

import json
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from confaudit.core.report.report import Report
from confaudit.present.page import present
from tests.browser.conftest import Opener
from tests.browser.looking import ENTRIES, ONE_OF_A_KIND, clipboard, ids, load_again, seen
from tests.golden.sample_reports import FINDINGS, REPORTS

GOLDEN: Final = Path(__file__).parents[1] / "golden" / "expected"
LISTING: Final = [
    name for name in (*ONE_OF_A_KIND, "alike") if REPORTS[name].changes or REPORTS[name].findings
]
"""Reports with something to filter: others have no tools."""

DIFF: Final = REPORTS["every-cause"]
AUDIT: Final = REPORTS["upgrade"]


def carrying(report: Report, facet: str, *values: str) -> list[str]:
    """The permalinks of the entries with one of these labels, in the order of the page."""
    page = present(report, 100)
    entries = [one for part in page.groups for one in part.rows]
    return [
        one.anchor
        for one in entries
        if any(chip.facet == facet and chip.value in values for chip in one.chips)
    ]


def press(page: Page, facet: str, value: str) -> None:
    page.eval_on_selector_all("#filters", "all => all.forEach(one => one.open = true)")
    page.locator(f'.cards [data-facet="{facet}"][data-value="{value}"] button').click()


def count(page: Page) -> str:
    """What the live region says."""
    return page.locator("#shown").inner_text()


def told(page: Page, number: int) -> str:
    return f"{number} of {len(ids(page))} shown"


def open_all(page: Page) -> list[str]:
    """Unfold what is folded; the permalinks of everything."""
    page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
    return ids(page)


# --- filters and search -------------------------------------------------------------------------


@pytest.mark.parametrize("name", LISTING)
def test_every_count_is_a_filter_and_the_download_is_the_json_report(
    name: str, open_page: Opener, tmp_path: Path
) -> None:
    """Together, as showing a page is what costs, and a download leaves it as it is."""
    page = open_page(REPORTS[name])
    assert_downloads(page, name, tmp_path)
    everything = open_all(page)
    pressed = page.evaluate(PRESS_EACH, ENTRIES)
    assert len(pressed) == page.locator(".cards button").count() > 0
    for card in pressed:
        expected = carrying(REPORTS[name], card["facet"], card["value"])
        assert int(card["number"]) == len(expected) > 0
        assert card["states"] == ["true", "false"]
        assert card["seen"] == expected
        assert card["told"] == told(page, len(expected))
    assert seen(page) == everything


PRESS_EACH: Final = """
  // Press each count and press it again; what was to be seen in between, and its states.
  entries => [...document.querySelectorAll(".cards [data-facet]")].map(card => {
    const button = card.querySelector("button");
    const found = { ...card.dataset, number: card.querySelector("strong").textContent };
    button.click();
    found.seen = [...document.querySelectorAll(entries)]
      .filter(one => one.checkVisibility() && one.getBoundingClientRect().height)
      .map(one => one.id);
    found.told = document.getElementById("shown").value;
    found.states = [button.getAttribute("aria-pressed")];
    button.click();
    found.states.push(button.getAttribute("aria-pressed"));
    return found;
  })
"""


@pytest.mark.parametrize(
    ("report", "first", "second", "other"),
    [
        (DIFF, ("cause", "operator"), ("cause", "computed"), ("kind", "changed")),
        (AUDIT, ("level", "error"), ("level", "info"), ("effect", "advice")),
    ],
    ids=["diff", "audit"],
)
def test_labels_of_one_sort_add_up_and_sorts_narrow_down(
    report: Report,
    first: tuple[str, str],
    second: tuple[str, str],
    other: tuple[str, str],
    open_page: Opener,
) -> None:
    page = open_page(report)
    press(page, *first)
    press(page, *second)
    both = carrying(report, first[0], first[1], second[1])
    assert seen(page) == both
    press(page, *other)
    assert seen(page) == [one for one in both if one in carrying(report, *other)] != []


@pytest.mark.parametrize(
    ("report", "chosen", "text"),
    [(DIFF, ("cause", "release"), "new"), (AUDIT, ("level", "warning"), "gateway")],
    ids=["diff", "audit"],
)
def test_every_number_tells_what_its_label_would_show_beside_what_is_chosen(
    report: Report, chosen: tuple[str, str], text: str, open_page: Opener
) -> None:
    page = open_page(report)
    page.get_by_role("searchbox").fill(text)
    found = set(seen(page))
    press(page, *chosen)
    for card in page.locator(".cards [data-facet]").all():
        facet, value = (
            card.get_attribute("data-facet") or "",
            card.get_attribute("data-value") or "",
        )
        expected = found & set(carrying(report, facet, value))
        if facet != chosen[0]:
            expected &= set(carrying(report, *chosen))
        assert int(card.locator("strong").inner_text()) == len(expected), (facet, value)


def test_filters_name_what_is_chosen_and_open_for_a_link_to_it(open_page: Opener) -> None:
    page = open_page(DIFF)
    filters = page.locator("#filters")
    summary = filters.locator("summary")
    assert not filters.locator("button").first.is_visible()
    page.keyboard.press("f")
    filters.get_by_role("button", name="Gateway").click()
    filters.get_by_role("button", name="Networking").click()
    assert summary.inner_text() == "Filter: Gateway, Networking"
    page.reload()
    assert filters.locator("button").first.is_visible()
    assert summary.inner_text() == "Filter: Gateway, Networking"
    assert seen(page) == carrying(DIFF, "area", "gateway", "networking")


@pytest.mark.parametrize(
    ("name", "searches"),
    [
        (
            "every-cause",
            {
                "--docs-url": ["option:docs-url"],
                "CODER_DOCS_URL": ["option:docs-url"],
                "docs.docs-url": ["option:docs-url"],
                "docs  URL": ["option:docs-url"],
                "@v2.35.1 version": ["option:docs-url"],
                "new-0 new-07": ["option:new-07"],
                "there is no such thing": [],
            },
        ),
        (
            "every-kind",
            {"tls.permit": ["option:tls-allow"], "876600h": ["option:max-token-lifetime"]},
        ),
        (
            "upgrade",
            {
                "empty-value": [FINDINGS[1].fingerprint],
                FINDINGS[4].fingerprint: [FINDINGS[4].fingerprint],
                "coder_bridge_url old": [FINDINGS[4].fingerprint],
                "there is no such thing": [],
            },
        ),
    ],
)
def test_search(name: str, searches: dict[str, list[str]], open_page: Opener) -> None:
    page = open_page(REPORTS[name])
    box = page.get_by_role("searchbox", name="Search")
    for text, expected in searches.items():
        box.fill(text)
        assert seen(page) == expected
        assert count(page) == told(page, len(expected))
        assert page.locator("#none").is_visible() == (not expected)
        assert page.locator("details.group:visible").count() == len(expected)
    page.get_by_role("button", name="Show all").click()
    assert box.input_value() == ""
    assert page.get_by_role("button", name="Show all").is_disabled()
    assert count(page) == told(page, len(ids(page)))


def test_a_filter_leaves_groups_as_the_reader_had_them(open_page: Opener) -> None:
    page = open_page(DIFF)
    page.locator("details.group > summary").first.click()
    before = seen(page)
    assert before != ids(page)
    page.get_by_role("searchbox").fill("e")
    page.get_by_role("button", name="Show all").click()
    assert seen(page) == before


# --- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "label", "text"),
    [(DIFF, ("cause", "release"), "new-1 & <b>"), (AUDIT, ("level", "warning"), "old=new%20, ü#")],
    ids=["diff", "audit"],
)
def test_the_view_is_a_link(
    report: Report, label: tuple[str, str], text: str, open_page: Opener
) -> None:
    page = open_page(report)
    press(page, *label)
    filtered = seen(page)
    page.reload()
    assert seen(page) == filtered == carrying(report, *label)
    page.get_by_role("searchbox").fill(text)
    page.reload()
    assert page.get_by_role("searchbox").input_value() == text
    assert seen(page) == []
    page.get_by_role("button", name="Show all").click()
    assert "=" not in page.url
    page.reload()
    assert count(page) == told(page, len(ids(page)))


def test_a_link_that_means_nothing_shows_the_whole(open_page: Opener) -> None:
    page = open_page(DIFF, "#%")
    every = open_all(page)
    for fragment in ("%", "no-such-thing", "kind=", "kind=no-such-kind", "x=1", "a=b=c", ""):
        follow(page, fragment)
        assert seen(page) == every, fragment
    follow(page, "q=%")
    assert page.get_by_role("searchbox").input_value() == "%"


@pytest.mark.parametrize("name", LISTING)
def test_a_permalink_opens_what_is_folded_and_clears_what_hides_it(
    name: str, open_page: Opener
) -> None:
    page = open_page(REPORTS[name])
    target = ids(page)[-1]
    entry = page.locator(f'[id="{target}"]')
    page.get_by_role("searchbox").fill("there is no such thing")
    follow(page, target)
    expect(entry).to_be_in_viewport()
    assert page.get_by_role("searchbox").input_value() == ""
    fold_all(page)
    follow(page, target)
    expect(entry).to_be_in_viewport()
    fresh = open_page(REPORTS[name], f"#{target}")
    expect(fresh.locator(f'[id="{target}"]')).to_be_in_viewport()


def follow(page: Page, target: str) -> None:
    page.evaluate("target => { location.hash = ''; location.hash = target; }", target)


def fold_all(page: Page) -> None:
    page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = false)")


@pytest.mark.parametrize("report", [DIFF, AUDIT], ids=["diff", "audit"])
def test_every_entry_offers_its_link(report: Report, open_page: Opener) -> None:
    page = open_page(report)
    every = open_all(page)
    entries = page.locator(ENTRIES)
    for number in (0, len(every) // 2, len(every) - 1):
        entries.nth(number).scroll_into_view_if_needed()
        entries.nth(number).get_by_role("button", name="Copy", exact=True).click()
        page.locator("#copy button").last.click()
        assert clipboard(page) == f"{page.url.split('#')[0]}#{every[number]}"


def test_every_finding_is_its_link(open_page: Opener) -> None:
    page = open_page(AUDIT)
    links = page.eval_on_selector_all(
        "article", "all => all.map(one => one.querySelector('.chips a').hash.slice(1))"
    )
    assert links == ids(page)


# --- keys ---------------------------------------------------------------------------------------


def focused(page: Page) -> str:
    found: str = page.evaluate("document.activeElement.id")
    return found


@pytest.mark.parametrize("report", [DIFF, AUDIT], ids=["diff", "audit"])
def test_keys(report: Report, open_page: Opener) -> None:
    page = open_page(report)
    visible = seen(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert focused(page) == visible[1]
    page.keyboard.press("k")
    assert focused(page) == visible[0]
    page.keyboard.press("?")
    assert page.locator("#help dl").is_visible()
    page.keyboard.press("/")
    assert focused(page) == "search"
    page.keyboard.type("je?k/")
    assert page.get_by_role("searchbox").input_value() == "je?k/"
    assert page.locator("#help dl").is_visible()
    page.keyboard.press("Escape")
    assert page.get_by_role("searchbox").input_value() == ""
    page.locator("h1").click()
    page.keyboard.press("Control+j")
    assert focused(page) == ""


def test_e_folds_and_unfolds(open_page: Opener) -> None:
    page = open_page(DIFF)
    open_all(page)
    page.keyboard.press("e")
    assert seen(page) == []
    page.keyboard.press("e")
    assert seen(page) == ids(page)
    page.get_by_role("button", name="Fold all").click()
    assert seen(page) == []
    page.get_by_role("button", name="Unfold all").click()
    assert seen(page) == ids(page)


def test_the_first_tab_skips_to_the_report(open_page: Opener) -> None:
    page = open_page(DIFF)
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to the report")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()


# --- downloading --------------------------------------------------------------------


def assert_downloads(page: Page, name: str, folder: Path) -> None:
    embedded = page.locator("#confaudit-data").text_content()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    assert download.value.suggested_filename == f"confaudit-{REPORTS[name].kind}.json"
    download.value.save_as(folder / "report.json")
    text = (folder / "report.json").read_text(encoding="utf-8")
    assert text == embedded
    assert json.loads(text) == json.loads((GOLDEN / f"{name}.json").read_bytes())


# --- themes -------------------------------------------------------------------------------------


def is_dark(page: Page) -> bool:
    found: bool = page.evaluate(
        "(([r, g, b]) => r + g + b < 384)"
        "(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number))"
    )
    return found


@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_reader_chooses_the_theme_and_it_stays(system: str, open_page: Opener) -> None:
    page = open_page(DIFF, color_scheme=system)
    started_dark = system == "dark"
    assert is_dark(page) == started_dark
    page.get_by_role("button", name="theme").click()
    assert is_dark(page) != started_dark
    load_again(page)
    assert is_dark(page) != started_dark
    page.get_by_role("button", name="theme").click()
    assert is_dark(page) == started_dark


def test_without_a_choice_the_page_follows_the_system(open_page: Opener) -> None:
    page = open_page(DIFF, color_scheme="light")
    assert page.get_by_role("button", name="Dark theme").is_visible()
    page.emulate_media(color_scheme="dark")
    assert is_dark(page)
    expect(page.get_by_role("button", name="Light theme")).to_be_visible()
