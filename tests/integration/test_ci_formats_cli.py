"""The formats of continuous integration, from the command line to the line in a file."""

import json
import re
from pathlib import Path

import pytest

from confaudit.cli.main import run
from confaudit.core.report.kinds import ReportKind
from confaudit.demo.story import states
from confaudit.render import FORMATS, formats_of

VALUES = """\
coder:
  image:
    tag: v2.29.5
  env:
    - name: CODER_ACCESS_URL
      value: https://coder.example.com
    - name: CODER_EXPERIMENTS
      value: no-such-experiment
"""
JUDGED = [name for name, found in FORMATS.items() if len(found.kinds) < len(FORMATS["json"].kinds)]
LINE = re.compile(
    r"(?P<file>[^:]+):(?P<line>\d+)(:\d+)?: (?P<level>\w+) (?P<rule>[\w-]+) (?P<said>.*)"
)


@pytest.fixture
def folder(clean_folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    (clean_folder / "values.yaml").write_text(VALUES)
    return clean_folder


@pytest.fixture
def history(folder):
    """Two snapshots of one deployment."""
    for number, state in enumerate(states()[:2]):
        (folder / "in.json").write_text(json.dumps(state.payload))
        assert run(["snapshot", "prod", "--from", "in.json", "--at", f"2026-01-0{number + 1}"]) == 0
    return folder


def concise(capsys, *command):
    capsys.readouterr()
    run([*command, "-f", "concise"])
    return [found for line in capsys.readouterr().out.splitlines() if (found := LINE.match(line))]


def test_the_exit_code_is_the_same_in_every_format(folder):
    command = ["check", "values.yaml", "--fail-on", "any"]
    codes = {
        name: run([*command, "-f", name, "-o", f"out.{name}"])
        for name in formats_of(ReportKind.LINT)
    }
    assert set(codes.values()) == {1}, codes


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["upgrade", "--to", "2.34.5", "-i", "values.yaml", "--fail-on", "warning"], 1),
        (["lint", "values.yaml", "--fail-on", "error"], 0),
    ],
)
def test_formats_for_ci_tell_the_exit_code(folder, command, code):
    assert run([*command, "-f", "outputs", "-o", "outputs", "-o", "out.sarif"]) == code
    told = dict(line.split("=", 1) for line in Path("outputs").read_text().splitlines())
    (sarif,) = json.loads(Path("out.sarif").read_text())["runs"]
    assert (told["exit_code"], sarif["invocations"][0]["exitCode"]) == (str(code), code)


def test_findings_of_an_upgrade_stand_at_the_variable_or_at_the_tag(folder, capsys):
    found = concise(capsys, "upgrade", "--to", "2.34.5", "-i", str(folder / "values.yaml"))
    lines = {one["rule"]: (one["file"], int(one["line"])) for one in found}
    assert lines["experiment-gone"][0] == "values.yaml"
    assert lines["experiment-gone"][1] in (7, 8)
    assert lines["default-changed"] == ("values.yaml", 3)
    assert {one["file"] for one in found} == {"values.yaml"}


def test_changes_of_snapshots_stand_at_the_option_in_the_stored_file(history, capsys):
    found = concise(capsys, "diff", "HEAD~1", "HEAD")
    assert found
    for one in found:
        line = (history / one["file"]).read_text().splitlines()[int(one["line"]) - 1]
        key = one["said"].split(" ")[0].removeprefix("--")
        assert f'"{key}": ' in line or f'"{key.rpartition(".")[2]}": ' in line
    run(["diff", "HEAD~1", "HEAD", "-o", "a.json", "-o", "a.sarif"])
    run(["convert", "a.json", "-o", "b.sarif"])
    assert Path("a.sarif").read_text() == Path("b.sarif").read_text()


@pytest.mark.parametrize("name", JUDGED)
def test_what_lists_no_findings_is_refused_by_formats_of_findings(folder, capsys, name):
    assert run(["catalog", "releases", "-f", name]) == 2
    assert f"{name} cannot show a report of the kind catalog-releases" in capsys.readouterr().err
