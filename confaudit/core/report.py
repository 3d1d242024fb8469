"""The Report: the one value every renderer receives. A renderer shows it and adds no fact."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from confaudit.core import tree
from confaudit.core.model import Change, ChangeKind, Fidelity, Snapshot, Subject


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things compared."""

    label: str
    deployment: str
    version: str
    taken_at: datetime | None
    fidelity: Fidelity
    commit: str
    options: int
    """How many options it has; 0 when the input carries none."""
    leaves: int
    """How many config leaves it has."""


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison with everything a reader needs to judge it."""

    title: str
    before: Side
    after: Side
    changes: tuple[Change, ...]
    """In the order to show them."""
    notes: tuple[str, ...]
    """Coverage: what could not be compared or is not known, in whole sentences."""
    generated_at: datetime
    tool_version: str

    @property
    def counts(self) -> Mapping[ChangeKind, int]:
        """Number of changes by kind, every kind present."""
        found = Counter(change.kind for change in self.changes)
        return {kind: found[kind] for kind in ChangeKind}

    @property
    def subjects(self) -> Mapping[Subject, int]:
        """Number of changes by subject, every subject present."""
        found = Counter(change.subject for change in self.changes)
        return {subject: found[subject] for subject in Subject}

    @property
    def nothing_compared(self) -> bool:
        """Whether neither side holds anything: no difference would then mean nothing."""
        sizes = (self.before.options, self.before.leaves, self.after.options, self.after.leaves)
        return not self.changes and not any(sizes)

    @property
    def verdict(self) -> str:
        """One sentence for the head of every format."""
        if self.nothing_compared:
            return "Nothing was compared."
        if not self.changes:
            return "No difference."
        parts = [f"{count} {_PHRASE[kind]}" for kind, count in self.counts.items() if count]
        return f"{_plural(len(self.changes), 'change')}: {', '.join(parts)}."

    @property
    def result(self) -> str:
        """The greppable last line of text output."""
        counts = ", ".join(f"{count} {kind}" for kind, count in self.counts.items())
        return f"result: {_plural(len(self.changes), 'change')} ({counts})"


_PHRASE = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.CHANGED: "changed in value",
    ChangeKind.SOURCE: "set from elsewhere",
    ChangeKind.DECLARED: "declared differently",
}


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def side(snapshot: Snapshot) -> Side:
    """Describe a snapshot for the head of a report."""
    return Side(
        label=snapshot.label,
        deployment=snapshot.deployment,
        version=snapshot.version,
        taken_at=snapshot.taken_at,
        fidelity=snapshot.fidelity,
        commit=snapshot.commit,
        options=len(snapshot.settings),
        leaves=sum(1 for _ in tree.leaves(snapshot.config)),
    )
