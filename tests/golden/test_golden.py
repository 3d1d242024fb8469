"""Every format shows every sample report exactly as reviewed."""

from pathlib import Path

import pytest

from confaudit.notify.message import message
from confaudit.render import FORMATS, RenderOptions, render
from tests.golden.sample_reports import REPORTS, SHOWN

EXPECTED = Path(__file__).parent / "expected"
STUBS = RenderOptions(templates=Path(__file__).parent / "stubs")
"""A line in place of each style sheet and script: the same in every page, and tested elsewhere."""


def file_name(report_name: str, format_name: str) -> str:
    """A format without an extension of its own lends its name."""
    return report_name + next(iter(FORMATS[format_name].extensions), f".{format_name}")


@pytest.mark.parametrize(("report_name", "format_name"), SHOWN)
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
