"""What a report could not know: the notes that keep silence from looking like agreement."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from confaudit.core.coder.chart import sets_something
from confaudit.core.coder.releases import Catalog, Marks
from confaudit.core.coder.startup import HOMEBREW
from confaudit.core.given import Channel, Given
from confaudit.core.judge.finding import Finding, subjects
from confaudit.core.model import EXPLICIT, MISSING, Fidelity, Json, Snapshot
from confaudit.core.text.wording import (
    FIELD_TITLES,
    agreeing,
    amount,
    listing,
    listing_some,
    option_name,
    plural,
    visible,
)

if TYPE_CHECKING:
    from confaudit.core.upgrade.situation import Situation


def notes(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Whole sentences about what was not compared, and why."""
    return (
        *_told_by((before, after)),
        *_gaps(before),
        *_gaps(after),
        *_options(before, after),
        *_server(before, after),
    )


_FIDELITY: Final = {
    Fidelity.FULL: ("", ""),
    Fidelity.LOSSY: (
        "is a support bundle: what the CLI that made it did not know is missing",
        "are support bundles: what the CLI that made them did not know is missing",
    ),
    Fidelity.CONFIG: (
        "holds only the config tree: options and value sources are not known",
        "hold only the config tree: options and value sources are not known",
    ),
    Fidelity.SHAPE: (
        "is a docs page: it tells which leaves a release has and their types, no values",
        "are docs pages: they tell which leaves a release has and their types, no values",
    ),
}
"""What an input tells, of one and of several."""


def completeness(snapshot: Snapshot) -> Iterator[str]:
    """Say what a snapshot does not tell, and why."""
    yield from _told_by((snapshot,))
    yield from _gaps(snapshot)


def _told_by(snapshots: Sequence[Snapshot]) -> Iterator[str]:
    """What each input tells; of those of one kind it is said once."""
    for fidelity in dict.fromkeys(one.fidelity for one in snapshots):
        labels = [visible(one.label) for one in snapshots if one.fidelity is fidelity]
        if said := agreeing(len(labels), *_FIDELITY[fidelity]):
            yield f"{listing(labels)} {said}."


def _gaps(snapshot: Snapshot) -> Iterator[str]:
    unknown = sum(setting.value is MISSING for setting in snapshot.settings.values())
    if unknown:
        yield f"{visible(snapshot.label)} does not tell the value of {plural(unknown, 'option')}."
    if snapshot.settings and all(s.source is None for s in snapshot.settings.values()):
        yield f"{visible(snapshot.label)} does not tell value sources (Coder before 2.3)."
    if snapshot.unread:
        entries = amount(len(snapshot.unread), "entries")
        yield (
            f"{visible(snapshot.label)} has {entries} among its options that could not be read"
            f"{_of_options(snapshot.unread)}: kept as served, and nothing is concluded from that."
        )


def _of_options(unread: Sequence[Json]) -> str:
    """The options that entries name: listed twice, or set from where nothing is known of."""
    flags = [entry.get("flag") for entry in unread if isinstance(entry, dict)]
    names = sorted({flag for flag in flags if isinstance(flag, str) and flag})
    return f" ({listing_some([*map(_option, names)], 'option')})" if names else ""


def _options(before: Snapshot, after: Snapshot) -> Iterator[str]:
    if bool(before.settings) != bool(after.settings):
        yield "Only one side lists options, so config leaves alone were compared."


def _server(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Endpoints that only one side tells; between two that tell none there is nothing to say."""
    if not before.server and not after.server:
        return
    untold: dict[str, list[str]] = {}
    for name in sorted(before.server.keys() ^ after.server.keys()):
        silent = after if name in before.server else before
        reason = silent.unavailable.get(name, "it was not asked")
        untold.setdefault(f"{visible(silent.label)} ({visible(reason)})", []).append(visible(name))
    for where, names in untold.items():
        yield f"Not compared, because {where} does not tell: {', '.join(names)}."


def hints(snapshot: Snapshot, catalog: Catalog) -> Iterator[str]:
    """Say so where the facts of another release had to stand for those of the snapshot's own."""
    near = catalog.nearest(snapshot.version).version
    if snapshot.fidelity is Fidelity.SHAPE:
        return
    if catalog.release(snapshot.version):
        yield from strangers(snapshot, catalog)
        return
    if snapshot.version:
        yield (
            f"{visible(snapshot.label)} is of Coder {visible(snapshot.version)}, which is not in "
            f"the catalogue of releases: the facts of {near} served as hints. "
            "`confaudit catalog update` adds those that are missing."
        )
    else:
        yield (
            f"{visible(snapshot.label)} does not tell its version of Coder: the facts of {near} "
            "served as hints."
        )


def strangers(snapshot: Snapshot, catalog: Catalog) -> Iterator[str]:
    """Options the server has and its release, as far as is known, has not: a build of one's own."""
    known = catalog.nearest(snapshot.version)
    found = sorted(snapshot.declared.keys() - known.options.keys())
    if found:
        yield (
            f"{visible(snapshot.label)} has {plural(len(found), 'option')} that Coder "
            f"{known.version} is not known to have: {', '.join(map(_option, found))}."
        )


def _option(key: str) -> str:
    return visible(option_name(key))


def anything_read(situation: "Situation") -> bool:
    """Whether any setting of Coder's server was read: without, silence means nothing."""
    told = situation.snapshot
    if told is not None and _has_values(told):
        return True
    if situation.chart.is_made or sets_something(situation.chart):
        return True
    return any(_is_of_server(given, situation) for given in situation.operator.given)


def _has_values(snapshot: Snapshot) -> bool:
    is_empty = not (snapshot.settings or snapshot.config)
    return not is_empty and snapshot.fidelity is not Fidelity.SHAPE


def _is_of_server(given: Given, situation: "Situation") -> bool:
    if given.channel is Channel.YAML:
        return given.value is not None or bool(given.structure)  # a bare key sets nothing
    if given.channel is Channel.FLAG or situation.option_of(given):
        return True
    name = given.name.removeprefix(HOMEBREW)
    return name.startswith("CODER_") and not situation.target.facts.variable(name)


def freshness(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """Say how old a snapshot is, from a day on."""
    days = (now - snapshot.taken_at).days if snapshot.taken_at else 0
    if days > 0:
        yield (
            f"{visible(snapshot.label)} was taken {plural(days, 'day')} before this report: what "
            "was changed since is not in it."
        )


def resting_on(situation: "Situation", findings: Iterable[Finding]) -> Iterator[str]:
    """Which facts that an import borrowed or guessed have to do with what a report says."""
    effective = situation.prediction.effective
    touched = {
        *subjects(findings),
        *situation.prediction.changed,
        *(key for key, setting in effective.items() if setting.source in EXPLICIT),
    }
    for release in {one.version: one for one in (situation.target, situation.source)}.values():
        of = f"of Coder {visible(release.version)}"
        marks = {
            f"Guessed {of}": release.guessed,
            f"Taken from {release.borrowed_from}, as nothing tells it {of}": release.borrowed,
            f"Not known {of}": release.unknown,
        }
        for said, fields in marks.items():
            if parts := _by_fields(fields, touched):
                yield f"{said}: {'; '.join(parts)}."


def _by_fields(marks: Marks, touched: Collection[str]) -> list[str]:
    """The marked fields of some options, those together that have the same; labels mean nothing."""
    options: dict[tuple[str, ...], list[str]] = {}
    for key in sorted(marks.keys() & touched):
        if fields := tuple(FIELD_TITLES[name] for name in marks[key] if name not in _LABELS):
            options.setdefault(fields, []).append(_option(key))
    return [
        f"{listing(fields)} of {listing_some(keys, 'option')}" for fields, keys in options.items()
    ]


_LABELS: Final = frozenset({"name", "flag_shorthand", "group", "annotations"})
"""Fields that decide nothing."""


def horizon(catalog: Catalog) -> str:
    """Up to which release facts are known, and so what nobody can have checked."""
    newest = catalog.releases[-1]
    of = f" of {newest.date}" if newest.date else ""
    return f"What is known of Coder ends with {newest.version}{of}."
