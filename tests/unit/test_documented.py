"""Which releases a page of the API docs is most like."""

from confaudit.catalog import loader
from confaudit.core.coder.documented import Fit, best_fit, documented_as, documented_type
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.model import Fidelity, OptionSpec, RawDeployment
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from tests.tables import every_row


def release(version, leaves, bare=()):
    options = {leaf: OptionSpec(leaf, leaf, json_path=leaf, type=t) for leaf, t in leaves.items()}
    return Release(version, "2026-01-01", False, options, leaves_without_option=tuple(bare))


CATALOG = Catalog(
    [
        release("2.1.0", {"a": "string", "b": "duration"}),
        release("2.1.1", {"a": "string", "b": "duration"}),
        release("2.2.0", {"a": "string", "b": "duration", "c": "enum[x|y]"}, ["d"]),
        release("2.2.1", {"a": "string", "b": "duration", "e": "bool"}),
        release("2.3.0", {"a": "string", "b": "duration", "e": "bool", "f": "bool"}),
    ]
)


def page(fidelity=Fidelity.SHAPE, **leaves):
    raw = RawDeployment({"config": leaves}, fidelity=fidelity)
    return normalise(redact(raw), CATALOG.nearest(""))


@every_row(
    ("leaves", "fit"),
    [
        ({"a": "string", "b": "int"}, Fit((("2.1.0", "2.1.1"),), 2, 0)),
        (
            {"a": "string", "b": "int", "c": "string", "d": "struct"},
            Fit((("2.2.0", "2.2.0"),), 4, 0),
        ),
        ({"a": "string", "b": "int", "z": "int"}, Fit((("2.1.0", "2.1.1"),), 2, 0)),
        ({"a": "int", "b": "int"}, Fit((("2.1.0", "2.1.1"),), 1, 1)),
        ({"a": "string", "b": "int", "f": "bool"}, Fit((("2.3.0", "2.3.0"),), 3, 1)),
        ({"z": "int"}, None),
    ],
    ids=["alike", "all of it", "more", "another type", "less", "nothing in common"],
)
def test_the_fit_is_where_fewest_leaves_differ(leaves, fit):
    assert best_fit(page(**leaves), CATALOG) == fit


def test_ties_are_told_with_what_lies_between_left_out():
    tied = Catalog([release(f"2.{n}.0", {"a": "bool", **extra}) for n, extra in enumerate(TURNS)])
    assert best_fit(page(a="bool"), tied) == Fit((("2.0.0", "2.1.0"), ("2.3.0", "2.3.0")), 1, 0)


TURNS = ({}, {}, {"x": "bool"}, {})


def test_only_a_docs_page_is_held_against_releases():
    assert best_fit(page(Fidelity.CONFIG, a="text"), CATALOG) is None


def test_the_types_of_every_release_are_what_docs_pages_call_them():
    known = {"bool", "int", "string", "list", "struct", "url", "host:port", "regexp"}
    assert {documented_type(spec.type) for spec in loader.packaged().declared} <= known
    newest = loader.packaged().releases[-1]
    assert documented_as("telemetry.trace", newest) == "", "no option sets it"
    assert documented_as("no.such.leaf", newest) is None
