"""What GitHub's own Markdown renderer makes of every sample report."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from msgspec.structs import replace

from confaudit.core.given import Form, Position
from confaudit.core.judge.exceptions import Decision, ExceptionEntry, Lapsed
from confaudit.core.judge.finding import Patch
from confaudit.core.judge.judge import Suppressed, SuppressedBy
from confaudit.core.model import Cause, ChangeKind, Subject
from confaudit.core.report.report import Column, Report, Table
from confaudit.present.gathered import gathered
from confaudit.present.page import present
from confaudit.present.references import page_of
from confaudit.render import RenderOptions, render
from tests.golden.sample_changes import option
from tests.golden.sample_reports import FINDINGS, REPORTS, UPGRADE, caused, judged, leaf
from tests.golden.sample_texts import sample_text
from tests.tables import every_row

OURS = {
    *("h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "code", "pre", "blockquote"),
    *("table", "thead", "tbody", "tr", "th", "td", "details", "summary", "input"),
}
"""What a report is made of: no picture, script or emphasis of a payload's making."""
ATTRIBUTES = {
    *(("th", "align", "right"), ("td", "align", "right"), ("pre", "lang", "diff")),
    *(("input", "type", "checkbox"), ("input", "disabled", "")),
}
FORGE_SIGNS = re.compile(
    r"(?i)(?<![\w`])@\w|#\d|GH-\d|://|www\.|\]\(|\[\[|\[\^|\$\w|:\w+:|~\w|%\w|!\d|&\w|<|\*\*|\\"
    r"|\b[0-9a-f]{7,40}\b|^\s*/\w"
)
"""What GitHub or GitLab make something of, in text that is no code."""


ALERT = re.compile(r"\[!(CAUTION|WARNING|NOTE|IMPORTANT)\]")


@dataclass
class Page(HTMLParser):
    """A rendered report: its elements, their attributes, and the text outside code."""

    open: list[str] = field(default_factory=list)
    elements: Counter[str] = field(default_factory=Counter)
    attributes: set[tuple[str, str, str | None]] = field(default_factory=set)
    prose: list[str] = field(default_factory=list)
    tables: list[list[int]] = field(default_factory=list)
    """Cells of every row of every table."""
    links: list[tuple[str, str]] = field(default_factory=list)
    """Text and target of each."""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.elements[tag] += 1
        if tag == "a":
            ((name, target),) = attrs
            assert name == "href"
            self.links.append(("", target or ""))
        else:
            self.attributes |= {(tag, name, value) for name, value in attrs}
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag in ("th", "td"):
            self.tables[-1][-1] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "a" in self.open:
            text, target = self.links.pop()
            self.links.append((text + data, target))
        if "code" not in self.open:
            self.prose.append(data)


def rendered(text: str) -> Page:
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))
    page.close()
    return page


@pytest.fixture(scope="module", params=REPORTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def page(name: str) -> Page:
    return rendered(sample_text(name, "md"))


def assert_is_ours(page: Page) -> None:
    """Nothing is an element, and nothing outside code is acted on, that is not our own."""
    assert set(page.elements) <= OURS | {"a"}
    for text, target in page.links:
        assert page_of(text) == target.replace("://redirect.github.com/", "://github.com/")
    assert page.attributes <= ATTRIBUTES
    assert page.open == []
    prose = [text for text in page.prose if not ALERT.fullmatch(text.strip())]
    assert [text for text in prose if FORGE_SIGNS.search(text)] == []


def test_a_payload_brings_no_markup(page: Page) -> None:
    assert_is_ours(page)


def test_every_table_is_one_with_its_rows_and_cells(name: str, page: Page) -> None:
    whole = present(REPORTS[name], 200)
    shown = [table for one in (whole, *whole.parts) for table in one.tables if table.rows]
    assert page.tables == [[len(t.columns)] * (len(t.rows) + 1) for t in shown]


def test_every_change_and_every_finding_is_an_element(name: str, page: Page) -> None:
    report = REPORTS[name]
    signs = [text for text in page.prose if re.match(r"[■▲○] (Error|Warning|Info): ", text)]
    found = [one for one in present(report, 200).all_groups if not one.are_changes]
    entries = sum(len(gathered(group.rows)) for group in found)
    assert len(signs) == entries
    assert page.elements["details"] == page.elements["summary"] >= entries


FORGE_TRAPS = (
    "@octocat",
    "see #1",
    "octo/cat#1 GH-1 3b224e9b05d3",
    "https://evil.example",
    "[a](https://evil.example)",
    "![i](x)",
    "<b onclick=x>y</b>",
    "*it*",
    "/close",
    "$x$",
    "a[^1]",
    "[[wiki]]",
    "~label %milestone !123 &1",
    ":smile:",
    "**bold**",
    "`a` @b `c`",
    "``` @octocat",
    "`@octocat",
    "\\`@octocat\\`",
    "a\r\r/close\n\n# b",
    "| a | b |",
    "</details></summary>",
    "<!-- x",
    "1. one",
    "- one",
    "    four",
    "&commat;octocat",
)


def laced(trap: str) -> Report:
    """A report that has this text wherever a payload or a file could bring it."""
    finding = replace(
        FINDINGS[4],
        rule=replace(FINDINGS[4].rule, id=trap, why=trap, reference=trap),
        message=trap,
        because=trap,
        before=trap,
        after=[trap],
        introduced_in=(trap,),
        steps=(trap, trap),
        patches=(Patch(Form.TEXT, Position(trap, 1), (trap,), (trap,)),),
        positions=(Position(trap, 1),),
    )
    excused = replace(finding, subject=trap)
    entry = ExceptionEntry(Decision.IGNORE, *[trap] * 6, until_version=trap, where=trap)
    changed = option("a", ChangeKind.CHANGED, [trap], ["x", trap], name=trap, group=trap)
    changes = (
        *(caused(replace(changed, key=f"a{n}"), Cause.RELEASE, trap) for n in range(21)),
        caused(leaf(Subject.CONFIG, f"a.{trap}", trap, 1), Cause.OPERATOR, trap),
        leaf(Subject.CONFIG, f"b.{trap}", trap, 1),
    )
    columns = (Column("a", trap), Column("b", trap, is_code=True))
    assert UPGRADE.before is not None
    return replace(
        UPGRADE,
        title=trap,
        statement=trap,
        before=replace(UPGRADE.before, label=trap, deployment=trap, version=trap, commit=trap),
        judged=replace(
            judged(findings=(replace(finding, remarks=(trap,)),), changes=changes),
            suppressed=(Suppressed(excused, SuppressedBy.IGNORE, trap, entry),),
            lapsed=(Lapsed(entry, trap, excused.fingerprint),),
            unmatched=(entry,),
        ),
        tables=(Table("t", trap, columns, ({"a": trap, "b": trap},), is_folded=True),),
        notes=(trap,),
    )


@every_row("trap", FORGE_TRAPS)
def test_what_a_payload_says_is_text_wherever_it_stands(trap: str) -> None:
    page = rendered(render(laced(trap), "md", RenderOptions()))
    assert_is_ours(page)
    assert page.tables == [[2, 2]]
    assert page.elements["details"] == 6


@every_row("trap", FORGE_TRAPS[:14])
def test_these_checks_see_what_is_not_escaped(trap: str) -> None:
    with pytest.raises(AssertionError):
        assert_is_ours(rendered(f"## Title\n\n{trap}\n"))
