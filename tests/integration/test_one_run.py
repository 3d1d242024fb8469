"""What one run of a command reads once: the time, and the user's own catalogues."""

import json
import shutil
import subprocess
import sys
from collections import Counter

import pytest
from msgspec.structs import replace

from confaudit import catalog
from confaudit.catalog import document
from confaudit.cli.main import run
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import states
from tests.integration.test_store_repository import git

COMMANDS = {
    "diff": ("diff", "0.json", "1.json"),
    "explain": ("explain", "CODER_ACCESS_URL", "0.json", "1.json"),
    "upgrade": ("upgrade", "0.json", "--to", "2.35.1", "--env-file", "coder.env"),
    "lint": ("lint", "--env-file", "coder.env"),
    "verify": ("verify", "0.json", "2.json"),
    "snapshot": ("snapshot", "--from", "0.json", "prod", "--repo", "store"),
    "live snapshot": ("snapshot", "--repo", "store"),
    "demo": ("demo", "--output", "demo"),
    "catalog releases": ("catalog", "releases", "--line", "2.34"),
    "catalog show": ("catalog", "show", "oidc.scopes"),
    "catalog diff": ("catalog", "diff", "2.33.0", "2.34.5"),
    "catalog import": ("catalog", "import", "0.json"),
}

ANNOUNCED = {
    "demo": "Three snapshots of a deployment, taken over HTTP from a look-alike on loopback:\n"
}


@pytest.fixture
def folder(clean_folder, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for number, state in enumerate(states()):
        (clean_folder / f"{number}.json").write_text(json.dumps(state.payload))
    (clean_folder / "coder.env").write_text("CODER_ACCESS_URL=https://coder.example.com\n")
    return clean_folder


@pytest.mark.parametrize("seconds", ["abc", "-1", "9" * 30])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_time_is_refused_before_anything_is_done(
    folder, monkeypatch, capsys, command, seconds
):
    before = sorted(folder.rglob("*"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
    assert run(COMMANDS[command]) == 2
    out, err = capsys.readouterr()
    assert out == ANNOUNCED.get(command, "")
    assert err == (
        "confaudit: SOURCE_DATE_EPOCH is not a number of seconds\n"
        "hint: set it to seconds since 1970, before the year 10000, or unset it\n"
    )
    assert sorted(folder.rglob("*")) == before


REPORTS = ("diff", "explain", "upgrade", "lint", "verify", "catalog releases", "catalog show",
           "catalog diff")  # fmt: skip


@pytest.mark.parametrize("command", REPORTS)
def test_a_report_bears_the_time_that_is_ordered(folder, monkeypatch, capsys, command):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767613446")
    assert run([*COMMANDS[command], "-f", "json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["generated_at"] == "2026-01-05T11:44:06Z"


def dates(folder):
    return git(folder, "log", "-1", "--format=%aI %cI").replace("+00:00", "Z").split()


def test_a_snapshot_bears_the_time_that_is_ordered(folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767613446")
    assert run(COMMANDS["snapshot"]) == 0
    assert dates(folder / "store") == ["2026-01-05T11:44:06Z"] * 2
    (folder / "store").rename(folder / "first")
    assert run(COMMANDS["snapshot"]) == 0
    first, second = (git(folder / name, "rev-parse", "HEAD") for name in ("first", "store"))
    assert first == second


def test_a_live_snapshot_bears_it_too(folder, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767613446")
    with LoopbackCoder(states()[0]) as coder:
        monkeypatch.setenv("CODER_URL", coder.url)
        monkeypatch.setenv("CODER_SESSION_TOKEN", coder.token)
        assert run([*COMMANDS["live snapshot"], "prod"]) == 0
    assert dates(folder / "store") == ["2026-01-05T11:44:06Z"] * 2


def test_what_is_read_live_is_taken_when_it_is_read(folder, monkeypatch, capsys):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767613446")
    with LoopbackCoder(states()[0]) as coder:
        monkeypatch.setenv("CODER_SESSION_TOKEN", coder.token)
        assert run(["diff", "0.json", coder.url, "-f", "json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["after"]["taken_at"] == "2026-01-05T11:44:06Z"


COUNTER = """
import json, os, sys
opened = []
def hook(event, arguments):
    if event == "open" and arguments[1]:  # by its mode; what a file is opened by says none
        opened.append(str(arguments[0]))
sys.addaudithook(hook)
from confaudit.cli.main import run
for place, *words in json.loads(sys.argv[1]):
    os.chdir(place)
    opened.clear()
    code = run(words)
    found = [os.path.basename(path) for path in opened if "coder-releases" in path]
    print(json.dumps([code, found]), file=sys.stderr)
"""


def test_the_users_catalogues_are_read_once(folder):
    """Each command in a folder of its own: what one has read is not what the next one needs."""
    own = folder / catalog.USER_FOLDER
    own.mkdir()
    newest = catalog.nearest("2.35.1")
    for version in ("2.99.0", "2.99.1"):
        written = document.dump([replace(newest, version=version)])
        (own / f"{version}.json").write_bytes(written)
    (folder / "confaudit.yaml").write_text("{}\n")
    asked = ["upgrade", "diff", "explain", "verify", "lint"]
    places = [str(shutil.copytree(folder, folder.parent / command)) for command in asked]
    rows = [[place, *COMMANDS[command]] for place, command in zip(places, asked, strict=True)]
    done = subprocess.run(
        [sys.executable, "-c", COUNTER, json.dumps(rows)], capture_output=True, text=True
    )
    told = map(json.loads, done.stderr.splitlines())
    for command, (code, opened) in zip(asked, told, strict=True):
        assert code in (0, 1), command
        assert Counter(opened) == {"2.99.0.json": 1, "2.99.1.json": 1}, command
