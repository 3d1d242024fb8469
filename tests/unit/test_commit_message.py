"""What `git log` of a snapshot folder says: a subject, the changes, git trailers."""

import pytest
from msgspec.structs import replace

from confaudit.core.model import (
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Facet,
    FacetChange,
    Fidelity,
    Snapshot,
    Subject,
    ValueSource,
)
from confaudit.core.snapshot.commit_message import commit_message
from tests.tables import every_row

SNAPSHOT = Snapshot(
    deployment="prod",
    fidelity=Fidelity.FULL,
    version="2.33.0",
    taken_at=None,
    label="x",
    settings={},
    declared={},
    config={},
    server={},
    unavailable={},
)
NEWER = replace(SNAPSHOT, version="2.34.5")


def change(kind=ChangeKind.CHANGED, before=1, after=2, **fields):
    values = {"subject": Subject.OPTION, "key": "a", **fields}
    return Change(kind=kind, before=before, after=after, **values)


def subject(before, after, *changes):
    return commit_message(before, after, changes).partition("\n")[0]


def body(*changes):
    return commit_message(SNAPSHOT, SNAPSHOT, changes).split("\n\n")[1].splitlines()


LEAF = change(subject=Subject.CONFIG)
FACT = change(subject=Subject.SERVER)
MINE = change(cause=Cause.OPERATOR)
ORDER = change(before=[1, 2], after=[2, 1], cause=Cause.COMPUTED, is_reordered=True)


def by(cause, *keys):
    """Changes by one cause, of an option `a` if none is named."""
    return [change(cause=cause, key=key) for key in keys or "a"]


@every_row(
    ("before", "after", "changes", "reads"),
    [
        (None, SNAPSHOT, [], "first snapshot, Coder 2.33.0"),
        (None, replace(SNAPSHOT, version=""), [], "first snapshot, unknown Coder version"),
        (SNAPSHOT, SNAPSHOT, [], "no setting changed"),
        (SNAPSHOT, SNAPSHOT, [change()], "a changed"),
        (SNAPSHOT, SNAPSHOT, [MINE], "a changed by the operator"),
        (SNAPSHOT, SNAPSHOT, [by(Cause.UNKNOWN)], "a changed for an unknown cause"),
        (SNAPSHOT, SNAPSHOT, [by(Cause.RELEASE, "b", "c")], "b and c changed by the release"),
        (SNAPSHOT, SNAPSHOT, [by(Cause.COMPUTED)], "a computed anew"),
        (SNAPSHOT, SNAPSHOT, [ORDER], "a in another order"),
        (SNAPSHOT, SNAPSHOT, [ORDER, MINE], "a changed by the operator, 1 more otherwise"),
        (SNAPSHOT, NEWER, [ORDER], "upgraded 2.33.0 → 2.34.5"),
        (SNAPSHOT, NEWER, [], "upgraded 2.33.0 → 2.34.5"),
        (
            SNAPSHOT,
            SNAPSHOT,
            [by(Cause.OPERATOR, *"abcdefg"), by(Cause.UNKNOWN, "h")],
            "a, b, c, d, e and 2 more changed by the operator, 1 more otherwise",
        ),
        (
            SNAPSHOT,
            SNAPSHOT,
            [by(Cause.OPERATOR, "session-duration", "oidc-scopes", "x" * 30, "y")],
            "session-duration, oidc-scopes and 2 more changed by the operator",
        ),
        (
            SNAPSHOT,
            SNAPSHOT,
            [by(Cause.OPERATOR, "z" * 90)],
            f"{'z' * 60}… changed by the operator",
        ),
        (SNAPSHOT, SNAPSHOT, [by(Cause.OPERATOR, "b\n\x1b")], r"b\n\x1b changed by the operator"),
        (
            SNAPSHOT,
            NEWER,
            [
                MINE,
                change(cause=Cause.RELEASE),
                change(cause=Cause.UNKNOWN),
                replace(LEAF, cause=Cause.OPERATOR),
            ],
            "upgraded 2.33.0 → 2.34.5, a and a changed by the operator",
        ),
        (replace(SNAPSHOT, version=""), NEWER, [change()], "a changed"),
        (SNAPSHOT, replace(SNAPSHOT, version=""), [change()], "a changed"),
    ],
)
def test_the_subject_says_what_a_person_looks_for(before, after, changes, reads):
    flat = [one for each in changes for one in (each if isinstance(each, list) else [each])]
    assert subject(before, after, *flat) == f"prod: {reads}"


@every_row(
    ("of", "reads"),
    [
        (change(), "a: 1 → 2"),
        (change(before=1_500_000_000, after=0, type="duration"), "a: 1.5s → 0s"),
        (change(ChangeKind.ADDED, MISSING, "x"), "a: added, x"),
        (change(ChangeKind.REMOVED, "x", MISSING), "a: removed, was x"),
        (change(ChangeKind.RENAMED, 1, 1, was="b\n"), r"a: renamed from b\n, 1"),
        (change(ChangeKind.RENAMED, 1, 2, was="b"), "a: renamed from b, 1 → 2"),
        (
            change(ChangeKind.SOURCE, 1, 1, source_after=ValueSource.ENV),
            "a: set by nothing → env",
        ),
        (
            change(ChangeKind.SOURCE, 1, 1, source_before=ValueSource.YAML),
            "a: set by yaml → nothing",
        ),
        (
            change(
                ChangeKind.DECLARED,
                1,
                1,
                facets=(
                    FacetChange(Facet.TYPE, "int", "string"),
                    FacetChange(Facet.ENV, "A", "B"),
                ),
            ),
            "a: declared differently: type, env",
        ),
        (change(key="\x1b[2J", after="a\nb"), r"\x1b[2J: 1 → a\nb"),
    ],
)
def test_a_change_is_one_line_that_moves_no_cursor(of, reads):
    assert body(of) == [f"- {reads}"]


@pytest.mark.parametrize(
    ("number", "lines", "last"),
    [
        (49, 49, "- a48: 1 → 2"),
        (50, 50, "- a49: 1 → 2"),
        (51, 51, "- … and 1 more"),
        (500, 51, "- … and 450 more"),
    ],
)
def test_a_body_lists_fifty_changes_and_counts_the_rest(number, lines, last):
    found = body(*(change(key=f"a{n}") for n in range(number)))
    assert (len(found), found[-1]) == (lines, last)
    assert found[:49] == [f"- a{n}: 1 → 2" for n in range(49)]


@every_row(
    ("version", "server", "middle"),
    [
        ("", {}, []),
        ("2.33.0\n", {}, [r"Confaudit-Coder-Version: 2.33.0\n"]),
        ("", {"buildinfo": {"deployment_id": "d\n1"}}, [r"Confaudit-Deployment-Id: d\n1"]),
        ("", {"buildinfo": {"deployment_id": ""}}, []),
        ("", {"buildinfo": {"deployment_id": 5}}, []),
        ("", {"buildinfo": ["deployment_id"]}, []),
    ],
)
def test_the_trailers_are_lines_that_git_reads(version, server, middle):
    after = replace(SNAPSHOT, version=version, server=server)
    changes = [MINE, MINE, change(cause=Cause.RELEASE)]
    *_, trailers = commit_message(SNAPSHOT, after, changes).removesuffix("\n").split("\n\n")
    assert trailers.splitlines() == [
        "Confaudit-Deployment: prod",
        *middle,
        "Confaudit-Changes: 2 operator, 1 release, 0 computed, 0 unknown",
    ]


def test_the_verdict_of_an_upgrade_stands_by_itself():
    text = commit_message(SNAPSHOT, NEWER, [change()], "as predicted")
    assert text.split("\n\n")[1:3] == ["as predicted", "- a: 1 → 2"]
    assert text.endswith("\n")
    assert "\n\n\n" not in commit_message(SNAPSHOT, SNAPSHOT, [])
