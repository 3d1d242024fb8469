"""How deployments stand, told from facts alone."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.support import Channel, Support, channels, support
from confaudit.core.health.check import Check, State, worst
from confaudit.core.health.setting import (
    catalog_check,
    certificate_check,
    clock_check,
    git_check,
    permissions_check,
    privacy_check,
)
from confaudit.core.health.standing import Standing, brief, standing_checks

NOW = datetime(2026, 8, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KNOWN = Catalog(
    Release(version, "", esr=version.startswith(("2.24.", "2.29.", "2.34.")), options={})
    for version in (
        *("2.23.0", "2.24.0", "2.29.0", "2.29.17", "2.30.0", "2.33.0"),
        *("2.34.0", "2.34.5", "2.35.1", "2.36.0"),
    )
)
WELL = Standing(
    deployment="prod",
    last_success=NOW - timedelta(hours=3),
    is_from_git=False,
    token_expires_at=NOW + 30 * DAY,
    version="v2.34.5+abc1234",
    is_asked=True,
)


def checks(**changes: object) -> dict[str, Check]:
    found = standing_checks(replace(WELL, **changes), KNOWN, NOW, timedelta(hours=26))
    return {check.what: check for check in found}


def test_what_is_well_is_told_with_what_it_rests_on() -> None:
    found = {what: (check.state.value, check.found) for what, check in checks().items()}
    assert found == {
        "snapshot": ("ok", "3h old"),
        "token": ("ok", "expires in 30 days"),
        "release": ("ok", "2.34.5, security, ESR"),
    }


@pytest.mark.parametrize(
    ("changes", "what", "state", "found"),
    [
        ({"last_success": NOW - timedelta(hours=26)}, "snapshot", "ok", "26h old"),
        ({"last_success": NOW - 3 * DAY}, "snapshot", "failed", "3d old, more than 26h"),
        ({"last_success": NOW + timedelta(minutes=4)}, "snapshot", "ok", "0s old"),
        ({"last_success": NOW + DAY}, "snapshot", "warning", "of a time to come, 2026-08-11"),
        ({"last_success": None}, "snapshot", "failed", "none was ever taken"),
        (
            {"last_success": NOW - 3 * DAY, "is_from_git": True},
            "snapshot",
            "warning",
            "the last change is 3d old; whether it was asked since is not known here",
        ),
        ({"is_asked": False, "last_success": None}, "snapshot", "skipped", "does not name it"),
        ({"token_expires_at": NOW}, "token", "failed", "expired on 2026-08-10 12:00 UTC"),
        ({"token_expires_at": NOW + 3 * DAY}, "token", "warning", "expires in 3 days, on"),
        ({"token_expires_at": NOW + 3.1 * DAY}, "token", "ok", "expires in 3 days"),
        ({"token_expires_at": None}, "token", "unknown", "nothing tells"),
        ({"version": ""}, "release", "unknown", "nothing tells"),
        ({"version": "2.36.1"}, "release", "warning", "newer than 2.36.0, the newest one known"),
        ({"version": "2.35.0"}, "release", "warning", "2.35.0 is none of the releases known"),
        ({"version": "2.33.0"}, "release", "warning", "the line 2.33 gets no more fixes"),
        ({"version": "2.30.9"}, "release", "warning", "the line 2.30 gets no more fixes"),
        ({"version": "2.24.0"}, "release", "unknown", "when its extended support ends"),
        ({"version": "2.29.0"}, "release", "ok", "2.29.0, ESR; 2.29.17 is the newest of its line"),
    ],
)
def test_what_is_not_well(changes: dict[str, object], what: str, state: str, found: str) -> None:
    check = checks(**changes)[what]
    assert (check.state.value, found in check.found) == (state, True), check
    assert bool(check.advice) >= check.state.is_trouble


def test_coder_has_a_name_for_each_line_that_it_mends() -> None:
    told = {".".join(map(str, line)): names for line, names in channels(KNOWN.releases).items()}
    assert told == {
        "2.23": (),
        "2.24": (Channel.EXTENDED,),
        "2.29": (Channel.EXTENDED,),
        "2.30": (),
        "2.33": (),
        "2.34": (Channel.SECURITY, Channel.EXTENDED),
        "2.35": (Channel.STABLE,),
        "2.36": (Channel.MAINLINE,),
    }
    assert support(Version.parse("2.37.0"), KNOWN.releases) is Support.UNKNOWN


def test_the_worst_state_counts() -> None:
    assert worst([State.OK, State.WARNING, State.UNKNOWN]) is State.WARNING
    assert worst([State.SKIPPED, State.OK]) is State.SKIPPED
    assert worst([]) is State.OK
    assert [state for state in State if state.is_trouble] == [State.WARNING, State.FAILED]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(seconds=119), "119s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=26), "26h"),
        (timedelta(days=40), "40d"),
    ],
)
def test_a_time_in_brief(time: timedelta, text: str) -> None:
    assert brief(time) == text


@pytest.mark.parametrize(
    ("check", "state", "found"),
    [
        (certificate_check(None, NOW), "skipped", "there is none to see"),
        (certificate_check(NOW + 15 * DAY, NOW), "ok", "trusted, expires in 15 days"),
        (certificate_check(NOW + 13 * DAY, NOW), "warning", "expires in 13 days"),
        (clock_check(None, NOW), "unknown", "does not tell its time"),
        (clock_check(NOW + timedelta(seconds=59), NOW), "ok", "agrees"),
        (clock_check(NOW + timedelta(hours=3), NOW), "warning", "is 3 hours behind the server's"),
        (clock_check(NOW - 3 * DAY, NOW), "warning", "is 3 days ahead of the server's"),
        (permissions_check(0o400, "t"), "ok", "its owner's alone"),
        (permissions_check(0o640, "t"), "warning", "its mode is 0640"),
        (privacy_check([0o755, 0o750, 0o755], "r"), "ok", "not for everybody"),
        (privacy_check([0o755, 0o711], "r"), "warning", "everybody on this machine may read it"),
        (git_check("2.28.0"), "ok", "2.28.0"),
        (git_check("2.9.5"), "failed", "2.9.5 is too old"),
        (git_check(""), "unknown", "does not tell its version"),
    ],
)
def test_what_surrounds_a_setup(check: Check, state: str, found: str) -> None:
    assert (check.state.value, found in check.found) == (state, True), check


@pytest.mark.parametrize(
    ("day", "state", "found"),
    [
        ("", "ok", "ends with 2.36.0"),
        ("2026-07-07", "ok", "ends with 2.36.0 of 2026-07-07"),
        ("2026-06-20", "unknown", "51 days ago: newer ones are out"),
    ],
)
def test_a_catalogue_grows_old(day: str, state: str, found: str) -> None:
    newest = replace(KNOWN.releases[-1], date=day)
    check = catalog_check(Catalog([newest]), NOW)
    assert (check.state.value, found in check.found) == (state, True), check
