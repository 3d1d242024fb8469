"""A folder named in place of files: what below it sets a server up, and nothing else, is read."""

import json
import os
import subprocess
import sys
from itertools import repeat

import pytest

from confaudit.cli.main import run
from confaudit.store import command as git_command
from confaudit.store.command import Git
from confaudit.workflows import folders

ENV = "CODER_ACCESS_URL=https://coder.example.com\n"
FILES = {
    "deploy/prod/values.yaml": "coder:\n  image: {tag: v2.33.0}\n  env: []\n",
    "deploy/prod/values-eu.yaml": 'coder:\n  env: [{name: CODER_VERBOSE, value: "true"}]\n',
    "deploy/prod/README.md": "CODER_ACCESS_URL\n",
    "deploy/web/nginx.conf": "server {}\n",
    "deploy/test/.env": ENV,
    "deploy/test/other.yaml": "a: 1\n",
    "deploy/test/broken.yaml": "coder: [\n",
    "deploy/test/binary.env": "CODER_X=1\0\1",
    "deploy/.git2/coder.env": ENV,
    "deploy/node_modules/coder.env": ENV,
    "deploy/ignored/coder.env": ENV,
    "deploy/deployments/prod/settings.json": '{"CODER_ACCESS_URL": 1}',
}


@pytest.fixture
def folder(clean_folder):
    for name, text in FILES.items():
        path = clean_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (clean_folder / "coder.env").write_text(ENV)
    (clean_folder / "deploy/test/link.env").symlink_to(clean_folder / "coder.env")
    (clean_folder / "deploy/test/linked").symlink_to(clean_folder / "deploy/ignored")
    return clean_folder


@pytest.fixture
def ask(folder, capsys):
    def call(*arguments):
        code = run([*arguments, "--exit-zero", "-f", "json"])
        out, err = capsys.readouterr()
        return code, json.loads(out) if out else {}, err

    return call


def inputs(report):
    """The files that a report rests on."""
    parts = [report, *report.get("deployments", [])]
    tables = [part["tables"]["inputs"] for part in parts if "inputs" in part.get("tables", {})]
    return [row["input"] for table in tables for row in table["rows"]]


COMMON = ["deploy/prod/values.yaml", "deploy/prod/values-eu.yaml", "deploy/test/.env"]


def test_what_sets_a_server_up_is_found_and_the_rest_counted(ask):
    code, report, err = ask("lint", "deploy")
    assert (code, err) == (0, "")
    assert sorted(inputs(report)) == sorted([*COMMON, "deploy/ignored/coder.env"])
    told = json.dumps(report)
    assert "deploy/test/binary.env is no text file." in told
    assert "deploy/test/broken.yaml is no file that configures Coder" in told  # it speaks of Coder
    assert "1 file below deploy set nothing up." in told
    assert "nginx" not in told


@pytest.mark.parametrize("start", ["deploy", "."])
def test_in_a_repository_git_says_what_counts(ask, folder, start):
    Git(folder).run("init", "--quiet")
    (folder / ".gitignore").write_text("ignored\nnode_modules\n")
    (folder / "coder.env").unlink()
    _, report, _ = ask("lint", start)
    assert sorted(inputs(report)) == sorted([*COMMON, "deploy/.git2/coder.env"])


def test_a_folder_that_is_ignored_was_named_all_the_same(ask, folder):
    Git(folder).run("init", "--quiet")
    (folder / ".gitignore").write_text("ignored\n")
    assert inputs(ask("lint", "deploy/ignored")[1]) == ["deploy/ignored/coder.env"]


def test_every_command_that_takes_files_takes_folders(ask):
    wanted = ["deploy/prod/values.yaml", "deploy/prod/values-eu.yaml"]
    for command in (
        ["lint", "deploy/prod"],
        ["lint", "deploy/prod", "--together"],
        ["check", "deploy/prod"],
        ["upgrade", "-i", "deploy/prod", "--to", "2.36.0"],
    ):
        assert inputs(ask(*command)[1]) == wanted, command


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["lint", "deploy/web"], 3, "nothing of Coder's server was read"),
        (["check", "deploy/web"], 3, "nothing of Coder's server was read"),
        (["lint", "deploy/web", "deploy/test/other.yaml"], 2, "other.yaml is no file that"),
        (["lint", "deploy", "--form", "env-file"], 2, "which a folder changes"),
        (["lint", "--env-file", "deploy"], 2, "is a directory"),
    ],
)
def test_what_cannot_be_is_one_sentence(ask, arguments, code, sentence):
    found, report, err = ask(*arguments)
    assert (found, report) == (code, {})
    assert sentence in err


@pytest.mark.parametrize(
    ("limit", "value", "sentence"),
    [("_MOST_FILES", 3, "more than 3 files"), ("_MOST_BYTES", 10, "MiB of such files")],
)
def test_too_much_is_refused(ask, monkeypatch, limit, value, sentence):
    monkeypatch.setattr(folders, limit, value)
    code, _, err = ask("lint", "deploy")
    assert code == 2
    assert sentence in err
    assert "hint: name a folder in it, or the files" in err


def test_folders_may_be_nested_deeper_than_a_program_calls_itself(ask, folder):
    deepest = top = folder / "deploy/web/d"
    top.mkdir()
    for _ in range(sys.getrecursionlimit()):
        deepest /= "d"
        deepest.mkdir()
    (deepest / "coder.env").write_text(ENV)
    try:
        assert len(inputs(ask("lint", "deploy/web")[1])) == 1
    finally:
        subprocess.run(["rm", "-r", top], check=True)  # Python would call itself


def test_of_many_files_that_cannot_be_read_the_number_is_told(ask, folder):
    for number in range(14):
        (folder / f"deploy/test/broken-{number}.yaml").write_text("coder: [\n")
    told = ask("lint", "deploy/test")[1]["notes"]
    assert sum("is no file that configures Coder" in note for note in told) == 10
    assert "5 more files cannot be read either." in told


def test_a_git_that_waits_for_a_pipe_is_told(ask, folder, monkeypatch):
    monkeypatch.setattr(git_command, "LOOK_SECONDS", 0.2)
    Git(folder).run("init", "--quiet")
    os.mkfifo(folder / ".gitignore")
    code, _, err = ask("lint", "deploy")
    assert (code, "git did not look through deploy within 0.2 s" in err) == (2, True)


def test_a_file_that_is_called_as_standard_input_is(ask, folder):
    """With `./` before its name: it is one file of the folder, and nothing is piped in."""
    (folder / "-").write_text(ENV)
    assert inputs(ask("lint", "./-")[1]) == [str(folder / "-")]


def test_a_file_that_is_too_large_is_noted_and_a_pipe_is_none(ask, folder):
    (folder / "deploy/test/large.env").write_text(ENV + "".join(repeat("#" * 1023 + "\n", 8192)))
    os.mkfifo(folder / "deploy/test/pipe.env")
    _, report, _ = ask("lint", "deploy/test")
    assert inputs(report) == ["deploy/test/.env"]
    assert "deploy/test/large.env is larger than 8 MiB." in json.dumps(report)
