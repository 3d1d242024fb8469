"""What can be seen of a page, in the words of a test."""

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.golden.sample_reports import REPORTS

ONE_OF_A_KIND: Final = tuple({one.kind: name for name, one in reversed(REPORTS.items())}.values())
"""For each kind of report the name of its first sample."""
EVERY_LOOK: Final = (
    "upgrade-several",
    "alike",
    "every-cause",
    "lint",
    "lint-several",
    "every-kind",
    "catalog-show",
    "status",
    "log",
    "catalog-show-backports",
    "lint-nothing",
    "nothing-read",
    "verify",
    "check",
)
"""Samples that together have every kind of element, by name and classes, that any of them has."""
ENTRIES: Final = "main tr[id], main article[id]"
"""What a report lists: changes and findings."""
PHONE: Final = {"width": 320, "height": 640}
"""The narrowest screen that WCAG 2.2 asks for (1.4.10, reflow)."""


def ids(page: Page) -> list[str]:
    """The permalinks of all entries."""
    found: list[str] = page.eval_on_selector_all(ENTRIES, "all => all.map(one => one.id)")
    return found


def seen(page: Page) -> list[str]:
    """The permalinks of the entries that take room on the page: neither hidden nor folded away."""
    found: list[str] = page.eval_on_selector_all(
        ENTRIES,
        "all => all.filter(one => one.checkVisibility() && one.getBoundingClientRect().height)"
        ".map(one => one.id)",
    )
    return found


def clipboard(page: Page) -> str:
    """What was copied last."""
    found: str = page.evaluate("navigator.clipboard.readText()")
    return found


def load_again(page: Page) -> None:
    """Reload until the browser has stored what it was told to, which it does in its own time."""
    stored = "JSON.stringify(Object.entries(localStorage).sort())"
    told = page.evaluate(stored)
    for pause in (0, 100, 300, 1000, 3000):
        page.wait_for_timeout(pause)
        page.reload()
        if page.evaluate(stored) == told:
            return
    raise AssertionError("the browser has lost what it was told to store")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


def complaints(page: Page, *rules: str, within: str | None = None) -> str:
    """What axe-core finds, empty when nothing; with `rules`, by these alone.

    `within` chooses a part of a page of whose rest others find the same: axe looks long at each
    element.
    """
    chosen = {"runOnly": rules} if rules else {}
    # A page may load nothing, not even for axe, which would fetch what style sheets it has.
    options = {"resultTypes": ["violations"], "preload": False, **chosen}
    found: Any = Axe().run(page, context=within, options=options)
    return str(found.generate_report()) if found.violations_count else ""


SEARCH: Final = """
  // Type a search; milliseconds from the key to the second frame after it, as the reader sees it.
  text => new Promise(done => {
    const search = document.getElementById("search");
    const start = performance.now();
    search.value = text;
    search.dispatchEvent(new Event("input"));
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
  })
"""
