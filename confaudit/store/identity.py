"""Who made a commit, and when, as git takes it from the environment."""

from collections.abc import Mapping
from datetime import datetime

from confaudit.store.command import Git

_NAME = "confaudit"
_MAIL = "confaudit@localhost"


def of_snapshot(
    who: Mapping[str, str], at: datetime, committed_at: datetime | None
) -> dict[str, str]:
    """Variables for a snapshot taken at a time; `who` are those of `names`.

    Without a time of the commit, git takes the present one.
    """
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": committed_at}
    return {**who} | {
        name: f"@{int(date.timestamp())} +0000" for name, date in dates.items() if date
    }


def committer(git: Git) -> dict[str, str]:
    """Variables for a commit that keeps its author."""
    return {key: value for key, value in names(git).items() if "COMMITTER" in key}


def is_known(git: Git) -> bool:
    """Whether git knows its user; useConfigOnly, as else it would make one up from the host."""
    return git.ask("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").code == 0


def names(git: Git) -> dict[str, str]:
    """Variables for author and committer: confaudit, and none when git knows its user."""
    if is_known(git):
        return {}
    return {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", _NAME), ("EMAIL", _MAIL))
    }
