"""Locks of git that were left when it was killed, and who may still own them.

Git removes its locks when it is told to end, not when it is killed. Only what appeared while a
confaudit held its own lock is touched, and nothing that a living git process may own.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from confaudit.core.text.wording import listing, visible
from confaudit.store.command import Git

_log = logging.getLogger(__name__)

_PLACES: Final = (
    *("*.lock", "refs/**/*.lock", "worktrees/*/*.lock"),
    *("objects/*.lock", "objects/info/**/*.lock", "objects/pack/*.lock"),
)
"""Where git makes locks: of the index, HEAD, refs, packs, and of what it maintains."""
_OURS: Final = "confaudit.lock"


def remove_locks(git_dir: Path, since: float, patience: float) -> bool:
    """Remove locks of git that were made since a moment, in seconds as files tell them.

    A git that is still at work there has so many seconds to finish what it began.

    Returns:
        False when a git may still be at work there, so that it is to be tried again later.
    """
    left = [*_left(git_dir, since)]
    if left and not _is_deserted(git_dir, patience):
        return False
    removed = [path for path in left if _remove(path)]
    if removed:
        names = listing([visible(path.relative_to(git_dir).as_posix()) for path in removed])
        where = visible(str(git_dir))
        _log.warning(
            "a git that was killed left %s in %s; no git runs there: removed", names, where
        )
    return True


def local_remotes(git_dir: Path) -> Iterator[Path]:
    """The .git folders of those remotes that lie on this machine."""
    told = Git(git_dir).ask("config", "--null", "--get-regexp", r"^remote\..*\.(push)?url$").out
    for line in filter(None, os.fsdecode(told).split("\0")):
        address = line.partition("\n")[2].removeprefix("file://")
        for place in (git_dir.parent / address, git_dir.parent / address / ".git"):
            if (place / "HEAD").is_file() and (place / "objects").is_dir():
                yield place


def _left(git_dir: Path, since: float) -> Iterator[Path]:
    for pattern in _PLACES:
        for path in git_dir.glob(pattern):
            with suppress(OSError):
                if path.name != _OURS and path.lstat().st_mtime >= since:
                    yield path


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:  # gone meanwhile, or not ours to remove: git tells of it
        return False
    return True


def _is_deserted(git_dir: Path, patience: float) -> bool:
    from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

    waiting = Retrying(
        retry=retry_if_result(bool), stop=stop_after_delay(patience), wait=wait_fixed(0.1)
    )
    try:
        waiting(_is_in_use, git_dir)
    except RetryError:
        return False
    return True


def _is_in_use(git_dir: Path) -> bool:
    """Whether a git of somebody else may be at work there; another user's does not say where it is.

    Those of this process only read by now.
    """
    import psutil  # takes time to import, and is needed only where something was left

    ours = {one.pid for one in psutil.Process().children(recursive=True)}
    trees = [*_work_trees(git_dir)]
    for process in psutil.process_iter(["name", "cwd", "status"]):
        name, cwd, status = (process.info[key] for key in ("name", "cwd", "status"))
        is_git = (name or "").startswith("git") and status != psutil.STATUS_ZOMBIE
        is_there = not cwd or any(map(Path(cwd).is_relative_to, trees))
        if is_git and is_there and process.pid not in ours:
            return True
    return False


def _work_trees(git_dir: Path) -> Iterator[Path]:
    place = git_dir.resolve()
    yield place.parent if place.name == ".git" else place
    for link in git_dir.glob("worktrees/*/gitdir"):
        with suppress(OSError):
            yield Path(link.read_text().strip()).parent
