"""The lines that git compares in place of the text of a snapshot or an operator's file."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from confaudit.catalog.loader import packaged
from confaudit.core.coder.releases import Catalog
from confaudit.core.model import CleanFiles, StoredFiles
from confaudit.core.report.lines import document_lines, settings_lines
from confaudit.core.snapshot.canonical import SETTINGS, decode_settings, is_stored
from confaudit.core.snapshot.redact import redact_files
from confaudit.core.text.wording import plural, visible
from confaudit.errors import SourceError
from confaudit.sources.input import read_file

Lines: TypeAlias = tuple[str, ...]


def read_version(file: str, path: str) -> bytes | None:
    """The contents that git has put into a file, maybe one of its own; None for /dev/null.

    Raises:
        SourceError: it cannot be read, or is too large.
    """
    return None if file == "/dev/null" else read_file(Path(file), visible(path))


def lines_of(path: str, data: bytes, catalog: Callable[[], Catalog]) -> Lines:
    """One line for each option, redacted and in an order of their own.

    The text of the file is never shown, as nobody knows what is secret in one that cannot be read.
    The user's releases are asked for only where the file is no part of a snapshot.

    Raises:
        SourceError: it is neither a part of a snapshot nor a file that sets a server up.
        CatalogError: a catalogue of releases is damaged.
    """
    if stored := _stored(data):
        return tuple(_stored_lines(stored))
    from confaudit.workflows.effective_lines import effective_lines  # most files are snapshots

    try:
        return tuple(effective_lines(path, data, catalog()))
    except SourceError as fault:  # with the size, so that git sees when the file changes
        told = f"{fault.message} ({plural(len(data), 'byte')})"
        raise SourceError(told, fault.hint) from None


def _stored(data: bytes) -> CleanFiles | None:
    """A file of a snapshot, redacted; None when it is something else."""
    try:
        clean = redact_files(StoredFiles({SETTINGS: data.decode()}))
    except (SourceError, UnicodeDecodeError, RecursionError):
        return None
    return clean if is_stored(clean.documents[SETTINGS]) else None


def _stored_lines(clean: CleanFiles) -> Iterator[str]:
    document = clean.documents[SETTINGS]
    durations = [one for one in packaged().declared if one.type == "duration"]
    if isinstance(document, dict) and "settings" not in document:
        return document_lines(document, {f"config.{one.json_path}" for one in durations})
    return settings_lines(decode_settings(clean), {one.key for one in durations})
