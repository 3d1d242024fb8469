"""Look through all that a repository ever stored for secrets that today's rules would take out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from confaudit import __version__
from confaudit.core.health.check import State
from confaudit.core.model import Value
from confaudit.core.report.kinds import ReportKind
from confaudit.core.report.report import Column, Report, Table
from confaudit.core.report.states import STATE_COLUMN
from confaudit.core.snapshot.leaks import leaks
from confaudit.core.text.wording import agreeing, moment, plural
from confaudit.errors import NothingToDo
from confaudit.store.everything import Stored, contents, stored
from confaudit.store.layout import deployment_of
from confaudit.workflows.setup import Setup

if TYPE_CHECKING:
    from confaudit.store.snapshots import Snapshots


class Leak(NamedTuple):
    """Where a secret is."""

    deployment: str
    file: str
    place: str


def scan(setup: Setup) -> Report:
    """The Report on what was found; nothing in it is or is made of a secret.

    Raises:
        NothingToDo: there is no snapshot yet.
        StoreError: the history cannot be read.
    """
    snapshots = setup.snapshots()
    number, found, names = 0, {}, {*snapshots.deployments()}
    for content in contents(snapshots.history):
        number += 1
        names.add(content.deployment)
        if places := leaks(content.name, content.data.decode(errors="replace")):
            found[content.id] = places
    if not number:
        raise NothingToDo("there is no snapshot yet", "take one with `confaudit snapshot`")
    bad = tuple(_bad(snapshots, found))
    good = map(_good, sorted(names - {row["deployment"] for row in bad}))
    return scan_report((*bad, *good), number, setup.now())


def scan_report(rows: Sequence[Mapping[str, Value]], number: int, now: datetime) -> Report:
    """The Report on places, those without a secret last, in so many files."""
    bad = [row for row in rows if row[STATE_COLUMN.id] != State.OK.value]
    return Report(
        title="Secrets in stored snapshots",
        kind=ReportKind.SECRETS,
        generated_at=now,
        tool_version=__version__,
        statement=_statement(bad, number),
        tables=(Table("places", "Places", _PLACES, tuple(rows)), *((_STEPS,) if bad else ())),
    )


_PLACES: Final = (
    Column("deployment", "Deployment", is_code=True),
    Column("file", "File", is_code=True),
    Column("place", "Place", is_code=True),
    STATE_COLUMN,
    Column("found", "Found"),
)
_STEPS: Final = Table(
    "steps",
    "To do",
    (Column("step", "Step"), Column("advice", "What to do")),
    tuple(
        {"step": step, "advice": advice}
        for step, advice in (
            (
                "replace",
                "have a new secret in place of each: whoever has a clone knows the old one",
            ),
            (
                "snapshot",
                "take a new snapshot, so that the newest ones hold none: `confaudit snapshot`",
            ),
            (
                "rewrite",
                "in a fresh clone, with a line `SECRET==>REDACTED` for each in a file outside of"
                " it: `git filter-repo --replace-text FILE`",
            ),
            (
                "publish",
                "`git push --force --all` and `--tags`; clone anew wherever it is used, and ask the"
                " forge to remove what no branch leads to",
            ),
            ("verify", "`confaudit secrets scan` once more"),
        )
    ),
)


def _bad(
    snapshots: "Snapshots", found: Mapping[str, Sequence[str]]
) -> Iterator[Mapping[str, Value]]:
    """One for each place, whichever commits had secrets there."""
    oldest: dict[Leak, Stored] = {}
    versions: dict[Leak, set[str]] = {}
    for one in stored(snapshots.history, found) if found else ():
        for leak in _leaks(one.path, found[one.id]):
            oldest[leak] = one  # they come newest first
            versions.setdefault(leak, set()).add(one.id)
    held = {*_held(snapshots, found)}
    for leak in sorted(oldest, key=lambda one: (one not in held, one)):
        yield {
            **leak._asdict(),
            STATE_COLUMN.id: (State.FAILED if leak in held else State.WARNING).value,
            "found": _told(oldest[leak], len(versions[leak]), is_held=leak in held),
        }


def _good(deployment: str) -> Mapping[str, Value]:
    return {
        "deployment": deployment,
        STATE_COLUMN.id: State.OK.value,
        "found": "nothing that today's rules would take out",
    }


def _leaks(path: str, places: Sequence[str]) -> Iterator[Leak]:
    deployment, file = deployment_of(path), path.rpartition("/")[2]
    return (Leak(deployment, file, place) for place in places)


def _held(snapshots: "Snapshots", found: Mapping[str, Sequence[str]]) -> Iterator[Leak]:
    """Those that the newest snapshots have."""
    for name in snapshots.deployments():
        for path, entry in snapshots.regular_files("HEAD", name).items():
            yield from _leaks(path, found.get(entry.id, ()))


def _told(first: Stored, versions: int, *, is_held: bool) -> str:
    since = f" since {moment(first.authored_at)}" if first.authored_at else ""
    where = "in the newest snapshot" if is_held else "in earlier snapshots alone"
    return f"{where},{since} [{first.commit[:10]}], {plural(versions, 'version')} of the file"


def _statement(rows: Sequence[Mapping[str, Value]], number: int) -> str:
    files = f"{plural(number, 'stored file')}"
    if not rows:
        return f"No secret in {files}, by the rules of today."
    held = sum(row[STATE_COLUMN.id] == State.FAILED.value for row in rows)
    are = f"{held} of them {agreeing(held, 'is', 'are')} in the newest snapshots"
    return f"Secrets in {plural(len(rows), 'place')} of {files}; {are}."
