"""The hardening pack: quiet where nothing is wrong, and what a change opens or closes is told."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.hardening import ControlState, check
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.turned import turned
from confaudit.core.model import Level
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situate import situation_of
from confaudit.rulebook.advisories import load_controls
from confaudit.sources import SourceContext, read
from tests.tables import every_row
from tests.unit.deployments import compose, env, running
from tests.unit.rulebook import CONTROLS

FROZEN = Path(__file__).parents[1] / "data" / "rulebook" / "controls.txt"
PACK = load_controls(packaged())
ACCESS = {"access_url": "https://coder.example.com"}


def checkup(version, operator=None, snapshot=None, controls=PACK):
    release = packaged().lend(version)
    given = operator or OperatorSettings()
    return check(controls, situation_of(snapshot, release, release, given, packaged(),
                                        checks=asked_in_clear(controls)))  # fmt: skip


def failing(found):
    return {one.rule.control: one.rule.level.word for one in found.findings}


def states(found):
    return {one.control.rule.id: one.state for one in found.checked}


# --- the pack itself ------------------------------------------------------------------------------


def test_ids_and_controls_are_permanent():
    """Exceptions, dashboards and reports of auditors refer to them: add lines, change none."""
    frozen = set(FROZEN.read_text(encoding="utf-8").splitlines())
    told = [f"{one.advisory.control} {one.advisory.rule.id}" for one in CONTROLS]
    assert len({one.advisory.control for one in CONTROLS}) == len(CONTROLS) >= 40
    assert set(told) == frozen


def test_each_control_has_an_example_that_fires_and_one_that_is_silent():
    for one in CONTROLS:
        assert {True, False} <= {example.affects for example in one.examples}, one.advisory.rule.id


def test_what_names_itself_dangerous_is_told_once():
    """In place of the plain rule on dangerous options, by every option of that name."""
    dangerous = {key for key in packaged().nearest("").options if key.startswith("dangerous-")}
    standing_in = {one.subject for one in PACK if "dangerous-option" in one.instead_of}
    assert standing_in == dangerous


# --- sane deployments -----------------------------------------------------------------------------

DEFENDED = {
    "CA-SES-03": "a token of a hundred years is what the default allows, and few know",
    "CA-OBS-10": "that usage data leaves the house is what the default decides",
    "CA-WEB-02": "up to 2.31.0 the cookie also goes over http unless somebody says otherwise",
    "CA-WEB-04": "apps below the dashboard's own domain can plant its cookie without the prefix",
    "CA-APP-03": "path apps have the dashboard's origin, and nobody needs them beside a wildcard",
    "CA-OBS-03": "metrics on every address name users, and only a firewall can keep others away",
    "CA-MSG-01": "the password of the mailbox goes to another host, and no option asks for TLS",
    "CA-AIG-02": "clients send a token to the AI proxy, which listens everywhere and without TLS",
}
"""What is told of the sane payloads, and why it is right to."""

QUIET = {
    "default": {"CA-SES-03", "CA-OBS-10"},
    "production": {"CA-APP-03", "CA-OBS-03", "CA-MSG-01"},
}
SINCE = {
    "default": {},
    "production": {"CA-WEB-04": (2, 31, 1), "CA-AIG-02": (2, 32, 0)},
}
PLANTED = {
    "CA-APP-01": "error",
    "CA-AUT-03": "warning",
    "CA-OBS-04": "warning",
    "CA-OBS-06": "warning",
    "CA-OBS-02": "info",
    "CA-OBS-10": "info",
}
"""The faults of staging: shared path apps, passwords, Swagger, debug logs, profiler, telemetry."""


def expected(kind, version):
    number = tuple(map(int, version.split(".")))
    found = QUIET["default" if kind == "default" else "production"]
    late = SINCE["default" if kind == "default" else "production"]
    found = found | {one for one, since in late.items() if number >= since}
    found = found | ({"CA-WEB-02"} if number < (2, 31, 1) else set())
    if kind == "staging":
        found = (found - {"CA-AIG-02"}) | set(PLANTED)
    return found


DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
def test_the_payloads_of_real_releases_tell_what_can_be_defended():
    files = [one for one in Path(DATA, "coder").glob("payloads*/*.json") if "hooks" not in one.name]
    assert len(files) > 20
    for path in files:
        kind, _, version = path.stem.rpartition("-")
        found = checkup(version, snapshot=saved(path, version))
        assert set(failing(found)) == expected(kind, version), path.name
        assert set(failing(found)) <= DEFENDED.keys() | PLANTED.keys()
        assert "planted-secret" not in repr(found), path.name
        if kind == "staging":
            assert failing(found).items() >= PLANTED.items()


def saved(path, version):
    context = SourceContext(
        stdin=bytes, live=None, stored=lambda _: None, now=lambda: datetime.now(UTC)
    )
    raw = replace(read(str(path), context), version=version)
    return normalise(redact(raw), packaged().nearest(version))


@pytest.mark.parametrize("version", ["2.10.0", "2.29.5", "2.35.1"])
def test_a_deployment_with_nothing_set_but_its_address_is_quiet(version):
    found = checkup(version, snapshot=running(version, **ACCESS))
    assert set(failing(found)) == expected("default", version)
    assert ControlState.DEPENDS not in states(found).values()


def test_what_was_planted_is_found():
    planted = running(
        "2.35.1",
        **ACCESS,
        oidc_client_id="coder",
        oidc_email_domain=["example.com"],
        disable_password_auth=False,
        dangerous_allow_path_app_sharing=True,
        pprof_enable=True,
        swagger_enable=True,
        verbose=True,
    )
    assert failing(checkup("2.35.1", snapshot=planted)).items() >= PLANTED.items()


# --- what is not known ----------------------------------------------------------------------------


def test_a_value_that_nobody_can_see_leaves_a_control_open():
    found = states(checkup("2.35.1", snapshot=running("2.35.1", postgres_url={"secret_set": True})))
    assert found["harden-postgres-plain"] is ControlState.NOT_KNOWN
    assert found["harden-ephemeral"] is ControlState.HOLDS
    older = states(checkup("2.10.0", snapshot=running("2.10.0")))
    assert older["harden-ephemeral"] is ControlState.NOT_THERE


def test_secrets_are_looked_at_and_never_told():
    found = checkup("2.35.1", env("CODER_PG_CONNECTION_URL=postgres://u:planted@db.example.com/c?"
                                  "sslmode=disable"))  # fmt: skip
    assert states(found)["harden-postgres-plain"] is ControlState.FAILS
    assert "planted" not in repr(found)


def test_a_default_of_a_template_may_be_what_counts():
    found = checkup("2.35.1", compose(CODER_SWAGGER_ENABLE="${SWAGGER:-true}"))
    [swagger] = [one for one in found.findings if one.rule.id == "harden-swagger"]
    assert (states(found)["harden-swagger"], swagger.affects) == (
        ControlState.DEPENDS,
        Truth.DEPENDS,
    )
    assert swagger.because.startswith("if the template's default")


# --- changes --------------------------------------------------------------------------------------

OPEN, SHUT = {"swagger_enable": True}, {"swagger_enable": False}
BOTH = {"disable_path_apps": True, "dangerous_allow_path_app_sharing": True}
TURNS = [
    ("opens", SHUT, OPEN, [("harden-swagger", "warning")]),
    ("closes", OPEN, SHUT, [("control-restored", "info")]),
    ("stays", OPEN, OPEN, []),
    ("two at once", OPEN, {"verbose": True},
     [("harden-log-everything", "warning"), ("control-restored", "info")]),
    ("is out of question because something else is open", {},
     {"access_url": "http://coder.example.com"}, [("harden-access-url-http", "error")]),
    ("has no effect", {}, BOTH, []),
    ("has an effect when another setting goes", BOTH, BOTH | {"disable_path_apps": False},
     [("harden-path-app-sharing", "error")]),
    ("cannot be seen before", {"postgres_url": {"secret_set": True}}, {}, []),
]  # fmt: skip


@every_row(("before", "after", "told"), [row[1:] for row in TURNS],
                         ids=[row[0] for row in TURNS])  # fmt: skip
def test_what_a_change_opens_and_what_it_closes(before, after, told):
    was, now = (checkup("2.35.1", snapshot=running("2.35.1", **(ACCESS | one)))
                for one in (before, after))  # fmt: skip
    found = [(one.rule.id, one.rule.level.word) for one in turned(was, now)]
    assert found == told


def test_good_news_says_what_holds_again():
    was, now = (checkup("2.35.1", snapshot=running("2.35.1", **(ACCESS | one)))
                for one in (OPEN, SHUT))  # fmt: skip
    [news] = turned(was, now)
    assert (news.before, news.after, news.severity) == (True, False, Level.INFO)
    assert news.message == "Closed again: API documentation for everybody."
    assert news.because == "CA-OBS-04 holds"


def test_a_release_that_changes_a_default_closes_what_was_open():
    was = checkup("2.30.0", snapshot=running("2.30.0", **ACCESS))
    now = checkup("2.35.1", snapshot=running("2.35.1", **ACCESS))
    assert [one.subject for one in turned(was, now)] == [
        "harden-cookie-insecure:secure-auth-cookie"
    ]


def test_a_release_that_brings_what_closes_it_opens_nothing():
    """Apps could plant the cookie before there was a prefix against it."""
    wide = {**ACCESS, "wildcard_access_url": "*.coder.example.com"}
    was = checkup("2.31.0", snapshot=running("2.31.0", **wide, secure_auth_cookie=True))
    now = checkup("2.35.1", snapshot=running("2.35.1", **wide))
    assert "CA-WEB-04" in failing(now)
    assert [*turned(was, now)] == []
    fallback = {"oidc_client_id": "coder", "dangerous_oidc_email_fallback": True}
    now = checkup("2.35.1", snapshot=running("2.35.1", **wide, **fallback,
                                             disable_password_auth=True))  # fmt: skip
    assert "harden-oidc-email-fallback" in {one.rule.id for one in turned(was, now)}
