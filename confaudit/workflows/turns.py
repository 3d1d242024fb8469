"""What a change opens or closes, asked of the snapshots on its two sides."""

from collections.abc import Iterable, Sequence

from confaudit.core.coder.served import release_run
from confaudit.core.given import OperatorSettings
from confaudit.core.judge.advisories import Advisory
from confaudit.core.judge.hardening import Checkup, check
from confaudit.core.judge.rules.changes import CONTROL_RESTORED
from confaudit.core.judge.startup import asked_in_clear
from confaudit.core.judge.touched import NO_TURNS, Turns, touched
from confaudit.core.judge.turned import newly_broken, turned
from confaudit.core.model import Change, Snapshot
from confaudit.core.upgrade.situate import situation_of
from confaudit.workflows.rulebook import controls
from confaudit.workflows.setup import Setup


def turns(
    setup: Setup,
    before: Snapshot,
    after: Snapshot,
    changes: Iterable[Change],
    own: Sequence[Advisory],
) -> Turns:
    """What changes open or close: by the controls that may turn, and the house's own rules."""
    asked = controls(setup, about=touched(changes, before, after))
    if not asked and not own:
        return NO_TURNS
    was, now = (_checkup(setup, one, asked) for one in (before, after))
    return Turns(
        found=(*turned(was, now), *newly_broken(own, was.situation, now.situation)),
        rules=(*(one.rule for one in (*asked, *own)), CONTROL_RESTORED),
    )


def _checkup(setup: Setup, snapshot: Snapshot, asked: Sequence[Advisory]) -> Checkup:
    """What comes of controls in a deployment, as a snapshot alone tells it."""
    catalog = setup.catalog()
    release = release_run(snapshot, catalog)
    situation = situation_of(
        snapshot, release, release, OperatorSettings(), catalog, checks=asked_in_clear(asked)
    )
    return check(asked, situation)
