"""An argument becomes a Snapshot: source → redact → normalise, the same way for every job."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit import sources
from confaudit.configfile import Deployment
from confaudit.core.model import MISSING, RawDeployment, Snapshot, StoredFiles, Value
from confaudit.core.snapshot.canonical import SETTINGS, decode, decode_settings, naming, only
from confaudit.core.snapshot.normalise import normalise
from confaudit.core.snapshot.redact import redact, redact_files
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import visible
from confaudit.errors import ConfauditError, ConfigError, NothingToDo, SourceError
from confaudit.patterns import regex
from confaudit.sources import Input, SourceContext
from confaudit.workflows.setup import Setup, several

if TYPE_CHECKING:
    from confaudit.sources.api import ApiReading
    from confaudit.store.snapshots import Snapshots


class Loader(Struct, frozen=True):
    """Reads inputs with one Setup."""

    setup: Setup
    stdin: Callable[[], bytes] = lambda: sys.stdin.buffer.read()
    deployment: str = ""
    """Whose snapshots and live answers are meant where an input does not say; may be empty."""

    def load(self, given: str | Input, kind: str | None = None) -> Snapshot:
        """Read any input.

        Raises:
            SourceError, ApiError, StoreError, ConfigError: it cannot be read.
        """
        return self.clean(self.read(given, kind))

    def find(self, argument: str, kind: str | None = None) -> Input:
        """Find what is behind an argument, without reading it as anything.

        Raises:
            SourceError: it names nothing that can be read.
        """
        return sources.find(argument, self.context, kind)

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
            with naming(raw.label):
                return decode(redact_files(raw))
        clean = redact(raw, self.setup.fingerprint_key())
        return normalise(clean, self.setup.catalog().nearest(clean.version))

    def ask(self, name: str, deployment: Deployment) -> "ApiReading":
        """Ask the live API of one deployment, which is told as of when it was asked."""
        from confaudit.sources import api  # only what is live is asked

        asked_at = self.setup.now()
        reading = api.read(self.setup.target(name, deployment))
        return replace(reading, deployment=replace(reading.deployment, taken_at=asked_at))

    def _live(self, name: str) -> RawDeployment:
        is_url = "://" in name
        found, deployment = self.setup.single(name if is_url else self._meant(name))
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
        from confaudit.store.command import NoRepository

        last = ""
        with suppress(NoRepository):
            for stored in self.setup.snapshots().earlier_settings(deployment):
                text = only(key, stored.files[SETTINGS])
                if text != last:
                    last = text
                    with suppress(SourceError):
                        yield _value(replace(stored, files={SETTINGS: text}), key)

    def stored(self, argument: str) -> StoredFiles:
        """The snapshot that a revision names, not redacted yet.

        Raises:
            NothingToDo: there is no snapshot yet.
            SourceError: there is no such commit.
            StoreError: it holds no such snapshot, or there is no repository.
        """
        found = self._stored(argument)
        if found is None:
            raise SourceError(
                f"there is no commit {visible(argument)}",
                "`git log --oneline` lists those there are",
            )
        return found

    def _stored(self, argument: str) -> StoredFiles | None:
        from confaudit.store.command import NoRepository  # most inputs are no revisions
        from confaudit.workflows.words import named

        try:
            snapshots = self.setup.snapshots()
        except NoRepository:
            if _HERE.match(argument):
                raise
            return None
        revision, name, words = named(self.setup, argument, self.deployment)
        stored = snapshots.read(revision, self._meant(name), words)
        if stored is None and _HERE.match(revision):
            raise _nothing_at(revision, snapshots)
        return stored

    def _meant(self, name: str) -> str:
        """The deployment that an input names, else that of the command line."""
        if name and self.deployment and name != self.deployment:
            raise ConfigError(
                f"an input is of {visible(name)}, and --deployment of {visible(self.deployment)}",
                "leave one of them out",
            )
        return name or self.deployment


_HERE: Final = regex(r"(HEAD|@)(?![\w./-])")
"""Begins what can only be meant for a revision of the branch that is checked out."""


def _nothing_at(revision: str, snapshots: "Snapshots") -> ConfauditError:
    """Why there is no such commit before HEAD."""
    if not snapshots.history.commit_id("HEAD"):
        return NothingToDo("there is no snapshot yet", _TAKE_ONE)
    return SourceError(
        f"there is no commit {visible(revision)}: the history begins later",
        "`git log --oneline` lists its commits",
    )


_TAKE_ONE: Final = "take one with `confaudit snapshot`"


def _value(stored: StoredFiles, key: str) -> Value:
    """What an option was in a stored snapshot, of which only the settings need be there."""
    setting = decode_settings(redact_files(stored)).get(key)
    return setting.value if setting else MISSING


def load_two(
    setup: Setup, inputs: Sequence[str], kinds: Sequence[str], deployment: str
) -> tuple[Snapshot, Snapshot]:
    """Load what a comparison compares; see `compare`."""
    loader = Loader(setup, deployment=deployment)
    first, second = (*inputs, "live", "live")[:2]
    asked = [kind or None for kind in (*kinds, "", "")][:2]
    found = _both(loader, (first, second), asked) if inputs else _since_last(loader, asked[1])
    before, after = told_apart(*found)
    return before, after


def _both(
    loader: Loader, arguments: tuple[str, str], kinds: Sequence[str | None]
) -> tuple[Snapshot, Snapshot]:
    """Two inputs, of which one that holds the same bytes as the other is not read again."""
    first = loader.find(arguments[0], kinds[0])
    before = loader.load(first, kinds[0])
    second = loader.find(arguments[1], kinds[1])
    if first.content is not None and (first.content, kinds[0]) == (second.content, kinds[1]):
        return before, replace(before, label=second.label)
    return before, loader.load(second, kinds[1])


def _since_last(loader: Loader, kind: str | None) -> tuple[Snapshot, Snapshot]:
    """The last snapshot, and the deployment as it is now."""
    return last_snapshot(loader), loader.load("live", kind)


def told_apart(*snapshots: Snapshot) -> tuple[Snapshot, ...]:
    """Snapshots, those that are files called by what tells the files apart."""
    files = [one.label for one in snapshots if not one.commit]
    names = dict(zip(files, telling(files), strict=True))
    return tuple(one if one.commit else replace(one, label=names[one.label]) for one in snapshots)


def last_snapshot(loader: Loader) -> Snapshot:
    """The newest snapshot of the loader's deployment, which may be unnamed where there is only one.

    Raises:
        NothingToDo: there is none yet.
        ConfigError: there are several to choose from, or none is called so.
    """
    setup = loader.setup
    name = loader.deployment or _only(setup)
    snapshot = loader.latest(setup.snapshots(), name)
    if snapshot is None:
        setup.deployments([name])
        others = () if loader.deployment else setup.snapshots().deployments()
        meant = f", or say which is meant, as with -d {others[0]}" if others else ""
        raise NothingToDo(
            f"there is no snapshot of {visible(name)} yet",
            f"take one: `confaudit snapshot {visible(name)}`{meant}",
        )
    return snapshot


def _only(setup: Setup) -> str:
    """The one deployment that is set up, else that has snapshots."""
    from confaudit.store.command import NoRepository

    known: Sequence[str] = () if setup.url else [*setup.configuration.deployments]
    if not (setup.url or known):
        with suppress(NoRepository):
            known = setup.snapshots().deployments()
    if len(known) > 1:
        raise several(known)
    return known[0] if known else setup.single("")[0]
