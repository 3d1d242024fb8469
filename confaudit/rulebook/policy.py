"""The policy of a house as data: confaudit-policy.yaml beside confaudit.yaml.

Rules ask in the one language of conditions; each becomes an advisory that holds at any time.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.releases import Catalog
from confaudit.core.given import Position
from confaudit.core.judge.advisories import Advisory
from confaudit.core.judge.exceptions import ExpectedDifference, LevelOverride
from confaudit.core.judge.finding import Effect, Rule
from confaudit.core.judge.policy import NO_POLICY, HouseRule, Policy
from confaudit.core.model import Level
from confaudit.core.text.globs import fits
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, suggest
from confaudit.rulebook.conditions import ConditionReader, Nested
from confaudit.rulebook.examples import Tested
from confaudit.rulebook.law import law_of
from confaudit.rulebook.texts import Glob, Words
from confaudit.rulebook.wording import public_words
from confaudit.rulebook.written import Each, Examples, Id, option_types
from confaudit.yaml_file import Origin, Part, parse

_HINT: Final = "`confaudit schema policy` tells its form, `confaudit help policy` an example"

_MOST: Final = 1000
"""Rules, levels and differences of one policy: findings are held against each."""

_RuleGlob = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9*?\[\]!-]+$",
        max_length=80,
        description="the id of a rule, with * for any letters",
    ),
]
_Globs = Glob | Annotated[list[Glob], msgspec.Meta(min_length=1, max_length=100)]
_Step = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
"""No pattern: msgspec 0.22 frees it too often where a list may stand in place of the text."""


class WrittenRule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the house forbids or requires; one of the two."""

    id: Id
    forbid: Nested | None = None
    """The condition that is not to hold."""
    require: Nested | None = None
    """The condition that has to hold."""
    when: Nested | None = None
    """Where it counts; without this everywhere."""
    each: Each | None = None
    """What to look at one by one."""
    deployments: _Globs = "*"
    """Globs over names of the deployments that it is about."""
    level: Literal["info", "warning", "error"] = "error"
    title: Words | None = None
    message: Words | None = None
    """One sentence about the deployment; `{name}` stands for the item of `each`."""
    why: Words | None = None
    fix: _Step | Annotated[list[_Step], msgspec.Meta(min_length=1)] | None = None
    """What to do, step by step."""
    subject: str = ""
    """Key of the option that it is about; without this the first that is asked about."""
    reference: str = ""
    """Where it is laid down: an address, a chapter of a handbook."""
    tests: Examples | None = None


class WrittenDifference(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What may differ between deployments."""

    option: Glob
    """Glob over all names of an option, or a dotted path of the configuration."""
    deployments: _Globs = "*"
    """Globs over names of the deployments between which it may."""
    reason: Words


_Levels = Annotated[
    dict[_RuleGlob, Literal["info", "warning", "error", "off"]], msgspec.Meta(max_length=_MOST)
]


class WrittenPolicy(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The file as a whole."""

    rules: Annotated[list[WrittenRule], msgspec.Meta(max_length=_MOST)] | None = None
    levels: _Levels | None = None
    """How bad findings of some rules are here, by id or glob; the last one that fits counts."""
    differences: Annotated[list[WrittenDifference], msgspec.Meta(max_length=_MOST)] | None = None


class PolicyFile(Struct, frozen=True):
    """A policy, and the examples that stand beside its rules."""

    policy: Policy = NO_POLICY
    tested: tuple[Tested, ...] = ()


def read(
    data: bytes, name: str, catalogs: Sequence[Catalog], others: Collection[str]
) -> PolicyFile:
    """A policy, wherever it came from; `name` is what errors call it.

    It may ask about every option that a release of one of the catalogues has; `others` are the ids
    of all rules that are not its own.

    Raises:
        ConfigError: it is no YAML, or says what it cannot; names file, line and key.
    """
    part = parse(data, Origin(name, ConfigError, _HINT))
    if part is None:
        return PolicyFile()
    written = part.read(WrittenPolicy)
    reader = ConditionReader(option_types(tuple(dict.fromkeys(catalogs))))
    places = part.at("rules").items()
    rules = [_rule(*pair, reader) for pair in zip(written.rules or (), places, strict=True)]
    _refuse_taken(places, others)
    known = {*others, *(one.id for one in rules)}
    policy = Policy(
        tuple(rules),
        tuple(_overrides(written.levels or {}, part.at("levels"), known)),
        tuple(_differences(written.differences or (), part.at("differences"))),
    )
    pairs = zip(rules, written.rules or (), strict=True)
    return PolicyFile(policy, tuple(Tested(rule.advisory, one.tests) for rule, one in pairs))


def _refuse_taken(rules: Sequence[Part], others: Collection[str]) -> None:
    places: dict[str, Part] = {}
    for rule in rules:
        part = rule.at("id")
        name = part.read(str)
        if name in others:
            raise part.fault(f"{name} is the id of a rule that is there already", _OWN_ID)
        if name in places:
            raise part.fault(f"{name} stands at line {places[name].line + 1} already", _OWN_ID)
        places[name] = part


_OWN_ID: Final = "give each rule an id of its own"


def _rule(written: WrittenRule, part: Part, reader: ConditionReader) -> HouseRule:
    each = written.each
    looking = replace(reader, looking=each.looking if each else None)
    law = law_of(part)
    condition = law.broken(looking)
    if written.subject:
        reader.option(written.subject, part.at("subject"))
    steps = _steps(written) or (law.step,)
    advisory = Advisory(
        rule=Rule(
            id=written.id,
            title=public_words(written.title or law.title),
            effect=Effect.POLICY,
            level=Level[written.level.upper()],
            why=public_words(written.why or _WHY),
            fix=" ".join(steps),
            reference=public_words(written.reference),
        ),
        message=public_words(written.message or law.message),
        condition=condition,
        subject=law.subject,
        standing=True,
        each=each.items(looking, part.at("each")) if each else None,
        steps=steps,
        proposed=law.proposed,
    )
    wording = json.dumps([_json(part, key) for key in _WORDING], sort_keys=True)
    return HouseRule(advisory, wording, _position(part.at("id")), _globs(written.deployments))


_WHY: Final = "The policy of this house says so."
_WORDING: Final = ("forbid", "require", "when", "each", "deployments")
"""The keys that say what a rule asks of whom."""


def _json(part: Part, key: str) -> object:
    return part.children()[key].read(object) if key in part.children() else None


def _steps(written: WrittenRule) -> tuple[str, ...]:
    steps = [written.fix] if isinstance(written.fix, str) else written.fix or []
    return tuple(filter(None, map(public_words, steps)))


def _globs(written: str | Sequence[str]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _position(part: Part) -> Position:
    return Position(part.origin.name, part.line + 1)


def _where(part: Part) -> str:
    return f"{part.origin.name}:{part.line + 1}"


def _overrides(
    levels: Mapping[str, str], part: Part, known: Collection[str]
) -> Iterator[LevelOverride]:
    for name, level in levels.items():
        place = part.at(name)
        if not any(fits(rule, name) for rule in known):
            raise place.fault(f"no rule is called {visible(name)}", suggest(name, sorted(known)))
        yield LevelOverride(name, _LEVELS[level], _where(place))


_LEVELS: Final = {"off": None} | {level.word: level for level in Level}


def _differences(written: Iterable[WrittenDifference], part: Part) -> Iterator[ExpectedDifference]:
    for one, place in zip(written, part.items(), strict=True):
        yield ExpectedDifference(
            one.option, public_words(one.reason), _globs(one.deployments), _where(place)
        )
