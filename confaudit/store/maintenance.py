"""Keeps git fast and the repository small: what lies loose is packed, now and then.

A snapshot takes some 40 KB loose, and less than one in a pack beside those that are like it.
"""

from pathlib import Path
from typing import Final

from confaudit.store.command import Git

_MOST_LOOSE: Final = 1024
"""Objects, about 130 snapshots; a first snapshot of 500 deployments makes 4,000 more at once."""
_SAMPLE: Final = "17"
"""The one of git's 256 folders of loose objects by which it guesses how many there are."""


def maintain(git: Git, common_dir: Path) -> None:
    """Pack what lies loose when that has become much, and note which paths commits changed.

    By the notes the history of one deployment among many need not look at all commits. Where the
    user says when git is to pack, that counts. Nothing is left to a process in the background: it
    would be killed where a job ends with all that it has started.
    """
    if not is_due(common_dir):
        return
    often = () if git.ask("config", "--get", "gc.auto").code == 0 else ("-c", _OFTEN)
    git.ask(*often, "-c", "gc.autoDetach=false", "maintenance", "run", "--auto", "--quiet")
    git.ask("commit-graph", "write", "--reachable", "--changed-paths", "--split")


_OFTEN: Final = f"gc.auto={_MOST_LOOSE}"


def is_due(common_dir: Path) -> bool:
    """Whether there is much to pack, by the guess that git makes."""
    folder = common_dir / "objects" / _SAMPLE
    return folder.is_dir() and 256 * sum(1 for _ in folder.iterdir()) > _MOST_LOOSE
