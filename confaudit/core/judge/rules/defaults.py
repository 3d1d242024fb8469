"""Rules about effective values: defaults that move, and settings that are read differently.

Changed defaults matter for what is NOT set, and for what was set to an old one. Every option whose
effective value differs is told by exactly one rule here or elsewhere, or is quiet for a reason that
stands below.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from confaudit.core.coder.defaults import own_default
from confaudit.core.coder.names import current, name_for, option_of
from confaudit.core.coder.releases import Version
from confaudit.core.coder.semantics import ALIASES_SHARE, EMPTY_COUNTS, Semantics
from confaudit.core.coder.startup import cell
from confaudit.core.given import Channel, Given, GivenState
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Confidence, Finding, Phase
from confaudit.core.judge.rules.common import (
    MAYBE_EXPLICIT,
    positions,
    reads,
    since,
    since_version,
)
from confaudit.core.model import MISSING, Level, OptionSpec, Value
from confaudit.core.text.typed import typed
from confaudit.core.text.wording import human, listing, plural, reasons, visible
from confaudit.core.upgrade.known import Known, Truth, UpgradeSide
from confaudit.core.upgrade.situation import Situation

_DOCS: Final = "https://coder.com/docs"
_FOLLOWS_THE_BUILD: Final = frozenset({"version", "host"})

# --- values that change -------------------------------------------------------------------------


def changed_values(situation: Situation) -> Iterator[Finding]:
    """Effective values that the upgrade changes, each setting once whatever its names."""
    reported = set()
    for key, (before, after) in situation.prediction.changed.items():
        spec = current(situation.target.options[key], situation.target)
        if cell(spec) in reported or _is_quiet(situation, spec, before, after):
            continue
        reported.add(cell(spec))
        if finding := _changed(situation, spec, before, after):
            yield finding


def awakened_settings(situation: Situation) -> Iterator[Finding]:
    """What files set already and only the target has: it is read from now on."""
    for key, after in situation.prediction.added.items():
        spec = situation.target.options[key]
        known = situation.after(key)
        is_new = situation.spec(key, UpgradeSide.BEFORE) is None
        if is_new and known.positions and after != own_default(spec, situation.target):
            finding = _read_otherwise(situation, spec, MISSING, after, dead=True)
            is_open = after is MISSING or known.is_set is not Truth.YES
            yield replace(finding, affects=Truth.DEPENDS if is_open else Truth.YES)


def _is_quiet(situation: Situation, spec: OptionSpec, before: Value, after: Value) -> bool:
    """What follows the build, links to documentation, and settings of what is switched off.

    Nor is anything told of an option whose alias may be gone: that is told of the alias.
    """
    return (
        spec.default_computed_from in _FOLLOWS_THE_BUILD
        or all(str(value or _DOCS).startswith(_DOCS) for value in (before, after))
        or _is_same_address(before, after)
        or (after is MISSING and cell(spec) in map(cell, situation.target.unsure.values()))
        or _is_switched_off(situation, spec)
    )


def _is_same_address(before: Value, after: Value) -> bool:
    """Whether only the scheme went or came, as for the template registry in 2.35."""
    texts = isinstance(before, str) and isinstance(after, str)
    return texts and str(before).removeprefix("https://") == str(after).removeprefix("https://")


def _is_switched_off(situation: Situation, spec: OptionSpec) -> bool:
    """Whether the part an option belongs to is off: `prometheus-address` without Prometheus."""
    words = spec.flag.split("-")
    parts = ("-".join(words[:end]) for end in range(1, len(words)))
    switches = (f"{part}-{ending}" for part in parts for ending in ("enable", "enabled"))
    return any(
        situation.before(switch).value is False and situation.after(switch).value is False
        for switch in switches
        if switch in situation.target.options and switch != spec.key
    )


def _changed(situation: Situation, spec: OptionSpec, before: Value, after: Value) -> Finding | None:
    was = situation.before(spec.key).source in MAYBE_EXPLICIT
    now = situation.after(spec.key).source in MAYBE_EXPLICIT
    if not now:
        return None if was else _moved_default(situation, spec, before, after)
    if is_overridden(situation, spec):
        return None
    given = situation.given(spec.key, UpgradeSide.AFTER)
    if not was and given and given[0].state is GivenState.EMPTY:
        return _emptied(situation, spec, before, after)
    is_new = not _is_read(given[:1], situation.source.options.values()) if given else False
    return _read_otherwise(situation, spec, before, after, dead=not was or is_new)


def _moved_default(situation: Situation, spec: OptionSpec, before: Value, after: Value) -> Finding:
    known = situation.after(spec.key)
    wanted = (spec.default, spec.default_computed_from)
    moves = f"{human(before, spec.type)} → {human(after, spec.type)}"
    follows = spec.default_computed_from == "access-url"
    message = f"{known.name} is not set: its default goes {moves}."
    if follows:
        message = f"{known.name} is not set: it is true from now on if the access URL is https."
    return Finding(
        rule=rules.DEFAULT_CHANGED,
        message=message,
        subject=spec.key,
        affects=Truth.DEPENDS if after is MISSING or known.is_presumed else Truth.YES,
        because=reasons(_reasons(situation, known, follows=follows)),
        confidence=Confidence.COMPUTED if known.is_presumed or follows else Confidence.CERTAIN,
        level=Level.INFO if spec.hidden else None,
        spec=spec,
        before=before,
        after=after,
        introduced_in=since(
            situation,
            lambda specs: (
                spec.key in specs
                and (specs[spec.key].default, specs[spec.key].default_computed_from) == wanted
            ),
        ),
        steps=_keep(spec, before),
        proposed=before if _kept(spec, before) else MISSING,
    )


def _reasons(situation: Situation, known: Known, *, follows: bool) -> Iterator[str]:
    """Why a default counts: nothing sets the option, and what its default follows."""
    if known.is_presumed or known.value is MISSING or not follows:
        yield known.because
    if follows:
        yield _follows_access_url(situation)


def _follows_access_url(situation: Situation) -> str:
    url = situation.after("access-url")
    if url.value is MISSING and not url.prefix:
        return url.because
    shown = str(url.prefix if url.value is MISSING else url.value)
    return f"the access URL starts with {shown.partition(':')[0].lower()}://"


def _keep(spec: OptionSpec, before: Value) -> tuple[str, ...]:
    """How to keep the old value; a list or mapping is not spelled out."""
    name, text = name_for(spec, Channel.ENV), _kept(spec, before)
    wanted = f"{name}={visible(text)}" if text else name
    return (f"Set {wanted} to keep what was, or accept the new default.",)


def _kept(spec: OptionSpec, before: Value) -> str:
    return "" if isinstance(before, list | dict) else typed(before, spec.type) or ""


def _emptied(situation: Situation, spec: OptionSpec, before: Value, after: Value) -> Finding:
    known = situation.after(spec.key)
    moves = f"{human(before, spec.type)} → {human(after, spec.type)}"
    return Finding(
        rule=rules.EMPTY_VALUE_COUNTS,
        message=f"{known.name} is empty, which takes its default away: {moves}.",
        subject=spec.key,
        because=f"{known.name} is set to nothing",
        spec=spec,
        before=before,
        after=after,
        introduced_in=since_version(situation, EMPTY_COUNTS),
        steps=(f"Delete or comment out {known.name}.",),
        positions=known.positions,
    )


def _read_otherwise(
    situation: Situation, spec: OptionSpec, before: Value, after: Value, *, dead: bool
) -> Finding:
    known = situation.after(spec.key)
    source, target = situation.source.version, situation.target.version
    moves = f"{human(before, spec.type)} → {human(after, spec.type)}"
    what = f"{source} ignores it and {target} obeys" if dead else f"{target} reads it differently"
    return Finding(
        rule=rules.SETTING_TAKES_EFFECT if dead else rules.VALUE_CHANGES,
        message=f"{known.name} is set, and Coder {what}: {moves}.",
        subject=spec.key,
        affects=Truth.DEPENDS if MISSING in (before, after) else Truth.YES,
        because=known.because,
        spec=spec,
        before=before,
        after=after,
        introduced_in=since(situation, lambda specs: _is_read(known.given, specs.values()))
        if dead
        else (),
        steps=(f"Check that you want the value of {known.name}.",),
        positions=known.positions,
    )


def _is_read(given: tuple[Given, ...], specs: Iterable[OptionSpec]) -> bool:
    return bool(given) and option_of(given[0], specs) is not None


# --- settings that change nothing, or should have -----------------------------------------------


def overridden_settings(situation: Situation) -> Iterator[Finding]:
    """Settings that the default of an alias overrides, as in 2.17."""
    reported = set()
    for key, setting in situation.prediction.effective.items():
        spec = situation.target.options[key]
        if setting.source not in MAYBE_EXPLICIT or cell(spec) in reported:
            continue
        if is_overridden(situation, spec):
            reported.add(cell(spec))
            yield _overridden(situation, spec)


def is_overridden(situation: Situation, spec: OptionSpec) -> bool:
    """Whether an alias's default stands where something else was set.

    Only where every alias writes a default of its own: see `ALIASES_SHARE`.
    """
    release = situation.target
    if Semantics.of(release.version).aliases_agree:
        return False
    effective = situation.prediction.effective
    twins = [one for one in release.leaves.get(spec.json_path, ()) if one.key != spec.key]
    idle = [one for one in twins if effective[one.key].source not in MAYBE_EXPLICIT and one.default]
    given = situation.given(spec.key, UpgradeSide.AFTER)
    meant = reads(given[0], spec, release) if given else situation.before(spec.key).value
    value = effective[spec.key].value
    return bool(idle) and MISSING not in (meant, value) and meant != value


def _overridden(situation: Situation, spec: OptionSpec) -> Finding:
    known = situation.after(spec.key)
    now = current(spec, situation.target)
    used = next(iter(known.given), None)
    name = visible(used.name) if used else name_for(spec, Channel.ENV)
    return Finding(
        rule=rules.SETTING_IGNORED,
        message=f"{name} is set, and the default of {name_for(now, Channel.ENV)} overrides it.",
        subject=spec.key,
        because=f"{name} is set",
        spec=spec,
        before=situation.before(spec.key).value,
        after=known.value,
        introduced_in=since(situation, lambda specs: {spec.key, now.key} <= specs.keys()),
        phase=Phase.DURING,
        steps=(f"Use {name_for(now, Channel.ENV)} instead, or go to {ALIASES_SHARE} or newer.",),
        instead=(now,),
        proposed=situation.before(spec.key).value,
        positions=known.positions,
    )


def idle_empty_variables(situation: Situation) -> Iterator[Finding]:
    """Empty variables that count from now on and change nothing: one finding for all."""
    if not since_version(situation, EMPTY_COUNTS):
        return
    found = [
        one
        for one in situation.operator.given
        if one.channel is Channel.ENV
        and one.state is GivenState.EMPTY
        and (spec := situation.option_of(one))
        and spec.key not in situation.prediction.changed
        and spec.key not in {error.option for error in situation.prediction.errors}
    ]
    if found:
        shown = listing(list(dict.fromkeys(visible(one.name) for one in found)))
        yield Finding(
            rule=rules.EMPTY_VALUE_COUNTS,
            message=f"Empty and without effect, and shown as set from now on: {shown}.",
            subject=visible(found[0].name),
            affects=Truth.NO,
            because="the empty value is the same as none",
            level=Level.INFO,
            introduced_in=since_version(situation, EMPTY_COUNTS),
            steps=("Delete the lines, or comment them out.",),
            positions=positions(found),
        )


# --- settings that only repeat a default --------------------------------------------------------


def pinned_defaults(situation: Situation) -> Iterator[Finding]:
    """YAML keys that keep an old default in force which the target has moved."""
    for one, spec in _from_yaml(situation):
        old = situation.source.options.get(spec.key)
        value = reads(one, spec, situation.target)
        if old is None or value is MISSING or value != own_default(old, situation.source):
            continue
        new = own_default(spec, situation.target)
        if new == value:
            continue
        shown = visible(one.name)
        yield Finding(
            rule=rules.DEFAULT_PINNED,
            message=f"{shown} keeps the default of {situation.source.version}.",
            subject=spec.key,
            because=f"{shown} is written out, and the default has moved",
            spec=spec,
            before=value,
            after=value,
            steps=(f"Take {shown} out to follow the release, or keep it on purpose.",),
            positions=(one.position,),
        )


def _from_yaml(situation: Situation) -> Iterator[tuple[Given, OptionSpec]]:
    for one in situation.operator.given:
        spec = situation.option_of(one) if one.channel is Channel.YAML else None
        if spec:
            yield one, spec


_FEWEST_REDUNDANT: Final = 50
"""Fewer keys that repeat a default are nothing to speak of: nobody wrote more by hand."""


def redundant_settings(situation: Situation) -> Iterator[Finding]:
    """A server YAML that mostly writes out defaults: what `--write-config` prints."""
    keys = list(_from_yaml(situation))
    same = [
        one
        for one, spec in keys
        if reads(one, spec, situation.target) == own_default(spec, situation.target)
    ]
    if len(same) >= max(_FEWEST_REDUNDANT, len(keys) // 2):
        yield Finding(
            rule=rules.SETTING_REDUNDANT,
            message=f"{len(same)} of {plural(len(keys), 'YAML key')} only repeat the default.",
            subject=same[0].position.file,
            because=f"Coder {situation.target.version} would choose the same",
            steps=("Take them out, so that what is left is what you decided.",),
            positions=positions(same)[:1],
        )


# --- the way itself -----------------------------------------------------------------------------


def added_options(situation: Situation) -> Iterator[Finding]:
    """Options that the target has in addition, where nobody set them yet: one finding for all."""
    found = [
        spec
        for key in situation.prediction.added
        if not (spec := situation.target.options[key]).hidden
        and situation.prediction.effective[key].source not in MAYBE_EXPLICIT
        and situation.spec(key, UpgradeSide.BEFORE) is None
    ]
    if found and not _is_downgrade(situation):
        yield Finding(
            rule=rules.OPTION_ADDED,
            message=f"Coder {situation.target.version} has {plural(len(found), 'new option')}.",
            subject="new-options",
            affects=Truth.NO,
            because="none of them is set",
            phase=Phase.AFTER,
            steps=(
                f"`confaudit catalog diff {situation.source.version} {situation.target.version}`"
                " lists them.",
            ),
        )


def downgrade(situation: Situation) -> Iterator[Finding]:
    """A target older than what runs."""
    if _is_downgrade(situation):
        yield Finding(
            rule=rules.DOWNGRADE,
            message=f"Coder {situation.target.version} is older than {situation.source.version}.",
            subject="version",
            affects=Truth.DEPENDS,
            because="it starts with a database from before the upgrade only",
            before=situation.source.version,
            after=situation.target.version,
            steps=("Restore the database backup that was taken before the upgrade.",),
        )


def _is_downgrade(situation: Situation) -> bool:
    source, target = situation.source.version, situation.target.version
    return Version.parse(target) < Version.parse(source)
