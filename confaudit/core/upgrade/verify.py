"""After an upgrade: was it as predicted? Compares the prediction with the snapshot really taken.

What was predicted and is there is confirmed. What differs is explained where somebody or something
is known to have made it so: a value follows from the host, an operator changed it meanwhile, the
release gave a structure another field. The rest is what matters. Only options are predicted, so
only options are compared.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.causes import attribute
from confaudit.core.changes.diff import diff
from confaudit.core.changes.fields import moved_fields
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.coder.served import as_served
from confaudit.core.given import OperatorSettings
from confaudit.core.model import (
    EXPLICIT,
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Fidelity,
    Setting,
    Snapshot,
    Subject,
)
from confaudit.core.secret import secret
from confaudit.core.text.wording import plural, visible
from confaudit.core.upgrade.prediction import Prediction
from confaudit.core.upgrade.situate import prediction_of


class Verification(Struct, frozen=True):
    """An upgrade held against its prediction; aliases count as one setting."""

    expected: Snapshot
    """The deployment as it was predicted."""
    confirmed: tuple[Change, ...]
    """Predicted changes that came true."""
    explained: tuple[Change, ...]
    """From predicted to real, with who or what made the difference."""
    rest: tuple[Change, ...]
    """From predicted to real, and nobody knows why."""
    predicted: int
    """How many changes were predicted."""
    compared: int
    """How many options both the prediction and the deployment tell a value of."""

    @property
    def statement(self) -> str:
        """The outcome in one line."""
        return self.outcome(len(self.rest))

    def outcome(self, open_ones: int) -> str:
        """The outcome in one line, with so many differences left that count."""
        outcome = "Not as predicted" if open_ones else "As predicted"
        confirmed = f"{len(self.confirmed)} of {plural(self.predicted, 'change')} confirmed"
        if not self.predicted:
            confirmed = f"no change was predicted for {plural(self.compared, 'option')}"
        return f"{outcome}: {confirmed}, {len(self.explained)} explained, {open_ones} open."


def verification_line(before: Snapshot, after: Snapshot, catalog: Catalog) -> str:
    """The outcome of an upgrade in a few words, for a commit message.

    Empty where there was none, or where a snapshot tells no options to compare.
    """
    is_upgrade = before.version != after.version and not are_two(before, after)
    if not (is_upgrade and before.settings and after.settings):
        return ""
    found = verify(before, after, OperatorSettings(), catalog)
    counts = {"explained": len(found.explained), "open": len(found.rest)}
    parts = [f"{count} {word}" for word, count in counts.items() if count]
    changes = plural(found.predicted, "change")
    outcome = "as predicted" if not found.rest else "not as predicted"
    return f"upgrade {outcome}: " + ", ".join(
        [changes, f"{len(found.confirmed)} confirmed", *parts]
    )


def are_two(before: Snapshot, after: Snapshot) -> bool:
    """Whether the servers say that they are two deployments, of which none follows the other."""
    return before.identity != after.identity and bool(before.identity and after.identity)


def verify(
    before: Snapshot, after: Snapshot, operator: OperatorSettings, catalog: Catalog
) -> Verification:
    """Predict from the snapshot before and the operator's files, and compare with the one after.

    Both snapshots must tell options: a config tree alone does not say what was set.
    """
    source, target = _release(before, catalog), _release(after, catalog)
    prediction = prediction_of(before, source, target, operator)
    expected = _expected(before, after, prediction)
    planned = effective_changes(before, expected, catalog)
    judge = _Judge(effective_changes(before, after, catalog), prediction)
    differing = tuple(map(judge.judged, effective_changes(expected, after, catalog)))
    refused = refused_inputs(prediction, after, "it runs")
    open_ones = (*(c for c in differing if c.cause is Cause.UNKNOWN), *refused)
    explained = (*(c for c in differing if c.cause is not Cause.UNKNOWN), *judge.unforeseen())
    disputed = {key for change in (*open_ones, *explained) for key in change_keys(change)}
    return Verification(
        expected=expected,
        confirmed=tuple(
            c for c in planned if disputed.isdisjoint(change_keys(c)) and _is_confirmable(c, after)
        ),
        explained=explained,
        rest=open_ones,
        predicted=len(planned),
        compared=len(_told(expected) & _told(after)),
    )


def _told(snapshot: Snapshot) -> set[str]:
    """The options that a snapshot tells the value of."""
    return {key for key, one in snapshot.settings.items() if one.value is not MISSING}


_EXPLAINED: Final = frozenset({Cause.COMPUTED, Cause.OPERATOR})
_EFFECTIVE: Final = frozenset(
    {ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.RENAMED}
)


def _release(snapshot: Snapshot, catalog: Catalog) -> Release:
    """The release of a snapshot; one that is not known, as the server tells it."""
    return as_served(catalog.lend(snapshot.version), snapshot)


def _expected(before: Snapshot, after: Snapshot, prediction: Prediction) -> Snapshot:
    """The snapshot that would have been taken; what is not predicted is as it really is."""
    return replace(
        after,
        fidelity=Fidelity.FULL,
        taken_at=None,
        commit="",
        label=f"the prediction from {before.label}",
        settings={key: _as_told(one) for key, one in prediction.effective.items()},
        declared=prediction.target.options,
    )


def _as_told(setting: Setting) -> Setting:
    """A server tells that a secret is set by its source, a blank one too."""
    is_blank = setting.value == secret(False) and setting.source in EXPLICIT
    return replace(setting, value=secret(True)) if is_blank else setting


def effective_changes(before: Snapshot, after: Snapshot, catalog: Catalog) -> tuple[Change, ...]:
    """The changes of what is in effect, each with its cause."""
    changes = attribute(diff(before, after), before, after, catalog)
    return tuple(
        change
        for change in changes
        if change.subject is Subject.OPTION and change.kind in _EFFECTIVE
    )


class _Judge:
    """Decides about differences by what really happened between the two snapshots."""

    def __init__(self, real: Iterable[Change], prediction: Prediction) -> None:
        self._real = {key: change for change in real for key in change_keys(change)}
        refused = {error.option for error in prediction.errors}
        self._unknown = {
            key
            for key, setting in prediction.effective.items()
            if setting.value is MISSING and key not in refused
        }

    def judged(self, change: Change) -> Change:
        """A difference with the cause of what really happened, which may explain it."""
        real = next((self._real[key] for key in change_keys(change) if key in self._real), None)
        if real is None:
            return left_open(change, "a change was predicted, and it stayed as it was")
        fields = moved_fields(change.before, change.after)
        if real.cause in _EXPLAINED or (real.cause is Cause.RELEASE and fields.are_all):
            return replace(change, cause=real.cause, evidence=real.evidence)
        return left_open(change, real.evidence)

    def unforeseen(self) -> Iterator[Change]:
        """What changed to a value that nobody could know beforehand."""
        found = [self._real[key] for key in sorted(self._unknown & self._real.keys())]
        for change in {change.key: change for change in found}.values():
            why = f"its value could not be known beforehand; {change.evidence}"
            yield replace(change, before=MISSING, evidence=why)


def refused_inputs(prediction: Prediction, after: Snapshot, yet: str) -> Iterator[Change]:
    """What the release was predicted to refuse: it did not, so something else was given to it.

    Of a release that is not known nobody predicted that it has no such name.
    """
    is_known = not prediction.target.as_far_as
    for error in prediction.errors:
        if error.unknown_name and not is_known:
            continue
        key = error.option or error.input
        setting, spec = after.settings.get(key), after.declared.get(key)
        change = Change(
            subject=Subject.OPTION,
            key=key,
            kind=ChangeKind.CHANGED,
            before=MISSING,
            after=setting.value if setting else MISSING,
            type=spec.type if spec else "",
            spec=spec,
            source_after=setting.source if setting else None,
        )
        refusal = f"the release was predicted to refuse {visible(error.input)}: {error.reason}"
        yield left_open(change, f"{refusal}; yet {yet}")


def left_open(change: Change, evidence: str) -> Change:
    """A difference that nobody is known to have made."""
    return replace(change, cause=Cause.UNKNOWN, evidence=evidence)


def change_keys(change: Change) -> frozenset[str]:
    """Every key of the setting that a change is about."""
    return frozenset({change.key, change.was, *change.also} - {""})


def _is_confirmable(change: Change, after: Snapshot) -> bool:
    """Whether the snapshot can confirm a change at all; a bundle leaves values out."""
    setting = after.settings.get(change.key)
    known = setting is not None and setting.value is not MISSING
    return known or change.kind is ChangeKind.REMOVED
