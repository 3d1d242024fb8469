"""The files of a chart: which Coder the values beside them are for."""

import pytest

from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_as_one, read_deployments
from tests.tables import every_row

VALUES = "coder:\n  env:\n    - {name: CODER_VERBOSE, value: 'true'}\n"
TAGGED = "coder: {coder: {image: {tag: %s}, env: [{name: CODER_VERBOSE, value: 'true'}]}}"
VENDOR = "https://helm.coder.com/v2"


def chart(dependency="", name="own", version="0.3.0", more=""):
    listed = f"dependencies: [{dependency}]\n" if dependency else ""
    return f"apiVersion: v2\nname: {name}\nversion: {version}\n{more}{listed}"


def coder(version, repository=VENDOR):
    return f"{{name: coder, version: '{version}', repository: '{repository}'}}"


LOCK = f"dependencies: [{coder('2.30.4')}]\ndigest: sha256:00\ngenerated: '2026-01-01'\n"

VERSIONS = {
    "a dependency": ({"Chart.yaml": chart(coder("2.30.0"))}, "2.30.0", ""),
    "another name for it": (
        {"Chart.yaml": chart(coder("2.30.0").replace("}", ", alias: dev}"))},
        *("2.30.0", ""),
    ),
    "a range": ({"Chart.yaml": chart(coder("^2.30.0"))}, "", "^2.30.0"),
    "a range and its lock": (
        {"Chart.lock": LOCK, "Chart.yaml": chart(coder("^2.30.0"))},
        *("2.30.4", ""),
    ),
    "the old form": ({"requirements.yaml": f"dependencies: [{coder('2.30.0')}]\n"}, "2.30.0", ""),
    "another product": (
        {"Chart.yaml": chart("{name: postgresql, version: 12.1.2, repository: r}")},
        *("", ""),
    ),
    "a chart of one's own": ({"Chart.yaml": chart(coder("0.1.0", "file://../coder"))}, "", ""),
    "Coder's chart": (
        {
            "Chart.yaml": chart(
                name="coder", version="2.30.0", more="home: https://coder.com/docs\n"
            )
        },
        *("2.30.0", ""),
    ),
    "one's own called coder": ({"Chart.yaml": chart(name="coder", version="3.1.0")}, "", ""),
    "one's own that says which": (
        {"Chart.yaml": chart(name="coder", more="appVersion: 2.30.0\n")},
        *("2.30.0", ""),
    ),
    "a chart above": ({"../Chart.yaml": chart(coder("2.30.0"))}, "2.30.0", ""),
    "another folder's": ({"../other/Chart.yaml": chart(coder("2.30.0"))}, "", ""),
}


def files(texts, values=VALUES):
    beside = {f"a/b/{name}": text for name, text in texts.items()}
    every = {**beside, "a/b/values.yaml": values}
    return [decode(text.encode(), name) for name, text in every.items()]


@every_row("case", VERSIONS)
def test_values_are_for_the_chart_beside_them(case):
    texts, version, hint = VERSIONS[case]
    (one,) = read_deployments(files(texts)).found
    assert (one.operator.version, one.operator.version_hint) == (version, hint)
    assert len(one.files) == 1 + (len(texts) if version or hint else 0)


@pytest.mark.parametrize(
    ("tag", "version", "hint"), [("v2.31.0", "2.31.0", ""), ("latest", "", "latest")]
)
def test_an_image_that_the_values_name_counts_more(tag, version, hint):
    """The chart's version is the default of the tag, and of no use where one is given."""
    texts = {"Chart.yaml": chart(coder("2.30.0"))}
    (one,) = read_deployments(files(texts, TAGGED % tag)).found
    assert (one.operator.version, one.operator.version_hint) == (version, hint)


ENV = "{env: [{name: CODER_VERBOSE, value: 'true'}]}"
PART, ALIAS = coder("2.30.0"), coder("2.30.0").replace("}", ", alias: ide}")
SWITCH = PART.replace("}", ", condition: 'x.y, coder.enabled'}")
ITSELF = chart(name="coder", version="2.30.0", more="home: https://coder.com/docs\n")
OWN = chart(coder("0.1.0", "file://../coder"))

REACH = {
    "a part's values": (chart(PART), f"coder: {{coder: {ENV}}}", "arrives"),
    "without the part's name": (chart(PART), f"coder: {ENV}", "coder -> coder.coder"),
    "keys without variables": (
        chart(PART),
        "coder: {image: {tag: v2.31.0}}",
        "coder -> coder.coder",
    ),
    "another name": (chart(ALIAS), f"ide: {{coder: {ENV}}}", "arrives"),
    "the name that it has no more": (
        chart(ALIAS),
        f"coder: {{coder: {ENV}}}",
        "coder.coder -> ide.coder",
    ),
    "its name alone": (chart(ALIAS), f"ide: {ENV}", "ide -> ide.coder"),
    "another name, and no variable": (
        chart(ALIAS),
        "{sso: {enabled: false}, ide: {coder: {env: [], image: {}, envUseClusterAccessURL: true}}}",
        "arrives",
    ),
    "a template's of the chart around it": (chart(PART), f"proxy: {ENV}", "arrives"),
    "the chart itself": (ITSELF, f"coder: {ENV}", "arrives"),
    "the chart itself as a part": (ITSELF, f"coder: {{coder: {ENV}}}", "coder.coder -> coder"),
    "a chart of one's own": (OWN, f"coder: {ENV}", "arrives"),
    "a lock alone": (LOCK, f"coder: {ENV}", "arrives"),
    "switched on": (chart(SWITCH), f"coder: {{enabled: true, coder: {ENV}}}", "arrives"),
}


@every_row("case", REACH)
def test_values_reach_the_chart_where_it_looks(case):
    described, values, expected = REACH[case]
    (one,) = read_deployments(files({"Chart.yaml": described}, values)).found
    found = [f"{lost.key} -> {lost.instead}" for lost in one.operator.misplaced]
    assert (found or ["arrives"]) == [expected]
    assert bool(one.operator.given) is (expected == "arrives" and "VERBOSE" in values)


def test_a_chart_that_a_value_switches_off_sets_up_nothing():
    texts = {"Chart.yaml": chart(SWITCH)}
    with pytest.raises(SourceError, match=r"Chart\.yaml .* coder\.enabled is false"):
        read_deployments(files(texts, f"coder: {{enabled: false, coder: {ENV}}}"))


def test_of_one_deployment_the_folders_mean_nothing():
    one = read_as_one(files({"../other/Chart.yaml": chart(coder("2.30.0"))}))
    assert one.operator.version == "2.30.0"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (chart(coder("2.30.0")), "describes a chart that installs Coder, and sets nothing"),
        (chart(), "nothing in it tells that it installs Coder"),
    ],
)
def test_a_chart_without_values_says_so(text, why):
    with pytest.raises(SourceError, match=why):
        read_deployments([decode(text.encode(), "Chart.yaml")])
