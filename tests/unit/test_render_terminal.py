import re
from collections import Counter
from functools import cache
from itertools import pairwise

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from confaudit.core.given import Excerpt, Position
from confaudit.core.judge.threshold import Threshold
from confaudit.core.model import Level, Subject
from confaudit.core.report.exits import exit_code
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Table
from confaudit.core.text.wording import visible
from confaudit.errors import ExitCode
from confaudit.render import RenderOptions, render
from tests.golden.sample_reports import EMPTY, FINDINGS, REPORTS, judged, leaf
from tests.tables import every_row

_EXCERPT = re.compile(r" +\d* \| ")
"""Of a file, and cut off where the terminal ends; all else is folded."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@cache
def wide(name: str) -> list[str]:
    """The lines of a sample on a terminal that is wide enough for all of them."""
    return render(REPORTS[name], "text", RenderOptions(width=10_000)).splitlines()


@pytest.mark.parametrize("name", REPORTS)
@every_row("width", [40, 80, 100, 200])
def test_lines_keep_the_width_and_nothing_is_lost(name: str, width: int) -> None:
    report = REPORTS[name]
    lines = render(report, "text", RenderOptions(width=width)).splitlines()
    assert lines[-1] == report.result
    folds = report.kind is not ReportKind.LOG  # a history is for a pager, as git's own is
    assert all(cell_len(line) <= width for line in lines[:-1] if folds)
    assert all(line == line.rstrip() for line in lines)

    def squeezed(lines: list[str]) -> str:
        return re.sub(r"\s", "", "".join(line for line in lines if not _EXCERPT.match(line)))

    if report.tables:  # cells stand side by side; rows as blocks have no title of what is empty
        titles = [column.title for table in report.tables for column in table.columns]
        assert not Counter(squeezed(wide(name))) - Counter(squeezed([*lines, *titles]))
    else:
        assert squeezed(lines) == squeezed(wide(name))


def test_colour_adds_nothing_but_colour() -> None:
    for report in REPORTS.values():
        plain = render(report, "text", RenderOptions())
        coloured = render(report, "text", RenderOptions(color=True))
        assert "\x1b" not in plain
        assert coloured != plain
        assert _COLOUR.sub("", coloured) == plain


def test_the_environment_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = render(REPORTS["every-kind"], "text", RenderOptions())
    coloured = render(REPORTS["every-kind"], "text", RenderOptions(color=True))
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "20")
    assert render(REPORTS["every-kind"], "text", RenderOptions()) == plain
    assert render(REPORTS["every-kind"], "text", RenderOptions(color=True)) == coloured


@pytest.mark.parametrize("name", ["hostile", "hostile-tables", "hostile-findings"])
def test_no_sign_of_a_value_reaches_the_terminal(name: str) -> None:
    text = render(REPORTS[name], "text", RenderOptions(width=1000))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800]", text)
    assert r"\x1b[31mred" in text
    assert "[bold red]markup[/] [link=https://evil.example]x[/link] :smile:" in text


def test_a_value_of_a_megabyte_is_cut_around_its_difference() -> None:
    change = leaf(Subject.CONFIG, "a.b", "x" * 1_000_000 + " old", "x" * 1_000_000 + " new")
    text = render(replace(EMPTY, judged=judged(changes=(change,))), "text", RenderOptions())
    assert "old" in text
    assert "new" in text
    assert len(text) < 3_000


def test_what_the_release_did_without_effect_takes_one_line_each() -> None:
    lines = render(REPORTS["every-cause"], "text", RenderOptions()).splitlines()
    short = [re.sub(" · [0-9a-f]{12}$", "", line) for line in lines]
    assert "  + --new-07  added: unset (default 7)" in short
    assert "  = tlsName → --tls-named  renamed" in short
    start = lines.index("Gateway (10)")
    assert all(line.startswith("  + --new-") for line in lines[start + 1 : start + 11])


def test_further_lines_are_set_in_and_names_stand_below_each_other() -> None:
    lines = render(REPORTS["every-kind"], "text", RenderOptions(width=60)).splitlines()
    start = lines.index("    --tls-permit → --tls-allow")
    assert lines[start + 1 : start + 3] == ["    CODER_TLS_ALLOW", "    tls.permit → tls.tls-allow"]
    start = lines.index("    --access-url  CODER_ACCESS_URL  access.access-url")
    assert lines[start + 1 : start + 3] == [
        "    https://coder.example.com:8443/a (env) →",
        "      https://dev.coder.example.com/a (yaml)",
    ]


@every_row("name", REPORTS)
def test_a_run_that_passes_says_what_would_make_it_fail(name: str) -> None:
    report = REPORTS[name]
    worst = report.worst or Level.INFO
    for threshold in map(Threshold, [None, *Level]):
        options = RenderOptions(1000, threshold=threshold, is_quiet=True)
        *told, result = render(report, "text", options).splitlines()
        reasons = [line for line in told if line.endswith(" makes this fail.")]
        passes = exit_code(report, threshold) is ExitCode.OK
        assert bool(reasons) is (passes and worst > Level.INFO)
        assert told == [*filter(None, (visible(report.headline),)), *reasons]
        for reason in reasons:
            assert f"; --fail-on {worst.word} " in reason
            assert exit_code(report, Threshold(worst)) is ExitCode.FOUND
            whole = render(report, "text", replace(options, is_quiet=False))
            assert whole.endswith(f"\n\n{reason}\n{result}\n")


def test_a_run_that_may_not_fail_says_what_lets_it_pass() -> None:
    options = RenderOptions(1000, threshold=Threshold(None, is_waived=True), is_quiet=True)
    *_, reason, _ = render(REPORTS["lint"], "text", options).splitlines()
    assert reason.endswith("; --exit-zero lets this pass.")


_BLOCK = """\
  deploy/coder.env:12:1  error  empty-value  CODER_CACHE_AGE is empty, and 2.35.1 cannot read that
    as a duration.  will not start · 98ce1dc33160
    12 | CODER_CACHE_AGE=
       | ^^^^^^^^^^^^^^^
    --cache-age  cache.cache-age · Value before: 1h · Since: Coder 2.34.0
    Affects you: Yes, because CODER_CACHE_AGE stands in coder.env without a value.
    help (before the upgrade): Delete the line, or comment it out.
    deploy/coder.env:12 (environment file):
      - CODER_CACHE_AGE=
"""


def test_a_finding_says_what_is_its_own_and_the_folded_ones_little() -> None:
    text = render(REPORTS["upgrade"], "text", RenderOptions())
    assert _BLOCK in text
    assert "    Affects you: It depends: the ConfigMap coder-extra may set it.\n" in text
    assert "      - CODER_CACHE_AGE=\n" in text
    brief = "  · Coder 2.35.1 has 12 options that 2.33.0 has not.  option-added · c28787773a07\n"
    assert brief in text
    assert text.count("  after  Coder 2.35.1\n") == 1
    assert "The release reads it in another way." not in text
    assert text.endswith("\nresult: 2 error, 4 warning, 2 info (2 so already today)\n")


def test_the_mark_stands_below_the_name_however_wide_what_is_before_it() -> None:
    place = Position("a.env", 10, 3, Excerpt("\u5bbd\t'", "CODER_\u5bbd", "=1" * 100))
    finding = replace(FINDINGS[1], positions=(place,))
    report = replace(REPORTS["upgrade"], judged=judged(findings=(finding,)))
    lines = render(report, "text", RenderOptions(width=40)).splitlines()
    above, below = next(pair for pair in pairwise(lines) if "^" in pair[1])
    start = cell_len(above[: above.index("CODER_")])
    assert (below.index("^"), below.count("^")) == (start, 8)
    assert above.endswith("\N{HORIZONTAL ELLIPSIS}")
    assert cell_len(above) == 40


def test_of_many_lines_the_first_are_shown_and_the_others_named() -> None:
    places = [Position("a.env", line, 1, Excerpt("", "CODER_A", "=")) for line in range(1, 6)]
    finding = replace(FINDINGS[1], positions=tuple(places))
    report = replace(REPORTS["upgrade"], judged=judged(findings=(finding,)))
    text = render(report, "text", RenderOptions())
    assert re.findall(r"(?m)^    (\d) \| CODER_A=$", text) == ["1", "2", "3"]
    assert "\n    a.env:2:1\n    2 | CODER_A=\n" in text
    assert "\n    a.env:4:1, a.env:5:1\n" in text


def test_what_stands_in_no_file_is_told_by_its_option_and_the_nearest_line() -> None:
    finding = replace(FINDINGS[1], positions=(), nearest=Position("prod/settings.json", 7))
    report = replace(REPORTS["upgrade"], judged=judged(findings=(finding,)))
    text = render(report, "text", RenderOptions())
    assert "\n  --cache-age  error  empty-value  CODER_CACHE_AGE is empty" in text
    assert "Since: Coder 2.34.0 · Where: prod/settings.json:7\n" in text


@pytest.mark.parametrize(("rows", "shown"), [(10, True), (11, False)])
def test_a_long_table_that_others_fold_is_one_line(rows: int, shown: bool) -> None:
    cells = tuple({"name": f"cell-{number}"} for number in range(rows))
    table = Table("rows", "All rows", (Column("name", "Name"),), cells, is_folded=True)
    text = render(replace(REPORTS["verify"], tables=(table,)), "text", RenderOptions())
    assert ("cell-0" in text) is shown
    assert ("All rows: 11 rows" in text) is not shown


_COLUMNS = (Column("name", "Name"), Column("was", "Was"), Column("why", "How known"))
_ROWS = (
    {"name": "ai-gateway-upstream", "was": "https://upstream.example.com", "why": "It is so."},
    {"name": "other", "was": None, "why": "It is otherwise."},
)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, """\
  Name                 Was                           How known
  ai-gateway-upstream  https://upstream.example.com  It is so.
  other                                              It is otherwise.
"""),
        (62, """\
  Name                 Was                    How known
  ai-gateway-upstream  https://upstream.exam  It is so.
                       ple.com
  other                                       It is otherwise.
"""),
        (40, """\
  ai-gateway-upstream
    Was: https://upstream.example.com
      · How known: It is so.
  other
    How known: It is otherwise.
"""),
    ],
)  # fmt: skip
def test_a_table_tears_no_name_and_where_its_words_do_not_fit_rows_are_blocks(
    width: int, shown: str
) -> None:
    report = replace(REPORTS["verify"], tables=(Table("rows", "Rows", _COLUMNS, _ROWS),))
    assert f"\nRows\n{shown}\n" in render(report, "text", RenderOptions(width=width))
