"""Which commit is meant where a snapshot is named in words."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from confaudit.core.history.entry import Entry
from confaudit.core.history.words import Event, words
from confaudit.core.model import Cause
from confaudit.core.text.wording import moment, visible
from confaudit.errors import ConfigError, SourceError
from confaudit.workflows.history import entries, require_snapshots

if TYPE_CHECKING:
    from confaudit.workflows.setup import Setup


class Named(NamedTuple):
    """A commit as somebody names it, and whose snapshot in it is meant."""

    revision: str
    deployment: str
    """Empty where none is named, and several could be meant."""
    words: str = ""
    """The words that mean the commit; empty where it is named as git does."""


def named(setup: "Setup", argument: str, deployment: str = "") -> Named:
    """Split `REVISION[:DEPLOYMENT]`; words become the id of the commit that they mean.

    What git itself knows by such a name is git's. `deployment` is meant where the argument names
    none.

    Raises:
        NothingToDo: there is no snapshot yet, of this deployment.
        SourceError: there was none by then, or nothing of the kind has happened.
        ConfigError: no deployment is called so, or the words leave open which one is meant.
        StoreError: the history cannot be read.
    """
    from confaudit.store.layout import split_revision

    found = words(argument, setup.now())
    revision, name = split_revision(argument)
    if found is None or setup.snapshots().history.commit_id(revision):
        return Named(revision, name)
    whose = found.deployment or deployment or _only(setup)
    if not isinstance(found.when, Event):
        return Named(_by(setup, found.when, whose), whose, argument)
    if not whose:
        raise _open(setup, argument)
    return Named(_of_event(setup, found.when, whose), whose, argument)


def _only(setup: "Setup") -> str:
    """The deployment that need not be said as there is no other; empty where there are several."""
    known = setup.snapshots().deployments()
    if not known:
        require_snapshots(setup)
    return known[0] if len(known) == 1 else ""


def _open(setup: "Setup", argument: str) -> ConfigError:
    first, said = setup.snapshots().deployments()[0], visible(argument)
    return ConfigError(
        f"{said} leaves open which deployment is meant", f"say it, as in {said}:{first}"
    )


def _by(setup: "Setup", at: datetime, deployment: str) -> str:
    """The commit with the newest snapshot of a deployment that was taken by a time.

    Where none is meant, what the branch had come to by then.
    """
    from confaudit.store.times import reached_by, taken_by

    snapshots, then = setup.snapshots(), moment(at)
    found = taken_by(snapshots, at, deployment) if deployment else reached_by(snapshots, at)
    if found is None:
        require_snapshots(setup, deployment)
        of = f" of {visible(deployment)}" if deployment else ""
        raise SourceError(
            f"there was no snapshot{of} by {then}", "`confaudit log` lists those there are"
        )
    if deployment and not snapshots.regular_files(found.id, deployment):
        raise SourceError(
            f"there was no snapshot of {visible(deployment)} any more by {then}",
            f"`confaudit show {found.id[:12]}` tells who removed it",
        )
    return found.id


def _of_event(setup: "Setup", event: Event, deployment: str) -> str:
    """The commit by which an event of a deployment is known."""
    history = setup.shared(deployment, lambda: entries(setup, [deployment]))
    found = next((one for one in history if _is(one, event)), None)
    if found and event is Event.BEFORE_UPGRADE:
        found = next(history, None)
    if found is None:
        require_snapshots(setup, deployment)
        raise SourceError(
            _NOTHING[event].format(visible(deployment)), "`confaudit log` lists what happened"
        )
    return found.commit


_UPGRADED: Final = "no snapshot tells of an upgrade of {}"
_NOTHING: Final = {
    Event.BEFORE_UPGRADE: _UPGRADED,
    Event.LAST_UPGRADE: _UPGRADED,
    Event.LAST_OPERATOR_CHANGE: "no snapshot tells of a change that the operator made to {}",
}


def _is(entry: Entry, event: Event) -> bool:
    if event is Event.LAST_OPERATOR_CHANGE:
        return any(change.cause is Cause.OPERATOR for change in entry.changes)
    return entry.is_upgrade
