"""A real browser over real pages: the system's chromium, never one that Playwright downloads.

Every page a test shows comes from a file, without a network, and whatever it should not do fails
the test: a message on the console, a request, a dialog, a breach of its own security policy.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import Struct, field
from playwright.sync_api import Browser, Page, expect, sync_playwright

from confaudit.core.report.report import Report
from confaudit.render import RenderOptions, render

_CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
_MISSING: Final = "no browser: install Debian's (apt-get install chromium)"
_PATIENCE: Final = 60_000
"""Milliseconds; what a page does takes a few, and a busy machine may take a thousand times that."""
_DESKTOP: Final = {"width": 1280, "height": 800}
_NOTHING_SPECIAL: Final = {
    "media": "screen",
    "color_scheme": "light",
    "reduced_motion": "no-preference",
    "forced_colors": "none",
}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for each process of the test run."""
    if _CHROMIUM is None and os.environ.get("CI"):
        pytest.fail(_MISSING)
    if _CHROMIUM is None:
        pytest.skip(_MISSING)
    home = str(tmp_path_factory.mktemp("browser"))
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=_CHROMIUM, env=os.environ | {"HOME": home, "XDG_CACHE_HOME": home}
        )
        yield found
        found.close()


class Screen(Struct):
    """Two tabs, with and without scripts, for all tests: a new one for each takes thrice as long.

    Remembers what a page did that no page may do.
    """

    browser: Browser
    problems: list[str] = field(default_factory=list)
    _tabs: dict[bool, Page] = field(default_factory=dict)

    def tab(self, scripts: bool) -> Page:
        """The tab, made when it is first asked for."""
        if scripts not in self._tabs:
            self._tabs[scripts] = self._open(scripts)
        return self._tabs[scripts]

    def forget(self) -> None:
        """Leave to the next test no tab that stored something.

        Clearing the storage would not do: it reaches the browser when it likes, perhaps after what
        the next test has stored.
        """
        if self.tab(scripts=True).evaluate("location.protocol === 'file:' && localStorage.length"):
            self._tabs.pop(True).context.close()

    def _open(self, scripts: bool) -> Page:
        context = self.browser.new_context(
            offline=True,
            java_script_enabled=scripts,
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(_PATIENCE)
        page = context.new_page()
        self._watch(page)
        return page

    def _watch(self, page: Page) -> None:
        def note(what: str, told: object) -> None:
            self.problems.append(f"{what}: {told}")

        page.on("console", lambda message: note("console", message.text))  # tells of the policy too
        page.on("pageerror", lambda error: note("error", error))
        page.on("popup", lambda window: note("window", window))
        page.on("dialog", lambda dialog: (note("dialog", dialog.message), dialog.dismiss()))
        page.on("request", lambda request: _is_ours(request.url) or note("request", request.url))


def _is_ours(address: str) -> bool:
    """The page itself, or what it made: a download."""
    return address.startswith(("file:", "blob:"))


@pytest.fixture(scope="session")
def screen(browser: Browser) -> Screen:
    """What the tests of this process look at."""
    return Screen(browser)


class Opener(Struct):
    """Shows reports, each written into a file of its own."""

    screen: Screen
    folder: Path
    shown: int = 0

    def __call__(
        self,
        report: Report,
        fragment: str = "",
        *,
        scripts: bool = True,
        templates: Path | None = None,
        **media: Any,
    ) -> Page:
        """Show a report in place of the one before it; `media` is what its style may ask for."""
        self.shown += 1
        file = self.folder / f"{self.shown}.html"
        file.write_text(
            render(report, "html", RenderOptions(templates=templates)), encoding="utf-8"
        )
        page = self.screen.tab(scripts)
        page.set_viewport_size(_DESKTOP)
        page.emulate_media(**_NOTHING_SPECIAL | media)
        page.goto(file.as_uri() + fragment)
        return page


@pytest.fixture
def open_page(screen: Screen, tmp_path: Path) -> Iterator[Opener]:
    """Show reports in the browser; at the end of the test nothing may have gone wrong."""
    screen.problems.clear()
    yield Opener(screen, tmp_path)
    screen.forget()
    assert screen.problems == []
