"""A history that was told once is told again without reading it, and never as it was before."""

import re
import shutil
import subprocess
import sys
from contextlib import suppress

import pytest

from confaudit.configfile import Configuration, Loaded
from confaudit.core.history import blame as search
from confaudit.core.snapshot import canonical
from confaudit.core.snapshot.canonical import encode
from confaudit.errors import ConfauditError
from confaudit.store.layout import folder_of
from confaudit.store.steps import steps
from confaudit.workflows.blame import blame
from confaudit.workflows.history import entries
from confaudit.workflows.setup import Setup
from tests.integration.test_store_repository import git
from tests.long_history import build, chosen_by, edited, sample

pytestmark = pytest.mark.usefixtures("quiet_home")
COMMITS = 40
NUMBERS = ("int", "duration")
"""Types of options, of which `edited` edits some."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("history") / "repo"
    build(folder, COMMITS)
    return folder


@pytest.fixture
def root(built, tmp_path):
    folder = tmp_path / "repo"
    shutil.copytree(built, folder)
    git(folder, "config", "user.name", "Ann")
    git(folder, "config", "user.email", "ann@example.com")
    return folder


def setup(root):
    loaded = Loaded(Configuration(), root / "confaudit.yaml", frozenset())
    return Setup(loaded, root, timeout=1, retries=0, environ={})


def told(root, **asked):
    return list(entries(setup(root), **asked))


@pytest.fixture
def walked(monkeypatch):
    """The revisions whose steps were read from git."""
    asked = []

    def watched(snapshots, revision, deployments=()):
        asked.append(revision)
        return steps(snapshots, revision, deployments)

    monkeypatch.setattr("confaudit.store.steps.steps", watched)
    return asked


def snapshot_again(root, seed, message="more"):
    """A commit with another snapshot on top."""
    for name, text in encode(edited(sample(), chosen_by(seed))).items():
        (root / folder_of("prod") / name).write_text(text)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD")


def test_the_second_time_nothing_is_read(root, walked):
    first = told(root)
    assert len(first) == COMMITS
    assert sum(len(entry.changes) for entry in first) > COMMITS
    assert told(root) == first
    assert len(walked) == 1


def test_the_second_time_takes_few_modules(root):
    """Half the time of telling 10,000 snapshots again is the start of the process."""
    told(root)
    code = "import sys; from confaudit.cli.main import run; run(['log', '--no-config']);"
    code += "print(*(name for name in sys.modules if name.startswith('confaudit.')))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    own = {name.removeprefix("confaudit.") for name in done.stdout.splitlines()[-1].split()}
    assert f"result: {COMMITS} snapshots" in done.stdout
    assert own.isdisjoint({"core.judge.judge", "core.report.report", "core.changes.causes"})
    assert len(own) < 95


def edit(root, message, change):
    """A commit with the settings as a person may have left them."""
    path = root / folder_of("prod") / "settings.json"
    path.write_text(change(path.read_text()))
    git(root, "commit", "-qam", message)


def test_blame_by_what_is_known_tells_what_a_walk_tells(root, walked):
    edit(root, "spaces", lambda text: text.replace('"access-url": {', '"access-url":  {'))
    edit(root, "damage", lambda text: text.replace("{", "[", 1))
    edit(root, "mended", lambda text: text.replace("[", "{", 1))
    found = blame(setup(root))
    since = {one.spec.key: one.since for one in found}
    told(root)
    walks = len(walked)
    assert blame(setup(root), chosen=lambda _: since.keys() - {"access-url"}) == tuple(
        one for one in found if one.spec.key != "access-url"
    )
    assert len(walked) == walks
    assert blame(setup(root)) == found
    assert since["access-url"].is_first
    assert {one.subject for one in since.values()} > {"commit 0", f"commit {COMMITS - 1}"}


def test_settings_are_cut_up_only_where_something_that_is_sought_differs(root, monkeypatch):
    cut = []
    real = canonical.setting_lines
    monkeypatch.setattr(search, "setting_lines", lambda text: cut.append(text) or real(text))

    def still(snapshot):
        return [key for key, spec in snapshot.declared.items() if spec.type not in NUMBERS]

    assert {one.since.is_first for one in blame(setup(root), chosen=still)} == {True}
    assert len(cut) == 1
    blame(setup(root))
    assert len(cut) > COMMITS // 2


def test_what_came_since_is_read_alone(root, walked):
    first = told(root)
    tip = first[0].commit
    new = snapshot_again(root, 7)
    found = told(root)
    assert found[1:] == first
    assert found[0].commit == new
    assert walked[1:] == [f"{tip}..{new}"]
    assert told(root, since=first[5].taken_at, until=first[2].taken_at) == first[2:6]


def test_a_history_with_a_merge_is_read_anew(root, walked):
    told(root)
    git(root, "checkout", "-q", "-b", "side", "HEAD~3")
    snapshot_again(root, 8, "side")
    git(root, "checkout", "-q", "main")
    git(root, "merge", "-q", "--no-edit", "-s", "ours", "side")
    merged = told(root)
    assert [one.subject for one in merged if one.subject == "side"] in (["side"], [])
    assert walked[-1] == git(root, "rev-parse", "HEAD")
    shutil.rmtree(root / ".git" / "confaudit")
    assert told(root) == merged


def test_a_history_that_was_rewritten_is_read_anew(root):
    told(root)
    git(root, "reset", "-q", "--hard", "HEAD~5")
    snapshot_again(root, 9)
    found = told(root)
    shutil.rmtree(root / ".git" / "confaudit")
    assert told(root) == found
    assert len(found) == COMMITS - 4


@pytest.mark.parametrize("damage", [b"", b"x" * 100, None])
def test_a_damaged_file_is_no_history(root, damage):
    first = told(root)
    (file,) = (root / ".git" / "confaudit").iterdir()
    data = file.read_bytes()
    file.write_bytes(data[:-9] + b"y" + data[-8:] if damage is None else damage)
    assert told(root) == first
    assert file.read_bytes() == data


def test_each_question_has_an_answer_of_its_own(root):
    every = told(root)
    assert told(root, deployments=["prod"]) == every
    assert told(root, deployments=["dev"]) == []
    assert told(root, deployments=["prod"]) == every
    assert told(root, revision="HEAD~1") == every[1:]
    assert told(root) == every


def test_a_number_that_cannot_be_kept_is_told_all_the_same(root):
    place = re.compile('("access-url".*"value": )"[^"]*"')
    edit(root, "odd", lambda text: place.sub(lambda found: f"{found[1]}{10**30}", text))
    (change,) = told(root)[0].changes
    assert change.after == 10**30
    assert told(root)[0].changes == (change,)


def test_other_facts_make_another_answer(root, walked):
    told(root)
    releases = root / "coder-releases"
    releases.mkdir()
    (releases / "own.json").write_text('{"format": 1, "releases": []}')
    with suppress(ConfauditError):  # whether it is a catalogue is not asked here
        told(root)
    assert len(walked) == 2


def test_who_stops_early_keeps_nothing(root):
    assert next(entries(setup(root))).commit == git(root, "rev-parse", "HEAD")
    assert not (root / ".git" / "confaudit").exists()


def test_a_repository_that_may_not_be_written_is_read_all_the_same(root):
    (root / ".git" / "confaudit").write_text("in the way")
    assert len(told(root)) == COMMITS == len(told(root))


def test_a_walk_takes_two_git_processes_and_one_that_is_known_one(root, tmp_path, monkeypatch):
    started = []
    real = subprocess.Popen.__init__

    def counted(self, command, *rest, **named):
        started.append(command)
        real(self, command, *rest, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", counted)
    told(root)
    assert len(started) == 2
    started.clear()
    told(root)
    assert len(started) == 1


def test_what_a_shallow_clone_lacks_is_told_once_it_was_fetched(root, tmp_path, confaudit):
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", str(COMMITS - 4), f"file://{root}", "clone")
    assert len(told(clone)) == COMMITS - 4
    _, _, err = confaudit("log", "--no-config", "--repo", clone, "-n", "1")
    assert "clone is shallow" in err
    _, out, _ = confaudit("blame", "--no-config", "--repo", clone, "browser-only")
    assert "clone is shallow" in out
    git(clone, "fetch", "-q", "--unshallow")
    assert len(told(clone)) == COMMITS
    assert "shallow" not in confaudit("log", "--no-config", "--repo", clone, "-n", "1")[2]
