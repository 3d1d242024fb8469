"""`confaudit lint` and `confaudit rules`: what is wrong today, and what can be."""

import json
import re
from pathlib import Path

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.rules import RULES
from confaudit.workflows.rules import rules_columns
from confaudit.workflows.versions import version_by_word
from tests.integration.written_values import UNRELATED, VALUES

SECRET = "planted-secret"
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture(autouse=True)
def folder(clean_folder):
    return clean_folder


@pytest.fixture
def lint(confaudit):
    def call(*arguments):
        code, out, err = confaudit("lint", *arguments, "-f", "json", "--exit-zero")
        assert code == 0, err
        return json.loads(out)

    return call


def rules(found):
    return {(one["rule"], one["subject"]) for one in found["findings"]}


def test_what_is_dead_or_wrong_today_is_found(folder, lint):
    (folder / "coder.env").write_text(
        "CODER_OIDC_ROLE_FIELD=groups\nCODER_SESSION_DURATION=8 hours\n"
        f"CODER_VERBOSE=true\nCODER_VERBOSE=false\nCODER_OIDC_CLIENT_SECRET={SECRET}\n"
        "CODER_EXTERNAL_AUTH_0_SCOPES=a,b\nCODER_EXTERNAL_AUTH_0_ID=x\n"
    )
    found = lint("coder.env", "--version", "2.34.5")
    assert found["kind"] == "lint"
    assert found["verdict"] == "Coder 2.34.5 will not start"
    assert rules(found) >= {
        ("option-unknown", "CODER_OIDC_ROLE_FIELD"),
        ("value-invalid", "session-duration"),
        ("duplicate-setting", "verbose"),
        ("option-deprecated", "verbose"),
        ("clear-text-secret", "coder.env"),
        ("external-auth-scopes-comma", "CODER_EXTERNAL_AUTH_0"),
    }


def test_an_unrelated_template_does_not_make_it_forget_the_charts_tls(folder, lint):
    (folder / "values.yaml").write_text(VALUES)
    plain = lint("values.yaml")
    (folder / "values.yaml").write_text(VALUES + UNRELATED)
    again = lint("values.yaml")
    assert plain["verdict"] == again["verdict"] == "1 thing to mend"
    assert plain["findings"] == again["findings"]


def test_the_options_of_the_findings_come_with_their_lives_and_go_nowhere(folder, lint):
    (folder / "coder.env").write_text("CODER_AIBRIDGE_ENABLED=true\nCODER_NOPE=1\n")
    lives = lint("coder.env", "--version", "2.34.5")["lives"]
    assert lives["options"].keys() == {"aibridge-enabled"}
    assert lives["here"] == "2.34.5"
    assert "target" not in lives


def test_nothing_of_an_upgrade_is_told(folder, lint):
    (folder / "coder.env").write_text("CODER_ACCESS_URL=https://coder.example.com\n")
    found = lint("coder.env", "--version", "2.34.5")
    assert found["findings"] == []
    assert found["verdict"] == "nothing to mend"


def test_the_version_decides_what_is_known(folder, lint):
    (folder / "coder.env").write_text("CODER_AI_GATEWAY_ENABLED=true\n")
    assert rules(lint("coder.env", "--version", "2.34.0")) == set()
    found = lint("coder.env", "--version", "2.33.0")
    assert rules(found) == {("option-not-yet", "ai-gateway-enabled")}


def test_an_empty_value_stops_the_server_from_2_34_on_only(folder, lint):
    (folder / "coder.env").write_text("CODER_SESSION_DURATION=\n")
    assert rules(lint("coder.env", "--version", "2.33.0")) == set()
    assert rules(lint("coder.env", "--version", "2.34.0")) == {
        ("empty-value-fatal", "session-duration")
    }


def test_the_version_is_read_from_the_file_or_said_to_be_missing(folder, lint):
    (folder / "a.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n"
        "    environment: {CODER_AI_GATEWAY_ENABLED: 'true'}\n"
    )
    found = lint("a.yaml")
    assert ("option-not-yet", "ai-gateway-enabled") in rules(found)
    assert "Held against Coder 2.33.0, which is what a.yaml says." in found["notes"]
    assert not any("Held" in note for note in lint("a.yaml", "--version", "2.34.0")["notes"])
    (folder / "coder.env").write_text("CODER_VERBOSE=true\n")
    assert any("newest release known" in note for note in lint("coder.env")["notes"])


@pytest.mark.parametrize(
    ("tag", "word", "told_by"),
    [
        (":2.30.x", "2.30", "2.30.x; newest known"),
        (":latest", "latest", "latest; newest known"),
        (":stable", "stable", "stable; newest known"),
        (":main", "latest", "main; newest known"),
        ("@sha256:" + "0" * 64, "latest", "nothing; newest known"),
        (":${TAG}", "latest", "${TAG}; newest known"),
    ],
)
def test_what_stands_in_the_place_of_a_release_is_told_with_what_it_is_taken_for(
    folder, lint, tag, word, told_by
):
    text = "services:\n  coder: {{image: '{}', environment: [CODER_VERBOSE=1]}}\n"
    (folder / "a.yaml").write_text(text.format(f"ghcr.io/coder/coder{tag}"))
    release = version_by_word(word, packaged().versions)
    found = lint("a.yaml")
    assert found["deployment"]["releases"] == [release]
    assert found["deployment"]["told_by"] == told_by
    said = told_by.partition(";")[0]
    start = "No file tells the release in use" if said == "nothing" else f"The files say {said}"
    basis = f"{start}: taken for {release}, the newest release known; --version says another."
    assert basis in found["notes"]
    asked = lint("a.yaml", "--version", "2.33.0")
    assert asked["deployment"]["told_by"].startswith("--version")
    assert not any("taken for" in note for note in asked["notes"])


def test_files_that_belong_together_are_read_together(folder, lint):
    (folder / "compose.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n"
        '    environment: {CODER_ACCESS_URL: "${CODER_ACCESS_URL}"}\n'
    )
    (folder / ".env").write_text("CODER_ACCESS_URL=http://a.example.com\nCODER_VERBOSE=true\n")
    assert rules(lint("compose.yaml", ".env")) == {("not-passed-on", "CODER_VERBOSE")}


@pytest.mark.parametrize(
    ("text", "arguments", "code"),
    [
        ("CODER_SESSION_DURATION=8 hours\n", [], 1),
        ("CODER_VERBOSE=1\nCODER_NOPE=1\n", [], 0),
        ("CODER_VERBOSE=1\nCODER_NOPE=1\n", ["--fail-on", "warning"], 1),
        ("CODER_SESSION_DURATION=8 hours\n", ["--exit-zero"], 0),
        ("CODER_VERBOSE=1\nCODER_NOPE=1\n", ["--exclude", "CODER_NOPE", "--exit-code"], 1),
    ],
)
def test_the_exit_code_follows_the_threshold(folder, confaudit, text, arguments, code):
    (folder / "coder.env").write_text(text)
    assert confaudit("lint", "coder.env", *arguments)[0] == code


def test_quiet_is_for_the_eye_alone(folder, confaudit):
    (folder / "coder.env").write_text("CODER_VERBOSE=1\nCODER_NOPE=1\n")
    code, out, _ = confaudit("lint", "coder.env", "-q", "-o", "whole.txt", "-f", "text")
    assert (code, len(out.splitlines())) == (0, 0)
    code, out, _ = confaudit(
        "lint", "coder.env", "-q", "-f", "text", "-o", "whole.txt", "-f", "text"
    )
    assert (code, len(out.splitlines())) == (0, 3)
    assert len((folder / "whole.txt").read_text().splitlines()) > 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no file to check"),
        (["nowhere.env"], "nowhere.env"),
        (["coder.env", "--version", "new"], "new is no version"),
    ],
)
def test_what_cannot_be_checked_ends_with_2(folder, confaudit, arguments, words):
    (folder / "coder.env").write_text("CODER_VERBOSE=true\n")
    code, out, err = confaudit("lint", *arguments)
    assert (code, out) == (2, "")
    assert words in err


# --- rules --------------------------------------------------------------------------------------


def test_every_rule_and_advisory_is_listed(confaudit):
    code, out, _ = confaudit("rules", "list", "-f", "json")
    told = {one["id"]: one["title"] for one in json.loads(out)}
    assert code == 0
    assert {*RULES, "email-verified-required"} <= told.keys()
    for form in ("text", "md"):
        listed = confaudit("rules", "list", "-f", form)[1].splitlines()
        rows = [line.strip("|").replace("`", "").split()[:1] for line in listed]
        assert [row[0] for row in rows[-len(told) :]] == [*told]
    assert max(map(len, rules_columns(RULES.values(), 80).splitlines())) <= 80


def test_a_rule_is_told_in_full(confaudit):
    code, out, _ = confaudit("rules", "show", "empty-value-fatal")
    rule = RULES["empty-value-fatal"]
    assert code == 0
    assert all(words in out for words in (rule.title, rule.why, rule.fix, rule.reference))


def test_an_unknown_rule_ends_with_2_and_the_nearest_one(confaudit):
    code, _, err = confaudit("rules", "show", "option-unknow")
    assert code == 2
    assert "did you mean option-unknown?" in err


OWN = """\
- id: our-proxy
  title: Our proxy
  effect: advice
  level: info
  versions: [2.30.0]
  message: Our proxy is missing.
  why: Every server is behind it.
  fix: [Name it.]
  when: {option: proxy-trusted-origins, is: empty}
"""
TESTS = """\
  tests:
    - {affects: yes}
    - {to: 2.0.0, affects: no}
    - {env: {CODER_PROXY_TRUSTED_ORIGINS: 10.0.0.0/8}, affects: ANSWER}
"""
PASSES, FAILS = TESTS.replace("ANSWER", "no"), TESTS.replace("ANSWER", "depends")
NO_RELEASE = "it is not of the form that is needed\nhint: needed: a release"


@pytest.mark.parametrize(
    ("tests", "code", "told"),
    [
        (PASSES, 0, "3 tests, 0 failed.\n"),
        (FAILS, 1, "our-proxy, test 3: no instead of depends.\n3 tests, 1 failed.\n"),
        ("", 0, "our-proxy has no tests.\n0 tests, 0 failed.\n"),
        (
            PASSES.replace("2.0.0", "latest"),
            2,
            f"coder-advisories.yaml, line 12, tests.to: {NO_RELEASE}",
        ),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_advisories_of_ones_own_are_tested(folder, confaudit, tests, code, told, named):
    (folder / "confaudit.yaml").write_text("")
    (folder / "coder-advisories.yaml").write_text(OWN + tests)
    found, out, err = confaudit("rules", "test", *(["coder-advisories.yaml"] if named else []))
    assert found == code
    assert told in out + err
    assert (err == "") is (code < 2)


def test_no_advisories_to_test_is_said(confaudit):
    code, out, err = confaudit("rules", "test")
    assert (code, out) == (3, "")
    assert "there is no coder-advisories.yaml beside confaudit.yaml" in err
    code, out, err = confaudit("rules", "test", "none.yaml")
    assert (code, out) == (2, "")
    assert "none.yaml cannot be read" in err


def test_what_a_start_would_refuse_is_told_with_its_place(folder, confaudit):
    key = "c2hvcnQta2V5LXRoYXQtbm9ib2R5LW1heS1zZWU="
    (folder / "coder.env").write_text(
        "CODER_SESSION_DURATION=8760h\n"
        f"CODER_EXTERNAL_TOKEN_ENCRYPTION_KEYS={key}\n"
        "CODER_PROXY_TRUSTED_ORIGINS=10.0.0.0/8, 192.168.0.1\n"
    )
    code, out, err = confaudit("lint", "coder.env", "--version", "2.35.1", "--fail-on", "error")
    assert (code, err) == (1, "")
    assert "Coder 2.35.1 will not start" in out
    for rule, line in (("lifetime", 1), ("encryption-key", 2), ("trusted-origins", 3)):
        assert re.search(rf"coder\.env:{line}:1  error  \S*{rule}  ", out)
    assert key not in out


def test_a_start_that_needs_what_lies_outside_is_nothing_to_mend(folder, lint):
    (folder / "coder.env").write_text("CODER_PG_CONNECTION_URL=postgres://db/coder\n")
    found = lint("coder.env", "--version", "2.35.1")
    assert found["verdict"] == "nothing to mend"
    [told] = found["findings"]
    assert (told["rule"], told["affects"]["answer"]) == ("start-postgres", "depends")


def test_a_file_without_a_setting_is_not_called_fine(folder, confaudit):
    (folder / "values.yaml").write_text("coder:\n  image: {tag: v2.34.5}\n")
    code, out, _ = confaudit("lint", "values.yaml")
    assert code == 0
    assert "Nothing of Coder's settings was read" in out
    assert confaudit("lint", "values.yaml", "--strict")[0] == 3
