"""Many deployments at once: what each costs git, the memory, and what all share."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from confaudit.core.model import Fidelity, RawDeployment, Snapshot
from confaudit.sources.api import ApiReading
from confaudit.store.commits import Recorded
from confaudit.store.repository import Repository, Taken
from confaudit.transport import certificate as certificates
from confaudit.transport.certificate import tls_context
from confaudit.transport.client import Client
from confaudit.transport.target import HttpTarget
from confaudit.workflows import snapshot
from tests import fleet
from tests.integration.conftest import Calls

NAMES = fleet.names(3)


def jobs(calls: Calls) -> list[str]:
    """The commands of git that were started, in order."""
    return [re.sub(r"^-C \S+ (-c \S+ )*", "", line).split()[0] for line in calls.taken()]


WRITING = ["var", "unpack-objects", "update-ref", "update-index"]


def test_a_snapshot_starts_two_gits_or_five_where_something_changed(
    clean_folder: Path, quiet_home: None, confaudit, monkeypatch: pytest.MonkeyPatch, calls: Calls
) -> None:
    with fleet.Fleet(NAMES) as server:
        text = fleet.configuration(NAMES, f"{server.url}/{{}}", "CODER_SESSION_TOKEN")
        Path("confaudit.yaml").write_text(text)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        assert confaudit("snapshot") == (0, "", "")
        calls.taken()
        assert confaudit("snapshot", "d001") == (0, "", "")
        assert jobs(calls) == ["cat-file", "ls-files"]
        server.hours["d001"] = 9
        assert confaudit("snapshot", "d001") == (0, "", "")
        assert jobs(calls) == ["cat-file", *WRITING]
    subject = "d001: session-duration changed by the operator"
    assert confaudit("log", "-f", "json")[1].count(subject) == 1


def test_any_number_of_deployments_is_recorded_by_as_few_gits(
    clean_folder: Path, quiet_home: None, calls: Calls
) -> None:
    folder, at = clean_folder / "repo", datetime(2026, 1, 5, tzinfo=UTC)
    repository = Repository.open(folder, create=True)
    calls.taken()

    def record(text: str) -> list[Recorded]:
        return repository.record(
            [Taken(one, {"settings.json": text}, lambda: "x", at) for one in NAMES]
        )

    first, second = record("{}"), record("[]")
    assert jobs(calls) == [*WRITING, *WRITING]
    assert not any(one.commit for one in record("[]"))
    assert jobs(calls) == ["ls-files"]
    found = [commit.id for commit in repository.history.log(["HEAD"])]
    assert found[::-1] == [one.commit for one in (*first, *second)]


class Asked:
    """In place of what asks servers: it counts, and hears at once."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def ask(self, name: str, _: object) -> ApiReading:
        self.names.append(name)
        return ApiReading(RawDeployment({}), None)

    def clean(self, _: object) -> Snapshot:
        return Snapshot("", Fidelity.FULL, "", None, "", {}, {}, {}, {}, {})


def test_no_more_answers_wait_in_memory_than_are_asked_for_at_a_time() -> None:
    asked, everybody = Asked(), dict.fromkeys(fleet.names(100))
    answers = snapshot._answers(asked, everybody)
    heard = next(answers)
    assert len(heard) <= len(asked.names) <= snapshot.AHEAD + snapshot.TOGETHER
    heard += [one for group in answers for one in group]
    assert sorted(one.name for one in heard) == sorted(asked.names) == [*everybody]


def test_certificates_of_authorities_are_read_once_for_all(monkeypatch, certificate: Path) -> None:
    before = tls_context(None)
    assert tls_context(None) is before
    assert tls_context(certificate) is tls_context(certificate)
    assert tls_context(certificate) is not before
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert tls_context(None) is not before


def test_none_are_read_where_no_certificate_is_shown() -> None:
    certificates._trusting.cache_clear()
    Client(HttpTarget("http://127.0.0.1:1")).close()
    assert certificates._trusting.cache_info().misses == 0
    Client(HttpTarget("https://127.0.0.1:1")).close()
    assert certificates._trusting.cache_info().misses == 1


def test_what_others_can_read_is_warned_of_once(
    clean_folder: Path, quiet_home: None, confaudit, caplog: pytest.LogCaptureFixture
) -> None:
    with fleet.Fleet(NAMES) as server:
        text = fleet.configuration(NAMES[:2], f"{server.url}/{{}}", "CODER_SESSION_TOKEN")
        Path("confaudit.yaml").write_text(
            text.replace("token_env: CODER_SESSION_TOKEN", "token_file: t")
        )
        Path("t").write_text(server.token)
        Path("t").chmod(0o644)
        assert confaudit("snapshot", "d000")[0] == 0
        assert "token file: others may read it: its mode is 0644; run `chmod 600 " in caplog.text
        caplog.clear()
        assert confaudit("snapshot") == (0, "", "")
        assert caplog.text == ""
        Path("t").chmod(0o640)
        assert confaudit("snapshot") == (0, "", "")
    assert caplog.text.count("its mode is 0640") == 1


SPARED = {"asyncio", "deepdiff", "git", "jinja2", "psutil", "rich", "sqlite3"}


def test_an_unchanged_snapshot_loads_none_of_what_it_does_not_need(
    clean_folder: Path, quiet_home: None, confaudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = (
        "import sys\nfrom confaudit.cli.main import run\nrun(['snapshot'])\nprint(*sys.modules)"
    )
    with fleet.Fleet(NAMES) as server:
        text = fleet.configuration(NAMES[:1], f"{server.url}/{{}}", "CODER_SESSION_TOKEN")
        Path("confaudit.yaml").write_text(text)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        assert confaudit("snapshot") == (0, "", "")
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == ""
    assert SPARED & set(done.stdout.split()) == set()


def test_a_made_up_fleet_has_one_snapshot_a_commit_and_upgrades(tmp_path, confaudit) -> None:
    fleet.build(tmp_path / "repo", 3, 60)
    code, out, _ = confaudit("log", "--repo", tmp_path / "repo", "--no-config")
    assert code == 0
    assert "result: 60 snapshots, 1 upgrade" in out
