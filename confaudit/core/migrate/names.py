"""Which of the operator's names have a current one that means the same, and which go together.

Safe is an alias with the same config leaf, the same option under a name that moved, and the prefix
of a family of numbered variables. A replacement with another meaning is none of these. Knows
nothing of texts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeAlias

from msgspec import Struct

from confaudit.core.coder.names import current, name_for, names
from confaudit.core.coder.releases import Release, Version
from confaudit.core.coder.semantics import ALIASES_SHARE, Semantics
from confaudit.core.coder.startup import cell, holder
from confaudit.core.given import Channel, Given, GivenState, OperatorSettings
from confaudit.core.judge.finding import Phase
from confaudit.core.model import OptionSpec
from confaudit.core.secret import CONCEALED, REDACTED
from confaudit.core.text.wording import agreeing, listing
from confaudit.core.upgrade.families import Family, numbered, renamed


class OldName(Struct, frozen=True):
    """One entry of the files under an old name."""

    given: Given
    new: str
    """The name to use instead; empty when there is none."""
    kept: Given | None = None
    """The entry of the same file that has the new name and says the same: this one can go."""


class RenameGroup(Struct, frozen=True):
    """Entries to rewrite together or not at all: those of one value, or of one family.

    Half a rename can change the value in force, because two names of one value compete.
    """

    entries: tuple[OldName, ...]
    phase: Phase
    obstacle: str
    """Why they are to be left, completing "left as it is: …"; empty when they are not."""


def groups(operator: OperatorSettings, source: Release, target: Release) -> Iterator[RenameGroup]:
    """The entries with names that the target calls by other ones, in the order of the files."""
    yield from _settings(operator, source, target)
    for family in Family:
        yield from _family(operator, family, source, target)


# --- options --------------------------------------------------------------------------------------

_Name: TypeAlias = tuple[Channel, str]


class _Meaning(Struct, frozen=True):
    """What the target makes of a name."""

    spec: OptionSpec
    new: str
    """The name to use; empty when the channel has none."""
    obstacle: str = ""


def _settings(
    operator: OperatorSettings, source: Release, target: Release
) -> Iterator[RenameGroup]:
    meanings = _meanings(source, target)
    known = {name for spec in source.options.values() for name, _ in _named(spec, spec)}
    members: dict[str, list[tuple[Given, _Meaning]]] = {}
    for one in operator.given:
        if meaning := meanings.get((one.channel, one.name)):
            members.setdefault(cell(meaning.spec), []).append((one, meaning))
    for found in members.values():
        old = [(one, meaning) for one, meaning in found if meaning.new != one.name]
        now = [one for one, meaning in found if meaning.new == one.name]
        if old:
            early = all((one.channel, meaning.new) in known for one, meaning in old)
            obstacle = next((meaning.obstacle for _, meaning in old if meaning.obstacle), "")
            yield RenameGroup(
                tuple(OldName(one, meaning.new, _twin(one, now)) for one, meaning in old),
                Phase.BEFORE if early else Phase.DURING,
                obstacle or _dispute([one for one, _ in found], now, old[0][1].spec, target),
            )


def _meanings(source: Release, target: Release) -> Mapping[_Name, _Meaning]:
    """Every name of the target, and those of the source that the target no longer reads."""
    found: dict[_Name, _Meaning] = {}
    for spec in target.options.values():
        found |= dict(_meant(spec, spec, target))
    for spec in source.options.values():
        if own := target.options.get(spec.key):
            found = dict(_meant(spec, own, target)) | found
    return found


def _meant(
    named: OptionSpec, spec: OptionSpec, target: Release
) -> Iterator[tuple[_Name, _Meaning]]:
    """The names that a declaration has for an option of the target, with what they mean there."""
    heir = current(spec, target)
    obstacle = _replaced(spec, target) if heir.use_instead else ""
    if heir is not spec and not Semantics.of(target.version).aliases_agree:
        obstacle = f"before Coder {ALIASES_SHARE.line_name} the two names do not share their value"
    for name, new in _named(named, heir):
        if obstacle:
            yield name, _Meaning(spec, "", obstacle)
        elif new:
            yield name, _Meaning(spec, new)
        else:
            yield name, _Meaning(spec, "", f"only {name_for(heir, Channel.ENV)} sets it now")


def _replaced(spec: OptionSpec, target: Release) -> str:
    heirs = [target.options[key] for key in spec.use_instead if key in target.options]
    if not heirs:
        return "nothing takes its place"
    names = listing([name_for(heir, Channel.ENV) for heir in heirs])
    return f"{names} {agreeing(len(heirs), 'means', 'mean')} something else"


def _named(named: OptionSpec, heir: OptionSpec) -> Iterator[tuple[_Name, str]]:
    """Each name of a declaration, with the one that the heir has in its place."""
    for channel in Channel:
        own = names(named, channel)
        for name, new in zip_longest(own, names(heir, channel)[: len(own)], fillvalue=""):
            yield (channel, name), new


def _twin(old: Given, now: Iterable[Given]) -> Given | None:
    """The entry that makes an old one superfluous: by the same way, in the same file."""
    place = old.channel, old.position.file
    return next((one for one in now if (one.channel, one.position.file) == place), None)


def _dispute(
    found: Sequence[Given], now: Sequence[Given], spec: OptionSpec, target: Release
) -> str:
    """Why several entries of one value cannot be made one."""
    if not now:
        return ""
    if not all(map(_is_known, found)):
        return "its new name is set as well, and whether to the same value is not known"
    if len({(one.state, one.value, repr(one.structure)) for one in found}) > 1:
        return "its new name is set as well, to another value"
    twins = [twin for twin in target.options.values() if cell(twin) == cell(spec)]
    if spec.type == "string-array" or len(set(map(holder, twins))) > 1:
        return "its new name is set as well, and both together mean something else than one"
    return ""


def _is_known(given: Given) -> bool:
    """Whether the value is the very one: what stands for a secret may stand for another as well."""
    hidden = any(mark in (given.value or "") for mark in (REDACTED, CONCEALED))
    return given.state in (GivenState.LITERAL, GivenState.EMPTY) and not hidden


# --- numbered families ----------------------------------------------------------------------------


def _family(
    operator: OperatorSettings, family: Family, source: Release, target: Release
) -> Iterator[RenameGroup]:
    new, old = renamed(family)
    given = numbered(operator.given, old.text)
    entries = tuple(OldName(one, new.text + one.name.removeprefix(old.text)) for one in given)
    if entries and new.is_read_by(Version.parse(target.version)):
        obstacle = ""
        if numbered(operator.given, new.text):
            obstacle = f"{new.text}<N>_ is used as well, so that numbers would meet"
        elif operator.elsewhere:
            obstacle = "others of its family may be set where nobody sees them here"
        is_known = new.is_read_by(Version.parse(source.version))
        yield RenameGroup(entries, Phase.BEFORE if is_known else Phase.DURING, obstacle)
