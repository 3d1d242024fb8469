"""Operators' own files, named on the command line, become Inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confaudit.core.coder.releases import Catalog
from confaudit.core.given import GivenState, OperatorSettings
from confaudit.core.model import MISSING, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.text.wording import listing, plural, visible
from confaudit.operator_files import (
    READERS,
    OperatorFile,
    merge,
    open_file,
    read_all,
    read_env_file,
    read_server_yaml,
)

FORMS: Final = tuple(READERS)
"""What a file can be said to be."""


@dataclass(frozen=True, slots=True)
class GivenFiles:
    """Which files set the server up, as the command line names them."""

    files: Sequence[Path] = ()
    forms: Sequence[str] = ()
    """What the first of `files` are, where their content does not say."""
    env_files: Sequence[Path] = ()
    """Each is the server's environment for certain, not the `.env` of a compose file."""
    config_file: Path | None = None
    """The server's YAML for certain."""

    def __bool__(self) -> bool:
        return bool(self.files or self.env_files or self.config_file)


@dataclass(frozen=True, slots=True)
class Opened:
    """The files as they lie on disk, and what they set. Holds secrets."""

    operator: OperatorSettings
    files: tuple[OperatorFile, ...]


def open_files(chosen: GivenFiles) -> Opened:
    """Read every file; what the server meets later is applied later.

    Raises:
        SourceError: one cannot be read.
    """
    files = tuple(map(open_file, chosen.files))
    env_files = tuple(map(open_file, chosen.env_files))
    config = (open_file(chosen.config_file),) if chosen.config_file else ()
    operator = merge(
        *((read_all(files, chosen.forms),) if files else ()),
        *(read_env_file(file.text, file.name) for file in env_files),
        *(read_server_yaml(file.text, file.name) for file in config),
    )
    return Opened(operator, (*files, *env_files, *config))


_COLUMNS: Final = (
    Column("input", "File", is_code=True),
    Column("form", "What it is"),
    Column("settings", "Settings"),
    Column("lines", "Lines"),
)


def files_table(opened: Opened) -> tuple[Table, ...]:
    """Which files the report rests on. No hash of them: they hold secrets."""
    rows = tuple(_input_row(file, opened.operator) for file in opened.files)
    return (Table("inputs", "Inputs", _COLUMNS, rows, is_folded=True),) if rows else ()


def _input_row(file: OperatorFile, operator: OperatorSettings) -> dict[str, Value]:
    found = [given for given in operator.given if given.position.file == file.name]
    return {
        "input": file.name,
        "form": listing(sorted({given.form.value for given in found})) if found else MISSING,
        "settings": len(found),
        "lines": file.text.count("\n") + (not file.text.endswith("\n")),
    }


_UNKNOWN = {
    GivenState.REFERENCE: "comes from a Secret or another resource",
    GivenState.ENCRYPTED: "is encrypted",
    GivenState.UNRESOLVED: "is filled in by a template",
    GivenState.PASS_THROUGH: "is taken from the shell that starts the server",
    GivenState.MALFORMED: "cannot be made out",
}


def blind_spots(operator: OperatorSettings) -> Iterator[str]:
    """What the files do not tell, in whole sentences."""
    yield from operator.coverage
    for state, why in _UNKNOWN.items():
        names = dict.fromkeys(visible(one.name) for one in operator.given if one.state is state)
        if names:
            shown = f"{plural(len(names), 'setting')}: {', '.join(names)}"
            yield f"Set, and not checked because the value {why}: {shown}."


def oldest_release(operator: OperatorSettings, catalog: Catalog) -> str:
    """The oldest release that has every option the files name; empty when that says nothing."""
    releases = catalog.releases
    known = [{spec.env for spec in release.options.values()} for release in releases]
    every = set().union(*known)
    wanted = {one.name for one in operator.given} & every - {""}
    fits = (r.version for r, names in zip(releases, known, strict=True) if wanted <= names)
    found = next(fits, "")
    return "" if found == releases[0].version else found
