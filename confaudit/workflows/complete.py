"""The words that a shell can complete: what is known here, asking no server."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeAlias

from confaudit.workflows.setup import Setup

Words: TypeAlias = Callable[[Setup], Iterator[str]]
"""The words there are; a ConfauditError means that they cannot be told."""


def versions(setup: Setup) -> Iterator[str]:
    """Releases, the newest first, their lines, and the words that stand for one."""
    known = [release.version for release in reversed(setup.catalog().releases)]
    yield from ("stable", "latest")
    yield from dict.fromkeys(one.rpartition(".")[0] for one in known)
    yield from known


def options(setup: Setup) -> Iterator[str]:
    """Every name of every option of the newest release."""
    for spec in setup.catalog().releases[-1].options.values():
        names = (spec.key, spec.env, spec.yaml_path, spec.json_path)
        yield from dict.fromkeys(filter(None, names))


def rules(setup: Setup) -> Iterator[str]:
    """The ids of all rules."""
    from confaudit.workflows.rules import all_rules

    yield from all_rules(setup)


def configured(setup: Setup) -> Iterator[str]:
    """The deployments that confaudit.yaml names, which can be asked."""
    yield from setup.configuration.deployments


def notifications(setup: Setup) -> Iterator[str]:
    """The notifications that confaudit.yaml names."""
    yield from setup.configuration.notifications


def deployments(setup: Setup) -> Iterator[str]:
    """Those that confaudit.yaml names, and those that have a snapshot."""
    from confaudit.store.command import NoRepository

    stored: Iterable[str] = ()
    with suppress(NoRepository):
        stored = setup.snapshots().deployments()
    yield from dict.fromkeys((*configured(setup), *stored))


def revisions(setup: Setup) -> Iterator[str]:
    """Commits by their names, in the repository of snapshots."""
    from confaudit.store.refs import refs

    yield from refs(setup.repo)


def snapshots(setup: Setup) -> Iterator[str]:
    """Commits by their names, and by what happened."""
    from confaudit.core.history.words import Event

    yield from revisions(setup)
    yield from Event


def inputs(setup: Setup) -> Iterator[str]:
    """What `diff` compares, but for files: live deployments and commits, also in words."""
    yield "live"
    yield from (f"live:{name}" for name in configured(setup))
    yield from snapshots(setup)


def compared(setup: Setup) -> Iterator[str]:
    """What `compare` compares, but for files: deployments by name, and all that `diff` does."""
    yield from deployments(setup)
    yield from inputs(setup)
