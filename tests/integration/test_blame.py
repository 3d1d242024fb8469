"""Since when options are what they are, over a real history."""

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.configfile import Configuration, Loaded
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.model import Cause, Setting, ValueSource
from confaudit.core.snapshot.canonical import encode
from confaudit.errors import NothingToDo, SourceError
from confaudit.store.layout import folder_of
from confaudit.workflows.blame import blame, every
from confaudit.workflows.history import brought_by, entries
from confaudit.workflows.setup import Setup
from tests.integration.test_store_repository import git
from tests.long_history import chosen_by

pytestmark = pytest.mark.usefixtures("quiet_home")

KEYS = ("session-duration", "max-token-lifetime", "oidc-issuer-url")
HOUR = 3_600_000_000_000


def snapshot(version="2.33.0", **values):
    """The defaults of a release, with some options set by environment."""
    base = default_snapshot(packaged().nearest(version))
    given = {key.replace("_", "-"): Setting(v, ValueSource.ENV) for key, v in values.items()}
    return replace(base, settings={**base.settings, **given})


@pytest.fixture
def root(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "Ann")
    git(tmp_path, "config", "user.email", "ann@example.com")
    return tmp_path


def commit(root, subject, state, name="prod", **edits):
    """Commit a snapshot, with texts in place of some of its files; None removes it."""
    folder = root / folder_of(name)
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in (encode(state) if state else {}).items():
        (folder / file).write_text(edits.get(file.partition(".")[0], text))
    if state is None:
        git(root, "rm", "-q", "-r", folder_of(name))
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", subject)


def setup(root):
    return Setup(
        Loaded(Configuration(), root / "confaudit.yaml", frozenset()), root, 1, 0, environ={}
    )


def told(root, *keys, revision="HEAD"):
    """Option → value, subject of the snapshot that made it so, and the cause."""
    return {
        one.spec.key: (one.setting.value, one.since.subject, one.change and one.change.cause)
        for one in blame(setup(root), revision, chosen=(lambda _: keys) if keys else every)
    }


def test_each_option_has_the_snapshot_that_made_it_what_it_is(root):
    commit(root, "first", snapshot(session_duration=HOUR))
    commit(root, "longer", snapshot(session_duration=2 * HOUR, max_token_lifetime=HOUR))
    commit(root, "notes", snapshot(session_duration=2 * HOUR, max_token_lifetime=HOUR))
    commit(root, "back", snapshot(session_duration=HOUR, max_token_lifetime=HOUR))
    commit(
        root,
        "issuer",
        snapshot(session_duration=HOUR, max_token_lifetime=HOUR, oidc_issuer_url="x"),
    )
    found = told(root, *KEYS)
    assert found == {
        "session-duration": (HOUR, "back", Cause.OPERATOR),
        "max-token-lifetime": (HOUR, "longer", Cause.OPERATOR),
        "oidc-issuer-url": ("x", "issuer", Cause.OPERATOR),
    }
    every = told(root)
    assert found.items() <= every.items()
    assert every["access-url"][1:] == ("first", None)
    assert told(root, "session-duration", revision="HEAD~2") == {
        "session-duration": (2 * HOUR, "longer", Cause.OPERATOR)
    }


def test_blame_agrees_with_the_entries(root):
    states = [snapshot(session_duration=n * HOUR, oidc_issuer_url=str(n // 2)) for n in range(1, 6)]
    for number, state in enumerate(states):
        commit(root, f"{number}", state)
    newest = {}
    for entry in entries(setup(root)):
        for change in entry.changes:
            newest.setdefault(change.key, entry.subject)
    blamed = {key: subject for key, (_, subject, cause) in told(root).items() if cause}
    assert blamed == newest == {"session-duration": "4", "oidc-issuer-url": "3"}


def test_an_option_is_followed_through_a_rename(root):
    old, new = "2.33.11", "2.34.0"
    commit(root, "first", snapshot(old))
    commit(root, "limited", snapshot(old, aibridge_rate_limit=5, aibridge_retention=HOUR))
    both = {"aibridge_rate_limit": 5, "ai_gateway_rate_limit": 5}
    commit(root, "upgrade", snapshot(new, **both, ai_gateway_retention=2 * HOUR))
    found = told(root, "ai-gateway-rate-limit", "ai-gateway-retention", "ai-budget-policy")
    assert found["ai-gateway-rate-limit"] == (5, "limited", Cause.OPERATOR)
    assert found["ai-gateway-retention"][:2] == (2 * HOUR, "upgrade")
    assert found["ai-budget-policy"][1:] == ("upgrade", Cause.RELEASE)


def test_an_option_alone_has_the_origin_that_it_has_among_all(root):
    old, new = "2.33.11", "2.34.0"
    set_then = {"aibridge_rate_limit": 5, "session_duration": HOUR}
    set_now = {"ai_gateway_rate_limit": 5, "aibridge_rate_limit": 5, "session_duration": HOUR}
    commit(root, "first", snapshot(old))
    commit(root, "set", snapshot(old, **set_then))
    spaced = encode(snapshot(old, **set_then))["settings.json"].replace('": {"s', '":  {"s')
    commit(root, "spaced", snapshot(old, **set_then), settings=spaced)
    commit(root, "damaged", snapshot(old, **set_then), settings="{")
    commit(root, "upgrade", snapshot(new, **set_now))
    commit(root, "more", snapshot(new, **set_now, oidc_issuer_url="x"))
    every = told(root)
    for key in ("session-duration", "ai-gateway-rate-limit", "oidc-issuer-url", "access-url"):
        assert told(root, key) == {key: every[key]}


def test_a_damaged_snapshot_hides_no_origin(root):
    commit(root, "first", snapshot())
    commit(root, "set", snapshot(session_duration=HOUR))
    commit(root, "damaged", snapshot(session_duration=HOUR), settings="{")
    commit(root, "repaired", snapshot(session_duration=HOUR, oidc_issuer_url="x"))
    found = told(root, *KEYS)
    assert found["session-duration"] == (HOUR, "set", Cause.OPERATOR)
    assert found["oidc-issuer-url"] == ("x", "damaged", None)  # which had it already, or had not
    subjects = {one.subject: one.trouble for one in entries(setup(root))}
    assert [bool(subjects[one]) for one in ("set", "damaged", "repaired")] == [False, True, True]


def test_each_branch_is_held_against_its_own_past(root):
    commit(root, "first", snapshot())
    git(root, "checkout", "-q", "-b", "side")
    commit(root, "side", snapshot(session_duration=HOUR))
    git(root, "checkout", "-q", "main")
    commit(root, "main", snapshot(), name="dev")
    git(root, "merge", "-q", "-m", "merged", "side")
    commit(root, "last", snapshot(session_duration=HOUR, oidc_issuer_url="x"))
    found = {one.spec.key: one for one in blame(setup(root), "HEAD", "prod", lambda _: KEYS)}
    assert found["session-duration"].since.subject == "side"
    assert found["oidc-issuer-url"].since.subject == "last"
    merges = brought_by(setup(root))
    merged = git(root, "rev-parse", "HEAD~1")
    assert merges == {found["session-duration"].since.commit: merged}


def branching(chance):
    """Commits on three branches, each of which is merged into another now and then, for git."""
    tips = {"main": ":1", "side": ":1", "below": ":1"}
    for mark in range(1, 40):
        branch = chance.choice([*tips]) if mark > 1 else "main"
        yield f"commit refs/heads/{branch}\nmark :{mark}\n"
        yield f"committer Ann <a@x> {mark} +0000\ndata 0\n"
        yield f"from {tips[branch]}\n" if mark > 1 else ""
        other = tips[chance.choice([*tips])]
        yield f"merge {other}\n" if chance.randrange(2) and other != tips[branch] else ""
        tips[branch] = f":{mark}"


@pytest.mark.parametrize("seed", range(2))
def test_a_commit_was_brought_by_the_first_merge_that_holds_it(root, seed):
    git(root, "fast-import", "--quiet", stdin="".join(branching(chosen_by(seed))))
    merges, asked = brought_by(setup(root)), setup(root)
    main_line = git(root, "rev-list", "--first-parent", "--reverse", "main").split()
    held, expected = set(), {}
    for commit in main_line:
        new = {*git(root, "rev-list", commit).split()} - held
        expected |= dict.fromkeys(new - {*main_line}, commit)
        held |= new
    assert merges == expected
    assert merges
    for one in git(root, "rev-list", "--all").split():
        assert brought_by(asked, commit=one).get(one) == merges.get(one)


def test_a_deployment_that_came_back_begins_anew(root):
    commit(root, "first", snapshot(session_duration=HOUR))
    commit(root, "gone", None)
    commit(root, "back", snapshot(session_duration=HOUR))
    assert told(root, "session-duration") == {"session-duration": (HOUR, "back", None)}


def test_what_is_not_there_is_a_sentence(root):
    with pytest.raises(NothingToDo, match="no snapshot yet"):
        blame(setup(root))
    commit(root, "first", snapshot())
    with pytest.raises(SourceError, match="no commit nowhere"):
        blame(setup(root), "nowhere")
    assert told(root, "no-such-option") == {}
