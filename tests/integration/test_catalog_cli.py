"""confaudit catalog through the command line: what operators ask, and what they get wrong."""

import json
import re
import subprocess
import sys

import pytest

from confaudit.cli.main import run
from confaudit.core.report.kinds import ReportKind
from confaudit.render import FORMATS
from tests.unit.report_schema import REPORT_SCHEMA

QUESTIONS = {
    "catalog-releases": ["releases", "--line", "2.34"],
    "catalog-show": ["show", "CODER_NOTIFICATIONS_EMAIL_SMARTHOST"],
    "catalog-diff": ["diff", "2.24.4", "2.25.0"],
}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1782900000")


@pytest.fixture
def ask(capsys):
    def asked(*arguments):
        code = run(["catalog", *arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return asked


@pytest.fixture
def ask_json(ask):
    def asked(*arguments):
        code, out, err = ask(*arguments, "-f", "json")
        assert (code, err) == (0, "")
        found = json.loads(out)
        REPORT_SCHEMA.validate(found)
        return found

    return asked


MARKS = {
    "text": "result: ",
    "md": "<!-- confaudit:{} -->",
    "html": '<body data-kind="{}">',
    "json": '"kind": "{}"',
}


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("kind", QUESTIONS)
def test_every_question_in_every_format_that_can_answer_it(ask, kind, format_name):
    code, out, err = ask(*QUESTIONS[kind], "-f", format_name)
    if ReportKind(kind) in FORMATS[format_name].kinds:
        assert (code, err) == (0, "")
        assert MARKS[format_name].format(ReportKind(kind)) in out
    else:
        assert (code, out) == (2, "")
        assert f"{format_name} cannot show a report of the kind {kind}" in err


def test_files_by_extension(ask, tmp_path):
    code, out, err = ask("show", "oidc-scopes", "-o", "life.html", "-o", "life.md")
    assert (code, out, err) == (0, "", "")
    assert "<caption" in (tmp_path / "life.html").read_text()
    assert "### Life" in (tmp_path / "life.md").read_text()


# --- releases -----------------------------------------------------------------------------------


def releases(ask_json, *arguments):
    return {
        row["release"]: row
        for row in ask_json("releases", *arguments)["tables"]["releases"]["rows"]
    }


def test_every_release_is_listed_with_its_facts(ask_json):
    rows = releases(ask_json)
    numbers = [tuple(map(int, version.split("."))) for version in rows]
    assert numbers == sorted(numbers)
    assert (len(numbers), numbers[0], numbers[-1]) == (217, (2, 0, 0), (2, 36, 0))
    assert rows["2.34.5"] | {"marks": None} == {
        "release": "2.34.5",
        "date": "2026-06-29",
        "line": "2.34",
        "marks": None,
        "options": 282,
        "added": 1,
        "removed": 0,
    }
    assert "added" not in rows["2.0.0"]


@pytest.mark.parametrize(
    ("release", "options", "added", "removed"),
    [
        ("2.1.0", 117, 5, 0),
        ("2.2.0", 119, 3, 1),
        ("2.14.0", 158, 25, 0),
        ("2.17.0", 176, 14, 0),
        ("2.24.0", 191, 2, 1),
        ("2.25.0", 190, 0, 1),
        ("2.30.0", 229, 25, 0),
        ("2.31.1", 231, 2, 0),
        ("2.34.0", 280, 42, 0),  # against 2.33.0, not 2.33.11 with its backports
        ("2.34.3", 281, 1, 0),
        ("2.35.0", 285, 5, 0),
    ],
)
def test_what_a_release_added_and_removed(ask_json, release, options, added, removed):
    row = releases(ask_json)[release]
    assert (row["options"], row["added"], row["removed"]) == (options, added, removed)


def test_marks(ask_json):
    rows = releases(ask_json)
    lines = list(dict.fromkeys(row["line"] for row in rows.values()))
    marks = {row["line"]: row["marks"] for row in rows.values()}
    assert "mainline" in marks[lines[-1]]
    assert "stable" in marks[lines[-2]]
    assert [line for line in lines if "ESR" in marks[line]][:3] == ["2.24", "2.29", "2.34"]
    assert sum("mainline" in found for found in marks.values()) == 1


@pytest.mark.parametrize(
    ("arguments", "first", "last"),
    [
        (["--line", "2.12"], "2.12.0", "2.12.6"),
        (["--line", "v2.0"], "2.0.0", "2.0.2"),
        (["--since", "2.30", "--line", "2.30"], "2.30.0", "2.30.9"),
        (["--since", "2.12.3", "--line", "2.12"], "2.12.3", "2.12.6"),
    ],
)
def test_a_part_of_the_list(ask_json, arguments, first, last):
    rows = list(releases(ask_json, *arguments))
    assert (rows[0], rows[-1]) == (first, last)


# --- show ---------------------------------------------------------------------------------------


def test_the_life_of_an_option_fits_one_screen(ask):
    code, out, _ = ask("show", "CODER_NOTIFICATIONS_EMAIL_SMARTHOST")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    words = re.sub(r"\s+", " ", out)
    for told in (
        "Superseded by --email-smarthost in 2.17.0 (2024-11-04); both names work.",
        "2.14.0 2024-08-06 introduced host:port, default localhost:587",
        "2.17.0 2024-11-04 superseded by --email-smarthost: both set notifications.email.smarthost",
        "2.18.0 2024-12-03 default localhost:587 → unset",
        "2.18.0 2024-12-03 type host:port → string",
        "Variable CODER_NOTIFICATIONS_EMAIL_SMARTHOST",
        "Type string Default unset Aliases --email-smarthost",
        "result: 4 events, 7 facts",
    ):
        assert told in words


@pytest.mark.parametrize(
    ("option", "verdict"),
    [
        ("in-memory", "Removed in 2.25.0 (2025-08-05)."),
        ("oidc-scopes", "In every release since 2.0.0 (2023-08-03)."),
        ("address", "Deprecated from the start: use --http-address and --tls-address instead."),
        (
            "ssh-hostname-prefix",
            "Deprecated in 2.32.0 (2026-04-14) and, backported, 2.31.1: "
            "use --workspace-hostname-suffix instead.",
        ),
        (
            "oidc-repair-links",
            "In every release since 2.35.0 (2026-07-07) and, backported, "
            "2.29.18, 2.32.8, 2.33.9 and 2.34.3.",
        ),
    ],
)
def test_the_verdict_says_where_an_option_stands(ask_json, option, verdict):
    assert ask_json("show", option)["verdict"] == verdict


def test_a_removed_option_is_shown_as_it_was_last(ask_json):
    facts = ask_json("show", "in-memory")["tables"]["facts"]
    assert facts["title"] == "Last seen in 2.24.6"
    assert {"fact": "Variable", "value": "CODER_IN_MEMORY"} in facts["rows"]


def test_a_misspelling_is_understood_aloud(ask):
    code, out, err = ask("show", "oidc-repair-link")
    assert code == 0
    assert out.startswith("--oidc-repair-links ")
    assert err == "confaudit: taken to mean --oidc-repair-links\n"


# --- diff ---------------------------------------------------------------------------------------


def compared(ask_json, before, after):
    found = ask_json("diff", before, after)
    return found, {change["option"]: change for change in found["changes"]}


def test_the_renames_of_2_34(ask_json):
    found, changes = compared(ask_json, "2.33.0", "2.34.0")
    assert found["summary"]["by_kind"]["renamed"] == 33
    assert found["summary"]["by_kind"]["removed"] == 0
    renamed = changes["ai-gateway-enabled"]
    assert (renamed["was"], renamed["before"], renamed["after"]) == (
        "aibridge-enabled",
        False,
        True,
    )
    assert "aibridge-enabled" not in changes


def test_a_default_a_type_and_newly_hidden_options(ask_json):
    found, changes = compared(ask_json, "2.17.0", "2.18.0")
    smarthost = changes["email-smarthost"]
    assert (smarthost["before"], smarthost["after"]) == ("localhost:587", "")
    assert {"facet": "type", "before": "host:port", "after": "string"} in smarthost["facets"]
    assert changes["oidc-organization-field"]["facets"] == [
        {"facet": "hidden", "before": False, "after": True}
    ]
    assert found["summary"]["by_kind"]["source"] == 0


def test_moves_and_new_secrets(ask_json):
    _, changes = compared(ask_json, "2.29.0", "2.30.0")
    facets = {facet["facet"] for facet in changes["aibridge-openai-key"]["facets"]}
    assert {"secret", "yaml_path"} <= facets
    _, changes = compared(ask_json, "2.10.0", "2.11.0")
    assert changes["session-duration"]["facets"] == [
        {
            "facet": "json_path",
            "before": "max_session_expiry",
            "after": "session_lifetime.default_duration",
        }
    ]
    assert changes["provisioner-daemons-echo"]["kind"] == "removed"


def test_what_the_version_alone_decides_is_no_difference(ask_json):
    found, changes = compared(ask_json, "2.25.0", "2.26.0")
    assert (found["verdict"], changes) == ("No difference.", {})


def test_options_that_got_a_flag_are_renamed(ask_json):
    _, changes = compared(ask_json, "2.6.1", "2.7.0")
    assert changes["support-links"]["was"] == "supportLinks"


# --- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "says", "hint"),
    [
        (["show", "xyzzy"], 2, "no release of Coder has an option called xyzzy", "flag"),
        (["show", "oidc-organization"], 2, "several options", "--oidc-organization-field"),
        (["diff", "2.12.9", "2.35.1"], 2, "no release 2.12.9", "2.12.6 and 2.13.0"),
        (["diff", "2.3x", "2.35.1"], 2, "no release 2.3x", "2.3.3"),
        (["diff", "2.99", "2.35.1"], 2, "no release of 2.99", "2.34"),
        (["diff", "1.0.0", "2.35.1"], 2, "no release 1.0.0", "2.0.0"),
        (["diff", "\x1b[1m", "2.35.1"], 2, r"no release \x1b[1m", "nearest"),
        (["releases", "--line", "2.99"], 2, "2.99 is no release line", "2.35"),
        (["releases", "--since", "soon"], 2, "soon is no version", "2.34.5"),
        (["releases", "--since", "99.0"], 3, "no release fits", "newest"),
        (["diff", "2.34.0"], 2, "Missing argument", ""),
        (["nonsense"], 2, "No such command", ""),
    ],
)
def test_mistakes_are_explained(ask, arguments, code, says, hint):
    found, out, err = ask(*arguments)
    assert (found, out) == (code, "")
    assert says in err
    assert hint in err
    assert "Traceback" not in err
    assert "\x1b" not in err


# --- the user's own releases --------------------------------------------------------------------


def test_the_users_own_catalogue_counts(ask, ask_json, tmp_path):
    own = tmp_path / "coder-releases" / "own.json"
    own.parent.mkdir()
    line = {"in": ">=2.99.0", "name": "New", "flag": "new", "env": "CODER_NEW", "type": "bool"}
    document = {
        "format": 1,
        "releases": [{"version": "2.99.0", "date": "2030-01-01"}],
        "leaves_without_option": [],
        "options": [line],
    }
    own.write_text(json.dumps(document))
    assert list(releases(ask_json, "--line", "2.99")) == ["2.99.0"]
    assert ask_json("show", "CODER_NEW")["verdict"] == "In every release since 2.99.0 (2030-01-01)."


# --- help and start-up --------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["releases"], ["show"], ["diff"]])
def test_help_keeps_to_80_columns(ask, arguments):
    code, out, _ = ask(*arguments, "--help")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert "Examples:" in out or not arguments


def test_the_group_imports_no_subcommand():
    code = (
        "import sys, confaudit.cli.catalog as c; from click.testing import CliRunner;"
        "assert 'releases' in CliRunner().invoke(c.command, ['--help']).output;"
        "print([m for m in sys.modules if m.startswith('confaudit.cli.catalog_')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
