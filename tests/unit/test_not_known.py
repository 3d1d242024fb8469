"""Names that nobody here knows: a mistake where the release is known, else none that is told."""

import json

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.names import Lack, lack
from confaudit.core.coder.releases import Catalog
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.judge.audit import audit
from confaudit.core.judge.judge import judge
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.verdict import verdict
from confaudit.core.lifecycle.declarations import declared_changes
from confaudit.core.lifecycle.lifecycle import EventKind, life
from confaudit.core.model import MISSING, Level, OptionSpec
from confaudit.core.report.upgrade_path import steps
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.prediction import to_json
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import decode, read_env_file, read_server_yaml
from tests.tables import every_row
from tests.unit.deployments import known
from tests.unit.file_texts import read_all

NEWEST = packaged().releases[-1]
IMPORTED = "2.98.0"
GONE = OptionSpec(
    name="Gone", flag="gone", env="CODER_GONE", yaml_path="gone", json_path="gone", type="string"
)
BASE = replace(NEWEST, version="2.97.0", options={**NEWEST.options, "gone": GONE})
CATALOG = Catalog(
    [
        *packaged().releases,
        BASE,
        replace(
            NEWEST,
            version=IMPORTED,
            is_complete=False,
            unsure={"gone": GONE},
            borrowed_from=BASE.version,
            experiments=Experiments(),
        ),
    ]
)
KNOWN = NEWEST.version
NOT_KNOWN = {
    "a newer patch": f"{NEWEST.version.rpartition('.')[0]}.99",
    "a newer line": "2.99.3",
    "an incomplete import": IMPORTED,
    "a development build": f"{NEWEST.version}-devel+abc",
}


def chart(key):
    return read_all([decode(f"coder:\n  env: []\n  {key}: 1\n".encode(), "values.yaml")])


def flag(name):
    given = Given(Channel.FLAG, name, GivenState.LITERAL, Position("unit", 1), Form.SYSTEMD, "1")
    return OperatorSettings(given=(given,), forms=(Form.SYSTEMD,))


NAMES = {
    # what it is: file, subject, rule if it is known to be wrong, and if nobody knows
    "variable": (
        lambda word: read_env_file(f"CODER_{word.upper()}=1", "coder.env"),
        "CODER_FROBNICATE", "option-unknown", "not-known",
    ),
    "flag": (flag, "--frobnicate", "name-refused", "name-not-known"),
    "YAML key": (
        lambda word: read_server_yaml(f"{word}: 1", "coder.yaml"),
        "frobnicate", "name-refused", "name-not-known",
    ),
    "chart key": (chart, "coder.frobnicate", "chart-key-unknown", "not-known"),
    "experiment": (
        lambda word: read_env_file(f"CODER_EXPERIMENTS={word}", "coder.env"),
        "experiments:frobnicate", "experiment-gone", "not-known",
    ),
}  # fmt: skip


def situate(source, target, operator):
    old, new = CATALOG.lend(source), CATALOG.lend(target)
    return situation_of(None, old, new, operator, CATALOG, checks=asked_in_clear(known()))


def findings(situation):
    return judge(audit(situation, known())).found


def told(situation):
    return {one.rule.id: one for one in findings(situation)}


@every_row("source", [KNOWN, "2.33.0"])
@every_row("kind", NAMES)
def test_of_a_known_release_it_is_a_mistake(kind, source):
    read, subject, wrong, unknown = NAMES[kind]
    found = told(situate(source, KNOWN, read("frobnicate")))
    assert found[wrong].subject == subject
    assert found[wrong].affects is Truth.YES
    assert unknown not in found


def is_open(text):
    """Whether it advises nobody to take anything out, and claims nothing of any release."""
    text = text.casefold()
    return not any(words in text for words in ("take", "did you mean", "no release", "does not"))


@every_row("release", NOT_KNOWN)
@every_row("source", ["the same", "2.33.0"])
@every_row("kind", NAMES)
def test_of_a_release_that_is_not_known_it_is_not_known(kind, source, release):
    read, subject, wrong, unknown = NAMES[kind]
    target = NOT_KNOWN[release]
    situation = situate(target if source == "the same" else source, target, read("frobnicate"))
    found = told(situation)
    assert wrong not in found
    finding = found[unknown]
    assert (finding.subject, finding.severity) == (subject, Level.INFO)
    assert finding.affects is Truth.DEPENDS
    assert target in finding.message
    assert all(map(is_open, (finding.message, finding.because, *finding.todo)))
    may_not_start = unknown == "name-not-known"
    prediction = to_json(situation.prediction, situation.doubts)
    assert prediction["starts"] is (None if may_not_start else True)
    assert prediction["errors"] == prediction["ignored_env"] == []
    written = {"variable": ["CODER_FROBNICATE"], "flag": ["--frobnicate"]}
    expected = written.get(kind, ["frobnicate"] if kind == "YAML key" else [])
    assert prediction.get("not_known", []) == expected
    json.dumps(prediction)


@pytest.mark.parametrize(
    ("kind", "word", "question"),
    [
        ("variable", "htp_address", "Was CODER_HTTP_ADDRESS meant?"),
        ("flag", "htp-address", "Was --http-address meant?"),
        ("YAML key", "experiment", "Was experiments meant?"),
        ("chart key", "replicaCont", "Was coder.replicaCount meant?"),
        ("experiment", "auto-fill-parameter", "Was auto-fill-parameters meant?"),
    ],
)
def test_what_may_have_been_meant_is_asked(kind, word, question):
    read, *_, rule = NAMES[kind]
    found = told(situate("2.99.3", "2.99.3", read(word)))[rule]
    assert found.steps[0].startswith(question)
    assert is_open(found.steps[0])


@pytest.mark.parametrize("kind", ["variable", "experiment", "chart key"])
def test_what_the_release_in_use_may_know_is_not_told_to_be_nothing(kind):
    read, subject, wrong, unknown = NAMES[kind]
    found = told(situate("2.99.3", KNOWN, read("frobnicate")))
    assert found[unknown].subject == subject
    assert wrong not in found


def test_a_known_target_refuses_what_the_release_in_use_may_have():
    found = told(situate("2.99.3", KNOWN, flag("frobnicate")))["name-refused"]
    assert found.affects is Truth.YES
    assert "2.99.3 may accept it" in found.because


# --- names that some release knows --------------------------------------------------------------


@every_row(
    ("version", "channel", "name", "expected"),
    [
        # gone before the newest release known
        ("2.99.3", Channel.FLAG, "in-memory", Lack.CERTAIN),
        ("2.34.99", Channel.ENV, "CODER_IN_MEMORY", Lack.CERTAIN),
        # newer than what is known of the line, which may have got it as well
        ("2.34.99", Channel.ENV, "CODER_CHAT_HOOK_URL", Lack.OPEN),
        ("2.34.5", Channel.ENV, "CODER_CHAT_HOOK_URL", Lack.CERTAIN),
        # carried back to an older line only, so that a newer one may have it
        ("2.30.99", Channel.FLAG, "oidc-repair-links", Lack.OPEN),
        ("2.30.0", Channel.FLAG, "oidc-repair-links", Lack.CERTAIN),
        # of documents
        (IMPORTED, Channel.ENV, "CODER_GONE", Lack.UNSURE),
        (IMPORTED, Channel.YAML, "gone", Lack.UNSURE),
        ("2.98.7", Channel.FLAG, "gone", Lack.UNSURE),
        (IMPORTED, Channel.FLAG, "in-memory", Lack.CERTAIN),
        (IMPORTED, Channel.FLAG, "frobnicate", Lack.OPEN),
    ],
)
def test_what_follows_from_a_name_that_is_lacking(version, channel, name, expected):
    assert lack(CATALOG.lend(version), CATALOG, channel, name) is expected


@every_row(
    ("kind", "rule", "outcome"),
    [
        ("variable", "option-removed", "starts"),
        ("flag", "name-refused", "may not start"),
        ("YAML key", "name-refused", "may not start"),
    ],
)
@every_row("source", ["2.97.0", IMPORTED])
@every_row("target", [IMPORTED, "2.98.7"])
def test_what_documents_do_not_show_is_removed_or_hidden(kind, rule, outcome, source, target):
    situation = situate(source, target, NAMES[kind][0]("gone"))
    found = told(situation)[rule]
    assert (found.subject, found.affects, found.severity) == ("gone", Truth.DEPENDS, Level.WARNING)
    assert "removed or hidden" in found.message
    assert is_open(" ".join(found.todo))
    assert verdict([found], is_known=False) == outcome
    prediction = to_json(situation.prediction, situation.doubts)
    assert prediction["removed"] == {}
    assert prediction["errors"] == prediction["ignored_env"] == []


def test_a_name_of_a_newer_line_may_have_been_carried_back():
    operator = read_env_file("CODER_CHAT_HOOK_URL=https://x.example.com", "coder.env")
    found = told(situate("2.34.0", "2.34.99", operator))["not-known"]
    assert found.subject == "chat-hook-url"
    assert "from Coder 2.36.0 on only" in found.message


def test_a_name_that_is_gone_is_told_as_gone_of_a_release_that_is_not_known():
    found = told(situate("2.24.4", "2.99.3", flag("in-memory")))
    assert found["name-refused"].affects is Truth.YES
    assert "name-not-known" not in found


def test_a_variable_of_the_cli_is_known_to_be_one():
    operator = read_env_file(
        "CODER_DISABLE_DIRECT_CONNECTIONS=true; CODER_CONFIG_DIR=/x".replace("; ", "\n"), "e.env"
    )
    found = told(situate("2.99.3", "2.99.3", operator))
    assert found.keys() & {"client-only", "not-known", "option-unknown"} == {"client-only"}


def test_a_choice_may_be_new_in_a_release_that_is_not_known():
    operator = read_env_file("CODER_PG_AUTH=kerberos", "coder.env")
    found = {
        version: told(situate("2.33.0", version, operator))["value-invalid"].affects
        for version in (KNOWN, "2.99.3")
    }
    assert found == {KNOWN: Truth.YES, "2.99.3": Truth.DEPENDS}


def test_the_life_of_an_option_that_is_not_told_ends_in_a_question():
    story = life("gone", CATALOG.releases)
    assert [event.kind for event in story.events] == [EventKind.INTRODUCED, EventKind.UNTOLD]
    back = replace(BASE, version="2.99.0")
    kinds = {one.kind for one in life("gone", [*CATALOG.releases, back]).events}
    assert kinds == {EventKind.INTRODUCED, EventKind.UNTOLD}
    lost = replace(NEWEST, version="2.99.0")
    assert life("gone", [*CATALOG.releases, lost]).events[-1].kind is EventKind.REMOVED


def test_what_an_option_comes_to_that_may_be_gone_is_not_known():
    situation = situate("2.97.0", IMPORTED, NAMES["variable"][0]("gone"))
    known = situation.after("gone")
    assert (known.value, known.is_set) == (MISSING, Truth.YES)
    assert known.because == f"it is not known whether Coder {IMPORTED} has CODER_GONE"
    assert situate("2.97.0", IMPORTED, OperatorSettings()).after("gone").is_set is Truth.NO


def test_the_value_of_an_option_hangs_on_an_alias_that_may_be_gone():
    old = replace(GONE, name="Old", flag="old", env="CODER_OLD", yaml_path="old")
    before = replace(BASE, options={**BASE.options, "old": old})
    target = replace(NEWEST, version="2.97.1", options={**NEWEST.options, "gone": GONE},
                     is_complete=False, unsure={"old": old})  # fmt: skip
    catalog, values = Catalog([before, target]), {}
    for name in ("OLD", "GONE"):
        operator = read_env_file(f"CODER_{name}=x", "coder.env")
        situation = situation_of(None, before, target, operator, catalog)
        values[name] = situation.prediction.effective["gone"].value
        rules_found = {one.rule.id for one in audit(situation)}
        assert ("option-removed" in rules_found) == (name == "OLD")
        assert "default-changed" not in rules_found
    assert values == {"OLD": MISSING, "GONE": "x"}


def test_what_is_not_told_is_no_removal_on_the_way():
    release = CATALOG.lend(IMPORTED)
    assert declared_changes(BASE, release) == declared_changes(release, BASE) == ()
    assert steps(CATALOG, BASE, release)[-1] is release


def test_an_experiment_of_a_newer_line_may_have_been_carried_back():
    operator = read_env_file("CODER_EXPERIMENTS=nats_pubsub", "coder.env")
    found = told(situate("2.34.0", "2.34.99", operator))["not-known"]
    assert "it is known from Coder 2.35.0 on only" in found.message
    assert found.steps == ("Look nats_pubsub up in the documentation of Coder 2.34.99.",)


def test_of_an_experiment_that_nobody_could_tell_it_is_said():
    release = replace(NEWEST, experiments=Experiments(unsure=frozenset({"x"}), is_complete=True))
    operator = read_env_file("CODER_EXPERIMENTS=x", "coder.env")
    found = told(situation_of(None, release, release, operator, packaged(),
                              checks=asked_in_clear(known())))  # fmt: skip
    assert "still has it is not known" in found["not-known"].message
    assert "experiment-gone" not in found


def test_an_experiment_is_gone_where_the_target_is_known_to_lack_it():
    catalog = packaged()
    before = catalog.releases[-1]
    name = "auto-fill-parameters"
    unsure = Experiments(
        before.experiments.known - {name}, unsure=frozenset({name}), is_complete=True
    )
    after = replace(before, version="2.99.0", experiments=replace(unsure, unsure=frozenset()))
    before = replace(before, version="2.98.0", experiments=unsure)
    operator = read_env_file(f"CODER_EXPERIMENTS={name}", "coder.env")
    rules_found = {
        one.rule.id for one in audit(situation_of(None, before, after, operator, catalog))
    }
    assert rules_found & {"experiment-gone", "not-known"} == {"experiment-gone"}


@pytest.mark.parametrize("is_complete", [True, False])
@pytest.mark.parametrize("name", ["told", "frobnicate"])
def test_an_experiment_of_a_release_that_does_not_tell_all_could_not_be_checked(is_complete, name):
    told_ones = Experiments(frozenset({"told"}), is_complete=is_complete)
    release = replace(NEWEST, experiments=told_ones)
    operator = read_env_file(f"CODER_EXPERIMENTS={name}", "coder.env")
    catalog, checks = packaged(), asked_in_clear(known())
    found = told(situation_of(None, release, release, operator, catalog, checks=checks))
    expected = set() if name == "told" else {"experiment-gone" if is_complete else "not-known"}
    assert found.keys() & {"experiment-gone", "not-known"} == expected
    if expected == {"not-known"}:
        assert "could not be checked" in found["not-known"].message
