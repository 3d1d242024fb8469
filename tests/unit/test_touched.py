"""Only controls that what changed can turn are asked, and what comes of it is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import unequal
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.hardening import check
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.touched import touched
from confaudit.core.judge.turned import turned
from confaudit.core.model import Change, ChangeKind, Subject
from confaudit.core.upgrade.situate import prediction_of, situation_of
from confaudit.errors import CatalogError
from confaudit.rulebook.advisories import load_controls
from confaudit.rulebook.examples import Example, operator
from confaudit.rulebook.looks import speaks_of
from confaudit.yaml_file import Origin, parse
from tests.unit import rulebook

CONTROLS = load_controls(packaged())
NEWEST = "2.35.1"
DEPLOYMENTS = [
    example.env
    for tested in rulebook.CONTROLS
    for example in tested.examples
    if example.env and not (example.unknown or example.template or example.chart)
]
"""What the examples of the controls set, each on both sides of what turns it."""


@st.composite
def snapshots(draw):
    """A server that one or two of the examples set up, mostly of one release."""
    version = draw(st.sampled_from([NEWEST, NEWEST, "2.24.4"]))
    env = draw(st.sampled_from(DEPLOYMENTS)) | draw(st.sampled_from([{}, *DEPLOYMENTS]))
    release = packaged().lend(version)
    found = prediction_of(None, release, release, operator(Example(affects=True, env=env)))
    return replace(default_snapshot(release), settings=found.effective)


def checkup(snapshot, controls):
    release = packaged().lend(snapshot.version)
    checks = asked_in_clear(controls)
    found = situation_of(snapshot, release, release, OperatorSettings(), packaged(), checks=checks)
    return check(controls, found)


TURNED = []


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(before=snapshots(), after=snapshots())
def turns(before, after):
    changes = attribute(diff(before, after, unequal), before, after, packaged())
    asked = load_controls(packaged(), about=touched(changes, before, after))
    by_all, by_some = ([*turned(checkup(before, these), checkup(after, these))]
                       for these in (CONTROLS, asked))  # fmt: skip
    assert by_some == by_all
    TURNED.extend(by_all)


def test_what_turns_is_the_same_whether_or_not_the_others_are_asked():
    turns()
    assert len({one.subject for one in TURNED}) > 15, "too little turned to tell"


def option(key, path=""):
    return Change(Subject.OPTION, key, ChangeKind.CHANGED, True, False, path=path)


BYOK = {"ai.bridge.allow_byok", "ai-gateway-allow-byok", "aibridge-allow-byok"}


@pytest.mark.parametrize(("change", "older", "words"), [
    (option("verbose", "verbose"), NEWEST, {"verbose"}),
    (option("verbose", "verbose"), "2.35.0", {"verbose", "release", "versions", "ends"}),
    (option("aibridge-allow-byok", "ai.bridge.allow_byok"), NEWEST, BYOK),
    (replace(option("ai.bridge.allow_byok"), subject=Subject.CONFIG), NEWEST, BYOK),
    (replace(option("ai.bridge.providers"), subject=Subject.CONFIG), NEWEST,
     {"ai.bridge.providers", "ai-provider"}),
    (option("external-auth-providers", "external_auth"), NEWEST,
     {"external-auth-providers", "external_auth", "external-auth"}),
    (replace(option("buildinfo.dashboard_url"), subject=Subject.SERVER), NEWEST, set()),
])  # fmt: skip
def test_what_a_change_touches_is_told_in_the_words_of_controls(change, older, words):
    before, after = (default_snapshot(packaged().lend(one)) for one in (older, NEWEST))
    assert touched([change], before, after) == words


TRIED = {"a", "a-b", "ai", "ai-budget", "b", "c", "external-auth", "oidc", "oidc-issuer-url",
         "release", "versions"}  # fmt: skip


@pytest.mark.parametrize(("written", "words"), [
    ("{subject: a-b, why: c}", {"a-b"}),
    ("{when: {any: [{not: {option: a, is: empty}}, {together: [b, c]}]}}", {"a", "b", "c"}),
    ("{each: {options: [ai-*]}, when: {option: '*', is: empty}}", {"ai-budget"}),
    ("{each: {options: ['*']}}", TRIED),
    ("{when: {option: a, is: empty, hint: oidc-}}", {"oidc-issuer-url", "a"}),
    ("{when: {release: {below: 2.31.1}}}", {"release"}),
    ("{versions: [2.31.1], when: {option: a, is: empty}}", {"versions", "a"}),
    ("{each: {provider: external-auth}}", {"external-auth"}),
])  # fmt: skip
def test_an_advisory_speaks_of_what_it_is_about_and_of_nothing_else(written, words):
    part = parse(written.encode(), Origin("file", CatalogError))
    assert {word for word in TRIED if speaks_of(part, [word])} == words
