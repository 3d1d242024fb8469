"""Advisories: breaks that change no option, or that need words of their own, judged.

An advisory is data (see `rulebook.advisories` for the file): which releases brought it, a condition
on the deployment, and what to say. Conditions are answered yes, no or depends, as far as the
deployment is known; how they are written down is not known here.
"""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Version, has_reached
from confaudit.core.judge.conditions import Condition, Items
from confaudit.core.judge.finding import Confidence, Finding, Phase, Rule
from confaudit.core.model import MISSING, Value
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import Answer, Conclusion, Known, Truth
from confaudit.core.upgrade.situation import Situation


class Advisory(Struct, frozen=True):
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
    only_if_known: bool = False
    """Whether to be silent where a value is not known, and not where it may be set out of sight."""
    each: Items | None = None
    depends_on: str = ""
    """What makes the difference and is in no configuration; then yes becomes depends."""
    phase: Phase = Phase.BEFORE
    steps: tuple[str, ...] = ()
    proposed: Value = MISSING
    """What the steps would set the option to, if anything."""
    instead_of: frozenset[str] = frozenset()
    """Ids of the rules that say nothing where this has something to say of the same subject."""
    at_start: bool = False
    """Whether a server checks it when it starts; see `judge.startup`."""

    @property
    def control(self) -> str:
        """Id of the control that it is; empty for all but those of the hardening pack."""
        return self.rule.control

    @property
    def is_in_clear(self) -> bool:
        """Whether it looks at values as they are, secret ones too; see `judge.startup`."""
        return self.at_start or bool(self.control)

    def is_in(self, version: Version) -> bool:
        """Whether a release has it: one of its releases brought it, and none ended it."""
        begun = not self.versions or has_reached(version, self.versions)
        return begun and not (self.ends and has_reached(version, self.ends))

    def answers(self, situation: Situation) -> Iterator[Answer]:
        """The condition, asked about each item, or about the deployment as a whole."""
        if self.each is None:
            yield Answer("", self.condition(situation, None))
            return
        for item in self.each(situation):
            found = self.condition(situation, item)
            places = tuple(dict.fromkeys((*item.positions, *found.positions)))
            because = found.because or f"{visible(item.name)} is given"
            yield Answer(item.name, replace(found, because=because, positions=places), item.option)

    def outcome(self, found: Conclusion) -> Conclusion:
        """What follows from an answer, for one who cannot see what is in no configuration."""
        answer, because = found.verdict, found.because
        if answer is Truth.DEPENDS and (self.only_if_certain or self._is_vague(found)):
            answer = Truth.NO
        elif answer is not Truth.NO and self.depends_on:
            hangs = f"what decides is {self.depends_on}"
            answer, because = Truth.DEPENDS, "; ".join(filter(None, (because, hangs)))
        return replace(found, answer=answer, because=because, presumed=False)

    def _is_vague(self, found: Conclusion) -> bool:
        return self.only_if_known and found.answer is Truth.DEPENDS

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
            for answer in advisory.answers(situation):
                found = advisory.outcome(answer.conclusion)
                if found.answer is not Truth.NO:
                    yield finding(advisory, situation, answer, found)


def finding(advisory: Advisory, situation: Situation, about: Answer, found: Conclusion) -> Finding:
    """What an advisory has to say of a deployment, or of one item of it."""
    key = advisory.subject or about.option
    known = situation.after(key) if key else None
    return Finding(
        rule=advisory.rule,
        message=advisory.message.replace("{name}", visible(about.item)),
        subject=key or about.item or advisory.rule.id,
        affects=found.answer,
        because=found.because,
        confidence=Confidence.COMPUTED,
        spec=known.spec if known else None,
        before=_shown(situation.before(key)) if known else MISSING,
        after=_shown(known) if known else MISSING,
        introduced_in=advisory.introduced_in(situation),
        phase=advisory.phase,
        steps=advisory.steps,
        proposed=advisory.proposed,
        positions=found.positions,
    )


def _shown(known: Known) -> Value:
    """The value of an option; nothing stands for that of a structure that is not given."""
    return MISSING if known.value is None else known.value


def _version(text: str) -> Version:
    """The release to go by: candidates and development builds have what it has."""
    return Version.parse(text).base
