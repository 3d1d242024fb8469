"""Markdown for a pull request comment: fits into one, and reads well raw."""

import re
from bisect import bisect_right
from dataclasses import replace
from typing import Final

from confaudit.core.present import Page, present
from confaudit.core.report import Report
from confaudit.render import RenderOptions
from confaudit.render.templated import environment, fill

COMMENT_LIMIT: Final = 65_536
"""Characters GitHub accepts in one comment."""
_VALUE_LIMIT: Final = 200
_FEWEST_CHARACTERS: Final = 30
"""A change takes at least these, so that no more changes than fit need be tried."""


def render(report: Report, options: RenderOptions) -> str:
    """Fill in `diff.md.j2` with as many changes as one comment holds."""
    env = environment(options.templates)
    env.filters.update(code=code, words=words)
    page = present(report, _VALUE_LIMIT)

    def filled(shown: int) -> str:
        hidden = max(0, page.total - shown)
        return fill(env, "diff.md.j2", {"page": _first(page, shown), "hidden": hidden})

    most = min(page.total, COMMENT_LIMIT // _FEWEST_CHARACTERS)
    text = filled(most)
    if len(text) <= COMMENT_LIMIT:
        return text
    fits = bisect_right(range(most), COMMENT_LIMIT, key=lambda shown: len(filled(shown)))
    return filled(max(0, fits - 1))


def _first(page: Page, number: int) -> Page:
    """A page with its first rows only."""
    groups = []
    for group in page.groups:
        groups.append(replace(group, rows=group.rows[: max(0, number)]))
        number -= len(group.rows)
    return replace(page, groups=tuple(group for group in groups if group.rows))


def code(text: str) -> str:
    """Foreign text as code, which no Markdown dialect reads links, mentions or markup from.

    The usual form is back quotes; what could end them or a table cell is written as HTML, every
    sign as an entity.
    """
    if _FITS_BACK_QUOTES.fullmatch(text):
        return f"`{text}`"
    return f"<code>{_SIGN.sub(lambda sign: f'&#{ord(sign[0])};', text)}</code>"


def words(text: str) -> str:
    """Foreign prose: plain words as they are, anything else as code."""
    return " ".join(word if _PLAIN_WORD.fullmatch(word) else code(word) for word in text.split(" "))


_FITS_BACK_QUOTES: Final = re.compile(r"[^`|\\\s]([^`|]*[^`|\\\s])?")
_PLAIN_WORD: Final = re.compile(
    r"\(?(?:(?:[A-Za-z]|[^\x00-\x7f])+(?:['/-][a-z]+)*|v?\d[\d.,:-]*|/)?[.,:;)]*"
)
_SIGN: Final = re.compile(r"[!-/:-@\[-`{-~]")
