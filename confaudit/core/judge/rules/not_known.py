"""Rules about names that are not known, where the release in use is not known either, or in part.

Of such a release silence is no answer: what its facts lack it may have all the same. Nobody is told
to take such a name out, and what it might have been meant to be is asked, not said.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TypeAlias

from confaudit.core.coder.names import Lack, option_named
from confaudit.core.coder.releases import Release
from confaudit.core.coder.startup import HOMEBREW
from confaudit.core.given import Channel
from confaudit.core.judge import rules
from confaudit.core.judge.finding import Finding
from confaudit.core.judge.items import each_chart_key_but
from confaudit.core.judge.rules.common import alike, entries, first_after, positions
from confaudit.core.judge.rules.values import is_unknown
from confaudit.core.model import MISSING, OptionSpec
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import Known, Truth
from confaudit.core.upgrade.situation import Situation

# --- variables, flags and YAML keys -------------------------------------------------------------

_Holders: TypeAlias = Sequence[tuple[Release, OptionSpec]]


def doubt(situation: Situation, channel: Channel, written: str, known: _Holders) -> Finding | None:
    """What to say of a name that the target's facts lack, where that proves no mistake.

    `written` is the name as a prediction spells it, `known` are the releases that have it.
    """
    match situation.doubts.get(written):
        case Lack.UNSURE:
            return _removed_or_hidden(situation, channel, written)
        case Lack.OPEN:
            return _unknown(situation, channel, written, known, situation.target)
        case _:
            pass
    source = situation.source
    is_told = known or source.facts.variable(_plain(written))
    if channel is Channel.ENV and source.as_far_as and not is_told:
        return _unknown(situation, channel, written, known, source)
    return None


def _removed_or_hidden(situation: Situation, channel: Channel, written: str) -> Finding:
    target, name, shown = situation.target, _plain(written), visible(written)
    spec = option_named(channel, name, target.unsure.values())
    does = "reads" if channel is Channel.ENV else "accepts"
    return Finding(
        rule=rules.OPTION_REMOVED if channel is Channel.ENV else rules.NAME_REFUSED,
        message=f"{shown} is removed or hidden in Coder {visible(target.version)}: what was learnt "
        "of that release does not show it.",
        subject=spec.key if spec else shown,
        affects=Truth.DEPENDS,
        because=f"{shown} is set, and it is not known whether the release {does} it",
        spec=spec,
        before=situation.before(spec.key).value if spec else MISSING,
        steps=(f"Look {shown} up in the release notes, or learn the release from a server of it.",),
        positions=positions(entries(situation, channel, name)),
    )


def _unknown(
    situation: Situation, channel: Channel, written: str, known: _Holders, release: Release
) -> Finding:
    """A name that this release may have for all that is known."""
    name, shown = _plain(written), visible(written)
    is_env = channel is Channel.ENV
    newer = first_after((one.version for one, _ in known), release.version)
    said = f"known from Coder {newer} on only" if newer else "not known to confaudit"
    ends = "" if is_env else "; a release without it will not start"
    return Finding(
        rule=rules.NOT_KNOWN if is_env else rules.NAME_NOT_KNOWN,
        message=f"{shown} is {said}, and {how_far(release)}{ends}.",
        subject=known[-1][1].key if known else shown,
        affects=Truth.DEPENDS,
        because=f"{shown} is set, and Coder {visible(release.version)} may have it",
        spec=known[-1][1] if known else None,
        steps=_look_up(shown, release, "" if known else _perhaps(situation, channel, name)),
        positions=positions(entries(situation, channel, name)),
    )


def _plain(written: str) -> str:
    return written.removeprefix("--").removeprefix(HOMEBREW)


def how_far(release: Release) -> str:
    """How much of a release is known, to follow "and"."""
    version, known = visible(release.version), visible(release.facts_of)
    if known and known != version:
        return f"Coder {version} is known as far as {known}"
    return f"not all that Coder {version} has is known"


def _perhaps(situation: Situation, channel: Channel, name: str) -> str:
    """What a name may have been meant to be."""
    if channel is not Channel.ENV:
        close = alike(situation, channel, name)
        return f"--{close}" if close and channel is Channel.FLAG else close
    found = situation.spelling.meant(name)
    return found.name if found else ""


def _look_up(shown: str, release: Release, perhaps: str) -> tuple[str, ...]:
    where = f"Look {shown} up in the documentation of Coder {visible(release.version)}"
    return (f"Was {perhaps} meant? {where} if not.",) if perhaps else (f"{where}.",)


# --- experiments --------------------------------------------------------------------------------


def unknown_experiments(situation: Situation) -> Iterator[Finding]:
    """Experiments that no release is known to have, where the target may, or which it may lack."""
    listed = situation.after("experiments")
    names = listed.value if isinstance(listed.value, list) else []
    for name in dict.fromkeys(map(str, names)):
        if name != "*" and (release := _who_may_know(name, situation)):
            yield _experiment(situation, listed, name, release)


def _who_may_know(name: str, situation: Situation) -> Release | None:
    """The target or the release in use, if there is no telling whether it knows an experiment."""
    if name in situation.target.experiments.unsure:
        return situation.target
    both = (situation.target, situation.source)
    return next((one for one in both if is_unknown(name, one, situation.catalog)), None)


def _experiment(situation: Situation, listed: Known, name: str, release: Release) -> Finding:
    shown, version = visible(name), visible(release.version)
    return Finding(
        rule=rules.NOT_KNOWN,
        message=f"The experiment {shown} could not be checked: "
        f"{_why_unchecked(situation, name, release)}.",
        subject=f"experiments:{shown}",
        affects=Truth.DEPENDS,
        because=f"{listed.name} lists it, and Coder {version} may know it",
        spec=listed.spec,
        steps=_look_up(shown, release, _like(situation, name)),
        positions=listed.positions,
    )


def _why_unchecked(situation: Situation, name: str, release: Release) -> str:
    version = visible(release.version)
    if name in release.experiments.unsure:
        return f"whether Coder {version} still has it is not known"
    have = (one.version for one in situation.catalog.releases if name in one.experiments.known)
    newer = first_after(have, release.version)
    said = f"it is known from Coder {newer} on only" if newer else "it is not known to confaudit"
    ends = how_far(release) if release.as_far_as else f"not all those of Coder {version} are told"
    return f"{said}, and {ends}"


def _like(situation: Situation, name: str) -> str:
    """The experiment that may have been meant; none where the name is right in some release."""
    known = {one for release in situation.catalog.releases for one in release.experiments.known}
    near = [] if name in known else get_close_matches(name, sorted(known), n=1, cutoff=0.8)
    return next(iter(near), "")


# --- the Helm chart -----------------------------------------------------------------------------


def unknown_chart_keys(situation: Situation) -> Iterator[Finding]:
    """Keys of the chart's values that no chart is known to have, where the one in use may."""
    both = (situation.target, situation.source)
    release = next((one for one in both if not one.is_chart_known), None)
    if release is None:
        return
    known = [one.key for one in situation.target.facts.chart_keys]
    why = how_far(release) if release.as_far_as else f"neither is the chart of {release.version}"
    for item in each_chart_key_but(known)(situation):
        shown = visible(item.name)
        close = next(iter(get_close_matches(item.name, known, n=1, cutoff=0.8)), "")
        yield Finding(
            rule=rules.NOT_KNOWN,
            message=f"The values key {shown} is not known to confaudit, and {why}.",
            subject=item.name,
            affects=Truth.DEPENDS,
            because=f"{shown} is in the values, and the chart may read it",
            steps=_look_up(shown, release, close),
            positions=item.positions,
        )
