"""The policy of a house, as all commands go by it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from confaudit.cli.parameters import read_setup
from confaudit.workflows.diff import report as compared
from tests.unit.deployments import running

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(# yaml-language-server[^\n]*\nrules:.*?)```", README, re.DOTALL)[1]  # type: ignore[index]
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


def test_the_example_of_the_readme_is_read_and_its_tests_hold(confaudit: Confaudit) -> None:
    assert confaudit("policy", "test") == (0, "5 tests, 0 failed.\n", "")
    for name in ("house-short-sessions | error", "house-one-login | warning"):
        assert name.replace(" |", "` |") in confaudit("rules", "list")[1]
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


def test_audits_go_by_it(report: Callable[..., Any]) -> None:
    for command in (["lint"], ["upgrade", "--from", "2.35.0", "--to", "2.36.0", "-i"]):
        unnamed = report(*command, "coder.env")
        found = {one["rule"]: one for one in unnamed["findings"]}
        assert "house-short-sessions" not in found, "it is about prod alone"
        assert found["house-one-login"]["level"] == "error"
        assert unnamed["code"] == 1
    named = report(*command, "coder.env", "--deployment", "prod")
    assert {one["rule"] for one in named["findings"]} > {"house-short-sessions", "house-one-login"}
    assert "2 rules of the house are broken" in named["verdict"]


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
