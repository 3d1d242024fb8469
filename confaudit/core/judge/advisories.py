"""Advisories: breaks that change no option, or that need words of their own, judged.

An advisory is data (see `rulebook.advisories` for the file): which releases brought it, a condition
on the deployment, and what to say. Conditions are answered yes, no or depends, as far as the
deployment is known; how they are written down is not known here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from confaudit.core.coder.releases import Version, has_reached
from confaudit.core.judge.conditions import Condition, Item, Items
from confaudit.core.judge.finding import Confidence, Finding, Phase, Rule
from confaudit.core.model import MISSING, Value
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import Truth
from confaudit.core.upgrade.situation import Situation


@dataclass(frozen=True, slots=True)
class Advisory:
    """One thing to know when a deployment is as the condition says."""

    rule: Rule
    message: str
    """One sentence about this deployment; `{name}` is the item looked at."""
    condition: Condition
    subject: str = ""
    """Option key it is about; empty when it is about its items."""
    versions: tuple[Version, ...] = ()
    """First release of each line that has it, in order; every line after the last has it too.

    Without any it holds for all releases.
    """
    ends: tuple[Version, ...] = ()
    """First release of each line that no longer has it, in order; no line after the last has it."""
    standing: bool = False
    """Whether it is advice at any time, not just when an upgrade brings it."""
    only_if_certain: bool = False
    """Whether to be silent where the answer depends: advice that most would get for nothing."""
    each: Items | None = None
    depends_on: str = ""
    """What makes the difference and is in no configuration; then yes becomes depends."""
    phase: Phase = Phase.BEFORE
    steps: tuple[str, ...] = ()
    proposed: Value = MISSING
    """What the steps would set the option to, if anything."""

    def is_in(self, version: Version) -> bool:
        """Whether a release has it: one of its releases brought it, and none ended it."""
        begun = not self.versions or has_reached(version, self.versions)
        return begun and not (self.ends and has_reached(version, self.ends))

    def applies(self, situation: Situation) -> bool:
        """Whether the upgrade brings it, or it stands at the target anyway."""
        source, target = _version(situation.source.version), _version(situation.target.version)
        brought = situation.is_upgrade and not self.is_in(source)
        return self.is_in(target) and (self.standing or brought)

    def introduced_in(self, situation: Situation) -> tuple[str, ...]:
        """Those of its first releases that lie on the way; none if the source has it already."""
        source, target = _version(situation.source.version), _version(situation.target.version)
        if self.is_in(source):
            return ()
        return tuple(str(one) for one in self.versions if source < one <= target)


def advise(advisories: Iterable[Advisory], situation: Situation) -> Iterator[Finding]:
    """The findings of all advisories that concern this deployment, in their order."""
    for advisory in advisories:
        if advisory.applies(situation):
            items = [None] if advisory.each is None else advisory.each(situation)
            findings = (_judge(advisory, situation, item) for item in items)
            yield from (one for one in findings if one)


def _judge(advisory: Advisory, situation: Situation, item: Item | None) -> Finding | None:
    answer = advisory.condition(situation, item)
    affects, because = answer.verdict, answer.because
    if affects is Truth.NO or (affects is Truth.DEPENDS and advisory.only_if_certain):
        return None
    if advisory.depends_on:
        affects = Truth.DEPENDS
        because = f"{because}; it depends on {advisory.depends_on}"
    key = advisory.subject or (item.option if item else "")
    known = situation.after(key) if key else None
    return Finding(
        rule=advisory.rule,
        message=advisory.message.replace("{name}", visible(item.name) if item else ""),
        subject=key or (item.name if item else advisory.rule.id),
        affects=affects,
        because=because,
        confidence=Confidence.COMPUTED,
        spec=known.spec if known else None,
        before=situation.before(key).value if known else MISSING,
        after=known.value if known else MISSING,
        introduced_in=advisory.introduced_in(situation),
        phase=advisory.phase,
        steps=advisory.steps,
        proposed=advisory.proposed,
        positions=tuple(dict.fromkeys((*(item.positions if item else ()), *answer.positions))),
    )


def _version(text: str) -> Version:
    """The release to go by: candidates and development builds have what it has."""
    return Version.parse(text).base
