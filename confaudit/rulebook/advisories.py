"""Advisories as data: the file that comes with confaudit, and the operator's own beside it.

A file is a list; `rulebook.written` says what each may hold, `rulebook.conditions` what it may ask.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct

from confaudit.core.coder.releases import Catalog, Version, has_reached
from confaudit.core.judge import conditions
from confaudit.core.judge.advisories import Advisory
from confaudit.core.judge.conditions import Condition
from confaudit.core.judge.finding import Rule
from confaudit.core.judge.rules import RULES
from confaudit.core.judge.rules.changes import CHANGE_RULES
from confaudit.core.model import MISSING, Level
from confaudit.errors import CatalogError
from confaudit.opening import label
from confaudit.rulebook.compiled import compiled
from confaudit.rulebook.conditions import ConditionReader, version
from confaudit.rulebook.examples import Tested
from confaudit.rulebook.looks import speaks_of
from confaudit.rulebook.written import (
    Written,
    WrittenAdvisory,
    WrittenCheck,
    WrittenControl,
    option_types,
)
from confaudit.yaml_file import Origin, Part, parse, read_bytes

USER_FILE: Final = "coder-advisories.yaml"
"""Beside confaudit.yaml; the operator's own advisories, in the form of the packaged ones."""


class AdvisoryFile(Struct, frozen=True):
    """A file of advisories, and the form they are written in."""

    path: Path
    form: type[Written] = WrittenAdvisory


PACKAGED: Final = AdvisoryFile(Path(__file__).with_name("advisories.yaml"))
STARTUP: Final = AdvisoryFile(Path(__file__).with_name("startup.yaml"), WrittenCheck)
"""What a server checks when it starts."""
NO_EFFECT: Final = AdvisoryFile(Path(__file__).with_name("no_effect.yaml"))
"""What a server accepts without effect."""
SHIPPED: Final = (PACKAGED, STARTUP, NO_EFFECT)
"""What every audit asks."""
HARDENING: Final = AdvisoryFile(Path(__file__).with_name("hardening.yaml"), WrittenControl)
"""The controls of the hardening pack, which `check` asks, and what judges changes."""


def load(paths: Iterable[Path], *catalogs: Catalog) -> tuple[Advisory, ...]:
    """The packaged advisories, the checks of a start, and those of the operator's own files.

    They may ask about every option that a release of one of the catalogues has. What comes with
    confaudit is known to be right, so that each of its conditions is read when it is first asked.

    Raises:
        CatalogError: A file cannot be read or says what it cannot; names file, line and key.
    """
    asked = tuple(dict.fromkeys(catalogs))
    own = [found for path in paths for found in _read(AdvisoryFile(path), option_types(asked))]
    for found in own:
        _ = found.tested.examples  # a slip in an operator's own is told
    return tuple(one.advisory for one in _distinct([*_shipped(asked), *own]))


@lru_cache(maxsize=1)
def load_controls(*catalogs: Catalog, about: frozenset[str] | None = None) -> tuple[Advisory, ...]:
    """The controls of the hardening pack; those that hold words they are `about`, if any are told.

    As `load`, they may ask about every option of the catalogues, and are read when they are asked.
    """
    types = option_types(tuple(dict.fromkeys(catalogs)))
    found = _distinct([*_read(HARDENING, types, later=True, about=about)])
    return tuple(one.advisory for one in found)


def load_tested(
    files: Iterable[AdvisoryFile], *catalogs: Catalog, later: Collection[AdvisoryFile] = ()
) -> tuple[Tested, ...]:
    """The advisories of these files alone, with their examples.

    The conditions of some files can be read `later`, when they are asked; their examples never are.

    Raises:
        CatalogError: As `load`.
    """
    types = option_types(catalogs)
    return _distinct([one for file in files for one in _read(file, types, later=file in later)])


class _Found(NamedTuple):
    tested: Tested
    part: Part
    """Where it stands."""


@lru_cache(maxsize=1)
def _shipped(catalogs: Sequence[Catalog]) -> Sequence[_Found]:
    """What comes with confaudit, read once: audits by the same releases share its conditions."""
    types = option_types(catalogs)
    return [found for file in SHIPPED for found in _read(file, types, later=True)]


def _read(
    file: AdvisoryFile,
    types: Mapping[str, tuple[str, ...]],
    *,
    later: bool = False,
    about: Collection[str] | None = None,
) -> Iterator[_Found]:
    """The advisories of a file; of what comes with confaudit those `about` something, if told.

    Conditions can be read `later`, when they are asked; examples then never are.
    """
    for part in compiled(file.path) if later else _listed(file.path):
        if about is not None and not speaks_of(part, about):
            continue
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


def _listed(path: Path) -> Iterator[Part]:
    part = parse(read_bytes(path, CatalogError), Origin(label(path), CatalogError))
    if part is not None:
        yield from part.read(list[Part])


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
            control=written.control,
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
