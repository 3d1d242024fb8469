"""Finds, or makes, the git repository a path stands for."""

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.patterns import regex
from confaudit.store.command import Git, GitResult, NoRepository, work_tree_of


class RepositoryPaths(NamedTuple):
    """Where a repository is, and how it writes object ids."""

    root: Path
    """Top folder of the work tree."""
    common_dir: Path
    """The .git folder all work trees of the repository share."""
    object_format: str
    """`sha1` or `sha256`."""
    head: Path
    """The file that says which branch is checked out."""


def find(path: Path, *, create: bool) -> RepositoryPaths:
    """The repository whose work tree contains the path; `create` as in `Repository.open`.

    Raises:
        StoreError: there is none, it is bare, or git may not use it.
    """
    if create and not _is_occupied(path):
        _init(path)
    if plain := _plain(path):
        return plain
    answer = _discover(path)
    if create and "not a git repository" in answer.err:
        _init(path)
        answer = _discover(path)
    if answer.code:
        raise unusable(Git(path), answer)
    object_format, common_dir, head, root = os.fsdecode(answer.out).splitlines()[1:]
    here = path.absolute()
    return RepositoryPaths(Path(root), here / common_dir, object_format, here / head)


def _plain(path: Path) -> RepositoryPaths | None:
    """What nearly every repository is, without asking git: a work tree with its own `.git` folder.

    None where it may be anything else. Whether git may use it shows when something is read.
    """
    root = work_tree_of(path)
    if root is None or "GIT_CEILING_DIRECTORIES" in os.environ:
        return None
    git_dir = root / ".git"
    with suppress(OSError):
        config = (git_dir / "config").read_bytes()
        if (git_dir / "HEAD").is_file() and not _ODD.search(config):
            return RepositoryPaths(root, git_dir, "sha1", git_dir / "HEAD")
    return None


_ODD: Final = regex(rb"include|extensions|worktree|bare(?!\s*=\s*false)", re.IGNORECASE)
"""In the configuration of a repository: what may have it lie elsewhere, or be of another format."""


def _is_occupied(path: Path) -> bool:
    """Whether there is anything at the path that a new repository would surprise."""
    try:
        return any(path.iterdir())
    except FileNotFoundError:
        return False
    except OSError:  # a file, or a folder we may not look into: `_discover` says so
        return True


def _init(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"the folder {visible(str(path))} cannot be made: {error.strerror}",
            "name a folder you may write to",
        ) from None
    Git(path).set_up("init", "--quiet", "--initial-branch=main")


def _discover(path: Path) -> GitResult:
    """Ask git; the questions it cannot answer for a bare repository come last."""
    return Git(path).ask(
        "rev-parse",
        "--is-bare-repository",
        "--show-object-format",
        "--git-common-dir",
        *("--git-path", "HEAD"),
        "--show-toplevel",
    )


def unusable(git: Git, answer: GitResult) -> StoreError:
    """Why git can do nothing in a folder."""
    if not git.folder.is_dir():
        return NoRepository(f"there is no folder {git.where}", _SET_UP)
    if answer.out.startswith(b"true"):
        return StoreError(
            f"{git.where} is a bare git repository, which has no work tree for the snapshots",
            f"clone it, and name the clone: git clone '{git.where}' snapshots",
        )
    if "work tree" in answer.err:
        return StoreError(
            f"{git.where} lies inside the .git folder of a repository",
            "name the folder that holds the .git folder",
        )
    if "not a git repository" in answer.err:
        return NoRepository(f"{git.where} is not in a git repository", _SET_UP)
    return git.failure("rev-parse", answer)


_SET_UP = "set one up with `confaudit init`, or name the folder of one with --repo"
