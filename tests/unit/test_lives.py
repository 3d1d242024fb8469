"""The lives of the options of a report: what is gathered, and what has none."""

import pytest

from confaudit.catalog.loader import packaged
from confaudit.core.judge.finding import subjects
from confaudit.core.lifecycle.lifecycle import EventKind
from confaudit.core.lifecycle.lives import lives
from tests.golden.sample_reports import FINDINGS

CATALOG = packaged()


def test_every_option_has_its_whole_life_in_the_order_asked_for():
    keys = ["oidc-repair-links", "access-url", "oidc-repair-links", "aibridge-enabled"]
    found = lives(keys, CATALOG, "2.33.0", "2.34.5")
    assert list(found.events) == ["oidc-repair-links", "access-url", "aibridge-enabled"]
    assert [
        [(event.kind, event.versions[0]) for event in life] for life in found.events.values()
    ] == [
        [("introduced", "2.29.18")],
        [("introduced", "2.0.0")],
        [
            ("introduced", "2.27.0"),
            ("shown", "2.28.0"),
            ("default", "2.34.0"),
            ("hidden", "2.34.0"),
            ("superseded", "2.34.0"),
        ],
    ]
    assert (found.here, found.target) == ("2.33.0", "2.34.5")


def test_the_scale_has_every_line_once_oldest_first():
    found = lives(["access-url"], CATALOG)
    assert found.lines[:3] == ("2.0", "2.1", "2.2")
    assert found.lines[9:11] == ("2.9", "2.10"), "by number, not by letter"
    assert set(found.lines) == {version.rpartition(".")[0] for version in CATALOG.versions}


@pytest.mark.parametrize("keys", [[], ["coder.image.tag"], ["CODER_EXTERNAL_AUTH_0_ID"]])
def test_what_no_release_has_has_no_life(keys):
    assert lives(keys, CATALOG) is None
    assert list(lives([*keys, "access-url"], CATALOG).events) == ["access-url"]


@pytest.mark.parametrize(
    ("told", "kept"),
    [("2.33.0", "2.33.0"), ("2.34.0-devel+abc", "2.34.0-devel+abc"), ("", ""), ("mine", "")],
)
def test_a_version_that_has_no_place_on_the_scale_is_none(told, kept):
    found = lives(["access-url"], CATALOG, told, told)
    assert (found.here, found.target) == (kept, kept)


def test_a_removed_option_ends():
    gone = next(
        key for key in CATALOG.releases[0].options if key not in CATALOG.releases[-1].options
    )
    assert lives([gone], CATALOG).events[gone][-1].kind is EventKind.REMOVED


def test_the_subjects_of_findings_are_their_options():
    assert subjects(FINDINGS) == (
        "cache-age",
        "gateway-enabled",
        "mail-password",
        "bridge-url",
        "access-url",
    )
    assert len(subjects((*FINDINGS, *FINDINGS))) == 5
