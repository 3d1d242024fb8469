"""The policy of a house, as all commands go by it."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from confaudit import topics
from confaudit.cli.setup import read_setup
from confaudit.core.report.kinds import ReportKind
from confaudit.render import formats_of
from confaudit.workflows.diff import report as compared
from tests.unit.deployments import running

TOPIC = topics.text("policy")
EXAMPLE = re.search(r"```yaml\n(# yaml-language-server[^\n]*\nrules:.*?)```", TOPIC, re.DOTALL)[1]  # type: ignore[index]
BROKEN = (
    "CODER_HTTP_ADDRESS=127.0.0.1:3000\nCODER_SESSION_DURATION=48h\nCODER_OIDC_CLIENT_ID=coder\n"
    "CODER_OIDC_ISSUER_URL=https://id.example.com\n"
)

Confaudit = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def folder(clean_folder: Path, quiet_home: None) -> Path:
    Path("confaudit.yaml").touch()
    Path("confaudit-policy.yaml").write_text(EXAMPLE)
    Path("coder.env").write_text(BROKEN)
    return clean_folder


@pytest.fixture
def report(confaudit: Confaudit) -> Callable[..., Any]:
    def call(*arguments: str) -> Any:
        code, out, err = confaudit(*arguments, "-f", "json")
        assert not err
        return {**json.loads(out), "code": code}

    return call


def test_the_example_of_the_topic_is_read_and_its_tests_hold(confaudit: Confaudit) -> None:
    assert confaudit("policy", "test") == (0, "5 tests, 0 failed.\n", "")
    for name in ("house-short-sessions | error", "house-one-login | warning"):
        assert name.replace(" |", "` |") in confaudit("rules", "list", "-f", "md")[1]
    assert (
        "Required: session-duration is at most 24h"
        in confaudit("rules", "show", "house-short-sessions")[1]
    )


def test_tests_that_fail_or_are_missing_are_told(confaudit: Confaudit) -> None:
    failing = EXAMPLE.replace("48h}, affects: yes", "48h}, affects: no")
    other = Path("other.yaml")
    other.write_text(failing)
    code, out, _ = confaudit("policy", "test", other)
    assert (code, out) == (
        1,
        "house-short-sessions, test 2: yes instead of no.\n5 tests, 1 failed.\n",
    )
    other.write_text("rules: [{id: bare, forbid: {experiment: x}}]")
    assert confaudit("policy", "test", other)[1] == "bare has no tests.\n0 tests, 0 failed.\n"
    other.write_text("rules: [{id: bare, forbid: {experiment: x}, tests: [{affect: yes}]}]")
    code, out, err = confaudit("policy", "test", other)
    assert (code, out) == (2, "")
    assert "other.yaml, line 1, rules.tests" in err
    Path("confaudit-policy.yaml").unlink()
    code, _, err = confaudit("policy", "test")
    assert (code, "there is no confaudit-policy.yaml" in err) == (3, True)


def test_a_new_repository_has_a_policy_to_fill_in_and_its_schema(confaudit: Confaudit) -> None:
    assert confaudit("init", "--repo", "repo")[0] == 0
    assert (
        Path("repo/.confaudit/policy.schema.json").read_text() == confaudit("schema", "policy")[1]
    )
    text = Path("repo/confaudit-policy.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=.confaudit/policy.schema.json\n")
    filled = "\n".join(line.removeprefix("# ") for line in text.splitlines()[4:])
    Path("filled.yaml").write_text(filled)
    assert confaudit("policy", "test", "filled.yaml")[:2] == (0, "4 tests, 0 failed.\n")
    assert confaudit("policy", "test", "repo/confaudit-policy.yaml")[1] == "0 tests, 0 failed.\n"


def test_audits_go_by_it(report: Callable[..., Any]) -> None:
    for command in (["lint"], ["upgrade", "--from", "2.35.0", "--to", "2.36.0", "-i"]):
        unnamed = report(*command, "coder.env")
        found = {one["rule"]: one for one in unnamed["findings"]}
        assert "house-short-sessions" not in found, "it is about prod alone"
        assert found["house-one-login"]["level"] == "error"
        assert unnamed["code"] == 1
    named = report(*command, "coder.env", "--deployment", "prod")
    assert {one["rule"] for one in named["findings"]} > {"house-short-sessions", "house-one-login"}
    assert named["verdict"] == "starts", "nothing is safe that breaks a rule, be it since long ago"


def test_a_policy_that_cannot_be_meant_stops_every_audit(confaudit: Confaudit) -> None:
    text = EXAMPLE.replace("start-*: error", "strat-*: error")
    Path("confaudit-policy.yaml").write_text(text)
    line = text[: text.index("strat")].count("\n") + 1
    for command in (["lint", "coder.env"], ["rules", "list"], ["policy", "test"]):
        code, out, err = confaudit(*command)
        assert (code, out) == (2, "")
        assert f"confaudit-policy.yaml, line {line}, levels.strat-*: no rule is called" in err


def test_what_may_differ_between_deployments_is_passed_over() -> None:
    prod = replace(
        running("2.36.0", access_url="https://a.example.com", verbose=True), deployment="prod"
    )
    other = running("2.36.0", access_url="https://b.example.com")
    for name, counted, excused in (
        ("staging", ["verbose"], ["access-url"]),
        ("prod", ["access-url", "verbose"], []),
        ("dev", ["access-url", "verbose"], []),
        ("", ["access-url", "verbose"], []),
    ):
        judged = compared(read_setup(), prod, replace(other, deployment=name)).judged
        assert sorted(one.change.key for one in judged.found if one.change) == counted, name
        assert [one.finding.change.key for one in judged.excused if one.finding.change] == excused


def test_a_change_that_breaks_a_rule_of_the_house_is_told_and_one_that_does_not_is_not() -> None:
    rule = "rules: [{id: ours, forbid: {option: verbose, equals: true}, level: warning}]"
    Path("confaudit-policy.yaml").write_text(rule)
    quiet, loud = running("2.36.0"), running("2.36.0", verbose=True)
    longer = running("2.36.0", verbose=True, access_url="https://c.example.com")
    for before, after, told in ((quiet, loud, ["ours"]), (loud, quiet, []), (loud, longer, [])):
        found = compared(read_setup(), before, after).findings
        assert [one.rule.id for one in found if one.rule.effect == "policy"] == told


def test_a_check_goes_by_it(report: Callable[..., Any]) -> None:
    found = report("check", "coder.env", "--deployment", "prod")
    assert "2 rules of the house are broken" in found["verdict"]
    assert {"house-short-sessions", "house-one-login"} < {one["rule"] for one in found["findings"]}
    assert report("check", "coder.env", "--only", "house-*")["code"] == 1


LAW = "rules: [{id: ours, forbid: {option: verbose, equals: true}, message: No chatter.}]\n"
LOUD = "CODER_HTTP_ADDRESS=:3000\nCODER_VERBOSE=true\n"


def commit(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).write_text(text)
    for command in (["add", "-A"], ["commit", "-qm", "a change"]):
        subprocess.run(["git", *command], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("base", "head", "told", "by_base"),
    [
        (LAW, LAW, ["ours"], ["ours"]),
        (LAW, "", ["policy-weakened"], ["ours", "policy-weakened"]),
        (LAW, f"{LAW}levels: {{ours: off}}\n", ["policy-weakened"], ["ours", "policy-weakened"]),
        (LAW, f"{LAW}levels: {{'*': off}}\n", 3 * ["policy-weakened"], ["ours", "policy-weakened"]),
        ("", LAW, ["ours", "policy-changed"], ["policy-changed"]),
        ("rules: 1\n", LAW, ["ours", "policy-changed"], None),
    ],
    ids=["kept", "taken out", "switched off", "all switched off", "new", "mended"],
)
def test_a_review_goes_by_the_policy_and_tells_what_becomes_of_it(
    report: Callable[..., Any],
    confaudit: Confaudit,
    base: str,
    head: str,
    told: list[str],
    by_base: list[str] | None,
) -> None:
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    commit({"coder.env": LOUD.replace("true", "false"), "confaudit-policy.yaml": base})
    subprocess.run(["git", "checkout", "-q", "-b", "change"], check=True)
    commit({"coder.env": LOUD, "confaudit-policy.yaml": head})
    ours = {"ours", "policy-weakened", "policy-changed"}
    found = [one["rule"] for one in report("review")["findings"] if one["rule"] in ours]
    assert sorted(found) == told
    if by_base is None:
        assert confaudit("review", "--policy-from", "base")[0] == 2
    else:
        found = [one["rule"] for one in report("review", "--policy-from", "base")["findings"]]
        assert sorted(ours.intersection(found)) == by_base


def test_no_policy_is_moved_out_of_sight(
    report: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a change does for that, it is told, and by the base the policy counts as ever."""
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    Path("prod").mkdir()
    quiet = LOUD.replace("true", "false")
    commit({"prod/coder.env": quiet, "confaudit.yaml": "", "confaudit-policy.yaml": LAW})
    ours = {"ours", "policy-weakened", "setup-changed"}
    monkeypatch.chdir("prod")
    rows = [
        (["mv", "../confaudit-policy.yaml", "../notes.yaml"], {}, ["policy-weakened"]),
        (["mv", "../confaudit.yaml", "."], {}, ["policy-weakened", "setup-changed"]),
        (["status"], {".confaudit.yml": ""}, ["policy-weakened", "setup-changed"]),
        (["status"], {"../coder-advisories.yaml": ""}, ["ours", "setup-changed"]),
    ]
    for number, (command, files, told) in enumerate(rows):
        subprocess.run(["git", "checkout", "-q", "-b", f"b{number}", "main"], check=True)
        subprocess.run(["git", *command], check=True, capture_output=True)
        commit({**files, "coder.env": LOUD})
        found = [one["rule"] for one in report("review")["findings"]]
        assert sorted(ours.intersection(found)) == told, command
        found = [one["rule"] for one in report("review", "--policy-from", "base")["findings"]]
        assert sorted(ours.intersection(found)) == sorted({*told, "ours"}), command
    assert report("review", "HEAD..main")["code"] == 0, "no commit of the range has done that"


def test_what_a_policy_says_is_text_in_every_format(confaudit: Confaudit) -> None:
    evil = json.dumps("\x1b[31m\n::error::x <script>a()</script> @ann </details> `$(touch pwned)`")
    words = "".join(f", {key}: {evil}" for key in ("title", "message", "why", "fix", "reference"))
    rule = f"- {{id: evil, forbid: {{option: verbose, equals: true}}{words}}}\n"
    Path("confaudit-policy.yaml").write_text(f"rules:\n{rule}")
    Path("coder.env").write_text(LOUD)
    told = [confaudit("rules", "show", "evil")[1], confaudit("rules", "list")[1]]
    told += (confaudit("lint", "coder.env", "-f", form)[1] for form in formats_of(ReportKind.LINT))
    for text in told:
        assert text
        assert "\x1b[31m" not in text
        assert "\n::error::x" not in text
    assert not Path("pwned").exists()
