"""`confaudit init`: deployments come one by one, are committed, and people's own lines stay."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from confaudit import configfile

URL = "https://coder.example.com"
Call = Callable[..., tuple[int, str, str]]


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def folder(clean_folder: Path, quiet_home: None) -> Path:
    return clean_folder


def test_deployments_come_one_by_one_and_a_clone_has_them(folder: Path, confaudit: Call) -> None:
    code, out, err = confaudit("init", "prod", "--url", f"{URL}/")
    assert (code, err) == (0, "")
    assert "export CODER_SESSION_TOKEN=…" in out
    assert "confaudit snapshot -v\n" in out
    (folder / "mine.txt").write_text("mine\n")
    git("add", "mine.txt")
    code, out, err = confaudit("init", "west-1", "--url", "http://coder.internal:3000/pre")
    assert (code, err) == (0, "")
    assert "added west-1 to confaudit.yaml\nkept confaudit-exceptions.yaml, " in out
    assert "export CODER_SESSION_TOKEN_WEST_1=…" in out
    assert "confaudit snapshot west-1 -v --allow-http" in out
    assert git("log", "--format=%s %an") == (
        "Add west-1 to confaudit Ann Admin\nSet up confaudit for prod Ann Admin\n"
    )
    assert git("status", "--porcelain") == "A  mine.txt\n"
    git("clone", "-q", ".", "clone")
    found = configfile.load(folder / "clone/confaudit.yaml").configuration.deployments
    assert {name: (one.url, one.token_env) for name, one in found.items()} == {
        "prod": (URL, "CODER_SESSION_TOKEN"),
        "west-1": ("http://coder.internal:3000/pre", "CODER_SESSION_TOKEN_WEST_1"),
    }
    tip = git("rev-parse", "HEAD")
    code, out, err = confaudit("init", "prod", "--url", URL)
    assert (code, err) == (0, "")
    assert out.startswith("prod is set up already\nkept confaudit.yaml, ")
    assert git("rev-parse", "HEAD") == tip


LAYOUTS = {
    # what is there, and between which of its lines the new one comes
    "nothing yet": ("deployments:\n\ntimeout: 5\n", "deployments:\n", "\ntimeout: 5\n"),
    "no heading": ("timeout: 5  # short", "timeout: 5  # short\n\ndeployments:\n", ""),
    "below the last, with its comments": (
        "# all\ndeployments:\n    # old\n    b:  # b\n        url: https://b\n        # token\n\n"
        "    # new\n    a: {url: 'https://a', token_file: t}\n\n# rest\npush: true\n",
        "# all\ndeployments:\n    # old\n    b:  # b\n        url: https://b\n        # token\n\n"
        "    # new\n    a: {url: 'https://a', token_file: t}\n",
        "\n# rest\npush: true\n",
    ),
    "line ends of Windows": (
        "deployments:\r\n  b:\r\n    url: https://b\r\n",
        "deployments:\r\n  b:\r\n    url: https://b\r\n",
        "",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_people_wrote_stays(folder: Path, confaudit: Call, layout: str) -> None:
    text, before, after = LAYOUTS[layout]
    (folder / "confaudit.yml").write_bytes(text.encode())
    (folder / "sub").mkdir()
    (folder / "sub/mine.txt").write_text("an empty folder would become a repository of its own")
    git("init", "-q")
    code, out, err = confaudit("init", "prod", "--url", URL, "--repo", "sub")
    assert (code, err) == (0, "")
    assert "not committed, as it was changed before:\n  git add confaudit.yml && git commit" in out
    now = (folder / "confaudit.yml").read_bytes().decode()
    assert now.startswith(before)
    assert now.endswith(after)
    new = now.removeprefix(before).removesuffix(after)
    assert new.strip(" ").startswith("prod:")
    assert ("\r\n" in text) == ("\r\n" in new)
    assert configfile.load(folder / "confaudit.yml").configuration.deployments["prod"].url == URL
    assert "confaudit.yml" not in git("ls-files")


REFUSED = {
    # name, URL, what it says
    "no URL": ("new", "", "a deployment needs both its NAME and --url"),
    "another URL": ("prod", "https://b.example.com", "confaudit.yaml has prod already, with ano"),
    "a path": ("a/b", URL, "'a/b' cannot name a deployment, whose folder it is to be"),
    "hidden": (".a", URL, "'.a' cannot name a deployment"),
    "upwards": ("a..b", URL, "'a..b' cannot name a deployment"),
    "unseen": ("a\x1b[31m", URL, "'a\\x1b[31m' cannot name a deployment"),
    "reserved": ("Nul.x", URL, "no folder can be called 'Nul.x' on Windows"),
    "a dot at the end": ("x.", URL, "no folder can be called 'x.' on Windows"),
    "case": ("PROD", URL, "'PROD' and 'prod' are one folder where small and capital letters are"),
    "scheme": ("new", "coder.example.com", "the deployment's URL is no http or https URL"),
    "host": ("new", "https://", "the deployment's URL is no http or https URL"),
    "credentials": ("new", "https://a:planted-secret@x", "the deployment's URL carries cred"),
    "newline": ("new", f"{URL}\nx: y", "the deployment's URL holds a space or control character"),
    "query": ("new", f"{URL}?token=planted-secret", "the deployment's URL has a query or a frag"),
}


def test_names_and_urls_are_checked_before_anything_is_written(
    folder: Path, confaudit: Call
) -> None:
    confaudit("init", "prod", "--url", URL)
    before = git("rev-parse", "HEAD")
    for name, url, said in REFUSED.values():
        code, out, err = confaudit("init", name, *(("--url", url) if url else ()))
        assert (code, out) == (2, ""), name
        assert err.startswith(f"confaudit: {said}")
        assert "\nhint: " in err
    code, out, err = confaudit("init", "a/b", "--url", URL, "--repo", "elsewhere")
    assert code == 2
    assert not (folder / "elsewhere").exists()
    (folder / "confaudit.yaml").write_text("deployments: {prod: {url: 'https://b'}}\n")
    code, out, err = confaudit("init", "new", "--url", URL)
    assert (code, out) == (2, "")
    assert "is laid out so that no line can be added to it" in err
    assert git("rev-parse", "HEAD") == before


def test_where_nothing_can_be_committed_it_says_how(folder: Path, confaudit: Call) -> None:
    confaudit("init")
    git("checkout", "-q", "--detach")
    code, out, err = confaudit("init", "prod", "--url", URL)
    assert (code, err) == (0, "")
    assert "not committed: no branch is checked out in " in out
    assert "  git add confaudit.yaml && git commit" in out
    assert git("status", "--porcelain") == " M confaudit.yaml\n"


def test_coders_token_goes_to_the_deployment_whose_it_is(
    folder: Path, confaudit: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    confaudit("init", "prod", "--url", "http://127.0.0.1:9")
    confaudit("init", "staging", "--url", "http://127.0.0.1:9")
    monkeypatch.setenv("CODER_SESSION_TOKEN", "planted-secret")
    code, _, err = confaudit("snapshot", "staging")
    assert (code, err.count("CODER_SESSION_TOKEN_STAGING is not set")) == (2, 1)
    assert confaudit("snapshot", "prod", "--retries", "0")[0] == 4
    text = (folder / "confaudit.yaml").read_text()
    (folder / "confaudit.yaml").write_text(text.replace("token_env: CODER_SESSION_TOKEN ", "#"))
    assert confaudit("diff", "live:prod", "live:staging", "--retries", "0")[0] == 4
