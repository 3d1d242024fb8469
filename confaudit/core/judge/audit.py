"""The audit: every rule and advisory asked about one deployment, and what it all comes to.

Templates may fill in what nobody can know here. Where a template has a default of its own, the
rules are asked again as if that were what counts: what is true only then depends on it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from confaudit.core.judge.advisories import Advisory, advise
from confaudit.core.judge.assumed import either_way, identity
from confaudit.core.judge.finding import Effect, Finding
from confaudit.core.judge.rules import (
    DEFAULT_CHANGED,
    EMPTY_VALUE_COUNTS,
    aliases,
    defaults,
    files,
    names,
    not_known,
    values,
)
from confaudit.core.judge.rules.common import Check
from confaudit.core.judge.startup import refused_starts
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situation import Situation

CHECKS: Final[tuple[Check, ...]] = (
    names.refused_names,
    values.refused_values,
    values.values_without_quotes,
    values.references_left_as_text,
    names.ignored_variables,
    defaults.overridden_settings,
    values.dead_experiments,
    not_known.unknown_experiments,
    not_known.unknown_chart_keys,
    files.duplicate_settings,
    files.replaced_lists,
    files.misplaced_values,
    files.shadowed_settings,
    aliases.contradicting_names,
    files.settings_not_passed_on,
    defaults.changed_values,
    defaults.awakened_settings,
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

    An advisory or a check of the start takes the place of the plain words about its option.
    """
    known = [*advisories]
    advice = [*advise([one for one in known if not one.at_start], situation)]
    replaced = {
        (rule, finding.subject)
        for finding in advice
        for one in known
        if one.rule is finding.rule
        for rule in one.instead_of
    }
    advised = {finding.subject for finding in advice if finding.rule.effect is Effect.BEHAVIOUR}
    refused = [*_refused(situation, [one for one in known if one.at_start])]
    fatal = {finding.subject for finding in refused if finding.severity > Level.INFO}
    found = (
        finding
        for finding in _by_rules(situation)
        if not (finding.rule is DEFAULT_CHANGED and finding.subject in advised | fatal)
        and not (finding.rule is EMPTY_VALUE_COUNTS and finding.subject in fatal)
        and (finding.rule.id, finding.subject) not in replaced
    )
    return (*refused, *found, *advice)


def _refused(situation: Situation, checks: Sequence[Advisory]) -> Iterator[Finding]:
    """What may keep the target from starting; a template's default is taken at its word.

    A check that cannot be answered only because of a template is answered by its default.
    """
    found = [*refused_starts(checks, situation)]
    if not situation.assumed:
        return iter(found)
    assumed = [*refused_starts(checks, situation.assumed)]
    stays = {identity(finding) for finding in assumed}
    certain = (one for one in found if one.affects is Truth.YES or identity(one) in stays)
    return either_way(situation, [*certain], assumed)


def _by_rules(situation: Situation) -> Iterator[Finding]:
    """The findings, and those that hold if a template's default is what it is filled in with."""
    found = _checked(situation)
    if not situation.assumed:
        return found
    return either_way(situation, [*found], [*_checked(situation.assumed)])


def _checked(situation: Situation) -> Iterator[Finding]:
    return (finding for check in CHECKS for finding in check(situation))
