"""From what was read to what may be known: predictions and Situations, made here and nowhere else.

What is given here holds secrets, what is returned none. In between, what the Helm chart of each
release sets itself is added, and templates' own defaults are filled in where they are assumed. All
of that needs the values as they are, and so do checks of what a start does with them: redaction
comes last, once.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec.structs import replace

from confaudit.core.coder.chart import with_chart
from confaudit.core.coder.releases import Catalog, Release
from confaudit.core.given import WITH_DEFAULT, Given, GivenState, OperatorSettings
from confaudit.core.model import OptionSpec, Setting, Snapshot, Value
from confaudit.core.snapshot.redact import redact_operator, redact_values
from confaudit.core.upgrade.known import UpgradeSide
from confaudit.core.upgrade.predict import Running, predict
from confaudit.core.upgrade.prediction import Prediction
from confaudit.core.upgrade.situation import AnswersByCheck, Earlier, Situation, no_snapshots

StartChecks: TypeAlias = Callable[[Situation], AnswersByCheck]
"""Asked of the target of a Situation whose secrets are not removed; no answer may hold one."""


def no_checks(situation: Situation) -> AnswersByCheck:
    """Checks nothing."""
    return {}


def situation_of(
    snapshot: Snapshot | None,
    source: Release,
    target: Release,
    operator: OperatorSettings,
    catalog: Catalog,
    earlier: Earlier = no_snapshots,
    checks: StartChecks = no_checks,
) -> Situation:
    """What is known of a deployment, and of the same with templates' own defaults filled in.

    What `earlier` tells is redacted already; `checks` are asked while values are as they are.
    """
    situation = _situation(snapshot, source, target, operator, catalog, checks)
    filled_in = _with_defaults(operator)
    if filled_in.given != operator.given:
        assumed = _situation(snapshot, source, target, filled_in, catalog, checks)
        situation = replace(situation, assumed=assumed)
    return replace(situation, earlier=earlier)


def _with_defaults(operator: OperatorSettings) -> OperatorSettings:
    """As if templates' defaults were written in their place; what they ask for stays legal."""
    given = tuple(map(_filled_in, operator.given))
    return replace(operator, given=given, used=operator.helpers)


def _filled_in(given: Given) -> Given:
    if given.state not in WITH_DEFAULT or given.value is None:
        return given
    state = GivenState.LITERAL if given.value else GivenState.EMPTY
    return replace(given, state=state, prefix=given.value, refers_to=())


def _situation(
    snapshot: Snapshot | None,
    source: Release,
    target: Release,
    operator: OperatorSettings,
    catalog: Catalog,
    checks: StartChecks,
) -> Situation:
    deployed = _running(snapshot, source, operator)
    running = _predicted(deployed, source, operator)
    stays = source.version == target.version
    clear = Situation(
        snapshot=snapshot,
        operator=operator,
        prediction=running if stays else _predicted(deployed, target, operator),
        running=running,
        source=source,
        target=target,
        catalog=catalog,
    )
    specs = _specs(snapshot, source, target)
    public = _redacted(running, specs)
    return replace(
        clear,
        operator=redact_operator(operator, (*source.options.values(), *target.options.values())),
        prediction=public if stays else _redacted(clear.prediction, specs),
        running=public,
        at_start=_checked(clear, checks),
    )


def _checked(clear: Situation, checks: StartChecks) -> Mapping[UpgradeSide, AnswersByCheck]:
    """What is answered on either side: before, the deployment stays what it is."""
    after = checks(clear)
    if not clear.is_upgrade:
        return {UpgradeSide.BEFORE: after, UpgradeSide.AFTER: after}
    stays = replace(clear, target=clear.source, prediction=clear.running)
    return {UpgradeSide.BEFORE: checks(stays), UpgradeSide.AFTER: after}


def prediction_of(
    snapshot: Snapshot | None, source: Release, target: Release, operator: OperatorSettings
) -> Prediction:
    """What an upgrade does to a deployment; see `predict`."""
    found = _predicted(_running(snapshot, source, operator), target, operator)
    return _redacted(found, _specs(snapshot, source, target))


def _running(snapshot: Snapshot | None, source: Release, operator: OperatorSettings) -> Running:
    """The deployment as it runs; the chart goes by the release."""
    return Running(snapshot, source, with_chart(operator, source.version))


def _predicted(running: Running, target: Release, operator: OperatorSettings) -> Prediction:
    return predict(running, target, with_chart(operator, target.version))


def _specs(snapshot: Snapshot | None, source: Release, target: Release) -> tuple[OptionSpec, ...]:
    """What either release, or the server itself, declares secret."""
    declared = snapshot.declared.values() if snapshot else ()
    return (*source.options.values(), *target.options.values(), *declared)


def _redacted(prediction: Prediction, specs: tuple[OptionSpec, ...]) -> Prediction:
    """What looks the same without its secrets has not changed."""

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
