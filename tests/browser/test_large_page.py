"""A report of 5,000 changes stays usable. `tests.benchmarks browser` tells what it costs."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.large import CHANGES, large_report
from tests.browser.looking import SEARCH, overflow

LIMIT = 3_000_000


def test_five_thousand_changes_and_a_permalink_into_the_middle_of_them(open_page: Opener) -> None:
    page = open_page(large_report(), "#config:section1.some_option_name_3451")
    assert (open_page.folder / f"{open_page.shown}.html").stat().st_size < LIMIT
    expect(page.locator('[id="config:section1.some_option_name_3451"]')).to_be_in_viewport()
    shown = page.locator("#shown")
    expect(shown).to_have_text(f"{CHANGES} of {CHANGES} shown")
    page.evaluate(SEARCH, "some")  # the first search reads every row
    page.evaluate(SEARCH, "name_4321")
    expect(shown).to_have_text(f"1 of {CHANGES} shown")
    page.evaluate(SEARCH, "")
    expect(shown).to_have_text(f"{CHANGES} of {CHANGES} shown")
    page.get_by_role("button", name=re.compile("operator")).click()
    expect(shown).to_have_text(f"{CHANGES // 4} of {CHANGES} shown")
    assert overflow(page) <= 0
