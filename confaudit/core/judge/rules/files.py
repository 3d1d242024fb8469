"""Rules about how things are set: twice, in vain, in the wrong place, in everybody's sight."""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from confaudit.core.coder.names import current, written
from confaudit.core.coder.startup import cell
from confaudit.core.given import WITH_DEFAULT, Channel, Form, Given, GivenState
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.rules.common import positions
from confaudit.core.model import MISSING, Level, OptionSpec, Value
from confaudit.core.secret import PLACEHOLDER, REDACTED
from confaudit.core.text.paths import telling
from confaudit.core.text.wording import agreeing, listing, visible
from confaudit.core.upgrade.known import Known, Truth, UpgradeSide, is_set
from confaudit.core.upgrade.situation import Situation
from confaudit.core.upgrade.spelling import PREFIX

# --- twice --------------------------------------------------------------------------------------


def duplicate_settings(situation: Situation) -> Iterator[Finding]:
    """One name of Coder's twice in one list or map: the last one counts."""
    groups: dict[tuple[str, int, Channel, str], list[Given]] = {}
    for one in situation.operator.given:
        may_repeat = one.channel is Channel.FLAG  # lists may be given item by item
        if not may_repeat and _is_of_coder(situation, one):
            place = (one.position.file, one.block, one.channel, one.name)
            groups.setdefault(place, []).append(one)
    for found in groups.values():
        if len(found) > 1:
            yield _duplicate(situation, found)


def _is_of_coder(situation: Situation, given: Given) -> bool:
    is_other = given.channel is Channel.ENV and not given.name.startswith(PREFIX)
    return not is_other or situation.option_of(given) is not None


def _duplicate(situation: Situation, found: list[Given]) -> Finding:
    first, last = found[0], found[-1]
    shown = visible(first.name)
    same = _is_same(first, last)
    spec = situation.option_of(first)
    return Finding(
        rule=rules.DUPLICATE_SETTING,
        message=f"{shown} is given {len(found)} times; the last one counts.",
        subject=spec.key if spec else shown,
        because="both say the same" if same else "they do not say the same",
        level=Level.INFO if same else None,
        spec=spec,
        before=_value(first) if spec else MISSING,  # else nobody can tell whether it is a secret
        after=_value(last) if spec else MISSING,
        steps=(f"Set {shown} only once.",),
        positions=positions(found),
    )


def replaced_lists(situation: Situation) -> Iterator[Finding]:
    """What a layer of values lists that a later layer does not, whose list is all that counts."""
    for one in situation.operator.replaced:
        shown = tuple(map(visible, one.names))
        wanted = listing(shown)
        below, above = one.positions[0], one.by
        here = f" (line {above.line})" if above.file == below.file else ""
        replaces = f"{above.file}'s {visible(one.key)}{here} replaces the one of {below.file}"
        lost = f"{wanted} of it {agreeing(len(shown), 'does', 'do')} not arrive"
        yield Finding(
            rule=rules.LIST_REPLACED,
            message=f"{replaces}: {lost}.",
            subject=visible(one.key),
            because=f"only the earlier list has {wanted}",
            steps=(f"Write {wanted} into the later list as well if wanted, or take it out here.",),
            positions=one.positions,
        )


def misplaced_values(situation: Situation) -> Iterator[Finding]:
    """Values for Coder's chart that do not reach it."""
    for one in situation.operator.misplaced:
        shown, instead = visible(one.key) or "the root of the values", visible(one.instead)
        names = listing([*map(visible, one.names)])
        lost = f"{names}, below {shown}, {'does' if len(one.names) == 1 else 'do'} not arrive"
        yield Finding(
            rule=rules.VALUES_MISPLACED,
            message=f"Coder's chart looks below {instead}: {lost}.",
            subject=visible(one.key) or ".",
            because=visible(one.because),
            steps=(f"Move what stands below {shown} to {instead}.",),
            positions=(one.position,),
        )


def _is_same(one: Given, other: Given) -> bool:
    """Whether two entries say the same; of two secrets nobody can tell."""
    here = (one.state, one.value, one.structure)
    return here == (other.state, other.value, other.structure) and one.value != REDACTED


def _value(given: Given) -> Value:
    value = given.structure if given.value is None else given.value
    return MISSING if value is None or value == REDACTED else value


def shadowed_settings(situation: Situation) -> Iterator[Finding]:
    """What a stronger channel hides of one name: a flag beats a variable, a variable beats YAML.

    Between two names of an option that does not hold; see `aliases`.
    """
    seen = set()
    for one in situation.operator.given:
        spec = situation.option_of(one)
        if spec is None or spec.key in seen:
            continue
        seen.add(spec.key)
        found = situation.given(spec.key, UpgradeSide.AFTER)
        given = [other for other in found if situation.option_of(other) == spec]
        hidden = [other for other in given if other.channel is not given[0].channel]
        if hidden:
            yield _shadowed(current(spec, situation.target), given[0], hidden)


def _shadowed(spec: OptionSpec, strongest: Given, hidden: list[Given]) -> Finding:
    strong, weak = visible(written(strongest)), visible(written(hidden[0]))
    same = _is_same(replace(strongest, structure=None), replace(hidden[0], structure=None))
    return Finding(
        rule=rules.SHADOWED_SETTING,
        message=f"{weak} does nothing: {strong} beats it.",
        subject=spec.key,
        because="both say the same" if same else f"{strong} is set as well",
        level=Level.INFO if same else None,
        spec=spec,
        before=_value(hidden[0]),
        after=_value(strongest),
        steps=(f"Keep {strong}, and take {weak} out.",),
        positions=positions((*hidden, strongest)),
    )


# --- in vain ------------------------------------------------------------------------------------


def settings_not_passed_on(situation: Situation) -> Iterator[Finding]:
    """Options in the `.env` of a compose file that the service does not take over."""
    operator = situation.operator
    taken = {
        one.name for one in operator.given if one.position.file in _files(operator.interpolation)
    }
    referred = {name for one in operator.given for name in one.refers_to}
    found = [
        one
        for one in operator.interpolation
        if one.name not in taken | referred and situation.option_of(one)
    ]
    if found:
        shown = listing(list(dict.fromkeys(visible(one.name) for one in found)))
        yield Finding(
            rule=rules.NOT_PASSED_ON,
            message=f"The compose file does not pass on {shown}.",
            subject=visible(found[0].name),
            because="a `.env` beside a compose file fills in `${…}` and nothing else",
            positions=positions(found),
        )


def _files(given: Iterable[Given]) -> set[str]:
    return {one.position.file for one in given}


# --- in sight -----------------------------------------------------------------------------------

_PRIVATE: Final = frozenset({Form.ENV_FILE, Form.PROCESS, Form.DOCKER_INSPECT})
"""Forms that are made to hold secrets and are usually readable to root only."""


def secrets_in_clear(situation: Situation) -> Iterator[Finding]:
    """Secrets that stand in a file as they are, one finding for each file; names only."""
    by_file: dict[str, list[Given]] = {}
    for one in _given_secrets(situation):
        if REDACTED in (one.value or "") or REDACTED in str(one.structure or ""):
            by_file.setdefault(one.position.file, []).append(one)
    for file, found in by_file.items():
        shown = listing(list(dict.fromkeys(visible(one.name) for one in found)))
        certain = [one for one in found if not _is_by_sound(situation, one)]
        yield Finding(
            rule=rules.CLEAR_TEXT_SECRET,
            message=f"In clear in {visible(telling([file])[0])}: {shown}.",
            subject=visible(file),
            affects=Truth.YES if certain else Truth.DEPENDS,
            because=f"{visible(certain[0].name)} holds a credential"
            if certain
            else f"{visible(found[0].name)} sounds like a credential, and no option is called so",
            level=Level.INFO if found[0].form in _PRIVATE else None,
            steps=(rules.CLEAR_TEXT_SECRET.fix, *_rotations(situation, found)),
            positions=positions(found),
        )


def _is_by_sound(situation: Situation, given: Given) -> bool:
    """Whether a key of the server's YAML was hidden for its name alone, which no option has."""
    is_whole = REDACTED in (given.value, given.structure)
    return given.channel is Channel.YAML and is_whole and not situation.option_of(given)


def _rotations(situation: Situation, found: Iterable[Given]) -> Iterator[str]:
    """How to rotate those that must not simply be given another value, each way once."""
    ways: dict[str, str] = {}
    for one in found:
        spec = situation.option_of(one)
        if way := _rotation(situation, spec.env if spec else one.name):
            ways.setdefault(way, visible(one.name))
    yield from (f"{name} is rotated so: {way}" for way, name in ways.items())


def _rotation(situation: Situation, variable: str) -> str:
    """How to rotate what a database keeps, or will keep after the upgrade; empty for any other."""
    today, later = (one.facts.rotation(variable) for one in (situation.source, situation.target))
    return _WHILE_IT_CAN_BE if later and not today else today


_WHILE_IT_CAN_BE: Final = (
    "Give the variable the new key before the upgrade: afterwards the "
    "database keeps it, and a server whose variable differs ends."
)
_READABLE: Final = frozenset({GivenState.LITERAL, *WITH_DEFAULT, GivenState.MALFORMED})
"""A value that is cut off may hold a credential in what is left of it."""


def _given_secrets(situation: Situation) -> Iterator[Given]:
    """What the server gets, and what its values are made of; each where it stands."""
    operator = situation.operator
    mine = {name for one in operator.given for name in one.refers_to}
    for one in operator.given:
        from_elsewhere = one.state is GivenState.LITERAL and one.refers_to
        if one.state in _READABLE and not from_elsewhere:
            yield one
    for one in operator.interpolation:
        if one.state is GivenState.LITERAL and (one.name in mine or one.name.startswith(PREFIX)):
            yield one


def exposed_secrets(situation: Situation) -> Iterator[Finding]:
    """Secrets that the API of the release in use shows, or that of the target; aliases are one."""
    found: dict[str, list[tuple[str, Known]]] = {}
    for when, release in (
        (UpgradeSide.BEFORE, situation.source),
        (UpgradeSide.AFTER, situation.target),
    ):
        for exposed in release.facts.exposed_secrets:
            known = situation.known(exposed.option, when)
            is_example = bool(known.given) and known.given[0].value == PLACEHOLDER
            if known.spec and not is_example and is_set(known).answer is Truth.YES:
                found.setdefault(cell(known.spec), []).append((release.version, known))
    yield from (_exposed(situation, exposures) for exposures in found.values())


def _exposed(situation: Situation, exposures: list[tuple[str, Known]]) -> Finding:
    """One secret, by the name it has last, and the releases that show it."""
    known = exposures[-1][1]
    versions = listing(list(dict.fromkeys(version for version, _ in exposures)))
    how = _rotation(situation, known.spec.env) if known.spec else ""
    return Finding(
        rule=rules.SECRET_EXPOSED,
        message=f"The API of Coder {versions} shows {known.name} in clear.",
        subject=known.spec.key if known.spec else known.name,
        because=known.because,
        spec=known.spec,
        steps=(
            how or f"Rotate {known.name}.",
            "Delete saved answers of the API, and old snapshots that may hold it.",
            "Give the roles Owner and Auditor to those only who may know it.",
        ),
        positions=known.positions,
    )
