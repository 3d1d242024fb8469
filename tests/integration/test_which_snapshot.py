"""Which snapshot is meant: of several deployments by -d, and where there is none yet."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from confaudit.cli.main import run
from confaudit.demo.story import states

Call = Callable[..., tuple[int, str, str]]


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two deployments, and at its end a snapshot of each that the other lacks."""
    folder = tmp_path_factory.mktemp("two")
    for number, state in enumerate(states()):
        (folder / f"{number}.json").write_text(json.dumps(state.payload))
    (folder / "coder.env").write_text("CODER_AUDIT_LOGS_RETENTION=8760h\n")
    named = [f"{name}: {{url: 'http://127.0.0.1:9', token_env: T}}" for name in ("prod", "staging")]
    (folder / "confaudit.yaml").write_text(f"deployments: {{{', '.join(named)}}}\n")
    git("-C", str(folder), "init", "-q")
    for name, number in (("prod", 1), ("staging", 0), ("prod", 2), ("staging", 1)):
        source = str(folder / f"{number}.json")
        assert run(["snapshot", name, "--from", source, "--repo", str(folder)]) == 0
    return folder


NAMED = [
    # arguments, exit code, what it says, joined by &
    ("diff HEAD~2 HEAD", 2, "hint: say which: -d prod, or HEAD~2:prod\n"),
    ("diff", 2, "several deployments: prod, staging\nhint: say which, as with -d prod\n"),
    ("upgrade --to 2.36.0", 2, "hint: say which, as with -d prod\n"),
    ("verify", 2, "hint: say which, as with -d prod\n"),
    ("diff -d prod HEAD~2:prod HEAD", 0, "before HEAD~2:prod  prod · Coder 2.33.0"),
    ("verify -d prod HEAD~2 HEAD", 0, "As predicted: 44 of 44 changes confirmed"),
    ("verify -d staging HEAD~1 HEAD", 3, "are both of Coder 2.33.0\nhint: run it after the upg"),
    ("upgrade -d prod HEAD --to 2.36.0", 0, "Upgrade audit of prod, 2.34.5 → 2.36.0"),
    ("explain -d prod audit-logs-retention HEAD~2 HEAD", 0, "between HEAD~2:prod and HEAD:prod"),
    ("check -d staging HEAD", 0, "Check of staging\n"),
    ("diff -d prod HEAD:staging HEAD", 2, "an input is of staging, and --deployment of prod"),
    ("diff -d prod HEAD live:staging", 2, "an input is of staging, and --deployment of prod"),
    ("diff -d prod HEAD~9 HEAD", 2, "there is no commit HEAD~9: the history begins later"),
    (
        "diff -d staging HEAD~3 HEAD",
        2,
        "HEAD~3 holds no snapshot of 'staging'\nhint: it holds: prod",
    ),
    ("upgrade -d porod --to 2.36.0", 2, "names no deployment 'porod'\nhint: did you mean prod?"),
    (
        "upgrade --no-config --to 2.36.0",
        2,
        "several deployments: prod, staging\nhint: say which, as",
    ),
    ("upgrade -d prod -i coder.env --to 2.36.0", 0, "before HEAD:prod & coder.env  env-file"),
    (
        "upgrade -d new -i coder.env --from 2.34.5 --to 2.36.0",
        0,
        "before coder.env  Coder 2.34.5 & There is no snapshot of new",
    ),
]


@pytest.mark.parametrize(("arguments", "code", "said"), NAMED)
def test_a_deployment_that_is_named_is_meant_by_every_input(
    two: Path,
    confaudit: Call,
    monkeypatch: pytest.MonkeyPatch,
    arguments: str,
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(two)
    monkeypatch.setenv("CONFAUDIT_REPO", str(two))
    found, out, err = confaudit(*arguments.split())
    assert found == code, err
    for one in said.split(" & "):
        assert one in (out or err)


def test_what_tells_nothing_in_common_verifies_nothing(two: Path, confaudit: Call) -> None:
    answer = json.loads((two / "2.json").read_text())
    answer["options"] = [one for one in answer["options"] if one["flag"] == "docs-url"]
    answer["options"][0]["flag"] = "no-such-flag"
    (two / "odd.json").write_text(json.dumps(answer))
    given = ("verify", str(two / "1.json"), str(two / "odd.json"), "--to", "2.34.5", "--no-config")
    code, out, err = confaudit(*given)
    assert (code, out) == (3, "")
    assert "tell the value of no option in common" in err


def test_where_there_is_no_snapshot_it_is_told_why(clean_folder: Path, confaudit: Call) -> None:
    def ask(*arguments: str) -> tuple[int, str]:
        code, out, err = confaudit(*(arguments or ("diff", "HEAD~1", "HEAD")))
        assert out == ""
        return code, err.removeprefix("confaudit: ")

    set_up = "hint: set one up with `confaudit init`, or name the folder of one with --repo\n"
    assert ask() == (2, f"{clean_folder} is not in a git repository\n{set_up}")
    assert ask("upgrade", "HEAD", "--to", "2.36.0")[0] == 2
    missing = "hint: check the spelling and the working folder\n"
    assert ask("diff", "HAED", "x") == (
        2,
        f"HAED is no URL, file, folder or git revision\n{missing}",
    )
    git("init", "-q")
    take = "hint: take one with `confaudit snapshot`"
    for given in ((), ("check", "HEAD"), ("check",), ("verify", "HEAD", "HEAD")):
        code, err = ask(*given)
        assert (code, err.startswith(f"there is no snapshot yet\n{take}")) == (3, True)
    git("-c", "user.name=a", "-c", "user.email=a", "commit", "-q", "--allow-empty", "-m", "x")
    assert ask("diff", "HEAD", "HEAD") == (3, f"there is no snapshot yet\n{take}\n")
    answer = clean_folder / "0.json"
    answer.write_text(json.dumps(states()[0].payload))
    assert confaudit("snapshot", "prod", "--from", answer)[0] == 0
    code, err = ask()
    assert (code, err.splitlines()[0]) == (2, "HEAD~1 holds no snapshot")
    assert "`confaudit diff` compares the last one with what is live" in err
    assert confaudit("upgrade", "--to", "2.36.0")[0] == 0
