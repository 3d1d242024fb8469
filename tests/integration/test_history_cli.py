"""`confaudit log`, `blame` and `show` over a small story, from the command line."""

import json

import pytest

from confaudit.core.snapshot.canonical import encode
from confaudit.errors import ExitCode
from confaudit.store.layout import folder_of
from tests.integration.test_blame import HOUR, commit, snapshot
from tests.integration.test_store_repository import git
from tests.unit.report_schema import REPORT_SCHEMA
from tests.unit.test_architecture import loaded

OLD, NEW = "2.33.11", "2.34.0"


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Two deployments; an option that is set, renamed by an upgrade, and set back and forth."""
    root = tmp_path_factory.mktemp("repository")
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Ann")
    git(root, "config", "user.email", "ann@example.com")
    commit(root, "first", snapshot(OLD))
    commit(root, "limit", snapshot(OLD, aibridge_retention=HOUR))
    commit(root, "other", snapshot(NEW), name="dev")
    commit(root, "upgrade", snapshot(NEW, ai_gateway_retention=HOUR))
    commit(root, "longer", snapshot(NEW, ai_gateway_retention=2 * HOUR, session_duration=HOUR))
    commit(root, "back", snapshot(NEW, ai_gateway_retention=HOUR, session_duration=HOUR))
    (root / "README").write_text("nothing to see")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "no snapshot")
    git(root, "checkout", "-q", "-b", "side", "HEAD~2")
    both = {name: encode(snapshot(NEW, verbose=True)) for name in ("dev", "new")}
    for name, files in both.items():
        (root / folder_of(name)).mkdir(exist_ok=True)
        for file, text in files.items():
            (root / folder_of(name) / file).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "two at once")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "-m", "merged", "side")
    return root


@pytest.fixture
def asked(repository, confaudit, monkeypatch):
    """The answer to a question about the repository, and the exit code it has to have."""
    monkeypatch.chdir(repository)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")

    def ask(*arguments, code=ExitCode.OK):
        found, out, err = confaudit(*arguments)
        assert found == code, err
        return out if code == ExitCode.OK else err

    return ask


def subjects(asked, *arguments):
    document = json.loads(asked("log", "-f", "json", *arguments))
    REPORT_SCHEMA.validate(document)
    assert document["kind"] == "log"
    return [entry["subject"] for entry in document["entries"]]


EVERYTHING = ["two at once", "two at once", "back", "longer", "upgrade", "other", "limit", "first"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], EVERYTHING),
        (["-d", "dev"], ["two at once", "other"]),
        (["-n", "2"], EVERYTHING[:2]),
        (["session-duration"], ["longer"]),
        (["--session-duration"], ["longer"]),
        (["CODER_SESSION_DURATION"], ["longer"]),
        (["*session*", "-d", "prod"], ["longer"]),
        (["ai-gateway-retention"], ["back", "longer", "upgrade", "limit"]),
        (["aibridge-retention", "--cause", "operator"], ["back", "longer", "limit"]),
        (["--cause", "release", "-n", "1"], ["upgrade"]),
        (["--since", "2100-01-01"], []),
        (["--until", "2000-01-01"], []),
        (["buildinfo.version"], []),
    ],
)
def test_a_question_has_its_entries(asked, arguments, expected):
    assert subjects(asked, *arguments) == expected


def test_text_tells_upgrades_causes_and_with_patch_values(asked):
    plain = asked("log", "-d", "prod", "--color", "never").split("\n\n")
    assert "  upgrade: Coder 2.33.11 → 2.34.0" in plain[2].splitlines()
    assert "  by the operator: --ai-gateway-retention" in plain[0].splitlines()
    assert "  first snapshot of Coder 2.33.11" in plain[-2].splitlines()
    assert plain[-1].startswith("result: 5 snapshots, 1 upgrade, ")
    patch = asked("log", "-d", "prod", "-p", "-n", "1", "--color", "never")
    assert "    ~ --ai-gateway-retention changed: 2h (env) → 1h (env)" in patch
    assert asked("log", "-q").splitlines()[-1] == asked("log").splitlines()[-1]


def test_text_is_the_same_written_bit_by_bit_or_whole(asked, tmp_path):
    file = tmp_path / "log.txt"
    asked("log", "-p", "-o", str(file))
    assert file.read_text() == asked("log", "-p", "--color", "never")


def test_a_saved_log_tells_the_same(asked, tmp_path):
    saved, page = tmp_path / "log.json", tmp_path / "log.html"
    asked("log", "-o", str(saved), "-o", str(page))
    assert asked("convert", str(saved)) == asked("log", "--color", "never")
    asked("convert", str(saved), "-o", str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_text() == page.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["sesion-durationn"], "taken to mean --session-duration"),
        (["no-such-thing-at-all"], "no release of Coder has an option called"),
        (["*sesion-duration"], "did you mean session-duration?"),
        (["-d", "dve", "session-duration"], "did you mean dev?"),
    ],
)
def test_a_mistyped_name_is_told(asked, arguments, told):
    is_taken = told.startswith("taken")
    if is_taken:
        assert subjects(asked, *arguments) == ["longer"]
    else:
        assert told in asked("log", *arguments, code=ExitCode.USAGE)


def test_a_reader_who_wants_one_entry_has_git_read_no_more(calls, asked):
    asked("log", "-n", "1")
    few = len(calls.names())
    asked("log")
    assert few < len(calls.names())


def test_text_of_a_log_loads_neither_templates_nor_layouts(repository):
    assert loaded(["log", "-p", "--repo", str(repository)]) <= {"msgspec", "re2"}


def test_where_nothing_is_there_is_nothing_to_do(confaudit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert confaudit("log")[0] == ExitCode.USAGE
    git(tmp_path, "init", "-q")
    code, _, err = confaudit("log")
    assert (code, "no snapshot yet" in err) == (ExitCode.INCOMPLETE, True)


# --- blame ---------------------------------------------------------------------------------------


def origins(asked, *arguments):
    document = json.loads(asked("blame", "-f", "json", *arguments))
    REPORT_SCHEMA.validate(document)
    return {row["option"]: row for row in document["tables"]["options"]["rows"]}


def test_blame_tells_value_source_and_who_made_it_so(asked, repository):
    found = origins(asked, "-d", "prod")
    assert found.keys() == {"--access-url", "--ai-gateway-retention", "--session-duration"}
    duration = found["--session-duration"]
    assert (duration["value"], duration["source"], duration["cause"]) == ("1h", "env", "operator")
    assert duration["author"] == "Ann"
    assert git(repository, "log", "-1", "--format=%s", duration["commit"]) == "longer"
    back = found["--ai-gateway-retention"]
    assert git(repository, "log", "-1", "--format=%s", back["commit"]) == "back"


def test_blame_names_the_merge_that_brought_it(asked, repository):
    row = origins(asked, "verbose", "-d", "dev")["--verbose"]
    assert git(repository, "log", "-1", "--format=%s", row["merge"]) == "merged"


def test_blame_of_what_nobody_set_is_for_who_asks(asked):
    assert "--verbose" not in origins(asked, "-d", "prod")
    assert origins(asked, "-d", "prod", "--all")["--verbose"]["since"].endswith(" or earlier")
    assert origins(asked, "verbose", "-d", "prod").keys() == {"--verbose"}
    assert "say which: -d dev" in asked("blame", code=ExitCode.USAGE)


def test_blame_of_an_earlier_snapshot(asked, repository):
    commit = git(repository, "log", "--format=%H", "--grep=^limit$")
    assert (
        origins(asked, "aibridge-retention", "--at", f"{commit}:prod")["--aibridge-retention"][
            "commit"
        ]
        == commit[:12]
    )


# --- show ----------------------------------------------------------------------------------------


def named(repository, subject):
    return git(repository, "log", "--format=%H", f"--grep=^{subject}$")


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        ("first", "First snapshot, 1 option set."),
        ("limit", "1 change: 1 by the operator."),
        ("upgrade", "Upgrade not"),
        ("two at once", "to 2 deployments\n"),
        ("merged", "to 2 deployments\n"),
    ],
)
def test_a_commit_is_told_by_what_it_brought(asked, repository, subject, told):
    out = asked("show", named(repository, subject))
    assert told in out
    assert "Ann" in out


def test_show_means_the_last_snapshot_or_that_of_a_deployment(asked, repository):
    assert f"What {named(repository, 'two at once')[:12]} brought to 2 deployments" in asked("show")
    assert f"What {named(repository, 'back')[:12]} brought to prod" in asked("show", "HEAD:prod")
    assert asked("show", "-d", "prod") == asked("show", "HEAD:prod")


def test_a_show_of_several_deployments_is_kept_whole(asked, tmp_path):
    saved, page = tmp_path / "show.json", tmp_path / "show.html"
    asked("show", "HEAD", "-o", str(saved), "-o", str(page))
    asked("convert", str(saved), "-o", str(tmp_path / "again.html"))
    assert (tmp_path / "again.html").read_text() == page.read_text()


def test_a_commit_without_a_snapshot_says_so(asked, repository):
    told = asked("show", named(repository, "no snapshot"), code=ExitCode.INCOMPLETE)
    assert "changed no snapshot" in told
    assert "there is no commit nowhere" in asked("show", "nowhere", code=ExitCode.USAGE)
