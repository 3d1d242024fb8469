"""Whether the surroundings let snapshots be taken: the machine, its clock, its git."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from confaudit.core.coder.releases import Catalog
from confaudit.core.health.check import Check, failed, ok, skipped, unknown, warning
from confaudit.core.health.standing import UPDATE
from confaudit.core.text.wording import lasting, moment, plural

CERTIFICATE_SOON: Final = timedelta(days=14)
"""A certificate that is renewed by itself is so long before."""
SKEW: Final = timedelta(minutes=1)
"""How far clocks may be apart before times in the history mislead."""
OLDEST_GIT: Final = (2, 28)
"""The first that can be told the name of the first branch (`git init --initial-branch`)."""
CATALOGUE_AGE: Final = timedelta(days=45)
"""Coder releases every month, so that after so long there is a release that is not known."""
_ENTER: Final = 0o001
"""That others than owner and group may go into a folder."""
_OTHERS: Final = 0o077
"""What others than the owner may do with a file."""


def certificate_check(expires_at: datetime | None, now: datetime) -> Check:
    """Whether a certificate that is trusted lasts; None is none, or one that cannot be seen."""
    if expires_at is None:
        return skipped("certificate", "there is none to see: plain http, or a proxy")
    left = expires_at - now
    if left <= CERTIFICATE_SOON:
        return warning(
            "certificate", f"expires in {lasting(left)}, on {moment(expires_at)}", "renew it"
        )
    return ok("certificate", f"trusted, expires in {lasting(left)}")


def clock_check(there: datetime | None, here: datetime) -> Check:
    """Whether the clocks of a server and of this machine agree."""
    if there is None:
        return unknown("clock", "the server does not tell its time")
    skew = abs(there - here)
    if skew <= SKEW:
        return ok("clock", "agrees with the server's")
    direction = "behind" if here < there else "ahead of"
    return warning(
        "clock",
        f"this machine's is {lasting(skew)} {direction} the server's",
        "have both set by NTP: tokens, certificates and the history go by them",
    )


def permissions_check(mode: int, file: str) -> Check:
    """Whether a file with a token is its owner's alone; `mode` as chmod has it."""
    if mode & _OTHERS:
        return warning(
            "token file", f"others may read it: its mode is {mode:04o}", f"run `chmod 600 {file}`"
        )
    return ok("token file", "its owner's alone")


def privacy_check(modes: Iterable[int], folder: str) -> Check:
    """Whether a repository is for its owner and group; `modes` of the folders that lead into it."""
    if all(mode & _ENTER for mode in modes):
        return warning(
            "privacy",
            "everybody on this machine may read it, and it describes your deployment",
            f"run `chmod o= {folder}`",
        )
    return ok("privacy", "not for everybody to read")


def git_check(version: str) -> Check:
    """Whether git is new enough; `version` is what it calls itself, as in `2.39.5`."""
    numbers = tuple(int(one) for one in version.split(".")[:2] if one.isdigit())
    if len(numbers) < len(OLDEST_GIT):
        return unknown("git", "it does not tell its version")
    if numbers < OLDEST_GIT:
        needed = ".".join(map(str, OLDEST_GIT))
        return failed("git", f"{version} is too old", f"install git {needed} or newer")
    return ok("git", version)


def catalog_check(catalog: Catalog, now: datetime) -> Check:
    """Whether newer releases may be out than are known."""
    newest = catalog.releases[-1]
    if not newest.date:
        return ok("catalogue", f"ends with {newest.version}")
    age = now.date() - datetime.fromisoformat(newest.date).date()
    told = f"ends with {newest.version} of {newest.date}"
    if age <= CATALOGUE_AGE:
        return ok("catalogue", told)
    return unknown(
        "catalogue", f"{told}, {plural(age.days, 'day')} ago: newer ones are out", UPDATE
    )
