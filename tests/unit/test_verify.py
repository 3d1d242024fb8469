"""Prediction against reality: what is confirmed, what is explained, and what is left open."""

import json
import os
from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit import catalog
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Catalog
from confaudit.core.given import (
    Channel,
    ChartValues,
    Form,
    Given,
    GivenState,
    OperatorSettings,
    Position,
)
from confaudit.core.judge.rules.changes import unpredicted
from confaudit.core.model import (
    MISSING,
    Cause,
    ChangeKind,
    Fidelity,
    Level,
    RawDeployment,
    Setting,
    ValueSource,
)
from confaudit.core.secret import secret
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.verify import verification_line, verify
from tests.tables import every_row

OPTIONS = [
    "access-url",
    "ai-gateway-enabled",
    "ai-gateway-retention",
    "aibridge-enabled",
    "aibridge-retention",
    "api-rate-limit",
    "derp-server-relay-url",
    "docs-url",
    "external-auth-providers",
    "oidc-client-secret",
    "oidc-repair-links",
    "oidc-sign-in-text",
    "pprof-address",
    "session-duration",
    "verbose",
]


def small(version):
    """A release with a few of its options: quick to compare."""
    whole = catalog.release(version)
    options = {key: whole.options[key] for key in OPTIONS if key in whole.options}
    return replace(whole, options=options, leaves_without_option=())


CATALOG = Catalog(map(small, ("2.33.0", "2.34.0", "2.34.5")))
OLD, NEW = (default_snapshot(small(version)) for version in ("2.33.0", "2.34.5"))
ENV, DEFAULT = ValueSource.ENV, ValueSource.DEFAULT
SECOND = 10**9


def having(snapshot, **settings):
    """A snapshot with other settings; keyword names have underscores."""
    changed = {key.replace("_", "-"): Setting(*found) for key, found in settings.items()}
    return replace(snapshot, settings={**snapshot.settings, **changed})


def given(name, value, state=GivenState.LITERAL, channel=Channel.ENV):
    return Given(channel, name, state, Position("f", 1), Form.ENV_FILE, value)


def verified(before=OLD, after=NEW, *entries):
    return verify(before, after, OperatorSettings(given=entries, forms=(Form.ENV_FILE,)), CATALOG)


def keys(changes):
    return [change.key for change in changes]


def test_an_upgrade_that_went_as_predicted():
    """Both old names get new ones, links are repaired, the documentation's address moves along."""
    found = verified()
    assert found.statement == "As predicted: 4 of 4 changes confirmed, 0 explained, 0 open."
    assert found.rest == found.explained == ()
    enabled = next(one for one in found.confirmed if one.key == "ai-gateway-enabled")
    assert (enabled.before, enabled.after) == (False, True)
    assert enabled.kind is ChangeKind.RENAMED
    assert enabled.also == ("aibridge-enabled",)


def test_that_nothing_was_to_change_is_said():
    found = verify(NEW, NEW, OperatorSettings(), CATALOG)
    number = len(NEW.settings)
    assert found.statement == (
        f"As predicted: no change was predicted for {number} options, 0 explained, 0 open."
    )


def test_two_names_of_a_setting_are_one_change():
    told = [key for one in verified().confirmed for key in (one.key, *one.also)]
    assert len(told) == len(set(told))
    assert "ai-gateway-retention" in told


UNSET = ValueSource.UNSET
GITHUB = {"id": "github", "type": "github", "regex": "github.com"}
API = {"api_base_url": "https://api.github.com"}


def with_providers(snapshot, *providers):
    return having(snapshot, external_auth_providers=(list(providers), UNSET))


RELAY = "derp-server-relay-url"
EXPLAINED = {
    "an operator sets something meanwhile": (
        OLD,
        having(NEW, session_duration=(3600 * SECOND, ENV)),
        "session-duration",
        Cause.OPERATOR,
        "it is set by env",
    ),
    "the release gives a structure another field": (
        with_providers(OLD, GITHUB),
        with_providers(NEW, GITHUB | API),
        "external-auth-providers",
        Cause.RELEASE,
        "the release 2.33.0 → 2.34.5 adds the field api_base_url, and nothing else differs",
    ),
    "an operator adds a structure while the release adds a field": (
        with_providers(OLD, GITHUB),
        with_providers(NEW, GITHUB | API, GITHUB | API | {"id": "second"}),
        "external-auth-providers",
        Cause.OPERATOR,
        "adds the field api_base_url as well",
    ),
    "an operator takes something out": (
        having(OLD, session_duration=(3600 * SECOND, ENV)),
        NEW,
        "session-duration",
        Cause.OPERATOR,
        "it was set by env and no longer is",
    ),
    "an operator changes a value": (
        having(OLD, verbose=(True, ENV)),
        having(NEW, verbose=(False, ENV)),
        "verbose",
        Cause.OPERATOR,
        "it is set by env",
    ),
    "an operator sets an option that the release brings": (
        OLD,
        having(NEW, oidc_repair_links=(False, ENV)),
        "oidc-repair-links",
        Cause.OPERATOR,
        "adds it; it is set by env",
    ),
    "an operator sets what has a new name": (
        OLD,
        having(NEW, ai_gateway_retention=(SECOND, ENV), aibridge_retention=(SECOND, ENV)),
        "ai-gateway-retention",
        Cause.OPERATOR,
        "renames --aibridge-retention; it is set by env",
    ),
    "another pod answers": (
        having(OLD, derp_server_relay_url=("http://10.0.0.1:8080", ENV)),
        having(NEW, derp_server_relay_url=("http://10.0.0.2:8080", ENV)),
        RELAY,
        Cause.COMPUTED,
        "it is the address of the pod that answered",
    ),
    "the server works out another value": (
        OLD,
        having(NEW, api_rate_limit=(-1, DEFAULT)),
        "api-rate-limit",
        Cause.COMPUTED,
        "it is -1 while",
    ),
}


@every_row("case", EXPLAINED)
def test_what_somebody_or_something_did_meanwhile_is_explained(case):
    before, after, key, cause, evidence = EXPLAINED[case]
    found = verified(before, after)
    assert keys(found.explained) == [key]
    assert found.explained[0].cause is cause
    assert evidence in found.explained[0].evidence
    assert found.rest == ()
    assert key not in keys(found.confirmed)
    assert "As predicted" in found.statement
    assert "1 explained" in found.statement


OPEN = {
    "a default nobody knew of": (
        OLD,
        having(NEW, session_duration=(1, DEFAULT)),
        "session-duration",
        "nothing set it and its default did not move",
    ),
    "a predicted change that did not come": (
        OLD,
        having(NEW, ai_gateway_enabled=(False, DEFAULT), aibridge_enabled=(False, DEFAULT)),
        "ai-gateway-enabled",
        "renames --aibridge-enabled",
    ),
    "an empty variable that nobody saw": (
        OLD,
        having(NEW, oidc_sign_in_text=("", ENV)),
        "oidc-sign-in-text",
        "since 2.34 an empty environment variable counts",
    ),
    "an option that is not there": (
        OLD,
        replace(
            NEW,
            settings={k: v for k, v in NEW.settings.items() if k != "oidc-repair-links"},
            declared={k: v for k, v in NEW.declared.items() if k != "oidc-repair-links"},
        ),
        "oidc-repair-links",
        "a change was predicted, and it stayed as it was",
    ),
}


@pytest.mark.parametrize("case", OPEN)
def test_what_nobody_can_explain_is_open(case):
    before, after, key, evidence = OPEN[case]
    found = verified(before, after)
    assert keys(found.rest) == [key]
    assert evidence in found.rest[0].evidence
    assert found.rest[0].cause is Cause.UNKNOWN
    (finding,) = unpredicted(found.rest)
    assert finding.severity is Level.WARNING
    assert found.explained == ()
    assert key not in keys(found.confirmed)
    assert found.statement.startswith("Not as predicted: ")
    assert found.outcome(0).startswith("As predicted: ")  # where none of it counts


def test_an_open_difference_goes_from_the_predicted_to_the_real_value():
    after = having(NEW, ai_gateway_enabled=(False, DEFAULT), aibridge_enabled=(False, DEFAULT))
    (change,) = verified(OLD, after).rest
    assert (change.before, change.after) == (True, False)


def test_the_files_count_before_the_snapshot():
    """What the snapshot before does not show yet is set when the server starts again."""
    after = having(NEW, session_duration=(60 * SECOND, ENV))
    entry = given("CODER_SESSION_DURATION", "1m")
    found = verified(OLD, after, entry)
    assert found.rest == found.explained == ()
    confirmed = next(one for one in found.confirmed if one.key == "session-duration")
    assert (confirmed.before, confirmed.after) == (86400 * SECOND, 60 * SECOND)


@pytest.mark.parametrize(
    ("entry", "key", "after"),
    [
        (given("CODER_SESSION_DURATION", "long"), "session-duration", 86400 * SECOND),
        (given("no.such.path", "1", channel=Channel.YAML), "no.such.path", MISSING),
        (given("no-such-flag", "1", channel=Channel.FLAG), "--no-such-flag", MISSING),
    ],
)
def test_a_release_that_was_to_refuse_its_settings_and_runs_is_open(entry, key, after):
    found = verified(OLD, NEW, entry)
    assert keys(found.rest) == [key]
    assert "predicted to refuse" in found.rest[0].evidence
    assert "yet it runs" in found.rest[0].evidence
    assert found.rest[0].after == after
    assert "long" not in found.rest[0].evidence


def test_what_was_to_be_refused_is_told_once():
    after = having(NEW, session_duration=(3600 * SECOND, ENV))
    found = verified(OLD, after, given("CODER_SESSION_DURATION", "long"))
    assert keys(found.rest) == ["session-duration"]
    assert found.explained == ()


def test_a_value_that_nobody_could_know_is_explained():
    entry = given("CODER_OIDC_SIGN_IN_TEXT", None, GivenState.REFERENCE)
    after = having(NEW, oidc_sign_in_text=("In", ENV))
    found = verified(OLD, after, entry)
    assert keys(found.explained) == ["oidc-sign-in-text"]
    assert found.explained[0].evidence.startswith("its value could not be known beforehand; ")
    assert found.explained[0].before is MISSING
    assert found.rest == ()


@pytest.mark.parametrize("came", [{}, API])
def test_fields_that_a_server_fills_in_are_no_difference_to_what_the_file_says(came):
    served = GITHUB | {"scopes": None, "device_flow": False}
    path, form = "externalAuthProviders", Form.SERVER_YAML
    entry = Given(Channel.YAML, path, GivenState.LITERAL, Position("f", 1), form, None, [GITHUB])
    found = verified(with_providers(OLD, served), with_providers(NEW, served | came), entry)
    assert found.rest == ()
    assert keys(found.explained) == ["external-auth-providers"] * bool(came)


def test_a_secret_is_confirmed_by_being_set_and_rotation_does_not_show():
    before = having(OLD, oidc_client_secret=(secret(True), ENV))
    after = having(NEW, oidc_client_secret=(secret(True), ENV))
    assert verified(before, after).rest == ()
    gone = having(NEW, oidc_client_secret=(secret(False), ValueSource.UNSET))
    assert keys(verified(before, gone).explained) == ["oidc-client-secret"]


def test_a_blank_secret_is_told_as_set_from_2_34_on():
    after = having(NEW, oidc_client_secret=(secret(True), ENV))
    blank = given("CODER_OIDC_CLIENT_SECRET", "", GivenState.EMPTY)
    found = verified(OLD, after, blank)
    assert found.rest == found.explained == ()
    assert "oidc-client-secret" in keys(found.confirmed)


def test_an_old_name_that_was_renamed_in_the_files_is_no_difference():
    before = having(OLD, aibridge_retention=(SECOND, ENV))
    after = having(NEW, aibridge_retention=(SECOND, ENV), ai_gateway_retention=(SECOND, ENV))
    found = verified(before, after)
    assert found.rest == found.explained == ()
    assert "ai-gateway-retention" in keys(found.confirmed)


def test_a_release_newer_than_the_catalogue_is_taken_at_its_word():
    spec = replace(NEW.declared["session-duration"], default="1h0m0s")
    after = replace(
        having(NEW, session_duration=(3600 * SECOND, DEFAULT), brand_new=(1, DEFAULT)),
        version="2.99.0",
    )
    new = replace(spec, flag="brand-new", env="", yaml_path="", json_path="", type="int")
    declared = {"session-duration": spec, "brand-new": replace(new, default="1")}
    after = replace(after, declared={**after.declared, **declared})
    found = verified(OLD, after)
    assert found.rest == found.explained == ()
    assert {"session-duration", "brand-new"} <= set(keys(found.confirmed))


def test_what_a_bundle_leaves_out_is_neither_confirmed_nor_open():
    after = replace(having(NEW, oidc_repair_links=(MISSING, DEFAULT)), fidelity=Fidelity.LOSSY)
    found = verified(OLD, after)
    assert found.rest == found.explained == ()
    assert "oidc-repair-links" not in keys(found.confirmed)
    assert len(found.confirmed) == found.predicted - 1


def test_a_downgrade_is_verified_like_an_upgrade():
    found = verified(NEW, OLD)
    assert found.rest == ()
    assert {one.kind for one in found.confirmed} >= {ChangeKind.REMOVED}


LINES = {
    "as predicted": (OLD, NEW, "upgrade as predicted: 4 changes, 4 confirmed"),
    "with an explanation": (
        OLD,
        having(NEW, verbose=(True, ENV)),
        "upgrade as predicted: 4 changes, 4 confirmed, 1 explained",
    ),
    "with something open": (
        OLD,
        having(NEW, verbose=(True, DEFAULT)),
        "upgrade not as predicted: 4 changes, 4 confirmed, 1 open",
    ),
    "no upgrade": (OLD, having(OLD, verbose=(True, ENV)), ""),
    "of one deployment": (
        replace(OLD, server={"buildinfo": {"deployment_id": "d-1"}}),
        replace(NEW, server={"buildinfo": {"deployment_id": "d-1"}}),
        "upgrade as predicted: 4 changes, 4 confirmed",
    ),
    "of two deployments": (
        replace(OLD, server={"buildinfo": {"deployment_id": "d-1"}}),
        replace(NEW, server={"buildinfo": {"deployment_id": "d-2"}}),
        "",
    ),
    "no options": (replace(OLD, settings={}, declared={}), NEW, ""),
}


@pytest.mark.parametrize("case", LINES)
def test_the_line_of_a_commit_message(case):
    before, after, line = LINES[case]
    assert verification_line(before, after, CATALOG) == line


# --- real servers ---------------------------------------------------------------------------------

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
REAL = {
    ("production-2.33.0", "production-2.34.5"): "44 of 44 changes confirmed, 0 explained, 0 open",
    ("production-2.34.5", "production-2.35.1"): "5 of 5 changes confirmed, 0 explained, 0 open",
    ("production-2.35.1", "production-2.36.0"): "7 of 7 changes confirmed, 0 explained, 0 open",
    ("default-2.29.5", "default-2.36.0"): "67 of 67 changes confirmed, 0 explained, 0 open",
    ("staging-2.33.0", "staging-2.35.1"): "47 of 47 changes confirmed, 0 explained, 0 open",
    # which sets what did not exist before
    ("production-2.29.5", "production-2.30.0"): "24 of 26 changes confirmed, 2 explained, 0 open",
    ("default-2.2.1", "default-2.10.0"): "17 of 17 changes confirmed, 0 explained, 0 open",
    ("default-2.14.0", "default-2.20.0"): "26 of 26 changes confirmed, 0 explained, 0 open",
}


@pytest.mark.skipif(not DATA, reason="CONFAUDIT_TEST_DATA is not set: no real upgrade was verified")
@pytest.mark.parametrize("pair", REAL, ids=" to ".join)
def test_real_upgrades_went_as_predicted(pair):
    found = verify(*map(real, pair), OperatorSettings(), everything())
    assert found.statement == f"As predicted: {REAL[pair]}."


def real(name):
    (path,) = Path(DATA, "coder").glob(f"payloads*/{name}.json")
    payload = json.loads(path.read_text())
    version = name.partition("-")[2]
    clean = redact(RawDeployment(payload, version=version, label=name))
    return normalise(clean, everything().nearest(version))


@cache
def everything():
    return catalog.load(Path("no such folder"))


def test_what_a_newer_chart_sets_was_predicted():
    """Chart 2.25 binds pprof to every address of the pod; nobody changed anything meanwhile."""
    known = Catalog(map(small, ("2.24.4", "2.25.0")))
    old, new = (default_snapshot(small(version)) for version in ("2.24.4", "2.25.0"))
    relays = ({RELAY.replace("-", "_"): (f"http://10.0.0.{n}:8080", ENV)} for n in (1, 2))
    url = {"access_url": ("https://coder.example.com", ENV)}
    before = having(old, **url, **next(relays))
    after = having(new, **url, **next(relays), pprof_address=("0.0.0.0:6060", ENV))
    values = given("CODER_ACCESS_URL", "https://coder.example.com")
    chart = OperatorSettings((values,), chart=ChartValues(), forms=(Form.HELM_VALUES,))
    found = verify(before, after, chart, known)
    assert "pprof-address" in keys(found.confirmed)
    assert keys(found.explained) == [RELAY]
    assert not found.rest
    assert "pprof-address" in keys(verify(before, after, OperatorSettings(), known).explained)
