"""Options by any of their names, and by what resembles one."""

import pytest

from confaudit import catalog
from confaudit.core.lifecycle.lookup import find
from confaudit.errors import ConfigError, ExitCode
from tests.tables import every_row

KNOWN = [catalog.nearest(version) for version in catalog.versions()]


@every_row(
    ("asked", "key"),
    [
        ("email-smarthost", "email-smarthost"),
        ("--email-smarthost", "email-smarthost"),
        ("CODER_NOTIFICATIONS_EMAIL_SMARTHOST", "notifications-email-smarthost"),
        ("coder_email_smarthost", "email-smarthost"),
        ("email.smarthost", "email-smarthost"),
        ("Email: Smarthost", "email-smarthost"),
        ("session_lifetime.default_duration", "session-duration"),
        ("max_session_expiry", "session-duration"),  # the config leaf before 2.11
        ("aibridge.anthropic_key", "aibridge-anthropic-key"),  # a YAML key that 2.30 took away
        ("ai.bridge.enabled", "ai-gateway-enabled"),  # a leaf of two aliases
        ("CODER_TELEMETRY_ENABLE", "telemetry"),  # flags and variables cross here
        ("telemetry-enable", "telemetry-enable"),
        ("Support Links", "support-links"),
        ("in-memory", "in-memory"),  # removed
    ],
)
def test_any_name_in_any_release(asked: str, key: str) -> None:
    found = find(asked, KNOWN)
    assert (found.key, found.is_exact) == (key, True)


@pytest.mark.parametrize(
    ("asked", "key"),
    [
        ("oidc-repair-link", "oidc-repair-links"),
        ("tls-adress", "tls-address"),
        ("CODER_NOTIFICATION_EMAIL_SMARTHOST", "notifications-email-smarthost"),
        ("email_smarthost", "email-smarthost"),
        ("smarthost", "email-smarthost"),
    ],
)
def test_a_close_misspelling_is_understood_and_said_to_be_one(asked: str, key: str) -> None:
    found = find(asked, KNOWN)
    assert (found.key, found.is_exact) == (key, False)


def test_several_candidates_are_listed() -> None:
    with pytest.raises(ConfigError) as caught:
        find("oidc-organization", KNOWN)
    assert "several" in caught.value.message
    assert "--oidc-organization-field" in caught.value.hint
    assert "--oidc-organization-mapping" in caught.value.hint
    assert caught.value.exit_code == ExitCode.USAGE


def test_a_long_list_is_cut_and_counted() -> None:
    with pytest.raises(ConfigError, match="several") as caught:
        find("oidc", KNOWN)
    assert caught.value.hint.count("--") == 12
    assert caught.value.hint.endswith("more")


@pytest.mark.parametrize("asked", ["xyzzy", "", "--", "\x1b[31m"])
def test_what_is_no_option_is_refused_and_spelled_out(asked: str) -> None:
    with pytest.raises(ConfigError, match="no release of Coder has an option") as caught:
        find(asked, KNOWN)
    assert "\x1b" not in caught.value.message
    assert caught.value.hint
