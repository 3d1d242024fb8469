"""Two names of one option that are both set: which of them counts, and what is to be done."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.audit import audit
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.model import MISSING
from confaudit.core.upgrade.situate import situation_of
from confaudit.operator_files import merge, read_server_yaml
from tests.tables import every_row
from tests.unit.deployments import env as env_file
from tests.unit.deployments import known

NEW, OLD = "CODER_AI_GATEWAY_ENABLED", "CODER_AIBRIDGE_ENABLED"
MAIL, OLD_MAIL = "CODER_EMAIL_FROM", "CODER_NOTIFICATIONS_EMAIL_FROM"
TELEMETRY, OLD_TELEMETRY = "CODER_TELEMETRY_ENABLE", "CODER_TELEMETRY"


def audited(env, yaml="", source="2.35.1", target=""):
    catalog, checks = packaged(), asked_in_clear(known())
    parts = [env_file(env)]
    parts += [read_server_yaml(yaml, "coder.yaml")] if yaml else []
    old, new = catalog.lend(source), catalog.lend(target or source)
    return audit(situation_of(None, old, new, merge(*parts), catalog, checks=checks), known())


def of(rule, findings):
    return [one for one in findings if one.rule.id == rule]


CONTRADICT = [
    # environment, YAML, release, the name that counts, its value, what is to be done
    (f"{OLD}=false; {NEW}=true", "", "2.35.1", NEW, True, f"Delete {OLD}; it does nothing."),
    (f"{NEW}=true; {OLD}=false", "", "2.34.0", NEW, True, f"Delete {OLD}; it does nothing."),
    (f"{MAIL}=a@x; {OLD_MAIL}=b@x", "", "2.35.1", OLD_MAIL, "b@x",
     f"Set {MAIL} to what is meant, and delete {OLD_MAIL}, which is what counts today."),
    (f"{OLD_MAIL}=b@x; {MAIL}=a@x", "", "2.18.0", OLD_MAIL, "b@x",
     f"Set {MAIL} to what is meant, and delete {OLD_MAIL}, which is what counts today."),
    (f"{OLD_TELEMETRY}=true; {TELEMETRY}=false", "", "2.33.0", TELEMETRY, False,
     f"Delete {OLD_TELEMETRY}; it does nothing."),
    (f"{OLD}=true", "ai_gateway: {enabled: false}", "2.35.1", "ai_gateway.enabled", False,
     f"Delete {OLD}; it does nothing."),
    (f"{NEW}=true", "aibridge: {enabled: false}", "2.35.1", "aibridge.enabled", False,
     f"Set {NEW} to what is meant, and delete aibridge.enabled, which is what counts today."),
    ("CODER_AIBRIDGE_RATE_LIMIT=5; CODER_AI_GATEWAY_RATE_LIMIT=9", "", "2.35.1",
     "CODER_AI_GATEWAY_RATE_LIMIT", 9, "Delete CODER_AIBRIDGE_RATE_LIMIT; it does nothing."),
]  # fmt: skip


@every_row(("env", "yaml", "release", "counts", "value", "step"), CONTRADICT)
def test_what_counts_of_two_names_is_what_the_release_reads_last(
    env, yaml, release, counts, value, step
):
    findings = audited(env, yaml, release)
    (finding,) = of("two-names", findings)
    assert finding.message.endswith(f"and {counts} counts.")
    assert (finding.after, finding.affects, finding.steps) == (value, "yes", (step,))
    assert len(finding.positions) == 2
    assert not any("Rename" in one for found in findings for one in found.steps)


SAME = [
    f"{OLD}=true; {NEW}=1",
    f"{OLD_MAIL}=a@x; {MAIL}=a@x",
    f"{TELEMETRY}=false; {OLD_TELEMETRY}=0",
]


@pytest.mark.parametrize("env", SAME)
def test_an_old_name_that_says_the_same_is_only_to_be_deleted(env):
    findings = audited(env)
    assert not of("two-names", findings)
    (old,) = of("option-renamed", findings)
    assert old.steps[0].startswith("Delete ")
    assert old.steps[0].endswith(" says the same.")


def test_items_of_two_names_of_a_list_are_joined():
    prefixes = ("CODER_AIBRIDGE", "CODER_AI_GATEWAY")
    names = [f"{prefix}_PROXY_ALLOWED_PRIVATE_CIDRS" for prefix in prefixes]
    findings = audited("; ".join(f"{name}=10.{n}.0.0/16" for n, name in enumerate(names)))
    (finding,) = of("two-names", findings)
    assert finding.message.endswith("and their items are joined.")
    assert finding.steps == (f"Write all items in {names[1]}, and delete {names[0]}.",)


def test_of_two_secrets_nobody_tells_whether_they_are_the_same():
    env = "CODER_AIBRIDGE_OPENAI_KEY=sk-one-1; CODER_AI_GATEWAY_OPENAI_KEY=sk-two-2"
    (finding,) = of("two-names", audited(env))
    assert (finding.affects, finding.before, finding.after) == ("depends", MISSING, MISSING)
    assert "sk-" not in repr(finding)


def test_a_new_name_that_the_release_in_use_does_not_read_comes_to_life():
    both = f"{OLD}=false; {NEW}=true"
    today = audited(both, source="2.33.0")
    assert not of("two-names", today)
    assert of("option-not-yet", today)
    (moves,) = of("setting-takes-effect", audited(both, source="2.33.0", target="2.35.1"))
    assert moves.message.endswith("Coder 2.33.0 ignores it and 2.35.1 obeys: false → true.")
    assert moves.message.startswith(f"{NEW} is set")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CODER_GITAUTH_", "CODER_EXTERNAL_AUTH_"),
        ("CODER_AIBRIDGE_PROVIDER_", "CODER_AI_GATEWAY_PROVIDER_"),
    ],
)
def test_numbers_under_both_prefixes_of_a_family_are_not_to_be_renamed(old, new):
    (alone,) = of("legacy-prefix", audited(f"{old}0_TYPE=github"))
    assert alone.steps[0].startswith("Rename ")
    (both,) = of("legacy-prefix", audited(f"{old}0_TYPE=github; {new}0_TYPE=openai"))
    assert "Both are in use" in both.message
    assert both.steps[0].startswith(f"Delete {old}<N>_… where ")


def test_what_is_to_go_is_not_to_be_renamed():
    env = "CODER_AIBRIDGE_OPENAI_BASE_URL=https://a.example.com; CODER_AIBRIDGE_ENABLED=true"
    renamed = of("option-renamed", audited(env, source="2.35.1", target="2.38.0"))
    assert [one.subject for one in renamed] == ["aibridge-enabled"]
