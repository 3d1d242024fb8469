"""Long output on a terminal goes through a pager, as with git. A real terminal: a pty."""

import os
import pty
import select
import subprocess
import sys
from itertools import count

import pytest

from confaudit.cli.main import run
from confaudit.cli.pager import page
from confaudit.errors import ExitCode
from tests.integration.processes import DEADLINE, start_loaded

QUESTION = ("catalog", "show", "oidc-scopes", "--no-config")
ASKED = (sys.executable, "-m", "confaudit", *QUESTION)
VERDICT = "In every release since"


@pytest.fixture
def environ(tmp_path):
    """An environment without the user's pager; `less` is one that tells how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program(folder / "less", 'echo "less, LESS=$LESS"; cat')
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PAGER", "LESS", "LV") and not name.startswith("CONFAUDIT_")
    }
    return clean | {"TERM": "xterm", "PATH": f"{folder}:{os.environ['PATH']}"}


def program(path, script):
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def on_terminal(environ, *more):
    """What a terminal shows of the command, and its exit code."""
    ours, theirs = pty.openpty()
    try:
        process = start_loaded([*QUESTION, *more], theirs, environ)
    finally:
        os.close(theirs)
    try:
        shown = b"".join(iter(lambda: _read(ours), b""))
    finally:
        os.close(ours)
    process.join(DEADLINE)
    return shown.decode().replace("\r\n", "\n"), process.exitcode


def _read(terminal):
    assert select.select([terminal], [], [], DEADLINE)[0], "nothing more was shown"
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody has the other end open any more
        return b""


@pytest.mark.parametrize(
    ("variables", "options", "first"),
    [
        ({}, [], "less, LESS=FRX\n"),
        ({"LESS": "R"}, [], "less, LESS=R\n"),
        ({"PAGER": "sed 's/^/by PAGER: /'"}, [], "by PAGER: "),
        ({"PAGER": "false", "CONFAUDIT_PAGER": "sed 's/^/ours: /'"}, [], "ours: "),
        ({}, ["-f", "json"], "less, "),
        ({}, ["-f", "text", "-o", "-"], "less, "),
    ],
)
def test_a_terminal_gets_a_pager(environ, variables, options, first):
    shown, code = on_terminal(environ | variables, *options)
    assert shown.startswith(first)
    assert VERDICT in shown
    assert code == ExitCode.OK


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, ["--no-pager"]),
        ({"CONFAUDIT_NO_PAGER": "1"}, []),
        ({"PAGER": ""}, []),
        ({"PAGER": "cat"}, []),
        ({"CONFAUDIT_PAGER": "", "PAGER": "less"}, []),
        ({"PAGER": "there-is-no-such-program"}, []),
        ({"PAGER": "less 'unfinished"}, []),
        ({"TERM": "dumb"}, []),
    ],
)
def test_no_pager(environ, variables, options):
    shown, code = on_terminal(environ | variables, *options)
    assert "less, " not in shown
    assert VERDICT in shown
    assert code == ExitCode.OK


def test_colours_reach_the_pager(environ):
    shown, _ = on_terminal(environ)
    assert "\x1b[1m" in shown


def test_a_reader_who_leaves_early_is_no_failure(environ):
    shown, code = on_terminal(environ | {"PAGER": "head -n 1"}, "--color", "never")
    assert len(shown.splitlines()) == 1
    assert code == ExitCode.OK


def test_an_interrupt_belongs_to_the_pager(environ, tmp_path):
    pager = program(tmp_path / "pager", "trap '' INT; kill -INT 0; sleep .2; cat; echo the end")
    shown, code = on_terminal(environ | {"PAGER": pager})
    assert VERDICT in shown
    assert shown.endswith("the end\n")
    assert code == ExitCode.OK


def test_what_is_no_terminal_gets_none(environ):
    done = subprocess.run(ASKED, env=environ, capture_output=True, text=True, check=True)
    assert "less, " not in done.stdout
    assert VERDICT in done.stdout


def test_what_comes_bit_by_bit_ends_with_the_pager(monkeypatch, capfd):
    monkeypatch.setenv("PAGER", "head -n 1")
    monkeypatch.delenv("CONFAUDIT_PAGER", raising=False)
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert page(b"and so on\n" for _ in count())
    assert capfd.readouterr().out == "and so on\n"


class Terminal:
    """Standard output, which says that it is a terminal."""

    def isatty(self):
        return True


COLOUR = "\x1b["
HINTS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")


@pytest.mark.parametrize(
    ("variables", "options", "on_pipe", "on_tty"),
    [
        ({}, [], False, True),
        ({"NO_COLOR": "0"}, [], False, False),
        ({"NO_COLOR": ""}, [], False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, [], False, False),
        ({"FORCE_COLOR": "1"}, [], True, True),
        ({"FORCE_COLOR": ""}, [], False, True),
        ({"CLICOLOR_FORCE": "1"}, [], True, True),
        ({"CLICOLOR_FORCE": "0"}, [], False, True),
        ({"TERM": "dumb"}, [], False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, [], True, True),
        ({"NO_COLOR": "1"}, ["--color", "always"], True, True),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False, False),
        ({"NO_COLOR": "1", "CONFAUDIT_COLOR": "always"}, [], True, True),
    ],
)
def test_colours_by_convention(environ, monkeypatch, capsys, variables, options, on_pipe, on_tty):
    """--color, else NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, else what the terminal is."""
    asked = {name: value for name, value in environ.items() if name not in HINTS} | variables
    shown, _ = on_terminal(asked, "--no-pager", *options)
    for name in HINTS:
        monkeypatch.delenv(name, raising=False)
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    assert run([*QUESTION, *options]) == ExitCode.OK
    assert (COLOUR in capsys.readouterr().out, COLOUR in shown) == (on_pipe, on_tty)


@pytest.mark.parametrize("columns", [40, 80, 100, 200])
def test_no_line_is_wider_than_the_terminal_but_the_last(environ, columns):
    shown, _ = on_terminal(environ | {"COLUMNS": str(columns)}, "--no-pager", "--color", "never")
    *lines, last = shown.splitlines()
    assert max(map(len, lines)) <= columns
    assert last.startswith("result: ")
