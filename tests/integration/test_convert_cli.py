"""A saved JSON report, shown again: nothing is lost on the way, and nothing foreign gets in."""

import io
import json
import re
import sys
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.cli.main import run
from confaudit.core.model import OptionSpec
from confaudit.core.report.kinds import ReportKind
from confaudit.errors import ExitCode
from confaudit.render import RenderOptions, formats_of, render
from confaudit.render.json_v1 import SCHEMA_VERSION
from confaudit.render.saved import load
from tests.golden.sample_reports import EMPTY, EVERY_KIND, FINDINGS, REPORTS, SHOWN, judged
from tests.golden.sample_texts import sample_text
from tests.tables import every_row

DATA = Path(__file__).parents[1] / "data" / "reports"
SECRET = "hunter2-in-a-place-where-none-belongs"


def written(name):
    return sample_text(name, "json")


@cache
def converted(name):
    return load(written(name).encode())


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """Save a document as report.json, in the working folder."""
    monkeypatch.chdir(tmp_path)

    def save(document):
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        (tmp_path / "report.json").write_bytes(content)
        return "report.json"

    return save


@every_row("name", REPORTS)
def test_json_comes_back_byte_for_byte(name, saved, capsys):
    assert run(["convert", saved(written(name).encode()), "-f", "json"]) == ExitCode.OK
    assert capsys.readouterr().out == written(name)


@every_row(("name", "format_name"), SHOWN)
def test_every_format_shows_what_the_original_shows(name, format_name):
    """To the byte, so that anchors and fingerprints are the same set in all of them."""
    original = sample_text(name, format_name)
    assert render(converted(name), format_name, RenderOptions()) == original


SHOWING = formats_of(ReportKind.UPGRADE)


def test_all_formats_at_once(saved, tmp_path):
    files = {name: tmp_path / f"out.{name}" for name in SHOWING}
    outputs = [word for name, file in files.items() for word in ("-f", name, "-o", str(file))]
    assert run(["convert", saved(written("upgrade").encode()), *outputs]) == ExitCode.OK
    for name, file in files.items():
        original = sample_text("upgrade", name)
        assert file.read_text(encoding="utf-8") == original


@every_row("format_name", SHOWING)
def test_every_finding_is_known_by_the_same_name_in_all_formats(format_name):
    shown = render(load(written("upgrade").encode()), format_name, RenderOptions())
    prints = {finding.fingerprint for finding in REPORTS["upgrade"].findings}
    own = {"0123456789ab", *re.findall(r"Report <code>(\w+)</code>", shown)}  # commit, report
    assert set(re.findall(r"\b[0-9a-f]{12}\b", shown)) - own == prints


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        (["-f", "json"], "add `-o report.html` to the command"),
        (["-o", "a.txt"], "add `-o report.html` to the command"),
        (["-o", "a.json"], "wrote all of it to `a.json`."),
        (
            ["-o", "a.json", "-o", "out/a|b.htm"],
            "to <code>out&#47;a&#124;b&#46;htm</code> and `a.json`.",
        ),
    ],
)
def test_a_cut_names_the_files_that_hold_the_rest(outputs, told, saved, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    findings = tuple(
        replace(FINDINGS[1], subject=f"option-{number}", message=f"Number {number} is empty.")
        for number in range(200)
    )
    large = replace(REPORTS["upgrade"], judged=judged(findings=findings))
    document = saved(render(large, "json", RenderOptions()).encode())
    formats = ["-f", "md", "-o", "report.md"]
    assert run(["convert", document, *formats, *outputs]) == ExitCode.OK
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert told in text
    entries = len(findings) + sum(len(table.rows) for table in large.tables)
    assert f"of {entries} entries are not shown" in text
    for whole in tmp_path.glob("**/a*.*[lmn]"):
        content = whole.read_text()
        assert all(finding.fingerprint in content for finding in findings)


def test_standard_input(capsys, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(written("every-cause").encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(["convert", "-", "-f", "md"]) == ExitCode.OK
    shown = sample_text("every-cause", "md")
    assert capsys.readouterr().out == shown


def changed(**fields):
    return json.loads(written("upgrade")) | fields


def with_finding(**fields):
    document = json.loads(written("upgrade"))
    document["findings"][1] |= fields
    return document


def with_change(**fields):
    document = json.loads(written("every-cause"))
    document["changes"][3] |= fields
    return document


def with_lives(event=None, **fields):
    """A report with the life of an option, of which a stranger altered something."""
    document = json.loads(written("catalog-show-backports"))
    document["lives"] |= fields
    document["lives"]["options"]["oidc-repair-links"][0] |= event or {}
    return document


def with_bars(*bars, cell=1):
    columns = [{"id": name, "title": name} for name in ("release", "added")]
    rows = [{"release": SECRET, "added": 3}, {"release": SECRET, "added": cell}]
    return changed(tables={"way": {"title": "", "columns": columns, "rows": rows, "bars": bars}})


def without(field):
    document = changed()
    del document[field]
    return document


MAJOR, MINOR = map(int, SCHEMA_VERSION.split("."))
NEWER_MINOR = f"{MAJOR}.{MINOR + 1}"
FOREIGN, DAMAGED, NEWER = "no JSON report of confaudit", "is damaged", "a newer confaudit"


@every_row(
    ("document", "said"),
    [
        (b"", FOREIGN),
        (b"\xff\xfe{}", FOREIGN),
        (b"[" * 100_000, FOREIGN),
        (json.dumps(changed(prediction={"a": 1})).replace("1}", "1e999}").encode(), FOREIGN),
        (json.dumps(changed(prediction={"a": float("nan")})).encode(), FOREIGN),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", FOREIGN),
        (written("upgrade").encode()[:-20], FOREIGN),
        ([], FOREIGN),
        ({"schema_version": "1.0", "title": SECRET}, FOREIGN),
        (changed(tool={"name": "another", "version": SECRET}), FOREIGN),
        (changed(schema_version=f"{MAJOR + 1}.0"), NEWER),
        (changed(schema_version=NEWER_MINOR, kind="unheard-of"), NEWER),
        (
            with_change(subject=SECRET),
            f"{DAMAGED} at $.changes[3].subject",
        ),
        (changed(schema_version=SECRET), f"{DAMAGED} at $.schema_version"),
        (changed(schema_version=None), f"{DAMAGED} at $.schema_version"),
        (changed(kind=SECRET), f"{DAMAGED} at $.kind"),
        (changed(title=[SECRET]), f"{DAMAGED} at $.title"),
        (changed(generated_at=f"{SECRET}Z"), DAMAGED),
        (changed(tables={f"a {SECRET}": {"title": "", "columns": [], "rows": []}}), DAMAGED),
        (changed(tables={SECRET: {"title": "", "columns": [], "rows": [SECRET]}}), DAMAGED),
        (without("verdict"), DAMAGED),
        (with_finding(effect=SECRET), f"{DAMAGED} at $.findings[1].effect"),
        (
            with_finding(
                patches=[{"form": SECRET, "file": "", "line": 1, "remove": [], "add": []}]
            ),
            DAMAGED,
        ),
        (with_change(facets=[{"facet": SECRET}]), DAMAGED),
        (with_change(source_after=SECRET), f"{DAMAGED} at $.changes[3].source_after"),
        (with_bars(SECRET), DAMAGED),
        (with_bars("added", "release"), DAMAGED),
        (with_bars("added", cell=True), DAMAGED),
        (with_bars("added", cell=-1), DAMAGED),
        (with_bars("added", cell=2**53), DAMAGED),
        (with_lives({"kind": SECRET}), DAMAGED),
        (with_lives({"kind": "blessed"}) | {"schema_version": NEWER_MINOR}, NEWER),
        (with_lives({"versions": []}), DAMAGED),
        (with_lives({"versions": [SECRET]}), DAMAGED),
        (with_lives({"versions": ["1.44.0"]}), DAMAGED),
        (with_lives({"date": SECRET}), DAMAGED),
        (with_lives(lines=[SECRET]), DAMAGED),
        (with_lives(lines=[]), DAMAGED),
        (with_lives(lines=["2.35", "2.34", "2.33", "2.32", "2.29"]), DAMAGED),
        (with_lives(here=SECRET), DAMAGED),
        (with_lives(target=SECRET), DAMAGED),
    ],
)
def test_what_cannot_be_read_is_refused(document, said, saved, capsys):
    assert run(["convert", saved(document), "-f", "json"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert said in err
    assert "hint: " in err
    assert SECRET not in out + err


@pytest.mark.parametrize("path", ["missing.json", "."])
def test_a_file_that_is_none(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["convert", path]) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "document",
    [
        with_bars(),
        with_bars("added"),
        with_bars("added", cell=0),
        with_lives(),
        with_lives({"date": "", "versions": ["2.34.0-rc.1"]}),
        with_lives(here="2.33.0", target="v2.36.0-devel+abc"),
    ],
)
def test_what_is_drawn_is_read_where_it_can_be_drawn(document, saved, capsys):
    assert run(["convert", saved(document), "-f", "json"]) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["title"] == document["title"]


def test_a_newer_minor_version_is_read_as_far_as_it_goes(saved, capsys):
    document = changed(schema_version=NEWER_MINOR, mood="cheerful")
    assert run(["convert", saved(document), "-f", "json"]) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert found.pop("notes") == [
        *document.pop("notes"),
        "A newer confaudit wrote this report; what only that version knows of is left out.",
    ]
    del document["mood"]
    assert found == document | {"schema_version": SCHEMA_VERSION}


def of_1_3(document):
    """A document without what came after that version: the plan, and rules of the house."""
    document.pop("plan", None)
    document["summary"].get("by_effect", {}).pop("policy", None)
    return document


def older(document):
    """A document without what came later: rules, and what a change is known by."""
    kept = {name: part for name, part in of_1_3(document).items() if name != "rules"}
    for entry in (*kept["changes"], *kept.get("findings", [])):
        entry.pop("fingerprint")
        entry.pop("paste", None)
        entry.pop("deployment", None)
    return kept


def test_the_first_version_of_the_format_is_still_read(saved, capsys):
    document = older(json.loads(written("every-kind"))) | {"schema_version": f"{MAJOR}.0"}
    del document["summary"]["hidden"]
    assert run(["convert", saved(document), "-f", "json"]) == ExitCode.OK
    found = older(json.loads(capsys.readouterr().out))
    assert found == older(json.loads(written("every-kind")))


@pytest.mark.parametrize("name", ["1.1.json", "1.2.json"])
def test_a_report_of_a_version_before_is_still_read(saved, capsys, name):
    """A whole one, as that version wrote it."""
    content = (DATA / name).read_bytes()
    assert run(["convert", saved(content), "-f", "json"]) == ExitCode.OK
    found = older(json.loads(capsys.readouterr().out))
    then = json.loads(content)
    for entry in (*then["changes"], *then.get("findings", [])):
        entry.pop("fingerprint", None)
        entry.pop("paste", None)
        entry.pop("anchor", None)
    assert found == then | {"schema_version": SCHEMA_VERSION}


def test_a_report_of_1_3_is_read_whole(saved, capsys):
    content = (DATA / "1.3.json").read_bytes()
    assert run(["convert", saved(content), "-f", "json"]) == ExitCode.OK
    then = json.loads(content) | {"schema_version": SCHEMA_VERSION}
    assert of_1_3(json.loads(capsys.readouterr().out)) == then


def test_what_to_paste_follows_from_the_value_whatever_a_file_says(saved, capsys):
    document = with_finding(paste=[{"env": SECRET}], anchor=SECRET)
    assert run(["convert", saved(document), "-f", "json"]) == ExitCode.OK
    assert capsys.readouterr().out == written("upgrade")


def test_what_a_stranger_wrote_is_spelled_out(saved, capsys):
    document = with_change(evidence="\x1b[2Jcleared \u202eback") | {"title": "\x1b]0;owned\x07"}
    assert run(["convert", saved(document), "-f", "text"]) == ExitCode.OK
    out = capsys.readouterr().out
    assert r"\x1b]0;owned\x07" in out
    assert r"\x1b[2Jcleared U+202Eback" in out
    assert not {"\x1b", "\u202e", "\x07"} & set(out)


def test_an_option_that_never_had_a_flag_gets_none():
    links = replace(
        EVERY_KIND[0], key="supportLinks", spec=OptionSpec("Links", yaml_path="supportLinks")
    )
    report = replace(EMPTY, judged=judged(changes=(links,)))
    text = render(report, "html", RenderOptions())
    assert "--supportLinks" not in text
    converted = load(render(report, "json", RenderOptions()).encode())
    assert render(converted, "html", RenderOptions()) == text


def test_changes_without_sides_or_told_twice_are_damage(saved, capsys):
    document = json.loads(written("every-kind"))
    twice = document | {"changes": [document["changes"][0]] * 2}
    del document["before"]
    for damaged in (document, twice):
        assert run(["convert", saved(damaged), "-f", "json"]) == ExitCode.USAGE
        assert "damaged at $.changes" in capsys.readouterr().err
