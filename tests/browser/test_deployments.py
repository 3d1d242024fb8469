"""The page on several deployments: a section each, one search and one set of filters for all."""

from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.looking import seen
from tests.golden.sample_reports import LINTED, UPGRADED


def sections(page: Page) -> list[str]:
    """The names of the deployments to be seen."""
    found: list[str] = page.locator("section.deployment:visible > h2").all_inner_texts()
    return found


def contents(page: Page) -> list[str]:
    found: list[str] = page.locator("nav li:visible").all_inner_texts()
    return [" ".join(text.split()) for text in found]


def test_every_deployment_has_its_section_and_its_place_in_the_contents(open_page: Opener) -> None:
    page = open_page(LINTED)
    assert sections(page) == [part.deployment for part in LINTED.parts]
    counts = [len(part.judged.shown) for part in LINTED.parts]
    assert contents(page) == [f"{name} {n}" for name, n in zip(sections(page), counts, strict=True)]
    page.locator("main table a").nth(2).click()
    assert page.url.endswith("#deployment-3")


def test_a_search_goes_over_all_and_leaves_out_where_it_finds_nothing(open_page: Opener) -> None:
    page = open_page(LINTED)
    page.locator("#search").fill("placeholder")
    assert sections(page) == ["prod/values.yaml"]
    assert contents(page) == ["prod/values.yaml 1 of 4"]
    page.locator("#clear").click()
    assert len(sections(page)) == 3


def test_a_deployment_can_be_filtered_by_and_linked_to(open_page: Opener) -> None:
    page = open_page(UPGRADED)
    page.locator("#filters > summary").click()
    page.locator("[data-facet=deployment] button", has_text="staging").click()
    own = {finding.fingerprint for finding in UPGRADED.parts[1].findings}
    assert set(seen(page)) == own
    assert page.url.endswith("#deployment=deployment-2")
    page.evaluate("location.hash = 'deployment-1'")  # a link to what is filtered away
    page.locator("#deployment-1").wait_for()
    assert sections(page) == ["prod", "staging"]
