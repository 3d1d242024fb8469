"""The controls of the hardening pack, asked of what the shell has read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.coder.served import as_served
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.hardening import Checkup, check
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.model import Snapshot
from confaudit.core.upgrade.situate import situation_of
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


def controls(setup: Setup) -> "Sequence[Advisory]":
    """The controls that come with confaudit."""
    from confaudit.catalog.loader import packaged
    from confaudit.rulebook.advisories import load_controls

    return load_controls(packaged(), setup.catalog())


def checkup(setup: Setup, snapshot: Snapshot, asked: "Sequence[Advisory]") -> Checkup:
    """What comes of controls in a deployment of which a snapshot tells."""
    catalog, nothing = setup.catalog(), OperatorSettings()
    release = as_served(catalog.lend(told_version(snapshot, catalog)), snapshot)
    clear = asked_in_clear(asked)
    return check(asked, situation_of(snapshot, release, release, nothing, catalog, checks=clear))


def told_version(snapshot: Snapshot, catalog: Catalog) -> str:
    """The version that a snapshot tells; where that is none, the newest release that is known."""
    try:
        Version.parse(snapshot.version)
    except ValueError:
        return catalog.versions[-1]
    return snapshot.version
