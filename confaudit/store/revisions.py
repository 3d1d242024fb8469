"""What a review compares: two trees of the history, as a person, a CI job or nobody names them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.patterns import regex
from confaudit.store.command import Git
from confaudit.store.disk import on_disk
from confaudit.store.history import History
from confaudit.store.layout import check_revision
from confaudit.store.log import Commit, FileChange
from confaudit.store.trees import Tree, changed

TARGET_VARIABLES: Final = (
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "GITHUB_BASE_REF",
)
"""By which GitLab and GitHub name what a change is to be merged into; the first that is set."""

_RANGE: Final = regex(r"(.*?)(\.{2,3})(.*)")
_USUAL: Final = ("main", "master")
_FETCH: Final = "fetch the whole history: `git fetch --unshallow`, in CI `fetch-depth: 0`"
_LOOK: Final = "`git log --oneline --all` lists those there are, `git fetch` brings the remote's"


class Range(Struct, frozen=True, eq=False, dict=True):
    """Two trees of one repository, and what lies between them."""

    base: Tree
    head: Tree

    def changes(self) -> tuple[FileChange, ...]:
        """The files that differ, compared once; see `changed`."""
        return self._changes

    @cached_property
    def _changes(self) -> tuple[FileChange, ...]:
        return changed(self.base, self.head)

    @cached_property
    def touched(self) -> frozenset[str]:
        """The paths of the files that differ, and of those that moved as well where they were."""
        return frozenset(path for one in self._changes for path in one.paths)

    def commits(self, paths: Sequence[str] = ()) -> Iterator[Commit]:
        """The commits that the head has and the base has not, newest first; as `History.log`."""
        return self.head.history.log([f"{self.base.commit}..{self.head.commit}"], paths)


class _Asked(NamedTuple):
    base: str
    head: str
    is_from_fork: bool
    """Whether the comparison starts where the head left the base, rather than at the base."""


class _Named(NamedTuple):
    name: str
    commit: str


class Revisions:
    """Finds the two ends of a review."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """`folder` lies in the repository, which may be bare; `environ` is that of a CI job."""
        self._git = Git(folder)
        self.history = History(self._git)
        self._environ = environ

    def between(self, text: str = "", *, with_disk: bool = False) -> Range:
        """The range that a text means.

        `BASE..HEAD` compares the two as `git diff` does, `BASE...HEAD` starts where HEAD left
        BASE, and `BASE` alone is `BASE...HEAD`, which is what a pull request shows. Without a text
        BASE is what CI says a change is to be merged into, else the default branch. `with_disk`
        takes the files as they lie in the work tree, which has to build on the head.

        Raises:
            NoRepository: the folder is in no repository.
            StoreError: a revision is missing, or the repository cannot be read.
        """
        asked = _asked(text)
        head = self._given(asked.head)
        base = self._given(asked.base) if asked.base else self._target()
        start = self._fork(base, head) if asked.is_from_fork else self._tree(base, base.name)
        return Range(start, self._with_disk(head) if with_disk else self._tree(head, head.name))

    def _fork(self, base: _Named, head: _Named) -> Tree:
        """Where the head left the base, which needs no search when it has not moved on."""
        are_one = base.commit == head.commit
        found = base.commit if are_one else self.history.merge_base(base.commit, head.commit)
        if not found:
            raise StoreError(
                f"{visible(base.name)} and {visible(head.name)} have no commit in common here",
                f"{_FETCH}; or compare the two as they are: {visible(base.name)}..HEAD",
            )
        return self._tree(_Named(base.name, found), f"where {head.name} left {base.name}")

    def _with_disk(self, head: _Named) -> Tree:
        if head.commit != self.history.commit_id("HEAD"):
            raise StoreError(
                f"the work tree does not build on {visible(head.name)}",
                "leave the second revision out, or check it out first",
            )
        disk = on_disk(self._git.folder, head.commit)
        return Tree(self.history, head.commit, "the work tree", disk)

    def _tree(self, named: _Named, label: str) -> Tree:
        return Tree(self.history, named.commit, visible(f"{named.commit[:12]} ({label})"))

    def _given(self, revision: str) -> _Named:
        """The commit that a person names."""
        commit = self.history.commit_id(check_revision(revision))
        if not commit:
            raise self._missing(revision)
        return _Named(revision, commit)

    def _missing(self, revision: str) -> StoreError:
        """Why there is no such commit: none at all, not fetched, or a name that is wrong."""
        if self.history.is_empty:
            return StoreError("there is no commit yet", "commit what is to be reviewed")
        is_cut = self.history.is_shallow or any(map(self._environ.get, TARGET_VARIABLES))
        return StoreError(
            f"there is no commit {visible(revision)} here", _FETCH if is_cut else _LOOK
        )

    def _target(self) -> _Named:
        """What a change is to be merged into."""
        said = next((name for one in TARGET_VARIABLES if (name := self._environ.get(one))), "")
        if said:
            return self._branch(said) or self._given(said)
        if commit := self.history.commit_id("refs/remotes/origin/HEAD"):
            return _Named("origin/HEAD", commit)
        configured = self._git.ask("config", "--get", "init.defaultBranch").line
        found = (self._branch(name) for name in (configured, *_USUAL) if name)
        if named := next(filter(None, found), None):
            return named
        raise StoreError(
            "it cannot be told which branch this is to be merged into", "name it: BASE...HEAD"
        )

    def _branch(self, name: str) -> _Named | None:
        """A branch by its name: that of the remote, which others have seen, before one's own."""
        for ref, called in ((f"remotes/origin/{name}", f"origin/{name}"), (f"heads/{name}", name)):
            if commit := self.history.commit_id(f"refs/{ref}"):
                return _Named(called, commit)
        return None


def _asked(text: str) -> _Asked:
    found = _RANGE.fullmatch(text)
    if not found:
        return _Asked(text, "HEAD", is_from_fork=True)
    return _Asked(found[1] or "HEAD", found[3] or "HEAD", is_from_fork=found[2] == "...")
