"""The diff as tables: what each side has, what must be reported. Every trap has a named case."""

import pytest
from deepdiff import DeepDiff
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import changed_leaves, differing, strict_prune, unequal
from confaudit.core.model import (
    MISSING,
    ChangeKind,
    Facet,
    Fidelity,
    OptionSpec,
    Setting,
    Snapshot,
    Subject,
    ValueSource,
)
from tests.tables import every_row

ENV, DEFAULT, YAML = ValueSource.ENV, ValueSource.DEFAULT, ValueSource.YAML


def snapshot(settings=None, config=None, server=None, specs=None, fidelity=Fidelity.FULL):
    settings = settings or {}
    declared = {key: OptionSpec(name=key, flag=key) for key in settings}
    return Snapshot(
        deployment="prod",
        fidelity=fidelity,
        version="2.33.0",
        taken_at=None,
        label="x",
        settings=settings,
        declared={**declared, **(specs or {})},
        config=config or {},
        server=server or {},
        unavailable={},
    )


def option(value, source=DEFAULT):
    return Setting(value, source)


def told(changes):
    return [(change.kind.value, change.key, change.before, change.after) for change in changes]


def configs(before, after):
    return told(diff(snapshot(config=before), snapshot(config=after)))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, []),
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("changed", "a", 1, 2)]),
        ({"a": 1}, {}, [("removed", "a", 1, MISSING)]),
        ({}, {"a": None}, [("added", "a", MISSING, None)]),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, [("changed", "a.b.c", 1, 2)]),
        pytest.param(
            {"__Host Prefix Cookies": False},
            {"__Host Prefix Cookies": True},
            [("changed", "__Host Prefix Cookies", False, True)],
            id="keys that start with __ are compared",
        ),
        pytest.param(
            {"s": {"a": 1, "b": 2, "c": 3}},
            {"s": {"c": 4, "d": 5, "e": 6}},
            [
                ("changed", "s.c", 3, 4),
                ("removed", "s.a", 1, MISSING),
                ("removed", "s.b", 2, MISSING),
                ("added", "s.d", MISSING, 5),
                ("added", "s.e", MISSING, 6),
            ],
            id="a section that changed a lot is not folded into one change",
        ),
        pytest.param(
            {},
            {"s": {"a": {"b": 1, "c": []}, "d": None}},
            [
                ("added", "s.a.b", MISSING, 1),
                ("added", "s.a.c", MISSING, []),
                ("added", "s.d", MISSING, None),
            ],
            id="an added section is listed leaf by leaf",
        ),
        pytest.param(
            {"s": {"a": 1}},
            {"s": "text"},
            [("removed", "s.a", 1, MISSING), ("added", "s", MISSING, "text")],
            id="a section becomes a leaf",
        ),
        pytest.param({"a": 1}, {"a": True}, [("changed", "a", 1, True)], id="True is not 1"),
        pytest.param({"a": 1}, {"a": 1.0}, [("changed", "a", 1, 1.0)], id="1.0 is not 1"),
        pytest.param({"a": None}, {"a": ""}, [("changed", "a", None, "")], id="null is not empty"),
        pytest.param(
            {"a": ["x", "y"]},
            {"a": ["z", "x", "y"]},
            [("changed", "a", ["x", "y"], ["z", "x", "y"])],
            id="an insert in a list is one change of the list",
        ),
        pytest.param(
            {"a": ["x", "y"]}, {"a": ["y", "x"]}, [("changed", "a", ["x", "y"], ["y", "x"])]
        ),
        pytest.param(
            {"a": [{"b": 1}]}, {"a": [{"b": 2}]}, [("changed", "a", [{"b": 1}], [{"b": 2}])]
        ),
        pytest.param(
            {"a.b": {'c"d': 1, "it's": 1, "[0]": 1}},
            {"a.b": {'c"d': 2, "it's": 2, "[0]": 2}},
            [
                ("changed", '["a.b"].it\'s', 1, 2),
                ("changed", '["a.b"]["[0]"]', 1, 2),
                ("changed", '["a.b"]["c\\"d"]', 1, 2),
            ],
            id="keys with dots, quotes and brackets",
        ),
        pytest.param(
            {"a": 3155760000000000000},
            {"a": 3155760000000000001},
            [("changed", "a", 3155760000000000000, 3155760000000000001)],
            id="durations beyond 2^53 keep every digit",
        ),
        pytest.param(
            {"a": {"secret_set": True}},
            {"a": {"secret_set": False}},
            [("changed", "a", {"secret_set": True}, {"secret_set": False})],
            id="a secret is one leaf",
        ),
    ],
)
def test_config_leaves(before, after, expected):
    assert configs(before, after) == expected


@every_row(
    ("before", "after", "expected"),
    [
        (option(1), option(1), []),
        (option(1), option(2, ENV), [("changed", "o", 1, 2)]),
        (option(1), option(1, ENV), [("source", "o", 1, 1)]),
        (option(MISSING), option(2), []),
        (option(MISSING), option(2, ENV), [("source", "o", MISSING, 2)]),
        (option(1, None), option(1, ENV), []),
        (option({"secret_set": False}), option({"secret_set": True}, ENV), None),
        (option([]), option(["x"], YAML), [("changed", "o", [], ["x"])]),
    ],
)
def test_settings(before, after, expected):
    changes = diff(snapshot({"o": before}), snapshot({"o": after}))
    if expected is None:
        expected = [("changed", "o", before.value, after.value)]
    assert told(changes) == expected


def test_options_come_and_go():
    changes = diff(snapshot({"a": option(1)}), snapshot({"b": option(2)}))
    assert told(changes) == [("removed", "a", 1, MISSING), ("added", "b", MISSING, 2)]


BASE = OptionSpec(name="O", flag="o", env="CODER_O", yaml_path="g.o", type="int", default="1")


@every_row(
    ("fields", "expected"),
    [
        ({"default": "2"}, (Facet.DEFAULT, "1", "2")),
        ({"default": None}, (Facet.DEFAULT, "1", None)),
        ({"type": "duration"}, (Facet.TYPE, "int", "duration")),
        ({"hidden": True}, (Facet.HIDDEN, False, True)),
        ({"secret": True}, (Facet.SECRET, False, True)),
        ({"use_instead": ("p",)}, (Facet.USE_INSTEAD, [], ["p"])),
        ({"env": "CODER_P"}, (Facet.ENV, "CODER_O", "CODER_P")),
        ({"yaml_path": ""}, (Facet.YAML_PATH, "g.o", "")),
    ],
)
def test_every_facet_of_a_declaration(fields, expected):
    before = snapshot({"o": option(1)}, specs={"o": BASE})
    after = snapshot({"o": option(1)}, specs={"o": replace(BASE, **fields)})
    (change,) = diff(before, after)
    assert change.kind is ChangeKind.DECLARED
    assert [(f.facet, f.before, f.after) for f in change.facets] == [expected]


@pytest.mark.parametrize("fields", [{"name": "P"}, {"group": "G"}, {"annotations": (("x", "y"),)}])
def test_names_and_groups_change_without_meaning(fields):
    before = snapshot({"o": option(1)}, specs={"o": BASE})
    after = snapshot({"o": option(1)}, specs={"o": replace(BASE, **fields)})
    assert diff(before, after) == ()


def test_a_value_change_carries_its_facets_and_is_reported_once():
    spec = replace(BASE, json_path="g.o")
    before = snapshot({"o": option(1)}, {"g": {"o": 1}}, specs={"o": spec})
    newer = replace(spec, default="2", hidden=True)
    after = snapshot({"o": option(2, ENV)}, {"g": {"o": 2}}, specs={"o": newer})
    (change,) = diff(before, after)
    assert (change.kind, change.path, change.before, change.after) == (
        ChangeKind.CHANGED,
        "g.o",
        1,
        2,
    )
    assert [facet.facet for facet in change.facets] == [Facet.SOURCE, Facet.DEFAULT, Facet.HIDDEN]


def test_a_leaf_that_disagrees_with_its_option_gets_its_own_row():
    spec = replace(BASE, json_path="g.o")
    before = snapshot({"o": option(1)}, {"g": {"o": 1}}, specs={"o": spec})
    after = snapshot({"o": option(2)}, {"g": {"o": 3}}, specs={"o": spec})
    assert [(c.subject, c.key) for c in diff(before, after)] == [
        (Subject.OPTION, "o"),
        (Subject.CONFIG, "g.o"),
    ]


def test_a_leaf_that_moved_is_told_as_its_option():
    before = snapshot({"o": option(1)}, {"o": 1}, specs={"o": replace(BASE, json_path="o")})
    after = snapshot({"o": option(1)}, {"g": {"o": 1}}, specs={"o": replace(BASE, json_path="g.o")})
    (change,) = diff(before, after)
    assert [(f.facet, f.before, f.after) for f in change.facets] == [(Facet.JSON_PATH, "o", "g.o")]


def test_a_struct_option_is_one_leaf():
    spec = OptionSpec(
        name="M", flag="m", json_path="oidc.mapping", type="struct[map[string]string]"
    )
    left = {"oidc": {"mapping": {"a": "b"}}}
    right = {"oidc": {"mapping": {"a": "c", "d": "e"}}}
    before = snapshot({"m": option({"a": "b"})}, left, specs={"m": spec})
    after = snapshot({"m": option({"a": "c", "d": "e"}, ENV)}, right, specs={"m": spec})
    assert [change.key for change in diff(before, after)] == ["m"]


def test_without_options_on_one_side_leaves_alone_are_compared():
    before = snapshot({"o": option(1)}, {"a": 1})
    after = snapshot({}, {"a": 2}, fidelity=Fidelity.CONFIG)
    assert told(diff(before, after)) == [("changed", "a", 1, 2)]


def test_a_docs_page_knows_presence_only():
    page = snapshot(config={"a": "int", "b": "bool", "s": "struct"}, fidelity=Fidelity.SHAPE)
    real = snapshot(config={"a": 7, "c": [], "s": {"x": 1}})
    assert told(diff(page, real)) == [
        ("removed", "b", "bool", MISSING),
        ("added", "c", MISSING, []),
    ]


def test_two_docs_pages_also_compare_types():
    before = snapshot(config={"a": "int"}, fidelity=Fidelity.SHAPE)
    after = snapshot(config={"a": "duration"}, fidelity=Fidelity.SHAPE)
    assert told(diff(before, after)) == [("changed", "a", "int", "duration")]


def test_what_a_bundle_left_out_says_nothing():
    bundle = snapshot(config={"a": 1}, fidelity=Fidelity.LOSSY)
    real = snapshot(config={"a": 2, "b": 3})
    assert told(diff(bundle, real)) == [("changed", "a", 1, 2)]
    assert told(diff(real, bundle)) == [("changed", "a", 2, 1)]


def test_endpoints_that_only_one_side_tells_are_not_compared():
    before = snapshot(server={"experiments": ["a"], "appearance": {"logo_url": ""}})
    after = snapshot(server={"experiments": ["b"], "regions": {}})
    assert told(diff(before, after)) == [("changed", "experiments", ["a"], ["b"])]


def test_order_is_stable_and_values_come_first():
    before = snapshot({"a": option(1), "b": option(1), "c": option(1)}, {"z": 1})
    after = snapshot({"b": option(1, ENV), "c": option(2), "d": option(1)}, {"z": 2})
    assert [change.key for change in diff(before, after)] == ["c", "b", "a", "d", "z"]


DOCUMENTS = [
    ({"a": {"b": [1, {"c": True}], "__x": None}}, {"a": {"b": [1, {"c": 1}], "__x": []}}),
    ({"a": {}}, {"a": {"b": {}}}),
    ({"a": {"b": 1, "c": 2}}, {"a": {"d": 1}}),
    ({"a": [1, 2, 3], "it's": {'q"': 1}}, {"a": [3, 2, 1], "it's": {'q"': 2}}),
    ({}, {"a": 1}),
]


SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, 1e16, "", "a", "b", "1"])
KEYS = st.sampled_from(["a", "b", "__x", "it's", 'q"', "c.d", "[0]", ""])
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=12,
)


@st.composite
def edited(draw, tree):
    """A document, changed in places; most of what is not touched stays."""
    if draw(st.integers(0, 5)) == 0:
        return draw(TREES)
    if isinstance(tree, list):
        return [draw(edited(item)) for item in tree if draw(st.integers(0, 5))]
    if not isinstance(tree, dict):
        return tree
    kept = {key: draw(edited(value)) for key, value in tree.items() if draw(st.integers(0, 5))}
    return kept | draw(st.just({}) | st.dictionaries(KEYS, SCALARS, max_size=1))


def by_deepdiff_alone(before, after):
    """Where deepdiff sees differences in documents that nobody prunes for it."""
    found = DeepDiff(
        before, after, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0
    )
    return {
        tuple(map(str, level.path(output_format="list")))
        for levels in found.values()
        for level in levels
    }


def pruning_changes_nothing(before, after):
    assert set(differing(before, after)) == by_deepdiff_alone(before, after)
    leaves = changed_leaves(before, after, differing)
    assert changed_leaves(before, after, unequal) == leaves
    return leaves


@pytest.mark.parametrize(("before", "after"), DOCUMENTS)
def test_pruning_changes_nothing_about_what_deepdiff_finds(before, after):
    assert pruning_changes_nothing(before, after)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(data=st.data(), before=st.dictionaries(KEYS, TREES, min_size=1, max_size=5))
def test_pruning_changes_nothing_in_any_documents(data, before):
    after = {key: data.draw(edited(value)) for key, value in before.items()}
    pruning_changes_nothing(before, after)


def test_equal_documents_are_never_handed_to_deepdiff():
    assert strict_prune({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}) is None
