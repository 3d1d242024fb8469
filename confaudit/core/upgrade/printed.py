"""What the target itself makes of a configuration, held against the prediction before the upgrade.

`coder server --write-config` reads the environment and the flags with the target's own option code
and prints what came of it: every option with a YAML path. Nothing is running yet, so nobody can
have changed anything meanwhile. A difference is explained only by what the server or its host fill
in later, or elsewhere.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.aliases import join
from confaudit.core.coder.facts import Filler
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.given import OperatorSettings
from confaudit.core.model import (
    EXPLICIT,
    MISSING,
    Cause,
    Change,
    ChangeKind,
    Fidelity,
    OptionSpec,
    Setting,
    Snapshot,
    Subject,
    Value,
    ValueSource,
)
from confaudit.core.upgrade.prediction import Prediction
from confaudit.core.upgrade.situate import prediction_of
from confaudit.core.upgrade.situation import Situation
from confaudit.core.upgrade.verify import (
    Verification,
    change_keys,
    effective_changes,
    left_open,
    refused_inputs,
)


class Printed(Struct, frozen=True, dict=True):
    """What the target printed, as the target itself would read it again. Nothing secret is left."""

    label: str
    target: Release
    values: Mapping[str, Value]
    """By `OptionSpec.key`; only what was printed and can be read."""
    strange: tuple[str, ...]
    """YAML paths that the target is not known to have."""
    unreadable: tuple[str, ...]
    """YAML paths whose value the target is not known to print."""

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """YAML paths that the target has and that were not printed."""
        seen = {self.target.options[key].yaml_path for key in self.values} | {*self.unreadable}
        return tuple(sorted(_paths(self.target) - seen))

    @property
    def untold(self) -> Iterator[OptionSpec]:
        """The options that cannot be printed."""
        return (spec for spec in self.target.options.values() if not spec.yaml_path)

    def likelier(self, catalog: Catalog) -> Release | None:
        """The release whose YAML paths fit better than the target's; None if none does."""
        best = min(reversed(catalog.releases), key=self._misses)
        return best if self._misses(best) < self._misses(self.target) else None

    def _misses(self, release: Release) -> int:
        printed = {*self.strange, *self.unreadable, *(_paths(self.target) - {*self.lacking})}
        return len(printed ^ _paths(release))


def _paths(release: Release) -> set[str]:
    return {spec.yaml_path for spec in release.options.values()} - {""}


def read_printed(settings: OperatorSettings, target: Release, label: str) -> Printed:
    """Read what was printed, given as the server's YAML, the way the target would."""
    prediction = prediction_of(None, target, target, settings)
    refused = {error.option for error in prediction.errors}
    return Printed(
        label=label,
        target=target,
        values={
            key: setting.value
            for key, setting in prediction.effective.items()
            if setting.source is ValueSource.YAML and setting.value is not MISSING
        },
        strange=tuple(error.input for error in prediction.errors if not error.option),
        unreadable=tuple(
            target.options[key].yaml_path
            for key, setting in prediction.effective.items()
            if key in refused or (setting.source is ValueSource.YAML and setting.value is MISSING)
        ),
    )


def hold(situation: Situation, printed: Printed) -> Verification:
    """Compare the prediction with what the target printed of it.

    Sources are the prediction's: the YAML does not tell them.
    """
    prediction, catalog = situation.prediction, situation.catalog
    planned = _snapshot(prediction.target, prediction.effective, "the prediction")
    shown = {key: replace(planned.settings[key], value=one) for key, one in printed.values.items()}
    found = _snapshot(prediction.target, shown, printed.label)
    expected = replace(planned, settings={key: planned.settings[key] for key in shown})
    running = _snapshot(prediction.source, situation.running.effective, "what runs now")
    differing = [_judged(one, prediction) for one in effective_changes(expected, found, catalog)]
    disputed = {key for change in differing for key in change_keys(change)}
    predicted = [
        one for one in effective_changes(running, planned, catalog) if _is_told(one, printed)
    ]
    reads = f"{printed.label} shows that it starts to read its settings"
    return Verification(
        expected=planned,
        confirmed=tuple(one for one in predicted if disputed.isdisjoint(change_keys(one))),
        explained=(
            *(one for one in differing if one.cause is Cause.COMPUTED),
            *join([*_revealed(expected, found)], expected, found),
        ),
        rest=(
            *(one for one in differing if one.cause is not Cause.COMPUTED),
            *refused_inputs(prediction, found, reads),
        ),
        predicted=len(predicted),
        compared=len(shown),
    )


def _snapshot(release: Release, settings: Mapping[str, Setting], label: str) -> Snapshot:
    return Snapshot(
        deployment="",
        fidelity=Fidelity.FULL,
        version=release.version,
        taken_at=None,
        label=label,
        settings=settings,
        declared=release.options,
        config={},
        server={},
        unavailable={},
    )


def _judged(change: Change, prediction: Prediction) -> Change:
    """A difference, explained where the value is filled in by something else than the settings."""
    if change.cause is Cause.COMPUTED:
        return change
    filled = prediction.target.facts.filled(change.key)
    if filled and filled.by is Filler.VARIABLES:
        why = f"{filled.how} fill it, which are read after the settings are printed"
        return replace(change, cause=Cause.COMPUTED, evidence=why)
    by = change.source_before
    was = f"as set by {by}" if by in EXPLICIT else "at its default" if by else "otherwise"
    return left_open(change, f"it was predicted {was}, and the target itself reads another value")


def _is_told(change: Change, printed: Printed) -> bool:
    """Whether a predicted change can be seen in what was printed; so can that an option is gone."""
    if change.kind is not ChangeKind.REMOVED:
        return not change_keys(change).isdisjoint(printed.values)
    path = change.spec.yaml_path if change.spec else ""
    return bool(path) and path not in printed.strange and not printed.lacking


def _revealed(expected: Snapshot, found: Snapshot) -> Iterator[Change]:
    """Values that could not be known beforehand, and were printed now."""
    for key, setting in found.settings.items():
        if expected.settings[key].value is MISSING:
            spec = found.declared[key]
            yield Change(
                subject=Subject.OPTION,
                key=key,
                kind=ChangeKind.CHANGED,
                before=MISSING,
                after=setting.value,
                path=spec.json_path,
                type=spec.type,
                spec=spec,
                cause=Cause.COMPUTED,
                evidence="its value could not be known beforehand",
            )
