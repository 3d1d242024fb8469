"""Files become commits on top of the checked-out branch: any number of them with a few gits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from types import MappingProxyType
from typing import Final, NamedTuple

from confaudit.core.text.wording import visible
from confaudit.errors import ConfauditError, StoreError
from confaudit.store.branch import Branch
from confaudit.store.command import Git
from confaudit.store.history import History
from confaudit.store.identity import People, people
from confaudit.store.objects import Changes, Objects, changes_between
from confaudit.store.snapshots import Entries

_ATTEMPTS: Final = 5
"""How often commits are made anew because somebody else committed at the same moment."""


class Draft(NamedTuple):
    """Files that are to be committed together."""

    contents: Mapping[str, bytes]
    """By path from the root of the repository."""
    entries: Entries
    """The same as git names them."""
    places: Collection[str]
    """The paths whose files they take the place of."""
    message: Callable[[], str]
    """Asked for where they are not what the newest commit holds."""
    at: datetime
    """When they were so: the author date."""
    fresh: Collection[str]
    """The paths of those just written to the work tree, of which the index knows the old."""


class Recorded(NamedTuple):
    """What became of a draft; nothing, where the newest commit holds the files already."""

    commit: str = ""
    message: str = ""
    changes: Changes = MappingProxyType({})
    """What the commit made of paths."""
    error: ConfauditError | None = None


class Commits:
    """Makes commits in one repository."""

    def __init__(
        self, git: Git, history: History, objects: Objects, committed_at: datetime | None
    ) -> None:
        """`committed_at` is the committer date; without one, it is the time of each commit."""
        self._git = git
        self._history = history
        self._objects = objects
        self._committed_at = committed_at

    def make(
        self, drafts: Sequence[Draft], branch: Callable[[], Branch], what: str
    ) -> list[Recorded]:
        """Commit each of some drafts, on whatever the newest commit is by then.

        `what` is told to git's reflog.

        Raises:
            StoreError: no branch is checked out, or the repository cannot be read or written.
        """
        for _ in range(_ATTEMPTS):
            tip = self._history.commit_id("HEAD")
            recorded = self._on_top(tip, drafts)
            made = [one.commit for one in recorded if one.commit]
            if not made:
                return recorded
            checked_out = branch()
            self._objects.store()
            if checked_out.advance(tip, made[-1], f"confaudit: {what}"):
                return recorded
        raise StoreError(
            f"others keep committing to {visible(checked_out.name)}, so nothing was committed",
            "run again when they are done",
        )

    def _on_top(self, tip: str, drafts: Sequence[Draft]) -> list[Recorded]:
        """The commits of the drafts one upon the other, which nobody knows of yet."""
        root = self._history.tree_of(tip) if tip else ""
        chain = _Chain(self._objects, tip, root, self._signed())
        return [chain.add(draft, self._held(tip, draft.places)) for draft in drafts]

    def _held(self, tip: str, paths: Collection[str]) -> Entries:
        found = {path: self._history.entry(tip, path) for path in paths if tip}
        return {path: entry for path, entry in found.items() if entry}

    def _signed(self) -> Callable[[datetime], People]:
        """Who signs a commit of files as of a time; git is asked once, and only if it is needed."""
        asked = cache(partial(people, self._git))

        def at(moment: datetime) -> People:
            author, committer = asked()
            return People(author.at(moment), committer.at(self._committed_at))

        return at


class _Chain:
    """Commits one upon the other."""

    def __init__(
        self, objects: Objects, tip: str, tree: str, signed: Callable[[datetime], People]
    ) -> None:
        self._objects = objects
        self._tip = tip
        self._tree = tree
        self._signed = signed

    def add(self, draft: Draft, held: Entries) -> Recorded:
        """The next commit, where the draft is not what is held already."""
        changes = changes_between(held, draft.entries)
        if not changes:
            return Recorded()
        try:
            message = draft.message()
        except ConfauditError as error:
            return Recorded(error=error)
        for path in changes.keys() & draft.contents.keys():
            self._objects.write_blob(draft.contents[path])
        self._tree = self._objects.write_tree(self._tree, changes)
        people = self._signed(draft.at)
        self._tip = self._objects.write_commit(self._tree, self._tip, message, people)
        return Recorded(self._tip, message, changes)
