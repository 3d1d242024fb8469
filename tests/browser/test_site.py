"""The static site in a browser, from the disk: looked at as the pages of reports are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from confaudit.site.paths import OPTIONS, OVERVIEW, SEARCH
from tests.browser.conftest import Screen
from tests.browser.looking import PHONE, complaints, overflow

DESKTOP = {"width": 1280, "height": 800}
KINDS = (
    OVERVIEW, OPTIONS, SEARCH, "deployments/prod.html", "options/max-token-lifetime.html", "upgrade"
)  # fmt: skip
"""A page of each kind; the last is that of a snapshot."""


class Visitor:
    """Opens pages of the site."""

    def __init__(self, screen: Screen, site: Path) -> None:
        self._screen, self._site = screen, site

    def __call__(self, path: str, *, scripts: bool = True, scheme: str = "light") -> Page:
        page = self._screen.tab(scripts)
        page.set_viewport_size(DESKTOP)
        page.emulate_media(color_scheme=scheme, media="screen")  # type: ignore[arg-type]
        page.goto((self._site / (self._upgrade if path == "upgrade" else path)).as_uri())
        return page

    @property
    def _upgrade(self) -> Path:
        return max((self._site / "snapshots").glob("*-prod.html"), key=lambda at: at.stat().st_size)


@pytest.fixture
def visit(screen: Screen, site: Path) -> Iterator[Visitor]:
    """Look at pages; at the end of the test nothing may have gone wrong."""
    screen.problems.clear()
    yield Visitor(screen, site)
    assert screen.problems == []


@pytest.mark.parametrize("path", KINDS)
def test_it_fits_the_screen_and_is_accessible_in_both_themes(path: str, visit: Visitor) -> None:
    page = visit(path)
    assert overflow(page) <= 0
    assert complaints(page) == ""
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert overflow(page) <= 0
    assert complaints(page) == ""


@pytest.mark.parametrize("path", KINDS)
def test_without_scripts_nothing_asks_for_them(path: str, visit: Visitor) -> None:
    page = visit(path, scripts=False)
    assert page.locator("button:visible, input:visible").count() == 0
    assert page.locator("h1").inner_text()
    assert page.locator("header nav a:visible").count() >= 3


def found(page: Page, text: str) -> list[str]:
    page.get_by_label("Words").fill(text)
    return page.locator("#found a").all_inner_texts()


def test_search_finds_options_deployments_and_snapshots(visit: Visitor) -> None:
    page = visit(SEARCH)
    assert found(page, "CONNECTION no such thing") == []
    assert page.locator("output").inner_text() == "0 found"
    assert "prod" in found(page, "deployment prod")
    assert found(page, "relay.example") == ["--email-smarthost", "--notifications-email-smarthost"]
    assert found(page, "retire") == ["2025-10-01 09:00 UTC old"]
    assert found(page, "max-token LIFE option")[0] == "--max-token-lifetime"
    page.locator("#found a").first.click()
    assert page.locator("h1").inner_text() == "--max-token-lifetime"


def test_the_overview_is_sorted_and_filtered(visit: Visitor) -> None:
    page = visit(OVERVIEW)
    names = page.locator("table").first.locator("tbody tr:visible th")
    assert names.all_inner_texts() == ["fleet-a", "fleet-b", "old", "prod", "staging"]
    page.get_by_label("Sort by Release").first.click()
    assert names.first.inner_text() == "old"
    page.get_by_label("Filter").fill("FLEET 2.34")
    assert names.all_inner_texts() == ["fleet-a", "fleet-b"]


def test_one_gets_from_the_fleet_to_a_value_and_back(visit: Visitor) -> None:
    page = visit(OVERVIEW, scripts=False)
    page.get_by_role("link", name="prod").first.click()
    page.get_by_role("link", name="2025-04-21 06:00 UTC").click()
    assert page.locator("h1").inner_text() == "prod, 2025-04-21 06:00 UTC"
    page.get_by_role("link", name="--email-smarthost").click()
    assert page.locator("h1").inner_text() == "--email-smarthost"
    page.get_by_role("link", name="Deployments").click()
    assert page.url.endswith(OVERVIEW)
