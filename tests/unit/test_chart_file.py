"""The files of a chart: which Coder the values beside them are for."""

import pytest

from confaudit.errors import SourceError
from confaudit.operator_files import decode, read_as_one, read_deployments

VALUES = "coder:\n  env:\n    - {name: CODER_VERBOSE, value: 'true'}\n"
TAGGED = "coder:\n  image: {tag: v2.31.0}\n  env:\n    - {name: CODER_VERBOSE, value: 'true'}\n"
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


@pytest.mark.parametrize("case", VERSIONS)
def test_values_are_for_the_chart_beside_them(case):
    texts, version, hint = VERSIONS[case]
    (one,) = read_deployments(files(texts)).found
    assert (one.operator.version, one.operator.version_hint) == (version, hint)
    assert len(one.files) == 1 + (len(texts) if version or hint else 0)


def test_an_image_that_the_values_name_counts_more():
    (one,) = read_deployments(files({"Chart.yaml": chart(coder("2.30.0"))}, TAGGED)).found
    assert one.operator.version == "2.31.0"


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
