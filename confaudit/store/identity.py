"""Who made a commit, and when, as git knows it just now."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from confaudit.store.command import Git

_OURS: Final = "confaudit <confaudit@localhost>"


class Signature(NamedTuple):
    """A line that a commit is signed with."""

    who: str
    """Name and address: `Ann <ann@example.com>`."""
    when: str
    """Seconds since 1970 and the distance from UTC: `1767613446 +0000`."""

    def __str__(self) -> str:
        return f"{self.who} {self.when}"

    def at(self, moment: datetime | None) -> "Signature":
        """The same at another moment, if one is given."""
        if moment is None:
            return self
        return self._replace(when=f"{int(moment.timestamp())} +0000")


class People(NamedTuple):
    """The two who sign a commit."""

    author: Signature
    committer: Signature


def people(git: Git) -> People:
    """Who commits now: confaudit where git does not know its user.

    Raises:
        StoreError: git has trouble.
    """
    told = _told(git)
    author, committer = (_signature(told[f"GIT_{role}_IDENT"]) for role in ("AUTHOR", "COMMITTER"))
    if _is_told(told):
        return People(author, committer)
    return People(author._replace(who=_OURS), committer._replace(who=_OURS))


def is_known(git: Git) -> bool:
    """Whether git knows its user: else it makes one up from the host.

    Raises:
        StoreError: git has trouble.
    """
    return _is_told(_told(git))


def _is_told(told: Mapping[str, str]) -> bool:
    return all(
        told.get(f"user.{part}") or told.get(f"committer.{part}") for part in ("name", "email")
    )


def _told(git: Git) -> Mapping[str, str]:
    """What git is configured to, and what it makes of that, by name."""
    lines = os.fsdecode(git.run("var", "-l").out).splitlines()
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def _signature(text: str) -> Signature:
    who, seconds, zone = text.rsplit(" ", 2)
    return Signature(who, f"{seconds} {zone}")
