"""A folder with the files of one snapshot, as it lies in a checkout of the repository."""

from pathlib import Path

from confaudit.core.model import StoredFiles
from confaudit.core.snapshot.canonical import FILES
from confaudit.errors import SourceError
from confaudit.sources.input import Input, SourceContext, denied, read_file
from confaudit.sources.wire import WireError, decode_text


def recognise(given: Input) -> bool:
    """Whether the argument is a folder."""
    return given.folder is not None


def holds_snapshot(folder: Path) -> bool:
    """Whether one of a snapshot's files lies in a folder."""
    return any((folder / name).exists() for name in FILES)


def read(given: Input, _: SourceContext) -> StoredFiles:
    """Read the snapshot's files; one that is not there is left to the decoder to judge.

    Raises:
        SourceError: none is there, or one cannot be read.
    """
    if given.folder is None:
        raise SourceError(f"{given.label} is no folder", "name the folder of one deployment")
    try:
        found = [given.folder / name for name in FILES if (given.folder / name).is_file()]
    except PermissionError:
        raise denied(given.label) from None
    if not found:
        raise SourceError(
            f"the folder {given.label} holds no snapshot",
            f"name the folder of one deployment, with {', '.join(FILES)}",
        )
    files = {path.name: _text(read_file(path, path.name), path.name) for path in found}
    return StoredFiles(
        files,
        label=given.label,
        deployment=given.folder.resolve().name,
        folder=str(given.folder),
    )


def _text(content: bytes, name: str) -> str:
    try:
        return decode_text(content)
    except WireError as error:
        raise SourceError(f"the snapshot file {name} {error}", error.hint) from None
