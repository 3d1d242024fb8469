"""What a wrong name may have meant; the names are real ones from operators' files."""

from difflib import SequenceMatcher
from itertools import permutations

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.upgrade.spelling import Spelling, is_legal, is_usual_helper
from tests.tables import every_row

CERTAIN, GUESSED = False, True


def find(name, version="2.35.1"):
    return Spelling(packaged(), packaged().nearest(version).options.values()).meant(name)


@every_row(
    ("name", "real", "is_guess"),
    [
        # every spelling of an option in any release: flags, then config leaves
        ("CODER_LOG_HUMAN", "CODER_LOGGING_HUMAN", CERTAIN),
        ("CODER_DEFAULT_QUIET_HOURS_SCHEDULE", "CODER_QUIET_HOURS_DEFAULT_SCHEDULE", CERTAIN),
        ("CODER_MAX_SESSION_EXPIRY", "CODER_SESSION_DURATION", CERTAIN),
        ("CODER_RATE_LIMIT_API", "CODER_API_RATE_LIMIT", CERTAIN),
        ("CODER_RATE_LIMIT_DISABLE_ALL", "CODER_DANGEROUS_DISABLE_RATE_LIMITS", CERTAIN),
        ("CODER_NETWORKING_HTTP_SESSION_DURATION", "CODER_SESSION_DURATION", CERTAIN),
        # one word more or less, plural or not
        ("CODER_OIDC_ROLE_FIELD", "CODER_OIDC_USER_ROLE_FIELD", GUESSED),
        ("CODER_SESSION_HOST_PREFIX_COOKIES", "CODER_HOST_PREFIX_COOKIE", GUESSED),
        ("CODER_PROXY_TRUSTED_PROXIES", "CODER_PROXY_TRUSTED_ORIGINS", GUESSED),
        # a slip
        ("CODER_ACESS_URL", "CODER_ACCESS_URL", GUESSED),
        ("CODER_FIRST_USER_TRIAIL", "CODER_FIRST_USER_TRIAL", GUESSED),
        # the case of letters
        ("coder_access_url", "CODER_ACCESS_URL", CERTAIN),
        ("Coder_Verbose", "CODER_VERBOSE", CERTAIN),
        # the two beginnings of a provisioner's variables
        ("CODER_PROVISIONER_DAEMON_TAGS", "CODER_PROVISIONERD_TAGS", GUESSED),
        ("CODER_PROVISIONER_TAGS", "CODER_PROVISIONERD_TAGS", GUESSED),
        ("CODER_PROVISIONERD_NAME", "CODER_PROVISIONER_DAEMON_NAME", GUESSED),
        ("CODER_PROVISIONERD_PSK", "CODER_PROVISIONER_DAEMON_PSK", GUESSED),
        # a family
        ("CODER_EXTERNAL_AUTH_0_CLIENTID", "CODER_EXTERNAL_AUTH_0_CLIENT_ID", GUESSED),
        ("CODER_EXTERNAL_AUTH_12_SCOPE", "CODER_EXTERNAL_AUTH_12_SCOPES", GUESSED),
        ("CODER_GIT_AUTH_0_CLIENT_ID", "CODER_EXTERNAL_AUTH_0_CLIENT_ID", GUESSED),
        ("CODER_AIBRIDGE_PROVIDER", "CODER_AI_GATEWAY_PROVIDER_<N>_TYPE", CERTAIN),
    ],
)
def test_a_wrong_name_finds_the_real_one(name, real, is_guess):
    found = find(name)
    assert (found.name, found.is_guess) == (real, is_guess)


def test_the_spelling_of_a_deprecated_twin_leads_to_the_name_of_today():
    assert find("CODER_AI_BRIDGE_ENABLED", "2.33.0").name == "CODER_AIBRIDGE_ENABLED"
    assert find("CODER_AI_BRIDGE_ENABLED", "2.35.1").name == "CODER_AI_GATEWAY_ENABLED"


@every_row(
    "name",
    [
        "CODER_DISABLE_PORT_FORWARD",
        "CODER_BLOCK_FILEDL",
        "CODER_TLS_INSECURE_SKIP_VERIFY",
        "CODER_AUTOSTOP_DEFAULT_SCHEDULE",
        "CODER_MAX_WORKSPACE_AUTOSTOP_DURATION",
        "CODER_ALLOW_WORKSPACE_AUTOSTOP_CANCEL",
        "CODER_FAILED_JOB_CLEANUP_DURATION",
        "CODER_AUTO_IMPORT_TEMPLATES",
        "CODER_DATA",
        "coder_version",
        "CODER_EXTERNAL_AUTH_0_FOO",
        "CODER_",
        "CODER_X" * 200,
    ],
)
def test_where_nothing_is_close_nothing_is_suggested(name):
    assert find(name) is None


def test_many_names_cost_hardly_more_than_one(monkeypatch):
    """The names there are get ready once, and few of them are held against each wrong one."""
    readied, compared = [], []
    ready, ratio = SequenceMatcher.set_seq2, SequenceMatcher.ratio
    monkeypatch.setattr(SequenceMatcher, "set_seq2", lambda *a: (readied.append(a[1]), ready(*a)))
    monkeypatch.setattr(SequenceMatcher, "ratio", lambda *a: (compared.append(1), ratio(*a))[1])
    options = packaged().nearest("2.35.1").options.values()
    words = ("OIDC", "AUTH", "TOKEN", "RATE", "LIMIT", "SESSION", "MAILS", "EMAIL", "GROUP")
    strange = ["_".join(("CODER", *some)) for some in permutations(words, 3)]
    slips = [f"{spec.env}X" for spec in options if spec.env.startswith("CODER_")]
    spelling = Spelling(packaged(), options)
    found = [spelling.meant(name) for name in (*strange, *slips)]
    assert found[: len(strange)] == [None] * len(strange)
    assert all(found[len(strange) :])
    assert len(readied) == len(set(readied))
    assert len(compared) < 5 * len(found)


def test_names_of_coder_0_are_told_as_such():
    assert "0.x" in find("CODER_USER_WORKSPACE_QUOTA").note


@every_row(
    "name",
    [
        "CODER_EXTERNAL_AUTH_0_ID",
        "CODER_GITAUTH_12_SCOPES",
        "CODER_AI_GATEWAY_PROVIDER_0_KEY",
        "CODER_USERNAME",
        "CODER_FIRST_USER_EMAIL",
        "CODER_URL",
        "CODER_CONFIG_DIR",
        "CODER_TLS_REDIRECT_HTTP",
        "CODER_NO_VERSION_WARNING",
    ],
)
def test_what_something_else_reads_is_legal(name):
    assert is_legal(name, packaged().nearest("").facts)


@pytest.mark.parametrize("name", ["CODER_FIRST_USER_TRIAIL", "CODER_EXTERNAL_AUTH_A_ID", "CODER"])
def test_what_nobody_reads_is_not(name):
    assert not is_legal(name, packaged().nearest("").facts)


@every_row(
    ("name", "helper"),
    [
        ("CODER_VERSION", True),
        ("CODER_DB_PASSWORD", True),
        ("CODER_PG_PASSWORD", True),
        ("CODER_HTTP_PORT", True),
        ("CODER_WILDCARD_DOMAIN", True),
        ("CODER_HOST", True),
        ("CODER_HOST_PREFIX", False),
        ("CODER_PG_CONNECTION", False),
        ("CODER_VERSIONS", False),
    ],
)
def test_usual_helpers_are_known(name, helper):
    assert is_usual_helper(name) is helper
