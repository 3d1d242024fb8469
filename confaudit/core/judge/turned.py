"""What a change opens and what it closes: the controls and the rules of the house, on each side."""

from collections.abc import Iterable, Iterator

from confaudit.core.judge.advisories import Advisory, advise
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.hardening import Checked, Checkup, ControlState
from confaudit.core.judge.rules.changes import CONTROL_RESTORED
from confaudit.core.model import MISSING
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situation import Situation


def turned(before: Checkup, after: Checkup) -> Iterator[Finding]:
    """What a change opens, and the good news of what it closes, by the same controls on each side.

    What was open already is no news, nor is what could not be asked on either side. Where only the
    newer release has what closes it, the change opens what it sets itself. What is out of question
    only because something else was opened (the cookie's flag, once the address is http) is no good
    news.
    """
    earlier = {one.control.rule.id: one for one in before.checked}
    pairs = [(earlier[now.control.rule.id], now) for now in after.checked]
    asked = [one for one in pairs if ControlState.NOT_KNOWN not in (one[0].state, one[1].state)]
    opened = [one for was, now in asked for one in _opened(was, now, after.situation)]
    closed = (one for was, now in asked for one in _closed(was, now))
    yield from opened
    for one in closed:
        if not opened or _is_other(one, after.situation):
            yield _restored(one, after.situation)


def _is_other(closed: Finding, now: Situation) -> bool:
    """Whether the option that it is about has another value now."""
    return closed.spec is None or now.after(closed.spec.key).value != closed.after


def _opened(was: Checked, now: Checked, situation: Situation) -> Iterator[Finding]:
    """What fails that did not, or does so for certain that might have."""
    known = {one.subject: one.affects for one in was.findings}
    for one in now.findings:
        is_new = known.get(one.subject) not in (Truth.YES, one.affects)
        if is_new and (was.state is not ControlState.NOT_THERE or _is_set(one, situation)):
            yield one


def _is_set(finding: Finding, situation: Situation) -> bool:
    """Whether what it is about is set, and not just there."""
    return not finding.spec or situation.after(finding.spec.key).is_set is not Truth.NO


def _closed(was: Checked, now: Checked) -> Iterator[Finding]:
    """What failed for certain and does no longer."""
    still = {one.subject for one in now.findings}
    return (one for one in was.findings if one.affects is Truth.YES and one.subject not in still)


def _restored(closed: Finding, now: Situation) -> Finding:
    """The good news; of the same option there may be more than one control."""
    return Finding(
        rule=CONTROL_RESTORED,
        message=f"Closed again: {closed.rule.title}.",
        subject=f"{closed.rule.id}:{closed.subject}",
        because=f"{closed.rule.control} holds",
        spec=closed.spec,
        before=closed.after,
        after=now.after(closed.spec.key).value if closed.spec else MISSING,
    )


def newly_broken(
    rules: Iterable[Advisory], before: Situation, after: Situation
) -> Iterator[Finding]:
    """What breaks rules of the house that was not broken before, or now is for certain."""
    asked = [*rules]
    known = {(one.rule.id, one.subject): one.affects for one in advise(asked, before)}
    for one in advise(asked, after):
        if known.get((one.rule.id, one.subject)) not in (Truth.YES, one.affects):
            yield one
