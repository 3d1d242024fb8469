"""Every view of a history tells the story that the history was made of."""

import json
import re
import subprocess

import pytest

from confaudit.configfile import Configuration, Loaded
from confaudit.core.model import Cause, ChangeKind
from confaudit.errors import ConfauditError
from confaudit.workflows.blame import blame
from confaudit.workflows.history import brought_by, entries
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.words import named
from tests.story import CHAPTERS, PLANTED, TOLD
from tests.tables import every_row

BY_ID = {one.id: one for one in TOLD}


@pytest.fixture(scope="module")
def setup(story):
    loaded = Loaded(Configuration(), story.folder / "confaudit.yaml", frozenset())
    return Setup(loaded, story.folder, 1, 0, environ={})


def keys(entry, *causes):
    return {change.key for change in entry.changes if change.cause in causes}


# --- entries -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def told(story, setup):
    """Chapter → its entry, the newest first."""
    chapters = {commit: chapter for chapter, commit in story.commits.items()}
    return {chapters[one.commit]: one for one in entries(setup)}


def test_an_entry_for_each_chapter_of_a_snapshot_in_its_order(told):
    assert told.keys() == BY_ID.keys()
    on_main = [one.id for one in reversed(TOLD) if one.branch == "main"]
    assert [one for one in told if one in on_main] == on_main


@every_row("chapter", TOLD, ids=lambda one: one.id)
def test_an_entry_tells_what_its_chapter_does(story, told, chapter):
    entry = told[chapter.id]
    assert (entry.deployment, entry.taken_at, entry.subject) == (
        chapter.deployment, chapter.taken_at, chapter.subject,
    )  # fmt: skip
    assert f"{entry.author} <{entry.mail}>" == chapter.author
    assert (entry.is_first, entry.is_removed, entry.is_by_hand, entry.is_upgrade) == (
        story.is_first(chapter), chapter.is_removed, chapter.is_by_hand, story.is_upgrade(chapter),
    )  # fmt: skip
    assert bool(entry.trouble) == chapter.is_damaged
    assert keys(entry, Cause.OPERATOR, Cause.UNKNOWN) == set(chapter.by_operator)
    nobody = keys(entry, Cause.COMPUTED) - ({"docs-url"} if entry.is_upgrade else set())
    assert nobody == set(chapter.by_nobody)
    assert keys(entry, Cause.RELEASE) >= set(chapter.by_release)
    assert bool(keys(entry, Cause.RELEASE)) == entry.is_upgrade
    renamed = {one.key: one.was for one in entry.changes if one.kind is ChangeKind.RENAMED}
    assert renamed.items() >= chapter.renamed.items()


def test_entries_tell_releases_and_values(story, told):
    for chapter in TOLD:
        if chapter.is_damaged:
            continue
        before, entry = story.before(chapter), told[chapter.id]
        after = before.then(chapter)
        expected = after.release if chapter.is_removed else before.release
        assert (entry.version_before, entry.version) == (expected, after.release)
        for change in entry.changes:
            if change.key in chapter.sets and not str(chapter.sets[change.key].value).startswith(
                PLANTED
            ):
                assert (change.after, change.source_after) == chapter.sets[change.key]


def test_a_merge_is_known_for_what_it_brought(story, setup):
    brought = brought_by(setup)
    for chapter in CHAPTERS:
        merge = story.brought_by(chapter)
        assert brought.get(story.commits[chapter.id]) == (merge and story.commits[merge.id])


# --- log -----------------------------------------------------------------------------------------


@pytest.fixture
def report(story, confaudit, quiet_home):
    """Runs a command on the story, and reads its JSON."""

    def read(*arguments):
        where = ("--repo", story.folder, "--no-config", "-f", "json")
        code, out, err = confaudit(*arguments, *where)
        assert code == 0, err
        return json.loads(out)

    return read


@pytest.fixture
def log(story, report):
    """The ids of the chapters that the log tells, newest first, and its entries as JSON."""
    chapters = {commit: chapter for chapter, commit in story.commits.items()}

    def told(*arguments):
        found = report("log", *arguments)["entries"]
        return [chapters[one["commit"]] for one in found], found

    return told


def names(changes):
    """What changes in JSON are about."""
    return {change.get("option") or change["path"] for change in changes}


def newest_first(holds):
    return [one.id for one in reversed(TOLD) if holds(one)]


@pytest.mark.parametrize("name", ["prod", "fleet-a"])
def test_log_tells_what_the_operator_did(log, name):
    ids, found = log("-d", name, "--cause", "operator")
    assert ids == newest_first(lambda one: one.deployment == name and one.by_operator)
    for chapter, entry in zip(map(BY_ID.get, ids), found, strict=True):
        assert names(entry["changes"]) == set(chapter.by_operator)


@pytest.mark.parametrize("option", ["--session-duration", "CODER_SESSION_DURATION"])
def test_log_of_an_option_tells_when_it_changed_and_was_set_back(log, option):
    assert log(option, "-d", "prod")[0] == ["prod-back", "prod-env"]


@pytest.mark.parametrize("name", ["ai-gateway-enabled", "aibridge-enabled"])
def test_log_of_a_renamed_option_is_the_same_by_either_name(log, name):
    assert log(name, "-d", "prod")[0] == ["prod-upgrade", "prod-old-name"]


def test_log_of_an_option_leaves_out_no_snapshot_that_may_have_changed_it(log):
    assert log("session-duration", "-d", "staging")[0] == newest_first(lambda one: one.is_damaged)


def test_log_of_a_time_tells_what_happened_then(log):
    ids, _ = log("--since", "2025-08-04T06:00:00Z", "--until", "2025-09-01T12:00:00Z")
    times = ("2025-08-04T06:00:00Z", "2025-09-01T12:00:00Z")
    assert sorted(ids) == sorted(newest_first(lambda one: times[0] <= one.at <= times[1]))


def test_log_marks_upgrades_and_what_git_tells(story, log):
    ids, found = log()
    assert {*ids} == {*BY_ID}
    for chapter, entry in zip(map(BY_ID.get, ids), found, strict=True):
        assert entry["is_upgrade"] == story.is_upgrade(chapter)
        assert entry.get("is_removed", False) == chapter.is_removed
        assert entry.get("is_by_hand", False) == chapter.is_by_hand
        assert (entry["taken_at"], entry["subject"]) == (chapter.at, chapter.subject)


# --- blame ---------------------------------------------------------------------------------------


def test_blame_tells_the_chapter_that_made_an_option_what_it_is(story, setup):
    for deployment in story.deployments:
        chosen = story.state(deployment).chosen
        asked = {*chosen, "session-duration"}
        for found in blame(setup, "HEAD", deployment, lambda _, asked=asked: asked):
            key = found.spec.key
            assert found.since.commit == story.commits[story.since(deployment, key).id]
            if key in chosen:
                assert found.setting.source == chosen[key].source


@pytest.mark.parametrize("deployment", ["prod", "staging", "fleet-a"])
def test_blame_names_commit_time_author_and_merge(story, report, deployment):
    rows = report("blame", "-d", deployment)["tables"]["options"]["rows"]
    chosen = {**story.state(deployment).chosen}
    chosen.pop("aibridge-enabled", None)  # an old name
    found = {row["option"].removeprefix("--"): row for row in rows}
    assert found.keys() >= chosen.keys()
    for key in chosen:
        chapter, row = story.since(deployment, key), found[key]
        merge = story.brought_by(chapter)
        assert story.commits[chapter.id].startswith(row["commit"])
        assert row["since"].startswith(f"{chapter.taken_at:%Y-%m-%d %H:%M} UTC")
        assert row["since"].endswith(" or earlier") == story.is_first(chapter)
        assert row["source"] == chosen[key].source
        assert chapter.author.startswith(row["author"])
        assert bool(merge) == ("merge" in row)
        assert not merge or story.commits[merge.id].startswith(row["merge"])


# --- show ----------------------------------------------------------------------------------------


SHOWN = (
    *("prod-env", "prod-back", "prod-order", "prod-rotated", "prod-fact", "prod-upgrade"),
    *("staging-side", "prod-hand", "prod-hostile"),
)


@pytest.mark.parametrize("chapter", [BY_ID[one] for one in SHOWN], ids=lambda one: one.id)
def test_show_tells_what_a_commit_brought(story, report, chapter):
    found = report("show", story.commits[chapter.id])
    before, after = story.before(chapter), story.before(chapter).then(chapter)
    assert found["after"]["deployment"] == chapter.deployment
    assert (found["before"]["version"], found["after"]["version"]) == (
        before.release,
        after.release,
    )
    by = {cause: set() for cause in Cause}
    for change in found["changes"]:
        by[change["cause"]] |= names([change])
    assert by[Cause.OPERATOR] == set(chapter.by_operator)
    assert by[Cause.RELEASE] >= set(chapter.by_release)
    assert by[Cause.COMPUTED] - {"docs-url"} == set(chapter.by_nobody)


@pytest.mark.parametrize(
    ("chapter", "verdict"),
    [
        ("old-first", "First snapshot, 1 option set."),
        ("old-gone", "The snapshot was removed."),
        ("staging-damaged", "It cannot be told"),
    ],
)
def test_show_says_where_no_change_can_be_told(story, report, chapter, verdict):
    assert report("show", story.commits[chapter])["verdict"].startswith(verdict)


def test_show_of_a_merge_tells_what_it_brought(story, report):
    found = report("show", story.commits["merge"])
    assert names(found["changes"]) == set(BY_ID["staging-side"].by_operator)


def test_show_of_a_commit_without_snapshot_says_so(story, confaudit, quiet_home):
    where = ("--repo", story.folder, "--no-config")
    code, _, err = confaudit("show", story.commits["config"], *where)
    assert (code, "changed no snapshot" in err) == (3, True)


# --- git -----------------------------------------------------------------------------------------


def test_no_secret_of_it_is_in_git(story):
    done = subprocess.run(
        ["git", "-C", story.folder, "grep", "-c", PLANTED, *story.commits.values()],
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (1, b"")


# --- revisions in words ---------------------------------------------------------------------------

WORDS = {
    "prod@{2025-06-10}": "prod-secret",
    "prod@{2025-06-02T06:00:00Z}": "prod-secret",
    "2025-06-02T06:00:00Z:prod": "prod-secret",
    "fleet-a@{2025-08-04}": "fleet-a-drift",
    "staging@{2025-08-04}": "staging-side",
    "last-upgrade:prod": "prod-upgrade",
    "prod@{last-upgrade}": "prod-upgrade",
    "before-upgrade:prod": "prod-old-name",
    "last-operator-change:prod": "prod-hostile",
    "last-operator-change:fleet-a": "fleet-a-drift",
    "last-upgrade:fleet-b": "fleet-b-upgrade",
    "before-upgrade:fleet-b": "fleet-b-first",
    "old@{2025-09-01}": "old-first",
}
"""Words → the chapter whose commit they mean."""


@pytest.mark.parametrize(("words", "chapter"), WORDS.items())
def test_words_mean_the_chapter(story, setup, words, chapter):
    assert Loader(setup).stored(words).commit == story.commits[chapter]
    assert named(setup, words).revision == story.commits[chapter]


@pytest.mark.parametrize(
    ("words", "chapter"),
    {
        "2025-08-04": "fleet-a-drift",  # staging's is newer, and lay on a branch
        "2025-08-05": "merge",
        "2025-05-04": "prod-flag",  # after it came a commit without snapshots
        "2025-08-04:staging": "staging-side",
    }.items(),
)
def test_a_time_of_no_deployment_means_what_the_branch_had_come_to(story, setup, words, chapter):
    assert named(setup, words).revision == story.commits[chapter]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("last-upgrade:staging", "no snapshot tells of an upgrade of staging"),
        ("before-upgrade:staging", "no snapshot tells of an upgrade of staging"),
        ("prod@{2025-02-01}", "there was no snapshot of prod by 2025-02-01 23:59 UTC"),
        ("old@{2025-12-01}", "there was no snapshot of old any more by 2025-12-01"),
        ("2025-02-01", "there was no snapshot by 2025-02-01"),
        ("last-upgrade", "leaves open which deployment is meant"),
        ("yesterday", "yesterday holds snapshots of several deployments: fleet-a, fleet-b, prod"),
        ("nobody@{yesterday}", "there is no snapshot of a deployment called nobody"),
        ("last-upgrade:nobody", "there is no snapshot of a deployment called nobody"),
    ],
)
def test_words_that_mean_nothing_are_a_sentence(setup, words, said):
    with pytest.raises(ConfauditError, match=re.escape(said)) as caught:
        Loader(setup).stored(words)
    assert caught.value.hint


def test_verify_finds_the_last_upgrade_by_itself(story, report):
    found = report("verify", "-d", "prod", "--exit-zero")
    by_hand = report("verify", "before-upgrade:prod", "last-upgrade:prod", "--exit-zero")
    assert found == by_hand | {"generated_at": found["generated_at"]}
    assert found["after"]["commit"] == story.commits["prod-upgrade"]


def test_blame_tells_an_option_once_whatever_releases_called_it(story, report):
    rows = report("blame", "-d", "prod")["tables"]["options"]["rows"]
    old = {"aibridge-enabled", "notifications-email-smarthost"}
    chosen = {*story.state("prod").chosen, "ai-gateway-enabled"} - old
    assert {row["option"].lstrip("-") for row in rows} == chosen
    asked = report("blame", "-d", "prod", "aibridge-enabled")["tables"]["options"]["rows"]
    assert [row["option"] for row in asked] == ["--ai-gateway-enabled"]


def test_blame_at_a_time_in_words_tells_what_was_so_then(story, report):
    rows = report("blame", "--at", "prod@{2025-07-20}")["tables"]["options"]["rows"]
    since = {row["option"]: row["commit"] for row in rows}
    assert since["--max-token-lifetime"] == story.commits["prod-upgrade"][:12]
    assert "--cli-upgrade-message" not in since


def test_a_log_of_a_time_in_words(story, report):
    entries = report("log", "-d", "prod", "--since", "2025-06-02", "--until", "2025-06-02")
    assert [one["commit"] for one in entries["entries"]] == [story.commits["prod-secret"]]


def test_what_git_knows_by_such_a_name_is_gits(story, setup, tmp_path):
    folder = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(story.folder), str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "tag", "last-upgrade", "HEAD~2"], check=True)
    here = Setup(setup.loaded, folder, 1, 0, environ={})
    assert named(here, "last-upgrade:prod") == ("last-upgrade", "prod", "")
    assert named(setup, "last-upgrade:prod").revision == story.commits["prod-upgrade"]


# --- compare -------------------------------------------------------------------------------------


def rows(document, table):
    found = document["tables"].get(table, {"rows": []})["rows"]
    return {(one["option"], *one["members"]) for one in found}


def test_compare_tells_where_the_deployments_end_up_different(story, report):
    document = report("compare")
    assert [one["name"] for one in document["tables"]["members"]["rows"]] == [*story.deployments]
    assert rows(document, "drifts") == {("--browser-only", "fleet-a")}
    differing = {option.lstrip("-") for option, *_ in rows(document, "differences")}
    chosen = {key for name in ("prod", "staging") for key in story.state(name).chosen} - {
        "oidc-scopes",
        "aibridge-enabled",
    }  # set to what it is by default
    assert chosen <= differing


def test_compare_takes_words_and_fails_when_asked(story, confaudit, quiet_home):
    where = ("--repo", story.folder, "--no-config")
    pair = ("compare", "prod", "prod@{2025-06-10}")
    code, out, _ = confaudit(*pair, *where, "--exit-code")
    assert code == 1
    assert "--max-token-lifetime" in out
    assert confaudit(*pair, *where)[0] == 0


@pytest.mark.parametrize("inputs", [("prod",), ("prod", "prod")])
def test_compare_of_one_thing_says_so(story, confaudit, quiet_home, inputs):
    code, _, err = confaudit("compare", *inputs, "--repo", story.folder, "--no-config")
    assert (code, "no two configurations" in err) == (3, True)
