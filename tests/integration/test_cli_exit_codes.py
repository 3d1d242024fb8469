"""Every exit code, in a clean environment and by the real executable; errors say what to do."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from confaudit.cli import main
from confaudit.demo.server import LoopbackCoder
from confaudit.demo.story import states
from tests.integration.processes import DEADLINE, start

CONFIG = {"access_url": "https://coder.example.com", "derp": {}, "oidc": {"scopes": ["a"]}}


def run(*arguments, cwd, env=None, stdin=""):
    return subprocess.run(
        [sys.executable, "-m", "confaudit", *arguments],
        cwd=cwd,
        env=environment(cwd) | (env or {}),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )


def environment(home):
    kept = {name: os.environ[name] for name in ("PATH", "XDG_CONFIG_HOME")}
    return kept | {"HOME": str(home), "LANG": "C.UTF-8"}


FILES = {
    "a.json": json.dumps({"config": CONFIG}),
    "b.json": json.dumps({"config": {**CONFIG, "browser_only": True}}),
    "empty.json": "",
    "broken.yaml": "deployments: [",
    "typo.yaml": "deploymnets: {}",
    "two.yaml": (
        "deployments: {a: {url: 'http://127.0.0.1:9', token_env: T},"
        " b: {url: 'http://127.0.0.1:9', token_env: T}}"
    ),
}


@pytest.fixture
def folder(clean_folder):
    for name, text in FILES.items():
        (clean_folder / name).write_text(text)
    return clean_folder


CASES = [
    # arguments, environment, exit code, what the message says, what to do
    (["--version"], {}, 0, "", ""),
    (["--help"], {}, 0, "", ""),
    (["diff", "a.json", "a.json"], {}, 0, "", ""),
    (["diff", "a.json", "b.json"], {}, 0, "", ""),
    (["diff", "a.json", "b.json", "--exit-code"], {}, 1, "", ""),
    (["diff", "a.json", "b.json", "--fail-on", "any"], {}, 1, "", ""),
    (["diff", "a.json", "b.json", "--fail-on", "any", "-f", "json"], {}, 1, "", ""),
    (["diff", "a.json", "b.json"], {"CONFAUDIT_FAIL_ON": "any"}, 1, "", ""),
    (["diff", "a.json", "a.json", "--exit-code"], {}, 0, "", ""),
    (["diff", "a.json", "b.json", "--exit-code", "--exit-zero"], {}, 0, "", ""),
    (["dif"], {}, 2, "No such command", ""),
    (["diff", "--nonsense"], {}, 2, "No such option", ""),
    (["diff", "a", "b", "c"], {}, 2, "at most two", ""),
    (["diff", "a.json", "missing.json"], {}, 2, "missing.json", "hint: "),
    (["diff", "a.json", "empty.json"], {}, 2, "empty", "hint: "),
    (["diff", "a.json", "b.json", "-f", "md", "-f", "json"], {}, 2, "-o FILE", ""),
    (["diff", "a.json", "b.json", "-o", "x.doc"], {}, 2, "says no format", ""),
    (["diff", "a.json", "b.json", "-o", "no/such/x.html"], {}, 2, "cannot write", "hint: "),
    (["diff", "a.json", "b.json", "--templates", "none", "-f", "md"], {}, 2, "templates", "hint: "),
    (["diff", "a.json", "b.json", "--as", "bundle"], {}, 2, "a.json", "hint: "),
    (["diff", "a.json", "--config", "broken.yaml"], {}, 2, "not valid YAML at line 1", "hint: "),
    (["diff", "a.json", "--config", "typo.yaml"], {}, 2, "unknown key", "did you mean"),
    (["diff", "a.json", "--config", "none.yaml"], {}, 2, "no configuration file", "hint: "),
    (["diff", "HEAD"], {}, 2, "HEAD", "hint: "),
    (["snapshot", "--at", "2026-01-05"], {}, 2, "--from", ""),
    (["snapshot", "--from", "a.json"], {}, 2, "NAME", ""),
    (["snapshot", "p", "--from", "a.json", "--at", "soon"], {}, 2, "no time", ""),
    (["snapshot", "prod"], {}, 2, "names no deployment", "hint: "),
    (["snapshot", "../x", "--from", "a.json"], {}, 2, "name", "hint: "),
    (["snapshot", "--url", "http://127.0.0.1:9"], {}, 2, "CODER_SESSION_TOKEN", "hint: "),
    (["snapshot"], {}, 3, "no deployment", "confaudit init"),
    (["diff"], {}, 3, "no deployment", "confaudit init"),
    (
        ["snapshot", "--retries", "0"],
        {"CODER_URL": "http://127.0.0.1:9", "CODER_SESSION_TOKEN": "x-y"},
        4,
        "127.0.0.1",
        "hint: ",
    ),
    (
        ["snapshot", "--config", "two.yaml", "--retries", "0", "--repo", "repo"],
        {"T": "x-y"},
        4,
        "result: a failed, b failed",
        "hint: ",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "env", "code", "said", "advice"), CASES, ids=[" ".join(c[0]) for c in CASES]
)
def test_exit_codes(folder, monkeypatch, capsys, arguments, env, code, said, advice):
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    returned, (out, err) = main.run(arguments), capsys.readouterr()
    assert returned == code, err
    assert said in err
    assert advice in err
    assert "Traceback" not in err
    if code > 1:
        assert out == ""


BY_CODE = {case[2]: case for case in CASES}


@pytest.mark.parametrize(
    ("arguments", "env", "code", "said", "advice"), BY_CODE.values(), ids=BY_CODE
)
def test_the_executable_ends_with_each(folder, arguments, env, code, said, advice):
    done = run(*arguments, cwd=folder, env=env)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert advice in done.stderr


def test_a_failure_writes_no_output_file(folder, capsys):
    (folder / "x.html").write_text("old")
    given = ["-f", "html", "-o", "/dev/full", "-f", "html", "-o", "x.html"]
    assert main.run(["diff", "a.json", "b.json", *given]) == 2
    assert "No space left on device\nhint: free some space" in capsys.readouterr().err
    assert (folder / "x.html").read_text() == "old"
    given = ["-o", "x.html", "-f", "md", "-o", "no/x.md"]
    assert main.run(["diff", "a.json", "b.json", *given]) == 2
    assert not (folder / "x.md").exists()
    assert [p.name for p in folder.iterdir() if p.name.startswith(".x")] == []


STREAMS = [
    # what a shell runs, its exit code, what is said on standard error
    ("c --version >&-", 2, "confaudit: standard output is closed\nhint: open it, or use -o\n"),
    ("c schema policy >&-", 2, "confaudit: standard output is closed\n"),
    ("c schema policy >/dev/full", 2, "cannot be written: no space left on device\nhint: make ro"),
    ("c diff a.json b.json -f md -o x.md >&-", 0, ""),
    ("c diff - b.json <&-", 2, "confaudit: standard input is empty\n"),
    ("c diff no such <&- >&- 2>&-", 2, ""),
    ("c schema policy | true; exit ${PIPESTATUS[0]}", 0, ""),
    ("PYTHONIOENCODING=latin-1 c lint -h >/dev/null", 0, ""),
]


def test_streams_that_take_nothing_have_their_sentence(folder):
    """One shell for all."""
    rows = "".join(
        f"({command}) 2>said; echo $? $(wc -c <said); cat said\n" for command, *_ in STREAMS
    )
    script = f'c() {{ {sys.executable} -m confaudit "$@"; }}\n{rows}'
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    left = done.stdout
    for command, code, said in STREAMS:
        head, _, left = left.partition("\n")
        found, length = map(int, head.split())
        told, left = left[:length], left[length:]
        assert found == code, (command, told)
        assert said in told
        assert bool(said) == bool(told), (command, told)


def test_a_pipe_that_does_not_wait_gets_everything(folder):
    """As programs set it up that start others and read what they say when they get to it."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    process = start(
        [sys.executable, "-m", "confaudit", "schema", "policy"],
        cwd=folder,
        env=environment(folder),
        stdout=theirs,
    )
    os.close(theirs)
    with os.fdopen(ours) as stream:
        assert json.load(stream)["title"] == "Policy of confaudit"
    assert process.wait(DEADLINE) == 0


def test_a_folder_that_is_gone_is_a_sentence(clean_folder, monkeypatch, capsys):
    gone = clean_folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for arguments in (["diff"], ["lint", "x"], ["init"], ["rules", "list"]):
        assert main.run(arguments) == 2
        said = "confaudit: the current folder is not there any more\nhint: change to one that is\n"
        assert capsys.readouterr() == ("", said)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "planted-secret"), "there is no space left on the disk"),
        (OSError(errno.EMFILE, "planted-secret"), "too many files are open\nhint: raise the limit"),
        (FileNotFoundError(errno.ENOENT, "No usable temporary directory found"), "set TMPDIR to"),
        (MemoryError(), "there is not enough memory"),
        (OSError(errno.ENOENT, "planted-secret"), "this is a bug: FileNotFoundError"),
    ],
)
def test_what_the_system_lacks_is_no_bug(folder, monkeypatch, capsys, error, said):
    def lacking(*_):
        raise error

    monkeypatch.setattr("confaudit.workflows.diff.diff", lacking)
    assert main.run(["diff", "a.json", "b.json"]) == (70 if "bug" in said else 2)
    out, err = capsys.readouterr()
    assert said in err
    assert "planted-secret" not in out + err


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(tmp_path, sent, code):
    """A server that never answers keeps the command waiting until it is told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(DEADLINE)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        env = environment(tmp_path) | {"CODER_URL": url, "CODER_SESSION_TOKEN": "x-y"}
        process = start(
            [sys.executable, "-m", "confaudit", "snapshot"],
            cwd=tmp_path,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = silent.accept()
        with connection:
            connection.settimeout(DEADLINE)
            assert connection.recv(1) == b"G", "it has asked, and waits"
            process.send_signal(sent)
            _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == code
    assert "Traceback" not in said


def test_a_bug_is_named_without_what_it_was_about(folder):
    """An unexpected exception's message may hold payload text: it is never shown."""
    code = (
        "import sys; from confaudit.cli import main; from confaudit.workflows import diff\n"
        "def broken(*_, **__): raise KeyError('planted-secret')\n"
        "diff.diff = broken\n"
        "sys.exit(main.run(['--debug', 'diff', 'a.json', 'b.json']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 70
    assert "this is a bug: KeyError" in done.stderr
    assert "planted-secret" not in done.stderr + done.stdout


def test_an_outage_of_one_never_stops_the_others(tmp_path):
    with LoopbackCoder(states()[0]) as coder:
        (tmp_path / "confaudit.yaml").write_text(
            "deployments:\n"
            f"  up: {{url: '{coder.url}', token_env: T}}\n"
            "  down: {url: 'http://127.0.0.1:9', token_env: T}\n"
        )
        done = run("snapshot", "-v", "--retries", "0", cwd=tmp_path, env={"T": coder.token})
    assert done.returncode == 4
    assert "result: down failed, up recorded" in done.stderr
    assert "up: first snapshot, Coder 2.33.0" in done.stdout
    assert (tmp_path / "deployments/up/settings.json").is_file()


def test_cron_hears_nothing_when_nothing_changed(tmp_path):
    with LoopbackCoder(states()[0]) as coder:
        env = {"CODER_URL": coder.url, "CODER_SESSION_TOKEN": coder.token}
        first = run("snapshot", "prod", cwd=tmp_path, env=env)
        second = run("snapshot", "prod", cwd=tmp_path, env=env)
        loud = run("snapshot", "prod", "-v", cwd=tmp_path, env=env)
    assert (first.returncode, first.stdout, first.stderr) == (0, "", "")
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    assert loud.stdout == "prod: unchanged\n"
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert log.stdout.splitlines() == ["prod: first snapshot, Coder 2.33.0"]
