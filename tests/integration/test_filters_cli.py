"""Filters hide, and absolve nothing: the same verdict, colour and exit code in every format."""

import json
import re
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from confaudit.cli import main

CONFIG = {
    "access_url": "https://coder.example.com",
    "derp": {},
    "oidc": {"scopes": ["a"]},
    "browser_only": False,
    "verbose": False,
}
FILES = {
    "fatal.env": "CODER_HTTP_ADDRESS=\nCODER_NOPE=1\nCODER_OIDC_SCOPES=openid\n",
    "before.json": json.dumps({"config": CONFIG}),
    "after.json": json.dumps({"config": {**CONFIG, "browser_only": True, "verbose": True}}),
}
AUDITS = {
    "upgrade": ["upgrade", "--from", "2.33.11", "--to", "2.34.5", "--env-file", "fatal.env"],
    "lint": ["lint", "--version", "2.34.5", "fatal.env"],
}
FILTERS = {
    "some are listed": ["--only", "oidc-*"],
    "none is listed": ["--only", "swagger-enable"],
    "one rule is left out": ["--exclude", "no-http-address"],
}
FORMATS = ("text", "md", "html", "json")
COLOURS = {
    "html": lambda out: re.search(r'<p class="verdict (\w+)', out)[1],
    "md": lambda out: {"CAUTION": "error", "TIP": "safe"}[re.search(r"> \[!(\w+)\]", out)[1]],
}


@pytest.fixture
def run(clean_folder, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    for name, text in FILES.items():
        (clean_folder / name).write_text(text)

    def call(*arguments):
        code = main.run(list(arguments))
        return CompletedProcess(arguments, code, *capsys.readouterr())

    return call


def in_every_format(run, *arguments):
    """What it ends with, and what it says in each format."""
    outputs = [word for name in FORMATS for word in ("-f", name, "-o", f"told.{name}")]
    done = run(*arguments, *outputs)
    return done.returncode, {name: Path(f"told.{name}").read_text() for name in FORMATS}


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("command", AUDITS)
def test_a_server_that_will_not_start_does_not_start_behind_a_filter(run, command, filters):
    whole = run(*AUDITS[command], "-f", "json")
    code, told = in_every_format(run, *AUDITS[command], *filters)
    assert code == whole.returncode == 1
    for name in told.keys() - {"gitlab"}:  # a mere list of findings
        text = told[name]
        assert "will not start" in text.lower(), name
        assert "nothing to do" not in text, name
    for name, colour in COLOURS.items():
        assert colour(told[name]) == "error", name
    for name in told.keys() - {"json", "gitlab"}:
        assert re.search(r"\d+ findings? hidden by filters", told[name]), name
    found, all_found = json.loads(told["json"]), json.loads(whole.stdout)
    listed = [one["fingerprint"] for one in found["findings"]]
    hidden = [one["finding"]["fingerprint"] for one in found["suppressed"]]
    assert sorted(listed + hidden) == sorted(one["fingerprint"] for one in all_found["findings"])
    assert found["summary"]["hidden"] == len(hidden) > 0
    assert found["verdict"] == all_found["verdict"]


@pytest.mark.parametrize("filters", FILTERS.values(), ids=FILTERS)
@pytest.mark.parametrize("command", AUDITS)
def test_a_saved_report_says_the_same_in_every_format(run, command, filters):
    code, then = in_every_format(run, *AUDITS[command], *filters)
    Path("told.json").rename("saved.json")
    assert in_every_format(run, "convert", "saved.json", "--fail-on", "error") == (code, then)
    assert code == 1
    assert run("convert", "saved.json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "near"),
    [
        ([*AUDITS["upgrade"], "--only", "oidc-scops"], "did you mean oidc-scopes?"),
        ([*AUDITS["lint"], "--only", "CODER_OIDC_SCOPE"], "did you mean CODER_OIDC_SCOPES?"),
        ([*AUDITS["lint"], "--exclude", "option-unknwon"], "did you mean option-unknown?"),
        ([*AUDITS["lint"], "--exclude", "*nothing-like-it*"], "globs go over all their names"),
        (["diff", "before.json", "after.json", "--only", "browser-onyl"], "did you mean"),
        (["diff", "before.json", "after.json", "--exclude", "browser_onyl"], "did you mean"),
    ],
)
def test_a_glob_that_means_nothing_is_refused(run, arguments, near):
    done = run(*arguments, "-o", "report.html")
    assert done.returncode == 2
    assert near in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    "glob",
    ["CODER_NOPE", "option-unknown", "*", "--oidc-scopes", "networking.*", "aibridge-enabled"],
)
def test_a_glob_may_mean_an_option_a_rule_or_what_the_files_say(run, glob):
    assert run(*AUDITS["upgrade"], "--exclude", glob).returncode == 1


def test_a_comparison_knows_its_own_rules(run):
    diff = ("diff", "before.json", "after.json", "--exit-code")
    assert run(*diff, "--only", "unexplained-change").returncode == 1
    assert "did you mean operator-change?" in run(*diff, "--only", "operator-chnge").stderr


def test_a_comparison_fails_by_what_it_lists(run):
    diff = ("diff", "before.json", "after.json", "--fail-on", "any")
    assert run(*diff).returncode == 1
    listed = run(*diff, "--only", "browser_*")
    assert (listed.returncode, "2 more are hidden by filters" in listed.stdout) == (1, True)
    nothing = run(*diff, "--only", "swagger-enable")
    assert (nothing.returncode, "3 changes are hidden" in nothing.stdout) == (0, True)
