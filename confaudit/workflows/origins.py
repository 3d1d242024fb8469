"""Since when the options of a deployment are what they are, as a Report."""

from collections.abc import Collection, Sequence
from typing import Final

from confaudit import __version__
from confaudit.core.history.blame import without_old_names
from confaudit.core.history.question import Question
from confaudit.core.model import EXPLICIT, Snapshot
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.origins import origin_notes, origin_table, origin_verdict
from confaudit.core.report.report import Report
from confaudit.core.text.wording import visible
from confaudit.workflows.blame import Choice, blame, every
from confaudit.workflows.history import brought_by, history_notes
from confaudit.workflows.question import question
from confaudit.workflows.setup import Setup
from confaudit.workflows.words import named


def origins_report(
    setup: Setup, names: Sequence[str], revision: str, deployment: str, *, are_all: bool
) -> tuple[Report, tuple[str, ...]]:
    """Of the options that are named, else of those that are set, or of all.

    Returns the report, and what misspelt names were taken to mean.

    Raises:
        ConfigError: no option is called so, or there are several deployments.
        NothingToDo: there is no snapshot yet.
        StoreError, SourceError: there is no such snapshot, or it cannot be read.
    """
    wanted, taken = question(setup, names)
    choice = _choice(wanted, are_all=are_all)
    found = without_old_names(blame(setup, revision, deployment, choice))
    whose = found[0].since.deployment if found else deployment
    merges = brought_by(setup, named(setup, revision, deployment).revision) if found else {}
    report = Report(
        kind=ReportKind.BLAME,
        title=f"Origin of {wanted.names or 'settings'}{f' in {visible(whose)}' if whose else ''}",
        statement=origin_verdict(found) if found else _NOTHING.format(visible(revision)),
        tables=(origin_table(found, merges),) if found else (),
        notes=(
            *origin_notes(found),
            *history_notes(setup),
            *(() if names or are_all else (_SET_ONLY,)),
        ),
        generated_at=setup.now(),
        tool_version=__version__,
    )
    return report, taken


_NOTHING: Final = "No option that is asked for is set in {}."
_SET_ONLY: Final = "Options that nobody set are left out; --all tells them as well."


def _choice(question: Question, *, are_all: bool) -> Choice:
    """How to choose from a snapshot."""
    if question:
        return question.keys
    return every if are_all else _set


def _set(snapshot: Snapshot) -> Collection[str]:
    """What somebody set, or may have where the server does not say (before 2.3)."""
    return {
        key
        for key, setting in snapshot.settings.items()
        if setting.source is None or setting.source in EXPLICIT
    }
