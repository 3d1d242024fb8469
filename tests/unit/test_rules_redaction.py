"""Operators' files hold secrets: after `redact_operator` none is left, and names and states are."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.given import Channel, Form, Given, GivenState, OperatorSettings, Position
from confaudit.core.secret import CONCEALED, PLACEHOLDER, REDACTED
from confaudit.core.snapshot.redact import redact_operator
from confaudit.operator_files import read_server_yaml
from tests.tables import every_row

SPECS = tuple(packaged().nearest("2.35.1").options.values())
SECRET = "planted-secret"


def given(name, value=None, *, channel=Channel.ENV, **more):
    return Given(channel, name, GivenState.LITERAL, Position("f", 1), Form.ENV_FILE, value, **more)


def clean(one):
    (found,) = redact_operator(OperatorSettings(given=(one,)), SPECS).given
    return found


@every_row(
    ("name", "value", "left"),
    [
        ("CODER_OIDC_CLIENT_SECRET", SECRET, REDACTED),
        ("CODER_OIDC_CLIENT_SECRET", "", ""),
        ("CODER_OIDC_CLIENT_SECRET", None, None),
        ("CODER_OIDC_CLIENT_SECRET", "xxx", PLACEHOLDER),
        ("CODER_OIDC_CLIENT_SECRET", "<your secret>", PLACEHOLDER),
        ("CODER_EXTERNAL_AUTH_0_CLIENT_SECRET", "CHANGE_ME", PLACEHOLDER),
        ("CODER_PG_CONNECTION_URL", "postgres://u:change-me@db/coder", PLACEHOLDER),
        ("CODER_PG_CONNECTION_URL", f"postgres://u:change-me-{SECRET}7@db/coder", REDACTED),
        ("CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS", f"{SECRET},b", REDACTED),
        ("CODER_PG_CONNECTION_URL", f"postgres://u:{SECRET}@db/coder", REDACTED),
        ("CODER_PG_CONNECTION_URL", f"postgres://u@db/c?password={SECRET}", REDACTED),
        ("CODER_PG_CONNECTION_URL", "postgres://u:@db/coder", CONCEALED),
        ("CODER_PG_CONNECTION_URL", "postgres:///coder?host=/run/postgresql", CONCEALED),
        ("CODER_EXTERNAL_AUTH_0_CLIENT_SECRET", SECRET, REDACTED),
        ("CODER_AI_GATEWAY_PROVIDER_0_KEY", SECRET, REDACTED),
        ("MY_DB_PASSWORD", SECRET, REDACTED),
        ("CODER_DISABLE_PASSWORD_AUTH", "true", "true"),
        ("CODER_DEFAULT_TOKEN_LIFETIME", "168h", "168h"),
        ("CODER_ACCESS_URL", f"https://u:{SECRET}@a.example.com", f"https://{REDACTED}@a.example.com"),
        ("CODER_OIDC_SIGN_IN_TEXT", f"token={SECRET}", f"token={REDACTED}"),
        ("CODER_SESSION_DURATION", "24h", "24h"),
    ],
)  # fmt: skip
def test_a_value_is_redacted_by_its_name_and_by_what_is_in_it(name, value, left):
    found = clean(given(name, value))
    assert (found.name, found.state, found.value) == (name, GivenState.LITERAL, left)
    assert SECRET not in str((found.value, found.structure, found.prefix))


def test_yaml_paths_and_flags_are_names_too():
    assert clean(given("retention.api_keys", "7d", channel=Channel.YAML)).value == "7d"
    assert clean(given("oidc-client-secret", SECRET, channel=Channel.FLAG)).value == REDACTED


def test_structures_are_redacted_inside():
    links = [{"name": "a", "target": f"https://u:{SECRET}@x"}]
    found = clean(given("supportLinks", channel=Channel.YAML, structure=links))
    assert SECRET not in str(found.structure)
    params = {"client_secret": SECRET, "access_type": "offline"}
    found = clean(given("oidc.authURLParams", channel=Channel.YAML, structure=params))
    assert found.structure["access_type"] == "offline"
    assert SECRET not in str(found.structure)


@pytest.mark.parametrize(
    ("name", "prefix", "left"),
    [
        ("CODER_ACCESS_URL", "https://ide.", "https://"),
        ("CODER_ACCESS_URL", f"https://user:{SECRET}", "https://"),
        ("CODER_WILDCARD_ACCESS_URL", "*.", "*."),
        ("CODER_OIDC_CLIENT_SECRET", SECRET, ""),
        ("CODER_PG_CONNECTION_URL", f"postgres://u:{SECRET}", ""),
    ],
)
def test_of_a_half_known_text_only_the_harmless_beginning_stays(name, prefix, left):
    assert clean(given(name, prefix=prefix)).prefix == left


def test_the_dotenv_beside_a_compose_file_is_redacted_as_well():
    operator = OperatorSettings(interpolation=(given("POSTGRES_PASSWORD", SECRET),))
    assert redact_operator(operator, SPECS).interpolation[0].value == REDACTED


def test_a_name_that_is_a_credential_goes_with_its_value():
    token = f"ghp_{'aB3' * 12}"
    operator = read_server_yaml(f"{token}:\n  accessURL: https://a.example\n", "server.yaml")
    (given,) = redact_operator(operator, ()).given
    assert (token in given.name, given.value) == (False, "https://a.example")
