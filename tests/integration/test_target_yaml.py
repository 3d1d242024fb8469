"""`confaudit upgrade --target-yaml`: the target's own words against the prediction."""

import gzip
import json
import os
from pathlib import Path

import pytest

from confaudit.catalog.loader import packaged
from confaudit.cli.main import run
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.model import MISSING, RawDeployment
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from tests.integration.written_config import SECRET, written

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
ENV = "CODER_ACCESS_URL=https://coder.example.com\nCODER_MAX_TOKEN_LIFETIME=24h\n"
DAY = 24 * 3600 * 10**9
SET = {"access-url": "https://coder.example.com", "max-token-lifetime": DAY}
COOKIE = {"secure-auth-cookie": True}
"""Follows from the access URL, which is https."""


@pytest.fixture(autouse=True)
def folder(clean_folder):
    (clean_folder / "coder.env").write_text(ENV)
    return clean_folder


def values(version, **settings):
    """What a release has by default, and these settings."""
    known = default_snapshot(packaged().nearest(version)).settings
    defaults = {key: one.value for key, one in known.items() if one.value is not MISSING}
    return {**defaults, **SET, **COOKIE, **{k.replace("_", "-"): v for k, v in settings.items()}}


def printed(version="2.35.1", **settings):
    return written(values(version, **settings), packaged().nearest(version).options)


@pytest.fixture
def upgrade(folder, capsys):
    def call(text, *arguments, to="2.35.1"):
        Path("target.yaml").write_text(text)
        asked = ["--from", "2.33.0", "--to", to, "--env-file", "coder.env"]
        code = run(["upgrade", *asked, "--target-yaml", "target.yaml", *arguments])
        out, err = capsys.readouterr()
        assert SECRET not in out + err
        assert "Traceback" not in err
        return code, out, err

    return call


@pytest.fixture
def report(upgrade):
    def call(text, *arguments, to="2.35.1"):
        code, out, err = upgrade(text, "-f", "json", "--exit-zero", *arguments, to=to)
        assert code == 0, err
        return json.loads(out)

    return call


def refuted(found):
    return [one for one in found["findings"] if one["rule"] == "not-as-predicted"]


def notes(found):
    return " ".join(found["notes"])


def test_a_target_that_does_as_predicted(report):
    found = report(printed())
    assert not refuted(found)
    assert " explained, 0 not as predicted." in notes(found)
    confirmed = found["tables"]["confirmed"]["rows"]
    enabled = next(row for row in confirmed if row["option"] == "ai-gateway-enabled")
    assert (enabled["before"], enabled["found"]) == (False, True)
    assert "without a YAML path" in notes(found)


def test_one_value_that_differs_is_one_finding(report):
    found = report(printed(max_token_lifetime=2 * DAY))
    one = refuted(found)[0]
    assert len(refuted(found)) == 1
    assert (one["subject"], one["level"], one["effect"]) == (
        "max-token-lifetime",
        "warning",
        "behaviour",
    )
    assert (one["before"], one["after"]) == (DAY, 2 * DAY)
    assert one["message"].startswith("It was predicted as set by env")
    assert "1 not as predicted" in notes(found)


def test_what_nothing_given_here_sets_is_found(report):
    found = report(printed(provisioner_daemons=7))
    assert [one["subject"] for one in refuted(found)] == ["provisioner-daemons"]
    assert "at its default" in refuted(found)[0]["message"]


def test_aliases_that_differ_are_one_finding(report):
    found = report(printed(ai_gateway_retention=5 * DAY, aibridge_retention=5 * DAY))
    assert [one["subject"] for one in refuted(found)] == ["ai-gateway-retention"]
    assert "1 not as predicted" in notes(found)


def test_what_follows_from_the_host_is_explained(report):
    found = report(printed(cache_dir="/var/cache/coder", docs_url="https://coder.com/docs"))
    assert not refuted(found)
    explained = {row["option"]: row for row in found["tables"]["explained"]["rows"]}
    assert explained["docs-url"]["cause"] == "computed"
    assert explained["cache-dir"]["found"] == "/var/cache/coder"
    assert "could not be known beforehand" in explained["cache-dir"]["evidence"]


def test_a_value_from_elsewhere_is_told_now(folder, report):
    values_file = folder / "values.yaml"
    values_file.write_text(
        "coder:\n  env:\n    - name: CODER_OIDC_ISSUER_URL\n"
        "      valueFrom: {configMapKeyRef: {name: sso, key: issuer}}\n"
    )
    found = report(printed(oidc_issuer_url="https://sso.example.com"), "-i", "values.yaml")
    rows = {row["option"]: row["found"] for row in found["tables"]["explained"]["rows"]}
    assert rows["oidc-issuer-url"] == "https://sso.example.com"
    assert "oidc-issuer-url" not in [one["subject"] for one in refuted(found)]


def test_numbered_providers_are_read_after_the_settings_are_printed(folder, report):
    before = default_snapshot(packaged().nearest("2.33.0"))
    provider = [{"id": "github", "type": "github", "client_id": "corp"}]
    options = [
        {
            "name": spec.name, "flag": spec.flag, "env": spec.env, "default": spec.default or "",
            "value": provider if key == "external-auth-providers" else before.settings[key].value,
            "value_source": str(before.settings[key].source),
        }
        for key, spec in before.declared.items()
        if before.settings[key].value is not MISSING
    ]  # fmt: skip
    (folder / "before.json").write_text(json.dumps({"config": {}, "options": options}))
    found = report(printed(), "before.json")
    assert not refuted(found)
    rows = {row["option"]: row["evidence"] for row in found["tables"]["explained"]["rows"]}
    assert "read after the settings are printed" in rows["external-auth-providers"]


def test_what_was_predicted_to_be_refused_and_is_printed(folder, report):
    (folder / "coder.env").write_text(ENV + "CODER_PROVISIONER_DAEMONS=many\n")
    found = report(printed())
    assert found["verdict"] == "will not start, 2 behaviours change"
    one = next(one for one in refuted(found) if one["subject"] == "provisioner-daemons")
    assert "was predicted to refuse CODER_PROVISIONER_DAEMONS" in one["message"]


def test_options_that_cannot_be_shown_are_named_when_they_are_set(folder, report):
    (folder / "coder.env").write_text(ENV + f"CODER_OIDC_CLIENT_SECRET={SECRET}\n")
    assert "set of these: --oidc-client-secret" in notes(report(printed()))


def test_every_format_and_a_saved_report_show_it(folder, upgrade, capsys):
    text = printed(max_token_lifetime=2 * DAY)
    for name in ("text", "md", "html", "json"):
        _, out, _ = upgrade(text, "-f", name)
        assert "not as predicted" in out
        assert "not-as-predicted" in out
        assert "Confirmed changes" in out
    (folder / "saved.json").write_text(out)
    assert run(["convert", "saved.json", "-f", "json"]) == 0
    again, first = json.loads(capsys.readouterr().out), json.loads(out)
    for part in ("findings", "tables", "notes", "verdict"):
        assert again[part] == first[part]


# --- a file that is not what it should be -------------------------------------------------------


def test_another_release_is_told_by_its_keys(report):
    found = report(printed("2.33.0"))
    assert "(" in notes(found)
    assert "Coder 2.33" in notes(found).partition("fits better")[0]


def test_a_target_that_is_not_known_may_have_other_keys(report):
    newest = packaged().releases[-1].version
    found = report(printed(newest) + "teapot: 1\n", to="2.99.1")
    assert f"(teapot) which Coder {newest} is not known to have" in notes(found)
    assert "`confaudit catalog import 2.99.1 target.yaml` would learn" in notes(found)


def test_another_release_is_told_by_its_documentation(report):
    text = printed(docs_url="https://coder.com/docs/@v2.34.5")
    assert "links to the documentation of Coder 2.34.5" in notes(report(text))


def test_a_cut_file_is_compared_as_far_as_it_goes(report):
    text = printed(max_token_lifetime=2 * DAY)
    cut = text[: text.index("maxTokenLifetime") + len("maxTokenLifetime: 48h")]
    found = report(cut)
    assert not refuted(found), "the value is cut, so it is not gone by"
    assert "ends in the middle of a line" in notes(found)
    assert "fewer than Coder 2.35.1 has" in notes(found)
    assert "confirmed" not in found["tables"], "what a cut file lacks need not be gone"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("- a\n- b\n", "is not what `coder server --write-config` prints"),
        ("a: [\n", "is not what `coder server --write-config` prints"),
        ("coder:\n  env: []\n", "is not what `coder server --write-config` prints"),
        ("error: no such option\n", "is not what `coder server --write-config` prints"),
        ("networking: {accessURL: \x00}\n", "is no text file"),
    ],
)
def test_what_is_no_output_of_the_command(upgrade, text, said):
    code, out, err = upgrade(text)
    assert (code, out) == (2, "")
    assert said in err


def test_a_file_that_is_not_there(folder):
    asked = ["upgrade", "--from", "2.33.0", "--to", "2.35.1", "--env-file", "coder.env"]
    assert run([*asked, "--target-yaml", "nowhere.yaml"]) == 2


def test_hostile_text_is_made_visible(upgrade):
    text = printed(oidc_sign_in_text="\x1b[31mred\u202e") + '"\x1b[2Jbad": 1\n'.replace(
        "\x1b", "\\x1b"
    )
    _, out, _ = upgrade(text, "--color", "never")
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "bad" in out


def test_a_secret_in_a_url_is_not_shown(upgrade):
    url = f"https://user:{SECRET}@proxy.example.com"
    code, out, _ = upgrade(printed(oidc_issuer_url=url), "-f", "json")
    assert "oidc-issuer-url" in out
    assert code == 0


def test_a_secret_that_a_release_prints_is_not_shown(upgrade):
    """Some keys of AI providers had a YAML path in 2.27 to 2.29."""
    release = packaged().nearest("2.29.5")
    secrets = {key: {"secret_set": True} for key in release.options if key.endswith("openai-key")}
    assert secrets
    text = written({**values("2.29.5"), **secrets}, release.options)
    assert SECRET in text
    for name in ("text", "md", "html", "json"):
        _, out, _ = upgrade(text, "-f", name, "--from", "2.28.0", to="2.29.5")
        assert "openai-key" in out


# --- what really happened -----------------------------------------------------------------------


def cases():
    every = []
    for path in sorted(Path(DATA, "coder").glob("upgrade-cases*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            every += [json.loads(line) for line in lines]
    return [case for case in every if case["expected"]["starts"]][::18]


def really(case, target):
    """The target's values by key, as its own option code made them."""
    raw = RawDeployment(case["before"], version=case["from"], label="before")
    before = normalise(redact(raw), packaged().nearest(case["from"]))
    stayed = {key: one.value for key, one in before.settings.items() if key in target.options}
    keys = {spec.flag or spec.name: key for key, spec in target.options.items()}
    changed = {name: one["after"] for name, one in case["expected"]["changed"].items()}
    moved = {**changed, **case["expected"]["added"]}
    return {**stayed, **{keys[name]: value for name, value in moved.items()}}


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real upgrades: set CONFAUDIT_TEST_DATA")
def test_real_upgrades_are_confirmed(folder, capsys):
    for case in cases():
        target = packaged().release(case["to"])
        Path("before.json").write_text(json.dumps(case["before"]))
        Path("coder.env").write_text("".join(f"{k}='{v}'\n" for k, v in case["env"].items()))
        Path("coder.yaml").write_text(case["yaml"])
        Path("target.yaml").write_text(written(really(case, target), target.options))
        files = ["--env-file", "coder.env", *(["--config-file", "coder.yaml"] * bool(case["yaml"]))]
        asked = ["before.json", "--from", case["from"], "--to", case["to"], *files]
        assert run(["upgrade", *asked, "--target-yaml", "target.yaml", "-f", "json", "-o", "r.json",
                    "--exit-zero"]) == 0, case["id"]  # fmt: skip
        found = json.loads(Path("r.json").read_text())
        assert not refuted(found), case["id"]
        assert ", 0 not as predicted." in notes(found)
    capsys.readouterr()


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real output: set CONFAUDIT_TEST_DATA")
def test_real_output_has_the_paths_of_its_release(report):
    text = Path(DATA, "coder/docs/2.35.1/server-config.yaml").read_text()
    found = report(text)
    assert "not known to have" not in notes(found)
    assert "fewer than" not in notes(found)
    differing = {one["subject"] for one in refuted(found)}
    assert differing == {"access-url", "max-token-lifetime", "telemetry", "update-check"}
