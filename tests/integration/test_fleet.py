"""Many deployments at once: what each costs git, the memory, and what all share."""

from collections import Counter
from pathlib import Path

import pytest

from confaudit.sources.api import ApiReading
from confaudit.transport.certificate import tls_context
from confaudit.workflows import snapshot
from tests import fleet
from tests.integration.conftest import Calls

NAMES = fleet.names(3)


def jobs(calls: Calls) -> Counter[str]:
    """How often git was started for each of its commands."""
    words = [line.split() for line in calls.taken()]
    known = {"log", "commit-tree", "maintenance", "commit-graph", "push"}
    return Counter(word for line in words for word in line if word in known)


def test_git_looks_for_what_changed_alone_and_tidies_up_once(
    clean_folder: Path, quiet_home: None, confaudit, monkeypatch: pytest.MonkeyPatch, calls: Calls
) -> None:
    with fleet.Fleet(NAMES) as server:
        text = fleet.configuration(NAMES, f"{server.url}/{{}}", "CODER_SESSION_TOKEN")
        Path("confaudit.yaml").write_text(text)
        monkeypatch.setenv("CODER_SESSION_TOKEN", server.token)
        assert confaudit("snapshot") == (0, "", "")
        assert jobs(calls) == {"commit-tree": 3, "maintenance": 1, "commit-graph": 1}
        assert Path(".git/objects/info/commit-graphs").is_dir()
        assert confaudit("snapshot") == (0, "", "")
        assert jobs(calls) == {}
        server.hours["d001"] = 9
        assert confaudit("snapshot") == (0, "", "")
        assert jobs(calls)["commit-tree"] == 1
    subject = "d001: session-duration changed by the operator"
    assert confaudit("log", "-f", "json")[1].count(subject) == 1


class Asked:
    """In place of what asks servers: it counts, and hears at once."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def ask(self, name: str, _: object) -> ApiReading:
        self.names.append(name)
        return ApiReading


def test_no_more_answers_wait_in_memory_than_are_asked_for_at_a_time() -> None:
    asked, everybody = Asked(), dict.fromkeys(fleet.names(100))
    answers = snapshot._answers(asked, everybody)
    heard = [next(answers)[0]]
    assert len(asked.names) <= snapshot.AHEAD
    heard += [name for name, _ in answers]
    assert sorted(heard) == sorted(asked.names) == [*everybody]


def test_certificates_of_authorities_are_read_once_for_all(monkeypatch, certificate: Path) -> None:
    before = tls_context(None)
    assert tls_context(None) is before
    assert tls_context(certificate) is tls_context(certificate)
    assert tls_context(certificate) is not before
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert tls_context(None) is not before


def test_a_made_up_fleet_has_one_snapshot_a_commit_and_upgrades(tmp_path, confaudit) -> None:
    fleet.build(tmp_path / "repo", 3, 60)
    code, out, _ = confaudit("log", "--repo", tmp_path / "repo", "--no-config")
    assert code == 0
    assert "result: 60 snapshots, 1 upgrade" in out
