"""What `upgrade` and `lint` share: from inputs to findings."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.changes.selection import Selection
from confaudit.core.coder.releases import Release
from confaudit.core.judge.already import with_origin
from confaudit.core.judge.audit import audit
from confaudit.core.judge.exceptions import Rulings
from confaudit.core.judge.finding import Finding, Rule
from confaudit.core.judge.judge import Judged, finding_names, judge
from confaudit.core.judge.nearest import located
from confaudit.core.judge.pointed import pointed
from confaudit.core.judge.rules import LEGACY_PREFIX, OPTION_RENAMED, RULES
from confaudit.core.judge.rules.changes import refuted
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.model import Snapshot
from confaudit.core.report.audited import Audited
from confaudit.core.upgrade.situate import situation_of
from confaudit.core.upgrade.situation import Earlier, Situation, no_snapshots
from confaudit.operator_files import Deployment, version_line
from confaudit.workflows.house import House
from confaudit.workflows.report import refuse_strangers
from confaudit.workflows.rulebook import advisories
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory
    from confaudit.core.migrate import Migrant, Rewrite
    from confaudit.core.upgrade.printed import Printed
    from confaudit.core.upgrade.verify import Verification


class AuditScope(Struct, frozen=True):
    """What is to be audited; `lint` has one release for both."""

    source: Release
    """Under the version asked for, with the facts of the nearest release."""
    target: Release
    snapshot: Snapshot | None
    opened: Deployment
    printed: "Printed | None" = None
    """What the target itself printed of its settings."""
    told_by: str = ""
    """See `Audited.told_by`."""
    earlier: Earlier = no_snapshots
    """What earlier snapshots of the deployment show."""

    @property
    def name(self) -> str:
        """What the deployment is called; empty when neither snapshot nor file has a name."""
        return (self.snapshot.deployment if self.snapshot else "") or self.opened.name

    @property
    def about(self) -> Audited | None:
        """The deployment as a report names it."""
        releases = dict.fromkeys((self.source.version, self.target.version))
        if not self.name:
            return None
        return Audited(self.name, forms_of(self.opened), tuple(releases), self.told_by)

    def placed(self, findings: Iterable[Finding], situation: Situation) -> tuple[Finding, ...]:
        """Findings on it, each with a line to point at if there is one, and the place on it."""
        told_at = version_line(self.opened.files, self.opened.operator)
        texts = {file.name: file.lines for file in self.opened.files if not file.rows}
        found = located(findings, (self.snapshot,) if self.snapshot else (), told_at)
        return tuple(pointed(found, texts, situation.operator))

    @property
    def migrant(self) -> "Migrant":
        """The files to be rewritten with the names that the target calls current."""
        from confaudit.core.migrate import Migrant

        texts = {file.name: file.text for file in self.opened.files}
        return Migrant(self.opened.operator, texts, self.source, self.target)


def forms_of(opened: Deployment) -> tuple[str, ...]:
    """What the files of a deployment are."""
    return tuple(form.value for form in opened.operator.forms)


def situate(
    setup: Setup,
    scope: AuditScope,
    known: "Sequence[Advisory]",
    controls: "Sequence[Advisory]" = (),
) -> Situation:
    """What rules may look at: nothing secret is left in it.

    Of what is known the checks of a start are asked before, and all controls of the hardening pack.
    """
    return situation_of(
        scope.snapshot,
        scope.source,
        scope.target,
        scope.opened.operator,
        setup.catalog(),
        scope.earlier,
        checks=asked_in_clear((*known, *controls)),
    )


class Audit(Struct, frozen=True):
    """What was looked at, with what, and what came of it."""

    situation: Situation
    judged: Judged
    rules: tuple[Rule, ...]
    held: "Verification | None" = None
    """The prediction against what the target itself printed."""


def audited(
    setup: Setup, scopes: Sequence[AuditScope], selection: Selection, house: House
) -> tuple[Audit, ...]:
    """Everything there is to say of each, with a ready change where a name can be rewritten.

    Raises:
        CatalogError: an advisory of the operator's own cannot be read.
        ConfigError: a filter names nothing that exists in any of them.
    """
    known = advisories(setup)
    audits = tuple(
        _audited(setup, one, (*known, *house.policy.advisories(one.name)), selection, house.rulings)
        for one in scopes
    )
    releases = {one.version: one for scope in scopes for one in (scope.source, scope.target)}
    refuse_strangers(
        selection,
        (name for done in audits for name in known_names(done.situation, done.judged)),
        (*releases.values(), setup.catalog().nearest("")),
        rules_of(audits),
    )
    return audits


def rules_of(audits: Iterable[Audit]) -> tuple[str, ...]:
    """The ids of all rules that audits looked for."""
    return tuple(dict.fromkeys(rule.id for done in audits for rule in done.rules))


class Examined(Struct, frozen=True):
    """What was looked at, and all there is to say of it, not judged yet."""

    situation: Situation
    found: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    held: "Verification | None" = None
    """See `Audit.held`."""


def examined(setup: Setup, scope: AuditScope, known: "Sequence[Advisory]") -> Examined:
    """Ask every rule, check and advisory about one deployment."""
    return examine(situate(setup, scope, known), scope, known)


def examine(situation: Situation, scope: AuditScope, known: "Sequence[Advisory]") -> Examined:
    """Ask every rule, check and advisory about a Situation that was built with them."""
    held = _held(situation, scope.printed) if scope.printed else None
    found = (*audit(situation, known), *(refuted(held.rest) if held else ()))
    rules = {**RULES, **{one.rule.id: one.rule for one in (*known, *found)}}
    patched = _with_patches(found, scope) if scope.opened.files else found
    return Examined(situation, scope.placed(patched, situation), tuple(rules.values()), held)


def _audited(
    setup: Setup,
    scope: AuditScope,
    known: "Sequence[Advisory]",
    selection: Selection,
    rulings: Rulings,
) -> Audit:
    one = examined(setup, scope, known)
    found = _with_origins(one, known) if one.situation.is_upgrade else one.found
    asked, ids = rulings.about(scope.target.version), [rule.id for rule in one.rules]
    judged = judge(found, scope.name, selection, asked, rules=ids)
    return Audit(one.situation, judged, one.rules, one.held)


def _with_origins(one: Examined, known: "Sequence[Advisory]") -> Iterable[Finding]:
    """The findings of an upgrade, and whether they hold in the release in use as well."""
    today = audit(one.situation.staying, known)
    return with_origin(one.found, today, one.situation.target, are_same_files=True)


def _held(situation: Situation, printed: "Printed") -> "Verification":
    from confaudit.core.upgrade.printed import hold

    return hold(situation, printed)


def known_names(situation: Situation, judged: Judged) -> Iterator[str]:
    """What a filter may mean beside options and rules."""
    yield from situation.chart.keys
    yield from (given.name for given in situation.operator.given)
    for finding in judged.found:
        yield from finding_names(finding)


_REWRITTEN: Final = frozenset({OPTION_RENAMED.id, LEGACY_PREFIX.id})


def _with_patches(found: Sequence[Finding], scope: AuditScope) -> Iterator[Finding]:
    renames = any(finding.rule.id in _REWRITTEN for finding in found)
    rewrites = _rewritten(scope) if renames else ()
    for finding in found:
        mine = [one.patch for one in rewrites if one.given.position in finding.positions]
        is_meant = finding.rule.id in _REWRITTEN
        yield replace(finding, patches=tuple(mine)) if is_meant and mine else finding


def _rewritten(scope: AuditScope) -> "Sequence[Rewrite]":
    from confaudit.core.migrate import migrate

    return migrate(scope.migrant).patches
