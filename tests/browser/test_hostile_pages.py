"""Whatever a payload, a file's name or a saved report says: nothing runs, and the layout holds."""

from datetime import datetime
from enum import Enum
from typing import Any, Final

import pytest
from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.report.report import Report, Table
from tests.browser.conftest import Opener
from tests.browser.looking import ONE_OF_A_KIND, PHONE, ids, overflow
from tests.golden.sample_reports import REPORTS, judged, told_changes

TRAP: Final = (
    "\x1b[31m\u202e<script>alert(1)</script> \"'><svg onload=alert(1)> <a href=javascript:alert(1)>"
    "</script></style></title></textarea><img src=x onerror=alert(1)> javascript:alert(1)"
    " {{ 7 * 7 }} {% raw %} ${alert(1)} \\u003cscript\\u003ealert(1) &lt;script&gt; @octocat #123"
    " | `code` *bold* [a](https://evil.example) ![i](//evil.example) <!--<script> --!> <plaintext>"
    " \x1b[31mred"
    "\x1b]0;title\x07\x00\r\n\t\x7f\x9b2J \u202egnp.exe\u2066\u2067"
    "\u200f zero\u200bwidth\u2028 \ud800 \U000e0041 Z"
    + "\u0301" * 200
    + "W" * 1_500
    + "line\n" * 50
    + "\"'><img src=x>\x07"
)
"""Markup, unseen characters and length; of both some at either end, where nothing is cut off.

Longer than what a page shows of a value, and than any screen is wide.
"""


def with_its_own(report: Report) -> Report:
    """A report whose expired exceptions are about its first finding, whatever that is known by."""
    judged = report.judged
    lapsed = (replace(one, fingerprint=judged.shown[0].fingerprint) for one in judged.lapsed)
    return replace(report, judged=replace(judged, lapsed=tuple(lapsed)))


def poisoned(value: Any) -> Any:
    """The same value with a trap in every text of it, whatever the field and however deep.

    Keys and columns get the same one, so that what belonged together still does. The ids of tables
    are words of ours, and `confaudit.render.saved` takes no others.
    """
    if isinstance(value, Enum | datetime):
        return value
    if isinstance(value, str):
        return f"{value} {TRAP}"
    if isinstance(value, Struct):
        texts = {one: poisoned(getattr(value, one)) for one in value.__struct_fields__}
        return replace(value, **texts | ({"id": value.id} if isinstance(value, Table) else {}))
    if isinstance(value, dict):
        return {poisoned(key): poisoned(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(poisoned(part) for part in value)
    return value


@pytest.mark.parametrize("name", ONE_OF_A_KIND)
def test_no_text_of_a_report_can_harm_its_page(name: str, open_page: Opener) -> None:
    report = REPORTS[name]
    page = open_page(with_its_own(poisoned(report)))
    assert len(set(ids(page))) == len(told_changes(report)) + len(report.findings)
    assert (
        page.locator("img, iframe, object, embed, base, link, script[src], plaintext").count() == 0
    )
    assert page.eval_on_selector_all("[href]", FOREIGN_LINKS) == []
    page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
    assert overflow(page) <= 0
    page.set_viewport_size(PHONE)
    assert overflow(page) <= 0


FOREIGN_LINKS: Final = """
  all => all.map(one => one.getAttribute("href")).filter(target => !target.startsWith("#"))
"""


def test_values_of_a_megabyte(open_page: Opener) -> None:
    changes = REPORTS["every-kind"].changes
    big = "x" * 1_000_000
    huge = replace(
        REPORTS["every-kind"],
        judged=judged(
            changes=(
                replace(changes[0], before=f"{big}a", after=f"{big}b"),
                replace(changes[2], before=[big, "a"], after=[big, "b"]),
                replace(changes[3], before={big: "a"}, after={"b": f"{big} {big}"}),
            )
        ),
    )
    page = open_page(huge)
    assert overflow(page) <= 0
    assert len(page.locator("main").inner_text()) < 20_000
    page.get_by_role("searchbox").fill("CODER_ACCESS_URL")
    assert page.locator("#shown").inner_text() == "1 of 3 shown"
