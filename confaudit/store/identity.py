"""Who made a commit, and when, as git takes it from the environment."""

import os
from datetime import datetime

from confaudit.errors import ConfigError
from confaudit.store.command import Git

_NAME = "confaudit"
_MAIL = "confaudit@localhost"


def of_snapshot(git: Git, at: datetime) -> dict[str, str]:
    """Variables for a snapshot taken at a time: the user git is configured for, else confaudit.

    Raises:
        ConfigError: SOURCE_DATE_EPOCH is set and no number of seconds.
    """
    return _names(git) | {"GIT_AUTHOR_DATE": f"@{int(at.timestamp())} +0000"} | committer_date()


def committer_date() -> dict[str, str]:
    """SOURCE_DATE_EPOCH makes commit ids reproducible; without it git takes the present time."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return {}
    if not (epoch.isascii() and epoch.isdigit()):
        raise ConfigError(
            "SOURCE_DATE_EPOCH is not a number of seconds",
            "set it to seconds since 1970, or unset it",
        )
    return {"GIT_COMMITTER_DATE": f"@{epoch} +0000"}


def committer(git: Git) -> dict[str, str]:
    """Variables for a commit that keeps its author."""
    return {key: value for key, value in _names(git).items() if "COMMITTER" in key}


def _names(git: Git) -> dict[str, str]:
    """Empty when git knows its user; useConfigOnly, as else it would make one up from the host."""
    if git.ask("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").code == 0:
        return {}
    return {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", _NAME), ("EMAIL", _MAIL))
    }
