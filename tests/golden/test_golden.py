"""Every format shows every sample report exactly as reviewed."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from confaudit.render import FORMATS, RenderOptions, render
from tests.golden.sample_history import HISTORY
from tests.golden.sample_reports import EMPTY, REPORTS, SHOWN

EXPECTED = Path(__file__).parent / "expected"
STUBS = RenderOptions(templates=Path(__file__).parent / "stubs")
"""A line in place of each style sheet and script: the same in every page, and tested elsewhere."""

SAMPLES: Final = REPORTS | {
    "history": replace(EMPTY, title="History of prod", before=None, after=None, entries=HISTORY)
}
SEEN: Final = (*SHOWN, ("history", "html"))
"""Values over time are a picture: a page alone has it."""


def file_name(report_name: str, format_name: str) -> str:
    """A format without an extension of its own lends its name."""
    return report_name + next(iter(FORMATS[format_name].extensions), f".{format_name}")


@pytest.mark.parametrize(("report_name", "format_name"), SEEN)
def test_golden(report_name: str, format_name: str, request: pytest.FixtureRequest) -> None:
    text = render(SAMPLES[report_name], format_name, STUBS)
    file = EXPECTED / file_name(report_name, format_name)
    if request.config.getoption("--update-golden"):
        file.write_text(text, encoding="utf-8", newline="")
    if not file.exists():
        pytest.fail(f"{file.name} is missing: run pytest tests/golden --update-golden")
    assert text == file.read_bytes().decode()


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in EXPECTED.iterdir()} == {file_name(*shown) for shown in SEEN}
