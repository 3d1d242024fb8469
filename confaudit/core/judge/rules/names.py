"""Rules about names: what the target does not know, no longer, not yet, or calls otherwise.

They matter for what is set only. A flag or YAML key that is not known ends the server; a variable
is ignored without a word.
"""

from collections.abc import Iterator, Sequence

from confaudit.core.coder.defaults import own_default
from confaudit.core.coder.facts import ComingVariable, Variable
from confaudit.core.coder.names import Lack, current, holders, lack, name_for, names, written
from confaudit.core.coder.programs import Program
from confaudit.core.coder.releases import Release, Version
from confaudit.core.coder.startup import HOMEBREW, StartError, cell
from confaudit.core.given import Channel, Given
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Finding, Phase
from confaudit.core.judge.rules.aliases import agree, by_name
from confaudit.core.judge.rules.common import (
    MAYBE_EXPLICIT,
    alike,
    entries,
    first_after,
    is_given,
    positions,
    reads,
    since,
    since_version,
)
from confaudit.core.judge.rules.not_known import doubt
from confaudit.core.model import MISSING, Level, OptionSpec
from confaudit.core.text.wording import listing, plural, visible
from confaudit.core.upgrade.families import Family, Prefix, numbered, renamed
from confaudit.core.upgrade.known import Truth, UpgradeSide
from confaudit.core.upgrade.situation import Situation
from confaudit.core.upgrade.spelling import PREFIX, Meant, is_legal, is_usual_helper

# --- variables nobody reads ---------------------------------------------------------------------


def ignored_variables(situation: Situation) -> Iterator[Finding]:
    """Variables the target does not read: removed, not there yet, the CLI's, or nobody's."""
    for variable in situation.prediction.ignored_env:
        name = variable.removeprefix(HOMEBREW)
        known = holders(situation.catalog, Channel.ENV, name)
        if not known and _is_quiet(situation, name):
            continue
        if finding := doubt(situation, Channel.ENV, variable, known):
            yield finding
        elif known:
            yield _read_elsewhere(situation, variable, known)
        elif coming := situation.target.facts.coming(name):
            yield _read_later(situation, coming)
        else:
            yield _read_nowhere(situation, variable, name)


def _read_elsewhere(
    situation: Situation, variable: str, known: Sequence[tuple[Release, OptionSpec]]
) -> Finding:
    target = situation.target.version
    versions = [release.version for release, _ in known]
    newer = first_after(versions, target)
    spec = known[-1][1]
    runs = any(variable in names(one, Channel.ENV) for one in situation.source.options.values())
    if newer:
        message = f"Coder {target} does not read {variable}; {newer} does."
    else:
        message = f"{variable} is read up to Coder {versions[-1]}; {target} ignores it."
    certain = lack(situation.source, situation.catalog, Channel.ENV, variable) is Lack.CERTAIN
    reads_it = "reads it" if runs else "does not read it either" if certain else "may read it"
    return Finding(
        rule=rules.OPTION_NOT_YET if newer else rules.OPTION_REMOVED,
        message=message,
        subject=spec.key,
        because=is_given(situation, variable, reads_it),
        level=None if runs else Level.WARNING,
        spec=spec,
        before=situation.before(spec.key).value,
        introduced_in=_lost(situation, Channel.ENV, variable.removeprefix(HOMEBREW)),
        steps=(f"Upgrade to {newer} or newer instead.",)
        if newer
        else _instead(situation, spec, Channel.ENV),
        instead=() if newer else _successor(situation, spec),
        positions=positions(entries(situation, Channel.ENV, variable)),
    )


def _read_later(situation: Situation, coming: ComingVariable) -> Finding:
    """A variable that may well be there for an upgrade to come, and does nothing until then."""
    return Finding(
        rule=rules.OPTION_NOT_YET,
        message=f"Coder {situation.target.version} does not read {coming.name}; "
        f"{coming.since} does.",
        subject=coming.name,
        because=f"{coming.name} is set",
        level=Level.INFO,
        steps=(f"Leave it for an upgrade to {coming.since} or newer, or take it out.",),
        positions=positions(entries(situation, Channel.ENV, coming.name)),
    )


def _lost(situation: Situation, channel: Channel, name: str) -> tuple[str, ...]:
    return since(
        situation,
        lambda specs: not any(name in names(spec, channel) for spec in specs.values()),
    )


def _instead(situation: Situation, spec: OptionSpec, channel: Channel) -> tuple[str, ...]:
    """What to use in place of an option that the target does not have, or not by that name."""
    heirs = _successor(situation, spec)
    if not heirs:
        return ("Take it out; no option does the same.",)
    return (f"Use {name_for(heirs[0], channel)} instead.",)


def _successor(situation: Situation, spec: OptionSpec) -> tuple[OptionSpec, ...]:
    """The option of the target that does the job, if there is one."""
    own = situation.spec(spec.key, UpgradeSide.AFTER)
    found = own or situation.target.options.get(situation.target.facts.replacement(spec.key))
    return (current(found, situation.target),) if found else ()


def _is_quiet(situation: Situation, name: str) -> bool:
    """Whether a name that no release has is nobody's mistake, or told as another one."""
    spelling = situation.spelling
    return (
        not (name.startswith(PREFIX) or spelling.is_in_small_letters(name))
        or is_legal(name, situation.target.facts)
        or (is_usual_helper(name) and not spelling.is_spelt(name))
        or _is_unnumbered(situation, name)
        or name in situation.operator.helpers
    )


def _is_unnumbered(situation: Situation, name: str) -> bool:
    """Whether the reader of a family takes a name for one of its own."""
    families = map(situation.members, Family)
    return any(name == one.name for members in families for one in members.unnumbered)


def _read_nowhere(situation: Situation, variable: str, name: str) -> Finding:
    options = situation.target.options
    given = entries(situation, Channel.ENV, variable)
    if known := situation.target.facts.variable(name):
        return _read_by_another(situation, known, name, given)
    found = situation.spelling.meant(name) or Meant("")
    hint = f" {'Perhaps' if found.is_guess else 'It is'} {found.name}." if found.name else ""
    note = f" {found.note}" if found.note else ""
    newest = situation.catalog.versions[-1]
    return Finding(
        rule=rules.OPTION_UNKNOWN,
        message=f"No release of Coder up to {newest} reads {visible(name)}.{hint}{note}",
        subject=visible(name),
        because=f"{visible(name)} is set",
        spec=options.get(found.key),
        steps=(_use(situation, found.name),) if found.name else ("Take it out.",),
        positions=positions(given),
    )


def _use(situation: Situation, name: str) -> str:
    facts = situation.target.facts
    if facts.variable(name) and not is_legal(name, facts):
        return f"Take it out; the server does not read {name} either."
    return f"Use {name}, and check the value."


def _read_by_another(
    situation: Situation, known: Variable, name: str, given: Sequence[Given]
) -> Finding:
    """A variable of another program; it misleads where the server has an option for the same."""
    spec = situation.target.options.get(known.option)
    is_client = known.reader is Program.CLIENT
    return Finding(
        rule=rules.CLIENT_ONLY if is_client else rules.OTHER_PROGRAM,
        message=f"{name} is read by {known.reader.label}, not by the server.",
        subject=name,
        because=f"{name} is set for the server",
        level=None if spec else Level.INFO,
        spec=spec,
        steps=(f"Use {spec.env}, the server's own option.",) if spec else (),
        positions=positions(given),
    )


# --- flags and YAML keys the target refuses -----------------------------------------------------


def refused_names(situation: Situation) -> Iterator[Finding]:
    """Flags and YAML keys that end the target at once."""
    for error in situation.prediction.errors:
        if error.unknown_name:
            channel, name = error.unknown_name
            known = holders(situation.catalog, channel, name)
            unsure = doubt(situation, channel, error.input, known)
            yield unsure or _refused(situation, error, channel, name, known)


def _refused(
    situation: Situation,
    error: StartError,
    channel: Channel,
    name: str,
    known: Sequence[tuple[Release, OptionSpec]],
) -> Finding:
    shown = visible(error.input)
    spec = known[-1][1] if known else None
    certain = lack(situation.source, situation.catalog, channel, name) is Lack.CERTAIN
    refuses = "refuses it as well" if certain else "may accept it"
    today = refuses if error in situation.running.errors else "accepts it"
    return Finding(
        rule=rules.NAME_REFUSED,
        message=f"Coder {situation.target.version} does not know {shown} and will not start.",
        subject=spec.key if spec else shown,
        because=is_given(situation, shown, today),
        spec=spec,
        introduced_in=_lost(situation, channel, name) if spec else (),
        steps=_way_out(situation, channel, name, known),
        positions=positions(entries(situation, channel, name)),
    )


def _way_out(
    situation: Situation,
    channel: Channel,
    name: str,
    known: Sequence[tuple[Release, OptionSpec]],
) -> tuple[str, ...]:
    newer = first_after((release.version for release, _ in known), situation.target.version)
    if newer:
        return (f"Take it out, or upgrade to {newer} or newer instead.",)
    if known:
        return _instead(situation, known[-1][1], channel)
    close = alike(situation, channel, name)
    return (f"Did you mean {close}? Else take it out.",) if close else ()


# --- names that will go -------------------------------------------------------------------------


def deprecated_names(situation: Situation) -> Iterator[Finding]:
    """Names that still work and are to be replaced; those that only repeat a default as one."""
    found = [(one, situation.option_of(one)) for one in situation.operator.given]
    old = [(one, spec) for one, spec in found if spec and spec.use_instead]
    idle = [(one, spec) for one, spec in old if _repeats_default(situation, one, spec)]
    used = dict.fromkeys(
        (one.channel, one.name, spec) for one, spec in old if (one, spec) not in idle
    )
    for channel, name, spec in used:
        yield _deprecated(situation, channel, name, spec)
    if idle:
        yield _idle(idle)
    yield from _deprecated_in_snapshot(situation)


def _repeats_default(situation: Situation, given: Given, spec: OptionSpec) -> bool:
    is_yaml = given.channel is Channel.YAML
    release = situation.target
    return is_yaml and reads(given, spec, release) == own_default(spec, release)


def _deprecated(situation: Situation, channel: Channel, name: str, spec: OptionSpec) -> Finding:
    heirs = _named_successors(spec, situation.target)
    is_alias = all(cell(heir) == cell(spec) for heir in heirs)
    old = visible(f"--{name}" if channel is Channel.FLAG else name)
    new = listing([name_for(heir, channel) for heir in heirs])
    known = all(heir.key in situation.source.options for heir in heirs)
    other = "" if is_alias else ", with another meaning"
    return Finding(
        rule=rules.OPTION_RENAMED if is_alias else rules.OPTION_DEPRECATED,
        message=f"{old} is deprecated: use {new} instead{other}.",
        subject=spec.key,
        because=f"{old} is set",
        spec=spec,
        introduced_in=since(
            situation, lambda specs: spec.key in specs and bool(specs[spec.key].use_instead)
        ),
        phase=Phase.BEFORE if known else Phase.DURING,
        steps=(
            _new_name(situation, spec, old, new)
            if is_alias
            else f"Set {new} to what {old} was for.",
        ),
        instead=tuple(heirs),
        proposed=situation.before(spec.key).value if is_alias else MISSING,
        positions=positions(entries(situation, channel, name)),
    )


def _new_name(situation: Situation, spec: OptionSpec, old: str, new: str) -> str:
    """What to do about an old name; where the new one is set as well, it would be there twice."""
    entries = by_name(situation, spec)
    mine = [one for one in entries if situation.option_of(one) == spec]
    others = [one for one in entries if one not in mine]
    if not (mine and others):
        return f"Rename {old} to {new}."
    if all(agree(situation, mine[0], other) is Truth.YES for other in others):
        return f"Delete {old}; {visible(written(others[0]))} says the same."
    return f"Delete {old} once {visible(written(others[0]))} says what is meant."


def _named_successors(spec: OptionSpec, release: Release) -> list[OptionSpec]:
    return [release.options[key] for key in spec.use_instead if key in release.options]


def _idle(idle: list[tuple[Given, OptionSpec]]) -> Finding:
    """Old names with nothing to say can simply go."""
    shown = listing([visible(one.name) for one, _ in idle])
    return Finding(
        rule=rules.OPTION_RENAMED,
        message=f"{plural(len(idle), 'deprecated key')} only repeat the default: {shown}.",
        subject=idle[0][1].key,
        because="they can go without any effect",
        level=Level.INFO,
        spec=idle[0][1],
        steps=("Take them out.",),
        positions=positions(one for one, _ in idle),
    )


def _deprecated_in_snapshot(situation: Situation) -> Iterator[Finding]:
    """What a snapshot shows to be set by a name whose replacement the release in use has not.

    Where it has both, either may have been used, and nobody can tell.
    """
    settings = situation.snapshot.settings if situation.snapshot else {}
    for key, setting in settings.items():
        spec = situation.target.options.get(key)
        if not spec or not spec.use_instead or setting.source not in MAYBE_EXPLICIT:
            continue
        heirs = [
            heir for heir in _named_successors(spec, situation.target) if cell(heir) == cell(spec)
        ]
        ambiguous = any(heir.key in situation.source.options for heir in heirs)
        if setting.source and not ambiguous and not situation.given(key, UpgradeSide.AFTER):
            channel = Channel(setting.source.value)
            name = next(iter(names(spec, channel)), key)
            yield _deprecated(situation, channel, name, spec)


# --- numbered families --------------------------------------------------------------------------


def legacy_prefixes(situation: Situation) -> Iterator[Finding]:
    """Numbered variables with the prefix their family had before it was renamed."""
    for new, old in map(renamed, Family):
        given = numbered(situation.operator.given, old.text)
        if given and new.is_read_by(Version.parse(situation.target.version)):
            yield _legacy(situation, new, old, given)


def _legacy(situation: Situation, new: Prefix, old: Prefix, given: Sequence[Given]) -> Finding:
    count = len({one.name for one in given})
    meet = numbered(situation.operator.given, new.text)
    beside = ". Both are in use, and each number under either is a provider of its own"
    is_known = new.is_read_by(Version.parse(situation.source.version))
    return Finding(
        rule=rules.LEGACY_PREFIX,
        message=f"{plural(count, 'variable')} with the prefix {old.text}: it is {new.text} now"
        f"{beside if meet else ''}.",
        subject=f"{old.text}<N>_*",
        because=f"{visible(given[0].name)} is set",
        introduced_in=since_version(situation, new.since),
        phase=Phase.BEFORE if is_known else Phase.DURING,
        steps=(
            f"Delete {old.text}<N>_… where {new.text}<N>_… is for the same provider, and give the "
            "others a number that is free under the new prefix."
            if meet
            else f"Rename {old.text}<N>_… to {new.text}<N>_…, all of them at once.",
        ),
        positions=positions(given),
    )
