"""Where deployments differ from each other, and what each deviation comes to."""

from datetime import date

import pytest
from msgspec.structs import replace

from confaudit.catalog.loader import packaged
from confaudit.core.coder.defaults import default_snapshot
from confaudit.core.health.check import State
from confaudit.core.history.parity import Group, Member, parity
from confaudit.core.history.renames import renames
from confaudit.core.judge.exceptions import NO_RULINGS, ExpectedDifference, Rulings
from confaudit.core.model import MISSING, Fidelity, Setting, ValueSource
from confaudit.core.report.parity import parity_tables, parity_verdict
from confaudit.core.secret import secret
from tests.tables import every_row

NEW, OLD = (default_snapshot(packaged().nearest(one)) for one in ("2.34.5", "2.33.0"))


def member(name, base=NEW, *, without=(), identity="", fidelity=Fidelity.FULL, **values):
    chosen = {
        key.replace("_", "-"): Setting(value, ValueSource.ENV) for key, value in values.items()
    }
    settings = {k: v for k, v in {**base.settings, **chosen}.items() if k not in without}
    server = {"buildinfo": {"deployment_id": identity}} if identity else {}
    return Member(
        name,
        replace(base, deployment=name, settings=settings, server=server, fidelity=fidelity),
    )


def told(*members, rulings=NO_RULINGS):
    """Each deviation, but for what releases do."""
    found = parity(members, rulings, lambda key: key == "oidc-scopes")
    return [
        (one.group, one.spec.key, one.common, one.holders, one.value, [m.name for m in one.members])
        for one in found.deviations
        if one.group is not Group.RELEASE
    ]


ON = {"browser_only": True}


@every_row(
    ("members", "expected"),
    [
        ([member("a"), member("b")], []),
        ([member("a"), member("b", browser_only=False)], []),
        (
            [member("a", **ON), member("b"), member("c")],
            [(Group.DIFFERS, "browser-only", False, 2, True, ["a"])],
        ),
        (
            [member("a", **ON), member("b")],
            [(Group.DIFFERS, "browser-only", True, 1, False, ["b"])],
        ),
        (
            [member("a", identity="1", **ON), member("b", identity="1"), member("c")],
            [(Group.DRIFT, "browser-only", False, 2, True, ["a"])],
        ),
        (
            [member("a", identity="1", **ON), member("b", identity="1", **ON), member("c")],
            [(Group.DIFFERS, "browser-only", True, 2, False, ["c"])],
        ),
        (
            [member("a"), member("b", without=("browser-only",))],
            [(Group.MISSING, "browser-only", False, 1, MISSING, ["b"])],
        ),
        ([member("a"), member("b", without=("browser-only",), fidelity=Fidelity.LOSSY)], []),
        (
            [member("a", scim_auth_header=secret(True, "0" * 16)), member("b")],
            [(Group.DIFFERS, "scim-auth-header", secret(True), 1, secret(False), ["b"])],
        ),
        (
            [member(n, scim_auth_header=secret(True, n * 16)) for n in ("a", "b")],
            [],
        ),
        ([member("a"), member("b", scim_auth_header=secret(None))], []),
        (
            [member("a", oidc_scopes=["x", "y"]), member("b", oidc_scopes=["y", "x"])],
            [],
        ),
        (
            [member("a", cache_dir="/x"), member("b", OLD, cache_dir="/y")],
            [(Group.DIFFERS, "cache-dir", "/x", 1, "/y", ["b"])],
        ),
    ],
)  # fmt: skip
def test_what_deviates_from_what_most_have(members, expected):
    assert told(*members) == expected


def test_an_old_name_is_not_told_beside_the_new_one():
    both = {"email_smarthost": "x:25", "notifications_email_smarthost": "x:25"}
    found = told(member("a", **both), member("b"))
    assert [key for _, key, *_ in found] == ["email-smarthost"]
    alike = parity([member("a", **both), member("b", **both)], NO_RULINGS, lambda _: False)
    assert alike.same.keys().isdisjoint({"notifications-email-smarthost", "aibridge-enabled"})
    assert {"email-smarthost", "ai-gateway-enabled"} <= alike.same.keys()
    assert len(told(member("a", **both | {"email_smarthost": "y:25"}), member("b"))) == 2


BOTH = {"ai_gateway_enabled": True, "aibridge_enabled": True}
"""As releases tell it that have the new name of an option beside the old one."""


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ([member("a", **BOTH), member("b", OLD, aibridge_enabled=True)], []),
        ([member("b", OLD, aibridge_enabled=True), member("a", **BOTH)], []),
        (
            [member("a", **BOTH), member("b", OLD, aibridge_enabled=False), member("c", **BOTH)],
            [(Group.DIFFERS, "ai-gateway-enabled", True, 2, False, ["b"])],
        ),
        (
            [member("b", OLD, aibridge_enabled=False), member("a", **BOTH)],
            [(Group.DIFFERS, "ai-gateway-enabled", False, 1, True, ["a"])],
        ),
    ],
)  # fmt: skip
def test_what_a_release_renamed_is_one_option(members, expected):
    assert told(*members) == expected
    found = parity(members, NO_RULINGS, lambda _: False)
    about = [one for one in found.deviations if "ai-gateway-enabled" in (one.spec.key, *one.was)]
    assert {one.was for one in about} <= {("aibridge-enabled",)}
    assert "aibridge-enabled" not in {*found.same, *(one.spec.key for one in found.deviations)}
    assert ("ai-gateway-enabled" in found.same) is not bool(expected)


def test_an_old_name_with_a_value_of_its_own_is_told_beside_the_new_one():
    odd = member("a", ai_gateway_enabled=True, aibridge_enabled=False)
    (one,) = told(odd, member("b", **BOTH), member("c", OLD, aibridge_enabled=True))
    assert (one[1], one[-1]) == ("aibridge-enabled", ["a"])


def test_what_comes_of_the_release_is_no_drift():
    members = (member("a", identity="1"), member("b", OLD, identity="1"))
    found = parity(members, NO_RULINGS, lambda _: False)
    by_release = {one.spec.key for one in found.of(Group.RELEASE)}
    renamed = {one.key for one in renames([NEW, OLD]).values()}
    new_names = {key for key, spec in NEW.declared.items() if not spec.use_instead} - renamed
    assert new_names - OLD.settings.keys() <= by_release
    assert not by_release & found.same.keys()


@pytest.mark.parametrize(
    ("globs", "group"),
    [
        (("*",), Group.EXPECTED),
        (("a", "b"), Group.EXPECTED),
        (("a",), Group.DIFFERS),
    ],
)
def test_the_policy_expects_it_between_those_that_it_names(globs, group):
    ruling = ExpectedDifference("CODER_BROWSER_ONLY", "Kiosks", globs)
    rulings = Rulings(date(2026, 1, 1), differences=(ruling,))
    found = parity([member("a", **ON), member("b")], rulings, lambda _: False)
    (one,) = found.deviations
    assert (one.group, one.reason) == (group, "Kiosks" if group is Group.EXPECTED else "")


REPLICAS = (member("a", identity="1", **ON), member("b", identity="1"), member("c"))


@pytest.mark.parametrize(
    ("globs", "group"),
    [(("a", "b"), Group.DIFFERS), (("a", "b", "c"), Group.EXPECTED), (("a", "c"), Group.DRIFT)],
)
def test_replicas_that_may_differ_do_not_drift(globs, group):
    ruling = ExpectedDifference("browser-only", "Kiosks", globs)
    rulings = Rulings(date(2026, 1, 1), differences=(ruling,))
    (one,) = parity(REPLICAS, rulings, lambda _: False).deviations
    assert one.group is group


SEVERAL = (
    member("a", browser_only=True, verbose=True),
    member("b", browser_only=True, disable_path_apps=True),
    member("c", verbose=True),
)


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ((), "3 options differ between 3 configurations; "),
        (("verbose",), "2 options differ between 3 configurations, apart from 1 as expected; "),
        (("browser-only", "verbose"), "1 option differs between 3 configurations, apart from 2 as"),
        (("*",), "No option differs between 3 configurations, apart from 3 as expected; "),
    ],
)
def test_an_option_counts_once_in_the_headline(expected, said):
    differences = tuple(ExpectedDifference(one, "So it is") for one in expected)
    found = parity(SEVERAL, Rulings(date(2026, 1, 1), differences=differences), lambda _: False)
    verdict = parity_verdict(found)
    assert verdict.startswith(said)
    options = {key for key, spec in NEW.declared.items() if not spec.use_instead}
    assert verdict.endswith(f" {len(found.same)} are the same.")
    assert options - found.same.keys() == {"browser-only", "disable-path-apps"}
    assert "verbose" not in found.same  # which is an old name
    states = {row["state"] for row in next(iter(parity_tables(found))).rows}
    assert (State.WARNING in states) is (expected != ("*",))


def test_two_snapshots_of_one_deployment_are_no_replicas():
    now, then = member("a", identity="1", **ON), member("a", identity="1")
    (one,) = parity([now, replace(then, name="then")], NO_RULINGS, lambda _: False).deviations
    assert one.group is Group.DIFFERS
