"""Ranges of versions, as charts, image tags and Terraform write them."""

from confaudit.core.coder.version_ranges import within
from tests.tables import every_row

KNOWN = ("2.29.18", "2.30.0", "2.30.1", "2.30.9", "2.31.0", "2.33.11", "2.34.0-rc.1", "2.36.0")


@every_row(
    ("text", "first", "last"),
    [
        ("2.30.x", "2.30.0", "2.30.9"),
        ("2.30.*", "2.30.0", "2.30.9"),
        ("2.30", "2.30.0", "2.30.9"),
        ("v2.30", "2.30.0", "2.30.9"),
        ("~2.30", "2.30.0", "2.30.9"),
        ("~2.30.1", "2.30.1", "2.30.9"),
        ("~> 2.30.0", "2.30.0", "2.30.9"),
        ("~2", "2.29.18", "2.36.0"),
        ("^2.30", "2.30.0", "2.36.0"),
        ("^2.30.0-0", "2.30.0", "2.36.0"),
        (">=2.30 <2.31", "2.30.0", "2.30.9"),
        (">= 2.30.0, < 2.34.0", "2.30.0", "2.33.11"),
        (">2.30", "2.31.0", "2.36.0"),
        ("<=2.30", "2.29.18", "2.30.9"),
        ("2.30 - 2.33", "2.30.0", "2.33.11"),
        ("2.29.x || 2.31.x", "2.29.18", "2.31.0"),
        ("2.30.x !=2.30.9", "2.30.0", "2.30.1"),
        ("*", "2.29.18", "2.36.0"),
        ("2", "2.29.18", "2.36.0"),
    ],
)
def test_the_releases_that_lie_in_a_range(text, first, last):
    found = within(text, KNOWN)
    assert (found[0], found[-1]) == (first, last)


@every_row(
    "text", ["", "latest", "main", "2.99", ">=3", "a template", "${TAG:-2.30}", "2.30 or so", "||"]
)
def test_what_is_no_range_or_has_no_release_in_it(text):
    assert within(text, KNOWN) == ()
