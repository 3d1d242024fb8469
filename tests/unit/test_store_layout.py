"""How snapshots are named: on the command line, in the repository, in commit messages."""

import pytest

from confaudit.errors import StoreError
from confaudit.store import layout
from tests.tables import every_row


@every_row(
    ("argument", "expected"),
    [
        ("HEAD", ("HEAD", "")),
        ("HEAD~1:prod", ("HEAD~1", "prod")),
        ("main@{yesterday}:prod", ("main@{yesterday}", "prod")),
        ("main@{2026-01-05 11:44:06}", ("main@{2026-01-05 11:44:06}", "")),
        ("main@{2026-01-05 11:44:06}:prod", ("main@{2026-01-05 11:44:06}", "prod")),
        ("HEAD^{/fix: it}", ("HEAD^{/fix: it}", "")),
        (":prod", ("", "prod")),
    ],
)
def test_a_revision_is_split_from_its_deployment(argument, expected):
    assert layout.split_revision(argument) == expected


@pytest.mark.parametrize("name", ["prod", "eu-1.coder_2", "0", "a" * 100, "a.b"])
def test_plain_names_are_deployments(name):
    assert layout.check_deployment(name) == name
    assert layout.deployment_of(f"{layout.folder_of(name)}settings.json") == name


@every_row(
    "name",
    [
        "",
        ".",
        "..",
        "a..b",
        "../x",
        "a/b",
        "/etc",
        ".git",
        "-x",
        "_x",
        "a b",
        "a\n",
        "ä",
        "a" * 101,
    ],
)
def test_names_that_could_escape_are_refused(name):
    with pytest.raises(StoreError) as caught:
        layout.check_deployment(name)
    assert caught.value.message.isprintable()
    assert layout.deployment_of(f"{layout.DEPLOYMENTS}/{name}/settings.json") == ""


@every_row(
    "path",
    [
        "deployments/settings.json",
        "deployments/prod/README.md",
        "deployments/prod/policy.json",
        "deployments/prod/settingsXjson",
        "deployments/prod/deep/settings.json",
        "deploymentsX/prod/settings.json",
        "prod/settings.json",
        "x/deployments/prod/settings.json",
    ],
)
def test_other_paths_belong_to_nobody(path):
    assert layout.deployment_of(path) == ""


def test_a_message_is_signed_once():
    signed = layout.with_trailer("prod: first snapshot", "prod")
    assert signed == "prod: first snapshot\n\nConfaudit-Deployment: prod\n"
    assert layout.deployment_in(signed) == "prod"
    assert layout.with_trailer(signed, "prod") == signed


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("a person's words", ""),
        ("about Confaudit-Deployment: prod in a sentence", ""),
        ("x\n\nConfaudit-Deployment: ../etc\n", ""),
        ("x\n\nConfaudit-Coder-Version: 2.34.5\nConfaudit-Deployment: prod\n", "prod"),
    ],
)
def test_only_the_trailer_makes_a_snapshot(message, expected):
    assert layout.deployment_in(message) == expected


def test_a_message_without_words_gets_some():
    assert layout.with_trailer("", "prod").startswith("prod: files written anew")


def test_long_lists_of_names_are_cut():
    assert layout.listed(["a", "b"]) == "a, b"
    assert layout.listed("abcd", limit=2) == "a, b and 2 more"
