"""What a shell completes: words that are known here, without a server, a fault or a wait."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import BashComplete

from confaudit.cli.main import group, run
from confaudit.store.command import Git

CONFIG = """\
deployments: {prod: {url: 'https://a.example.com'}, staging: {url: 'https://b.example'}}
notifications: {page: {kind: exec, command: [page]}}
"""


@pytest.fixture
def folder(clean_folder):
    (clean_folder / "confaudit.yaml").write_text(CONFIG)
    git = Git(clean_folder)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("config", "user.name", "x")
    git.run("config", "user.email", "x@example.com")
    stored = clean_folder / "deployments/old/settings.json"
    stored.parent.mkdir(parents=True)
    stored.write_text("{}")
    git.run("add", "deployments")
    git.run("commit", "--quiet", "-m", "x")
    git.run("tag", "v3")
    return clean_folder


def completions(line):
    *words, last = line.split(" ")
    found = BashComplete(group, {}, "confaudit", "_C").get_completions(words, last)
    return [one.value if one.type == "plain" else f"<{one.type}>" for one in found]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("catalog sh", ["show"]),
        ("diff --form", ["--format"]),
        ("diff -f ht", ["html"]),
        ("lint --fail-on w", ["warning"]),
        ("lint --form helm-v", ["helm-values"]),
        ("upgrade --to st", ["stable"]),
        ("upgrade --to 2.36", ["2.36", "2.36.0"]),
        ("catalog diff 2.36.", ["2.36.0"]),
        ("catalog show CODER_ACCESS", ["CODER_ACCESS_URL"]),
        ("lint --only networking.accessU", ["networking.accessURL"]),
        ("ignore add --option CODER_ACCESS", ["CODER_ACCESS_URL"]),
        ("rules show harden-telemetry-", ["harden-telemetry-http"]),
        ("ignore add --rule harden-telemetry-", ["harden-telemetry-http"]),
        ("diff -d p", ["prod"]),
        ("snapshot s", ["staging"]),
        ("diff live:", ["<file>", "live:prod", "live:staging"]),
        ("explain CODER_VERBOSE v", ["<file>", "v3"]),
        ("review ma", ["main"]),
        ("lint val", ["<file>"]),
        ("lint --config ", ["<file>"]),
        ("diff --no-config -d p", []),
        ("log -d o", ["old"]),
        ("compare o", ["<file>", "old"]),
        ("snapshot o", []),
        ("notify p", ["page"]),
    ],
)
def test_what_is_known_is_completed(folder, line, found):
    assert completions(line) == found


def test_no_word_is_completed_that_a_shell_would_run_or_not_show(folder):
    plain = {"fix/a-b_c@2+3", "größe"}
    for name in (*plain, "$(touch${IFS}a)", "`a`", "a;b", "a&b", "a|b", "a'b", "a\u202eb", "{a,b}"):
        Git(folder).run("tag", name)
    assert set(completions("review ")) == {"HEAD", "main", "v3", *plain}


@pytest.mark.parametrize("text", ["deployments: [", "deploymnets: {}"])
def test_a_fault_completes_nothing(folder, text):
    (folder / "confaudit.yaml").write_text(text)
    assert completions("diff -d p") == []


BASH = """
eval "$(confaudit completion bash)"
compopt() { :; }
try() {
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
    _confaudit_completion confaudit
    echo "${COMPREPLY[@]}"
}
try confaudit dif
try confaudit diff live : p
"""
SCRIPTS = {
    "bash": BASH,
    "zsh": 'autoload -Uz compinit; compinit -u; eval "$(confaudit completion zsh)";'
    " echo ${_comps[confaudit]:+diff}",
    "fish": 'confaudit completion fish | source; complete -C "confaudit dif"',
}


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_shell_takes_the_script(shell, folder, capsys):
    assert run(["completion", shell]) == 0
    assert "_CONFAUDIT_COMPLETE" in capsys.readouterr().out
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here: its script was not run")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-c", SCRIPTS[shell]],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout.split()
    assert told[:1] == ["diff"], done.stderr
    assert told[1:] == ["prod"] or shell != "bash"  # to bash a colon ends a word
