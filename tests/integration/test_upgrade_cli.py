"""`confaudit upgrade`: versions, sources, filters, formats and exit codes, in process."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from confaudit.catalog.loader import packaged
from confaudit.cli.main import run
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.model import ValueSource
from confaudit.core.report.kinds import ReportKind
from confaudit.core.snapshot.canonical import encode
from confaudit.render import formats_of
from confaudit.render.saved import load
from tests.integration.written_values import UNRELATED, VALUES
from tests.unit.headlines import carded, headlined

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
SECRET = "planted-secret"
ENV = f"""\
CODER_ACCESS_URL=https://coder.example.com
CODER_HTTP_ADDRESS=
CODER_AIBRIDGE_ENABLED=true
CODER_OIDC_CLIENT_SECRET={SECRET}
CODER_NOPE=1
"""


@pytest.fixture(autouse=True)
def folder(clean_folder):
    (clean_folder / "coder.env").write_text(ENV)
    (clean_folder / "plain.env").write_text("CODER_ACCESS_URL=http://coder.example.com\n")
    return clean_folder


@pytest.fixture
def upgrade(capsys):
    def call(*arguments):
        code = run(["upgrade", *arguments])
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        return code, out, err

    return call


@pytest.fixture
def report(upgrade):
    def call(*arguments):
        code, out, err = upgrade(*arguments, "-f", "json", "--exit-zero")
        assert code == 0, err
        return json.loads(out)

    return call


def payload(version, **settings):
    """A server's answer with these options set by environment."""
    snapshot = default_snapshot(packaged().nearest(version))
    options = []
    for key, spec in snapshot.declared.items():
        setting = snapshot.settings[key]
        given = key.replace("-", "_") in settings
        value = settings[key.replace("-", "_")] if given else setting.value
        source = ValueSource.ENV if given else setting.source
        options.append(
            {
                "name": spec.name, "flag": spec.flag, "env": spec.env, "value": value,
                "default": spec.default or "", "value_source": str(source),
            }
        )  # fmt: skip
    return json.dumps({"config": {}, "options": options})


def rules(found):
    return {(one["rule"], one["subject"]) for one in found["findings"]}


# --- what it is given ---------------------------------------------------------------------------


def test_files_alone_are_enough(report):
    found = report("--from", "2.33.11", "--to", "2.34.5", "--env-file", "coder.env")
    assert found["kind"] == "upgrade"
    assert found["verdict"] == "will not start"
    assert ("no-http-address", "http-address") in rules(found)
    assert ("option-unknown", "CODER_NOPE") in rules(found)
    assert found["prediction"]["starts"] is True, "the option code accepts an empty address"
    assert found["prediction"]["changed"]["http-address"] == {
        "before": "127.0.0.1:3000",
        "after": "",
    }
    assert found["prediction"]["ignored_env"] == ["CODER_NOPE"]


def test_an_unrelated_template_does_not_make_it_forget_the_charts_tls(folder, report):
    (folder / "values.yaml").write_text(VALUES)
    plain = report("-i", "values.yaml", "--from", "2.33.0", "--to", "2.34.0")
    (folder / "values.yaml").write_text(VALUES + UNRELATED)
    again = report("-i", "values.yaml", "--from", "2.33.0", "--to", "2.34.0")
    assert plain["verdict"] == again["verdict"] == "starts, 2 behaviours change"
    assert plain["findings"] == again["findings"]


def test_a_snapshot_alone_is_enough(folder, report):
    (folder / "before.json").write_text(payload("2.33.11", aibridge_enabled=True))
    found = report("before.json", "--from", "2.33.11", "--to", "2.34.5")
    assert ("option-renamed", "aibridge-enabled") in rules(found)
    assert any("cannot be seen in a snapshot" in note for note in found["notes"])


def test_the_server_yaml_is_read_as_such(folder, report):
    (folder / "x").write_text("aibridge: {openai_key: x}\n")
    found = report("--from", "2.29.5", "--to", "2.30.0", "--config-file", "x")
    assert ("name-refused", "aibridge-openai-key") in rules(found)
    assert found["prediction"]["errors"][0]["input"] == "aibridge.openai_key"


def test_what_a_file_is_can_be_said(folder, report):
    (folder / "mine.txt").write_text("CODER_ACCESS_URL=https://x.example.com\nCODER_NOPE=1\n")
    found = report("--from", "2.33.0", "--to", "2.34.5", "-i", "mine.txt", "--form", "env-file")
    assert ("option-unknown", "CODER_NOPE") in rules(found)


def test_the_last_snapshot_is_taken_where_nothing_is_named(folder, upgrade):
    code, _, err = upgrade("--to", "2.34.5")
    assert code == 3
    assert "deployment" in err


def test_a_stored_snapshot_tells_its_version(folder, report):
    snapshot = default_snapshot(packaged().nearest("2.33.11"))
    (folder / "stored").mkdir()
    for name, text in encode(snapshot).items():
        (folder / "stored" / name).write_text(text)
    found = report("stored", "--to", "2.34.5")
    assert found["before"]["version"] == "2.33.11"
    assert not any("assumed" in note for note in found["notes"])


# --- versions -----------------------------------------------------------------------------------


def test_the_version_is_read_from_the_files(folder, report):
    (folder / "compose.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n"
        "    environment: {CODER_ACCESS_URL: 'http://a.example.com'}\n"
    )
    found = report("--to", "2.34.5", "-i", "compose.yaml")
    assert found["before"]["version"] == "2.33.0"
    assert not any("assumed" in note for note in found["notes"])


def test_a_version_that_only_from_tells_is_shown_as_assumed(report):
    notes = report("--from", "2.33.0", "--to", "2.34.5", "--env-file", "plain.env")["notes"]
    assert any(note.startswith("2.33.0 is assumed") for note in notes)


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["--to", "2.34.5"], "nothing tells which release runs now", "--from"),
        (["--from", "now", "--to", "2.34.5"], "now is no version", "2.34.5"),
        (["--from", "\x1b[31m", "--to", "2.34.5"], r"\x1b[31m is no version", "2.34.5"),
    ],
)
def test_an_unusable_version_ends_with_2_and_a_way_out(upgrade, arguments, message, hint):
    code, out, err = upgrade(*arguments, "--env-file", "plain.env")
    assert (code, out) == (2, "")
    assert message in err
    assert hint in err


def test_a_saved_answer_that_tells_no_version_asks_for_one(upgrade, tmp_path):
    saved = tmp_path / "answer.json"
    saved.write_text(
        '{"config": {"verbose": true}, "options": [{"flag": "verbose"}]}', encoding="utf-8"
    )
    code, out, err = upgrade(str(saved), "--to", "2.34.5")
    assert (code, out) == (2, "")
    assert "nothing tells which release runs now" in err
    assert "--from" in err


def test_an_unknown_source_goes_by_the_nearest_release(report):
    found = report("--from", "2.33.99", "--to", "2.34.5", "--env-file", "plain.env")
    assert found["before"]["version"] == "2.33.99"
    assert any("not in the catalogue" in note for note in found["notes"])
    assert "aibridge-enabled" in found["prediction"]["changed"]


@pytest.mark.parametrize("target", ["2.34.0-devel+abc123", "v2.34.0-rc.1"])
def test_a_build_between_releases_goes_by_its_number(report, target):
    found = report("--from", "2.33.0", "--to", target, "--env-file", "plain.env")
    assert found["after"]["version"] == target.removeprefix("v")
    assert any("the facts of 2.34.0 stand for it" in note for note in found["notes"])
    assert ("ai-gateway-on", "ai-gateway-enabled") in rules(found)


def test_a_downgrade_is_audited_and_said_so(report):
    found = report("--from", "2.35.1", "--to", "2.34.5", "--env-file", "plain.env")
    assert found["verdict"].startswith("may not start")
    assert ("downgrade", "version") in rules(found)


def test_a_source_newer_than_the_catalogue_is_a_downgrade_and_nothing_is_invented(report):
    found = report("--from", "2.99.0", "--to", "2.35.1", "--env-file", "plain.env")
    assert rules(found) == {("downgrade", "version")}
    assert any("newer than the catalogue" in note for note in found["notes"])
    assert found["prediction"]["changed"].keys() <= {"docs-url"}


def test_an_input_of_another_version_is_told(folder, report):
    (folder / "compose.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.33.0\n"
        "    environment: {CODER_ACCESS_URL: 'http://a.example.com'}\n"
    )
    notes = report("--from", "2.32.0", "--to", "2.34.5", "-i", "compose.yaml")["notes"]
    assert any("An input is of Coder 2.33.0" in note for note in notes)


# --- what comes out -----------------------------------------------------------------------------

FATAL = ["--from", "2.33.11", "--to", "2.34.5", "--env-file", "coder.env"]
HARMLESS = ["--from", "2.25.0", "--to", "2.26.0", "--env-file", "plain.env"]
WARNED = ["--from", "2.33.0", "--to", "2.34.5", "--env-file", "plain.env"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (FATAL, 1),
        (WARNED, 0),
        (HARMLESS, 0),
        ([*FATAL, "--exit-zero"], 0),
        ([*FATAL, "--fail-on", "never"], 0),
        ([*WARNED, "--fail-on", "warning"], 1),
        ([*WARNED, "--exit-code"], 1),
        ([*HARMLESS, "--exit-code"], 0),
        ([*HARMLESS, "--fail-on", "info"], 0),
    ],
)
def test_the_exit_code_follows_the_threshold(upgrade, arguments, code):
    assert upgrade(*arguments)[0] == code


@pytest.mark.parametrize("name", ["text", "md", "html", "json"])
def test_every_format_tells_the_verdict_and_no_secret(upgrade, name):
    _, out, err = upgrade(*FATAL, "-f", name)
    assert "will not start" in out
    assert "CODER_NOPE" in out
    assert err == ""


def test_findings_can_be_picked_and_left_out_by_any_name(report):
    by_env = report(*FATAL, "--only", "CODER_HTTP_*")
    assert rules(by_env) == {("no-http-address", "http-address")}
    assert by_env["verdict"] == "will not start", "the verdict is on everything"
    by_rule = report(*FATAL, "--exclude", "option-*")
    assert not {rule for rule, _ in rules(by_rule)} & {"option-unknown", "option-renamed"}


def test_the_way_is_told_by_release_and_by_area(report):
    found = report("--from", "2.29.5", "--to", "2.34.5", "--env-file", "coder.env")
    assert list(found["tables"]) == ["inputs", "way", "areas"]
    way, areas = found["tables"]["way"], found["tables"]["areas"]
    assert [row["release"] for row in way["rows"]] == [
        "2.30.0", "2.31.0", "2.32.0", "2.33.0", "2.34.0", "2.34.5",
    ]  # fmt: skip
    assert way["bars"] == areas["bars"] == ["added", "removed", "renamed", "changed"]
    begun = [one for one in found["findings"] if "introduced_in" in one]
    assert sum(row["findings"] for row in way["rows"]) == len(begun) > 0
    told = [one for one in found["findings"] if "option" in one]
    assert sum(row["findings"] for row in areas["rows"]) == len(told) > 0
    assert areas["rows"][0]["area"] == "Networking"


def test_the_way_back_is_not_told(report):
    found = report("--from", "2.35.1", "--to", "2.34.5", "--env-file", "plain.env")
    assert list(found["tables"]) == ["inputs"]


def test_the_options_of_the_findings_come_with_their_lives(report):
    found = report(*FATAL)
    told = {one["option"]["flag"] for one in found["findings"] if "option" in one}
    lives = found["lives"]
    assert lives["options"].keys() == told >= {"http-address", "aibridge-enabled"}
    assert (lives["here"], lives["target"]) == ("2.33.11", "2.34.5")
    few = report(*FATAL, "--only", "CODER_HTTP_*")
    assert few["lives"]["options"].keys() == {"http-address"}
    assert "lives" not in report(*FATAL, "--only", "CODER_NOPE"), "that is no option"


def test_a_rename_comes_with_its_line(report):
    found = report("--from", "2.34.0", "--to", "2.34.5", "--env-file", "coder.env")
    (finding,) = (one for one in found["findings"] if one["rule"] == "option-renamed")
    (patch,) = finding["patches"]
    assert patch["remove"] == ["CODER_AIBRIDGE_ENABLED=true"]
    assert patch["add"] == ["CODER_AI_GATEWAY_ENABLED=true"]


def test_fixed_copies_are_written_and_originals_stay(folder, report):
    found = report(*FATAL, "--write-fixed", "fixed")
    (copy,) = [path for path in (folder / "fixed").rglob("*") if path.is_file()]
    assert copy.read_text() == ENV.replace("CODER_AIBRIDGE_ENABLED", "CODER_AI_GATEWAY_ENABLED")
    assert (folder / "coder.env").read_text() == ENV
    assert any("rewritten" in note for note in found["notes"])


def test_a_name_that_is_no_text_is_spelled_out_and_copied_as_it_is(folder, report):
    name = os.fsdecode(b"coder-\xff.env")
    (folder / name).write_text(ENV)
    found = report("--from", "2.34.0", "--to", "2.34.5", "-i", name, "--write-fixed", "fixed")
    assert "CODER_AI_GATEWAY_ENABLED" in (folder / "fixed" / name).read_text()
    assert {one["file"] for finding in found["findings"] for one in finding["positions"]} == {
        "coder-U+DCFF.env"
    }


def test_an_operators_own_advisory_is_heard(folder, report):
    (folder / "confaudit.yaml").write_text("{}\n")
    (folder / "coder-advisories.yaml").write_text(
        "- id: our-own\n  title: Ours\n  effect: advice\n  level: warning\n  always: true\n"
        "  message: Ask the platform team first.\n  why: They asked for it.\n  fix: [Ask them.]\n"
        "  subject: access-url\n  when: {option: access-url, is: set}\n"
    )
    assert ("our-own", "access-url") in rules(report(*HARMLESS))


def test_a_broken_file_ends_with_a_sentence(folder, upgrade):
    (folder / "broken.yaml").write_text("networking: [")
    code, out, err = upgrade("--from", "2.33.0", "--to", "2.34.5", "--config-file", "broken.yaml")
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "hint:" in err


def test_a_file_that_is_not_there_ends_with_a_sentence(upgrade):
    code, _, err = upgrade("--from", "2.33.0", "--to", "2.34.5", "-i", "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in err


def test_asking_for_help_loads_no_yaml():
    code = "import sys; from confaudit.cli.main import run; run(['upgrade', '--help']);"
    code += "print([m for m in ('yaml', 'git', 'jinja2', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_what_is_so_already_is_told_apart_and_comes_last(folder, upgrade):
    """The release that goes changes nothing; one name is dead and one old in both."""
    (folder / "old.env").write_text("CODER_NOPE=1\nCODER_TELEMETRY=false\n")
    asked = ("--from", "2.34.5", "--to", "2.35.1", "--env-file", "old.env")
    code, out, _ = upgrade(*asked, "--fail-on", "warning")
    assert code == 1, "the exit code stays on all that was found"
    assert "\nSafe; 2 things to act on are so already today\n" in out
    assert re.findall(r"^(?:So|Before|During|After)\b.*\d\)$", out, re.MULTILINE) == [
        "So already today (2)",
        "So already today: Should be migrated or cleaned up (2)",
    ]
    assert out.endswith("result: 0 error, 2 warning, 1 info (2 so already today)\n")


def test_every_format_tells_what_is_so_already(folder, upgrade):
    """CODER_OIDC_SCOPES is empty all the time, and counts only from 2.34 on."""
    (folder / "old.env").write_text("CODER_NOPE=1\nCODER_OIDC_SCOPES=\n")
    asked = ("--from", "2.33.0", "--to", "2.35.1", "--env-file", "old.env", "--exit-zero")
    told = {form: upgrade(*asked, "-f", form)[1] for form in formats_of(ReportKind.LINT)}
    report = json.loads(told.pop("json"))
    origins = {one["rule"]: one["origin"] for one in report["findings"]}
    assert origins["option-unknown"] == "today"
    assert origins["empty-value-counts"] == "upgrade"
    assert report["summary"]["by_origin"]["today"] == 1
    assert report["plan"][-1]["origin"] == "today"
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert {one["ruleId"]: one["properties"]["origin"] for one in results} == origins
    assert "today_count=1\n" in told["outputs"]
    for form in told.keys() - {"ignore"}:  # which lists what an exception may be about
        assert "so already today" in told[form].lower(), form


def test_absolute_paths_stay_out_of_titles(folder, upgrade, report):
    inputs = []
    for name in ("prod", "staging"):
        file = folder / name / "values.yaml"
        file.parent.mkdir()
        file.write_text(
            "coder:\n  image: {repo: ghcr.io/coder/coder, tag: v2.33.0}\n"
            "  env:\n    - {name: CODER_ACCESS_URL, value: 'https://coder.example.com'}\n"
        )
        inputs += ["-i", str(file)]
    one = report("--to", "2.34.5", *inputs[:2])
    assert one["before"]["label"] == "prod/values.yaml"
    _, out, _ = upgrade("--to", "2.34.5", *inputs, "--exit-zero")
    assert re.findall(r"^\S+/values.yaml$", out, re.MULTILINE) == [
        "prod/values.yaml",
        "staging/values.yaml",
    ]


def counted(out):
    """What headline and cards count, which is to be the same."""
    told = load(out.encode())
    assert headlined(told) == carded(told)
    return headlined(told)


FILES = Path(__file__).parents[1] / "data" / "operator_files"


def test_the_headline_on_files_counts_what_the_cards_count(upgrade):
    """The first will not start, and tells its behaviours all the same."""
    way = ("--from", "2.29.5", "--to", "2.35.1", "--exit-zero", "-f", "json")
    files = ("coder.env", *(str(FILES / f"{name}.yaml") for name in ("compose-map", "helm-values")))
    told = [counted(upgrade(*way, "-i", file)[1]) for file in files]
    assert told[0].keys() == {"behaviours", "others", "already"}
    assert all(told)


# --- real payloads ------------------------------------------------------------------------------


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
def test_a_real_deployment_gets_a_ticket_that_can_be_attached(folder, upgrade):
    payloads = Path(DATA, "coder/payloads")
    before = next(payloads.glob("*production*2.29.5*.json"))
    code, out, _ = upgrade(
        str(before), "--from", "2.29.5", "--to", "2.34.5", "-f", "html", "--exit-zero"
    )
    assert code == 0
    assert "2.29.5" in out
    assert "2.34.5" in out
    assert "<script src" not in out


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
@pytest.mark.parametrize(
    ("source", "target", "headline"),
    [
        (
            "2.29.5",
            "2.34.5",
            "Starts, 3 behaviours change, 5 other things to act on; 3 more are so already today",
        ),
        ("2.34.5", "2.35.1", "Safe; 5 things to act on are so already today"),
    ],
)
def test_of_a_real_upgrade_what_it_brings_is_told_apart(folder, upgrade, source, target, headline):
    payload = str(Path(DATA, f"coder/payloads/production-{source}.json"))
    _, out, _ = upgrade(payload, "--to", target, "-f", "concise", "--exit-zero")
    *found, told, _ = out.splitlines()
    assert told == headline
    marked = sum("so already today" in line for line in found if " warning " in line)
    assert marked == int(re.findall(r"\d+", told)[-1])


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
@pytest.mark.parametrize("target", ["2.34.5", "2.35.1"])
@pytest.mark.parametrize("payload", ["production-2.24.4", "production-2.33.0", "staging-2.33.0"])
def test_the_headline_of_a_real_upgrade_counts_what_the_cards_count(upgrade, payload, target):
    file = str(Path(DATA, f"coder/payloads/{payload}.json"))
    assert counted(upgrade(file, "--to", target, "-f", "json", "--exit-zero")[1])


def test_what_the_chart_sets_itself_is_part_of_the_prediction(folder, capsys):
    """From 2.35 on the chart gives every pod its own cluster host; nobody else sets it."""
    (folder / "values.yaml").write_text(
        "coder:\n  env:\n    - {name: CODER_ACCESS_URL, value: 'https://coder.example.com'}\n"
    )
    asked = ["upgrade", "--from", "2.33.0", "--to", "2.35.1", "--exit-zero", "-f", "json"]
    assert run([*asked, "-i", "values.yaml"]) == 0
    added = json.loads(capsys.readouterr().out)["prediction"]["added"]
    assert added["cluster-host"] == {"unknown": True}
    assert run([*asked, "--env-file", "plain.env"]) == 0
    added = json.loads(capsys.readouterr().out)["prediction"]["added"]
    assert added["cluster-host"] == ""
