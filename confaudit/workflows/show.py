"""What one commit brought to the deployments whose snapshots it changed."""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.model import Snapshot
from confaudit.core.report.report import Report
from confaudit.core.report.shown import Recorded, commit_part, commit_report, set_table
from confaudit.core.text.wording import plural, visible
from confaudit.core.upgrade.verify import verification_line
from confaudit.errors import NothingToDo, SourceError
from confaudit.workflows import diff
from confaudit.workflows.history import brought_by, history_notes
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup
from confaudit.workflows.words import named

if TYPE_CHECKING:
    from confaudit.store.log import Commit


def show(setup: Setup, revision: str = "", deployment: str = "") -> Report:
    """The Report of a commit; of the last one that changed a snapshot where none is named.

    Of a merge it is what that brought to the branch on which it lies.

    Raises:
        SourceError: there is no such commit.
        StoreError: it holds no snapshot of the deployment, or the history cannot be read.
        NothingToDo: there is no snapshot yet, or the commit changed none.
    """
    commit, names = _meant(setup, revision, deployment)
    view = _View(setup, commit)
    parts = [view.part(name) for name in names]
    merge = brought_by(setup, commit=commit.id).get(commit.id, "")
    told = Recorded(commit.id, commit.authored_at, commit.author, commit.subject, merge)
    report = commit_report(parts, told)
    return replace(report, notes=(*report.notes, *history_notes(setup)))


def _meant(setup: Setup, argument: str, deployment: str) -> "tuple[Commit, tuple[str, ...]]":
    """A commit, and the deployments of which something is asked.

    With a deployment it is the commit that recorded the snapshot, which may be an older one.
    """
    history, snapshots = setup.snapshots().history, setup.snapshots()
    revision, name, _ = named(setup, argument, deployment)
    if name or deployment:
        stored = Loader(setup, deployment=deployment).stored(f"{revision or 'HEAD'}:{name}")
        (recorded,) = history.log([stored.commit], limit=1)
        return recorded, (stored.deployment,)
    (commit,) = history.log([_commit(setup, revision)], limit=1)
    names = snapshots.changed(next(iter(commit.parents), ""), commit.id)
    if not names:
        raise NothingToDo(
            f"commit {commit.id[:12]} changed no snapshot", "`confaudit log` lists those that did"
        )
    return commit, names


def _commit(setup: Setup, revision: str) -> str:
    """The id of a commit, of the last one that changed a snapshot where none is named."""
    from confaudit.store.layout import check_revision
    from confaudit.store.steps import steps

    snapshots = setup.snapshots()
    if revision:
        commit = snapshots.history.commit_id(check_revision(revision))
    elif snapshots.history.commit_id("HEAD"):
        commit = next((one.commit.id for one in steps(snapshots, "HEAD")), "")
    else:
        commit = ""
    if commit:
        return commit
    if revision and snapshots.history.commit_id("HEAD"):
        raise SourceError(
            f"there is no commit {visible(revision)}", "`confaudit log` lists those with changes"
        )
    raise NothingToDo("there is no snapshot yet", "take one with `confaudit snapshot`")


class _View(Struct, frozen=True):
    """Snapshots before a commit and with it."""

    setup: Setup
    commit: "Commit"

    def part(self, name: str) -> Report:
        """What the commit brought to one deployment."""
        try:
            before = self._snapshot(next(iter(self.commit.parents), ""), name)
            after = self._snapshot(self.commit.id, name)
        except SourceError as error:
            return commit_part(self._alone(f"It cannot be told: {error.message}."), name, ())
        releases = [one.version for one in (before, after) if one]
        return commit_part(self._report(before, after), name, releases)

    def _report(self, before: Snapshot | None, after: Snapshot | None) -> Report:
        if before and after:
            compared = diff.report(self.setup, before, after)
            upgrade = verification_line(before, after, self.setup.catalog())
            told = f"{compared.verdict} {upgrade[:1].upper()}{upgrade[1:]}."
            return replace(compared, statement=told if upgrade else "")
        if after:
            table = set_table(after)
            what = f"First snapshot, {plural(len(table.rows), 'option')} set."
            return replace(self._alone(what), tables=(table,) if table.rows else ())
        return self._alone("The snapshot was removed.")

    def _snapshot(self, commit: str, name: str) -> Snapshot | None:
        snapshots = self.setup.snapshots()
        if not commit or not snapshots.regular_files(commit, name):
            return None
        stored = snapshots.read(commit, name, f"{commit[:12]}:{name}")
        if stored is None:
            return None
        label = visible(f"{stored.commit[:12]}:{name}")
        return Loader(self.setup).clean(replace(stored, label=label))

    def _alone(self, statement: str) -> Report:
        return Report(
            title="",
            statement=statement,
            generated_at=self.setup.now(),
            tool_version=__version__,
        )
