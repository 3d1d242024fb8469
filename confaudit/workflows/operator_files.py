"""Operators' own files, named on the command line, become Inputs."""

from collections.abc import Iterable, Iterator, Sequence, Set
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.names import written
from confaudit.core.coder.releases import Catalog
from confaudit.core.given import Given, OperatorSettings
from confaudit.core.model import MISSING, Value
from confaudit.core.report.report import Column, Table
from confaudit.core.text.wording import listing, plural, visible
from confaudit.core.upgrade.known import UNSEEN
from confaudit.errors import ConfigError, NothingToDo, SourceError
from confaudit.operator_files import (
    READERS,
    Deployment,
    Deployments,
    OperatorFile,
    ReaderOf,
    always_server,
    form_word,
    merge,
    open_file,
    read_as_one,
    read_deployments,
    read_env_file,
    read_server_yaml,
)
from confaudit.workflows.folders import expanded, is_folder

FORMS: Final = tuple(READERS)
"""What a file can be said to be."""


class GivenFiles(Struct, frozen=True):
    """Which files set the server up, as the command line names them."""

    files: Sequence[Path] = ()
    forms: Sequence[str] = ()
    """What the first of `files` are, where their content does not say."""
    env_files: Sequence[Path] = ()
    """Each is the server's environment for certain, not the `.env` of a compose file."""
    config_file: Path | None = None
    """The server's YAML for certain."""
    is_one: bool = False
    """Whether they are of one deployment, whatever they look like."""
    is_rendered: bool = False
    """Whether helm, kustomize and docker compose are to render them first."""
    opened: Sequence[OperatorFile] = ()
    """Further ones, opened already; they come before `files`."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Everything that is to be opened."""
        config = (self.config_file,) if self.config_file else ()
        return (*self.files, *self.env_files, *config)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those of `files` that stand for what lies below them."""
        return tuple(path for path in self.files if is_folder(path))

    def __bool__(self) -> bool:
        return bool(self.paths or self.opened)


def open_files(chosen: GivenFiles, reader_of: ReaderOf = always_server) -> Deployment:
    """Read files that are all of one deployment; what the server meets later is applied later.

    Raises:
        SourceError: one cannot be read.
    """
    (deployment,) = open_deployments(replace(chosen, is_one=True), reader_of).found
    return deployment


def open_deployments(chosen: GivenFiles, reader_of: ReaderOf = always_server) -> Deployments:
    """Read files and find out which of them belong together; there is one deployment at least.

    Without files it is one with no name, in which nothing is set.

    Raises:
        SourceError: none can be read, or one that has to be.
        ConfigError: `--env-file` or `--config-file` may belong to any of several deployments, or
            a folder holds too much.
        NothingToDo: there are only folders, and nothing in them sets a server up.
    """
    _refuse_forms_of_what_moves(chosen)
    below = expanded(chosen.files)
    files, notes = _rendered((*chosen.opened, *below.files), chosen)
    notes = (*below.notes, *notes)
    try:
        read = _read(files, chosen, below.mute, reader_of)
    except SourceError as fault:
        why = (*(note.rstrip(".") for note in notes), fault.message)
        raise SourceError("; ".join(why), fault.hint) from None
    read = replace(read, notes=(*notes, *read.notes))
    certain, more = _certain(chosen)
    if not more and read.found:
        return read
    if len(read.found) > 1:
        raise ConfigError(
            f"{more[0].name} is of one deployment, and the other files are of {len(read.found)}",
            "give the files of one, or --together if they all are",
        )
    name = more[0].name if more else ""
    one = read.found[0] if read.found else Deployment(name, OperatorSettings(), ())
    whole = replace(one, operator=merge(one.operator, certain), files=(*one.files, *more))
    return replace(read, found=(whole,))


def _rendered(
    files: tuple[OperatorFile, ...], chosen: GivenFiles
) -> tuple[tuple[OperatorFile, ...], tuple[str, ...]]:
    """The files to be read, and notes on those that could not be rendered."""
    if not chosen.is_rendered:
        return files, ()
    from confaudit.operator_files.rendering import render  # it starts programs: only when asked

    rendered = render(files)
    return rendered.files, rendered.notes


def _refuse_forms_of_what_moves(chosen: GivenFiles) -> None:
    """Refuse forms, which go by the position of a file, where that changes."""
    cause = "--render" if chosen.is_rendered else "a folder" if chosen.folders else ""
    if chosen.forms and cause:
        raise ConfigError(
            f"--form says what files are by their position, which {cause} changes",
            "leave one of them out",
        )


def _read(
    files: tuple[OperatorFile, ...], chosen: GivenFiles, mute: Set[str], reader_of: ReaderOf
) -> Deployments:
    if not files and not chosen.folders:
        return Deployments()
    try:
        read = _read_some(files, chosen, mute, reader_of)
    except SourceError as fault:
        if chosen.opened or len(chosen.folders) < len(chosen.files):
            raise
        raise NothingToDo(fault.message, "name the files that set Coder's server up") from None
    unsaid = plural(len(read.faults), "file")
    where = ", ".join(visible(str(folder)) for folder in chosen.folders)
    notes = (f"{unsaid} below {where} set nothing up.",) if read.faults else ()
    return replace(read, found=distinct(read.found), notes=(*read.notes, *notes))


def _read_some(
    files: tuple[OperatorFile, ...], chosen: GivenFiles, mute: Set[str], reader_of: ReaderOf
) -> Deployments:
    if chosen.is_one and not chosen.folders:
        return Deployments((read_as_one(files, chosen.forms, reader_of),))
    read = read_deployments(files, chosen.forms, reader_of, mute)
    if not chosen.is_one:
        return read
    used = {file.name: file for one in read.found for file in one.files}  # layers in their order
    return replace(read, found=(read_as_one([*used.values()], (), reader_of),))


def distinct(found: Sequence[Deployment]) -> tuple[Deployment, ...]:
    """With names that are all different: two namespaces may have a workload of one name."""
    names = unlike(one.name for one in found)
    return tuple(replace(one, name=name) for one, name in zip(found, names, strict=True))


def unlike(given: Iterable[str]) -> tuple[str, ...]:
    """Names that are all different: one that was there already gets a number."""
    names: dict[str, None] = {}
    for one in given:
        name, number = one, 1
        while name in names:
            number += 1
            name = f"{one} #{number}"
        names[name] = None
    return tuple(names)


def _certain(chosen: GivenFiles) -> tuple[OperatorSettings, tuple[OperatorFile, ...]]:
    """What the files set of which the operator says how they reach the server."""
    env_files = tuple(map(open_file, chosen.env_files))
    config = (open_file(chosen.config_file),) if chosen.config_file else ()
    settings = merge(
        *(read_env_file(file.text, file.name) for file in env_files),
        *(read_server_yaml(file.text, file.name) for file in config),
    )
    return settings, (*env_files, *config)


_COLUMNS: Final = (
    Column("input", "File", is_code=True),
    Column("form", "What it is"),
    Column("settings", "Settings"),
    Column("lines", "Lines"),
)


def files_table(opened: Deployment) -> tuple[Table, ...]:
    """Which files the report rests on. No hash of them: they hold secrets."""
    rows = tuple(_input_row(file, opened) for file in opened.files)
    return (Table("inputs", "Inputs", _COLUMNS, rows, is_folded=True),) if rows else ()


def _input_row(file: OperatorFile, opened: Deployment) -> dict[str, Value]:
    found = [one for one in opened.operator.given if one.position.file == file.name]
    only = opened.operator.forms if len(opened.files) == len(opened.operator.forms) == 1 else ()
    forms = {one.form.value for one in found} or {one.value for one in only} or {form_word(file)}
    told = sorted(filter(None, forms))
    return {
        "input": file.name,
        "form": listing(told) if told else MISSING,
        "settings": len(found),
        "lines": file.text.count("\n") + (not file.text.endswith("\n")),
    }


def blind_spots(operator: OperatorSettings) -> Iterator[str]:
    """What the files do not tell, in whole sentences."""
    yield from (f"{note.removesuffix('.')}." for note in operator.coverage)
    for state, why in UNSEEN.items():
        names = dict.fromkeys(map(_called, (one for one in operator.given if one.state is state)))
        if names:
            shown = f"{plural(len(names), 'setting')}: {', '.join(names)}"
            yield f"Set, and not checked because the value {why}: {shown}."


def _called(given: Given) -> str:
    """The name of a setting, or where it stands when it has none."""
    where = given.position
    return visible(written(given)) if given.name else f"{where.file}, line {where.line}"


def oldest_release(operator: OperatorSettings, catalog: Catalog) -> str:
    """The oldest release that has every option the files name; empty when that says nothing."""
    releases = catalog.releases
    known = [{spec.env for spec in release.options.values()} for release in releases]
    every = set().union(*known)
    wanted = {one.name for one in operator.given} & every - {""}
    fits = (r.version for r, names in zip(releases, known, strict=True) if wanted <= names)
    found = next(fits, "")
    return "" if found == releases[0].version else found
