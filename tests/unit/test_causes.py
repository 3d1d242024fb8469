"""Who did it: tables of before, after and cause; then every pair of consecutive releases."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from confaudit.catalog import loader
from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.judge.rules.changes import change_level
from confaudit.core.model import (
    MISSING,
    Cause,
    ChangeKind,
    Facet,
    Fidelity,
    Level,
    OptionSpec,
    RawDeployment,
    Setting,
    Snapshot,
    ValueSource,
)
from confaudit.core.secret import secret
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact
from tests.tables import every_row

NONE, DEFAULT = ValueSource.UNSET, ValueSource.DEFAULT
ENV, YAML, FLAG = ValueSource.ENV, ValueSource.YAML, ValueSource.FLAG

CATALOG = loader.packaged()


def spec(key="o", **fields):
    return OptionSpec(name=key, flag=key, **{"env": f"CODER_{key}", "type": "string", **fields})


def snapshot(version, *entries, config=None, server=None, fidelity=Fidelity.FULL):
    """Entries are (spec, value, source)."""
    return Snapshot(
        deployment="prod",
        fidelity=fidelity,
        version=version,
        taken_at=None,
        label=version,
        settings={s.key: Setting(value, source) for s, value, source in entries},
        declared={s.key: s for s, _, _ in entries},
        config=config or {},
        server=server or {},
        unavailable={},
    )


def explained(before, after, catalog=CATALOG):
    return attribute(diff(before, after), before, after, catalog)


def one(before, after, catalog=CATALOG):
    (change,) = explained(before, after, catalog)
    return change


SAME, UP = ("2.33.0", "2.33.0"), ("2.33.0", "2.34.5")
X, Y = spec(default="x"), spec(default="y")
DOCS = spec(default="x", default_computed_from="version")
DOCS_2 = replace(DOCS, default="y")
COOKIE = spec(default="y", default_computed_from="access-url")
PLAIN = spec()
RELAY = spec("derp-server-relay-url")
KEY = spec(secret=True)
BY_ENV = ("operator", "set by env")
ONE, TWO = {"id": "one", "type": "github"}, {"id": "two", "type": "gitlab"}
API, PKCE = {"api_base_url": "https://api.example.com"}, {"pkce": None}


SCOPES = spec("oidc-scopes", type="string-array")
HEADERS = spec("proxy-trusted-headers", type="string-array")
AB, BA = ["a", "b"], ["b", "a"]


@every_row(
    ("versions", "before", "after", "cause", "level", "said"),
    [
        (SAME, (SCOPES, AB, ENV), (SCOPES, BA, ENV), "computed", "info", "the values are the same"),
        (UP, (SCOPES, AB, ENV), (SCOPES, BA, ENV), "computed", "info", "in another order"),
        (SAME, (SCOPES, AB, None), (SCOPES, BA, None), "computed", "info", "in another order"),
        (SAME, (SCOPES, AB, ENV), (SCOPES, BA, YAML), "operator", "warning", "in another order"),
        (SAME, (SCOPES, AB, ENV), (SCOPES, ["a", "a", "b"], ENV), "operator", "warning", ""),
        (SAME, (SCOPES, AB, ENV), (SCOPES, ["a", "c"], ENV), "operator", "warning", ""),
        (SAME, (HEADERS, AB, ENV), (HEADERS, BA, ENV), "operator", "warning", "set by env"),
        (
            UP,
            (replace(SCOPES, default="a,b"), AB, DEFAULT),
            (replace(SCOPES, default="b,a"), BA, DEFAULT),
            "release",
            "info",
            "lists the default in another order",
        ),
    ],
)
def test_the_order_of_a_set_is_nobodys_change(versions, before, after, cause, level, said):
    change = one(snapshot(versions[0], before), snapshot(versions[1], after))
    assert (change.kind, change.cause) == (ChangeKind.CHANGED, cause)
    assert change_level(change).word == level
    assert said in change.evidence
    assert change.is_reordered is ("in another order" in change.evidence)


def test_the_order_of_a_set_in_a_bare_config_tree_is_nobodys_change():
    old, new = (
        snapshot("2.33.0", config={"oidc": {"scopes": values}}, fidelity=Fidelity.CONFIG)
        for values in (AB, BA)
    )
    assert one(old, new).cause is Cause.COMPUTED


def test_a_renamed_set_in_another_order_is_the_releases_doing():
    was = spec("aibridge-proxy-domain-allowlist", type="string-array", json_path="l")
    now = spec("ai-gateway-proxy-domain-allowlist", type="string-array", json_path="l")
    old = replace(was, use_instead=(now.key,))
    change = one(
        snapshot("2.33.0", (was, AB, ENV)), snapshot("2.34.5", (now, BA, ENV), (old, BA, ENV))
    )
    assert (change.kind, change.cause) == (ChangeKind.RENAMED, Cause.RELEASE)
    assert change_level(change) is Level.INFO


def providers(*values):
    return spec("external-auth-providers"), list(values) or None, NONE


def links(*values):
    return spec("support-links"), list(values), YAML


@every_row(
    ("versions", "before", "after", "cause", "said"),
    [
        # the release did not change: it was the operator
        (SAME, (X, "x", DEFAULT), (X, "z", ENV), "operator", "set by env"),
        (SAME, (X, "z", ENV), (X, "x", DEFAULT), "operator", "no longer is"),
        (SAME, (X, "a", ENV), (X, "b", YAML), "operator", "set by yaml"),
        (SAME, (X, "a", ENV), (X, "a", FLAG), "operator", "value is the same"),
        (SAME, (X, "x", DEFAULT), (X, "x", ENV), "operator", "what was the default"),
        (SAME, (X, "x", ENV), (X, "x", DEFAULT), "operator", "no longer is"),
        (SAME, (PLAIN, "", NONE), (PLAIN, "z", FLAG), "operator", "set by flag"),
        # the release changed, and explains it
        (UP, (X, "x", DEFAULT), (Y, "y", DEFAULT), "release", "moves the default"),
        (UP, (PLAIN, "", NONE), (X, "x", DEFAULT), "release", "moves the default"),
        (UP, (PLAIN, "", NONE), (spec(default=""), "", DEFAULT), "release", "declares a default"),
        (UP, (X, "x", DEFAULT), (replace(X, hidden=True), "x", DEFAULT), "release", "differently"),
        (UP, (PLAIN, "", NONE), (COOKIE, "y", DEFAULT), "release", "derives the default"),
        (
            UP,
            (spec(env="CODER_OLD"), "z", ENV),
            (spec(env="CODER_NEW"), "", NONE),
            "release",
            "no longer reads CODER_OLD",
        ),
        # the release changed, and does not explain it
        (UP, (X, "x", DEFAULT), (X, "z", ENV), "operator", "no release explains"),
        (UP, (X, "z", ENV), (X, "x", DEFAULT), "operator", "no longer is"),
        (UP, (X, "x", DEFAULT), (Y, "z", ENV), "operator", "no release explains"),
        # computed
        (UP, (DOCS, "x", DEFAULT), (DOCS_2, "y", DEFAULT), "computed", "the version"),
        (SAME, (DOCS, "x", DEFAULT), (DOCS_2, "y", DEFAULT), "computed", "the version"),
        (SAME, (COOKIE, "y", DEFAULT), (COOKIE, "n", DEFAULT), "computed", "access URL"),
        (SAME, (RELAY, "http://10.0.0.1", ENV), (RELAY, "http://10.0.0.2", ENV), "computed", "pod"),
        (
            SAME,
            (spec("http-address", default="a"), "a", DEFAULT),
            (spec("http-address", default="a"), "b", DEFAULT),
            "computed",
            "--address",
        ),
        (
            SAME,
            (spec("external-auth-providers"), None, NONE),
            (spec("external-auth-providers"), [{"id": "x"}], NONE),
            "operator",
            "CODER_EXTERNAL_AUTH_<N>_*",
        ),
        # fields that the release gave to a structure or took from it are its own
        (UP, providers(ONE), providers(ONE | API), "release", "adds the field api_base_url, and"),
        (UP, providers(ONE | API), providers(ONE), "release", "drops the field api_base_url, and"),
        (
            UP,
            providers(ONE | API, TWO | API),
            providers(ONE | PKCE, TWO | PKCE),
            "release",
            "adds the field pkce and drops the field api_base_url",
        ),
        (
            UP,
            providers(ONE),
            providers(ONE | API | PKCE),
            "release",
            "fields api_base_url and pkce",
        ),
        (UP, providers(ONE), providers(TWO | API), "operator", "adds the field api_base_url as"),
        (UP, providers(ONE), providers(ONE | API, TWO | API), "operator", "source; the release"),
        (UP, providers(ONE, TWO), providers(ONE | API, TWO), "operator", "fill it"),
        (UP, providers(ONE, TWO | API), providers(ONE | API, TWO | API), "operator", "fill it"),
        (UP, providers(), providers(ONE | API), "operator", "fill it"),
        (SAME, providers(ONE), providers(ONE | API), "operator", "fill it"),
        (UP, links({"name": "a"}), links({"name": "a", "icon": ""}), "release", "the field icon"),
        (UP, links({"name": "a"}), links({"name": "a", "location": "navbar"}), "operator", "yaml"),
        # unknown, said plainly
        (SAME, (X, "x", DEFAULT), (X, "q", DEFAULT), "unknown", "did not move"),
        (SAME, (X, "x", DEFAULT), (replace(X, hidden=True), "x", DEFAULT), "unknown", "the same"),
        (UP, (X, "x", DEFAULT), (X, "", ENV), "unknown", "empty environment variable"),
        (UP, (KEY, secret(False), NONE), (KEY, secret(True), ENV), "unknown", "empty environment"),
        (UP, (KEY, secret(False), NONE), (KEY, secret(True), FLAG), "operator", "set by flag"),
        (("2.34.0", "2.34.5"), (KEY, secret(False), NONE), (KEY, secret(True), ENV), *BY_ENV),
        # no value sources
        (("2.1.0", "2.1.0"), (X, "x", None), (X, "z", None), "operator", "the same on both"),
        (("2.0.0", "2.2.0"), (X, "x", None), (Y, "y", None), "release", "moves the default"),
        (("2.0.0", "2.2.0"), (X, "x", None), (X, "z", None), "unknown", "value sources"),
    ],
)
def test_causes_of_options(versions, before, after, cause, said):
    change = one(snapshot(versions[0], before), snapshot(versions[1], after))
    assert change.cause == cause, change.evidence
    assert said in change.evidence


def test_presence():
    before, after = snapshot("2.33.0", (spec("a"), "", NONE)), snapshot("2.34.5")
    after = replace(after, settings={"b": Setting("", NONE)}, declared={"b": spec("b")})
    removed, added = sorted(explained(before, after), key=lambda c: c.key)
    assert (removed.cause, added.cause) == (Cause.RELEASE, Cause.RELEASE)
    same = replace(after, version="2.33.0")
    assert {change.cause for change in explained(before, same)} == {Cause.UNKNOWN}


def test_a_removed_option_that_was_set_is_a_warning():
    before = snapshot("2.24.0", (spec("in-memory"), True, ENV), (spec("o"), "", NONE))
    change = one(before, snapshot("2.25.0", (spec("o"), "", NONE)))
    assert (change.kind, change.cause, change_level(change)) == (
        ChangeKind.REMOVED,
        Cause.RELEASE,
        Level.WARNING,
    )
    assert "ignored now" in change.evidence


OLD = spec("old", json_path="a.b", default="false", type="bool")
DEPRECATED = replace(OLD, use_instead=("new",), hidden=True, default="true")
NEW = spec("new", json_path="a.b", default="true", type="bool")


def test_a_rename_and_a_moved_default_are_one_story():
    before = snapshot("2.33.0", (OLD, False, DEFAULT), config={"a": {"b": False}})
    entries = (DEPRECATED, True, DEFAULT), (NEW, True, DEFAULT)
    change = one(before, snapshot("2.34.5", *entries, config={"a": {"b": True}}))
    assert (change.kind, change.key, change.was) == (ChangeKind.RENAMED, "new", "old")
    assert (change.before, change.after) == (False, True)
    assert (change.cause, change_level(change)) == (Cause.RELEASE, Level.WARNING)
    facets = {facet.facet: (facet.before, facet.after) for facet in change.facets}
    assert facets[Facet.ENV] == ("CODER_old", "CODER_new")
    assert facets[Facet.DEFAULT] == ("false", "true")


def test_a_rename_of_something_set_stays_the_releases_doing():
    before = snapshot("2.33.0", (OLD, True, ENV))
    after = snapshot("2.34.5", (DEPRECATED, True, ENV), (NEW, True, ENV))
    change = one(before, after)
    assert (change.kind, change.cause, change_level(change)) == (
        ChangeKind.RENAMED,
        Cause.RELEASE,
        Level.INFO,
    )
    assert "cannot be told" in change.evidence


def test_a_rename_does_not_hide_what_the_operator_did():
    before = snapshot("2.33.0", (OLD, True, ENV))
    after = snapshot("2.34.5", (DEPRECATED, False, ENV), (NEW, False, ENV))
    assert one(before, after).cause is Cause.OPERATOR


@pytest.mark.parametrize(
    ("was", "now", "evidence"),
    [
        (ENV, DEFAULT, "it was set by env and no longer is"),
        (DEFAULT, YAML, "it is set by yaml now"),
    ],
)
def test_a_rename_does_not_hide_it_where_the_value_is_the_same(was, now, evidence):
    before = snapshot("2.33.0", (OLD, True, was))
    change = one(before, snapshot("2.34.5", (DEPRECATED, True, now), (NEW, True, now)))
    assert (change.kind, change.cause, change_level(change)) == (
        ChangeKind.RENAMED,
        Cause.OPERATOR,
        Level.WARNING,
    )
    assert change.evidence.endswith(f"renames --old; {evidence}")


def test_a_removed_name_with_a_new_one_for_its_leaf_is_a_rename():
    change = one(snapshot("2.33.0", (OLD, True, ENV)), snapshot("2.34.5", (NEW, True, DEFAULT)))
    assert (change.kind, change.was) == (ChangeKind.RENAMED, "old")


def test_aliases_are_one_setting():
    pair = (NEW, False, DEFAULT), (DEPRECATED, False, DEFAULT)
    now = (NEW, True, ENV), (DEPRECATED, True, ENV)
    change = one(snapshot("2.34.5", *pair), snapshot("2.34.5", *now))
    assert (change.key, change.also, change.cause) == ("new", ("old",), Cause.OPERATOR)
    assert "which of --new and --old was used cannot be told" in change.evidence


def test_aliases_that_disagree_are_told_apart():
    pair = (NEW, False, DEFAULT), (DEPRECATED, False, DEFAULT)
    now = (NEW, False, DEFAULT), (DEPRECATED, True, ENV)
    changes = explained(snapshot("2.17.0", *pair), snapshot("2.17.0", *now))
    assert [change.key for change in changes] == ["old"]


def test_crossing_2_18_alone_can_change_an_alias():
    pair = (NEW, True, DEFAULT), (DEPRECATED, True, ENV)
    now = (NEW, False, ENV), (DEPRECATED, False, ENV)
    changes = explained(snapshot("2.17.3", *pair), snapshot("2.18.0", *now))
    assert {change.cause for change in changes} == {Cause.UNKNOWN}


def test_a_secret_of_both_names_is_told_by_one_before_2_18():
    new, old = replace(NEW, secret=True), replace(DEPRECATED, secret=True)
    before = snapshot("2.17.3", (new, secret(False), NONE), (old, secret(True), ENV))
    now = (new, secret(True), ENV), (old, secret(True), ENV)
    change = one(before, snapshot("2.18.0", *now))
    assert (change.key, change.cause) == ("new", Cause.RELEASE)
    assert change.evidence == "since 2.18 both of its names tell the same value source"
    unset = replace(before, settings={key: Setting(secret(False), NONE) for key in ("new", "old")})
    assert {one.cause for one in explained(unset, snapshot("2.18.0", *now))} == {Cause.UNKNOWN}


def test_both_maps_disagree():
    s = spec(json_path="a.b")
    before = snapshot("2.33.0", (s, "x", ENV), config={"a": {"b": "x"}})
    after = snapshot("2.33.0", (s, "x", ENV), config={"a": {"b": "y"}})
    change = one(before, after)
    assert (change.cause, change.key) == (Cause.UNKNOWN, "a.b")
    assert "disagree" in change.evidence


@every_row(
    ("before", "after", "cause"),
    [
        ({"buildinfo": {"version": "a"}}, {"buildinfo": {"version": "b"}}, "release"),
        ({"experiments": ["a"]}, {"experiments": []}, "computed"),
        ({"entitlements": {"trial": True}}, {"entitlements": {"trial": False}}, "operator"),
        (
            {"workspaceproxies": {"regions": {"x": {"version": "a"}}}},
            {"workspaceproxies": {"regions": {"x": {"version": "b"}}}},
            "release",
        ),
        ({"appearance": {"logo_url": ""}}, {"appearance": {"logo_url": "x"}}, "operator"),
        ({"appearance": {"l": [ONE]}}, {"appearance": {"l": [ONE | API]}}, "release"),
        ({"appearance": {"l": [ONE]}}, {"appearance": {"l": [TWO | API]}}, "operator"),
    ],
)
def test_causes_of_endpoints(before, after, cause):
    left, right = snapshot("2.33.0", server=before), snapshot("2.34.5", server=after)
    assert one(left, right).cause == cause


@every_row(
    ("versions", "before", "after", "cause"),
    [
        (
            ("2.33.0", "2.33.0"),
            {"swagger": {"enable": False}},
            {"swagger": {"enable": True}},
            "operator",
        ),
        (
            ("2.5.0", "2.10.0"),
            {"metrics_cache_refresh_interval": 1},
            {"metrics_cache_refresh_interval": 2},
            "release",
        ),
        (
            ("2.33.0", "2.34.5"),
            {"swagger": {"enable": False}},
            {"swagger": {"enable": True}},
            "operator",
        ),
        (("2.33.0", "2.34.5"), {"docs_url": "a"}, {"docs_url": "b"}, "computed"),
        (("2.33.0", "2.34.5"), {"no_such_leaf": "a"}, {"no_such_leaf": "b"}, "unknown"),
        (("", ""), {"docs_url": "a"}, {"docs_url": "b"}, "unknown"),
        (("2.33.0", "2.34.5"), {}, {"new": 1}, "release"),
        (("2.33.0", "2.33.0"), {}, {"new": 1}, "unknown"),
    ],
)
def test_bare_config_trees(versions, before, after, cause):
    left = snapshot(versions[0], config=before, fidelity=Fidelity.CONFIG)
    right = snapshot(versions[1], config=after, fidelity=Fidelity.CONFIG)
    assert one(left, right).cause == cause


def page(*leaves, kind="string"):
    return snapshot("", config=dict.fromkeys(leaves, kind), fidelity=Fidelity.SHAPE)


GROWN = {"v2_30_0": "ax", "v2_30_1": "ax", "v2_31_0": "aby", "v2_31_1": "aby"}


@every_row(
    ("before", "after", "evidence"),
    [
        (page("a", "x"), page("a", "x", "b"), "Coder 2.31.0 adds it"),
        (page("a", "b", "x"), page("a", "b"), "Coder 2.31.0 removes it"),
        (page("a", "x"), page("a"), "the way leads back: Coder 2.30.0 adds it"),
        (page("a", "b", "y"), page("a", "b", "y", "x"), "Coder 2.30.0 adds it"),
        (page("a", "x"), page("a", "x", "c"), "no known release adds it"),
        (page("a", "x"), snapshot("2.31.1", config={"a": "1", "b": "2", "x": ""}), "Coder 2.31.0"),
        (page("a"), page("a", kind="int"), "no known release changes it"),
    ],
)
def test_docs_pages_tell_of_releases(before, after, evidence):
    catalog = releases(v2_29_0="a", **GROWN)
    change = one(before, after, catalog)
    assert change.cause is Cause.RELEASE
    assert change.evidence.startswith(evidence)
    assert (change.spec.env if change.spec else "") == (
        "" if change.key == "c" else f"CODER_{change.key}"
    )


def test_a_leaf_that_a_server_leaves_out_is_not_gone():
    shown = snapshot("", config={"telemetry": {"trace": "bool"}}, fidelity=Fidelity.SHAPE)
    change = one(shown, snapshot("2.34.5"))
    assert (change.kind, change.cause) == (ChangeKind.REMOVED, Cause.COMPUTED)
    gone = snapshot("", config={"wireguard": {"host": "string"}}, fidelity=Fidelity.SHAPE)
    assert one(gone, snapshot("2.34.5")).cause is Cause.RELEASE


def releases(**options):
    """Version → keys of its options."""
    return Catalog(
        Release(
            v.strip("v").replace("_", "."),
            "2026-01-01",
            False,
            {k: spec(k, json_path=k) for k in keys},
        )
        for v, keys in options.items()
    )


def test_evidence_names_the_first_release_of_each_line_on_the_way():
    way = releases(v2_33_0="a", v2_33_9="ab", v2_34_0="a", v2_34_3="ab", v2_34_5="ab")
    before, after = (
        snapshot("2.33.0", (spec("a"), 1, NONE)),
        snapshot("2.34.5", (spec("a"), 1, NONE), (spec("b"), 1, NONE)),
    )
    assert one(before, after, way).evidence == "Coder 2.34.3 (also 2.33.9) adds it"


def test_the_operators_changes_come_first():
    before = snapshot("2.33.0", (spec("a", default="1"), 1, DEFAULT), (spec("b"), 1, NONE))
    after = snapshot("2.34.5", (spec("a", default="2"), 2, DEFAULT), (spec("b"), 2, ENV))
    assert [change.key for change in explained(before, after)] == ["b", "a"]


def test_a_value_that_is_not_known_is_no_change():
    before, after = (spec(), MISSING, NONE), (spec(), "x", NONE)
    assert explained(snapshot("2.33.0", before), snapshot("2.33.0", after)) == ()


# --- all releases -------------------------------------------------------------------------------


def test_no_pair_of_consecutive_releases_blames_the_operator():
    """A deployment that sets nothing: whatever differs is the release's doing or computed."""
    pairs = list(pairwise(map(default_snapshot, CATALOG.releases)))
    assert len(pairs) == 216
    for before, after in pairs:
        blamed = [
            (change.key, change.cause, change.evidence)
            for change in explained(before, after)
            if change.cause not in (Cause.RELEASE, Cause.COMPUTED)
        ]
        assert blamed == [], f"{before.version} → {after.version}"


DATA = os.environ.get("CONFAUDIT_TEST_DATA")


@pytest.mark.skipif(not DATA, reason="NOT PROVED on real payloads: set CONFAUDIT_TEST_DATA")
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("default-2.33.0", "default-2.34.5", {"operator": 0, "unknown": 0, "renamed": 33}),
        ("production-2.33.0", "production-2.35.1", {"operator": 0, "unknown": 0}),
        ("production-2.33.0", "production-2.36.0", {"operator": 0, "unknown": 0}),
        ("production-2.33.0", "staging-2.33.0", {"release": 0, "unknown": 0, "operator": 13}),
    ],
)
def test_real_payloads(old, new, expected):
    def load(name):
        version = name.partition("-")[2]
        (path,) = Path(DATA, "coder").glob(f"payloads*/{name}.json")
        payload = json.loads(path.read_text())
        return normalise(redact(RawDeployment(payload, version=version)), loader.nearest(version))

    changes = explained(load(old), load(new))
    told = [str(change.cause) for change in changes] + [str(change.kind) for change in changes]
    assert {name: told.count(name) for name in expected} == expected
    gateway = [change for change in changes if "ai.bridge.enabled" in change.path]
    assert len(gateway) == 1
