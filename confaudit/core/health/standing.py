"""How a deployment stands: when it last answered, how long its token lasts, what it runs."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.coder.support import Channel, Support, channels, support
from confaudit.core.health.check import Check, failed, ok, skipped, unknown, warning
from confaudit.core.text.wording import lasting, moment

EXPIRES_SOON: Final = timedelta(days=3)
"""A token that expires sooner than this is worth a warning."""
_AHEAD: Final = timedelta(minutes=5)
"""How much the clocks of two machines may differ: whose is ahead would never look stale."""
UPDATE: Final = "learn of newer releases: `confaudit catalog update`"


class Standing(Struct, frozen=True):
    """What is known of one deployment without asking it."""

    deployment: str
    last_success: datetime | None
    """When its last snapshot was taken; None before the first."""
    is_from_git: bool
    """Whether that is only when the last change was committed, as nothing else is kept here."""
    token_expires_at: datetime | None
    """As it was told at the last snapshot."""
    version: str
    """What it ran then; empty where no snapshot tells."""
    is_asked: bool
    """Whether confaudit.yaml has it snapshotted."""


def standing_checks(
    standing: Standing, catalog: Catalog, now: datetime, max_age: timedelta
) -> Iterator[Check]:
    """How a deployment is, thing by thing."""
    if not standing.is_asked:
        yield skipped(
            "snapshot",
            "confaudit.yaml does not name it, so none is taken",
            "remove its folder from the repository, or name it there",
        )
        return
    yield snapshot_check(standing, now, max_age)
    yield token_check(standing.token_expires_at, now)
    yield release_check(standing.version, catalog, standing.deployment)


def snapshot_check(standing: Standing, now: datetime, max_age: timedelta) -> Check:
    """Whether there is a snapshot that is young enough."""
    name = standing.deployment
    take = f"see why: `confaudit snapshot {name}`"
    if standing.last_success is None:
        return failed("snapshot", "none was ever taken", f"take one: `confaudit snapshot {name}`")
    age = now - standing.last_success
    if age < -_AHEAD:
        return warning(
            "snapshot",
            f"the last one is of a time to come, {moment(standing.last_success)}",
            "set the clock of the machine that takes the snapshots, and of this one",
        )
    if age <= max_age:
        return ok("snapshot", f"{brief(age)} old")
    if standing.is_from_git:
        return warning(
            "snapshot",
            f"the last change is {brief(age)} old; whether it was asked since is not known here",
            "ask where the snapshots are taken: git keeps no note of runs without a change",
        )
    return failed("snapshot", f"{brief(age)} old, more than {brief(max_age)}", take)


def token_check(expires_at: datetime | None, now: datetime) -> Check:
    """Whether the session token lasts."""
    new = "create a new one with `coder tokens create`"
    if expires_at is None:
        return unknown("token", "nothing tells when it expires")
    left = expires_at - now
    if left <= timedelta():
        return failed("token", f"expired on {moment(expires_at)}", new)
    if left <= EXPIRES_SOON:
        return warning("token", f"expires in {lasting(left)}, on {moment(expires_at)}", new)
    return ok("token", f"expires in {lasting(left)}")


def release_check(version: str, catalog: Catalog, deployment: str) -> Check:
    """Whether the release is one that is known, and that Coder still mends."""
    parsed = version_in(version)
    if parsed is None:
        return unknown("release", "nothing tells which one it runs")
    known = catalog.releases
    given = support(parsed, known)
    if given is Support.ENDED:
        newest = known[-1].version
        return warning(
            "release",
            f"{parsed}: the line {parsed.line_name} gets no more fixes, as {newest} is out",
            f"see what an upgrade does: `confaudit upgrade -d {deployment} --to {newest}`",
        )
    if catalog.release(version) is None:
        return warning("release", _strange(parsed, known), UPDATE)
    if given is Support.UNKNOWN:
        return unknown("release", f"{parsed}: when its extended support ends is not published")
    return ok("release", f"{parsed}, {support_words(version, catalog)}{_newer(parsed, known)}")


def _newer(version: Version, known: Sequence[Release]) -> str:
    """The newest release of the same line, where that is another one."""
    line = [one for one in known if Version.parse(one.version).line == version.line]
    newest = line[-1].version
    return "" if Version.parse(newest) == version else f"; {newest} is the newest of its line"


def support_words(version: str, catalog: Catalog) -> str:
    """What Coder calls the line of a version: `stable, ESR`; else whether it is mended."""
    parsed = version_in(version)
    if parsed is None:
        return ""
    given = support(parsed, catalog.releases)
    names: Sequence[Channel] = channels(catalog.releases).get(parsed.line, ())
    return ", ".join(names) if given is Support.GIVEN else given.value


def _strange(version: Version, known: Sequence[Release]) -> str:
    """What is odd about a release that is not known."""
    if version > Version.parse(known[-1].version):
        return f"{version} is newer than {known[-1].version}, the newest one known here"
    return f"{version} is none of the releases known here"


def brief(time: timedelta) -> str:
    """About how long, in the largest unit of which there are two or more: `90m`, `26h`, `3d`.

    What lies ahead is `0s`.
    """
    seconds = max(int(time.total_seconds()), 0)
    size, unit = next((one for one in _UNITS if seconds >= 2 * one[0]), (1, "s"))
    return f"{seconds // size}{unit}"


_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))
"""In seconds."""


def version_in(text: str) -> Version | None:
    """The version that a text is, if it is one."""
    try:
        return Version.parse(text)
    except ValueError:
        return None
