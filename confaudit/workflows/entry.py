"""What one step of the history tells: the two versions read, compared, and their causes found."""

from typing import TYPE_CHECKING, NamedTuple

from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.documents import unequal
from confaudit.core.history.entry import Entry
from confaudit.core.history.versions import pair, whole
from confaudit.core.model import Change
from confaudit.errors import SourceError
from confaudit.store.layout import deployment_in
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.steps import Version


def entry_of(setup: Setup, version: "Version") -> Entry:
    """What one step of the history tells, which may be nothing that changed."""
    step, commit = version.step, version.step.commit
    told = _differences(setup, version)
    return Entry(
        deployment=step.deployment,
        commit=commit.id,
        taken_at=commit.authored_at,
        author=commit.author,
        mail=commit.mail,
        subject=commit.subject,
        version_before=told.version_before,
        version=told.version,
        changes=told.changes,
        is_first=not step.before,
        is_removed=not step.after,
        is_by_hand=deployment_in(commit.message) != step.deployment,
        trouble=told.trouble,
    )


class _Told(NamedTuple):
    """What the files of a version tell."""

    version_before: str = ""
    version: str = ""
    changes: tuple[Change, ...] = ()
    trouble: str = ""


def _differences(setup: Setup, version: "Version") -> _Told:
    try:
        if not version.before:
            return _Told(version=whole(version.after).version)
        if not version.after:
            return _Told(*(whole(version.before).version,) * 2)
        before, after = pair(version.before, version.after)
    except SourceError as error:
        return _Told(trouble=error.message)
    changes = attribute(diff(before, after, unequal), before, after, setup.catalog())
    return _Told(before.version, after.version, changes)
