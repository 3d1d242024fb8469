"""Families of numbered variables: how a release reads them, and what is wrong with the whole."""

import pytest

from confaudit.core.coder.releases import Version
from confaudit.core.given import Channel, Form, Given, GivenState, Position
from confaudit.core.model import MISSING
from confaudit.core.secret import secret
from confaudit.core.upgrade.families import Family, is_numbered, listed, read_variables
from confaudit.core.upgrade.family_faults import FAULTS, Fault
from confaudit.core.upgrade.known import Truth
from tests.tables import every_row

YES, NO, DEPENDS = Truth.YES, Truth.NO, Truth.DEPENDS
EXT, AI = Family.EXTERNAL_AUTH, Family.AI_PROVIDER
PLACES = [Position("coder.env", line) for line in range(1, 40)]


def given(*names, state=GivenState.LITERAL):
    """`NAME=value` each, on a line of its own; without `=` the value comes from a Secret."""
    pairs = [name.partition("=") for name in names]
    return [
        Given(
            Channel.ENV,
            name,
            state if sign else GivenState.REFERENCE,
            place,
            Form.ENV_FILE,
            value if sign else None,
        )
        for (name, sign, value), place in zip(pairs, PLACES, strict=False)
    ]


def members(family, version, *names, is_complete=True):
    return read_variables(family, given(*names), Version.parse(version), is_complete=is_complete)


GATEWAY, BRIDGE, CHAT = (
    "CODER_AI_GATEWAY_PROVIDER_",
    "CODER_AIBRIDGE_PROVIDER_",
    "CODER_AI_PROVIDER_",
)
OURS, OLD = "CODER_EXTERNAL_AUTH_", "CODER_GITAUTH_"


@every_row(
    ("family", "version", "prefixes"),
    [
        (EXT, "2.0.0", {OLD}),
        (EXT, "2.2.0", {OLD}),
        (EXT, "2.2.1", {OURS, OLD}),
        (EXT, "2.35.1", {OURS, OLD}),
        (AI, "2.22.1", set()),
        (AI, "2.23.0", {CHAT}),
        (AI, "2.24.0", set()),
        (AI, "2.32.10", set()),
        (AI, "2.33.0", {BRIDGE}),
        (AI, "2.34.0-rc.1", {BRIDGE, GATEWAY}),
        (AI, "2.37.9", {BRIDGE, GATEWAY}),
        (AI, "2.38.0", set()),
    ],
)
def test_a_release_reads_the_prefixes_it_knows(family, version, prefixes):
    names = [f"{prefix}0_TYPE=x" for prefix in (OURS, OLD, GATEWAY, BRIDGE, CHAT)]
    assert {one.prefix for one in members(family, version, *names).providers} == prefixes


@every_row(
    ("name", "labels", "unnumbered"),
    [
        ("0_ID", ["0"], False),
        ("10_ID", ["10"], False),
        ("00_ID", ["00"], False),
        ("+1_ID", ["+1"], False),
        ("0_", ["0"], False),
        ("0_two words", ["0"], False),
        ("-1_ID", [], True),
        ("0", [], True),
        ("", [], True),
        ("PROVIDERS", [], True),
        ("GITHUB_ID", [], True),
        ("1A_ID", [], True),
        ("²_ID", [], True),
        ("9223372036854775807_ID", ["9223372036854775807"], False),
        ("9223372036854775808_ID", [], True),
        ("1" * 5000 + "_ID", [], True),
    ],
)
@every_row("value", ["=", "=x", ""])
def test_a_name_needs_a_number_and_more(name, labels, unnumbered, value):
    found = members(EXT, "2.35.1", f"{OURS}{name}{value}")
    assert [one.label for one in found.providers] == [f"{OURS}{label}" for label in labels]
    assert [one.name for one in found.unnumbered] == [f"{OURS}{name}"] * unnumbered


def test_one_number_is_one_member_and_numbers_are_in_order():
    names = ["10_ID=b", "2_ID=a", "02_TYPE=github", "2_SCOPES= repo  workflow ", "2_ID=last"]
    first, second = members(EXT, "2.35.1", *(f"{OURS}{name}" for name in names)).providers
    assert (first.number, second.number) == ("2", "10")
    assert first.field("ID").value == "last"
    assert first.field("TYPE").value == "github"
    assert first.field("SCOPES").value == ["repo", "workflow"]


@pytest.mark.parametrize(
    ("text", "keys"),
    [("a", ["a"]), (" a , b ", ["a", "b"]), ("a,,b", ["a", "", "b"]), ("", [""])],
)
def test_keys_are_separated_by_commas(text, keys):
    [one] = members(AI, "2.35.1", f"{GATEWAY}0_KEYS={text}").providers
    assert one.field("KEYS").value == keys


@pytest.mark.parametrize("text", ["REDACTED", "CONCEALED", "<placeholder>"])
def test_of_a_secret_that_was_removed_only_that_it_is_set_is_known(text):
    [one] = members(AI, "2.35.1", f"{GATEWAY}0_KEY={text}").providers
    assert one.field("KEY").value == secret(True)


NAMES = [
    # fields of one member, complete, its name, whether it may be another
    (["ID=git", "TYPE=gitlab"], True, "git", False),
    (["TYPE=gitlab"], True, "gitlab", False),
    (["ID=", "TYPE=gitlab"], False, "gitlab", False),
    (["TYPE=bitbucket"], True, "bitbucket", False),
    (["CLIENT_ID=x"], True, "", False),
    (["TYPE=gitlab"], False, "gitlab", True),
    (["ID", "TYPE=gitlab"], True, MISSING, False),
    (["TYPE"], True, MISSING, False),
]


@every_row(("fields", "is_complete", "name", "presumed"), NAMES)
def test_the_type_is_the_name_where_none_is_given(fields, is_complete, name, presumed):
    names = [f"{OURS}0_{field}" for field in fields]
    [one] = members(EXT, "2.35.1", *names, is_complete=is_complete).providers
    assert one.name.value == name
    assert one.name.is_presumed is presumed


def test_members_of_yaml_are_named_after_their_list():
    [listing] = given("externalAuthProviders=")
    [one] = listed(EXT, [{"type": "gitlab", "device_flow": True}, "nonsense"], [listing])
    assert one.label == "externalAuthProviders.0"
    assert one.field("DEVICE_FLOW").value is True
    assert one.field("TYPE").positions == (PLACES[0],)
    assert one.name.value == "gitlab"
    assert one.field("TYPE").because == "externalAuthProviders.0.type is set"
    assert one.field("CLIENT_ID").is_set is NO
    assert one.field("CLIENT_ID").because == "externalAuthProviders.0.client_id is not set"


def test_no_value_of_a_templated_list_is_known():
    listing = Given(Channel.YAML, "externalAuthProviders", GivenState.LITERAL, PLACES[0], Form.TEXT)
    [one] = listed(EXT, [{"type": "{{ .kind }}"}], [listing])
    assert one.field("TYPE").value is MISSING


@every_row(
    ("name", "expected"),
    [
        ("CODER_EXTERNAL_AUTH_0_ID", True),
        ("CODER_AI_PROVIDER_0_TYPE", True),
        ("CODER_EXTERNAL_AUTH_12_MCP_TOOL_DENY_REGEX", True),
        ("CODER_GITAUTH_0_NO_REFRESH", True),
        ("CODER_EXTERNAL_AUTH_0_CLIENTID", False),
        ("CODER_GITAUTH_0_CLIENT_ID_FILE", False),
        ("CODER_EXTERNAL_AUTH_GITHUB_ID", False),
        ("CODER_TLS_0_ID", False),
    ],
)
def test_a_field_of_a_member_is_told_by_its_name(name, expected):
    assert is_numbered(name) is expected


# --- the whole ----------------------------------------------------------------------------------


def auth(*numbers, prefix=OURS):
    return [f"{prefix}{number}_ID=id{prefix}{number}" for number in numbers]


SKIPPED, DOUBLED, MIXED = Fault.SKIPPED_NUMBER, Fault.DOUBLED_NAME, Fault.MIXED_PREFIXES
WHOLE = [
    # fault, family, release, variables, complete, whether it is so
    (SKIPPED, EXT, "2.35.1", [], True, NO),
    (SKIPPED, EXT, "2.35.1", auth(0), True, NO),
    (SKIPPED, EXT, "2.35.1", auth(1), True, YES),
    (SKIPPED, EXT, "2.35.1", auth(1), False, DEPENDS),
    (SKIPPED, EXT, "2.35.1", auth(0, 2), True, YES),
    (SKIPPED, EXT, "2.35.1", auth(2, 0, 1), True, NO),
    (SKIPPED, EXT, "2.35.1", auth(0) + auth(0, 1, prefix=OLD), True, NO),
    (SKIPPED, EXT, "2.35.1", auth(0) + auth(1, prefix=OLD), True, YES),
    (SKIPPED, EXT, "2.2.0", auth(5), True, NO),
    (SKIPPED, EXT, "2.35.1", auth(*range(12)), True, NO),
    (SKIPPED, EXT, "2.34.5", auth(*range(10)), True, NO),
    (SKIPPED, EXT, "2.34.5", auth(*range(11)), True, YES),
    (SKIPPED, EXT, "2.34.5", auth(*range(11)), False, YES),
    (SKIPPED, EXT, "2.34.5", auth(*(f"{n:02}" for n in range(12))), True, NO),
    (SKIPPED, AI, "2.33.0", auth(*range(11), prefix=BRIDGE), True, NO),
    (SKIPPED, AI, "2.33.0", auth(1, prefix=BRIDGE), True, YES),
    (SKIPPED, AI, "2.33.0", auth(1, prefix=GATEWAY), True, NO),
    (SKIPPED, AI, "2.23.0", auth(*range(11), prefix=CHAT), True, YES),
    (SKIPPED, AI, "2.24.0", auth(7, prefix=CHAT), True, NO),
    (DOUBLED, EXT, "2.35.1", [], True, NO),
    (DOUBLED, EXT, "2.35.1", auth(0, 1), True, NO),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID=a", f"{OURS}1_ID=a"], True, YES),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID=a", f"{OLD}0_ID=a"], True, YES),
    (DOUBLED, EXT, "2.2.0", [f"{OURS}0_ID=a", f"{OLD}0_ID=a"], True, NO),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID=a", f"{OURS}1_ID=A"], True, NO),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_TYPE=a", f"{OURS}1_TYPE=a"], True, YES),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_TYPE=a", f"{OURS}1_TYPE=a"], False, DEPENDS),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID=a", f"{OURS}1_TYPE=a"], True, YES),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_TYPE=bitbucket", f"{OURS}1_TYPE=bitbucket-cloud"], True,
     NO),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID=a", f"{OURS}1_ID"], True, DEPENDS),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_ID"], True, NO),
    (DOUBLED, EXT, "2.35.1", [f"{OURS}0_X=", f"{OURS}1_X="], True, NO),
    (DOUBLED, AI, "2.35.1", [f"{GATEWAY}0_TYPE=openai", f"{GATEWAY}1_TYPE=openai"], True, YES),
    (DOUBLED, AI, "2.35.1",
     [f"{GATEWAY}0_TYPE=openai", f"{GATEWAY}1_TYPE=openai", f"{GATEWAY}1_NAME=b"], True, NO),
    (MIXED, AI, "2.35.1", [f"{GATEWAY}0_TYPE=a", f"{BRIDGE}0_TYPE=b"], True, YES),
    (MIXED, AI, "2.35.1", [f"{GATEWAY}0_TYPE=a", f"{GATEWAY}1_TYPE=b"], True, NO),
    (MIXED, AI, "2.33.0", [f"{GATEWAY}0_TYPE=a", f"{BRIDGE}0_TYPE=b"], True, NO),
    (MIXED, AI, "2.35.1", [], True, NO),
]  # fmt: skip


@every_row(("fault", "family", "version", "names", "is_complete", "expected"), WHOLE)
def test_a_fault_of_the_whole(fault, family, version, names, is_complete, expected):
    found = FAULTS[fault](members(family, version, *names, is_complete=is_complete))
    assert found.verdict is expected
    assert bool(found.positions) == (expected is not NO)


def test_every_fault_is_tried():
    assert {row[0] for row in WHOLE} == set(Fault) == set(FAULTS)


def test_reasons_name_the_members_and_never_a_value():
    found = FAULTS[DOUBLED](members(EXT, "2.35.1", f"{OURS}0_ID=own", f"{OURS}1_ID=own"))
    assert found.because == "CODER_EXTERNAL_AUTH_0 and CODER_EXTERNAL_AUTH_1 have one ID"
    found = FAULTS[SKIPPED](members(EXT, "2.34.5", *auth(*range(11))))
    assert found.because == "CODER_EXTERNAL_AUTH_10 comes where CODER_EXTERNAL_AUTH_1 is due"
    found = FAULTS[MIXED](members(AI, "2.35.1", f"{GATEWAY}0_TYPE=own", f"{BRIDGE}0_TYPE=own"))
    assert found.because == "CODER_AI_GATEWAY_PROVIDER_0 and CODER_AIBRIDGE_PROVIDER_0 are given"
