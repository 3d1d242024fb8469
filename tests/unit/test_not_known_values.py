"""What the rulebook says where a value is not known: that it depends, or nothing at all.

`not_known.yaml` tells which, so that an entry which lost its `only_if_certain` or `only_if_known`
is seen. What is asked are its own examples, with values taken away.
"""

from functools import cache
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from confaudit.core.given import (
    Channel,
    ChartValues,
    Elsewhere,
    Form,
    Given,
    GivenState,
    Holds,
    Position,
)
from confaudit.core.upgrade.known import Truth, UpgradeSide
from confaudit.rulebook import examples
from tests.unit.rulebook import CATALOG, PACKAGED, WORDS, slim

FILE = Path(__file__).parents[1] / "data" / "rulebook" / "not_known.yaml"
DEPENDS = {kind: set(ids) for kind, ids in yaml.safe_load(FILE.read_text("utf-8")).items()}
VARIABLES = {
    key: spec.env
    for release in CATALOG.releases
    for key, spec in release.options.items()
    if spec.env
}
PARTS = 8
HIDDEN = Elsewhere("secret/example", "envFrom sets variables that cannot be seen here")


def without_a_value(operator, name):
    """The operator's files with one value each from a Secret, from a template, or beside them."""
    given = operator.given
    for number, one in enumerate(given):
        for state in (GivenState.REFERENCE, GivenState.UNRESOLVED):
            unknown = replace(one, state=state, value="", prefix="")
            yield replace(operator, given=(*given[:number], unknown, *given[number + 1 :]))
    asked = {VARIABLES[word] for word in WORDS[name] if word in VARIABLES}
    for variable in sorted(asked - {one.name for one in given}):
        further = Given(
            Channel.ENV, variable, GivenState.REFERENCE, Position("example", 1), Form.ENV_FILE
        )
        yield replace(operator, given=(*given, further))
    chart = operator.chart or ChartValues()
    for key, value in chart.keys.items():
        keys = {**chart.keys, key: replace(value, holds=Holds.OPEN, is_on=None)}
        yield replace(operator, chart=replace(chart, keys=keys))


def without_a_setting(operator):
    """The operator's files with one setting less, and what may be it out of sight."""
    given = operator.given
    for number in range(len(given)):
        rest = given[:number] + given[number + 1 :]
        yield replace(operator, given=rest, elsewhere=(HIDDEN,))
    yield replace(operator, elsewhere=(HIDDEN,))


@cache
def conclusions(tested, kind):
    """What its condition comes to wherever something that its examples speak of is taken away."""
    advisory, catalog = tested.advisory, slim(WORDS[tested.advisory.rule.id])
    found = []
    for example in (one for one in tested.examples if one.affects is not False):
        operator = examples.operator(example)
        ways = {
            "value": without_a_value(operator, advisory.rule.id),
            "out_of_sight": without_a_setting(operator),
        }
        for files in ways[kind]:
            situation = examples.situation_with(files, example, advisory, catalog)
            at_start = situation.at_start[UpgradeSide.AFTER].get(advisory.rule.id, ())
            found += at_start if advisory.at_start else advisory.answers(situation)
    return [one.conclusion for one in found]


def depends(advisory, tested, kind):
    """Whether it says so, beside what no configuration tells."""
    judge = replace(advisory, depends_on="")
    return any(judge.outcome(one).answer is Truth.DEPENDS for one in conclusions(tested, kind))


@pytest.mark.parametrize("kind", DEPENDS)
def test_the_list_knows_the_rulebook(kind):
    assert DEPENDS[kind] <= {tested.advisory.rule.id for tested in PACKAGED}


@pytest.mark.parametrize("part", range(PARTS))
def test_they_depend_or_are_silent_and_what_keeps_them_so_is_needed(part):
    """Together, as what is taken away is what costs; without the latter the former proves nothing.

    In parts, of which a run with several processes has one for each.
    """
    for tested in PACKAGED[part::PARTS]:
        advisory = tested.advisory
        for kind, ids in DEPENDS.items():
            is_listed = advisory.rule.id in ids
            assert depends(advisory, tested, kind) is is_listed, (advisory.rule.id, kind)
        open_ended = replace(advisory, only_if_certain=False, only_if_known=False)
        is_needed = any(depends(open_ended, tested, kind) for kind in DEPENDS)
        assert is_needed or open_ended == advisory, advisory.rule.id
