"""From what was read to what may be known: predictions and Situations, made here and nowhere else.

What is given here holds secrets, what is returned none. In between, what the Helm chart of each
release sets itself is added, and templates' own defaults are filled in where they are assumed. All
of that needs the values as they are, so that redaction comes last, once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from confaudit.core.coder.chart import with_chart
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.given import Given, GivenState, OperatorSettings
from confaudit.core.model import OptionSpec, Setting, Snapshot, Value
from confaudit.core.snapshot.redact import redact_operator, redact_values
from confaudit.core.upgrade.predict import Prediction, predict
from confaudit.core.upgrade.situation import Earlier, Situation, no_snapshots


def situation_of(
    snapshot: Snapshot | None,
    source: Release,
    target: Release,
    operator: OperatorSettings,
    catalog: Catalog,
    earlier: Earlier = no_snapshots,
) -> Situation:
    """What is known of a deployment, and of the same with templates' own defaults filled in.

    What `earlier` tells is redacted already.
    """
    situation = _situation(snapshot, source, target, operator, catalog)
    filled_in = _with_defaults(operator)
    if filled_in.given != operator.given:
        assumed = _situation(snapshot, source, target, filled_in, catalog)
        situation = replace(situation, assumed=assumed)
    return replace(situation, earlier=earlier)


def _with_defaults(operator: OperatorSettings) -> OperatorSettings:
    """As if templates' defaults were written in their place; what they ask for stays legal."""
    given = tuple(map(_filled_in, operator.given))
    return replace(operator, given=given, used=operator.helpers)


def _filled_in(given: Given) -> Given:
    if given.state is not GivenState.UNRESOLVED or given.value is None:
        return given
    state = GivenState.LITERAL if given.value else GivenState.EMPTY
    return replace(given, state=state, prefix=given.value, refers_to=())


def _situation(
    snapshot: Snapshot | None,
    source: Release,
    target: Release,
    operator: OperatorSettings,
    catalog: Catalog,
) -> Situation:
    running = prediction_of(snapshot, source, source, operator)
    stays = source.version == target.version
    return Situation(
        snapshot=snapshot,
        operator=redact_operator(operator, (*source.options.values(), *target.options.values())),
        prediction=running if stays else prediction_of(snapshot, source, target, operator),
        running=running,
        source=source,
        target=target,
        catalog=catalog,
    )


def prediction_of(
    snapshot: Snapshot | None, source: Release, target: Release, operator: OperatorSettings
) -> Prediction:
    """What an upgrade does to a deployment; see `predict`. The chart goes by the release."""
    now, then = (with_chart(operator, release.version) for release in (source, target))
    declared = snapshot.declared.values() if snapshot else ()
    specs = (*source.options.values(), *target.options.values(), *declared)
    return _redacted(predict(snapshot, source, target, now, then), specs)


def _redacted(prediction: Prediction, specs: Iterable[OptionSpec]) -> Prediction:
    """What looks the same without its secrets has not changed."""
    specs = tuple(specs)

    def clean(values: Mapping[str, Value]) -> dict[str, Value]:
        return redact_values(values, specs)

    before = clean({key: value for key, (value, _) in prediction.changed.items()})
    after = clean({key: value for key, (_, value) in prediction.changed.items()})
    effective = clean({key: one.value for key, one in prediction.effective.items()})
    return replace(
        prediction,
        changed={key: (before[key], after[key]) for key in before if before[key] != after[key]},
        added=clean(prediction.added),
        removed=clean(prediction.removed),
        effective={
            key: Setting(effective[key], one.source) for key, one in prediction.effective.items()
        },
    )
