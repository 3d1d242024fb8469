import re
from collections.abc import Callable
from html import unescape
from typing import Any, TypeAlias

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from confaudit.core.judge.finding import Effect
from confaudit.core.judge.judge import Judged, Suppressed, SuppressedBy
from confaudit.core.model import Cause, ChangeKind, Subject
from confaudit.core.report.report import Column, Table
from confaudit.present.gathered import gathered
from confaudit.present.page import present
from confaudit.render import RenderOptions, markdown, render
from confaudit.render.markdown import code, fence, tagged, words
from confaudit.render.templated import fill
from tests.browser.large import large_report
from tests.golden.sample_changes import option
from tests.golden.sample_reports import (
    AFTER,
    BEFORE,
    EMPTY,
    FINDINGS,
    LINT,
    REPORTS,
    UPGRADE,
    caused,
    judged,
    leaf,
    told_changes,
)
from tests.golden.sample_texts import sample_text
from tests.tables import every_row

Escape: TypeAlias = Callable[[str], str]

CATALOG_SHOW = REPORTS["catalog-show"]
ENTRY = r"<details><summary>[■▲○] (Error|Warning|Info): (?:[^<>\n]|</?code>)+</summary>"
SUMMARY = rf"<details><summary>(?:\d+ (?:change|finding)s?|[^\n]+ \(\d+\))</summary>|{ENTRY}"

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
    "[^1]",
    "[[wiki]]",
    "~label",
    "%milestone",
    "!123",
    "&1",
    "/close",
    "1. one",
    "<!-- x -->",
    "",
]


def _tokens(text: str) -> list[Token]:
    blocks = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    return [token for block in blocks for token in (block, *(block.children or ()))]


def _shown(text: str) -> str:
    """What a reader sees of inline Markdown."""
    html = MarkdownIt("commonmark").enable("table").renderInline(text)
    return unescape(re.sub(r"</?code>", "", html))


@every_row("trap", TRAPS)
def test_foreign_text_is_shown_as_it_is(trap: str) -> None:
    assert _shown(code(trap)) == trap


@every_row("trap", TRAPS)
@every_row("escape", [words, tagged])
def test_foreign_prose_loses_but_blanks_and_back_quotes(escape: Escape, trap: str) -> None:
    assert _shown(escape(trap)) == trap.replace("`x`", "x").strip()


@every_row("trap", TRAPS)
@every_row("escape", [code, words, tagged])
def test_foreign_text_stays_in_its_table_cell(escape: Escape, trap: str) -> None:
    table = f"| a | b |\n|---|---|\n| {escape(trap)} | end |\n"
    kinds = [token.type for token in _tokens(table)]
    assert kinds.count("td_open") == 2
    assert not {"link_open", "image", "em_open", "strong_open", "s_open"} & set(kinds)
    html = [token.content for token in _tokens(table) if token.type == "html_inline"]
    assert set(html) <= {"<code>", "</code>"}


@every_row(
    "trap",
    [
        "@octocat",
        "#123",
        "GH-1",
        "octo/cat#1",
        "octo/cat@0123456",
        "https://e.example",
        "www.e.example",
        "me@e.example",
        "3b224e9b05d3",
        "1234567",
        "defaced",
    ],
)
def test_what_a_forge_would_link_is_code(trap: str) -> None:
    assert words(f"see {trap} now") == f"see `{trap}` now"
    assert words(f"see ({trap}).") == f"see (`{trap}`)."


@every_row(
    ("prose", "reads"),
    [
        ("Networking / TLS", "Networking / TLS"),
        ("AI Bridge (Deprecated)", "AI Bridge (Deprecated)"),
        ("prod: 2.33.0 → 2.35.1", "prod: 2.33.0 → 2.35.1"),
        ("at 10:00 UTC.", "at 10:00 UTC."),
        ("Was it meant? Was `a-b`? (`c-d`?)", "Was it meant? Was `a-b`? (`c-d`?)"),
        ("See (`a b`), or `c d`.", "See (`a b`), or `c d`."),
        ("Take (CODER_X) out.", "Take (`CODER_X`) out."),
        ("(see CODER_X, 29ddf4261578).", "(see `CODER_X`, `29ddf4261578`)."),
        ("(F(x)), G(x). (see F(x))", "(`F(x)`), `G(x)`. (see `F(x)`)"),
        ("f(x) ``two``", "`f(x)` <code>&#96;&#96;two&#96;&#96;</code>"),
    ],
)
def test_prose_reads_well_raw(prose: str, reads: str) -> None:
    assert words(prose) == reads


@pytest.mark.parametrize("name", ["hostile", "hostile-tables", "hostile-findings"])
def test_a_hostile_report_has_no_markup_but_ours(name: str) -> None:
    tokens = _tokens(sample_text(name, "md"))
    kinds = {token.type for token in tokens}
    assert not {"link_open", "image", "em_open", "s_open"} & kinds
    html = {token.content for token in tokens if token.type == "html_inline"}
    assert html <= {"<code>", "</code>", "<br>"}
    blocks = {token.content.strip() for token in tokens if token.type == "html_block"}
    assert all(re.fullmatch(rf"<!-- confaudit:[a-z-]+ -->|</details>|{SUMMARY}", b) for b in blocks)


@every_row("name", REPORTS)
def test_every_change_is_a_list_item(name: str) -> None:
    text = sample_text(name, "md")
    assert text.startswith(f"<!-- confaudit:{REPORTS[name].kind} -->\n")
    rows = re.findall(r"^- `[-+~=>*]` \w+ \S+.*: \S", text, re.M)
    assert len(rows) == len(told_changes(REPORTS[name]))


@every_row("name", REPORTS)
def test_every_finding_is_in_a_fold_and_its_patches_in_a_fence_each(name: str) -> None:
    report, text = REPORTS[name], sample_text(name, "md")
    headings = re.findall(rf"^{ENTRY}$", text, re.M)
    shown = [
        row
        for group in present(report, 200).all_groups
        if not group.are_changes
        for row in group.rows
    ]
    levels = [entry.rows[0].chips[0].word for entry in gathered(shown)]
    assert [heading.lower() for heading in headings] == levels
    fences = [token.content for token in _tokens(text) if token.type == "fence"]
    patches = [patch for finding in shown for patch in finding.patches]
    assert fences == ["\n".join(patch.lines) + "\n" for patch in patches]


@every_row("name", REPORTS)
def test_no_blank_lines_but_between_paragraphs(name: str) -> None:
    text = sample_text(name, "md")
    assert "\n\n\n" not in text
    assert not text.endswith("\n\n")


@pytest.mark.parametrize(
    ("name", "head"),
    [
        (
            "upgrade",
            "> [!CAUTION]\n> **Will not start, 1 behaviour may change, 1 other thing to act on;"
            " 2 more (1 error) are so already today**\n",
        ),
        ("verify", "> [!WARNING]\n> **1 change was not predicted.**\n"),
        ("lint-nothing", "> [!TIP]\n> **Nothing is wrong.**\n"),
        ("no-difference", "**No difference.**\n"),
    ],
)
def test_the_verdict_is_the_first_to_be_seen(name: str, head: str) -> None:
    _, title, text = sample_text(name, "md").split("\n", 2)
    assert title.startswith("## ")
    assert text.startswith(f"\n{head}\n")


def test_what_holds_for_all_of_a_group_is_said_once() -> None:
    told = "the input does not tell value sources"
    changes = [
        caused(leaf(Subject.CONFIG, f"a.b{n}", n, n + 1), Cause.UNKNOWN, told) for n in range(3)
    ]
    text = render(replace(EMPTY, judged=judged(changes=tuple(changes))), "md", RenderOptions())
    assert f"\nEach of them: {told}\n" in text
    assert text.count(told) == 1


@pytest.mark.parametrize("lines", [["```", "x"], ["a ```` b", "```diff"], []])
def test_no_line_ends_its_fence(lines: list[str]) -> None:
    (token,) = _tokens(fence(lines, "diff"))
    assert (token.info, token.content.splitlines()) == ("diff", lines)


@every_row("name", REPORTS)
def test_every_table_has_its_rows_and_cells(name: str) -> None:
    nothing = {
        "before": None,
        "after": None,
        "judged": judged(changes=()),
        "parts": (),
        "entries": (),
    }
    report = replace(REPORTS[name], **nothing)
    text = render(report, "md", RenderOptions())
    kinds = [token.type for token in _tokens(text)]
    assert kinds.count("tr_open") == sum(len(table.rows) + 1 for table in report.tables)
    cells = sum(len(table.rows) * len(table.columns) for table in report.tables)
    assert kinds.count("td_open") == cells


# --- the cut ------------------------------------------------------------------------------------

GITHUB_TAKES = 65_536


def in_a_form(text: str) -> int:
    """How many signs a browser's form counts: two for a line end, two beyond U+FFFF."""
    return sum(1 + (sign == "\n" or sign > "\uffff") for sign in text)


_ADVICE = tuple(
    replace(FINDINGS[6], subject=f"advice-{n}", message=f"Number {n} is one.") for n in range(300)
)
_ALIKE = tuple(replace(FINDINGS[6], subject=f"alike-{n}") for n in range(1000))
_MANY = tuple(replace(one, before=n) for n in range(4) for one in _ADVICE)
_TABLE = Table(
    "options", "Options", (Column("n", "N"),), tuple({"n": f"option {n}"} for n in range(6000))
)
_CHANGES = tuple(
    leaf(Subject.CONFIG, f"section{n % 30}.some_name_{n}", f"before {n} " * 9, "after \U0001f600")
    for n in range(2000)
)
LARGE = {
    "findings": (
        replace(UPGRADE, tables=(), judged=judged(findings=(*_ADVICE, FINDINGS[1]))),
        f"^{ENTRY}$",
    ),
    "findings that are alike": (
        replace(LINT, tables=(), judged=judged(findings=_ALIKE)),
        r"^- `alike-\d+` · `--access-url` .* · `[0-9a-f]{12}`$",
    ),
    "changes": (
        replace(EMPTY, judged=judged(changes=_CHANGES), notes=("The end.",)),
        "^- `~` changed ",
    ),
    "few changes": (replace(EMPTY, judged=judged(changes=_CHANGES[:400])), "^- `~` changed "),
    "rows": (
        replace(CATALOG_SHOW, tables=(_TABLE, replace(_TABLE, id="more", is_folded=True))),
        r"^\| option",
    ),
    "entries": (
        replace(UPGRADE, judged=judged(findings=FINDINGS), tables=(_TABLE,)),
        rf"^\| option|^{ENTRY}$",
    ),
    "decisions": (
        replace(
            CATALOG_SHOW,
            tables=(),
            judged=Judged(suppressed=tuple(Suppressed(one, SuppressedBy.BEFORE) for one in _MANY)),
        ),
        r"^- Number \d",
    ),
    "findings of one section": (
        replace(LINT, tables=(), judged=judged(findings=_ADVICE)),
        f"^{ENTRY}$",
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_does_not_fit_into_a_comment_is_counted_and_told_twice(name: str) -> None:
    report, row = LARGE[name]
    text = render(report, "md", RenderOptions())
    assert GITHUB_TAKES - 1_000 < in_a_form(text) <= GITHUB_TAKES
    rows = sum(len(table.rows) for table in report.tables)
    total = len(report.findings) + len(report.changes) + rows + len(report.judged.older)
    first = re.search(
        r"^> \*\*This report is cut: (\d+) of (\d+) (\w+) are not shown,\*\*", text, re.M
    )
    assert first is not None
    assert first[3] == name.split(" ")[-1 if name.startswith("few") else 0]
    assert int(first[2]) == total
    assert int(first[1]) + len(re.findall(row, text, re.M)) == total
    assert text.endswith(
        f"**Not the end: {first[1]} of {total} {first[3]} are missing here,** see the beginning.\n"
    )
    assert text.count("<details") == text.count("</details>")
    assert text.count("```") % 2 == 0
    assert "\n\n\n" not in text


def test_a_cut_keeps_the_most_urgent_and_tells_what_a_part_lost() -> None:
    text = render(LARGE["findings"][0], "md", RenderOptions())
    assert "### Must be done before the upgrade (1)\n" in text
    assert text.index("CODER_CACHE_AGE") < text.index("### Advice (")
    cut = re.search(r"^### Advice \((\d+) of 300\)$", text, re.M)
    assert cut is not None
    assert int(cut[1]) + 1 == len(re.findall(ENTRY, text))


@pytest.mark.parametrize(
    ("elsewhere", "reads"),
    [
        (("a.html",), "The same run wrote all of it to `a.html`."),
        (("a.html", "b.json"), "The same run wrote all of it to `a.html` and `b.json`."),
        (("a", "b", "c"), "The same run wrote all of it to `a`, `b` and `c`."),
        (("|`\n@me.html",), "to <code>&#124;&#96;&#92;n&#64;me&#46;html</code>."),
        ((), "For all of it add `-o report.html` to the command that wrote this,"),
    ],
)
def test_a_cut_says_where_the_rest_is(elsewhere: tuple[str, ...], reads: str) -> None:
    options = RenderOptions(elsewhere=elsewhere)
    text = render(LARGE["findings of one section"][0], "md", options)
    assert reads in text
    assert in_a_form(text) <= GITHUB_TAKES


def test_a_long_plan_leaves_room_for_findings_and_says_how_much_it_leaves_out() -> None:
    steps = (f"Take number {n} out, and whatever else belongs to it." for n in range(500))
    found = tuple(
        replace(FINDINGS[1], subject=f"a{n}", message=f"Number {n}.", steps=(step,))
        for n, step in enumerate(steps)
    )
    text = render(replace(UPGRADE, judged=judged(findings=found)), "md", RenderOptions())
    shown = len(re.findall(r"^- \[ \] Take number", text, re.M))
    assert f"\n- {500 - shown} more steps: see the findings\n" in text
    assert min(shown, len(re.findall(ENTRY, text))) > 50
    same = tuple(replace(one, steps=("Do it.",)) for one in found)
    text = render(replace(UPGRADE, judged=judged(findings=same)), "md", RenderOptions())
    assert re.search(r"^- \[ \] Do it\. \(.* and 490 more\)$", text, re.M)


def test_what_holds_for_all_findings_of_a_rule_is_told_once_in_each_fold() -> None:
    found = tuple(
        replace(FINDINGS[1], subject=f"a{n}", message=f"Number {n % 2}.") for n in range(3)
    )
    other = (replace(FINDINGS[1], rule=replace(FINDINGS[1].rule, id="b")),)
    later = (replace(FINDINGS[3], rule=replace(FINDINGS[1].rule, effect=Effect.SECURITY)),)
    report = replace(LINT, judged=judged(findings=(*found, *other, *later)))
    text = render(report, "md", RenderOptions())
    assert len(re.findall(ENTRY, text)) == 4
    assert len(re.findall("^[-*] Why: ", text, re.M)) == 3
    assert len(re.findall("^[-*] Reference: ", text, re.M)) == 3


def test_notes_leave_room_for_findings() -> None:
    notes = tuple(f"Note {n} says that something is not known." for n in range(2000))
    text = render(replace(LINT, notes=notes), "md", RenderOptions())
    shown = len(re.findall("^- Note", text, re.M))
    assert 0 < shown < 2000
    assert len(re.findall(ENTRY, text)) == len(LINT.findings)
    assert f"\n- {2000 - shown:,} more notes did not fit in here.\n" in text
    assert "not shown" not in text


def test_what_fits_carries_no_warning() -> None:
    text = render(REPORTS["every-kind"], "md", RenderOptions(elsewhere=("a.html",)))
    assert "not shown" not in text
    assert "a.html" not in text


@pytest.mark.parametrize("trap", ["." * 100_000 + "x", "1" + "." * 100_000 + "!", "a`" * 50_000])
def test_long_words_cost_no_time_and_leave_room(trap: str) -> None:
    change = option("a", ChangeKind.CHANGED, trap, f"{trap}b", name=trap, group=trap)
    report = replace(
        EMPTY,
        title=trap,
        judged=judged(changes=(replace(change, evidence=trap),)),
        notes=(trap,),
        statement=trap,
    )
    report = replace(report, before=replace(BEFORE, label=trap), after=AFTER)
    text = render(report, "md", RenderOptions())  # growing squared it would not come back
    assert in_a_form(text) <= GITHUB_TAKES
    assert "CODER_A" in text


@pytest.mark.parametrize(
    "lengths",
    [[], [100], [101], [1] * 90, [10] * 5000, [100, 1, 1], [1, 1, 99], [*range(300)], [0] * 200],
)
def test_as_many_rows_are_shown_as_fit_and_few_numbers_are_tried(lengths: list[int]) -> None:
    tried: list[int] = []

    def excess(number: int) -> int:
        tried.append(number)
        return sum(lengths[:number]) - 100

    sums = [sum(lengths[:number]) for number in range(len(lengths) + 1)]
    assert markdown._most_fitting(len(lengths), excess) == max(
        number for number, one in enumerate(sums) if one <= 100
    )
    assert len(tried) <= 12


def test_nothing_is_shown_of_what_does_not_fit_without_rows() -> None:
    assert markdown._most_fitting(3, lambda number: 1 + number) == 0


def test_five_thousand_changes_are_laid_out_few_times(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[int] = []

    def filled(env: Any, name: str, data: Any) -> str:
        rows.append(sum(len(group.rows) for group in data["page"].groups))
        return fill(env, name, data)

    monkeypatch.setattr(markdown, "fill", filled)
    markdown.render(large_report(), RenderOptions())
    assert len(rows) <= 7
