"""A folder of the user's own changes the look of a page; the README's example is what is tested."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.browser.looking import complaints
from tests.golden.sample_reports import REPORTS

OF_COLOUR: Final = ("color-contrast", "link-in-text-block")
"""The rules of axe-core that a change of colours alone can break."""


@pytest.fixture
def house_style(tmp_path: Path) -> Path:
    with as_file(files("confaudit.samples") / "house-style") as folder:
        return shutil.copytree(folder, tmp_path / "house-style")


def painted(page: Page, name: str) -> str:
    found: str = page.evaluate("name => getComputedStyle(document.body)[name]", name)
    return found


@pytest.mark.parametrize("name", ["every-cause", "upgrade"])
def test_one_file_paints_both_themes(name: str, house_style: Path, open_page: Opener) -> None:
    shutil.rmtree(house_style / "partials")
    page = open_page(REPORTS[name], templates=house_style, color_scheme="light")
    assert painted(page, "backgroundColor") == "rgb(243, 247, 246)"
    assert painted(page, "borderTopColor") == "rgb(0, 105, 107)"
    assert complaints(page, *OF_COLOUR) == ""
    page.emulate_media(color_scheme="dark")
    assert painted(page, "backgroundColor") == "rgb(10, 22, 21)"
    assert complaints(page, *OF_COLOUR) == ""
    page.emulate_media(media="print")
    assert painted(page, "backgroundColor") == "rgb(255, 255, 255)"


def test_a_partial_replaces_the_name_at_the_head(house_style: Path, open_page: Opener) -> None:
    page = open_page(REPORTS["upgrade"], templates=house_style)
    assert page.locator(".brand p").inner_text() == (
        "Tidewater platform team · Upgrade audit · 2026-07-02 09:30 UTC"
    )


def test_a_style_sheet_cannot_end_its_element(house_style: Path, open_page: Opener) -> None:
    theme = house_style / "assets" / "theme.css"
    theme.write_text('.brand::after { content: "</style><img src=x>" }', encoding="utf-8")
    page = open_page(REPORTS["upgrade"], templates=house_style)
    assert page.locator("img").count() == 0
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.brand'), '::after').content")
        == '"</style><img src=x>"'
    )
