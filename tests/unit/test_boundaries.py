"""Which releases have what the rulebook tells, held against a list that was not made from it.

The examples of an entry go by its own `versions`, so that they cannot tell when those are wrong.
"""

from pathlib import Path

import yaml

from confaudit.core.coder.releases import Version
from confaudit.rulebook import examples
from confaudit.rulebook.examples import Example
from tests.tables import every_row
from tests.unit.rulebook import EVERY, WORDS, slim

FILE = Path(__file__).parents[1] / "data" / "rulebook" / "boundaries.yaml"
BOUNDARIES = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SHIPPED = {one.advisory.rule.id: one.advisory for one in EVERY}
LAST_PATCH = 99
"""Higher than that of any release."""


def since(row):
    return [Version.parse(text) for text in row.get("since", ())]


def last(row):
    """The last release that has it, as a list of one or none."""
    return [Version.parse(full(text)) for text in (row.get("until"),) if text]


def full(text):
    """A release; of a line, its last."""
    return text if text.count(".") == 2 else f"{text}.{LAST_PATCH}"


def before(release):
    """The release before it in its line; the first of the line before, if it is itself the first.

    The last of that line may have a backport.
    """
    if release.patch:
        return Version(release.major, release.minor, release.patch - 1)
    return Version(release.major, release.minor - 1, 0)


def after(release):
    if release.patch == LAST_PATCH:
        return Version(release.major, release.minor + 1, 0)
    return Version(release.major, release.minor, release.patch + 1)


def without_backport(row):
    return [
        Version.parse(f"{line}.{patch}")
        for line in row.get("not_in", ())
        for patch in (0, LAST_PATCH)
    ]


def test_every_boundary_of_the_rulebook_is_known_from_elsewhere():
    bounded = {name for name, one in SHIPPED.items() if one.versions or one.ends}
    assert bounded == BOUNDARIES.keys()


def test_the_rulebook_names_the_releases_that_have_it():
    for name, row in BOUNDARIES.items():
        told = SHIPPED[name]
        assert list(told.versions) == since(row), name
        assert list(told.ends) == [after(one) for one in last(row)], name


def test_each_holds_from_its_first_release_to_its_last():
    for name, row in BOUNDARIES.items():
        told = SHIPPED[name]
        having = [*since(row), *last(row)]
        lacking = [*map(before, since(row)), *without_backport(row), *map(after, last(row))]
        assert having, name
        assert [one for one in having if not told.is_in(one)] == [], name
        assert [one for one in lacking if told.is_in(one)] == [], name


GATES = yaml.safe_load(FILE.with_name("gates.yaml").read_text(encoding="utf-8"))


@every_row(
    ("gate", "step"),
    [(gate, step) for gate in GATES for step in gate["answers"]],
    ids=lambda part: part if isinstance(part, str) else part["rule"],
)
def test_what_opens_a_feature_goes_by_release(gate, step):
    """The releases that a condition asks for."""
    source, _, target = step.rpartition("-")
    example = Example(
        gate["answers"][step],
        env=gate["env"],
        yaml=gate.get("yaml", {}),
        source=source or target,
        target=target,
    )
    catalog = slim(WORDS[gate["rule"]].union(gate["env"]))
    assert [*examples.failures(SHIPPED[gate["rule"]], [example], catalog)] == []
