"""The static site of a repository: what the shell reads for it."""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path

from confaudit import __version__, catalog
from confaudit.core.changes.selection import EVERYTHING
from confaudit.core.history.entry import Entry
from confaudit.core.model import EXPLICIT, Snapshot
from confaudit.core.report.report import Report
from confaudit.core.text.wording import human
from confaudit.core.upgrade.verify import verification_line
from confaudit.errors import SourceError, StoreError
from confaudit.site.material import Material, Newest
from confaudit.site.plan import pages
from confaudit.site.tables import short
from confaudit.workflows.catalog import show
from confaudit.workflows.hardening import held, scope_of
from confaudit.workflows.history import entries, require_snapshots
from confaudit.workflows.house import House, house
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.site_folder import Written, update


def site(setup: Setup, folder: Path) -> Written:
    """Bring the site in a folder up to date.

    Raises:
        ConfigError: the folder holds something else, or the house says what it cannot.
        NoRepository, StoreError: the history cannot be read.
        NothingToDo: there is no snapshot yet.
    """
    found = tuple(entries(setup))
    if not found:
        require_snapshots(setup)
    facts = f"{__version__} {catalog.fingerprint(setup.releases_folder())}"
    material = Material(
        facts=sha256(facts.encode()).hexdigest(),
        entries=found,
        newest=dict(_newest(setup)),
        verdict=partial(_verdict, setup),
        life=partial(_life, setup),
    )
    return update(folder, pages(material))


def _newest(setup: Setup) -> Iterator[tuple[str, Newest]]:
    decided = house(setup)
    for name in setup.snapshots().deployments():
        try:
            snapshot = Loader(setup).latest(setup.snapshots(), name)
        except SourceError as error:
            yield name, Newest(trouble=error.message)
        else:
            if snapshot:
                yield name, _told(setup, snapshot, decided)


def _told(setup: Setup, snapshot: Snapshot, decided: House) -> Newest:
    found = held(setup, scope_of(snapshot, setup.catalog()), decided, EVERYTHING)
    return Newest(snapshot.version, _chosen(snapshot), found.judged.found)


def _chosen(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    return {
        key: (short(human(one.value, snapshot.declared[key].type)), one.source.value)
        for key, one in snapshot.settings.items()
        if one.source in EXPLICIT and one.source
    }


def _verdict(setup: Setup, entry: Entry) -> str:
    """Whether an upgrade did what was predicted; empty where a snapshot cannot be read."""
    snapshots, loader = setup.snapshots(), Loader(setup)
    try:
        stored = [
            snapshots.read(one, entry.deployment) for one in (f"{entry.commit}^", entry.commit)
        ]
        before, after = (loader.clean(one) for one in stored if one)
    except (SourceError, StoreError):
        return ""
    return verification_line(before, after, setup.catalog())


def _life(setup: Setup, key: str) -> Report | None:
    """What releases did to an option."""
    known = setup.catalog().releases
    if not any(key in release.options for release in known):
        return None
    return show(setup.catalog(), setup.now(), key)[0]
