"""What git shows of two versions of a snapshot's or an operator's file."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.model import StoredFiles
from confaudit.core.report.lines import differing
from confaudit.core.report.report import Report
from confaudit.core.snapshot.canonical import FILES
from confaudit.core.text.wording import inert, visible
from confaudit.errors import ConfauditError
from confaudit.store.file_versions import snapshots_around
from confaudit.store.layout import deployment_of
from confaudit.workflows.diff import report
from confaudit.workflows.git_lines import Lines, lines_of
from confaudit.workflows.load import Loader
from confaudit.workflows.setup import Setup


class TwoVersions(Struct, frozen=True):
    """A file as git hands it to a diff driver."""

    path: str
    """From the root of the work tree, which is the working folder."""
    before: bytes | None
    """None: the file was added."""
    after: bytes | None
    """None: it was removed."""
    earlier_path: str = ""
    """Where it was before; empty unless it moved."""


def difference(setup: Setup, file: TwoVersions) -> Report | Lines:
    """What changed in a file: of a snapshot with the causes, of other files line by line.

    The causes need the rest of both snapshots. All of it is told with one of their files.

    Raises:
        SourceError: one of the versions cannot be read.
    """
    if file.before is not None and file.after is not None and not file.earlier_path:
        with suppress(ConfauditError):  # without the rest of the snapshot there are still lines
            if told := _explained(setup, file.path, file.before, file.after):
                return told
    before, after = (
        () if data is None else lines_of(path, data, setup.catalog)
        for path, data in (
            (file.earlier_path or file.path, file.before),
            (file.path, file.after),
        )
    )
    return (*_heading(file), *(differing(before, after) or (_SAME,)))


_SAME: Final = "Nothing that Coder's server would see has changed."


def _heading(file: TwoVersions) -> Iterator[str]:
    how = "added" if file.before is None else "removed" if file.after is None else ""
    how = how or (f"was {visible(file.earlier_path)}" if file.earlier_path else "")
    yield inert(f"{visible(file.path)}{f' ({how})' if how else ''}")


def _explained(setup: Setup, path: str, before: bytes, after: bytes) -> Report | Lines | None:
    """The comparison of the snapshots that two versions of a file are from, if they are found."""
    if not deployment_of(path):
        return None
    loader = Loader(setup)
    old, new = snapshots_around(setup.snapshots(), path, before, after)
    new = new or _on_disk(loader, path, after)
    if old is None or new is None or before == after:
        return None
    folder, _, name = path.rpartition("/")
    first = next(one for one in FILES if old.files.get(one) != new.files.get(one))
    if name != first:
        return (inert(visible(path)), f"Told with {visible(folder)}/{first}.")
    return report(setup, loader.clean(_shortly(old)), loader.clean(_shortly(new)))


def _shortly(stored: StoredFiles) -> StoredFiles:
    return replace(stored, label=stored.commit[:12] or stored.label)


def _on_disk(loader: Loader, path: str, data: bytes) -> StoredFiles | None:
    """The snapshot in the work tree, when the version of its file is the one that lies there."""
    place = Path(path)
    if not place.is_file() or place.read_bytes() != data:
        return None
    read = loader.read(str(place.parent), "snapshot")
    return read if isinstance(read, StoredFiles) else None
