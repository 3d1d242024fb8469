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
from confaudit.core.text.wording import plural
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

_EFFECTS: Final = tuple(Effect)
_ANSWERS: Final = (Truth.YES, Truth.DEPENDS, Truth.NO)


def audit(situation: Situation, advisories: Iterable[Advisory] = ()) -> tuple[Finding, ...]:
    """Everything there is to say about a deployment, the worst first.

    An advisory on an option takes the place of the plain words about its default.
    """
    advice = [*advise(advisories, situation)]
    told = {finding.subject for finding in advice if finding.rule.effect is Effect.BEHAVIOUR}
    found = (
        finding
        for finding in _by_rules(situation)
        if finding.rule is not DEFAULT_CHANGED or finding.subject not in told
    )
    return tuple(sorted(map(_weighed, (*found, *advice)), key=_order))


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


def _weighed(finding: Finding) -> Finding:
    """What only may be so is no more than a warning."""
    level = finding.rule.level if finding.level is None else finding.level
    is_open = finding.affects is Truth.DEPENDS
    return replace(finding, level=min(level, Level.WARNING) if is_open else level)


def _order(finding: Finding) -> tuple[int, int, int, str, str]:
    return (
        -(finding.level or finding.rule.level),
        _EFFECTS.index(finding.rule.effect),
        _ANSWERS.index(finding.affects),
        finding.rule.id,
        finding.subject,
    )


def verdict(findings: Iterable[Finding]) -> str:
    """What it comes to, in a few words: `will not start`, `starts, 3 behaviours change`, `safe`."""
    found = [finding for finding in findings if finding.affects is not Truth.NO]
    fatal = [one.affects for one in found if one.rule.effect is Effect.WILL_NOT_START]
    if Truth.YES in fatal:
        return "will not start"
    changed = [one for one in found if one.rule.effect is Effect.BEHAVIOUR]
    sure = sum(one.affects is Truth.YES for one in changed)
    parts = ["may not start" if fatal else "starts"]
    if sure:
        parts.append(f"{plural(sure, 'behaviour')} {'changes' if sure == 1 else 'change'}")
    if maybe := len(changed) - sure:
        parts.append(f"{maybe} {'more may' if sure else 'may'} change")
    return ", ".join(parts) if fatal or changed else "safe"
