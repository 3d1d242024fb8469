"""What Coder checks beyond types: when options are read, and of values once it starts."""

from confaudit.catalog.loader import packaged
from confaudit.core.coder import checks
from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.notations import NOTATIONS
from confaudit.core.coder.startup import Assignment, Start
from confaudit.core.given import Channel
from confaudit.core.model import MISSING
from tests.tables import every_row


@every_row(
    ("check", "value", "accepted"),
    [
        (checks.positive, 1, True),
        (checks.positive, 0, False),
        (checks.positive, -1, False),
        (checks.percent, 1, True),
        (checks.percent, 100, True),
        (checks.percent, 0, False),
        (checks.percent, 101, False),
        (checks.provisioner_types, ["terraform", "echo"], True),
        (checks.provisioner_types, [], True),
        (checks.provisioner_types, ["Terraform"], False),
        (checks.provisioner_types, ["terraform", " echo"], False),
        (checks.aggregation_labels, ["username", "agent_name"], True),
        (checks.aggregation_labels, ["agent"], False),
        (checks.wildcard_host, "", True),
        (checks.wildcard_host, "*.example.com", True),
        (checks.wildcard_host, "*--prod.Example.com:8443", True),
        (checks.wildcard_host, "https://*.example.com", False),
        (checks.wildcard_host, "example.com", False),
        (checks.wildcard_host, "*", False),
        (checks.wildcard_host, "*.*.example.com", False),
        (checks.wildcard_host, "*.example.com.", False),
        (checks.wildcard_host, "*.exa_mple.com", False),
        (checks.wildcard_host, "*-.example.com", False),
    ],
)
def test_what_is_checked_when_options_are_read(check, value, accepted):
    try:
        check(value)
    except RefusedError:
        assert not accepted
    else:
        assert accepted


def env(name, text):
    return Assignment(Channel.ENV, name, text=text)


def seen(name, value):
    """What a snapshot shows to be set by environment."""
    return Assignment(Channel.ENV, name, value=value)


def yaml(path, text):
    return Assignment(Channel.YAML, path, text=text)


@every_row(
    ("version", "said", "refused"),
    [
        ("2.35.1", env("CODER_PG_CONN_MAX_OPEN", "0"), True),
        ("2.35.1", env("CODER_PG_CONN_MAX_OPEN", "1"), False),
        ("2.35.1", Assignment(Channel.FLAG, "postgres-conn-max-open", text="0"), True),
        ("2.35.1", yaml("pgConnMaxOpen", "0"), False),
        ("2.29.5", env("CODER_PG_CONN_MAX_OPEN", "0"), False),
        ("2.35.1", env("CODER_AIBRIDGE_CIRCUIT_BREAKER_MAX_REQUESTS", "101"), True),
        ("2.35.1", env("CODER_AI_GATEWAY_CIRCUIT_BREAKER_FAILURE_THRESHOLD", "0"), True),
        ("2.35.1", env("CODER_AIBRIDGE_CIRCUIT_BREAKER_MAX_REQUESTS", "100"), False),
        ("2.35.1", env("CODER_PROVISIONER_TYPES", "docker"), True),
        ("2.35.1", env("CODER_PROVISIONER_TYPES", "terraform,echo"), False),
        ("2.35.1", yaml("provisioning.daemonTypes", "docker"), False),
        ("2.10.3", env("CODER_PROVISIONER_TYPES", "docker"), False),
        ("2.10.3", env("CODER_PROMETHEUS_AGGREGATE_AGENT_STATS_BY", "agent"), True),
        ("2.35.1", env("CODER_WILDCARD_ACCESS_URL", "apps.example.com"), True),
        ("2.35.1", seen("CODER_WILDCARD_ACCESS_URL", "apps.example.com"), True),
        ("2.35.1", seen("CODER_WILDCARD_ACCESS_URL", MISSING), False),
        ("2.35.1", yaml("networking.wildcardAccessURL", "apps.example.com"), False),
        ("2.6.0", env("CODER_WILDCARD_ACCESS_URL", "apps.example.com"), False),
    ],
)
def test_flags_and_variables_are_guarded_and_yaml_is_not(version, said, refused):
    release = packaged().release(version)
    start = Start(release, release.options.values(), [said])
    assert bool(start.errors) is refused


KEY = "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE="

TEXTS = [
    ("cidr", "10.0.0.0/8", True),
    ("cidr", "10.1.2.3/8", True),
    ("cidr", "fd00::/8", True),
    ("cidr", "::ffff:1.2.3.4/96", True),
    ("cidr", "10.0.0.1", False),
    ("cidr", " 10.0.0.0/8", False),
    ("cidr", "10.0.0.0/33", False),
    ("cidr", "10.0.0.0/+8", False),
    ("cidr", "10.0.0/8", False),
    ("cidr", "010.0.0.0/8", False),
    ("cidr", "fe80::1%eth0/64", False),
    ("cidr", "10.0.0.0/255.0.0.0", False),
    ("cidr", "", False),
    ("cidr", 10, False),
    ("cipher-suite", "TLS_AES_128_GCM_SHA256", True),
    ("cipher-suite", "tls_ecdhe_rsa_with_aes_128_cbc_sha256", True),
    ("cipher-suite", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", True),
    ("cipher-suite", "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", False),
    ("cipher-suite", "ECDHE-RSA-AES128-GCM-SHA256", False),
    ("cipher-suite", " TLS_AES_128_GCM_SHA256", False),
    ("encryption-key", KEY, True),
    ("encryption-key", f"{KEY[:20]}\n{KEY[20:]}\n", True),
    ("encryption-key", KEY.rstrip("="), False),
    ("encryption-key", "c2hvcnQ=", False),
    ("encryption-key", "_" * 42 + "8=", False),
    ("encryption-key", "", False),
    ("go-bool", "true", True),
    ("go-bool", "T", True),
    ("go-bool", "yes", False),
    ("go-bool", "", False),
    ("go-regexp", ".*", True),
    ("go-regexp", "", True),
    ("go-regexp", "*", False),
    ("go-regexp", "(?=a)", False),
    ("go-regexp", r"[\w-.]+", True),
    ("go-regexp", r"\pL{1000}", None),
    ("listen-address", "0.0.0.0:3000", True),
    ("listen-address", ":3000", True),
    ("listen-address", ":", True),
    ("listen-address", "[::1]:65535", True),
    ("listen-address", "localhost:https", True),
    ("listen-address", "localhost:coder", None),
    ("listen-address", "localhost:x11", None),
    ("listen-address", "0.0.0.0:+80", True),
    ("listen-address", "0.0.0.0:80a", False),
    ("listen-address", "0.0.0.0:0x50", False),
    ("listen-address", "0.0.0.0:80 80", False),
    ("listen-address", "0.0.0.0:8080 ", False),
    ("listen-address", "0.0.0.0:coder ", False),
    ("listen-address", "0.0.0.0:65536", False),
    ("listen-address", "0.0.0.0:-1", False),
    ("listen-address", "10.0.0.1", False),
    ("listen-address", "::1:80", False),
    ("listen-address", "", False),
    ("stun-addresses", ["stun.example.com:3478"], True),
    ("stun-addresses", [], True),
    ("stun-addresses", ["disable", "nonsense"], True),
    ("stun-addresses", ["stun.example.com:3478", "nonsense"], False),
    ("stun-addresses", ["stun.example.com:stun"], False),
    ("stun-addresses", ["stun.example.com:"], False),
    ("stun-addresses", [" disable"], False),
    ("url", "https://example.com:8443/x", True),
    ("url", "https://example.com:abc", False),
    ("wildcard-host", "*.example.com", True),
    ("wildcard-host", "example.com", False),
]


@every_row(("name", "value", "expected"), TEXTS)
def test_notations(name, value, expected):
    assert NOTATIONS[name](value) is expected


def test_every_notation_takes_some_values_and_not_others():
    for name in NOTATIONS:
        assert {True, False} <= {row[2] for row in TEXTS if row[0] == name}, name
