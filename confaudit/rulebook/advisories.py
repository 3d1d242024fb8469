"""Advisories as data: the file that comes with confaudit, and the operator's own beside it.

Only this module knows the form of the file: a list of entries, each as `_Entry` has it. A condition
is a mapping that asks one thing:

    all: […]   any: […]   not: …        conditions joined
    option: KEY                         an option, under any of its names; `at: before` for today,
                                        `hint: PREFIX` where other options suggest that it is set
    field: NAME                         a field of the provider that `each` looks at
    experiment: NAME                    it is listed; `at` as above
    variable: CODER_TLS_*               the files give such an environment variable
    chart: coder.service.type           the chart's values have the key
    form: [compose, …]                  one of the files is of this form
    moved: KEY                          the files give another value than the snapshot shows

An option or field has one question beside it: `is` (set, unset, empty, unresolved), `equals`,
`contains`, `starts_with` or `matches`, a regular expression.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec

from confaudit.core.coder.releases import Catalog, Version
from confaudit.core.given import (
    Channel,
    Elsewhere,
    Form,
    Given,
    GivenState,
    OperatorSettings,
    Position,
)
from confaudit.core.judge import conditions
from confaudit.core.judge.advisories import Advisory, advise
from confaudit.core.judge.conditions import Condition, Items, Question
from confaudit.core.judge.finding import Effect, Phase, Rule
from confaudit.core.model import MISSING, Level
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.families import Family
from confaudit.core.upgrade.known import (
    EMPTY,
    Conclusion,
    Known,
    Truth,
    UpgradeSide,
    ValueTest,
    conclude,
    contains,
    equals,
    is_set,
    is_unresolved,
    matches,
    starts_with,
)
from confaudit.core.upgrade.situation import Situation
from confaudit.errors import CatalogError

USER_FILE: Final = "coder-advisories.yaml"
"""Beside confaudit.yaml; the operator's own advisories, in the form of the packaged ones."""

PACKAGED: Final = Path(__file__).with_name("advisories.yaml")

_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Side = Literal["before", "after"]
_Node = dict[str, Any]
_Struct = TypeVar("_Struct", bound=msgspec.Struct)


class Example(
    msgspec.Struct, forbid_unknown_fields=True, rename={"source": "from", "target": "to"}
):
    """A small deployment, and whether an advisory concerns it."""

    affects: bool | Literal["depends"]
    env: dict[str, str] = {}
    unknown: list[str] = []
    """Variables whose value comes from a Secret."""
    template: dict[str, str] = {}
    """Variables that a template fills in, with the literal text they begin with."""
    chart: list[str] = []
    """Keys of the chart's values."""
    out_of_sight: bool = False
    """Whether something sets further variables that nobody sees."""
    source: str = ""
    """Release in use; without it the one before the target."""
    target: str = ""
    """Without it the first release of the last line that got the advisory, else the newest."""


class _AdvisoryEntry(msgspec.Struct, forbid_unknown_fields=True):
    id: _Id
    title: _Text
    effect: Effect
    level: Literal["info", "warning", "error"]
    message: _Text
    """One sentence about the deployment; `{name}` stands for the item of `each`."""
    why: _Text
    fix: Annotated[list[_Text], msgspec.Meta(min_length=1)]
    """What to do, step by step."""
    when: _Node | None = None
    """The condition; without it every item of `each` is meant."""
    each: _Node | None = None
    """What to look at one by one: the members of a family (`provider: external-auth`), those of
    some `variables` that are given, or the chart's keys with exceptions (`chart_keys_but`)."""
    subject: str = ""
    """Key of the option that it is about."""
    reference: str = ""
    """Public source: coder/coder#24926."""
    versions: list[str] = []
    """First release of each line that has it; every line after the last one has it too."""
    always: bool = False
    """It is advice at any time; without this, only an upgrade that brings it says so."""
    only_if_certain: bool = False
    """Say nothing where the answer depends on what cannot be seen."""
    depends_on: str = ""
    """What makes the difference and stands in no configuration, to follow "it depends on"."""
    phase: Phase = Phase.BEFORE
    proposed: bool | int | str | None = None
    """What the fix would set the option to, to be copied from a report."""
    tests: list[Example] = []


class _Question(msgspec.Struct, forbid_unknown_fields=True, rename={"state": "is"}):
    state: Literal["set", "unset", "empty", "unresolved"] | None = None
    equals: bool | int | str | None = None
    contains: str | None = None
    starts_with: str | None = None
    matches: str | None = None


class _Option(_Question, forbid_unknown_fields=True, kw_only=True):
    option: str
    at: _Side = "after"
    hint: str = ""


class _Field(_Question, forbid_unknown_fields=True, kw_only=True):
    field: str


class _Experiment(msgspec.Struct, forbid_unknown_fields=True):
    experiment: str
    at: _Side = "after"


class _Each(msgspec.Struct, forbid_unknown_fields=True):
    provider: Family | None = None
    variables: list[str] | None = None
    chart_keys_but: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Tested:
    """An advisory with the cases that its author gave."""

    advisory: Advisory
    cases: tuple[Example, ...]


def load(paths: Iterable[Path], catalog: Catalog) -> tuple[Advisory, ...]:
    """The packaged advisories, and those of the operator's own files.

    Raises:
        CatalogError: A file cannot be read, or an entry says something it cannot; names both.
    """
    return tuple(tested.advisory for tested in load_tested((PACKAGED, *paths), catalog))


def load_tested(paths: Iterable[Path], catalog: Catalog) -> tuple[Tested, ...]:
    """The advisories of these files alone, with their cases.

    Raises:
        CatalogError: As `load`.
    """
    reader = _Reader(frozenset(key for v in catalog.versions for key in catalog.nearest(v).options))
    found = [tested for path in paths for tested in reader.file(path)]
    times = Counter(tested.advisory.rule.id for tested in found)
    for name, count in times.items():
        if count > 1:
            raise CatalogError(
                f"{count} advisories have the id {visible(name)}", "give each an id of its own"
            )
    return tuple(found)


# --- reading ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads files, knowing the keys of all options."""

    keys: frozenset[str]

    def file(self, path: Path) -> Iterator[Tested]:
        name = visible(str(path))
        entries = _parsed(path, name)
        for number, node in enumerate(entries, 1):
            label = node.get("id") if isinstance(node, dict) else None
            place = f"{name}, entry {visible(str(label or number))}"
            yield self._entry(_convert(node, _AdvisoryEntry, place), place)

    def _entry(self, entry: _AdvisoryEntry, place: str) -> Tested:
        if entry.subject:
            self._check(entry.subject, place)
        advisory = Advisory(
            rule=Rule(
                id=entry.id,
                title=entry.title,
                effect=entry.effect,
                level=Level[entry.level.upper()],
                why=entry.why,
                fix=" ".join(entry.fix),
                reference=entry.reference,
            ),
            message=entry.message,
            condition=self._when(entry, place),
            subject=entry.subject,
            versions=_versions(entry, place),
            standing=entry.always,
            only_if_certain=entry.only_if_certain,
            each=self._each(entry.each, place),
            depends_on=entry.depends_on,
            phase=entry.phase,
            steps=tuple(entry.fix),
            proposed=MISSING if entry.proposed is None else entry.proposed,
        )
        return Tested(advisory, tuple(entry.tests))

    def _each(self, node: _Node | None, place: str) -> Items | None:
        if node is None:
            return None
        each = _convert(node, _Each, place)
        _only_one(node, place)
        if each.provider:
            return conditions.each_provider(each.provider)
        if each.variables is not None:
            return conditions.each_variable(each.variables)
        return conditions.each_chart_key_but(each.chart_keys_but or [])

    # --- conditions -------------------------------------------------------------------------

    def _when(self, entry: _AdvisoryEntry, place: str) -> Condition:
        if entry.when is None and entry.each is None:
            raise CatalogError(
                f"{place}: it has no condition", "say with when or each whom it concerns"
            )
        return conditions.all_of([]) if entry.when is None else self._condition(entry.when, place)

    def _condition(self, node: object, place: str) -> Condition:
        kinds = self._kinds()
        found = [name for name in kinds if isinstance(node, dict) and name in node]
        if not found or not isinstance(node, dict):
            raise CatalogError(
                f"{place}: a condition asks none of the things that can be asked",
                _suggestion(node, list(kinds)),
            )
        if len(found) > 1:
            _only_one(node, place)
        return kinds[found[0]](node, place)

    def _kinds(self) -> Mapping[str, Callable[[_Node, str], Condition]]:
        return {
            "all": partial(self._joined, "all", conditions.all_of),
            "any": partial(self._joined, "any", conditions.any_of),
            "not": self._negation,
            "option": self._option,
            "field": _field,
            "experiment": _experiment,
            "variable": partial(_text, "variable", conditions.variable),
            "chart": partial(_text, "chart", conditions.chart_key),
            "form": _form,
            "moved": self._moved,
        }

    def _joined(
        self,
        kind: str,
        join: Callable[[Sequence[Condition]], Condition],
        node: _Node,
        place: str,
    ) -> Condition:
        _only_one(node, place)
        if not isinstance(node[kind], list) or not node[kind]:
            raise CatalogError(f"{place}: {kind} is no list of conditions", "give a list")
        return join([self._condition(part, place) for part in node[kind]])

    def _negation(self, node: _Node, place: str) -> Condition:
        _only_one(node, place)
        return conditions.negation(self._condition(node["not"], place))

    def _option(self, node: _Node, place: str) -> Condition:
        asked = _convert(node, _Option, place)
        self._check(asked.option, place)
        return conditions.option(
            asked.option, _ask(asked, place), UpgradeSide(asked.at), asked.hint
        )

    def _moved(self, node: _Node, place: str) -> Condition:
        _only_one(node, place)
        self._check(str(node["moved"]), place)
        return conditions.moved(str(node["moved"]))

    def _check(self, key: str, place: str) -> None:
        if key not in self.keys:
            raise CatalogError(
                f"{place}: no release has an option with the key {visible(key)}",
                _suggestion([key], sorted(self.keys)),
            )


def _field(node: _Node, place: str) -> Condition:
    asked = _convert(node, _Field, place)
    return conditions.field(asked.field, _ask(asked, place))


def _experiment(node: _Node, place: str) -> Condition:
    asked = _convert(node, _Experiment, place)
    return conditions.experiment(asked.experiment, UpgradeSide(asked.at))


def _text(kind: str, make: Callable[[str], Condition], node: _Node, place: str) -> Condition:
    _only_one(node, place)
    if not isinstance(node[kind], str):
        raise CatalogError(f"{place}: {kind} is no text", "put it in quotes")
    return make(node[kind])


def _form(node: _Node, place: str) -> Condition:
    _only_one(node, place)
    try:
        return conditions.forms(msgspec.convert(node["form"], list[Form]))
    except msgspec.ValidationError as error:
        raise CatalogError(
            f"{place}: form: {visible(str(error))}", f"forms: {', '.join(Form)}"
        ) from None


def _ask(question: _Question, place: str) -> Question:
    asked = {
        name: value
        for name in ("state", "equals", "contains", "starts_with", "matches")
        if (value := getattr(question, name)) is not None
    }
    if len(asked) != 1:
        raise CatalogError(
            f"{place}: an option or field needs one question",
            "ask one of is, equals, contains, starts_with, matches",
        )
    [(name, value)] = asked.items()
    if name == "state":
        return _STATES[value]
    return partial(conclude, test=_test(name, value, place))


def _test(name: str, value: Any, place: str) -> ValueTest:
    try:
        return _TESTS[name](value)
    except re.error:
        raise CatalogError(
            f"{place}: matches is no regular expression", "check its brackets and backslashes"
        ) from None


_TESTS: Final[Mapping[str, Callable[[Any], ValueTest]]] = {
    "equals": equals,
    "contains": contains,
    "starts_with": starts_with,
    "matches": matches,
}


def _is_unset(known: Known) -> Conclusion:
    return conditions.opposite(is_set(known))


_STATES: Final[Mapping[str, Question]] = {
    "set": is_set,
    "unset": _is_unset,
    "empty": partial(conclude, test=EMPTY),
    "unresolved": is_unresolved,
}


def _versions(entry: _AdvisoryEntry, place: str) -> tuple[Version, ...]:
    try:
        found = tuple(map(Version.parse, entry.versions))
    except ValueError:
        raise CatalogError(
            f"{place}: one of its versions is none", "write them like 2.34.5"
        ) from None
    if not found and not entry.always:
        raise CatalogError(
            f"{place}: it would never apply",
            "give the versions that brought it, or always: true for advice at any time",
        )
    if list(found) != sorted(found) or len({one.line for one in found}) < len(found):
        raise CatalogError(
            f"{place}: its versions are not the first of each line, in order",
            "give one version for each line, the oldest line first",
        )
    return found


def _parsed(path: Path, name: str) -> list[Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
    except OSError as error:
        raise CatalogError(
            f"the advisories {name} cannot be read", "check the file and its mode"
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise CatalogError(f"{name} is not valid YAML{where}", "mend the file") from error
    if not isinstance(data, list | None):
        raise CatalogError(f"{name} is no list of advisories", "begin each entry with a dash")
    return data or []


def _convert(node: object, struct: type[_Struct], place: str) -> _Struct:
    known = list(struct.__struct_encode_fields__)
    strange = [str(key) for key in node if key not in known] if isinstance(node, dict) else []
    if strange:
        raise CatalogError(
            f"{place}: unknown key {visible(strange[0])}", _suggestion(strange, known)
        )
    try:
        return msgspec.convert(node, struct)
    except msgspec.ValidationError as error:
        raise CatalogError(f"{place}: {visible(str(error))}", f"keys: {', '.join(known)}") from None


def _only_one(node: _Node, place: str) -> None:
    if len(node) != 1:
        first, *rest = map(str, node)
        raise CatalogError(
            f"{place}: {visible(first)} stands beside {visible(rest[0])}",
            "ask one thing at a time, joined by all or any",
        )


def _suggestion(words: object, known: Sequence[str]) -> str:
    asked = [str(word) for word in words] if isinstance(words, list | dict) else []
    near = [match for word in asked for match in get_close_matches(word, known, n=1)]
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(known)}" if len(known) < _MOST_SHOWN else "check its spelling"


_MOST_SHOWN: Final = 40

# --- testing ------------------------------------------------------------------------------------


def failures(tested: Tested, catalog: Catalog) -> Iterator[str]:
    """What an advisory gets wrong about the cases that its author gave, in whole sentences."""
    for number, case in enumerate(tested.cases, 1):
        expected = _EXPECTED[case.affects]
        found = list(advise([tested.advisory], _situation(case, tested.advisory, catalog)))
        answer = found[0].affects if found else Truth.NO
        if answer is not expected:
            name = tested.advisory.rule.id
            yield f"{name}, test {number}: {answer} instead of {expected}."


_EXPECTED: Final[Mapping[bool | str, Truth]] = {
    True: Truth.YES,  # YAML reads a bare yes so
    False: Truth.NO,
    "depends": Truth.DEPENDS,
}


def _situation(case: Example, advisory: Advisory, catalog: Catalog) -> Situation:
    target, source = _way(case, advisory, catalog)
    return Situation.of(
        None, operator(case), catalog.nearest(source), catalog.nearest(target), catalog
    )


def _way(case: Example, advisory: Advisory, catalog: Catalog) -> tuple[str, str]:
    """Target and source: the step that brings the advisory, unless the case says otherwise."""
    target = case.target
    if not target and advisory.versions:
        first = advisory.versions[-1]
        target = f"{first.major}.{first.minor}.{first.patch}"
    target = target or catalog.versions[-1]
    older = [v for v in catalog.versions if Version.parse(v) < Version.parse(target)]
    lacking = [v for v in older if not advisory.is_in(Version.parse(v))]
    return target, case.source or (lacking or older)[-1]


def operator(case: Example) -> OperatorSettings:
    """The operator's files that a case stands for."""
    form = Form.HELM_VALUES if case.chart else Form.ENV_FILE
    here = Given(Channel.ENV, "", GivenState.LITERAL, Position("case", 1), form)
    given = (
        *(replace(here, name=name, value=value) for name, value in case.env.items()),
        *(replace(here, name=name, state=GivenState.REFERENCE) for name in case.unknown),
        *(
            replace(here, name=name, state=GivenState.UNRESOLVED, prefix=prefix)
            for name, prefix in case.template.items()
        ),
    )
    hidden = Elsewhere("secret/case", "envFrom sets variables that cannot be seen here")
    return OperatorSettings(
        given=given,
        chart_values=dict.fromkeys(case.chart, 1),
        forms=(form,),
        elsewhere=(hidden,) if case.out_of_sight else (),
    )
