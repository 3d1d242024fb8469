"""An argument becomes a Snapshot: source → redact → normalise, the same way for every job."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from confaudit import sources
from confaudit.configfile import Deployment
from confaudit.core.model import MISSING, RawDeployment, Snapshot, StoredFiles, Value
from confaudit.core.snapshot.canonical import SETTINGS, decode, decode_settings, only
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact, redact_files
from confaudit.errors import NothingToDo, SourceError
from confaudit.sources import Input, SourceContext, api
from confaudit.sources.api import ApiReading
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store import Snapshots


@dataclass(frozen=True, slots=True)
class Loader:
    """Reads inputs with one Setup."""

    setup: Setup
    stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read()

    def load(self, argument: str, kind: str | None = None) -> Snapshot:
        """Read any input.

        Raises:
            SourceError, ApiError, StoreError, ConfigError: it cannot be read.
        """
        return self.clean(self.read(argument, kind))

    def read(self, given: str | Input, kind: str | None = None) -> RawDeployment | StoredFiles:
        """Read any input, which may have been found already, not redacted yet."""
        return sources.read(given, self.context, kind)

    @property
    def context(self) -> SourceContext:
        """What sources need of this Setup."""
        return SourceContext(
            stdin=self.stdin, live=self._live, stored=self._stored, now=self.setup.now
        )

    def clean(self, raw: RawDeployment | StoredFiles) -> Snapshot:
        """Redact and normalise what a source read."""
        if isinstance(raw, StoredFiles):
            return decode(redact_files(raw))
        clean = redact(raw, self.setup.fingerprint_key())
        return normalise(clean, self.setup.catalog().nearest(clean.version))

    def ask(self, name: str, deployment: Deployment) -> ApiReading:
        """Ask the live API of one deployment."""
        reading = api.read(self.setup.target(name, deployment))
        return replace(reading, deployment=replace(reading.deployment, taken_at=self.setup.now()))

    def _live(self, name: str) -> RawDeployment:
        found, deployment = self.setup.single(name)
        return replace(self.ask(found, deployment).deployment, deployment=found)

    def latest(self, snapshots: "Snapshots", name: str) -> Snapshot | None:
        """The newest snapshot of a deployment, if there is one."""
        stored = snapshots.latest(name)
        return self.clean(stored) if stored else None

    def earlier_values(self, deployment: str, key: str) -> Iterator[Value]:
        """What an option was in the snapshots of a deployment, the newest first.

        A snapshot that is damaged, or of a newer confaudit, tells nothing.

        Raises:
            StoreError: the history cannot be read.
        """
        from confaudit.store import NoRepository

        last = ""
        with suppress(NoRepository):
            for stored in self.setup.snapshots().earlier_settings(deployment):
                text = only(key, stored.files[SETTINGS])
                if text != last:
                    last = text
                    with suppress(SourceError):
                        yield _value(replace(stored, files={SETTINGS: text}), key)

    def _stored(self, revision: str) -> StoredFiles | None:
        from confaudit.store import NoRepository  # most inputs are no revisions

        try:
            snapshots = self.setup.snapshots()
        except NoRepository:
            return None
        return snapshots.resolve(revision)


def _value(stored: StoredFiles, key: str) -> Value:
    """What an option was in a stored snapshot, of which only the settings need be there."""
    setting = decode_settings(redact_files(stored)).get(key)
    return setting.value if setting else MISSING


def load_two(
    setup: Setup, inputs: Sequence[str], kinds: Sequence[str], deployment: str
) -> tuple[Snapshot, Snapshot]:
    """Load what a comparison compares; see `compare`."""
    loader = Loader(setup)
    live = f"live:{deployment}" if deployment else "live"
    chosen = (*inputs, *(live,) * (2 - len(inputs)))[:2] if inputs else ("", live)
    kinds = (*kinds, *("",) * 2)
    before = (
        loader.load(chosen[0], kinds[0] or None)
        if inputs
        else last_snapshot(setup, loader, deployment)
    )
    return before, loader.load(chosen[1], kinds[1] or None)


def last_snapshot(setup: Setup, loader: Loader, deployment: str) -> Snapshot:
    """The newest snapshot of a deployment, which may go unnamed where there is only one.

    Raises:
        NothingToDo: there is none yet.
    """
    name = deployment or setup.single("")[0]
    snapshot = loader.latest(setup.snapshots(), name)
    if snapshot is None:
        raise NothingToDo(
            f"there is no snapshot of {name} yet", f"take one: `confaudit snapshot {name}`"
        )
    return snapshot
