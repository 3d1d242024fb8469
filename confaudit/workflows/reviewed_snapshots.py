"""The snapshots that differ between two revisions, each as a part of the review."""

from collections.abc import Iterator

from msgspec.structs import replace

from confaudit import __version__
from confaudit.core.changes.selection import Selection
from confaudit.core.judge.judge import judge
from confaudit.core.judge.rules.changes import gone
from confaudit.core.judge.verdict import FIRST_SNAPSHOT, NO_SNAPSHOT, review_verdict, to_mend
from confaudit.core.model import Snapshot, StoredFiles
from confaudit.core.report.audited import Audited
from confaudit.core.report.controls import not_asked
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.store.layout import deployment_of, folder_of
from confaudit.store.revisions import Range
from confaudit.store.trees import Tree
from confaudit.workflows import diff
from confaudit.workflows.hardening import held, scope_of
from confaudit.workflows.house import House
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup

_FORM = "snapshot"


def reviewed_snapshots(
    setup: Setup, range_: Range, selection: Selection, decided: House
) -> Iterator[Report]:
    """The report on each deployment whose snapshot differs.

    Raises:
        StoreError: the history cannot be read.
        SourceError: a snapshot is damaged, or of a newer confaudit.
    """
    for name in sorted({*filter(None, map(deployment_of, range_.touched))}):
        before, after = (_snapshot(setup, tree, name) for tree in (range_.base, range_.head))
        if before and after:
            yield _changed(setup, before, after, selection, decided)
        elif after:
            yield _first(setup, after, selection, decided)
        elif before:
            yield _gone(setup, before, selection, decided)


def _snapshot(setup: Setup, tree: Tree, name: str) -> Snapshot | None:
    """What a revision has of a deployment, if anything."""
    folder = folder_of(name)
    paths = [path for path in tree.files() if path.startswith(folder) and deployment_of(path)]
    texts = {path.removeprefix(folder): tree.read(path) or b"" for path in paths}
    if not texts:
        return None
    try:
        files = {file: data.decode() for file, data in texts.items()}
    except UnicodeDecodeError:
        raise SourceError(
            f"the snapshot of {visible(name)} at {tree.label} is not UTF-8 text",
            "confaudit does not write such files; look at who changed it",
        ) from None
    stored = StoredFiles(files, tree.label, name, tree.commit, folder=folder.rstrip("/"))
    return Loader(setup).clean(stored)


def _changed(
    setup: Setup, before: Snapshot, after: Snapshot, selection: Selection, decided: House
) -> Report:
    """What was observed, with what caused it."""
    compared = diff.report(setup, before, after, selection, decided)
    releases = [*filter(None, dict.fromkeys((before.version, after.version)))]
    way = " → ".join(map(visible, releases)) if len(releases) > 1 else ""
    return replace(
        compared,
        kind=ReportKind.REVIEW,
        title=f"Review of {visible(after.deployment)}",
        audited=Audited(after.deployment, (_FORM,), tuple(releases)),
        statement=review_verdict(
            compared.judged.found, "", is_known=True, is_read=True, opening=way
        ),
    )


def _first(setup: Setup, snapshot: Snapshot, selection: Selection, decided: House) -> Report:
    """A snapshot that has nothing before it: all that it shows is new."""
    done = held(setup, scope_of(snapshot, setup.catalog()), decided, selection)
    return replace(
        _alone(setup, snapshot, f"{FIRST_SNAPSHOT}, {to_mend(done.judged.found)}"),
        judged=done.judged,
        rules=tuple(one.rule for one in done.asked),
        notes=tuple(not_asked(done.checkup.checked)),
    )


def _gone(setup: Setup, snapshot: Snapshot, selection: Selection, decided: House) -> Report:
    """A deployment that the change takes out of sight."""
    name = snapshot.deployment
    found = gone(name, "no longer recorded")
    rulings, rules = decided.rulings, [found.rule.id]
    judged = judge([found], name, selection, rulings, rules=rules)
    return replace(_alone(setup, snapshot, NO_SNAPSHOT), judged=judged, rules=(found.rule,))


def _alone(setup: Setup, snapshot: Snapshot, statement: str) -> Report:
    """A snapshot that has nothing to be compared with."""
    releases = tuple(filter(None, (snapshot.version,)))
    return Report(
        kind=ReportKind.REVIEW,
        title=f"Review of {visible(snapshot.deployment)}",
        statement=statement,
        audited=Audited(snapshot.deployment, (_FORM,), releases),
        generated_at=setup.now(),
        tool_version=__version__,
    )
