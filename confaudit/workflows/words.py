"""Which commit is meant where a snapshot is named in words."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from confaudit.core.history.entry import Entry
from confaudit.core.history.words import Event, words
from confaudit.core.model import Cause
from confaudit.core.text.wording import moment, visible
from confaudit.errors import ConfigError, NothingToDo, SourceError
from confaudit.workflows.history import entries

if TYPE_CHECKING:
    from confaudit.workflows.setup import Setup


class Named(NamedTuple):
    """A commit as somebody names it, and whose snapshot in it is meant."""

    revision: str
    deployment: str
    """Empty where none is named."""


def named(setup: "Setup", argument: str, deployment: str = "") -> Named:
    """Split `REVISION[:DEPLOYMENT]`; words become the id of the commit that they mean.

    What git itself knows by such a name is git's. `deployment` is meant where the argument names
    none.

    Raises:
        NothingToDo: there is no snapshot yet.
        SourceError: there was none by then, or nothing of the kind has happened.
        ConfigError: the words leave open which deployment is meant.
        StoreError: the history cannot be read.
    """
    from confaudit.store.layout import split_revision

    found = words(argument, setup.now())
    revision, name = split_revision(argument)
    if found is None or setup.snapshots().history.commit_id(revision):
        return Named(revision, name)
    if not setup.snapshots().history.commit_id("HEAD"):
        raise NothingToDo("there is no snapshot yet", "take one with `confaudit snapshot`")
    whose = found.deployment or deployment
    if isinstance(found.when, Event):
        return Named(_of_event(setup, found.when, _one(setup, whose, argument)), found.deployment)
    return Named(_by(setup, found.when, whose), found.deployment)


def _by(setup: "Setup", at: datetime, deployment: str) -> str:
    """The commit with the newest snapshot that was taken by a time."""
    from confaudit.store.times import taken_by

    found = taken_by(setup.snapshots(), at, deployment)
    if found is None:
        of = f" of {visible(deployment)}" if deployment else ""
        raise SourceError(
            f"there was no snapshot{of} by {moment(at)}", "`confaudit log` lists those there are"
        )
    return found.id


def _one(setup: "Setup", deployment: str, argument: str) -> str:
    """The deployment that is meant, which need not be said where there is only one."""
    known = setup.snapshots().deployments()
    if deployment or len(known) == 1:
        return deployment or known[0]
    raise ConfigError(
        f"{visible(argument)} leaves open which deployment is meant",
        f"say it, as in {visible(argument)}:{known[0]}" if known else "name it with --deployment",
    )


def _of_event(setup: "Setup", event: Event, deployment: str) -> str:
    """The commit by which an event of a deployment is known."""
    history = entries(setup, [deployment])
    found = next((one for one in history if _is(one, event)), None)
    if found and event is Event.BEFORE_UPGRADE:
        found = next(history, None)
    if found is None:
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
