"""Releases as servers tell them: of its own options a server knows best."""

from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog, Release, Version
from confaudit.core.model import Fidelity, Snapshot


def release_run(snapshot: Snapshot, catalog: Catalog) -> Release:
    """The release that a snapshot's server runs; the newest known where that cannot be told."""
    version = told_version(snapshot) or catalog.versions[-1]
    return as_served(catalog.lend(version), snapshot)


def told_version(snapshot: Snapshot) -> str:
    """The version that a snapshot tells; empty where it tells none that can be meant."""
    try:
        Version.parse(snapshot.version)
    except ValueError:
        return ""
    return snapshot.version


def as_served(release: Release, snapshot: Snapshot | None) -> Release:
    """A release that is not known, with the options of a server that is nearer to it.

    That is one of a newer release than the one whose facts had to do, or of the release itself
    where not all of that was told. A server's answer shows every option, hidden ones too.
    """
    if snapshot is None or not _is_nearer(snapshot, release):
        return release
    return replace(
        release,
        options=snapshot.declared,
        facts_of=snapshot.version,
        is_complete=True,
        unsure={},
        guessed={},
        borrowed={},
        unknown={},
        borrowed_from="",
    )


def _is_nearer(snapshot: Snapshot, release: Release) -> bool:
    if not (release.as_far_as and snapshot.declared and snapshot.fidelity is Fidelity.FULL):
        return False
    try:
        served = Version.parse(snapshot.version).base
    except ValueError:
        return False
    known = Version.parse(release.as_far_as)
    if served == known:
        return not release.is_complete
    return known < served <= Version.parse(release.version).base
