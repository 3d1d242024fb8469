import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.core.report.kinds import ReportKind
from confaudit.errors import ConfigError
from confaudit.render import FORMATS, RenderOptions, format_for_path, formats_of, render
from tests.golden.sample_reports import REPORTS, SHOWN
from tests.golden.sample_texts import sample_text
from tests.tables import every_row


def test_listing_the_formats_imports_no_renderer() -> None:
    code = (
        "import sys, confaudit.render as r; list(r.FORMATS); "
        "print([m for m in ('jinja2', 'rich', 'markupsafe') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("a.html", "html"),
        ("b.HTM", "html"),
        ("r.md", "md"),
        ("x.json", "json"),
        ("log.txt", "text"),
    ],
)
def test_the_extension_tells_the_format(name: str, format_name: str) -> None:
    assert format_for_path(Path(name)) == format_name


def test_an_unknown_extension_tells_none() -> None:
    assert format_for_path(Path("report.docx")) is None


def test_every_extension_belongs_to_one_format() -> None:
    extensions = [extension for found in FORMATS.values() for extension in found.extensions]
    assert len(extensions) == len(set(extensions))


def test_an_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        render(REPORTS["no-difference"], "docx", RenderOptions())
    assert all(name in caught.value.hint for name in FORMATS)


@every_row(("report_name", "format_name"), SHOWN)
def test_every_report_can_be_written_and_ends_with_a_newline(
    report_name: str, format_name: str
) -> None:
    text = sample_text(report_name, format_name)
    text.encode()
    assert text.endswith("\n")
    assert render(REPORTS[report_name], format_name, RenderOptions()) == text


SHOWING = formats_of(ReportKind.UPGRADE)


def test_a_format_says_so_when_it_cannot_show_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    audits = frozenset(kind for kind in ReportKind if kind.is_audit)
    known = {**FORMATS, "audits": replace(FORMATS["text"], name="audits", kinds=audits)}
    monkeypatch.setattr("confaudit.render.FORMATS", known)
    assert render(REPORTS["upgrade"], "audits", RenderOptions())
    with pytest.raises(ConfigError) as refused:
        render(REPORTS["every-kind"], "audits", RenderOptions())
    assert refused.value.message == "audits cannot show a report of the kind diff"
    assert refused.value.hint == f"formats that can: {', '.join(SHOWING)}"
    with pytest.raises(ConfigError) as unlisted:
        render(REPORTS["explain"], "sarif", RenderOptions())
    assert unlisted.value.hint == "formats that can: text, md, html, json"
