"""What a server checks between reading its options and serving, judged.

The checks are data in the form of advisories (`rulebook/startup.yaml`). They look at values that
may be secret, so that `situate` asks them, and only what came of it is known here.
"""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from confaudit.core.coder.releases import Release, Version
from confaudit.core.coder.semantics import EMPTY_COUNTS
from confaudit.core.given import Channel, GivenState
from confaudit.core.judge.advisories import Advisory, finding
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules.common import since_version
from confaudit.core.model import Level
from confaudit.core.upgrade.known import Answer, Truth, UpgradeSide
from confaudit.core.upgrade.situate import StartChecks
from confaudit.core.upgrade.situation import AnswersByCheck, Situation

BEFORE, AFTER = UpgradeSide.BEFORE, UpgradeSide.AFTER


def asked_in_clear(advisories: Iterable[Advisory]) -> StartChecks:
    """Those of the advisories that look at secrets as well, asked as far as the target has them.

    What the target has no option for has no answer.
    """
    checks = [one for one in advisories if one.is_in_clear]

    def answered(situation: Situation) -> AnswersByCheck:
        return {
            check.rule.id: tuple(check.answers(situation)) if _has_subject(check, situation) else ()
            for check in checks
            if _is_checked_by(check, situation.target)
        }

    return answered


def _is_checked_by(check: Advisory, release: Release) -> bool:
    """Whether a release has a check: candidates and development builds have what it has."""
    return check.is_in(Version.parse(release.version).base)


def _has_subject(check: Advisory, situation: Situation) -> bool:
    """Whether the target has the option that a check is about; what is gone is not checked.

    The members of a family are looked at wherever they are given.
    """
    key = check.subject if check.each is None else ""
    return not key or key in situation.target.unsure or situation.spec(key, AFTER) is not None


def refused_starts(checks: Sequence[Advisory], situation: Situation) -> Iterator[Finding]:
    """What keeps the target from starting, or may do so.

    What depends in the same way for the release in use is no news: that one runs.
    """
    for check in checks:
        today = {one.item: one.conclusion.answer for one in _refusals(check, situation, BEFORE)}
        for will in _refusals(check, situation, AFTER):
            was = today.get(will.item, Truth.NO) if situation.is_upgrade else Truth.NO
            if was is Truth.YES:
                yield _refused_today(check, situation, will)
            elif was is Truth.NO or will.conclusion.answer is Truth.YES:
                yield _refused_anew(check, situation, will)


def _refused_anew(check: Advisory, situation: Situation, will: Answer) -> Finding:
    """What the release in use does not refuse; an empty variable, since empty ones count."""
    told = finding(check, situation, will, will.conclusion)
    given = situation.given(told.spec.key, AFTER) if told.spec else ()
    blank = given and (given[0].channel, given[0].state) == (Channel.ENV, GivenState.EMPTY)
    if told.introduced_in or not blank:
        return told
    return replace(told, introduced_in=since_version(situation, EMPTY_COUNTS))


def _refusals(check: Advisory, situation: Situation, side: UpgradeSide) -> Iterator[Answer]:
    """What is or may be refused on one side; not what is never come to."""
    release = situation.source if side is BEFORE else situation.target
    for answer in situation.at_start[side][check.rule.id] if _is_checked_by(check, release) else ():
        found = check.outcome(answer.conclusion)
        if found.answer is not Truth.NO and not found.is_moot:
            yield replace(answer, conclusion=found)


def _refused_today(check: Advisory, situation: Situation, will: Answer) -> Finding:
    """What the release in use refuses as well: a file that is not what runs, or a fault already.

    A snapshot of a server that runs so contradicts, and is believed.
    """
    found, source = will.conclusion, situation.source.version
    if situation.snapshot and not found.positions:
        because = f"{found.because}, and yet a server of {source} runs with it"
        doubted = replace(found, answer=Truth.DEPENDS, because=because)
        return replace(finding(check, situation, will, doubted), level=Level.INFO)
    already = f"Coder {source} does not start with it either: it is not what runs, or fails already"
    because = "; ".join(filter(None, (found.because, already)))
    return finding(check, situation, will, replace(found, because=because))
