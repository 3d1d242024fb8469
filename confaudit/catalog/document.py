"""A catalogue of releases as text, and back. Only this module knows the form of the document.

It is one JSON document, laid out to be reviewed line by line:

    {
    "format": 1,
    "releases": [
    {"version": "2.34.5", "date": "2026-06-29", "esr": true},
    …
    ],
    "leaves_without_option": [
    {"in": ">=2.2.0", "json_path": "telemetry.trace"},
    …
    ],
    "options": [
    {"in": ">=2.29.18 <2.30.0 || >=2.32.8", "name": "…", "flag": "…", …},
    …
    ]
    }

`releases` is in version order. `options` has a line for each way an option was ever declared,
sorted by `OptionSpec.key`: the lines of an option are its history. Beside `in` they hold the
fields of `OptionSpec`, those at their default left out. A release whose `date` is not known has
none.

`in` says for which of the releases listed a line is true: ranges in version order, spelled as npm
does. A range ends before the first release that differs, and is open if none does. A new release
therefore adds its own line and touches the lines of those options only that it changes.

What an import could not know is marked, for reports and for who reviews the file; whoever has
checked a field takes its mark away. The line of a release says `"complete": false` when it may
have options that are not listed, and in `borrowed_from` the release that filled what no input
tells. The line of an option names its fields that are `borrowed` from there, `guessed`, or
`unknown`. A section `unsure`, in the form of `options`, has what may be removed or only hidden.

Two more sections tell of experiments, and may be missing:

    "experiments": [
    {"in": ">=2.9.0 <2.11.0", "name": "shared-ports", "safe": true},
    …
    ],
    "all_experiments": [
    {"in": ">=2.0.0"}
    ]

`experiments` has a line for each way a release was ever told to know one; `safe` are those that `*`
stands for, and of those marked `unsure` nobody could tell whether the release knows them.
`all_experiments` says of which releases every one is listed: of others nothing follows from an
experiment that is not.
"""

import datetime
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, groupby, pairwise
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar, get_type_hints

import msgspec
from msgspec.structs import fields

from confaudit.catalog import facts, ranges
from confaudit.core.coder.facts import Experiments
from confaudit.core.coder.releases import Release, Version
from confaudit.core.model import OptionSpec
from confaudit.core.text.wording import visible
from confaudit.errors import CatalogError
from confaudit.yaml_file import Origin, Part, parse_json, read_json

_FACTS: Final = {fact.name: fact.default for fact in fields(OptionSpec)}

_MARKS: Final = ("guessed", "borrowed", "unknown")
"""Keys of an option's line that name fields of it, as `Release` calls them."""

_Fact = TypeVar("_Fact", bound=Hashable)


class _ReleaseLine(msgspec.Struct, forbid_unknown_fields=True):
    version: str
    date: datetime.date | None = None
    esr: bool = False
    complete: bool = True
    borrowed_from: str = ""


class _LeafLine(msgspec.Struct, forbid_unknown_fields=True, rename={"within": "in"}):
    within: str
    json_path: str


class _ExperimentLine(msgspec.Struct, forbid_unknown_fields=True, rename={"within": "in"}):
    within: str
    name: str
    safe: bool = False
    unsure: bool = False

    @property
    def mark(self) -> str:
        return "unsure" if self.unsure else "safe" if self.safe else ""


class _RangeLine(msgspec.Struct, forbid_unknown_fields=True, rename={"within": "in"}):
    within: str


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal[1]
    releases: Annotated[list[_ReleaseLine], msgspec.Meta(min_length=1)]
    leaves_without_option: list[_LeafLine]
    options: list[dict[str, object]]
    unsure: list[dict[str, object]] = []
    experiments: list[_ExperimentLine] = []
    all_experiments: list[_RangeLine] = []


class _Options(msgspec.Struct):
    options: list[OptionSpec]


class _OptionLine(NamedTuple):
    """One way an option is declared."""

    spec: OptionSpec
    marks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Those of `_MARKS` that name a field, with the fields."""


_Declared: TypeAlias = Mapping[str, Any]
"""Field of `Release` → what it holds by option: `options`, and each of `_MARKS` that is there."""


_HINT: Final = (
    "restore the file; the one that came with confaudit comes back by installing it again"
)


class _Misfit(ValueError):  # noqa: N818 - becomes an error with its place
    """Parts of a document do not go together; `path` leads to where that shows."""

    def __init__(self, problem: str, *path: str | int) -> None:
        super().__init__(problem)
        self.path = path


def load(data: bytes, name: str) -> tuple[Release, ...]:
    """Read the releases of a document, in version order; equal options are one object.

    Raises:
        CatalogError: The document is damaged; tells file, line and key.
    """
    origin = Origin(name, CatalogError, _HINT)
    document = read_json(data, _Document, origin)
    try:
        return _releases(document)
    except (_Misfit, msgspec.ValidationError) as error:
        raise _explained(parse_json(data, origin), error) from None


def _explained(part: Part | None, error: Exception) -> Exception:
    """What is wrong with one option, with its place; else with how the parts go together."""
    if part is None:
        return error
    line = msgspec.defstruct("OptionLine", _option_fields(), forbid_unknown_fields=True)
    for section in ("options", "unsure"):
        for option in part.at(section).items():
            option.read(line)
    path = error.path if isinstance(error, _Misfit) else ()
    return part.at(*path).fault(visible(str(error)))


def _option_fields() -> list[tuple[str, object, object]]:
    types = get_type_hints(OptionSpec)
    facts = [(name, types[name], default) for name, default in _FACTS.items()]
    required = msgspec.NODEFAULT
    named = [(name, kind, required if name == "name" else value) for name, kind, value in facts]
    marks: list[tuple[str, object, object]] = [(mark, list[str], []) for mark in _MARKS]
    return [*named, ("in", object, ""), *marks]


def _releases(document: _Document) -> tuple[Release, ...]:
    order = [
        _version(line.version, "releases", number, "version")
        for number, line in enumerate(document.releases)
    ]
    for number, (older, newer) in enumerate(pairwise(order), 1):
        if newer <= older:
            raise _Misfit("releases are not in version order", "releases", number, "version")
    leaves = [(line.within, line.json_path) for line in document.leaves_without_option]
    return tuple(
        Release(
            version=line.version,
            date=line.date.isoformat() if line.date else "",
            esr=line.esr,
            leaves_without_option=tuple(others),
            experiments=experiments,
            is_complete=line.complete,
            unsure=unsure["options"],
            borrowed_from=line.borrowed_from,
            find_facts=facts.of,
            **declared,
        )
        for line, declared, unsure, others, experiments in zip(
            document.releases,
            _by_release("options", document.options, order),
            _by_release("unsure", document.unsure, order),
            _spread("leaves_without_option", leaves, order),
            _experiments(document, order),
            strict=True,
        )
    )


def _version(text: str, *path: str | int) -> Version:
    try:
        return Version.parse(text)
    except ValueError as error:
        raise _Misfit(str(error), *path) from None


def _experiments(document: _Document, order: Sequence[Version]) -> Iterator[Experiments]:
    """What is told of the experiments of each release."""
    lines = [(line.within, (line.name, line.mark)) for line in document.experiments]
    complete = [(line.within, None) for line in document.all_experiments]
    by_release = _spread("experiments", lines, order)
    told = zip(by_release, _spread("all_experiments", complete, order), strict=True)
    for (listed, is_complete), alike in groupby(told):
        found = _listed_once(listed, is_complete=bool(is_complete))
        yield from (found for _ in alike)


def _listed_once(listed: Sequence[tuple[str, str]], *, is_complete: bool) -> Experiments:
    """Experiments from names with their marks."""
    if len({name for name, _ in listed}) < len(listed):
        raise _Misfit("an experiment is listed twice for one release", "experiments")
    unsure = frozenset(name for name, mark in listed if mark == "unsure")
    safe = frozenset(name for name, mark in listed if mark == "safe")
    known = frozenset(name for name, _ in listed) - unsure
    return Experiments(known, safe, unsure, is_complete=is_complete)


def _by_release(
    section: str, lines: Sequence[dict[str, object]], order: Sequence[Version]
) -> Iterator[_Declared]:
    """What each release declares; those in a row that declare the same share it."""
    keyed = ((within, (line.spec.key, line)) for within, line in _option_lines(section, lines))
    for declared, alike in groupby(_spread(section, keyed, order)):
        found = _declared(section, declared)
        yield from (found for _ in alike)


def _option_lines(
    section: str, lines: Sequence[dict[str, object]]
) -> Iterator[tuple[str, _OptionLine]]:
    """Each line's `in` with what it declares."""
    withins = [str(line.pop("in", "")) for line in lines]
    marks = [tuple(_marks(line)) for line in lines]
    for number, (line, marked) in enumerate(zip(lines, marks, strict=True)):
        if line.keys() - _FACTS.keys():
            raise _Misfit("an option has a key that is no fact about options", section, number)
        for mark, named in marked:
            if set(named) - _FACTS.keys():
                raise _Misfit("it names what is no fact about options", section, number, mark)
    specs = msgspec.convert({"options": lines}, _Options).options
    return zip(withins, map(_OptionLine, specs, marks), strict=True)


def _marks(line: dict[str, object]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for mark in _MARKS:
        if named := line.pop(mark, None):
            yield mark, msgspec.convert(named, tuple[str, ...])


def _declared(section: str, lines: Sequence[tuple[str, _OptionLine]]) -> _Declared:
    """From each option's line, under its key."""
    found: dict[str, dict[str, Any]] = {"options": {key: line.spec for key, line in lines}}
    if len(found["options"]) < len(lines):
        keys = [key for key, _ in lines]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Misfit(f"{twice} is declared twice in one release", section)
    for key, line in lines:
        for mark, named in line.marks:
            found.setdefault(mark, {})[key] = named
    return found


def _spread(
    section: str, facts: Iterable[tuple[str, _Fact]], order: Sequence[Version]
) -> list[list[_Fact]]:
    """The facts of each release, from facts with their `in`; alike ones in a row share a list."""

    @cache  # hundreds of facts share some dozens of ranges
    def positions(within: str) -> frozenset[int]:
        runs = [*ranges.positions(within, order)]
        turns.update(turn for run in runs for turn in (run.start, run.stop))
        return frozenset(chain.from_iterable(runs))

    turns: set[int] = set()
    placed: list[tuple[_Fact, frozenset[int]]] = []
    for number, (within, fact) in enumerate(facts):
        try:
            placed.append((fact, positions(within)))
        except ValueError as error:
            raise _Misfit(str(error), section, number, "in") from None
    found: list[list[_Fact]] = []
    for position in range(len(order)):
        is_alike = found and position not in turns
        found.append(found[-1] if is_alike else [one for one, held in placed if position in held])
    return found


def dump(releases: Iterable[Release]) -> bytes:
    """Write a document that `load` reads back as the same releases, whatever their order here."""
    ordered = sorted(releases, key=lambda release: Version.parse(release.version))
    leaves = _holders(ordered, lambda release: release.leaves_without_option)
    experiments = _holders(ordered, lambda release: _listed(release.experiments))
    complete = _holders(ordered, lambda release: [True] * release.experiments.is_complete)
    sections: dict[str, list[dict[str, object]]] = {
        "releases": [_release_line(release) for release in ordered],
        "leaves_without_option": [
            {"in": _within(leaves[leaf], ordered), "json_path": leaf} for leaf in sorted(leaves)
        ],
        "options": _written(ordered, _marked),
        "unsure": _written(ordered, lambda release: map(_OptionLine, release.unsure.values())),
        "experiments": [
            {"in": _within(experiments[(name, mark)], ordered), "name": name, **_true(mark)}
            for name, mark in sorted(experiments)
        ],
        "all_experiments": [{"in": _within(held, ordered)} for held in complete.values()],
    }
    body = ",\n".join(
        _section(name, lines) for name, lines in sections.items() if lines or name in _REQUIRED
    )
    return f'{{\n"format": 1,\n{body}\n}}\n'.encode()


def _written(
    ordered: Sequence[Release], lines: Callable[[Release], Iterable[_OptionLine]]
) -> list[dict[str, object]]:
    holders = _holders(ordered, lines)
    return [
        {"in": _within(holders[line], ordered), **_facts(line.spec), **dict(line.marks)}
        for line in sorted(holders, key=lambda line: line.spec.key)  # stable: oldest first
    ]


def _marked(release: Release) -> Iterator[_OptionLine]:
    """The options of a release, each with its marks."""
    marks = {mark: getattr(release, mark) for mark in _MARKS}
    for key, spec in release.options.items():
        named = tuple((mark, fields[key]) for mark, fields in marks.items() if fields.get(key))
        yield _OptionLine(spec, named)


_REQUIRED: Final = ("releases", "leaves_without_option", "options")
"""Sections that are there even when they are empty."""


def _listed(experiments: Experiments) -> Iterator[tuple[str, str]]:
    """Each experiment with the mark of its line."""
    yield from ((name, "safe" if name in experiments.safe else "") for name in experiments.known)
    yield from ((name, "unsure") for name in experiments.unsure)


def _true(mark: str) -> dict[str, object]:
    return {mark: True} if mark else {}


def _holders(
    ordered: Sequence[Release], facts: Callable[[Release], Iterable[_Fact]]
) -> Mapping[_Fact, Sequence[int]]:
    """Each fact → where in the version order the releases stand that have it."""
    found: defaultdict[_Fact, list[int]] = defaultdict(list)
    for position, release in enumerate(ordered):
        for fact in facts(release):
            found[fact].append(position)
    return found


def _within(positions: Sequence[int], ordered: Sequence[Release]) -> str:
    return ranges.covering(positions, [release.version for release in ordered])


def _release_line(release: Release) -> dict[str, object]:
    date = {"date": release.date} if release.date else {}
    esr = {"esr": True} if release.esr else {}
    complete = {} if release.is_complete else {"complete": False}
    lender = {"borrowed_from": release.borrowed_from} if release.borrowed_from else {}
    return {"version": release.version, **date, **esr, **complete, **lender}


def _facts(spec: OptionSpec) -> dict[str, object]:
    values = {name: getattr(spec, name) for name in _FACTS}
    return {name: value for name, value in values.items() if value != _FACTS[name]}


def _section(name: str, lines: Iterable[dict[str, object]]) -> str:
    body = ",\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    return f'"{name}": [\n{body}\n]'
