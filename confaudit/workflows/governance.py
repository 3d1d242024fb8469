"""By which policy and exceptions a change is judged, and what it does to them itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from confaudit.core.judge.finding import Finding
from confaudit.core.judge.governance import Decided, governance
from confaudit.core.text.wording import listing_some, visible
from confaudit.errors import ConfigError
from confaudit.store.revisions import Range
from confaudit.store.trees import Tree
from confaudit.workflows.house import FILES, House, house, house_of
from confaudit.workflows.rules import rules_without_policy
from confaudit.workflows.setup import Setup


class PolicyFrom(StrEnum):
    """Which revision's policy and exceptions count."""

    HEAD = "head"
    BASE = "base"
    """What the change says of them does not count yet: for changes by strangers."""


@dataclass(frozen=True, slots=True)
class Houses:
    """What people had decided before a change, and what counts for it."""

    base: House
    counting: House
    turned: tuple[Finding, ...] = ()
    """What the change does to the policy and the exceptions, to be judged by `base`."""


def houses(setup: Setup, found: Range, policy_from: PolicyFrom) -> Houses:
    """The houses of a change, as its two revisions have them.

    Where confaudit.yaml lies outside of the repository, so do policy and exceptions: no change in
    it can touch them.

    Raises:
        ConfigError: a policy or an exception says what it cannot.
        StoreError: the history cannot be read.
    """
    folder = inside(setup)
    if folder is None:
        own = house(setup)
        return Houses(own, own)
    paths = {name: f"{folder}{name}" for name in FILES}
    before, after = _before(setup, found, paths, policy_from), _at(setup, found.head, paths)
    turned = _turned(setup, found, (before, after), paths)
    return Houses(before, before if policy_from is PolicyFrom.BASE else after, turned)


def inside(setup: Setup) -> str | None:
    """From the root of the repository to the folder of confaudit.yaml, with a slash at its end.

    None where that folder lies outside.
    """
    folder, root = setup.loaded.folder.resolve(), _root(setup.repo.resolve())
    if root is None:  # a bare repository has no folder that confaudit.yaml could lie in
        return ""
    if not folder.is_relative_to(root):
        return None
    place = folder.relative_to(root).as_posix()
    return "" if place == "." else f"{place}/"


def _root(folder: Path) -> Path | None:
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), None)


def _before(setup: Setup, found: Range, paths: Mapping[str, str], policy_from: PolicyFrom) -> House:
    """The house before the change, which may be what mends it: then all that it says is new."""
    try:
        return _at(setup, found.base, paths)
    except ConfigError:
        if policy_from is PolicyFrom.BASE:
            raise
        return house_of(setup, {})


def _at(setup: Setup, tree: Tree, paths: Mapping[str, str]) -> House:
    texts = {name: text for name, path in paths.items() if (text := tree.read(path)) is not None}
    return house_of(setup, texts)


def _turned(
    setup: Setup, found: Range, sides: Sequence[House], paths: Mapping[str, str]
) -> tuple[Finding, ...]:
    changed = {one.path for one in found.changes()} & {*paths.values()}
    if not changed:
        return ()
    names = {path: name for name, path in paths.items()}
    authors = {names[path]: _authors(found, path) for path in sorted(changed)}
    before, after = (Decided(one.policy, one.rulings.entries) for one in sides)
    said = governance(before, after, rules_without_policy(setup), authors)
    return tuple(_placed(one, paths) for one in said)


def _authors(found: Range, path: str) -> str:
    """Who changed a file; what is not committed nobody has signed."""
    if found.head.disk and path in found.head.disk.entries:
        return "not committed yet"
    signed = [f"{one.author} in {one.id[:12]}" for one in found.commits([path])]
    return f"changed by {listing_some([*map(visible, signed)], 'commit', 3)}"


def _placed(finding: Finding, paths: Mapping[str, str]) -> Finding:
    """With places as they are from the root of the repository."""
    places = (replace(one, file=paths.get(one.file, one.file)) for one in finding.positions)
    return replace(finding, positions=tuple(places))
