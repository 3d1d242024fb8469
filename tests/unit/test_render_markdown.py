import re
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from confaudit.core.model import Subject
from confaudit.core.present import present
from confaudit.core.report import Column, Table
from confaudit.render import RenderOptions, render
from confaudit.render.markdown import COMMENT_LIMIT, code, fence, words
from tests.golden.sample_reports import EMPTY, FINDINGS, REPORTS, leaf

TRAPS = [
    "<script>alert(1)</script>",
    "a|b",
    "`x` ``y``",
    "\\",
    "\\|",
    "a\\",
    " spaced ",
    "@octocat",
    "#123",
    "https://evil.example",
    "www.evil.example",
    "[a](https://evil.example)",
    "![i](https://evil.example/x.png)",
    "*b* _i_ ~~s~~",
    "-->",
    "</details>",
    "&lt;",
    ":smile:",
    "$x$",
    "",
]


def _tokens(text: str) -> list[Token]:
    blocks = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def _shown(text: str) -> str:
    """What a reader sees of inline Markdown."""
    html = MarkdownIt("commonmark").enable("table").renderInline(text)
    plain = re.sub(r"</?code>", "", html)
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(entity, character)
    return plain


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("escape", [code, words])
def test_foreign_text_is_shown_as_it_is(escape: object, trap: str) -> None:
    assert callable(escape)
    assert _shown(escape(trap)) == trap


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("escape", [code, words])
def test_foreign_text_stays_in_its_table_cell(escape: object, trap: str) -> None:
    assert callable(escape)
    table = f"| a | b |\n|---|---|\n| {escape(trap)} | end |\n"
    kinds = [token.type for token in _tokens(table)]
    assert kinds.count("td_open") == 2
    assert not {"link_open", "image", "em_open", "strong_open", "s_open"} & set(kinds)
    html = [token.content for token in _tokens(table) if token.type == "html_inline"]
    assert set(html) <= {"<code>", "</code>"}


@pytest.mark.parametrize("trap", ["@octocat", "#123", "GH-1", "https://e.example", "www.e.example"])
def test_what_a_forge_would_link_is_code(trap: str) -> None:
    assert words(f"see {trap} now") == f"see `{trap}` now"


@pytest.mark.parametrize(
    "prose",
    ["Networking / TLS", "AI Bridge (Deprecated)", "prod: 2.33.0 → 2.35.1", "at 10:00 UTC."],
)
def test_plain_prose_reads_well_raw(prose: str) -> None:
    assert words(prose) == prose


@pytest.mark.parametrize("name", ["hostile", "hostile-tables", "hostile-findings"])
def test_a_hostile_report_has_no_markup_but_ours(name: str) -> None:
    tokens = _tokens(render(REPORTS[name], "md", RenderOptions()))
    kinds = {token.type for token in tokens}
    assert not {"link_open", "image", "em_open", "s_open"} & kinds
    html = {token.content for token in tokens if token.type == "html_inline"}
    assert html <= {"<code>", "</code>", "<br>"}
    blocks = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert all(
        re.fullmatch(
            r"<!-- confaudit:[a-z-]+ -->|</?details>"
            r"|<details( open)?><summary>\d+ (change|finding)s?</summary>",
            block,
        )
        for block in blocks
    )


@pytest.mark.parametrize("name", REPORTS)
def test_every_change_is_a_table_row(name: str) -> None:
    text = render(REPORTS[name], "md", RenderOptions())
    assert text.startswith(f"<!-- confaudit:{REPORTS[name].kind} -->\n")
    assert len(re.findall(r"^\| `[-+~=>*]` \w+ \| .* \| .* \| .* \|$", text, re.M)) == len(
        REPORTS[name].changes
    )


@pytest.mark.parametrize("name", REPORTS)
def test_every_finding_has_a_heading_and_its_patches_a_fence_each(name: str) -> None:
    report = REPORTS[name]
    tokens = _tokens(render(report, "md", RenderOptions()))
    headings = [token for token in tokens if token.type == "heading_open" and token.tag == "h5"]
    parts = sum(bool(group.part) for group in present(report, 100).groups)
    assert len(headings) == len(report.findings) + parts
    fences = [token.content for token in tokens if token.type == "fence"]
    patches = [
        patch
        for section in present(report, 200).sections
        for finding in section.rows
        for patch in finding.patches
    ]
    assert fences == ["\n".join(patch.lines) + "\n" for patch in patches]


@pytest.mark.parametrize("lines", [["```", "x"], ["a ```` b", "```diff"], []])
def test_no_line_ends_its_fence(lines: list[str]) -> None:
    (token,) = _tokens(fence(lines, "diff"))
    assert (token.info, token.content.splitlines()) == ("diff", lines)


def test_findings_that_do_not_fit_into_a_comment_are_cut_at_a_finding() -> None:
    findings = tuple(replace(FINDINGS[1], subject=f"option-{n}") for n in range(400))
    report = replace(REPORTS["upgrade"], findings=findings)
    text = render(report, "md", RenderOptions())
    assert COMMENT_LIMIT - 1_000 < len(text) <= COMMENT_LIMIT
    total = len(findings) + sum(len(table.rows) for table in report.tables)
    warned = re.search(rf"\*\*(\d+) of {total} entries are not shown", text)
    assert warned is not None
    shown = re.findall("^##### ", text, re.M)
    assert int(warned[1]) + len(shown) == total
    assert text.count("```") == 2 * len(shown)


@pytest.mark.parametrize("name", REPORTS)
def test_every_table_has_its_rows_and_cells(name: str) -> None:
    report = REPORTS[name]
    text = render(replace(report, before=None, after=None, changes=()), "md", RenderOptions())
    kinds = [token.type for token in _tokens(text)]
    assert kinds.count("tr_open") == sum(len(table.rows) + 1 for table in report.tables)
    cells = sum(len(table.rows) * len(table.columns) for table in report.tables)
    assert kinds.count("td_open") == cells


def test_table_rows_that_do_not_fit_into_a_comment_are_counted() -> None:
    rows = tuple({"name": f"option {n} " * 9} for n in range(3000))
    table = Table("options", "Options", (Column("name", "Name"),), rows)
    text = render(
        replace(EMPTY, before=None, after=None, tables=(table, replace(table, id="more"))),
        "md",
        RenderOptions(),
    )
    assert COMMENT_LIMIT - 1_000 < len(text) <= COMMENT_LIMIT
    warned = re.search(r"\*\*(\d+) of 6000 rows are not shown", text)
    assert warned is not None
    assert int(warned[1]) + len(re.findall(r"^\| option", text, re.M)) == 6000


@pytest.mark.parametrize("number", [400, 5000])
def test_what_does_not_fit_into_a_comment_is_counted(number: int) -> None:
    changes = tuple(
        leaf(Subject.CONFIG, f"section{n % 30}.some_name_{n}", f"before {n} " * 9, f"after {n}")
        for n in range(number)
    )
    text = render(replace(EMPTY, changes=changes, notes=("The end.",)), "md", RenderOptions())
    assert COMMENT_LIMIT - 1_000 < len(text) <= COMMENT_LIMIT
    warned = re.search(r"\*\*(\d+) of (\d+) changes are not shown", text)
    assert warned is not None
    assert int(warned[1]) + len(re.findall(r"^\| `~` changed \| `sec", text, re.M)) == number
    assert text.endswith("- The end.\n")
    assert text.count("<details") == text.count("</details>")


def test_what_fits_carries_no_warning() -> None:
    assert "not shown" not in render(REPORTS["every-kind"], "md", RenderOptions())
