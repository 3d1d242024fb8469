"""Whom the variables of a file are meant for."""

from confaudit.catalog.loader import packaged
from confaudit.core.coder.programs import Program
from confaudit.core.given import Channel, Form, Given, GivenState, Position
from confaudit.core.upgrade.audience import Audience
from tests.tables import every_row

AUDIENCE = Audience(packaged())


def of(names, channel=Channel.ENV):
    place = Position("coder.env", 1)
    return AUDIENCE.of(
        Given(channel, name, GivenState.LITERAL, place, Form.ENV_FILE, "x")
        for name in names.split()
    )


SERVER, PROXY, PROVISIONER = Program.SERVER, Program.WORKSPACE_PROXY, Program.PROVISIONER


@every_row(
    ("names", "program"),
    [
        # an option of the server that nothing else reads tells it, of whatever release
        ("CODER_ACCESS_URL", SERVER),
        ("CODER_ACCESS_URL CODER_API_TOKEN", SERVER),
        ("CODER_IN_MEMORY CODER_FOO", SERVER),
        ("HOMEBREW_CODER_ACCESS_URL", SERVER),
        ("WGTUNNEL_HOST", SERVER),
        ("CODER_EXTERNAL_AUTH_0_ID", SERVER),
        # and so does one with a slip of the pen
        ("CODER_ACESS_URL CODER_URL", SERVER),
        ("CODER_LOG_HUMAN", SERVER),
        # settings of other programs may have gone astray in its file
        ("CODER_OIDC_ISSUER_URL CODER_PROVISIONERD_TAGS", SERVER),
        ("CODER_ACCESS_URL CODER_URL CODER_PROVISIONERD_TAGS CODER_PROVISIONER_DAEMON_KEY", SERVER),
        ("CODER_PG_CONNECTION_URL CODER_PRIMARY_ACCESS_URL CODER_HTTP_ADDRESS", SERVER),
        ("CODER_OIDC_ISSUER_URL CODER_OIDC_CLIENT_ID CODER_AGENT_URL", SERVER),
        # what the server shares with others is its own
        ("CODER_VERBOSE", SERVER),
        ("CODER_PROVISIONER_DAEMON_PSK CODER_CACHE_DIRECTORY", SERVER),
        # other programs, with what they share with the server
        ("CODER_URL CODER_PROVISIONERD_TAGS CODER_PROVISIONER_DAEMON_PSK", PROVISIONER),
        ("CODER_PROVISIONER_DAEMON_NAME CODER_VERBOSE CODER_PROMETHEUS_ENABLE", PROVISIONER),
        ("CODER_PRIMARY_ACCESS_URL CODER_ACCESS_URL CODER_WILDCARD_ACCESS_URL", PROXY),
        ("CODER_PROXY_SESSION_TOKEN CODER_TLS_ENABLE CODER_DERP_SERVER_ENABLE", PROXY),
        ("CODER_URL CODER_AI_GATEWAY_KEY_FILE CODER_AI_GATEWAY_RATE_LIMIT", Program.AI_GATEWAY),
        ("CODER_AGENT_TOKEN CODER_AGENT_URL", Program.AGENT),
        ("CODER_AGENT_TOKEN CODER_INNER_IMAGE CODER_MEMORY", Program.ENVBOX),
        ("CODER_URL CODER_NAMESPACE", Program.LOGSTREAM),
        ("CODER_URL CODER_TOKEN CODER_ARTIFACTORY_URL", Program.XRAY),
        ("CODER_URL CODER_SESSION_TOKEN", Program.CLIENT),
        ("CODER_URL CODER_VERBOSE", Program.CLIENT),
        # some of the server's settings do nothing there, and are left in all the same
        (
            "CODER_URL CODER_PROVISIONERD_TAGS CODER_VERBOSE CODER_CACHE_DIRECTORY "
            "CODER_TELEMETRY_ENABLE CODER_LOGGING_HUMAN",
            PROVISIONER,
        ),
        ("CODER_PRIMARY_ACCESS_URL CODER_ACCESS_URL CODER_REDIRECT_TO_ACCESS_URL", PROXY),
        # other products
        ("CODER_API_URL CODER_API_TOKEN NEXT_PUBLIC_SITE", None),
        ("CODER_MODEL CODER_TEMPERATURE", None),
        ("CODER_MAX_TOKENS CODER_CONFIG CODER_LOG_LEVEL", None),
        ("CODER_CLOUD CODER_PORT CODER_VERSION", None),
        ("PATH CODER_START_ID", None),
        # where nothing looks like Coder's nothing tells of another
        ("PATH HOME", SERVER),
        ("", SERVER),
    ],
)
def test_the_names_of_variables_tell_whom_they_are_for(names, program):
    assert of(names) is program


def test_flags_and_yaml_are_the_servers():
    assert of("foo", Channel.FLAG) is SERVER
    assert of("foo.bar", Channel.YAML) is SERVER
