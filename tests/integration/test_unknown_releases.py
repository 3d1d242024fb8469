"""Releases that the catalogue lacks: they run with a caveat, which no format may leave out."""

import json
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog import document
from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Version
from confaudit.core.model import OptionSpec, Setting, ValueSource

NEWEST = packaged().versions[-1]
LINE = "2.34"
NEWEST_OF_LINE = packaged().nearest(f"{LINE}.99").version
STABLE = packaged().nearest(f"2.{Version.parse(NEWEST).minor - 1}.99").version
NEWER_PATCH = f"{LINE}.99"
NEWER_LINE = "2.99.3"

AS_FAR = {
    NEWER_PATCH: f"as far as {NEWEST_OF_LINE} is known",
    NEWER_LINE: f"as far as {NEWEST} is known",
    f"{NEWEST}-devel+abc": f"as far as {NEWEST} is known",
    "latest": f"as far as {NEWEST} is known",
    "stable": f"as far as {NEWEST} is known",
    LINE: f"as far as {NEWEST_OF_LINE} is known",
    NEWEST_OF_LINE: "",
    f"v{NEWEST_OF_LINE}+abc123": "",
}
"""Release → the caveat of a report that rests on it."""


@pytest.fixture(autouse=True)
def folder(clean_folder):
    (clean_folder / "plain.env").write_text("CODER_ACCESS_URL=http://coder.example.com\n")
    (clean_folder / "wrong.env").write_text("CODER_SESSION_DURATION=8 hours\n")
    return clean_folder


@pytest.fixture
def report(confaudit):
    def call(*arguments):
        code, out, err = confaudit(*arguments, "-f", "json", "--exit-zero")
        assert code == 0, err
        return json.loads(out)

    return call


def lint(version, file="plain.env"):
    return ("lint", "--env-file", file, "--version", version)


def upgrade_to(version, file="plain.env"):
    return ("upgrade", "--env-file", file, "--from", "2.33.0", "--to", version)


def upgrade_from(version, file="plain.env"):
    return ("upgrade", "--env-file", file, "--from", version, "--to", version)


COMMANDS = [lint, upgrade_to, upgrade_from]


# --- the caveat ---------------------------------------------------------------------------------


@pytest.mark.parametrize("version", AS_FAR)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", ["plain.env", "wrong.env"])
def test_the_verdict_says_how_far_it_is_known(report, command, version, file):
    found, caveat = report(*command(version, file)), AS_FAR[version]
    assert found["verdict"].endswith(caveat)
    assert ("as far as" in found["verdict"]) == bool(caveat) == ("as_far_as" in found)


def test_facts_of_two_releases_are_told_as_two(report):
    arguments = ("--env-file", "plain.env", "--from", NEWER_PATCH, "--to", NEWER_LINE)
    found = report("upgrade", *arguments)
    assert found["as_far_as"] == [NEWEST_OF_LINE, NEWEST]
    assert found["verdict"].endswith(f"as far as {NEWEST_OF_LINE} and {NEWEST} are known")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("file", ["plain.env", "wrong.env"])
def test_no_format_leaves_the_caveat_out(confaudit, folder, command, file):
    names = ("x.txt", "x.md", "x.html", "x.json")
    outputs = [word for name in names for word in ("-o", name)]
    confaudit(*command(NEWER_LINE, file), *outputs)
    as_then = ("--fail-on", "error")
    confaudit("convert", "x.json", *as_then, *(word.replace("x.", "again-x.") for word in outputs))
    for name in names:
        text = (folder / name).read_text()
        assert AS_FAR[NEWER_LINE] in text, name
        assert (folder / f"again-{name}").read_text() == text
    html = (folder / "x.html").read_text()
    assert 'class="verdict safe' not in html
    assert "[!TIP]" not in (folder / "x.md").read_text()


@pytest.mark.parametrize(
    ("file", "version", "options", "code"),
    [
        ("plain.env", NEWER_LINE, (), 0),
        ("plain.env", NEWER_LINE, ("--strict",), 3),
        ("plain.env", NEWEST, ("--strict",), 0),
        ("wrong.env", NEWEST, ("--strict",), 1),
        ("wrong.env", NEWER_LINE, (), 1),
        ("wrong.env", NEWER_LINE, ("--strict",), 3),
        ("wrong.env", NEWER_LINE, ("--strict", "--exit-zero"), 0),
        ("plain.env", NEWER_LINE, ("--strict", "--fail-on", "never"), 3),
        *(("plain.env", word, ("--strict",), 3) for word in ("latest", "stable", LINE)),
        ("plain.env", "latest", (), 0),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_strict_ends_with_3_where_not_all_is_known(
    confaudit, folder, command, file, version, options, code
):
    assert confaudit(*command(version, file), *options, "-o", "x.json")[0] == code
    options = options if "--fail-on" in options else ("--fail-on", "error", *options)
    assert confaudit("convert", "x.json", *options)[0] == code


def test_strict_has_an_environment_twin(confaudit, monkeypatch):
    monkeypatch.setenv("CONFAUDIT_STRICT", "true")
    assert confaudit(*lint(NEWER_PATCH))[0] == 3


# --- what may be asked for ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "version"),
    [("latest", NEWEST), ("stable", STABLE), (LINE, NEWEST_OF_LINE), (f"v{LINE}", NEWEST_OF_LINE)],
)
def test_a_word_stands_for_a_release_that_is_told(report, word, version):
    found = report(*upgrade_to(word))
    assert found["after"]["version"] == version
    assert any(note.startswith(f"{word} stands for {version}") for note in found["notes"])
    assert any(f"{word} stands for {version}" in one for one in report(*lint(word))["notes"])
    source = report("upgrade", "--env-file", "plain.env", "--from", word, "--to", "latest")
    assert source["before"]["version"] == version


def test_a_word_may_come_from_the_environment(report, monkeypatch):
    monkeypatch.setenv("CONFAUDIT_UPGRADE_TO", "latest")
    found = report("upgrade", "--env-file", "plain.env", "--from", "2.33.0")
    assert found["after"]["version"] == NEWEST


def test_releases_are_compared_by_word(report, confaudit):
    code, out, _ = confaudit("catalog", "diff", LINE, "latest", "-f", "json")
    found = json.loads(out)
    assert code == 0
    assert [found[side]["version"] for side in ("before", "after")] == [NEWEST_OF_LINE, NEWEST]


@pytest.mark.parametrize(
    ("version", "message", "hint"),
    [
        ("2.99", "no release of 2.99 is known", "confaudit catalog "),
        ("1.44.6", "older than 2.0.0", "from 2.0.0 on"),
        ("v1.0.0-rc.1", "older than 2.0.0", "from 2.0.0 on"),
        ("newest", "newest is no version", "latest"),
        ("\x1b[31m", r"\x1b[31m is no version", "2.34.5"),
        ("", "is no version", "2.34.5"),
    ],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_what_cannot_be_meant_is_refused(confaudit, command, version, message, hint):
    if not version and command is not upgrade_to:
        return  # an empty one is as good as none
    code, out, err = confaudit(*command(version))
    assert (code, out) == (2, "")
    assert message in err
    assert hint in err


def test_a_build_that_does_not_tell_its_number_is_the_newest_known(report):
    assert report(*lint("0.0.0-devel"))["as_far_as"] == [NEWEST]


# --- what is not known of them ------------------------------------------------------------------

PROVIDER = "CODER_OAUTH2_PROVIDER_ENABLE"


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "compose.yaml"),
        ("upgrade", "-i", "compose.yaml", "--to", "2.38.9"),
        ("upgrade", "-i", "compose.yaml", "--to", NEWEST),
        ("upgrade", "-i", "compose.yaml", "--from", "2.33.0", "--to", "v2.38.8"),
    ],
)
def test_a_variable_of_a_release_to_come_is_never_advised_away(folder, confaudit, arguments):
    (folder / "compose.yaml").write_text(
        "services:\n  coder:\n    image: ghcr.io/coder/coder:v2.38.8\n"
        f"    environment: {{{PROVIDER}: 'true'}}\n"
    )
    confaudit(*arguments, "-o", "x.json", "-o", "x.md")
    found = json.loads((folder / "x.json").read_text())
    [finding] = [one for one in found["findings"] if one["subject"] == PROVIDER]
    assert (finding["rule"], finding["level"]) == ("not-known", "info")
    assert finding["affects"]["answer"] == "depends"
    assert "not known to confaudit" in finding["message"]
    said = json.dumps(finding).casefold()
    assert not any(words in said for words in ("take", "did you mean", "no release"))
    assert "take it out" not in (folder / "x.md").read_text().casefold()
    assert found["verdict"].endswith(f"as far as {NEWEST} is known")
    assert f"as far as {NEWEST} is known, 1 name not known" in (folder / "x.md").read_text()


def test_what_an_import_borrowed_or_guessed_is_told_where_it_matters(folder, report):
    (folder / "confaudit.yaml").write_text("deployments: {}\n")
    documented = replace(
        packaged().releases[-1],
        version=NEWER_LINE,
        is_complete=False,
        borrowed_from=NEWEST,
        borrowed={"access-url": ("default", "name"), "session-duration": ("type",)},
        guessed={"access-url": ("json_path",)},
        unknown={"verbose": ("secret",)},
    )
    (folder / "coder-releases").mkdir()
    (folder / "coder-releases" / "x.json").write_bytes(document.dump([documented]))
    borrowed = f"Taken from {NEWEST}, as nothing tells it of Coder {NEWER_LINE}: default of"
    for command in COMMANDS:
        notes = report(*command(NEWER_LINE))["notes"]
        assert f"{borrowed} --access-url." in notes
        assert f"Guessed of Coder {NEWER_LINE}: config leaf of --access-url." in notes
        assert not any("--verbose" in note or "--session-duration" in note for note in notes)
    refused = report(*lint(NEWER_LINE, "wrong.env"))
    assert any("type of --session-duration" in note for note in refused["notes"])
    assert refused["as_far_as"] == [NEWER_LINE]
    assert not any("Taken from" in note for note in report(*lint(NEWEST))["notes"])


def served():
    """A server's answer, its options those of the newest release known and one more."""
    snapshot = default_snapshot(packaged().lend(NEWER_LINE))
    own = OptionSpec(
        name="Brand New", flag="brand-new", env="CODER_BRAND_NEW", yaml_path="brandNew"
    )
    specs = {**snapshot.declared, own.key: own}
    settings = {**snapshot.settings, own.key: Setting("x", ValueSource.ENV)}
    options = [
        {
            "name": spec.name, "flag": spec.flag, "env": spec.env, "yaml": spec.yaml_path,
            "value": settings[key].value, "default": spec.default or "",
            "value_source": str(settings[key].source),
        }
        for key, spec in specs.items()
    ]  # fmt: skip
    return json.dumps({"config": {}, "options": options})


def test_the_server_itself_is_nearer_to_a_release_than_the_catalogue(folder, report):
    (folder / "before.json").write_text(served())
    (folder / "more.env").write_text("CODER_BRAND_NEW=x\nCODER_NEWER_STILL=x\n")
    arguments = ("before.json", "--from", NEWER_LINE, "--env-file", "more.env", "--to")
    found = report("upgrade", *arguments, "2.99.7")
    assert found["as_far_as"] == [NEWER_LINE]
    assert found["prediction"]["removed"] == {}
    assert found["prediction"]["not_known"] == ["CODER_NEWER_STILL"]
    assert not any("BRAND_NEW" in json.dumps(one) for one in found["findings"])
    assert any("as the server tells them" in note for note in found["notes"])
    back = report("upgrade", *arguments, NEWEST)
    assert back["prediction"]["removed"] == {"brand-new": "x"}


# --- what people reported -----------------------------------------------------------------------

DATA = os.environ.get("CONFAUDIT_TEST_DATA", "")
REPORTS = sorted(Path(DATA).glob("*/import")) if DATA else []
needs_data = pytest.mark.skipif(
    not REPORTS, reason="NOT PROVED on public reports: set CONFAUDIT_TEST_DATA"
)


@pytest.fixture
def imported(folder, confaudit):
    """Learn a release from documents alone."""

    def call(version, *pages):
        (folder / "confaudit.yaml").write_text("deployments: {}\n")
        code, _, err = confaudit("catalog", "import", version, *map(str, pages), "--force")
        assert code == 0, err

    return call


@needs_data
@pytest.mark.parametrize(
    ("inputs", "outcome", "rule", "subject"),
    [
        (
            ("--config-file", "c2.yaml"),
            "may not start",
            "name-refused",
            "ai-gateway-openai-base-url",
        ),
        (("--env-file", "e2.env"), "starts", "option-removed", "ai-gateway-openai-base-url"),
    ],
)
def test_removed_options_are_not_safe_to_set(imported, report, inputs, outcome, rule, subject):
    folder = REPORTS[0] / "removed-options"
    imported("2.38.0", folder / "index.md")
    flag, name = inputs
    found = report("upgrade", "--from", "2.35.1", "--to", "2.38.0", flag, str(folder / name))
    assert found["verdict"].startswith(outcome)
    assert found["verdict"].endswith("as far as 2.38.0 is known")
    [finding] = [one for one in found["findings"] if one["subject"] == subject]
    assert (finding["rule"], finding["affects"]["answer"]) == (rule, "depends")
    assert sum(row["removed"] for row in found["tables"]["way"]["rows"]) == 0


@needs_data
def test_hidden_options_are_not_told_to_be_none(imported, report):
    docs = Path(DATA) / "coder" / "docs-2.36"
    imported("2.36.0", *(docs / name for name in ("server.md", "general.md", "server-config.yaml")))
    found = report(*lint("2.36.0", str(REPORTS[0] / "hidden-options" / "e1.env")))
    assert {(one["rule"], one["subject"]) for one in found["findings"]} >= {
        ("not-known", "CODER_CHAT_HOOK_URL"),
        ("not-known", "CODER_CHAT_HOOK_SECRET"),
        ("not-known", "CODER_OIDC_REDIRECT_ALLOWED_HOSTS"),
    }
    assert "option-unknown" not in {one["rule"] for one in found["findings"]}
