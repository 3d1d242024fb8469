"""Values over time: seen by everybody, filtered by who did it, and no way in for what they say."""

from typing import Final

from msgspec.structs import replace
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.looking import PHONE, complaints, overflow
from tests.browser.test_hostile_pages import poisoned
from tests.golden.sample_history import HISTORY, change, entry
from tests.golden.sample_reports import REPORTS

MANY: Final = tuple(entry(n, change(f"a-{n}", n, n + 1)) for n in range(30, 0, -1))
REPORT: Final = replace(REPORTS["every-cause"], entries=HISTORY)
"""A history beside changes that there is something to filter by."""


def test_it_fits_and_is_accessible_in_both_themes(open_page: Opener) -> None:
    page = open_page(replace(REPORT, entries=(*HISTORY, *MANY)), color_scheme="light")
    page.eval_on_selector_all(".timeline details", "all => all.forEach(one => one.open = true)")
    assert overflow(page) <= 0
    assert complaints(page, within=".timeline") == ""
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    assert complaints(page, within=".timeline") == ""


def test_a_value_can_be_read_whatever_the_colours(open_page: Opener) -> None:
    page = open_page(REPORT, forced_colors="active")
    assert page.eval_on_selector_all(".timeline text", PAINT) == ["rgb(0, 0, 0)"]
    assert page.eval_on_selector_all(".stay tspan", "all => all.map(one => one.innerHTML)")
    page = open_page(REPORT, media="print")
    for printed in (page.locator(".stay"), page.locator("td", has_text="8h (env)")):
        assert printed.first.evaluate("one => one.getBoundingClientRect().height") > 0


PAINT: Final = "all => [...new Set(all.map(one => getComputedStyle(one).fill))]"


def test_places_tell_when(open_page: Opener) -> None:
    page = open_page(REPORT)
    lane = page.get_by_role("img", name="--session-duration")
    edges = lane.locator(".stay").evaluate_all(EDGES)
    assert edges == sorted(edges)
    upgrade = page.locator(".axis .upgrade").first.bounding_box()
    arrived = page.get_by_role("img", name="--new-option").locator(".release").bounding_box()
    assert upgrade
    assert arrived
    assert abs(upgrade["x"] + upgrade["width"] / 2 - arrived["x"]) < 3


EDGES: Final = "all => all.map(one => one.getBoundingClientRect().x)"


def lanes(page: Page) -> list[str]:
    """The settings that are to be seen."""
    found: list[str] = page.locator(".lanes li:visible code").all_inner_texts()
    return found


def test_a_filter_by_cause_leaves_what_was_done_by_it(open_page: Opener) -> None:
    page = open_page(REPORT)
    everything = lanes(page)
    page.get_by_role("button", name="release").first.click()
    assert lanes(page) == ["--new-option", "--old-option"]
    page.locator("summary", has_text="as a table").click()
    cells = (
        page.locator("#table-timeline-1")
        .locator("xpath=ancestor::details")
        .locator("tbody tr:visible td:nth-child(5)")
    )
    assert cells.all_inner_texts() == ["release", "release"]
    faint = page.locator(".lanes li:visible .faint title").all_text_contents()
    assert [one.split(" ")[0] for one in faint] == ["absent", "unset"]
    page.get_by_role("button", name="Show all").click()
    assert lanes(page) == everything
    assert page.locator(".faint").count() == 0


def test_no_text_of_a_history_can_harm_its_page(open_page: Opener) -> None:
    page = open_page(replace(REPORT, entries=poisoned(HISTORY)))
    assert "alert(1)" in page.locator(".timeline").first.inner_html()
    assert page.locator("img, .timeline script, .timeline a").count() == 0
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert overflow(page) <= 0
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
