"""Options that set one config leaf: joined where they agree, told apart where they do not."""

import pytest
from msgspec.structs import replace

from confaudit.core.changes.aliases import join
from confaudit.core.changes.diff import diff
from confaudit.core.model import Fidelity, OptionSpec, Setting, Snapshot, ValueSource

DEFAULT, ENV, YAML = ValueSource.DEFAULT, ValueSource.ENV, ValueSource.YAML


def spec(key, *use_instead, **fields):
    return OptionSpec(
        name=key, flag=key, json_path="a.leaf", use_instead=use_instead, type="int", **fields
    )


OLD, NEW = spec("old"), spec("new")
ALIAS = spec("old", "new")
OLDEST = spec("oldest", "new")


def snapshot(*options):
    """Options are (spec, value, source)."""
    return Snapshot(
        deployment="prod",
        fidelity=Fidelity.FULL,
        version="2.33.0",
        taken_at=None,
        label="x",
        settings={s.key: Setting(value, source) for s, value, source in options},
        declared={s.key: s for s, _, _ in options},
        config={},
        server={},
        unavailable={},
    )


def joined(before, after):
    before, after = snapshot(*before), snapshot(*after)
    return sorted(
        (one.kind.value, one.key, one.before, one.after, one.was, one.also)
        for one in join(diff(before, after), before, after)
    )


def test_an_alias_that_went_away_is_told_beside_the_change_of_the_name_that_stayed():
    before = [(NEW, 1, ENV), (ALIAS, 1, ENV)]
    changed, removed = joined(before, [(NEW, 2, ENV)])
    assert changed == ("changed", "new", 1, 2, "", ())
    assert removed[:3] == ("removed", "old", 1)


def test_an_alias_that_went_away_is_told_where_nothing_else_changed():
    (removed,) = joined([(NEW, 1, ENV), (ALIAS, 1, ENV)], [(NEW, 1, ENV)])
    assert removed[:3] == ("removed", "old", 1)


def test_of_two_aliases_one_goes_and_one_stays():
    before = [(NEW, 1, ENV), (ALIAS, 1, ENV), (OLDEST, 1, ENV)]
    changed, removed = joined(before, [(NEW, 2, ENV), (ALIAS, 2, ENV)])
    assert changed == ("changed", "new", 1, 2, "", ("old",))
    assert removed[:3] == ("removed", "oldest", 1)


def test_both_names_at_once_are_one_change_of_the_name_to_use_today():
    for pair in ([NEW, ALIAS], [ALIAS, NEW]):
        before, after = [(s, 1, DEFAULT) for s in pair], [(s, 2, ENV) for s in pair]
        assert joined(before, after) == [("changed", "new", 1, 2, "", ("old",))]


def test_another_source_outweighs_another_declaration():
    before, after = snapshot((NEW, 1, DEFAULT), (ALIAS, 1, DEFAULT)), [(NEW, 1, ENV)]
    after = snapshot(*after, (replace(ALIAS, default="7"), 1, DEFAULT))
    (change,) = join(diff(before, after), before, after)
    assert (change.key, change.kind) == ("new", "source")
    assert (change.source_before, change.source_after) == (DEFAULT, ENV)


def test_the_strongest_kind_speaks_for_the_setting_with_its_sources():
    before = snapshot((NEW, 1, DEFAULT), (ALIAS, 1, DEFAULT))
    after = snapshot((replace(NEW, default="7"), 1, DEFAULT), (ALIAS, 1, YAML))
    (change,) = join(diff(before, after), before, after)
    assert (change.key, change.kind, change.also) == ("new", "source", ("old",))
    assert (change.source_before, change.source_after) == (DEFAULT, YAML)


def test_names_that_disagree_stay_apart():
    before = [(NEW, 1, DEFAULT), (ALIAS, 1, DEFAULT)]
    assert joined(before, [(NEW, 2, ENV), (ALIAS, 3, ENV)]) == [
        ("changed", "new", 1, 2, "", ()),
        ("changed", "old", 1, 3, "", ()),
    ]


@pytest.mark.parametrize("after", [[(NEW, 2, ENV)], [(NEW, 2, ENV), (ALIAS, 2, ENV)]])
def test_a_new_name_has_the_past_of_the_one_before(after):
    also = tuple(s.key for s, _, _ in after if s is not NEW)
    assert joined([(OLD, 1, DEFAULT)], after) == [("renamed", "new", 1, 2, "old", also)]


def test_a_new_name_for_a_setting_that_stayed_as_it_was():
    (change,) = joined([(OLD, 1, ENV)], [(NEW, 1, ENV), (OLD, 1, ENV)])
    assert change == ("renamed", "new", 1, 1, "old", ("old",))


def test_the_past_is_that_of_the_name_in_use_before():
    before = [(OLDEST, 1, DEFAULT), (spec("old"), 1, ENV)]
    before_, after = snapshot(*before), snapshot((NEW, 1, ENV))
    (change,) = join(diff(before_, after), before_, after)
    assert (change.was, change.source_before, change.source_after) == ("old", ENV, ENV)


def test_what_sets_no_leaf_or_one_of_its_own_is_left_alone():
    lone, other = (OptionSpec(name=key, flag=key, type="int") for key in ("lone", "other"))
    own = replace(NEW, json_path="a.other")
    before = [(lone, 1, ENV), (other, 1, ENV), (own, 1, ENV), (OLD, 1, ENV)]
    after = [(s, 2, source) for s, _, source in before]
    kinds = [(kind, key, also) for kind, key, *_, also in joined(before, after)]
    assert kinds == [("changed", key, ()) for key in ("lone", "new", "old", "other")]
