"""`confaudit ignore`: a house says what it lives with, and hears of it when the time has come."""

import json

import jsonschema
import pytest

from confaudit.store.lock import locked

FINDING = ("lint", "coder.env", "--version", "2.34.5", "--fail-on", "warning")
FILE = "confaudit-exceptions.yaml"
SERVER = "CODER_ACCESS_URL=https://coder.example.com\n"


@pytest.fixture(autouse=True)
def folder(clean_folder):
    (clean_folder / "coder.env").write_text(f"{SERVER}CODER_OIDC_ROLE_FIELD=groups\n")
    return clean_folder


def judged(confaudit, *arguments):
    code, out, err = confaudit(*FINDING, *arguments, "-f", "json")
    assert err == ""
    return code, json.loads(out)


def test_a_finding_counts_again_when_its_exception_has_expired(confaudit, folder):
    code, before = judged(confaudit)
    (finding,) = before["findings"]
    assert code == 1

    reason = "The template moves in May ::error:: @ann"
    add = ("ignore", "add", finding["fingerprint"], "--reason", reason, "--now", "2026-11-27")
    assert confaudit(*add, "--expires", "2026-12-31") == (
        0,
        f"{FILE}:20: accept {finding['fingerprint']}\n",
        "",
    )
    again = confaudit(*add)
    assert again[0] == 2
    assert f"{FILE}:20 says so already" in again[2]

    code, during = judged(confaudit, "--now", "2026-12-31T23:59:59Z")
    assert (code, during["findings"]) == (0, [])
    (suppressed,) = during["suppressed"]
    assert (suppressed["by"], suppressed["reason"]) == ("accept", reason)
    assert suppressed["finding"]["fingerprint"] == finding["fingerprint"]

    code, after = judged(confaudit, "--now", "2027-01-01")
    assert code == 1
    assert [one["fingerprint"] for one in after["findings"]] == [finding["fingerprint"]]
    told = confaudit(*FINDING, "--now", "2027-01-01")[1]
    assert f"expired on 2026-12-31: {reason} ({FILE}:20)" in " ".join(told.split())

    (folder / "coder.env").write_text(f"{SERVER}CODER_OIDC_ROLE_FIELD=teams\n")
    assert judged(confaudit, "--now", "2026-12-31")[0] == 0  # the name is what is dead


def test_the_clock_of_the_environment_tells_the_day_as_well(confaudit, folder, monkeypatch):
    (finding,) = judged(confaudit)[1]["findings"]
    (folder / FILE).write_text(
        f"accept: [{{fingerprint: '{finding['fingerprint']}', reason: x, expires: 2026-12-31}}]\n"
    )
    for seconds, expected in (("1798761599", 0), ("1798761600", 1)):  # the year's last second
        monkeypatch.setenv("SOURCE_DATE_EPOCH", seconds)
        assert judged(confaudit)[0] == expected


def test_the_list_tells_what_has_ended_and_prune_takes_it_out(confaudit, folder):
    kept = "# ours\nignore:\n  # stays\n  - rule: option-unknwn\n    reason: y\n"
    (folder / FILE).write_text(
        f"{kept}  # goes\n  - {{rule: start-*, reason: x, expires: 2026-01-31}}\n"
    )
    code, out, err = confaudit("ignore", "list", "-f", "json", "--now", "2026-02-01")
    listed = json.loads(out)
    assert (code, err, listed["kind"]) == (0, "", "exceptions")
    rows = listed["tables"]["exceptions"]["rows"]
    assert [(row["line"], row["holds"]) for row in rows] == [
        (4, "without an end"),
        (7, "expired on 2026-01-31"),
    ]
    assert (
        f"{FILE}:4: no rule is called option-unknwn; was option-unknown meant?" in listed["notes"]
    )

    before = (folder / FILE).read_bytes()
    assert "1 exception to take out." in confaudit("ignore", "prune", "--dry-run")[1]
    assert (folder / FILE).read_bytes() == before
    assert confaudit("ignore", "prune")[:2] == (
        0,
        f"{FILE}:7: rule start-*: x\n1 exception taken out.\n",
    )
    assert (folder / FILE).read_text() == kept


def test_prune_takes_out_what_every_saved_report_calls_of_no_use(confaudit, folder):
    uses = "- {option: coder_oidc_role_field, reason: used}\n"
    idle = "- {option: oidc-scopes, reason: idle}\n"
    ended = "- {rule: option-*, reason: ended, until_version: 2.34.0}\n"
    (folder / FILE).write_text(f"ignore:\n{idle}{uses}")
    (folder / "other.env").write_text(f"{SERVER}CODER_OIDC_SCOPES=a;b\n")
    for name in ("coder", "other"):
        assert confaudit("lint", f"{name}.env", "--exit-zero", "-o", f"{name}.json")[0] == 0
    both = ("--report", "coder.json", "--report", "other.json")
    assert "0 exceptions taken out." in confaudit("ignore", "prune", *both)[1]
    assert "1 exception taken out." in confaudit("ignore", "prune", *both[:2])[1]
    assert (folder / FILE).read_text() == f"ignore:\n{uses}"

    (folder / FILE).write_text(f"ignore:\n{ended}")
    assert confaudit(*FINDING, "-o", "report.json")[0] == 1
    assert (
        f"{FILE}:2: rule option-*: ended"
        in confaudit("ignore", "prune", "--report", "report.json")[1]
    )


def test_one_mistake_made_many_times_is_told_a_few_times(confaudit, folder):
    (folder / FILE).write_text("ignore:\n" + "- {rule: nope-nope, reason: x}\n" * 12)
    out = confaudit("ignore", "list")[1]
    assert out.count("no rule is called nope-nope") == 10
    assert "2 more exceptions name no rule there is." in out


def test_what_cannot_be_meant_ends_in_one_sentence(confaudit, folder):
    for arguments, said in (
        (("abc", "--reason", "x"), "accept.fingerprint: it is not of the form"),
        (("--reason", "x"), "it is about every finding"),
        (("--rule", "**", "--reason", "x"), "it is about every finding"),
        (("--rule", "a"), "Say why with --reason"),
        (("--rule", "start-oidc", "--reason", "x"), "did you mean start-oidc-issuer?"),
        (("--rule", "nothing-so-*", "--reason", "x"), "`confaudit rules list` lists them"),
        (("--rule", "a", "--reason", "x", "--note", "y"), "Say why with --reason"),
        (("--rule", "a", "--reason", " "), "ignore.reason: it is not of the form"),
        (("--rule", "a", "--reason", "x", "--expires", "2020-01-01"), "it expired on 2020-01-01"),
        (("--rule", "a", "--reason", "x", "--expires", "soon"), "Invalid value for '--expires'"),
        (("--rule", "a", "--reason", "x", "--until-version", "2"), "it is no version"),
    ):
        code, out, err = confaudit("ignore", "add", *arguments)
        assert (code, out) == (2, ""), arguments
        assert said in err
    assert not (folder / FILE).exists()
    (folder / FILE).write_text("ignore: [{rule: a}]\n")
    for command in (FINDING, ("ignore", "list"), ("ignore", "prune")):
        code, out, err = confaudit(*command)
        assert (code, out) == (2, "")
        assert f"{FILE}, line 1, ignore: reason is missing" in err


def test_a_new_repository_has_files_to_fill_in_and_their_schemas(confaudit, folder, quiet_home):
    assert confaudit("init", "--repo", "repo")[0] == 0
    out = confaudit("schema", "exceptions")[1]
    assert (folder / "repo/.confaudit/exceptions.schema.json").read_text() == out
    jsonschema.Draft202012Validator(json.loads(out)).validate(None)
    text = (folder / "repo" / FILE).read_text()
    assert text.startswith("# yaml-language-server: $schema=.confaudit/exceptions.schema.json\n")
    (folder / FILE).write_text("\n".join(line.removeprefix("# ") for line in text.splitlines()[4:]))
    assert "3 exceptions, 0 expired" in confaudit("ignore", "list", "--now", "2026-11-27")[1]
    assert "kept" in confaudit("init", "--repo", "repo")[1]


@pytest.mark.parametrize("is_repository", [True, False])
def test_two_at_once_wait_for_each_other(confaudit, folder, quiet_home, is_repository):
    if is_repository:
        confaudit("init")
    (folder / "confaudit.yaml").write_text("lock_timeout: 0\n")
    add = ("ignore", "add", "0123456789ab", "--reason", "x", "--expires", "2999-12-31")
    with locked(folder, 1):
        for command in (add, ("ignore", "prune")):
            code, out, err = confaudit(*command)
            assert (code, out) == (2, "")
            assert err.startswith(f"confaudit: the files in {folder} are locked by process ")
    assert confaudit(*add)[0] == 0
    assert (folder / ".confaudit/confaudit.lock").exists() != is_repository
