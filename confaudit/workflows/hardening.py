"""The controls of the hardening pack and the house, asked of what the shell has read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from confaudit.core.changes.selection import Selection
from confaudit.core.coder.releases import Catalog
from confaudit.core.coder.served import release_run
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.advisories import advise
from confaudit.core.judge.hardening import Checkup, check
from confaudit.core.judge.judge import Judged, judge
from confaudit.core.model import Snapshot
from confaudit.operator_files import Deployment
from confaudit.workflows.audit import AuditScope, situate
from confaudit.workflows.house import House
from confaudit.workflows.rulebook import controls
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.core.judge.advisories import Advisory


NO_FILES: Final = Deployment("", OperatorSettings(), ())
"""What sets up a deployment that only a snapshot tells of."""


def scope_of(snapshot: Snapshot, catalog: Catalog) -> AuditScope:
    """A deployment as a snapshot alone tells it."""
    release = release_run(snapshot, catalog)
    return AuditScope(release, release, snapshot, NO_FILES)


class Held(Struct, frozen=True):
    """A deployment held against the controls and the house: what was asked, and what came of it."""

    asked: "Sequence[Advisory]"
    """The controls, and the rules of the house."""
    checkup: Checkup
    judged: Judged


def held(setup: Setup, scope: AuditScope, decided: House, selection: Selection) -> Held:
    """What comes of the controls and of the rules of the house."""
    pack, own = controls(setup), decided.policy.advisories(scope.name)
    checked = check(pack, situate(setup, scope, (), pack))
    situation = checked.situation
    found = scope.placed((*checked.findings, *advise(own, situation)), situation)
    rulings = decided.rulings.about(scope.target.version)
    asked = (*pack, *own)
    judged = judge(found, scope.name, selection, rulings, rules=[one.rule.id for one in asked])
    return Held(asked, checked, judged)
