"""Advisories: breaks that change no option, or that need words of their own, judged.

An advisory is data (see `catalog.advisories` for the file): which releases brought it, a condition
on the deployment, and what to say. Conditions are answered yes, no or depends, as far as the
deployment is known; how they are written down is not known here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from confaudit.core.findings import Answer, Confidence, Finding, Phase, Rule
from confaudit.core.inputs import Form, Position
from confaudit.core.model import MISSING, Value
from confaudit.core.releases import Version, has_reached
from confaudit.core.situation import Family, Known, Provider, Situation, Told, When
from confaudit.core.wording import listing, visible


@dataclass(frozen=True, slots=True)
class Item:
    """One of the things that an advisory looks at one by one."""

    name: str
    positions: tuple[Position, ...] = ()
    provider: Provider | None = None


Condition: TypeAlias = Callable[[Situation, Item | None], Told]
"""What has to hold for this deployment; the item is the one of `Advisory.each` being looked at."""

Items: TypeAlias = Callable[[Situation], Iterable[Item]]


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
        """Whether a release has it."""
        return not self.versions or has_reached(version, self.versions)

    def applies(self, situation: Situation) -> bool:
        """Whether the upgrade brings it, or it stands at the target anyway."""
        source, target = _version(situation.source.version), _version(situation.target.version)
        brought = situation.is_upgrade and not self.is_in(source)
        return self.is_in(target) and (self.standing or brought)

    def introduced_in(self, situation: Situation) -> tuple[str, ...]:
        """Those of its first releases that lie on the way; none if the source has it already."""
        source, target = situation.source.version, situation.target.version
        if self.is_in(_version(source)):
            return ()
        way = {release.version for release in situation.catalog.between(source, target)}
        return tuple(text for one in self.versions if (text := _text(one)) in way)


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
    if affects is Answer.NO or (affects is Answer.DEPENDS and advisory.only_if_certain):
        return None
    if advisory.depends_on:
        affects = Answer.DEPENDS
        because = f"{because}; it depends on {advisory.depends_on}"
    known = situation.after(advisory.subject) if advisory.subject else None
    return Finding(
        rule=advisory.rule,
        message=advisory.message.replace("{name}", visible(item.name) if item else ""),
        subject=advisory.subject or (item.name if item else advisory.rule.id),
        affects=affects,
        because=because,
        confidence=Confidence.COMPUTED,
        spec=known.spec if known else None,
        before=situation.before(advisory.subject).value if known else MISSING,
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


def _text(version: Version) -> str:
    return f"{version.major}.{version.minor}.{version.patch}"


# --- conditions joined --------------------------------------------------------------------------


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Every condition holds."""
    return lambda situation, item: _all([one(situation, item) for one in conditions])


def any_of(conditions: Sequence[Condition]) -> Condition:
    """At least one condition holds."""
    return negation(all_of([negation(one) for one in conditions]))


def negation(condition: Condition) -> Condition:
    """The condition does not hold."""
    return lambda situation, item: opposite(condition(situation, item))


_OPPOSITE: Final = {
    Answer.YES: Answer.NO,
    Answer.NO: Answer.YES,
    Answer.DEPENDS: Answer.DEPENDS,
}


def opposite(part: Told) -> Told:
    """The answer to the opposite question."""
    return replace(part, answer=_OPPOSITE[part.answer])


def _all(parts: Sequence[Told]) -> Told:
    """A certain NO decides, then a presumed one; else what depends, and what is presumed."""
    against = sorted((p for p in parts if p.answer is Answer.NO), key=lambda p: p.presumed)
    if against:
        return against[0]
    depends = any(part.answer is Answer.DEPENDS for part in parts)
    open_ends = [part for part in parts if part.presumed or part.answer is Answer.DEPENDS]
    reasons = dict.fromkeys(part.because for part in open_ends or parts if part.because)
    return Told(
        answer=Answer.DEPENDS if depends else Answer.YES,
        because=listing(list(reasons)) if reasons else "",
        presumed=any(part.presumed for part in parts),
        positions=tuple(dict.fromkeys(place for part in parts for place in part.positions)),
    )


# --- conditions on the deployment ---------------------------------------------------------------

Ask: TypeAlias = Callable[[Known], Told]
"""A question about one setting: `situation.is_set`, or a `situation.Test` in `situation.told`."""


def option(key: str, ask: Ask, when: When = When.AFTER, hint: str = "") -> Condition:
    """A question about an option, under any of its names.

    With `hint`, an option that nobody can see may be set nevertheless if others are whose keys
    begin so: who sets the scopes of OIDC has an issuer somewhere.
    """

    def tell(situation: Situation, item: Item | None) -> Told:
        known = situation.known(key, when)
        answer = ask(known)
        hints = list(_hints(situation, hint)) if hint and answer.presumed else []
        if not hints:
            return answer
        because = f"{known.name} may be set out of sight, like {hints[0].name} here"
        return Told(Answer.DEPENDS, because, positions=hints[0].positions)

    return tell


def _hints(situation: Situation, prefix: str) -> Iterator[Known]:
    keys = (key for key in situation.target.options if key.startswith(prefix))
    return (known for known in map(situation.after, keys) if known.is_set is Answer.YES)


def moved(key: str) -> Condition:
    """The operator's files give an option another value than the snapshot shows."""

    def tell(situation: Situation, item: Item | None) -> Told:
        settings = situation.snapshot.settings if situation.snapshot else {}
        was, known = settings.get(key), situation.after(key)
        if was is None or not known.given or known.value == was.value:
            return Told(Answer.NO, f"{known.name} stays as it is")
        unknown = MISSING in (was.value, known.value)
        because = known.because if unknown else f"{known.name} is not what the snapshot shows"
        return Told(Answer.DEPENDS if unknown else Answer.YES, because, positions=known.positions)

    return tell


def field(name: str, ask: Ask) -> Condition:
    """A question about a field of the provider being looked at."""

    def tell(situation: Situation, item: Item | None) -> Told:
        if item is None or item.provider is None:
            raise ValueError("only a provider has fields")
        return ask(item.provider.field(name))

    return tell


def experiment(name: str, when: When = When.AFTER) -> Condition:
    """An experiment is listed."""
    return lambda situation, item: situation.experiment(name, when)


def variable(pattern: str) -> Condition:
    """The files give an environment variable whose name is like `CODER_TLS_*`."""

    def tell(situation: Situation, item: Item | None) -> Told:
        found = situation.variables(pattern)
        if not found:
            return Told(Answer.NO, f"no {pattern} is given", presumed=not situation.complete)
        name = visible(found[0].name)
        return Told(Answer.YES, f"{name} is given", positions=tuple(g.position for g in found))

    return tell


def chart_key(key: str) -> Condition:
    """The chart's values have this dotted key."""

    def tell(situation: Situation, item: Item | None) -> Told:
        positions = situation.chart_keys().get(key)
        if positions is None:
            return Told(Answer.NO, f"{key} is not in the chart's values")
        return Told(Answer.YES, f"{key} is in the chart's values", positions=positions)

    return tell


def forms(wanted: Sequence[Form]) -> Condition:
    """One of the files is of one of these forms."""

    def tell(situation: Situation, item: Item | None) -> Told:
        found = set(wanted) & set(situation.inputs.forms)
        return Told(Answer.YES if found else Answer.NO)

    return tell


# --- what is looked at one by one ---------------------------------------------------------------


def each_provider(family: Family) -> Items:
    """The members of a family."""
    return lambda situation: [
        Item(f"{one.prefix}{one.number}", _positions(one), one)
        for one in situation.providers(family)
    ]


def _positions(provider: Provider) -> tuple[Position, ...]:
    fields = [known for known in provider.fields.values() if known.positions]
    return fields[0].positions[:1] if fields else ()


def each_variable(names: Sequence[str]) -> Items:
    """Those of these environment variables that the files give."""

    def items(situation: Situation) -> Iterator[Item]:
        for name in names:
            given = situation.variables(name)
            if given:
                yield Item(name, tuple(one.position for one in given))

    return items


def each_chart_key_but(known: Sequence[str]) -> Items:
    """Keys of the chart's values that are none of these, without those below such a key.

    A key that ends in `.*` stands for itself and everything below it.
    """
    exact = {key.removesuffix(".*") for key in known}
    free = tuple(key.removesuffix("*") for key in known if key.endswith(".*"))

    def items(situation: Situation) -> Iterator[Item]:
        keys = situation.chart_keys()
        strange = {key for key in keys if key not in exact and not key.startswith(free)}
        for key in sorted(strange):
            if not any(key.startswith(f"{above}.") for above in strange):
                yield Item(key, keys[key])

    return items
