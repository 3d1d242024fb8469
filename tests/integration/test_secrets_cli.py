"""`confaudit secrets scan`: whatever leads to a secret, it is found and told by its place."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from confaudit.demo.story import states

Confaudit = Callable[..., tuple[int, str, str]]
SECRET = "planted-secret-0815"


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository(clean_folder: Path, quiet_home: None, confaudit: Confaudit) -> Path:
    """Two snapshots as they should be."""
    for number, state in enumerate(states()[:2]):
        Path(f"{number}.json").write_text(json.dumps(state.payload))
        assert confaudit("snapshot", "prod", "--from", f"{number}.json")[0] == 0
    return clean_folder


def plant(path: str, before: str, after: str) -> None:
    """Write a secret into a stored file by hand, and commit it."""
    file = Path("deployments/prod") / path
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    git("commit", "-qam", "by hand")


def rows(confaudit: Confaudit) -> tuple[int, dict[str, str]]:
    """State and words of what is told, by file and place."""
    code, out, err = confaudit("secrets", "scan", "-f", "json")
    assert err == ""
    found = json.loads(out)["tables"]["places"]["rows"]
    return code, {
        f"{row.get('file', '')} {row.get('place', '')}".strip(): f"{row['state']}: {row['found']}"
        for row in found
    }


def test_a_clean_history_has_none(repository: Path, confaudit: Confaudit) -> None:
    assert rows(confaudit) == (0, {"": "ok: nothing that today's rules would take out"})


def test_whatever_leads_to_a_secret_is_looked_at(repository: Path, confaudit: Confaudit) -> None:
    good = git("rev-parse", "HEAD").strip()
    plant("config.json", '"browser_only"', f'"bare_password": "{SECRET}", "browser_only"')
    first = git("rev-parse", "--short=10", "HEAD").strip()
    plant("config.json", SECRET, f"{SECRET}-2")
    git("reset", "-q", "--hard", good)
    git("tag", "kept", "HEAD@{1}")
    git("switch", "-q", "-c", "aside")
    plant("server.json", '"format"', f'"x": "https://u:{SECRET}@h", "format"')
    git("switch", "-q", "main")
    git("merge", "-q", "-s", "ours", "-m", "not taken over", "aside")
    git("branch", "-q", "-D", "aside")
    plant(
        "settings.json",
        '"settings": {',
        f'"settings": {{"{SECRET}ghp_plantedSecret012345678901234567890AB": {{}},',
    )
    settings = Path("deployments/prod/settings.json")
    settings.write_text(settings.read_text().replace(f"{SECRET}ghp", "x ghp", 1))
    git("stash", "-q")
    code, found = rows(confaudit)
    assert code == 1
    assert {where: told.partition(",")[0] for where, told in found.items()} == {
        "config.json bare_password": "warning: in earlier snapshots alone",
        "server.json x": "warning: in earlier snapshots alone",
        "settings.json a name": "warning: in earlier snapshots alone",
    }
    assert f"[{first}], 2 versions of the file" in found["config.json bare_password"]


def test_what_the_newest_snapshot_holds_comes_first_and_can_be_cleaned(
    repository: Path, confaudit: Confaudit
) -> None:
    plant("config.json", '"browser_only"', f'"a_password": "{SECRET}", "browser_only"')
    plant("config.json", f'"a_password": "{SECRET}"', f'"b_password": "{SECRET}"')
    code, out, _ = confaudit("secrets", "scan")
    assert code == 1
    assert "Secrets in 2 places of 8 stored files; 1 of them is in the newest snapshots." in out
    assert out.index("b_password") < out.index("a_password")
    assert "`git filter-repo --replace-text FILE`" in " ".join(out.split())
    assert confaudit("secrets", "scan", "-f", "html", "-o", "secrets.html")[0] == 1
    assert SECRET not in Path("secrets.html").read_text()
    git("filter-branch", "-f", "--tree-filter", f"sed -i s/{SECRET}/REDACTED/ deployments/prod/*")
    git("update-ref", "-d", "refs/original/refs/heads/main")
    assert rows(confaudit)[0] == 0


def test_where_there_is_nothing_to_look_at_it_says_so(
    clean_folder: Path, confaudit: Confaudit
) -> None:
    assert confaudit("secrets", "scan")[0] == 2
    git("init", "-q")
    code, _, err = confaudit("secrets", "scan")
    assert (code, "there is no snapshot yet" in err) == (3, True)
