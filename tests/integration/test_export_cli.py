"""The history as tables: the same in each kind of file, and nobody else's file is written over."""

import csv
import re
import shlex
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from confaudit import topics
from confaudit.cli.main import run
from confaudit.core.history.tables import TABLES
from tests.story import HOSTILE, PLANTED, TOLD

pytestmark = pytest.mark.usefixtures("clean_folder")
NOW = "2026-03-01"
QUERIES = re.findall(r"```sql\n(.*?)```", topics.text("export"), re.DOTALL)
CHANGED, SINCE, REPLICAS, SUPPORT, FINDINGS = QUERIES


def of(story):
    """What a command is given to look at the story."""
    return ["--repo", str(story.folder), "--no-config"]


@pytest.fixture(scope="module")
def exported(story, tmp_path_factory):
    """A folder with all kinds of export of the story."""
    place = tmp_path_factory.mktemp("export")
    places = [f"--sqlite={place}/h.db", f"--parquet={place}/parquet", f"--csv={place}/csv"]
    assert run(["export", *of(story), f"--now={NOW}", *places]) == 0
    return place


def in_sqlite(database, query):
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def ask(exported):
    """Asks SQLite, and the Parquet files by DuckDB, which have to answer alike."""
    duck = duckdb.connect()
    for table in TABLES:
        duck.execute(f"CREATE VIEW {table.name} AS FROM '{exported}/parquet/{table.name}.parquet'")

    def rows(query):
        found = in_sqlite(exported / "h.db", query)
        other = duck.sql(query).to_arrow_table().to_pylist()
        assert [tuple(map(plain, row.values())) for row in other] == found
        return found

    return rows


def plain(cell):
    """A cell of Parquet as SQLite has it."""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return cell.isoformat() if isinstance(cell, date) else cell


def test_operators_changes_are_those_of_the_story(ask, story):
    expected = {(one.at, one.deployment, key) for one in TOLD for key in one.by_operator}
    found = ask(CHANGED)
    assert {row[:3] for row in found} == expected
    assert {row[-1] for row in found if row[1] == "staging"} == {story.commits["merge"]}


def test_since_when_is_as_the_story_has_it(ask, story):
    found = {(row[0], row[1]): row[-1] for row in ask(SINCE)}
    assert found == {(name, key): story.since(name, key).at for name, key in found}
    old = {was for one in TOLD for was in one.renamed.values()}
    chosen = {(name, key) for name in story.deployments for key in story.state(name).chosen}
    assert {key for _, key in chosen - found.keys()} == old
    assert {key for _, key in found.keys() - chosen} == {"ai-gateway-enabled"}


def test_replicas_differ_where_the_story_made_them(ask):
    assert [row[:4] for row in ask(REPLICAS)] == [("browser-only", "fleet-a", "true", "fleet-b")]


def test_each_deployment_has_its_release(ask, story):
    found = {row[0]: row[1] for row in ask(SUPPORT)}
    assert found == {name: story.state(name).release for name in story.deployments}


def test_findings_are_those_of_check(ask, exported, story, confaudit):
    assert ask(FINDINGS)
    code, out, _ = confaudit(
        "check", "--repo", story.folder, "--no-config", "-f", "concise", "--now", NOW
    )
    assert code == 0
    prints = in_sqlite(exported / "h.db", "SELECT fingerprint FROM findings WHERE is_counted")
    assert {*re.findall(r"\[([0-9a-f]{12})\]", out)} == {one for (one,) in prints}


def test_the_database_is_whole_and_says_what_it_is(exported):
    assert in_sqlite(exported / "h.db", "PRAGMA integrity_check") == [("ok",)]
    assert in_sqlite(exported / "h.db", "PRAGMA foreign_key_check") == []
    assert in_sqlite(exported / "h.db", "PRAGMA user_version") == [(1,)]
    ((made,),) = in_sqlite(
        exported / "h.db", "SELECT sql FROM sqlite_schema WHERE name = 'changes'"
    )
    assert "-- how the cause is known" in made


def test_csv_holds_the_same_rows(exported):
    for table in TABLES:
        with (exported / f"csv/{table.name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == [column.name for column in table.columns]
        query = f"SELECT count(*) FROM {table.name}"  # noqa: S608 - of our own words
        assert in_sqlite(exported / "h.db", query) == [(len(rows),)]


def test_a_hostile_value_is_whole_in_json_and_visible_in_words(exported):
    query = "SELECT json_extract(value, '$'), text FROM options WHERE name = 'cli-upgrade-message'"
    (found,) = (row for row in in_sqlite(exported / "h.db", query) if row[0])
    assert found[0] == HOSTILE
    assert found[1].isprintable()


def test_no_secret_and_no_fingerprint_of_one_is_told(exported):
    for file in (one for one in exported.rglob("*") if one.is_file()):
        data = file.read_bytes()
        assert PLANTED.encode() not in data
        assert b"d49e1da0a73cb5c5" not in data
    query = "SELECT value FROM options WHERE name = 'scim-auth-header' AND deployment = 'prod'"
    assert in_sqlite(exported / "h.db", query) == [('{"secret_set": true}',)]


def test_equal_history_makes_equal_files_in_place_of_the_earlier_ones(story, exported, confaudit):
    before = {one: one.read_bytes() for one in exported.rglob("*") if one.is_file()}
    (exported / "csv/notes.txt").write_text("somebody's own")
    code, out, _ = confaudit(
        "export", *of(story), "--now", NOW, "--sqlite", exported / "h.db",
        "--parquet", exported / "parquet", "--csv", exported / "csv",
    )  # fmt: skip
    assert code == 0
    assert out.count("24 snapshots, 147 changes") == 3
    assert (exported / "csv/notes.txt").read_text() == "somebody's own"
    assert {one: one.read_bytes() for one in before} == before
    assert not [one for one in exported.iterdir() if one.name.startswith(".")]


def test_a_part_of_the_history(story, confaudit):
    code, _, _ = confaudit(
        "export", *of(story), "-d", "prod", "--since", "2025-06-01",
        "--until", "2025-07-01T06:00:00Z", "--sqlite", "part.db",
    )  # fmt: skip
    assert code == 0
    subjects = in_sqlite("part.db", "SELECT taken_at FROM snapshots ORDER BY place DESC")
    assert [at for (at,) in subjects] == [
        one.at for one in TOLD if one.id in ("prod-secret", "prod-rotated", "prod-fact")
    ]
    assert in_sqlite("part.db", "SELECT name FROM deployments") == [("prod",)]


@pytest.mark.parametrize(
    ("damaged", "trouble"), [(b"[", "not valid JSON"), (b"\xff", "not UTF-8 text")]
)
def test_a_newest_snapshot_that_is_damaged_is_told_as_such(story, confaudit, damaged, trouble):
    git = ("git", "-C", "clone", "-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", "clone", "-q", story.folder, "clone"], check=True)
    Path("clone/deployments/prod/settings.json").write_bytes(damaged)
    subprocess.run([*git, "commit", "-qam", "by hand"], check=True)
    code, _, _ = confaudit("export", "--repo", "clone", "--no-config", "--sqlite", "h.db")
    assert code == 0
    query = "SELECT name, trouble FROM deployments WHERE trouble IS NOT NULL"
    assert in_sqlite("h.db", query) == [
        ("prod", f"HEAD:prod cannot be read: the stored snapshot file settings.json is {trouble}")
    ]
    told = {name for (name,) in in_sqlite("h.db", "SELECT DISTINCT deployment FROM options")}
    assert told == {*story.deployments} - {"prod"}


def foreign(place):
    """What somebody else has where an export is to go."""
    if place.suffix == ".db":
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("CREATE TABLE mine (a)")
    else:
        place.mkdir()
        (place / "datapackage.json").write_text('{"name": "mine"}')


@pytest.mark.parametrize(("kind", "name"), [("sqlite", "a.db"), ("csv", "a"), ("parquet", "a")])
def test_nobody_elses_file_is_written_over(kind, name, story, clean_folder, confaudit):
    foreign(Path(name))
    before = {one: one.is_file() and one.read_bytes() for one in clean_folder.rglob("*")}
    code, _, err = confaudit("export", *of(story), f"--{kind}", name)
    assert code == 2
    assert "is no export of confaudit" in err
    assert {one: one.is_file() and one.read_bytes() for one in clean_folder.rglob("*")} == before


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--repo", "{repo}"), 2, "Say where to write"),
        (("--repo", "{repo}", "--sqlite", "none/h.db"), 2, "cannot write none/h.db"),
        (("--repo", "{repo}", "--sqlite", "h.db", "-d", "nobody"), 2, "deployment called nobody"),
        (("--repo", "empty", "--csv", "out"), 3, "there is no snapshot yet"),
        (("--repo", "{repo}", "--csv", "-"), 2, "cannot go to standard output"),
        (
            ("--repo", "{repo}", "--csv", "out", "--since", "2026-02-01", "--until", "2026-01-01"),
            2,
            "--until is earlier than --since",
        ),
        (
            ("--repo", "{repo}", "--csv", "out", "-d", "old", "--since", "2026-02-01"),
            3,
            "there is no snapshot of that time",
        ),
        (("--repo", ".", "--csv", "out"), 2, "not in a git repository"),
    ],
)
def test_what_cannot_be_is_said(arguments, code, told, story, clean_folder, confaudit):
    subprocess.run(["git", "init", "-q", "empty"], check=True)
    filled = [one.format(repo=story.folder) for one in arguments]
    found, _, err = confaudit("export", "--no-config", *filled)
    assert (found, told in err) == (code, True), err
    assert {one.name for one in clean_folder.iterdir()} == {"empty"}


@pytest.mark.parametrize(("kind", "blocks"), [("sqlite", 100), ("csv", 40)])
def test_a_disk_that_takes_no_more_is_a_sentence_and_leaves_nothing(kind, blocks, story):
    """A limit on the size of files stands for it."""
    limited = f"ulimit -f {blocks}; exec {sys.executable} -m confaudit export"
    words = shlex.join([*of(story), f"--{kind}", "out"])
    done = subprocess.run(["bash", "-c", f"{limited} {words}"], capture_output=True, text=True)
    assert (done.returncode, "cannot write out" in done.stderr) == (2, True), done.stderr
    assert [*Path().iterdir()] == []


def test_without_the_library_of_parquet_the_command_says_how_to_get_it(story):
    code = "import sys; sys.modules['pyarrow'] = None; from confaudit.cli.main import run\n"
    code += f"sys.exit(run(['export', *{of(story)!r}, '--parquet', 'p']))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert "pip install 'confaudit[parquet]'" in done.stderr
    assert not Path("p").exists()
