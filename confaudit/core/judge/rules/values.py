"""Rules about values: what the target refuses, ignores, or was never meant to be.

Whether the option code accepts a value is the prediction's business; what the server finds out
after that is known here.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import product
from typing import Final

from msgspec.structs import replace

from confaudit.core.coder.names import written
from confaudit.core.coder.releases import Catalog, Release, Version, arrivals
from confaudit.core.coder.semantics import EMPTY_COUNTS
from confaudit.core.coder.startup import StartError
from confaudit.core.given import IN_A_CLUSTER, Channel, Given, GivenState
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Confidence, Finding
from confaudit.core.judge.rules.common import (
    entries,
    is_given,
    positions,
    reads,
    since,
    since_version,
    way,
)
from confaudit.core.model import MISSING, Level, OptionSpec, Value
from confaudit.core.text.placeholders import holds_placeholder, is_mark
from confaudit.core.text.wording import listing, visible
from confaudit.core.upgrade.families import is_numbered
from confaudit.core.upgrade.known import Known, Truth, UpgradeSide
from confaudit.core.upgrade.situation import Situation
from confaudit.patterns import regex

# --- the server will not start ------------------------------------------------------------------


def refused_values(situation: Situation) -> Iterator[Finding]:
    """Values that the target's option code does not accept.

    What is no more than a placeholder may be replaced before the server reads it; of one that
    holds a placeholder nobody knows what comes of it, and it is told as such alone.
    """
    for error in situation.prediction.errors:
        given = _entries(situation, error.input)
        spec = situation.target.options.get(error.option)
        if spec and any(is_mark(one.value or "") for one in given):
            yield _placeholder_left(_refused(situation, error, given))
        elif spec and not any(_is_example(one, spec) for one in given):
            yield _refused(situation, error, given)


def _placeholder_left(found: Finding) -> Finding:
    because = "the value reads like a placeholder, and somebody may replace it in time"
    return replace(found, affects=Truth.DEPENDS, level=Level.WARNING, because=because)


def _is_example(given: Given, spec: OptionSpec | None) -> bool:
    """Whether a value is one to be replaced; of a text for people only what is nothing else."""
    is_prose = spec is not None and spec.flag.endswith(_PROSE)
    reads_so = is_mark if is_prose else holds_placeholder
    return given.state is GivenState.LITERAL and reads_so(given.value or "")


_PROSE: Final = ("-text", "-message")
"""How flags end whose value is shown to people."""


def _refused(situation: Situation, error: StartError, given: tuple[Given, ...]) -> Finding:
    spec = situation.target.options[error.option]
    is_empty = any(one.channel is Channel.ENV and one.state is GivenState.EMPTY for one in given)
    shown = visible(error.input) or spec.key
    target = situation.target.version
    today = "refuses it as well" if error in situation.running.errors else "accepts it"
    may_be_new = bool(situation.target.as_far_as) and spec.type.startswith("enum[")
    what = f"{shown} is empty" if is_empty else f"Coder {target} refuses the value of {shown}"
    return Finding(
        rule=rules.EMPTY_VALUE_FATAL if is_empty else rules.VALUE_INVALID,
        message=f"{what}: {error.reason}.",
        subject=spec.key,
        affects=Truth.DEPENDS if may_be_new and not is_empty else Truth.YES,
        because=is_given(situation, shown, today),
        spec=spec,
        before=situation.before(spec.key).value,
        introduced_in=since_version(situation, EMPTY_COUNTS)
        if is_empty
        else since(
            situation, lambda specs: spec.key in specs and specs[spec.key].type == spec.type
        ),
        steps=(
            f"Delete or comment out {shown}."
            if is_empty
            else _right_value(situation, given, spec, shown),
        ),
        positions=positions(given),
    )


def _right_value(situation: Situation, given: Sequence[Given], spec: OptionSpec, shown: str) -> str:
    """What to write instead: the same without what stands around it, if that is all."""
    for one, (what, around) in product(given, _AROUND.items()):
        bare = (one.value or "").strip(around)
        if reads(replace(one, value=bare), spec, situation.target) not in (
            MISSING,
            one.value,
        ):
            return f"Take the {what} the value of {shown} out."
    example = _EXAMPLES.get(spec.flag) or _EXAMPLES.get(spec.type)
    like = f", such as {example}" if example else ""
    return f"Give {shown} a value of the type {spec.type}{like}."


_AROUND: Final = {"blanks around": None, "quotes in": " \"'"}
_EXAMPLES: Final = {
    "bool": "true",
    "duration": "24h",
    "host:port": "0.0.0.0:3000",
    "url": "https://coder.example.com",
    "wildcard-access-url": "*.coder.example.com",
}
"""A value that is right, by flag or type."""


def _entries(situation: Situation, shown: str) -> tuple[Given, ...]:
    """The entries that an error names as the operator wrote them."""
    channels = (Channel.FLAG,) if shown.startswith("--") else (Channel.ENV, Channel.YAML)
    name = shown.removeprefix("--")
    return tuple(one for channel in channels for one in entries(situation, channel, name))


def values_without_quotes(situation: Situation) -> Iterator[Finding]:
    """Bare booleans and numbers in a Kubernetes environment, which takes texts only."""
    for one in situation.operator.given:
        if one.not_text and one.form in IN_A_CLUSTER:
            shown = visible(one.name)
            yield Finding(
                rule=rules.VALUE_NOT_TEXT,
                message=f"The value of {shown} needs quotes: Kubernetes refuses the manifest.",
                subject=shown,
                because="it is a bare boolean or number",
                spec=situation.option_of(one),
                steps=(f"Put the value of {shown} in double quotes.",),
                positions=(one.position,),
            )


def references_left_as_text(situation: Situation) -> Iterator[Finding]:
    """`$(NAME)` in a Kubernetes environment where nothing defines the name before it."""
    for one in situation.operator.given:
        for name in one.left_as_text:
            shown, written_as = visible(written(one)), f"$({visible(name)})"
            later = [other for other in _same_list(situation, one) if other.name == name]
            yield Finding(
                rule=rules.REFERENCE_LEFT,
                message=f"{shown} holds the text {written_as}: {_why_left(one, name, later)}.",
                subject=shown,
                because="Kubernetes leaves such a reference as it stands",
                spec=situation.option_of(one),
                steps=(_defined_in_time(one, name, later),),
                positions=positions((one, *later)),
            )


def _same_list(situation: Situation, given: Given) -> Iterator[Given]:
    place = given.position.file, given.block
    for one in situation.operator.given:
        if (one.position.file, one.block) == place:
            yield one


def _why_left(given: Given, name: str, later: Sequence[Given]) -> str:
    if name == written(given):
        return "it refers to itself"
    return "it stands before the variable in the list" if later else "nothing sets that variable"


def _defined_in_time(given: Given, name: str, later: Sequence[Given]) -> str:
    shown, user = visible(name), visible(given.name)
    if given.channel is Channel.FLAG:
        return f"Set {shown} in the container's env, or write $$({shown}) if the text is meant."
    if name == given.name:
        return f"Give {user} its whole value."
    if later:
        return f"Put {shown} before {user} in the list."
    return f"Set {shown} before {user} in the list, or write $$({shown}) if the text is meant."


# --- experiments --------------------------------------------------------------------------------


def dead_experiments(situation: Situation) -> Iterator[Finding]:
    """Experiments that the target does not know."""
    experiments = situation.after("experiments")
    listed = experiments.value if isinstance(experiments.value, list) else []
    for name in dict.fromkeys(map(str, listed)):
        if name != "*" and _is_dead_here(name, situation):
            yield _dead_experiment(situation, experiments, name)


def _is_dead_here(name: str, situation: Situation) -> bool:
    catalog = situation.catalog
    return is_dead(name, situation.target, catalog) and not is_unknown(
        name, situation.source, catalog
    )


def is_dead(name: str, target: Release, catalog: Catalog) -> bool:
    """Whether a release is known not to know an experiment.

    Where not all of its experiments are told, that follows only for those that an older release
    knew and the last one that tells did not: it may have others, and never had those before.
    """
    if name in target.experiments.unsure:
        return False
    if target.experiments.is_complete:
        return name not in target.experiments.known
    knows = _who_knows(name, target, catalog)
    return any(knows) and not knows[-1]


def is_unknown(name: str, target: Release, catalog: Catalog) -> bool:
    """Whether a release may know an experiment that neither it nor an older one is told to."""
    told = target.experiments
    is_told = told.is_complete or name in told.known | told.unsure
    return not is_told and not any(_who_knows(name, target, catalog))


def _who_knows(name: str, target: Release, catalog: Catalog) -> list[bool]:
    """Whether each release up to the target that tells knows an experiment."""
    last = Version.parse(target.version)
    return [
        name in release.experiments.known
        for release in catalog.releases
        if Version.parse(release.version) <= last
        and name not in release.experiments.unsure
        and (release.experiments.is_complete or name in release.experiments.known)
    ]


def _dead_experiment(situation: Situation, experiments: Known, name: str) -> Finding:
    shown = visible(name)
    holders = [one for one in situation.catalog.releases if name in one.experiments.known]
    slip = _slip(name, situation.target.experiments.known)
    fate = slip[0] if slip else _fate(situation.target, holders)
    take_out = f"Take {shown} out of {experiments.name}."
    return Finding(
        rule=rules.EXPERIMENT_GONE,
        message=f"The experiment {shown.strip()} does nothing: {fate}.",
        subject=f"experiments:{shown}",
        because=f"{experiments.name} lists it",
        confidence=Confidence.CERTAIN if holders else Confidence.GUESSED,
        spec=experiments.spec,
        introduced_in=_dropped(situation, name) if holders else (),
        steps=(f"Write {visible(slip[1])}." if slip else take_out,),
        positions=experiments.positions,
    )


def _slip(name: str, known: Container[str]) -> tuple[str, str] | None:
    """What is wrong with the way in which experiments are written, and how they are."""
    bare = name.strip()
    several = re.split(r"[\s;]+", bare)
    if bare in known:
        return "a blank beside its name counts", f"{bare} without blanks around it"
    if bare.lower() in known:
        return "the case of its letters counts", bare.lower()
    if all(one in known for one in several):
        return "only commas set experiments apart", ",".join(several)
    return None


def _fate(target: Release, holders: Sequence[Release]) -> str:
    """What became of an experiment that the target does not know, from the releases that do."""
    wanted = Version.parse(target.version)
    versions = [Version.parse(release.version) for release in holders]
    older = [version for version in versions if version < wanted]
    if older:
        same_line = older[-1].line == wanted.line
        return f"it ended after {older[-1] if same_line else older[-1].line_name}"
    return f"it begins with {versions[0]}" if versions else "no release is known to have it"


def _dropped(situation: Situation, name: str) -> tuple[str, ...]:
    """The release on the way that dropped an experiment, unless the source lacks it already."""
    complete = [release for release in way(situation) if release.experiments.is_complete]
    return arrivals(complete, lambda release: name not in release.experiments.known)[-1:]


# --- what was never meant to stay ---------------------------------------------------------------

_PERSONAL: Final = regex(r"(?:/home/(?!coder/)|/Users/|C:\\Users\\)[^/\\]+[/\\].*")


def placeholders(situation: Situation) -> Iterator[Finding]:
    """Values that an example left behind."""
    found = [one for one in _literal(situation) if _is_example(one, situation.option_of(one))]
    if found:
        shown = listing(list(dict.fromkeys(visible(written(one)) for one in found)))
        yield Finding(
            rule=rules.PLACEHOLDER_VALUE,
            message=f"Looks like a placeholder: {shown}.",
            subject=visible(written(found[0])),
            because="the value reads like an example",
            confidence=Confidence.GUESSED,
            spec=situation.option_of(found[0]),
            positions=positions(found),
        )


def personal_paths(situation: Situation) -> Iterator[Finding]:
    """Paths below the home of a person rather than of the server."""
    for one in _literal(situation):
        if _PERSONAL.fullmatch(one.value or ""):
            spec = situation.option_of(one)
            shown = visible(written(one))
            yield Finding(
                rule=rules.PERSONAL_PATH,
                message=f"{shown} is a path in somebody's home folder.",
                subject=spec.key if spec else shown,
                because="a server hardly has that folder",
                confidence=Confidence.GUESSED,
                spec=spec,
                steps=(f"Take {shown} out to follow the server's own default.",),
                positions=(one.position,),
            )


def _literal(situation: Situation) -> Iterator[Given]:
    """What the files set for the server for certain."""
    for one in situation.operator.given:
        is_read = situation.option_of(one) or is_numbered(one.name)
        if one.state is GivenState.LITERAL and one.value and is_read:
            yield one


def dangerous_options(situation: Situation) -> Iterator[Finding]:
    """Options that call themselves dangerous and are on."""
    for key, spec in situation.target.options.items():
        known = situation.after(key) if key.startswith("dangerous-") else None
        if known and known.value is True:
            was: Value = situation.known(key, UpgradeSide.BEFORE).value
            yield Finding(
                rule=rules.DANGEROUS_OPTION,
                message=f"{known.name} is on.",
                subject=key,
                because=known.because,
                spec=spec,
                before=was,
                after=True,
                positions=known.positions,
            )
