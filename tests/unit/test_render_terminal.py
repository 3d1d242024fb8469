import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from confaudit.core.model import Subject
from confaudit.render import RenderOptions, render
from tests.golden.sample_reports import EMPTY, REPORTS, leaf

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.mark.parametrize("width", [40, 80, 200])
@pytest.mark.parametrize("name", REPORTS)
def test_lines_keep_the_width_and_nothing_is_lost(name: str, width: int) -> None:
    report = REPORTS[name]
    lines = render(report, "text", RenderOptions(width=width)).splitlines()
    assert lines[-1] == report.result
    assert all(cell_len(line) <= width for line in lines[:-1])
    assert all(line == line.rstrip() for line in lines)

    def squeezed(text: str) -> str:
        return re.sub(r"\s", "", text)

    wide = render(report, "text", RenderOptions(width=10_000))
    assert squeezed("".join(lines)) == squeezed(wide)


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


def test_no_sign_of_a_value_reaches_the_terminal() -> None:
    text = render(REPORTS["hostile"], "text", RenderOptions(width=1000))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800]", text)
    assert r"\x1b[31mred" in text
    assert "[bold red]markup[/] [link=https://evil.example]x[/link] :smile:" in text


def test_a_value_of_a_megabyte_is_cut_around_its_difference() -> None:
    change = leaf(Subject.CONFIG, "a.b", "x" * 1_000_000 + " old", "x" * 1_000_000 + " new")
    text = render(replace(EMPTY, changes=(change,)), "text", RenderOptions())
    assert "old" in text
    assert "new" in text
    assert len(text) < 3_000
