import re
import resource
import signal
from importlib.resources import files
from pathlib import Path

import pytest

from confaudit.errors import TemplateError
from confaudit.present.charts import Label, Mark, Stretch, Strip
from confaudit.present.entries import Entry, Fact, Gathered, Group, Kind, PatchShown, Remark, Task
from confaudit.present.facets import Count, FacetCounts
from confaudit.present.inline_diff import Items, Segment
from confaudit.present.page import Page, SideShown
from confaudit.present.tables import ColumnShown, TableShown
from confaudit.present.values import Chip, Name, Shown, ShownState
from confaudit.render import RenderOptions, limits, render, templated
from tests.golden.sample_reports import REPORTS
from tests.tables import every_row

REPORT = REPORTS["every-kind"]


def _folder(tmp_path: Path, name: str, text: str) -> RenderOptions:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return RenderOptions(templates=tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "format_name", "shows"),
    [
        ("report.md.j2", "mine: {{ page.verdict }}", "md", "mine: 16 changes"),
        (
            "partials/change.html.j2",
            "{% macro change_table(r) %}M{% endmacro %}",
            "html",
            "M\n</details>",
        ),
        ("assets/report.css", "b { color: teal }", "html", "<style>b { color: teal }\n"),
        ("assets/theme.css", ".chip { color: teal }", "html", "\n.chip { color: teal }\n"),
    ],
)
def test_a_template_of_the_user_replaces_ours(
    tmp_path: Path, name: str, text: str, format_name: str, shows: str
) -> None:
    assert shows in render(REPORT, format_name, _folder(tmp_path, name, text))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ok\n{% if %}", 2),
        ("ok\n\n{{ nonsense }}", 3),
        ("{{ page.verdict + 1 }}", 1),
        ("{{ page.verdict.nonsense }}", 1),
        ("\n{{ page | nonsense }}", 2),
        ("{% include 'other.j2' %}", 1),
        ("{{ {}[page.title] }}", 1),
        ("{{ page.__class__.__mro__ }}", 1),
        ("{{ 1 / 0 }}", 1),
    ],
)
def test_a_failing_template_is_named_with_its_line_and_no_data(
    tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(TemplateError) as caught:
        render(REPORT, "md", _folder(tmp_path, "report.md.j2", text))
    assert f"report.md.j2, line {line}," in caught.value.message
    assert caught.value.hint
    assert REPORT.title not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


GREEDY = [
    # a template that would go on for ever, or make gigabytes, and why it is stopped
    ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "longer"),
    (
        "{% set n = namespace(x=99) %}{% for a in range(100) %}"
        "{% set n.x = n.x * n.x %}{% endfor %}",
        "longer",
    ),
    ("{{ 10 ** 10 ** 9 }}", "sandbox"),
    ("{{ 'x' * 10000000000 }}", "memory"),
    ("{{ 'x' | center(10000000000) }}", "memory"),
    (
        "{% set n = namespace(x='xx') %}{% for a in range(60) %}"
        "{% set n.x = n.x ~ n.x %}{% endfor %}",
        "memory",
    ),
]


@pytest.mark.parametrize(("text", "reason"), GREEDY)
def test_a_greedy_template_is_stopped(
    tmp_path: Path, text: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    monkeypatch.setattr(limits, "SECONDS", 0.2)
    monkeypatch.setattr(limits, "MEMORY", 1 << 26)
    with pytest.raises(TemplateError) as caught:
        render(REPORT, "md", _folder(tmp_path, "report.md.j2", text))
    assert caught.value.message.startswith("template report.md.j2, line 1, ")
    assert reason in caught.value.message
    assert resource.getrlimit(resource.RLIMIT_AS) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_a_template_that_makes_much_is_told_from_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templated, "LETTERS", 100)
    assert len(render(REPORT, "md", RenderOptions())) > 100
    with pytest.raises(TemplateError, match=r"template report.md.j2 makes more than 100 letters"):
        render(REPORT, "md", _folder(tmp_path, "report.md.j2", "{{ 'x' * 101 }}"))


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="does not exist"):
        render(REPORT, "html", RenderOptions(templates=tmp_path / "none"))


def test_a_folder_that_replaces_nothing_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="replaces no template") as caught:
        render(REPORT, "html", _folder(tmp_path, "report.html.jinja", "x"))
    assert "report.html.j2" in caught.value.hint


@pytest.mark.parametrize("name", ["assets/theme.css", "partials/brand.html.j2"])
def test_no_link_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    """A pull request may bring the folder; the page would show what only this machine knows."""
    secret = tmp_path / "secret.txt"
    secret.write_text("planted", encoding="utf-8")
    link = tmp_path / "folder" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(secret)
    with pytest.raises(TemplateError, match=f"{name} is a link that leads out"):
        render(REPORT, "html", RenderOptions(templates=tmp_path / "folder"))


def test_a_link_out_of_the_folder_cannot_be_included_either(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("planted", encoding="utf-8")
    options = _folder(tmp_path / "folder", "report.md.j2", "{% include 'env.txt' %}")
    (tmp_path / "folder" / "env.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(TemplateError, match="leads out"):
        render(REPORT, "md", options)


def test_links_within_the_folder_are_followed(tmp_path: Path) -> None:
    options = _folder(tmp_path, "assets/ours.css", ".chip { color: teal }")
    (tmp_path / "assets" / "theme.css").symlink_to(tmp_path / "assets" / "ours.css")
    assert ".chip { color: teal }" in render(REPORT, "html", options)


@pytest.mark.parametrize(("name", "form"), [("report.md.j2", "md"), ("assets/theme.css", "html")])
def test_a_template_that_is_no_utf_8(tmp_path: Path, name: str, form: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"\xff")
    with pytest.raises(TemplateError, match="cannot be read"):
        render(REPORT, form, RenderOptions(templates=tmp_path))


def _documented(heading: str) -> set[str]:
    readme = files("confaudit.templates").joinpath("README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith(f"| {heading}"))
    return set(re.findall(r"`(\w+)`", row.split("|")[2]))


@every_row(
    ("heading", "kind"),
    [
        ("`page` | `kind`", Page),
        ("one of `page.sides`", SideShown),
        ("one of `page.tables`", TableShown),
        ("a column", ColumnShown),
        ("one of `page.facets`", FacetCounts),
        ("a count", Count),
        ("a chip", Chip),
        ("one of `page.groups`", Group),
        ("a row of a group", Entry),
        ("`row.alike`", Kind),
        ("one of `gathered", Gathered),
        ("a task", Task),
        ("a name", Name),
        ("a fact", Fact),
        ("a patch", PatchShown),
        ("`row.before`", Shown),
        ("a segment", Segment),
        ("`row.items`", Items),
        ("a remark", Remark),
        ("a stretch", Stretch),
        ("`page.strip`", Strip),
        ("a mark", Mark),
        ("a label", Label),
    ],
)
def test_the_documented_fields_are_the_fields(heading: str, kind: type) -> None:
    properties = {name for name, value in vars(kind).items() if isinstance(value, property)}
    assert _documented(heading) == {*kind.__struct_fields__} | properties


def test_the_documented_states_and_files_exist() -> None:
    folder = files("confaudit.templates")
    readme = folder.joinpath("README.md").read_text(encoding="utf-8")
    assert all(f"`{state}`" in readme for state in ShownState)
    names = re.findall(r"`([\w./]+\.(?:j2|css|js))`", readme)
    assert names
    assert all(folder.joinpath(name).is_file() for name in names)


@pytest.mark.parametrize("format_name", ["md", "html"])
def test_every_documented_name_is_handed_over(tmp_path: Path, format_name: str) -> None:
    names = {
        "md": "page kind_symbols hidden sizes elsewhere",
        "html": "page kind_symbols document style script policy report_id",
    }[format_name]
    text = "".join(f"{{{{ {name} is defined }}}}" for name in names.split())
    options = _folder(tmp_path, f"report.{format_name}.j2", text)
    assert render(REPORT, format_name, options) == "True" * len(names.split())


@pytest.mark.parametrize(
    "text", [f"{{{{ {'9' * 5000} }}}}", "{{ " + "(" * 2000 + ")" * 2000 + " }}"]
)
def test_a_template_that_python_itself_cannot_take(tmp_path: Path, text: str) -> None:
    (tmp_path / "own.j2").write_text(text)
    with pytest.raises(TemplateError, match=r"template own.j2.* is not valid Jinja"):
        templated.fill(templated.templates_in(tmp_path), "own.j2", {})
