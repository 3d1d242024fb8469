"""What the newest snapshots tell a site: read, checked and compared only where one is new."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import sha256

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.changes.selection import EVERYTHING
from confaudit.core.history.parity import Member, Parity, parity
from confaudit.core.model import Snapshot
from confaudit.errors import SourceError, StoreError
from confaudit.site.material import Newest, differing, newest
from confaudit.store.kept import Kept
from confaudit.workflows.hardening import held, scope_of
from confaudit.workflows.house import House, fingerprint, house
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup


class _Told(Struct, frozen=True):
    key: str
    """What it rests on beside the snapshots."""
    trees: Mapping[str, str] = field(default_factory=dict)
    """What tells a snapshot from any other, by deployment."""
    newest: Mapping[str, Newest] = field(default_factory=dict)


class NewestSnapshots:
    """Those of all deployments, as the house of today judges them."""

    def __init__(self, setup: Setup, facts: str) -> None:
        """Look for what there is; `facts` is what any page rests on."""
        self._setup = setup
        self._trees = setup.snapshots().held()
        self._key = sha256(f"{facts} {fingerprint(setup)}".encode()).hexdigest()

    def told(self) -> Mapping[str, Newest]:
        """What each tells, by deployment. What is kept from an earlier run is not read again.

        Raises:
            ConfigError: the house says what it cannot.
        """
        file = Kept(self._setup.snapshots().history.common_dir, "site", _Told)
        before = file.read()
        if not before or before.key != self._key:
            before = _Told(self._key)
        if before.trees != self._trees:
            before = _Told(self._key, self._trees, dict(self._anew(before)))
            file.write(before)
        return before.newest

    def _anew(self, before: _Told) -> Iterator[tuple[str, Newest]]:
        compared = differing(self._compared())
        for name, snapshot in self._read.items():
            is_old = before.trees.get(name) == self._trees[name]
            told = before.newest[name] if is_old else self._checked(snapshot)
            yield name, replace(told, differing=compared.get(name, ()))

    def _compared(self) -> Parity:
        found = self._read.items()
        members = [Member(name, one) for name, one in found if isinstance(one, Snapshot)]
        newest_facts = self._setup.catalog().releases[-1].facts
        return parity(members, self._house.rulings, newest_facts.is_unordered)

    def _checked(self, snapshot: Snapshot | str) -> Newest:
        if isinstance(snapshot, str):
            return Newest(trouble=snapshot)
        scope = scope_of(snapshot, self._setup.catalog())
        return newest(snapshot, held(self._setup, scope, self._house, EVERYTHING).judged.found)

    @cached_property
    def _house(self) -> House:
        return house(self._setup)

    @cached_property
    def _read(self) -> Mapping[str, Snapshot | str]:
        """Each of them, or why it cannot be read."""
        return {name: self._one(name) for name in self._trees}

    def _one(self, name: str) -> Snapshot | str:
        try:
            return Loader(self._setup).clean(self._setup.snapshots().contents("HEAD", name))
        except (SourceError, StoreError) as error:
            return error.message
