"""Markdown for a pull request comment: fits into one, and reads well raw."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

from confaudit.core.present import Page, TableShown, present
from confaudit.core.present.changes import Group
from confaudit.core.present.findings import Section
from confaudit.core.report import Report
from confaudit.render import RenderOptions
from confaudit.render.templated import environment, fill

COMMENT_LIMIT: Final = 65_536
"""Characters GitHub accepts in one comment."""
_VALUE_LIMIT: Final = 200
_FEWEST_CHARACTERS: Final = 30
"""A row takes at least these, so that no more rows than fit need be tried."""


def render(report: Report, options: RenderOptions) -> str:
    """Fill in `report.md.j2` with as many findings, changes and rows as one comment holds."""
    env = environment(options.templates)
    env.filters.update(code=code, words=words, fence=fence)
    page = present(report, _VALUE_LIMIT)

    def filled(shown: int) -> str:
        hidden = max(0, page.total - shown)
        return fill(env, "report.md.j2", {"page": _first(page, shown), "hidden": hidden})

    most = min(page.total, COMMENT_LIMIT // _FEWEST_CHARACTERS)
    text = filled(most)
    if len(text) <= COMMENT_LIMIT:
        return text
    fits = bisect_right(range(most), COMMENT_LIMIT, key=lambda shown: len(filled(shown)))
    return filled(max(0, fits - 1))


_Part = TypeVar("_Part", Section, Group, TableShown)


def _first(page: Page, number: int) -> Page:
    """A page with its first rows only: those of its findings, of its changes, of its tables."""
    after_findings = number - sum(len(section.rows) for section in page.sections)
    after_changes = after_findings - sum(len(group.rows) for group in page.groups)
    return replace(
        page,
        sections=_cut(page.sections, number),
        groups=_cut(page.groups, after_findings),
        tables=_cut(page.tables, after_changes),
    )


def _cut(parts: tuple[_Part, ...], number: int) -> tuple[_Part, ...]:
    """The parts that hold the first rows, and only those rows."""
    found = []
    for part in parts:
        found.append(replace(part, rows=part.rows[: max(0, number)]))
        number -= len(part.rows)
    return tuple(part for part in found if part.rows)


def code(text: str) -> str:
    """Foreign text as code, which no Markdown dialect reads links, mentions or markup from.

    The usual form is back quotes; what could end them or a table cell is written as HTML, every
    sign as an entity.
    """
    if _FITS_BACK_QUOTES.fullmatch(text):
        return f"`{text}`"
    return f"<code>{_SIGN.sub(lambda sign: f'&#{ord(sign[0])};', text)}</code>"


def words(text: str) -> str:
    """Foreign prose: plain words as they are, anything else as code, but for the stop after it."""
    return " ".join(map(_word, text.split(" ")))


def fence(lines: Sequence[str], language: str = "") -> str:
    """Foreign lines as a code block that none of them can end."""
    longest = max((len(run) for line in lines for run in _BACK_QUOTES.findall(line)), default=0)
    bar = "`" * max(3, longest + 1)
    return "\n".join((f"{bar}{language}", *lines, bar))


def _word(word: str) -> str:
    if _PLAIN_WORD.fullmatch(word):
        return word
    bare = word.rstrip(".,:;")
    return code(bare) + word[len(bare) :] if bare else code(word)


_BACK_QUOTES: Final = re.compile("`+")
_FITS_BACK_QUOTES: Final = re.compile(r"[^`|\\\s]([^`|]*[^`|\\\s])?")
_PLAIN_WORD: Final = re.compile(
    r"\(?(?:(?:[A-Za-z]|[^\x00-\x7f])+(?:['/-][a-z]+)*|v?\d[\d.,:-]*|/)?[.,:;)]*"
)
_SIGN: Final = re.compile(r"[!-/:-@\[-`{-~]")
