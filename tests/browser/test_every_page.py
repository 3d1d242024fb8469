"""What holds for the page of every report, of whatever kind."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from confaudit.core.model import ChangeKind
from tests.browser.conftest import Opener
from tests.browser.looking import (
    ENTRIES,
    EVERY_LOOK,
    ONE_OF_A_KIND,
    PHONE,
    complaints,
    ids,
    overflow,
    seen,
)
from tests.golden.sample_changes import option
from tests.golden.sample_reports import EMPTY, REPORTS, judged, told_changes
from tests.golden.sample_texts import sample_text

every_report = pytest.mark.parametrize("name", REPORTS)


@every_report
def test_it_fits_the_screen_and_is_accessible_in_both_themes(name: str, open_page: Opener) -> None:
    page = open_page(REPORTS[name], color_scheme="light")
    assert overflow(page) <= 0
    assert name not in EVERY_LOOK or complaints(page) == ""
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0
    assert page.eval_on_selector_all(".plain", SCROLLING) == []
    assert name not in EVERY_LOOK or complaints(page) == ""


SCROLLING = "all => all.filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"


def looks(name: str) -> set[tuple[str, frozenset[str]]]:
    """The kinds of elements of a page."""
    found: set[tuple[str, frozenset[str]]] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.add(  # type: ignore[method-assign]
        (tag, frozenset((dict(attributes).get("class") or "").split()))
    )
    parser.feed(sample_text(name, "html"))
    return found


def test_what_is_held_to_be_accessible_has_every_look() -> None:
    held = set[tuple[str, frozenset[str]]]().union(*map(looks, EVERY_LOOK))
    assert [name for name in REPORTS if "hostile" not in name and not looks(name) <= held] == []


@every_report
def test_without_scripts_all_of_it_is_there_and_without_styles_it_reads(
    name: str, open_page: Opener
) -> None:
    report = REPORTS[name]
    page = open_page(report, scripts=False)
    assert len(ids(page)) == len(told_changes(report)) + len(report.findings)
    assert page.locator("button:visible, input:visible, output:visible").count() == 0
    assert page.locator("noscript").count() == bool(ids(page))
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert seen(page) == ids(page)
    assert overflow(page) <= 0
    page.eval_on_selector_all("style", "all => all.forEach(one => one.remove())")
    levels = page.eval_on_selector_all("h1, h2, h3", "all => all.map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.eval_on_selector_all(ENTRIES, RUN_TOGETHER) == []


RUN_TOGETHER = """
  // Names and labels that a browser without styles shows as one word with their neighbours.
  all => all.flatMap(entry => {
    const told = new Set(entry.innerText.split(/\\s+/));
    const apart = [...entry.querySelectorAll("b, th code, .names code, pre *")];
    return apart.flatMap(one => one.innerText.split(/\\s+/)).filter(word => !told.has(word));
  })
"""


@pytest.mark.parametrize("name", ["every-cause", "upgrade"])
def test_with_forced_colours_states_show_and_nothing_moves_for_those_who_asked_for_rest(
    name: str, open_page: Opener
) -> None:
    page = open_page(REPORTS[name], forced_colors="active", reduced_motion="reduce")
    assert page.eval_on_selector_all("*", MOVING) == []
    card = page.locator(".cards button").first
    border = "one => getComputedStyle(one).border"
    before = card.evaluate(border)
    card.click()
    assert card.evaluate(border) != before
    page.locator(ENTRIES).locator("visible=true").first.evaluate(
        "one => { one.tabIndex = -1; one.focus(); }"
    )
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


MOVING = """
  all => all.filter(one => {
    const style = getComputedStyle(one);
    return style.transitionDuration !== "0s" || style.animationName !== "none"
      || style.scrollBehavior === "smooth";
  }).map(one => one.tagName)
"""


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_tables_sort_and_come_back_and_print_shows_everything_and_nothing_to_press(
    name: str, open_page: Opener
) -> None:
    """Together, as showing a page is what costs."""
    page = open_page(REPORTS[name])
    assert_sorts(page)
    assert_prints(page)


def assert_sorts(page: Page) -> None:
    for original, *later in page.eval_on_selector_all("main table", PRESS_THRICE):
        if len(original["cells"]) < 2:
            assert later == []
            continue
        up, down, back = later
        assert [one["sort"] for one in later] == ["ascending", "descending", None]
        assert sorted(up["cells"]) == sorted(original["cells"])
        assert (down["cells"][0], down["cells"][-1]) == (up["cells"][-1], up["cells"][0])
        assert back["cells"] == original["cells"]


PRESS_THRICE = """
  // The first column of each table: as it is, and after each press of its button.
  all => all.map(table => {
    const head = table.querySelector("thead th");
    const state = () => ({
      sort: head.getAttribute("aria-sort"),
      cells: [...table.tBodies[0].rows].map(row => row.cells[0].innerText.replace(/\\nCopy$/, "")),
    });
    const press = button => [1, 2, 3].map(() => (button.click(), state()));
    const button = head.querySelector("button");
    return [state(), ...(button ? press(button) : [])];
  })
"""


def assert_prints(page: Page) -> None:
    page.emulate_media(color_scheme="dark", media="print")
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    unfolded = page.evaluate(HEIGHT)
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = false)")
    assert page.evaluate(HEIGHT) == unfolded
    for place in ("form", "nav", "#buttons", "button:not(.cards button)"):
        assert page.locator(f"{place}:visible").count() == 0
    assert seen(page) == ids(page)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


HEIGHT = "document.documentElement.scrollHeight"


def test_versions_and_numbers_sort_by_size(open_page: Opener) -> None:
    page = open_page(REPORTS["catalog-releases"])
    table = page.locator("main table").first
    for column in ("Release", "Options"):
        table.get_by_role("button", name=f"Sort by {column}").click()
        titles = [title.split()[0] for title in table.locator("thead th").all_inner_texts()]
        place = titles.index(column)
        cells = table.locator(f"tbody tr > :nth-child({place + 1})").all_inner_texts()
        numbers = [[int(part) for part in re.findall("[0-9]+", cell)] for cell in cells]
        assert numbers == sorted(numbers)


def test_a_duration_tells_what_it_is_exactly(open_page: Opener) -> None:
    page = open_page(REPORTS["every-kind"])
    value = page.locator(".exact", has_text="2160h").or_(page.locator(".exact", has_text="90d"))
    told = value.first.locator("small")
    assert not told.is_visible()
    value.first.hover()
    assert told.is_visible()
    assert told.inner_text().strip() == "= 7776000000000000 ns"
    page.mouse.move(0, 0)
    assert not told.is_visible()
    value.first.focus()
    assert told.is_visible()
    page.emulate_media(media="print")
    value.first.blur()
    assert told.is_visible()


def test_an_exact_value_leaves_no_room_to_scroll(open_page: Opener) -> None:
    ages = (60_000_000_000, 3_155_760_000_000_000_000)
    changes = tuple(
        option("some-age", ChangeKind.CHANGED, *pair, type="duration")
        for pair in (ages, ages[::-1])
    )
    for change in changes:
        page = open_page(replace(EMPTY, judged=judged(changes=(change,))))
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 640})
            assert overflow(page) <= 0
            for value in page.locator(".exact").all():
                value.focus()
                assert overflow(page) <= 0
