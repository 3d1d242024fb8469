"""The audit: every rule and advisory asked about one deployment, and what it all comes to.

Templates may fill in what nobody can know here. Where a template has a default of its own, the
rules are asked again as if that were what counts: what is true only then depends on it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import Given, GivenState
from confaudit.core.judge.advisories import Advisory, advise
from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.judge.rules import DEFAULT_CHANGED, defaults, files, names, values
from confaudit.core.judge.rules.common import Check
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situation import Situation

CHECKS: Final[tuple[Check, ...]] = (
    names.refused_names,
    values.refused_values,
    values.missing_address,
    values.colliding_variables,
    values.provider_numbers,
    values.values_without_quotes,
    names.ignored_variables,
    defaults.overridden_settings,
    values.dead_experiments,
    files.duplicate_settings,
    files.shadowed_settings,
    files.settings_not_passed_on,
    defaults.changed_values,
    defaults.idle_empty_variables,
    files.exposed_secrets,
    files.secrets_in_clear,
    values.dangerous_options,
    names.deprecated_names,
    names.legacy_prefixes,
    defaults.downgrade,
    defaults.pinned_defaults,
    defaults.redundant_settings,
    values.placeholders,
    values.personal_paths,
    defaults.added_options,
)
"""Every check; together they make every rule of `judge.rules.RULES`."""


def audit(situation: Situation, advisories: Iterable[Advisory] = ()) -> tuple[Finding, ...]:
    """Everything there is to say about a deployment, not weighed yet.

    An advisory on an option takes the place of the plain words about its default.
    """
    advice = [*advise(advisories, situation)]
    told = {finding.subject for finding in advice if finding.rule.effect is Effect.BEHAVIOUR}
    found = (
        finding
        for finding in _by_rules(situation)
        if finding.rule is not DEFAULT_CHANGED or finding.subject not in told
    )
    return (*found, *advice)


def _by_rules(situation: Situation) -> Iterator[Finding]:
    """The findings, and those that hold if a template's default is what it is filled in with."""
    assumed = assuming_defaults(situation)
    maybe = [finding for check in CHECKS for finding in check(assumed)] if assumed else []
    open_ends = {_identity(finding): _depends(finding) for finding in maybe}
    for finding in (finding for check in CHECKS for finding in check(situation)):
        other = open_ends.pop(_identity(finding), finding)
        yield other if finding.affects is Truth.DEPENDS else finding
    yield from (finding for finding in open_ends.values() if finding.level is not Level.INFO)


def assuming_defaults(situation: Situation) -> Situation | None:
    """The deployment as templates' own defaults would have it; None where there are none."""
    given = tuple(map(_filled_in, situation.operator.given))
    if given == situation.operator.given:
        return None
    operator = replace(situation.operator, given=given)
    return Situation.of(
        situation.snapshot, operator, situation.source, situation.target, situation.catalog
    )


def _filled_in(given: Given) -> Given:
    if given.state is not GivenState.UNRESOLVED or given.value is None:
        return given
    return replace(given, state=GivenState.LITERAL if given.value else GivenState.EMPTY)


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.rule.id, finding.subject


def _depends(finding: Finding) -> Finding:
    because = f"{finding.because}, if the template's default is what counts"
    return replace(finding, affects=Truth.DEPENDS, because=because)
