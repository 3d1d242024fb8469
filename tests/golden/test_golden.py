"""Every format shows every sample report exactly as reviewed."""

from pathlib import Path

import pytest

from confaudit.notify.message import message
from confaudit.render import FORMATS, RenderOptions, render
from tests.golden.sample_reports import REPORTS, SHOWN
from tests.tables import every_row

EXPECTED = Path(__file__).parent / "expected"
STUBS = RenderOptions(templates=Path(__file__).parent / "stubs")
"""A line in place of each style sheet and script: the same in every page, and tested elsewhere."""


def file_name(report_name: str, format_name: str) -> str:
    """A format without an extension of its own lends its name."""
    return report_name + next(iter(FORMATS[format_name].extensions), f".{format_name}")


@every_row(("report_name", "format_name"), SHOWN)
def test_golden(report_name: str, format_name: str, request: pytest.FixtureRequest) -> None:
    text = render(REPORTS[report_name], format_name, STUBS)
    compare(text, EXPECTED / file_name(report_name, format_name), request)


MESSAGES = {
    f"notify-{report}-{template.removesuffix('.j2')}": (report, f"notify/{template}")
    for report in ("show", "show-first", "show-several")
    for template in ("slack.json.j2", "teams.json.j2", "mail.html.j2")
}


@pytest.mark.parametrize("name", MESSAGES)
def test_golden_messages(name: str, request: pytest.FixtureRequest) -> None:
    report, template = MESSAGES[name]
    compare(message(REPORTS[report]).filled(template), EXPECTED / name, request)


def test_the_mail_of_a_fleet_is_cut_between_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = message(REPORTS["show-several"]).text()
    assert all(len(line) <= 78 for line in whole.splitlines()[:8])
    monkeypatch.setattr("confaudit.notify.message._MAIL_LIMIT", 500)
    start, _, end = message(REPORTS["show-several"]).text().rpartition("\n\n")
    assert whole.startswith(f"{start}\n")
    assert 400 < len(start) <= 500
    assert end == "The rest is left out; `confaudit show` tells it.\n"


def compare(text: str, file: Path, request: pytest.FixtureRequest) -> None:
    """Hold a text against what was reviewed, or make it that."""
    if request.config.getoption("--update-golden"):
        file.write_text(text, encoding="utf-8", newline="")
    if not file.exists():
        pytest.fail(f"{file.name} is missing: run pytest tests/golden --update-golden")
    assert text == file.read_bytes().decode()


def test_no_golden_file_is_left_over() -> None:
    known = {*(file_name(*shown) for shown in SHOWN), *MESSAGES}
    assert {file.name for file in EXPECTED.iterdir()} == known
