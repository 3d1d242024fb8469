"""Versions, releases and the catalogue as values: no file is read here."""

from itertools import pairwise

import pytest

from confaudit.core.coder.options import zero
from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.model import Json, OptionSpec
from tests.tables import every_row


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("v2.34.5", "2.34.5"),
        ("v2.35.1+abc1234", "2.35.1"),
        ("2.34.0-devel+abc", "2.34.0-devel"),
        ("v2.36.0-rc.1", "2.36.0-rc.1"),
    ],
)
def test_prefix_and_build_metadata_do_not_count(text: str, same: str) -> None:
    assert Version.parse(text) == Version.parse(same)
    assert hash(Version.parse(text)) == hash(Version.parse(same))


def test_versions_sort_as_semantic_versioning_says() -> None:
    texts = (
        "0.27.3 2.0.0-alpha 2.0.0 2.2.1 2.10.0 2.34.0-1 2.34.0-2 2.34.0-10 2.34.0-alpha "
        "2.34.0-alpha.1 2.34.0-devel+f00 2.34.0-rc.2 2.34.0-rc.10 2.34.0 2.34.1 3.0.0"
    )
    order = [Version.parse(text) for text in texts.split()]
    assert all(older < newer and not newer < older for older, newer in pairwise(order))


@every_row(
    "text",
    [
        "",
        "v",
        "2",
        "2.34",
        "2.34.x",
        "2.34.5.1",
        "vv2.34.5",
        " 2.34.5",
        "2.34.5\n",
        "2.34.5-",
        "2.34.5-rc..1",
        "2.34.5+",
        "latest",
        "٢.٣.٤",
        "9" * 5000 + ".0.0",
        "2.0.0-" + "9" * 5000,
    ],
)
def test_what_is_no_version_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a Coder version such as 2\.34\.5$"):
        Version.parse(text)


def test_a_version_knows_its_line_and_its_release() -> None:
    devel = Version.parse("v2.34.0-devel+abc")
    assert devel.line == (2, 34)
    assert devel.base == Version.parse("2.34.0") > devel


@every_row(
    ("option_type", "expected"),
    [
        ("bool", False),
        ("int", 0),
        ("duration", 0),
        ("string", ""),
        ("url", ""),
        ("host:port", ""),
        ("regexp", ""),
        ("yaml-config-path", ""),
        ("enum[password|awsiamrds]", ""),
        ("string-array", []),
        ("struct[[]codersdk.LinkConfig]", None),
        ("struct[map[string]string]", None),
        ("", None),
    ],
)
def test_zero_values(option_type: str, expected: Json) -> None:
    found = zero(option_type)
    assert found == expected
    assert type(found) is type(expected)  # False == 0, and they are not the same JSON


OLD_NAME = OptionSpec("Old", flag="email-from", json_path="notifications.from", type="string")
NEW_NAME = OptionSpec("New", flag="from", json_path="notifications.from", type="string")
LIFETIME = OptionSpec("Lifetime", flag="lifetime", json_path="lifetime", type="duration")
IMPORTED = OptionSpec("From a payload, whose leaf nobody knows yet", flag="imported")


def release(version: str, *specs: OptionSpec) -> Release:
    return Release(
        version=version, date="2026-01-01", esr=False, options={spec.key: spec for spec in specs}
    )


def test_leaves_bring_aliases_together() -> None:
    known = release("2.34.5", OLD_NAME, LIFETIME, NEW_NAME, IMPORTED)
    assert known.leaves == {
        "notifications.from": (OLD_NAME, NEW_NAME),
        "lifetime": (LIFETIME,),
    }


def test_an_absent_leaf_stands_for_the_zero_of_its_type() -> None:
    known = release("2.34.5", OLD_NAME, LIFETIME)
    assert known.zero("notifications.from") == ""
    assert known.zero("lifetime") == 0
    with pytest.raises(KeyError):
        known.zero("telemetry.trace")


def test_a_release_does_not_print_its_hundreds_of_options() -> None:
    assert "lifetime" not in repr(release("2.34.5", LIFETIME))


KNOWN = ("2.29.5", "2.29.18", "2.30.0", "2.33.11", "2.34.0", "2.34.5", "2.36.0-rc.1")
CATALOG = Catalog(release(version) for version in reversed(KNOWN))


def test_versions_come_in_version_order() -> None:
    assert CATALOG.versions == KNOWN


@every_row(
    ("asked", "found"),
    [
        ("2.34.5", "2.34.5"),
        ("v2.34.5+abc1234", "2.34.5"),
        ("2.36.0-rc.1", "2.36.0-rc.1"),
        ("2.34.5-devel+abc", None),
        ("2.34.4", None),
        ("", None),
        ("latest", None),
    ],
)
def test_release_is_exact(asked: str, found: str | None) -> None:
    answer = CATALOG.release(asked)
    assert (answer.version if answer else None) == found


@every_row(
    ("asked", "found"),
    [
        ("v2.34.0+abc1234", "2.34.0"),  # exact
        ("2.34.4", "2.34.0"),  # not newer, same line
        ("2.34.99", "2.34.5"),
        ("2.29.19", "2.29.18"),
        ("2.34.0-devel+abc", "2.34.0"),  # built after its tag
        ("2.34.5-rc.1", "2.34.5"),
        ("2.33.0", "2.30.0"),  # nothing in the line that is not newer
        ("2.32.4", "2.30.0"),  # line not known
        ("2.99.0", "2.36.0-rc.1"),
        ("1.44.6", "2.29.5"),  # older than everything
        ("", "2.36.0-rc.1"),  # unknown
        ("latest", "2.36.0-rc.1"),
        ("v0.0.0-devel+abc1234", "2.36.0-rc.1"),  # a build without a version
    ],
)
def test_nearest(asked: str, found: str) -> None:
    assert CATALOG.nearest(asked).version == found


def test_a_candidate_that_is_known_goes_by_its_own_facts() -> None:
    both = Catalog([release("2.36.0-rc.1"), release("2.36.0")])
    assert both.nearest("2.36.0-rc.1").version == "2.36.0-rc.1"
    assert both.nearest("2.36.0-rc.2").version == "2.36.0"


def test_a_later_release_of_the_same_version_counts() -> None:
    own = release("2.34.5", LIFETIME)
    merged = Catalog([release("2.34.5"), release("2.34.4"), own])
    assert merged.versions == ("2.34.4", "2.34.5")
    assert merged.release("2.34.5") is own


def test_a_catalog_without_releases_is_refused() -> None:
    with pytest.raises(ValueError, match="no release"):
        Catalog([])
