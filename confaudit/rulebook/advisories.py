"""Advisories as data: the file that comes with confaudit, and the operator's own beside it.

A file is a list; `Written` says what each may hold, `rulebook.conditions` what it may ask.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, NamedTuple, TypeAlias

import msgspec

from confaudit.core.coder.releases import Catalog, Version, has_reached
from confaudit.core.judge import conditions, items
from confaudit.core.judge.advisories import Advisory
from confaudit.core.judge.conditions import Condition, Items, Looking
from confaudit.core.judge.finding import Effect, Phase, Rule
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import CHANGE_RULES
from confaudit.core.model import MISSING, Level
from confaudit.core.upgrade.families import Family
from confaudit.errors import CatalogError
from confaudit.rulebook.conditions import ConditionReader, Nested, version
from confaudit.rulebook.examples import Example
from confaudit.yaml_file import Origin, Part, parse, read_bytes

USER_FILE: Final = "coder-advisories.yaml"
"""Beside confaudit.yaml; the operator's own advisories, in the form of the packaged ones."""

_Id = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        description="small letters and digits, with dashes between words",
    ),
]
_Text = Annotated[str, msgspec.Meta(min_length=1)]


_Examples = Annotated[
    Part,
    msgspec.Meta(extra_json_schema={"type": "array", "items": {"$ref": "#/$defs/Example"}}),
]
"""Read when they are wanted: an audit has no use for them."""


class Each(msgspec.Struct, forbid_unknown_fields=True):
    """What to look at one by one; one kind of things."""

    provider: Family | None = None
    """The members of a family of numbered variables."""
    unnumbered: Family | None = None
    """The variables that a family's reader takes for its own and finds no number in."""
    options: list[str] | None = None
    """Those of these options that are set to something other than their default; `oidc-*` is every
    option whose key is like that."""
    variables: list[str] | None = None
    """Those of these environment variables that are given."""
    chart_keys_but: list[str] | Literal["known"] | None = None
    """The chart's keys other than these, or than those that the chart is known to have; `.*` stands
    for everything below."""

    @property
    def looking(self) -> Looking | None:
        """What can be asked about them beyond their names."""
        if self.provider:
            return Looking.PROVIDER
        return Looking.OPTION if self.options is not None else None

    def items(self, reader: ConditionReader, part: Part) -> Items:
        """The things to look at.

        Raises:
            ConfauditError: of the file's kind: none of them is named, or several; no release has
                an option of that key.
        """
        names = [one.name for one in msgspec.structs.fields(self)]
        if sum(getattr(self, name) is not None for name in names) != 1:
            raise part.fault("it names none or several", f"give one of {', '.join(names)}")
        if self.provider:
            return items.each_provider(self.provider)
        if self.unnumbered:
            return items.each_unnumbered(self.unnumbered)
        if self.options is not None:
            places = zip(self.options, part.at("options").items(), strict=True)
            keys = [key for one, place in places for key in reader.keys(one, place)]
            return items.each_option(keys)
        if self.variables is not None:
            return items.each_variable(self.variables)
        if self.chart_keys_but == "known":
            return items.each_unknown_chart_key
        return items.each_chart_key_but(self.chart_keys_but or [])


class _Common(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What advisories and checks of a start have in common."""

    id: _Id
    title: _Text
    level: Literal["info", "warning", "error"]
    message: _Text
    """One sentence about the deployment; `{name}` stands for the item of `each`."""
    why: _Text
    fix: Annotated[list[_Text], msgspec.Meta(min_length=1)]
    """What to do, step by step."""
    when: Nested | None = None
    """The condition; without it every item of `each` is meant."""
    each: Each | None = None
    subject: str = ""
    """Key of the option that it is about."""
    reference: str = ""
    """Public source: coder/coder#24926."""
    versions: list[str] = []
    """First release of each line that has it; every line after the last one has it too."""
    ends: list[str] = []
    """First release of each line that no longer has it; no line after the last one has it."""
    only_if_certain: bool = False
    """Say nothing where the answer depends on what cannot be seen."""
    only_if_known: bool = False
    """Say nothing where the answer depends on a value that comes from elsewhere."""
    depends_on: str = ""
    """What makes the difference and stands in no configuration, to follow "what decides is"."""
    phase: Phase = Phase.BEFORE
    instead_of: list[str] = []
    """Ids of rules that then say nothing of the same option: to rename what is to go."""
    proposed: bool | int | str | None = None
    """What the fix would set the option to, to be copied from a report."""
    tests: _Examples | None = None


class WrittenAdvisory(_Common, forbid_unknown_fields=True, kw_only=True):
    """An advisory, as it is written down."""

    at_start: ClassVar[bool] = False

    effect: Effect
    always: bool = False
    """It is advice at any time; without this, only an upgrade that brings it says so."""


class WrittenCheck(_Common, forbid_unknown_fields=True, kw_only=True):
    """A check of a start, as it is written down: at any time it keeps a server from starting."""

    at_start: ClassVar[bool] = True
    effect: ClassVar[Effect] = Effect.WILL_NOT_START
    always: ClassVar[bool] = True


Written: TypeAlias = WrittenAdvisory | WrittenCheck


@dataclass(frozen=True, slots=True)
class AdvisoryFile:
    """A file of advisories, and the form they are written in."""

    path: Path
    form: type[Written] = WrittenAdvisory


PACKAGED: Final = AdvisoryFile(Path(__file__).with_name("advisories.yaml"))
STARTUP: Final = AdvisoryFile(Path(__file__).with_name("startup.yaml"), WrittenCheck)
"""What a server checks when it starts."""
NO_EFFECT: Final = AdvisoryFile(Path(__file__).with_name("no_effect.yaml"))
"""What a server accepts without effect."""
SHIPPED: Final = (PACKAGED, STARTUP, NO_EFFECT)


@dataclass(frozen=True, slots=True)
class Tested:
    """An advisory with the examples that its author gave."""

    advisory: Advisory
    written: Part | None

    @property
    def examples(self) -> tuple[Example, ...]:
        """Small deployments, and what it is to make of them.

        Raises:
            CatalogError: one cannot be read; names file, line and key.
        """
        return tuple(self.written.read(list[Example])) if self.written else ()


def load(paths: Iterable[Path], *catalogs: Catalog) -> tuple[Advisory, ...]:
    """The packaged advisories, the checks of a start, and those of the operator's own files.

    They may ask about every option that a release of one of the catalogues has. What comes with
    confaudit is known to be right, so that each of its conditions is read when it is first asked.

    Raises:
        CatalogError: A file cannot be read or says what it cannot; names file, line and key.
    """
    asked = tuple(dict.fromkeys(catalogs))
    own = [found for path in paths for found in _read(AdvisoryFile(path), _types(asked))]
    for found in own:
        _ = found.tested.examples  # a slip in an operator's own is told
    return tuple(one.advisory for one in _distinct([*_shipped(asked), *own]))


def load_tested(
    files: Iterable[AdvisoryFile], *catalogs: Catalog, later: Collection[AdvisoryFile] = ()
) -> tuple[Tested, ...]:
    """The advisories of these files alone, with their examples.

    The conditions of some files can be read `later`, when they are asked; their examples never are.

    Raises:
        CatalogError: As `load`.
    """
    types = _types(catalogs)
    return _distinct([one for file in files for one in _read(file, types, later=file in later)])


class _Found(NamedTuple):
    tested: Tested
    part: Part
    """Where it stands."""


@lru_cache(maxsize=1)
def _shipped(catalogs: Sequence[Catalog]) -> Sequence[_Found]:
    """What comes with confaudit, read once: audits by the same releases share its conditions."""
    types = _types(catalogs)
    return [found for file in SHIPPED for found in _read(file, types, later=True)]


def _read(
    file: AdvisoryFile, types: Mapping[str, tuple[str, ...]], *, later: bool = False
) -> Iterator[_Found]:
    for part in _listed(file.path, whole=not later):
        yield _Found(_advisory(part, file.form, types, later=later), part)


def _distinct(found: Sequence[_Found]) -> tuple[Tested, ...]:
    places: dict[str, Part] = {}
    for tested, part in found:
        name = tested.advisory.rule.id
        if name in RULES or name in CHANGE_RULES:
            raise part.at("id").fault(
                f"{name} is the id of a rule", "give the advisory an id of its own"
            )
        if name in places:
            raise part.at("id").fault(
                f"{name} is the id of another advisory",
                f"{places[name].where} has it already; give each an id of its own",
            )
        places[name] = part.at("id")
    return tuple(one.tested for one in found)


@lru_cache(maxsize=1)
def _types(catalogs: Sequence[Catalog]) -> Mapping[str, tuple[str, ...]]:
    """The types that each option is known to have had, the newest first."""
    releases = [release for one in catalogs for release in one.releases]
    found: dict[str, dict[str, None]] = {}
    shared = {id(one.options): one.options for one in reversed(releases)}
    for options in shared.values():
        for key, spec in options.items():
            found.setdefault(key, {}).update({spec.type: None} if spec.type else {})
    return {key: tuple(types) for key, types in found.items()}


def _listed(path: Path, *, whole: bool) -> Iterator[Part]:
    data = read_bytes(path, CatalogError)
    part = parse(data if whole else _EXAMPLES.sub(_blank, data), Origin(str(path), CatalogError))
    if part is not None:
        yield from part.read(list[Part])


_EXAMPLES: Final = re.compile(rb"^  tests:\n(?: {4}.*\n)+", re.MULTILINE)
"""As they stand in what comes with confaudit: almost half of it, and an audit has no use for it."""


def _blank(lines: re.Match[bytes]) -> bytes:
    """As many empty lines, so that those below keep their numbers."""
    return b"\n" * lines[0].count(b"\n")


def _advisory(
    part: Part, form: type[Written], types: Mapping[str, tuple[str, ...]], *, later: bool
) -> Tested:
    written: Written = part.read(form)
    reader = ConditionReader(types, written.each.looking if written.each else None, later)
    if written.subject:
        reader.option(written.subject, part.at("subject"))
    advisory = Advisory(
        rule=Rule(
            id=written.id,
            title=written.title,
            effect=written.effect,
            level=Level[written.level.upper()],
            why=written.why,
            fix=" ".join(written.fix),
            reference=written.reference,
        ),
        message=written.message,
        condition=_condition(written, part, reader),
        subject=written.subject,
        versions=_versions(written, part),
        ends=_ends(written, part),
        standing=written.always,
        only_if_certain=written.only_if_certain,
        only_if_known=written.only_if_known,
        each=written.each.items(reader, part.at("each")) if written.each else None,
        depends_on=written.depends_on,
        phase=written.phase,
        steps=tuple(written.fix),
        proposed=MISSING if written.proposed is None else written.proposed,
        at_start=written.at_start,
        instead_of=frozenset(_rules(part.at("instead_of"))),
    )
    return Tested(advisory, written.tests)


def _rules(part: Part) -> Iterator[str]:
    for one in part.items():
        name = one.read(str)
        if name not in RULES:
            raise one.fault("there is no such rule", "`confaudit rules list` names them")
        yield name


def _condition(written: Written, part: Part, reader: ConditionReader) -> Condition:
    if written.when is None and written.each is None:
        raise part.fault("it has no condition", "say with when or each whom it concerns")
    return conditions.all_of([]) if written.when is None else reader.condition(written.when)


def _versions(written: Written, part: Part) -> tuple[Version, ...]:
    if not written.versions and not written.always:
        raise part.fault(
            "it would never apply",
            "give the versions that brought it, or always: true for advice at any time",
        )
    return _firsts(part.at("versions"))


def _ends(written: Written, part: Part) -> tuple[Version, ...]:
    ends = _firsts(part.at("ends"))
    begins = [version(one) for one in part.at("versions").items()]
    if ends and begins and all(has_reached(one, ends) for one in begins):
        raise part.at("ends").fault(
            "it ends before it begins", "give releases after those that brought it"
        )
    return ends


def _firsts(part: Part) -> tuple[Version, ...]:
    """One release of each line, the oldest first."""
    found = tuple(version(one) for one in part.items())
    if list(found) != sorted(found) or len({one.line for one in found}) < len(found):
        raise part.fault(
            "they are not the first release of each line, in order",
            "give one version for each line, the oldest line first",
        )
    return found
