"""`confaudit doctor` names each fault that is planted here, and none where there is none."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from msgspec import Struct

from confaudit.store.repository import Repository
from tests.integration.scripted_server import TOKEN, Reply, ScriptedServer, coder

Confaudit = Callable[..., tuple[int, str, str]]
KEY = f"users__me__keys__{TOKEN.partition('-')[0]}"
VERSION = "v2.36.0+abc1234"


def git(*arguments: str | Path) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True)


class Place(Struct):
    """A setup in the working folder, and what may be made wrong of it."""

    server: ScriptedServer
    confaudit: Confaudit
    patch: pytest.MonkeyPatch
    certificate: Path
    folder: Path

    def write(self, more: str = "", url: str = "", ca_file: str = "") -> None:
        """Commit a confaudit.yaml, so that it is no fault of its own."""
        Path("confaudit.yaml").write_text(
            f"deployments:\n  prod:\n    url: {url or self.server.url}\n"
            f"    token_file: token\n    ca_file: {ca_file or self.certificate}\n{more}"
        )
        git("add", "confaudit.yaml")
        git("commit", "-q", "--allow-empty", "-m", "x")

    def reply(self, endpoint: str, reply: Reply) -> None:
        self.server.script[f"/api/v2/{endpoint}"] = [reply]

    def checks(self, *words: str) -> dict[tuple[str, str], str]:
        """State and words of each check, by what it is about and what it is."""
        code, out, _ = self.confaudit("doctor", "-f", "json", *words)
        report = json.loads(out)
        rows = report["tables"]["checks"]["rows"]
        states = {row["state"] for row in rows}
        assert code == (1 if states & {"failed", "warning"} else 0)
        assert all(row["advice"] for row in rows if row["state"] in ("failed", "warning"))
        return {(row["about"], row["check"]): f"{row['state']}: {row['found']}" for row in rows}


@pytest.fixture(scope="module")
def answering(certificate: Path) -> Iterator[ScriptedServer]:
    with ScriptedServer({}, str(certificate)) as running:
        yield running


@pytest.fixture
def place(
    answering: ScriptedServer,
    confaudit: Confaudit,
    clean_folder: Path,
    quiet_home: None,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    script = coder(**{KEY: Reply({"expires_at": "2199-01-01T00:00:00Z"})})
    answering.script = {path: [one] for path, one in script.items() if isinstance(one, Reply)}
    answering.run_release(VERSION)
    place = Place(answering, confaudit, monkeypatch, certificate, clean_folder)
    Path(".gitignore").write_text("token\nremote.git\n")
    Path("token").write_text(TOKEN)
    Path("token").chmod(0o600)
    git("init", "-q", "-b", "main")
    git("add", ".gitignore")
    place.write()
    git("init", "-q", "--bare", "-b", "main", "remote.git")
    git("remote", "add", "origin", clean_folder / "remote.git")
    return place


def test_a_good_setup_has_no_fault(place: Place) -> None:
    found = place.checks()
    catalogue = found.pop(("confaudit", "catalogue"))  # which grows old
    assert catalogue.split(":")[0] in ("ok", "unknown")
    assert {key: told for key, told in found.items() if not told.startswith("ok: ")} == {}
    assert len(found) == 19
    assert not list(Path(".git").glob("refs/remotes/*"))
    assert place.server.count("/api/v2/deployment/config") == 1
    assert "Coder-Session-Token" not in place.server.asked[0].headers


# --- faults -------------------------------------------------------------------------------------


def is_no_yaml(place: Place) -> None:
    Path("confaudit.yaml").write_text("deployments: [\n")


def names_an_unknown_key(place: Place) -> None:
    place.write("    tokenfile: x\n")


def names_no_deployment(place: Place) -> None:
    Path("confaudit.yaml").write_text("timeout: 9\n")
    git("commit", "-qam", "x")


def is_not_committed(place: Place) -> None:
    Path("confaudit.yaml").write_text(Path("confaudit.yaml").read_text() + "timeout: 9\n")


def has_a_damaged_catalogue(place: Place) -> None:
    Path("coder-releases").mkdir()
    Path("coder-releases/mine.json").write_text("{}")


def has_a_damaged_policy(place: Place) -> None:
    Path("confaudit-policy.yaml").write_text("rules: 7\n")


def nobody_listens(place: Place) -> None:
    place.write(url="https://localhost:9")


def is_not_coder(place: Place) -> None:
    place.reply("buildinfo", Reply(b"<html>", content_type="text/html"))


def says_something_else(place: Place) -> None:
    place.reply("buildinfo", Reply({"hello": "world"}))


def is_plain_http(place: Place) -> None:
    place.write(url="http://coder.example.com")


def is_not_trusted(place: Place) -> None:
    other = place.folder / "other.pem"
    _self_signed(other, "-days", "9")
    place.write(ca_file=str(other))


def is_for_another_host(place: Place) -> None:
    place.write(url=place.server.url.replace("localhost", "127.0.0.1"))


def has_no_token(place: Place) -> None:
    Path("token").unlink()


def has_an_empty_token(place: Place) -> None:
    Path("token").write_text("\n")


def has_a_token_with_a_space(place: Place) -> None:
    Path("token").write_text("planted-secret planted-secret")


def has_a_token_that_is_unknown(place: Place) -> None:
    place.reply("deployment/config", Reply({"detail": "API key is invalid."}, 401))


def has_an_expired_token(place: Place) -> None:
    detail = 'API key expired at "2026-01-05 11:44:06.12 +0000 UTC"'
    place.reply("deployment/config", Reply({"detail": detail}, 401))


def has_no_role(place: Place) -> None:
    place.reply("deployment/config", Reply({"message": "Forbidden."}, 403))


def has_a_token_that_ends(place: Place) -> None:
    soon = datetime.now(UTC) + timedelta(hours=30)
    place.reply(KEY.replace("__", "/"), Reply({"expires_at": f"{soon:%Y-%m-%dT%H:%M:%SZ}"}))


def has_a_token_for_all(place: Place) -> None:
    Path("token").chmod(0o644)


def has_a_committed_token(place: Place) -> None:
    git("add", "-f", "token")
    git("commit", "-qm", "x")


def runs_an_unknown_release(place: Place) -> None:
    place.server.run_release("v2.99.0+abc1234")


def runs_an_old_release(place: Place) -> None:
    place.server.run_release("v2.30.0+abc1234")


def has_another_time(place: Place) -> None:
    there = "Mon, 05 Jan 2026 11:44:06 GMT"
    place.patch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: there)


def has_no_git(place: Place) -> None:
    place.patch.setenv("PATH", str(place.folder))


def has_an_old_git(place: Place) -> None:
    shim = place.folder / "remote.git" / "git"
    shim.write_text(
        '#!/bin/sh\ncase "$*" in *--version) echo git version 2.20.1;;\n'
        f'*) exec "{shutil.which("git")}" "$@";; esac\n'
    )
    shim.chmod(0o755)
    place.patch.setenv("PATH", f"{shim.parent}{os.pathsep}{os.environ['PATH']}")


def is_bare(place: Place) -> None:
    bare = f"{place.folder}-bare.git"
    git("init", "-q", "--bare", bare)
    place.patch.setenv("CONFAUDIT_REPO", bare)
    place.patch.setenv("CONFAUDIT_CONFIG", "confaudit.yaml")


def has_no_branch(place: Place) -> None:
    git("checkout", "-q", "--detach")


def has_changed_snapshots(place: Place) -> None:
    Path("deployments/prod").mkdir(parents=True)
    Path("deployments/prod/config.json").write_text("{}")


def has_no_remote(place: Place) -> None:
    place.write("push: true\nremote: upstream\n")


def has_a_remote_that_is_gone(place: Place) -> None:
    git("remote", "set-url", "origin", place.folder / "gone.git")


def may_not_push(place: Place) -> None:
    git("remote", "set-url", "--push", "origin", place.folder / "gone.git")


FAULTS = [
    (is_no_yaml, "confaudit", "configuration", "failed: "),
    (names_an_unknown_key, "confaudit", "configuration", "unknown key tokenfile"),
    (names_no_deployment, "confaudit", "configuration", "names no deployment"),
    (is_not_committed, "repository", "confaudit.yaml", "differs from what is committed"),
    (has_a_damaged_catalogue, "confaudit", "catalogue", "mine.json, line 1: format is missing"),
    (has_a_damaged_policy, "confaudit", "decisions", "confaudit-policy.yaml, line 1"),
    (nobody_listens, "prod", "address", "does not accept connections"),
    (is_not_coder, "prod", "address", "a web page instead of JSON"),
    (says_something_else, "prod", "address", "something else than Coder's API"),
    (is_plain_http, "prod", "address", "unencrypted"),
    (is_not_trusted, "prod", "address", "an authority that is not trusted here"),
    (is_for_another_host, "prod", "address", "certificate is for another host"),
    (has_no_token, "prod", "token", "cannot read the token file"),
    (has_an_empty_token, "prod", "token", "the session token of prod is empty"),
    (has_a_token_with_a_space, "prod", "token", "holds a space or control character"),
    (has_a_token_that_is_unknown, "prod", "token", "Coder does not know the session token"),
    (has_an_expired_token, "prod", "token", "expired at 2026-01-05 11:44:06+00:00"),
    (has_no_role, "prod", "role", "may not read the deployment configuration"),
    (has_a_token_that_ends, "prod", "token", "warning: expires in 29 hours"),
    (has_a_token_for_all, "prod", "token file", "warning: others may read it: its mode is 0644"),
    (has_a_committed_token, "repository", "token file", "token is committed, so the history has"),
    (runs_an_unknown_release, "prod", "release", "2.99.0 is newer than"),
    (runs_an_old_release, "prod", "release", "the line 2.30 gets no more fixes"),
    (has_another_time, "prod", "clock", "ahead of the server's"),
    (has_no_git, "repository", "git", "the git command was not found"),
    (has_an_old_git, "repository", "git", "2.20.1 is too old"),
    (is_bare, "repository", "repository", "is a bare git repository"),
    (has_no_branch, "repository", "branch", "none is checked out"),
    (has_changed_snapshots, "repository", "work tree", "changed by hand: deployments/prod/conf"),
    (has_no_remote, "repository", "remote", "there is no git remote 'upstream'"),
    (has_a_remote_that_is_gone, "repository", "remote", "has no git repository at its address"),
    (may_not_push, "repository", "push", "has no git repository at its address"),
]


@pytest.mark.parametrize(
    ("plant", "about", "check", "said"), FAULTS, ids=[plant.__name__ for plant, *_ in FAULTS]
)
def test_a_fault_is_named_where_it_is(
    place: Place, plant: Callable[[Place], None], about: str, check: str, said: str
) -> None:
    plant(place)
    told = place.checks()[about, check]
    assert told.startswith(("failed: ", "warning: "))
    assert said in told


def test_a_certificate_that_ends_is_named(place: Place, tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(days=80)
    found = place.checks("--now", f"{soon:%Y-%m-%d}")
    assert found["prod", "certificate"].startswith("warning: expires in ")
    assert found["prod", "clock"].startswith("skipped")


def test_an_expired_certificate_is_named(place: Place) -> None:
    path = place.folder / "expired.pem"
    _expired(path)
    with ScriptedServer(coder(), str(path)) as server:
        place.write(url=server.url, ca_file=str(path))
        told = place.checks()["prod", "address"]
    assert told == "failed: the server's TLS certificate has expired"


def test_without_the_users_own_catalogue_releases_are_known_all_the_same(place: Place) -> None:
    has_a_damaged_catalogue(place)
    assert place.checks()["prod", "release"].startswith("ok: ")


def test_who_holds_the_lock_is_named(place: Place) -> None:
    with Repository.open(Path()).lock():
        command = [sys.executable, "-m", "confaudit", "doctor"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "lock            warning  the snapshots are locked by process" in done.stdout


def test_only_the_deployments_that_are_named_are_asked(place: Place) -> None:
    place.write("  staging:\n    url: https://localhost:9\n")
    assert {about for about, _ in place.checks("prod")} == {"confaudit", "prod", "repository"}
    assert place.checks()["staging", "address"].startswith("failed: ")
    assert place.confaudit("doctor", "prot")[0] == 2


def test_nothing_is_there_yet(
    confaudit: Confaudit, clean_folder: Path, quiet_home: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = confaudit("doctor", "-f", "json")
    assert code == 1
    assert "run `confaudit init`" in out
    assert "the first snapshot will make it" in out
    assert not (clean_folder / ".git").exists()


def _self_signed(path: Path, *more: str) -> None:
    make = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost"
    openssl = ["openssl", *make.split(), "-keyout", path, "-out", f"{path}.crt", *more]
    subprocess.run(openssl, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())


def _expired(path: Path) -> None:
    """Key and certificate of `localhost` in one file; of days gone by only an authority signs."""
    folder = path.parent
    (folder / "index").touch()
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index\nnew_certs_dir={folder}\nrand_serial=1\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n"
        "[e]\nsubjectAltName=DNS:localhost\n"
    )
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    asked, made = folder / "asked", folder / "made.crt"
    ask = ["req", "-new", *curve, "-subj", "/CN=localhost", "-keyout", path, "-out", asked]
    days = ("-startdate", "20200101000000Z", "-enddate", "20200102000000Z")
    sign = ["ca", "-batch", "-selfsign", "-notext", "-config", folder / "ca.cnf", *days]
    for command in (ask, [*sign, "-keyfile", path, "-in", asked, "-out", made]):
        subprocess.run(["openssl", *command], check=True, capture_output=True)
    path.write_text(path.read_text() + made.read_text())
