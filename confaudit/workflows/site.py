"""The static site of a repository: what the shell reads for it."""

from functools import partial
from pathlib import Path

from confaudit import __version__, catalog
from confaudit.core.history.entry import Entry
from confaudit.core.report.report import Report
from confaudit.core.upgrade.verify import verification_line
from confaudit.errors import SourceError, StoreError
from confaudit.render.site import Look
from confaudit.site.material import Material
from confaudit.site.plan import pages
from confaudit.workflows.catalog import show
from confaudit.workflows.history import entries, require_snapshots
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.site_folder import Written, update
from confaudit.workflows.site_newest import NewestSnapshots


def site(setup: Setup, folder: Path, templates: Path | None = None) -> Written:
    """Bring the site in a folder up to date; the user's `templates` replace ours.

    Raises:
        ConfigError: the folder holds something else, or the house says what it cannot.
        NoRepository, StoreError: the history cannot be read.
        NothingToDo: there is no snapshot yet.
        TemplateError: a template of the user's cannot be used.
    """
    found = tuple(entries(setup))
    if not found:
        require_snapshots(setup)
    facts = f"{__version__} {catalog.digest(setup.releases_folder())}"
    material = Material(
        facts=facts,
        look=Look(templates),
        entries=found,
        newest=NewestSnapshots(setup, facts).told(),
        verdict=partial(_verdict, setup),
        life=partial(_life, setup),
    )
    return update(folder, pages(material))


def _verdict(setup: Setup, entry: Entry) -> str:
    """Whether an upgrade did what was predicted; empty where a snapshot cannot be read."""
    snapshots, loader = setup.snapshots(), Loader(setup)
    try:
        before, after = (
            loader.clean(snapshots.contents(commit, entry.deployment))
            for commit in (f"{entry.commit}^", entry.commit)
        )
    except (SourceError, StoreError):
        return ""
    return verification_line(before, after, setup.catalog())


def _life(setup: Setup, key: str) -> Report | None:
    """What releases did to an option."""
    known = setup.catalog().releases
    if not any(key in release.options for release in known):
        return None
    return show(setup.catalog(), setup.now(), key)[0]
