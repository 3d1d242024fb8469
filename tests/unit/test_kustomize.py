"""Kustomizations: what they put together, and what they change in it."""

import pytest

from confaudit.core.given import Form, GivenState
from confaudit.errors import SourceError
from tests.tables import every_row
from tests.unit.file_texts import POD_ENVIRONMENT, read_together

DEPLOYMENT = (
    POD_ENVIRONMENT
    + """\
            - {name: CODER_ACCESS_URL, value: "https://a.example.com"}
            - {name: CODER_VERBOSE, value: "true"}
"""
)
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {CODER_A: base}\n"
BASE = "resources: [deployment.yaml, settings.yaml]\n"
BASES = {
    "base/kustomization.yaml": BASE,
    "base/deployment.yaml": DEPLOYMENT,
    "base/settings.yaml": SETTINGS,
}
OVERLAY = "resources: [../../base]\n"
PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: coder}
spec: {template: {spec: {containers: [{name: coder, env: [ITEMS]}]}}}
"""


def values(operator):
    return {given.name: given.value for given in operator.given}


def overlaid(overlay, **files):
    """The one server of an overlay over the base, and what is unseen of it."""
    more = {f"o/x/{name.replace('__', '.')}": text for name, text in files.items()}
    (one,) = read_together({**BASES, "o/x/kustomization.yaml": OVERLAY + overlay, **more}).found
    assert one.name == "o/x/kustomization.yaml"
    return one.operator


BEFORE = {
    "CODER_A": "base",
    "CODER_ACCESS_URL": "https://a.example.com",
    "CODER_VERBOSE": "true",
}


def test_a_folder_is_one_deployment():
    (one,) = read_together(BASES).found
    assert [file.name for file in one.files] == [*BASES]
    assert (values(one.operator), one.operator.elsewhere) == (BEFORE, ())


def test_every_overlay_is_a_deployment_of_its_own():
    overlays = {f"o/{name}/kustomization.yaml": OVERLAY for name in ("dev", "prod")}
    found = read_together({**BASES, **overlays}).found
    assert [one.name for one in found] == [*overlays]
    assert all(len(one.files) == 4 and values(one.operator) == BEFORE for one in found)


def test_manifests_of_a_base_without_its_kustomization_count():
    files = {name: text for name, text in BASES.items() if "kustomization" not in name}
    (one,) = read_together({**files, "o/x/kustomization.yaml": OVERLAY}).found
    assert values(one.operator) == BEFORE


def inline(text):
    return "patches:\n  - patch: |\n" + "".join(f"      {line}\n" for line in text.splitlines())


DEBUG = PATCH.replace("ITEMS", "{name: CODER_VERBOSE, value: 'false'}, {name: CODER_B, value: n}")
DELETE = PATCH.replace("ITEMS", "{name: CODER_VERBOSE, $patch: delete}")
WHOLE = PATCH.replace("ITEMS", "{name: CODER_B, value: n}, {$patch: replace}")
CHANGES = {
    "a patch in a file": (
        "patchesStrategicMerge: [patch.yaml]\n",
        {"CODER_VERBOSE": "false", "CODER_B": "n"},
    ),
    "a patch by path": (
        "patches: [{path: patch.yaml}]\n",
        {"CODER_VERBOSE": "false", "CODER_B": "n"},
    ),
    "a patch written out": (inline(DEBUG), {"CODER_VERBOSE": "false", "CODER_B": "n"}),
    "a patch with a target": (
        inline(DEBUG.replace("name: coder}\nspec", "name: any}\nspec"))
        + "    target: {kind: Deployment, name: 'co.*'}\n",
        {"CODER_VERBOSE": "false", "CODER_B": "n"},
    ),
    "a patch that deletes": (inline(DELETE), {"CODER_VERBOSE": None}),
    "a patch that is the whole list": (
        inline(WHOLE),
        {"CODER_ACCESS_URL": None, "CODER_VERBOSE": None, "CODER_B": "n"},
    ),
    "a patch of a ConfigMap": (
        inline(SETTINGS.replace("{CODER_A: base}", "{CODER_A: patched, CODER_C: new}")),
        {"CODER_A": "patched", "CODER_C": "new"},
    ),
    "a patch that takes a key out of a ConfigMap": (
        inline(SETTINGS.replace("{CODER_A: base}", "{CODER_A: null}")),
        {"CODER_A": None},
    ),
    "a generator that adds": (
        "configMapGenerator: [{name: settings, behavior: merge, literals: [CODER_C=1]}]\n",
        {"CODER_C": "1"},
    ),
    "a generator that replaces": (
        "configMapGenerator: [{name: settings, behavior: replace, envs: [more.env]}]\n",
        {"CODER_A": None, "CODER_D": '"d"'},
    ),
    "a component": ("components: [../../part]\n", {"CODER_E": "e"}),
}


@every_row("change", CHANGES)
def test_what_an_overlay_changes(change):
    overlay, changes = CHANGES[change]
    part = f"kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n{inline(PATCH)}"
    component = {"part/kustomization.yaml": part.replace("ITEMS", "{name: CODER_E, value: e}")}
    files = {
        **BASES,
        "o/x/kustomization.yaml": OVERLAY + overlay,
        "o/x/patch.yaml": DEBUG,
        "o/x/more.env": '# all\nCODER_D="d"\n',
        **(component if "components" in overlay else {}),
    }
    operator = read_together(files).found[0].operator
    expected = {**BEFORE, **changes}
    assert values(operator) == {name: value for name, value in expected.items() if value}
    assert operator.elsewhere == ()


def test_what_is_patched_stands_where_the_patch_does():
    operator = overlaid("patches: [{path: patch.yaml}]\n", patch__yaml=DEBUG)
    places = {given.name: (given.position.file, given.position.line) for given in operator.given}
    assert places["CODER_VERBOSE"] == ("o/x/patch.yaml", 4)
    assert places["CODER_ACCESS_URL"] == ("base/deployment.yaml", 12)


IMAGES = [
    ("{name: ghcr.io/coder/coder, newTag: v2.33.1}", "2.33.1", ""),
    ("{name: ghcr.io/coder/coder, newName: r.example.com/c, newTag: 2.33.1}", "2.33.1", ""),
    ("{name: ghcr.io/coder/coder, newName: r.example.com/c}", "2.30.0", ""),
    ("{name: ghcr.io/coder/coder, newTag: latest}", "", "latest"),
    ("{name: ghcr.io/coder/coder, digest: 'sha256:00'}", "", ""),
    ("{name: postgres, newTag: '2.1.1'}", "2.30.0", ""),
]


@every_row(("image", "version", "hint"), IMAGES)
def test_an_image_gives_the_version(image, version, hint):
    operator = overlaid(f"images: [{image}]\n")
    assert (operator.version, operator.version_hint) == (version, hint)


NEW_IMAGE = inline(PATCH.replace("env: [ITEMS]", "image: 'ghcr.io/coder/coder:v2.33.1'"))
RENAMED = "images: [{name: ghcr.io/coder/coder, newTag: v2.31.0}]\n"
ORDER = [
    (RENAMED, NEW_IMAGE, "2.33.1"),
    (NEW_IMAGE, RENAMED, "2.31.0"),
    ("", NEW_IMAGE + RENAMED, "2.31.0"),
]


@pytest.mark.parametrize(("base", "overlay", "version"), ORDER)
def test_images_are_renamed_after_the_patches_of_their_own_kustomization(base, overlay, version):
    files = {
        **BASES,
        "base/kustomization.yaml": BASE + base,
        "o/x/kustomization.yaml": OVERLAY + overlay,
    }
    assert read_together(files).found[0].operator.version == version


def test_a_patch_in_a_file_belongs_to_what_it_changes():
    files = {
        **BASES,
        "o/x/kustomization.yaml": f"{OVERLAY}patches: [{{path: patch.yaml}}]\n",
        "o/x/patch.yaml": SETTINGS.replace("base", "patched"),
    }
    found = read_together(files)
    assert (values(found.found[0].operator)["CODER_A"], found.notes) == ("patched", ())


def test_a_mirror_is_known_by_the_name_that_it_has_in_the_end():
    mirrored = DEPLOYMENT.replace("ghcr.io/coder/coder:v2.30.0", "app").replace("ACCESS_URL", "X")
    images = "images: [{name: app, newName: r.example.com/coder/coder, newTag: v2.33.1}]\n"
    files = {"kustomization.yaml": f"resources: [d.yaml]\n{images}", "d.yaml": mirrored}
    assert read_together(files).found[0].operator.version == "2.33.1"


ENV = "/spec/template/spec/containers/0/env"


def operations(*each, target="{kind: Deployment, name: coder}"):
    return inline("".join(f"- {one}\n" for one in each)) + f"    target: {target}\n"


OPERATIONS = {
    "adds to a list": (
        [f"{{op: add, path: {ENV}/-, value: {{name: CODER_B, value: '1'}}}}"],
        {**BEFORE, "CODER_B": "1"},
    ),
    "replaces one, and a value": (
        [
            f"{{op: replace, path: {ENV}/0, value: {{name: CODER_B, value: b}}}}",
            f"{{op: replace, path: {ENV}/1/value, value: 'false'}}",
        ],
        {"CODER_A": "base", "CODER_B": "b", "CODER_VERBOSE": "false"},
    ),
    "removes": ([f"{{op: remove, path: {ENV}/0}}"], {"CODER_A": "base", "CODER_VERBOSE": "true"}),
    "replaces all": ([f"{{op: replace, path: {ENV}, value: []}}"], {"CODER_A": "base"}),
}


@pytest.mark.parametrize("case", OPERATIONS)
def test_a_json_patch(case):
    each, expected = OPERATIONS[case]
    operator = overlaid(operations(*each))
    assert (values(operator), operator.elsewhere) == (expected, ())


def test_a_json_patch_in_a_file_says_the_version():
    image = "path: /spec/template/spec/containers/0/image, value: 'ghcr.io/coder/coder:v2.33.1'"
    patch = f"[{{op: replace, {image}}}]"
    overlay = "patches: [{path: patch.yaml, target: {labelSelector: a=b}}]\n"
    labelled = DEPLOYMENT.replace("{name: coder}", "{name: coder, labels: {a: b}}", 1)
    files = {
        **BASES,
        "base/deployment.yaml": labelled,
        "o/x/kustomization.yaml": OVERLAY + overlay,
        "o/x/patch.yaml": patch,
    }
    (one,) = read_together(files).found
    assert (one.operator.version, one.operator.elsewhere) == ("2.33.1", ())


ALONE = {
    f"- {{op: add, path: {ENV}/-, value: {{name: CODER_B, value: b}}}}\n": {"CODER_B": "b"},
    f"""\
- {{op: replace, path: /data/CODER_B, value: b}}
- {{op: add, path: {"/a" * 3000}, value: b}}
""": {"CODER_B": "b"},
    """\
- {op: replace, path: /spec/values/coder/env/0/value, value: a}
- {op: add, path: /spec/values/coder/env/-, value: {name: CODER_B, value: b}}
""": {"CODER_B": "b"},
    PATCH.replace("ITEMS", "{name: CODER_B, value: b}"): {"CODER_B": "b"},
    """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: coder}
spec: {values: {coder: {env: [{name: CODER_B, value: b}]}}}
""": {"CODER_B": "b"},
}


@pytest.mark.parametrize("patch", ALONE)
def test_a_patch_alone_sets_what_it_adds_and_no_more_is_known(patch):
    (one,) = read_together({"patch.yaml": patch}).found
    assert values(one.operator) == ALONE[patch]
    assert "what this patch changes" in one.operator.elsewhere[0].note


@pytest.mark.parametrize(("path", "url"), [("data.CODER_A", "https://base"), ("data.no", None)])
def test_vars_are_filled_in(path, url):
    source = f"objref: {{kind: ConfigMap, name: settings}}, fieldref: {{fieldpath: {path}}}"
    files = {
        **BASES,
        "base/kustomization.yaml": f"{BASE}vars: [{{name: HOST, {source}}}]\n",
        "base/deployment.yaml": DEPLOYMENT.replace("a.example.com", "$(HOST)"),
    }
    operator = read_together(files).found[0].operator
    assert values(operator)["CODER_ACCESS_URL"] == url
    assert not any(given.left_as_text for given in operator.given)


BOTH = {
    "o/kustomization.yaml": "resources: [../dev, ../prod]\n",
    **{
        f"{name}/kustomization.yaml": f"resources: [../base]\nnamePrefix: {name}-\n"
        + inline(SETTINGS.replace("base", name))
        for name in ("dev", "prod")
    },
}


def test_one_base_may_be_there_twice_under_other_names():
    found = read_together({**BASES, **BOTH}).found
    assert [one.name for one in found] == [
        "o/kustomization.yaml (Deployment dev-coder)",
        "o/kustomization.yaml (Deployment prod-coder)",
    ]
    assert [values(one.operator)["CODER_A"] for one in found] == ["dev", "prod"]


OPEN = {
    "patches: [{path: gone.yaml}]\n": "a patch of the kustomization is not here",
    "components: [../gone]\n": "a component of the kustomization is not here",
    "replacements: [{source: {}}]\n": "replacements fill in values",
    operations(f"{{op: remove, path: {ENV}/7}}"): "for something that is not there",
    operations(f"{{op: copy, from: {ENV}/0, path: {ENV}/-}}"): "for something that is not there",
    operations("{op: remove, path: /spec/replicas}"): None,
    operations(f"{{op: add, path: {'/containers' * 3000}, value: 1}}"): "is not there",
    operations(f"{{op: remove, path: {ENV}/0}}", target="{name: other}"): None,
    inline(PATCH.replace("name: coder}", "name: other}", 1)): "what this patch changes",
    "configMapGenerator: [{name: settings, behavior: merge, envs: [gone.env]}]\n": "of variables",
    "configMapGenerator: [{name: other, envs: [gone.env]}]\n": None,
    "resources: [gone.yaml]\n": None,
}


@every_row("overlay", OPEN, ids=lambda text: text.strip()[-40:])
def test_what_changes_settings_and_is_not_seen_is_elsewhere(overlay):
    if overlay.startswith("resources"):
        (one,) = read_together(
            {**BASES, "base/kustomization.yaml": f"{BASE[:-2]}, gone.yaml]\n"}
        ).found
        operator = one.operator
    else:
        operator = overlaid(overlay)
    expected = OPEN[overlay]
    assert [expected in one.note for one in operator.elsewhere] == [True] * bool(expected)


@pytest.mark.parametrize(
    ("overlay", "files"),
    [
        (f"{OVERLAY}patches: [{{path: patch.yaml}}]\n", {"patch.yaml": DEBUG}),
        (f"{OVERLAY}configMapGenerator: [{{name: a, literals: [CODER_VERBOSE=false]}}]\n", {}),
    ],
)
def test_without_its_base_a_deployment_is_incomplete(overlay, files):
    named = DEBUG.replace("CODER_B", "CODER_ACCESS_URL")
    more = {f"o/x/{name}": named for name in files}
    (one,) = read_together({"o/x/kustomization.yaml": overlay, **more}).found
    assert values(one.operator)["CODER_VERBOSE"] == "false"
    assert one.operator.elsewhere


def test_literals_stand_in_the_kustomization():
    text = "secretGenerator:\n  - name: s\n    literals:\n      - CODER_A='b'\n"
    (given,) = read_together({"kustomization.yaml": text}).found[0].operator.given
    assert (given.state, given.value, given.form) == (GivenState.LITERAL, "b", Form.KUSTOMIZATION)
    assert (given.position.line, given.name) == (4, "CODER_A")


def test_a_kustomization_alone_says_what_it_is():
    with pytest.raises(SourceError, match="is a kustomization: it says what makes up"):
        read_together({"kustomization.yaml": "resources: [deployment.yaml]\n"})


def test_kustomizations_that_have_each_other_end():
    cycle = {"a/kustomization.yaml": "resources: [../b]\n"}
    cycle["b/kustomization.yaml"] = "resources: [../a]\n"
    with pytest.raises(SourceError, match="is a kustomization"):
        read_together(cycle)


def test_a_generator_replaces_what_has_another_name_by_then():
    files = {
        **BASES,
        "base/kustomization.yaml": BASE + "namePrefix: a-\n",
        "o/x/kustomization.yaml": OVERLAY
        + "configMapGenerator: [{name: settings, behavior: replace, literals: [CODER_C=1]}]\n",
    }
    operator = read_together(files).found[0].operator
    assert (values(operator).get("CODER_C"), operator.elsewhere) == ("1", ())


def test_what_a_patch_deletes_is_not_there():
    operator = overlaid(inline(SETTINGS.replace("data: {CODER_A: base}", "$patch: delete")))
    assert "CODER_A" not in values(operator)
    assert "envFrom" in operator.elsewhere[0].note


CHART = """\
helmCharts:
  - {name: coder, version: 2.30.0, valuesInline: {coder: {env: [{name: CODER_A, value: a}]}}}
"""


@pytest.mark.parametrize(
    ("more", "version", "is_open"),
    [
        ("", "2.30.0", False),
        (RENAMED, "2.31.0", False),
        (inline(PATCH.replace("ITEMS", "{name: CODER_B, value: b}")), "2.30.0", True),
        (operations(f"{{op: remove, path: {ENV}/0}}"), "2.30.0", True),
        (operations("{op: remove, path: /spec/replicas}"), "2.30.0", False),
    ],
)
def test_what_is_changed_of_what_a_chart_makes(more, version, is_open):
    (one,) = read_together({"kustomization.yaml": CHART + more}).found
    assert (one.operator.version, bool(one.operator.elsewhere)) == (version, is_open)
    assert values(one.operator) == {"CODER_A": "a"}


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: coder}
spec:
  path: ./o/x
  images: [{name: ghcr.io/coder/coder, newTag: v2.31.0}]
  patches: [{target: {kind: ConfigMap}, patch: "- {op: add, path: /data/CODER_F, value: f}"}]
"""
ARGO = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: coder}
spec: {source: {path: o/x, kustomize: {images: ["ghcr.io/coder/coder:v2.31.0"]}}}
"""


@pytest.mark.parametrize(
    ("applied", "version", "added", "is_open"),
    [
        ([FLUX], "2.31.0", "f", False),
        ([ARGO], "2.31.0", None, False),
        ([ARGO.replace("coder/coder:", "coder/coder=r.example.com/c:")], "2.31.0", None, False),
        ([FLUX.replace("./o/x", "./o/y")], "2.30.0", None, False),
        ([FLUX, ARGO], "2.30.0", None, True),
    ],
)
def test_what_applies_a_kustomization_may_change_it(applied, version, added, is_open):
    more = {f"clusters/{index}.yaml": text for index, text in enumerate(applied)}
    files = {**BASES, "o/x/kustomization.yaml": OVERLAY, **more}
    operator = read_together(files).found[0].operator
    assert (operator.version, values(operator).get("CODER_F")) == (version, added)
    assert bool(operator.elsewhere) == is_open
