"""By which policy and exceptions a change is judged, and what it does to them itself."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.judge.finding import Finding
from confaudit.core.judge.governance import Decided, governance, setup_changed
from confaudit.core.text.wording import listing_some, visible
from confaudit.errors import ConfigError
from confaudit.store.revisions import Range
from confaudit.store.trees import Tree
from confaudit.workflows.house import FILES, House, house, house_of
from confaudit.workflows.rulebook import rules_without_policy
from confaudit.workflows.setup import Setup
from confaudit.workflows.setup_place import decisive, inside, inside_before


class PolicyFrom(StrEnum):
    """Which revision's policy and exceptions count."""

    HEAD = "head"
    BASE = "base"
    """What the change says of them does not count yet: for changes by strangers."""


class Houses(Struct, frozen=True):
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
    now, then = inside(setup), inside_before(setup, found.base)
    if now is None or then is None:
        own = house(setup)
        return Houses(own, own)
    before = _before(setup, found, then, policy_from)
    after = _at(setup, found.head, now)
    turned = _turned(setup, found, (before, after), (then, now))
    return Houses(before, before if policy_from is PolicyFrom.BASE else after, turned)


def _before(setup: Setup, found: Range, folder: str, policy_from: PolicyFrom) -> House:
    """The house before the change, which may be what mends it: then all that it says is new."""
    try:
        return _at(setup, found.base, folder)
    except ConfigError:
        if policy_from is PolicyFrom.BASE:
            raise
        return house_of(setup, {})


def _at(setup: Setup, tree: Tree, folder: str) -> House:
    read = ((name, tree.read(f"{folder}{name}")) for name in FILES)
    return house_of(setup, {name: text for name, text in read if text is not None})


def _turned(
    setup: Setup, found: Range, sides: Sequence[House], folders: Sequence[str]
) -> tuple[Finding, ...]:
    """What the change does to the house, which may stand in another folder than before."""
    then, now = folders
    decided = sorted({path for one in folders for path in decisive(found.touched, one)})
    paths = {name: {f"{one}{name}" for one in folders} & found.touched for name in FILES}
    changed = {name: sorted(own) for name, own in paths.items() if own or then != now}
    said = [setup_changed(decided, _authors(found, decided))] if decided else []
    if changed:
        before, after = (Decided(one.policy, one.rulings.entries) for one in sides)
        authors = {name: _authors(found, own or decided) for name, own in changed.items()}
        told = governance(before, after, rules_without_policy(setup), authors)
        said += [_placed(one, now) for one in told]
    return tuple(said)


def _authors(found: Range, paths: Sequence[str]) -> str:
    """Who changed files; what is not committed nobody has signed, nor what is taken back."""
    if found.head.disk and not found.head.disk.entries.keys().isdisjoint(paths):
        return "not committed yet"
    signed = [f"{one.author} in {one.id[:12]}" for one in found.commits(paths)]
    names = listing_some([*map(visible, signed)], "commit", 3) if signed else "no commit in between"
    return f"changed by {names}"


def _placed(finding: Finding, folder: str) -> Finding:
    """With places as they are from the root of the repository."""
    places = (replace(one, file=f"{folder}{one.file}") for one in finding.positions)
    return replace(finding, positions=tuple(places))
