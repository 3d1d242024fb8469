"""The deployment that nobody configured, made from facts, against what servers really answer."""

import json
import os
from pathlib import Path

import pytest

from confaudit import catalog
from confaudit.core.changes.diff import diff
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Release
from confaudit.core.model import RawDeployment, ValueSource
from confaudit.core.secret import secret
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from tests.tables import every_row


def release(version: str) -> Release:
    found = catalog.release(version)
    assert found is not None
    return found


DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
PAYLOADS = sorted(Path(DATA).glob("coder/payloads*/default-*.json")) if DATA else []


@pytest.mark.skipif(not PAYLOADS, reason="CONFAUDIT_TEST_DATA names no folder with payloads")
@pytest.mark.parametrize("path", PAYLOADS, ids=lambda path: path.stem)
def test_it_is_what_a_server_answers(path: Path) -> None:
    """Except for the host's cache folder, and the one leaf whose option went away."""
    known = release(path.stem.removeprefix("default-"))
    payload = json.loads(path.read_text(encoding="utf-8"))
    served = normalise(redact(RawDeployment(payload, version=known.version)), known)
    changes = diff(served, default_snapshot(known))
    assert {change.key for change in changes} == {"cache-dir", "telemetry.trace"}


def test_every_default_is_a_value_of_its_type() -> None:
    for known in map(release, catalog.versions()):
        snapshot = default_snapshot(known)
        assert snapshot.settings.keys() == snapshot.declared.keys() == known.options.keys(), known


@every_row(
    ("version", "key", "value", "source"),
    [
        ("2.35.1", "access-url", "https://coder.example.com", ValueSource.ENV),
        ("2.35.1", "docs-url", "https://coder.com/docs/@v2.35.1", ValueSource.DEFAULT),
        ("2.35.1", "secure-auth-cookie", True, ValueSource.DEFAULT),
        ("2.35.1", "session-duration", 86_400_000_000_000, ValueSource.DEFAULT),
        ("2.35.1", "oidc-scopes", ["openid", "profile", "email"], ValueSource.DEFAULT),
        ("2.35.1", "oidc-auth-url-params", {"access_type": "offline"}, ValueSource.DEFAULT),
        ("2.35.1", "oidc-group-mapping", None, ValueSource.DEFAULT),
        ("2.35.1", "support-links", None, ValueSource.UNSET),
        ("2.35.1", "verbose", False, ValueSource.UNSET),
        ("2.35.1", "postgres-url", secret(False), ValueSource.UNSET),
        ("2.35.1", "notifications-email-smarthost", "", ValueSource.UNSET),
        ("2.14.0", "notifications-email-smarthost", "localhost:587", ValueSource.DEFAULT),
        ("2.17.0", "notifications-email-smarthost", "localhost:587", ValueSource.UNSET),
        ("2.20.0", "notifications-email-hello", "localhost", ValueSource.DEFAULT),
        ("2.2.1", "session-duration", 86_400_000_000_000, None),
        ("2.2.1", "postgres-url", secret(None), None),
    ],
)
def test_values_and_sources(
    version: str, key: str, value: object, source: ValueSource | None
) -> None:
    setting = default_snapshot(release(version)).settings[key]
    assert (setting.value, setting.source) == (value, source)


def test_the_cookie_follows_the_access_url() -> None:
    plain = default_snapshot(release("2.35.1"), "http://coder.example.com")
    assert plain.settings["secure-auth-cookie"].value is False
    assert plain.settings["access-url"].value == "http://coder.example.com"
    assert plain.declared["secure-auth-cookie"].default == "false"


def test_the_config_tree_holds_the_same_values_and_no_secret() -> None:
    config = default_snapshot(release("2.35.1")).config
    assert config["session_lifetime"]["default_duration"] == 86_400_000_000_000  # type: ignore[call-overload,index]
    assert config["oidc"]["client_secret"] == secret(None)  # type: ignore[call-overload,index]
