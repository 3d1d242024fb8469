"""Markdown for a pull request comment: fits into one, and reads well raw."""

import re
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import Final, TypeVar

from msgspec.structs import replace

from confaudit.core.report.report import Report
from confaudit.core.text.wording import plural, visible
from confaudit.patterns import regex
from confaudit.present.decisions import Decisions
from confaudit.present.entries import Fact, Group
from confaudit.present.page import Page, present
from confaudit.present.plan import StageShown, StepShown
from confaudit.present.tables import TableShown
from confaudit.render import RenderOptions
from confaudit.render.templated import environment, fill

COMMENT_LIMIT: Final = 65_536
"""Characters GitHub accepts in one description.

For comments it counts 262,144 bytes, which as many characters never exceed.
"""
_REPORT_LIMIT: Final = COMMENT_LIMIT - 80
"""A key of up to 64 signs, which `confaudit comment` adds, has to fit in as well."""
_ROOM: Final = COMMENT_LIMIT // 4
"""What notes may take of it, and what the plan may: the rest is for findings and changes."""
_LINKS: Final = 10
"""So many findings one step names."""
_VALUE_LIMIT: Final = 200
_MANY: Final = 128
"""So many rows are tried first, and twice as many as long as they fit."""


def render(report: Report, options: RenderOptions) -> str:
    """Fill in `report.md.j2` with as many findings, changes and rows as one comment holds."""
    env = environment(options.templates)
    env.filters.update(code=code, words=words, tagged=tagged, fence=fence, linked=linked)
    page = _shortened(present(report, _VALUE_LIMIT))
    known = {"sizes": _sizes(page), "elsewhere": tuple(map(visible, options.elsewhere))}

    @cache
    def filled(shown: int) -> str:
        cut = {"page": _first(page, shown), "hidden": max(0, page.total - shown)}
        return fill(env, "report.md.j2", {**known, **cut})

    return filled(_most_fitting(page.total, lambda shown: size(filled(shown)) - _REPORT_LIMIT))


def _most_fitting(total: int, excess: Callable[[int], int]) -> int:
    """How many of so many rows fit; `excess` is by how much a number of them is too long."""
    fits, fails, known = 0, total + 1, {0: excess(0)}
    reach = min(_MANY, total)
    while fits + 1 < fails:
        known[reach] = excess(reach)
        fits, fails = (fits, reach) if known[reach] > 0 else (reach, fails)
        reach = _between(fits, fails, known)
    return fits


def _between(fits: int, fails: int, known: Mapping[int, int]) -> int:
    """The number to try next: rows are mostly of one length, and every other step halves."""
    if fails not in known:
        return min(2 * fits, fails - 1)
    if len(known) % 2:
        return (fits + fails) // 2
    left, over = max(0, -known[fits]), known[fails]
    return min(max(fits + 1, fits + (fails - fits) * left // (left + over)), fails - 1)


def size(text: str) -> int:
    """How long the strictest takes it to be: in UTF-16, with the two-sign line ends of a form."""
    return len(text.encode("utf-16-le")) // 2 + text.count("\n")


def _sizes(page: Page) -> dict[str, int]:
    """How many rows each group and table has in all, by its anchor."""
    found = dict(_anchors((*page.groups, *page.decisions, *page.tables)))
    for part in page.parts:
        found |= _sizes(part)
    return found


def _shortened(page: Page, room: int = _ROOM) -> Page:
    """A page whose notes and plan take `room` each, and that tells what is general once."""
    share = room // (1 + len(page.parts))
    return replace(
        page,
        plan=tuple(_few_steps(page.plan, share)),
        groups=tuple(map(_told_once, page.groups)),
        notes=_few_notes(page.notes, share),
        parts=tuple(_shortened(part, share) for part in page.parts),
    )


def _few_notes(notes: Sequence[str], room: int) -> tuple[str, ...]:
    shown = _fitting((size(words(note)) for note in notes), room)
    rest = len(notes) - shown
    more = (f"{plural(rest, 'more note')} did not fit in here.",) if rest else ()
    return (*notes[:shown], *more)


def _few_steps(plan: Iterable[StageShown], room: int) -> Iterator[StageShown]:
    """The stages with as many of their steps as there is room for, from the first on."""
    stages = [replace(one, steps=tuple(map(_few_links, one.steps))) for one in plan]
    left = _fitting((_step_size(step) for stage in stages for step in stage.steps), room)
    for stage in stages:
        kept = stage.steps[:left]
        left -= len(kept)
        yield replace(stage, steps=kept, more=len(stage.steps) - len(kept))


def _few_links(step: StepShown) -> StepShown:
    return replace(step, links=step.links[:_LINKS], more=max(0, len(step.links) - _LINKS))


def _step_size(step: StepShown) -> int:
    texts = (words(step.text), *(f"{code(link.text)}{link.anchor}" for link in step.links))
    return sum(size(text) + len("(`` , )") for text in texts)


def _fitting(sizes: Iterable[int], room: int) -> int:
    """How many of some things there is room for, from the first on."""
    return bisect_right([*accumulate(sizes)], room)


def _told_once(group: Group) -> Group:
    """A group where what holds for all findings of a rule stands with the first of them only.

    Or with all that are told as one with it.
    """
    told: dict[tuple[str, Fact], Hashable] = {}
    rows = []
    for row in group.rows:
        kin = row.alike.kin if row.alike else row.anchor
        facts = tuple(one for one in row.facts if told.get((row.rule, one), kin) == kin)
        told |= {(row.rule, one): kin for one in facts if one.is_general}
        rows.append(replace(row, facts=facts))
    return replace(group, rows=tuple(rows))


def _first(page: Page, number: int) -> Page:
    """A page with the first of its rows and parts only."""
    kept: dict[str, int] = {}
    for anchor, size in _in_order(page):
        kept[anchor] = max(0, min(size, number))
        number -= size
    return _cut(page, kept)


def _in_order(page: Page) -> Iterator[tuple[str, int]]:
    """The anchors of what can be cut, with how much it counts, the most important first.

    Tables that lead to the rest come before it, others after findings and changes.
    """
    yield from _anchors([table for table in page.tables if table.links or page.parts])
    yield from _anchors(() if page.parts else _judged(page))
    for part in page.parts:
        yield part.anchor, 1
        yield from _anchors(_judged(part))
    if page.parts:
        yield from _anchors(page.decisions)
    for one in page.parts or (page,):
        yield from _anchors([table for table in one.tables if not table.links])


def _judged(page: Page) -> tuple[Group | Decisions, ...]:
    """What is to be seen first, what counts, and then what does not."""
    first = (one for one in page.decisions if not one.is_folded)
    return (*first, *page.groups, *(one for one in page.decisions if one.is_folded))


def _anchors(rows: Sequence[Group | Decisions | TableShown]) -> Iterator[tuple[str, int]]:
    return ((one.anchor, len(one.rows)) for one in rows)


def _cut(page: Page, kept: Mapping[str, int]) -> Page:
    """A page with so many rows of each group and table, and without what has none left."""
    return replace(
        page,
        groups=_cut_rows(page.groups, kept),
        decisions=_cut_rows(page.decisions, kept),
        tables=_cut_rows(page.tables, kept),
        parts=tuple(_cut(part, kept) for part in page.parts if kept[part.anchor]),
    )


_Rows = TypeVar("_Rows", Group, Decisions, TableShown)


def _cut_rows(all_rows: tuple[_Rows, ...], kept: Mapping[str, int]) -> tuple[_Rows, ...]:
    found = (replace(one, rows=one.rows[: kept[one.anchor]]) for one in all_rows)
    return tuple(one for one in found if one.rows)


def code(text: str) -> str:
    """Foreign text as code, which no Markdown dialect reads links, mentions or markup from.

    The usual form is back quotes; what could end them or a table cell is written as HTML, every
    sign as an entity.
    """
    if _FITS_BACK_QUOTES.fullmatch(text):
        return f"`{text}`"
    return _code_tag(text)


def words(text: str) -> str:
    """Foreign prose: plain words as they are, anything else as code, but for the stop after it.

    What stands in back quotes becomes one piece of code.
    """
    return _prose(text, code)


def tagged(text: str) -> str:
    """Foreign prose inside an HTML tag, where back quotes mean nothing; names stay legible."""
    return _prose(text, _code_in_html)


def linked(marked: str, page: str) -> str:
    """What is Markdown already as a link to a safe page.

    To GitHub it goes by its own way round: else every comment would be told in the issue itself.
    """
    way = page.replace("https://github.com/", "https://redirect.github.com/", 1)
    return f"[{marked}]({way})"


def fence(lines: Sequence[str], language: str = "") -> str:
    """Foreign lines as a code block that none of them can end."""
    longest = max((len(run) for line in lines for run in _BACK_QUOTES.findall(line)), default=0)
    bar = "`" * max(3, longest + 1)
    return "\n".join((f"{bar}{language}", *lines, bar))


def _code_tag(text: str) -> str:
    return f"<code>{_SIGN.sub(lambda sign: f'&#{ord(sign[0])};', text)}</code>"


def _code_in_html(text: str) -> str:
    return f"<code>{_HTML_SIGN.sub(lambda sign: f'&#{ord(sign[0])};', text)}</code>"


def _prose(text: str, as_code: Callable[[str], str]) -> str:
    prose = " ".join(_word(word, as_code) for word in _WORD.findall(text))
    return prose or (text and as_code(text))


def _word(word: str, as_code: Callable[[str], str]) -> str:
    if len(word) > _LONGEST_WORD:  # whose parts nobody looks for, in time that grows squared
        return as_code(word)
    parts = _AROUND.fullmatch(word)
    if parts is None or (_PLAIN_WORD.fullmatch(word) and not _MARK_OR_COMMIT.search(word)):
        return word
    name, stop = parts["quoted"] or parts["bare"], parts["stop"]
    while stop.startswith(")") and name.count("(") > name.count(")"):  # its own brackets
        name, stop = f"{name})", stop[1:]
    return f"{parts['lead'] or ''}{as_code(name)}{stop}"


_LONGEST_WORD: Final = 200
_BACK_QUOTES: Final = regex("`+")
_FITS_BACK_QUOTES: Final = regex(r"[^`|\\\s]([^`|]*[^`|\\\s])?")
_PLAIN_WORD: Final = regex(
    r"\(?(?:(?:[A-Za-z]|[^\x00-\x7f])+(?:['/-][a-z]+)*|v?\d[\d.,:-]*|/)?[.,:;?)]*"
)
_MARK_OR_COMMIT: Final = regex(r"^\d+[.)]$|\b[0-9a-f]{7,64}\b", re.IGNORECASE)
"""A plain word that begins a list, or that a forge would look up as a commit."""
_WORD: Final = regex(r"\(?`[^`]+`[.,:;?)]*(?![^ ])|[^ ]+")
"""What stands in back quotes is one word."""
_AROUND: Final = regex(r"(?P<lead>\()?(?:`(?P<quoted>[^`]+)`|(?P<bare>.+?))(?P<stop>[.,:;?)]*)")
_SIGN: Final = regex(r"[!-/:-@\[-`{-~]")
_HTML_SIGN: Final = regex(r"[!-,./:-<>-@\[-^`{-~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
"""Any but those that names and settings are written with: `-`, `=` and `_` within a name."""
