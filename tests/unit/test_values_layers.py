"""Values of a chart in layers: what arrives, where it stands, and what does not arrive."""

from confaudit.core.given import Form
from confaudit.operator_files import decode
from confaudit.operator_files.beside import ALONE
from confaudit.operator_files.helm.values_file import read_layers
from confaudit.operator_files.helm.values_layers import Layer, layered
from confaudit.operator_files.helm.values_paths import steps_of, typed
from confaudit.yaml_nodes import Mapping, Scalar, entries, follow, get
from tests.tables import every_row


def files(*texts):
    return [decode(text.encode(), f"{name}.yaml") for name, text in zip("abc", texts, strict=False)]


def merged(*texts):
    return layered([Layer(one.yaml.roots[0], one, Form.HELM_VALUES) for one in files(*texts)])


def plain(node):
    node = follow(node)
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in entries(node)}
    return node.text if isinstance(node, Scalar) else [plain(item) for item in node.items]


@every_row(
    ("layers", "expected"),
    [
        (["a: {b: 1}", "a: {c: 2}"], {"a": {"b": "1", "c": "2"}}),
        (["a: {b: 1}", "a: {b: 2}"], {"a": {"b": "2"}}),
        (["a: [1, 2]", "a: [3]"], {"a": ["3"]}),
        (["a: {b: 1}", "a: null"], {"a": "null"}),
        (["a: null", "a: {b: 1}"], {"a": {"b": "1"}}),
        (["a: {b: 1}", "a: [1]"], {"a": ["1"]}),
        (["a: 1", "b: 2", "a: 3"], {"a": "3", "b": "2"}),
        (["x: &x {b: 1}\na: *x", "a: {c: 2}"], {"x": {"b": "1"}, "a": {"b": "1", "c": "2"}}),
        (["x: &x {b: 1}\na: {<<: *x}", "a: {c: 2}"], {"x": {"b": "1"}, "a": {"b": "1", "c": "2"}}),
    ],
)  # fmt: skip
def test_maps_are_merged_and_all_else_is_replaced(layers, expected):
    assert plain(merged(*layers).root) == expected


def test_every_node_knows_where_it_stands():
    values = merged("a: {b: 1}\nl: [1]", "\na: {c: 2}", "\n\n\nl:\n- x")
    found = [values.at(get(values.root, *path)) for path in (("a", "b"), ("a", "c"), ("l",))]
    assert [(one.file, one.line) for one in found] == [("a.yaml", 1), ("b.yaml", 2), ("c.yaml", 5)]


def test_what_aliases_repeat_is_merged_once():
    bomb = "a0: &a0 {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{l: *a{n - 1}, r: *a{n - 1}}}\n" for n in range(1, 60)
    )
    assert get(merged(bomb, bomb).root, "a59", "l", "r", "l")


FROM = "coder: {{envFrom: [{{{}}}]}}"
ENV = "coder:\n  env:\n{}"


def env(*names):
    return ENV.format("".join(f"  - {{name: {name}, value: x}}\n" for name in names))


@every_row(
    ("layers", "arrive", "lost"),
    [
        ([env("CODER_A", "CODER_B"), env("CODER_A")], "CODER_A", {"CODER_B": 4}),
        ([env("CODER_A"), "coder: {replicaCount: 2}"], "CODER_A", {}),
        ([env("CODER_A"), env("CODER_A", "CODER_B")], "CODER_A CODER_B", {}),
        ([env("CODER_A"), "coder: {env: null, replicaCount: 2}"], "", {"CODER_A": 3}),
        ([env("CODER_A"), "coder: {env: []}"], "", {"CODER_A": 3}),
        ([env("CODER_A"), env("CODER_B"), env("CODER_C")], "CODER_C", {"CODER_A": 3, "CODER_B": 3}),
        ([FROM.format("secretRef: {name: s}"), FROM.format("")], "", {"Secret s": 1}),
    ],
)  # fmt: skip
def test_a_later_list_is_the_whole_list(layers, arrive, lost):
    [operator] = read_layers(files(*layers), ALONE)
    assert " ".join(one.name for one in operator.given) == arrive
    found = {
        name: place.line
        for one in operator.replaced
        for name, place in zip(one.names, one.positions, strict=True)
    }
    assert found == lost


def test_an_umbrellas_lists_are_told_by_their_whole_key():
    below, above = (f"ide: {{coder: {{env: [{{name: CODER_{one}}}]}}}}" for one in "AB")
    [operator] = read_layers(files(below, above), ALONE)
    [replaced] = operator.replaced
    assert (replaced.key, replaced.by.file) == ("ide.coder.env", "b.yaml")


@every_row(
    ("values", "expected"),
    [
        ("coder: {workspaceProxy: true, env: [{name: CODER_ACCESS_URL}]}", "a workspace proxy"),
        ("coder: {workspaceProxy: true, image: {tag: v2.30.0}}", "a workspace proxy"),
        ("coder: {workspaceProxy: false, env: [{name: CODER_A}]}", None),
        ("coder: {workspaceProxy: '', env: [{name: CODER_A}]}", None),
        ("coder: {commandArgs: [wsproxy, server], env: [{name: CODER_A}]}", "a workspace proxy"),
        ("coder-provisioner: {coder: {env: [{name: CODER_A}]}}", "an external provisioner"),
    ],
)
def test_values_of_other_programs_are_not_audited(values, expected):
    [operator] = read_layers(files(values), ALONE)
    assert bool(operator.forms) is (expected is None)
    assert (expected or "") in "".join(operator.notes)


def test_two_servers_of_one_umbrella_are_two():
    umbrella = "eu: {coder: {env: [{name: CODER_A}]}}\nus: {coder: {env: [{name: CODER_B}]}}\n"
    found = read_layers(files(umbrella), ALONE)
    assert [(one.name, one.given[0].name) for one in found] == [
        ("eu", "CODER_A"),
        ("us", "CODER_B"),
    ]


@every_row(
    ("path", "expected"),
    [
        ("a.b", ("a", "b")),
        ("a[0].b", ("a", 0, "b")),
        ("a[0][12]", ("a", 0, 12)),
        (r"a\.b/c.d", ("a.b/c", "d")),
        ("a[x]", ()),
        ("a[9999]", ()),
        ("", ()),
        ("a." * 300 + "a", ()),
    ],
)
def test_the_steps_of_a_path(path, expected):
    assert steps_of(path) == expected


def test_a_value_is_set_in_a_copy():
    [file, other] = files("coder: {env: [{name: A, value: x}]}", "x: y")
    values = layered([Layer(file.yaml.roots[0], file, Form.HELM_VALUES)])
    value, layer = typed("true", 6), Layer(other.yaml.roots[0], other, Form.ARGO_APPLICATION)
    changed = values.with_set("coder.env[0].value", value, layer)
    changed = changed.with_set("coder.image.tag", Scalar(7, "v2.30.0", '"'), layer)
    assert plain(changed.root)["coder"]["env"] == [{"name": "A", "value": "true"}]
    assert plain(values.root) == {"coder": {"env": [{"name": "A", "value": "x"}]}}
    [(_, env), (tag, _)] = entries(get(changed.root, "coder"))
    found = [changed.at(node) for node in (env.items[0], value, tag)]
    assert [(one.file, one.line) for one in found] == [("a.yaml", 1), ("b.yaml", 7), ("b.yaml", 8)]
