"""What a release can be learnt from: arguments and folders become what each input tells."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol

from confaudit.catalog import (
    from_deployment,
    from_go_source,
    from_server_help,
    from_server_page,
    from_written_yaml,
)
from confaudit.catalog.partial import Partial
from confaudit.core.model import StoredFiles
from confaudit.core.snapshot.canonical import FILES
from confaudit.core.snapshot.redact import redact
from confaudit.errors import CatalogError
from confaudit.sources import docs, is_readable, payload
from confaudit.sources.input import Input, locate, read_file, visible
from confaudit.sources.wire import WireError, decode_text
from confaudit.workflows.load import Loader


class _Importer(Protocol):
    """A module that learns from one kind of text."""

    HINT: str
    """What to do about a text that cannot be read, though it looks like one of its kind."""

    def recognise(self, text: str) -> bool: ...

    def read(self, text: str) -> Partial: ...


_TEXTS: Final[Sequence[_Importer]] = (
    from_go_source,
    from_server_page,
    from_server_help,
    from_written_yaml,
)
"""Importers of texts that are no deployment, and so no source either."""

_HINT: Final = "`confaudit catalog import --help` lists what can"

_LARGEST_TEXT: Final = 1024 * 1024
"""Bytes; the source, docs and YAML of a release have some 100 to 250 KB."""

_DEEPEST: Final = 50
"""Folders in a folder; Coder's docs have six."""

_MOST_FILES: Final = 5000
"""In a folder; all docs of a release are some 1,500."""


def read_inputs(loader: Loader, arguments: Sequence[str]) -> list[tuple[str, Partial]]:
    """What each input tells, with its name; a folder stands for all inputs in it.

    Raises:
        CatalogError, SourceError, ApiError, ConfigError: an input cannot be read.
    """
    return [found for argument in arguments for found in _read(loader, argument)]


def _read(loader: Loader, argument: str) -> Iterator[tuple[str, Partial]]:
    given = locate(argument, loader.context)
    if given.folder is None or any((given.folder / name).exists() for name in FILES):
        yield given.label, partial_from(given, loader)
        return
    inside = [one for path in _files(given.folder) if (one := _usable(path))]
    if not inside:
        raise CatalogError(
            f"the folder {given.label} holds nothing that a release can be learnt from", _HINT
        )
    for one in inside:
        yield one.label, partial_from(one, loader)


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder but hidden ones, in the order of their names."""
    number = 0
    for parent, folders, names in os.walk(folder):
        if len(Path(parent).relative_to(folder).parts) > _DEEPEST:
            raise CatalogError(
                f"the folder {visible(str(folder))} holds folders nested more than {_DEEPEST} deep",
                "name the files to learn from",
            )
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            number += 1
            if number > _MOST_FILES:
                raise CatalogError(
                    f"the folder {visible(str(folder))} holds more than {_MOST_FILES} files",
                    "name the files to learn from",
                )
            if not name.startswith("."):
                yield Path(parent, name)


def _usable(path: Path) -> Input | None:
    """A file of a folder, if it looks like what a release can be learnt from."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_TEXT:
            return None
    except OSError:
        return None
    label = visible(str(path))
    given = Input(str(path), label, content=read_file(path, label))
    text = _text(given)
    is_page = "forceQuery" in text and docs.recognise(given)
    is_payload = '"config"' in text and '"options"' in text and payload.recognise(given)
    is_text = any(importer.recognise(text) for importer in _TEXTS)
    return given if is_text or is_page or is_payload else None


def partial_from(given: Input, loader: Loader) -> Partial:
    """What one input tells of a release.

    Raises:
        CatalogError, SourceError: it cannot be read.
    """
    text = _text(given)
    for importer in _TEXTS:
        if importer.recognise(text):
            return _learn(importer, text, given.label)
    if text.strip() and not is_readable(given):
        raise CatalogError(
            f"{given.label} is no Coder configuration, nor what declares the options of a release",
            _HINT,
        )
    raw = loader.read(given.argument if given.content is None else given)
    if isinstance(raw, StoredFiles):
        return from_deployment.read_snapshot(loader.clean(raw), given.label)
    return from_deployment.read(redact(raw))


def _text(given: Input) -> str:
    """What an importer of texts may look at; nothing else is text of such a size."""
    content = given.content or b""
    try:
        return decode_text(content) if len(content) <= _LARGEST_TEXT else ""
    except WireError:
        return ""


def _learn(importer: _Importer, text: str, label: str) -> Partial:
    try:
        return importer.read(text)
    except ValueError as error:
        raise CatalogError(f"{label} {error}", importer.HINT) from None
