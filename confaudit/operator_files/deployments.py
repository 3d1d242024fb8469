"""Which of the files given set up one server together.

A file belongs to what points to it (a unit's EnvironmentFile, a release's ConfigMap), is a layer
where a tool lays files one over the other (values.yaml and values-prod.yaml), and stands for
itself otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from confaudit.core.coder.programs import Program, meant_for
from confaudit.core.given import Channel, Elsewhere, Given, GivenState, OperatorSettings
from confaudit.core.text.wording import listing, plural, visible
from confaudit.errors import SourceError
from confaudit.operator_files import server_yaml
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.forms import READERS, FormReader, form_of
from confaudit.operator_files.kubernetes.flux import filled
from confaudit.operator_files.layers import layered
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import unique


class Deployment(Struct, frozen=True):
    """One server, as files set it up. Holds secrets."""

    name: str
    """Its file as it was given, or the layers of it, and which server where that sets up several;
    empty without files."""
    operator: OperatorSettings
    files: tuple[OperatorFile, ...]
    """Every file it has to do with; those that it is named after first."""
    is_one_of_several: bool = False
    """Whether its files set up further servers."""


class Deployments(Struct, frozen=True):
    """What a number of files come to."""

    found: tuple[Deployment, ...] = ()
    notes: tuple[str, ...] = ()
    """Which files were not read and why, in whole sentences."""
    faults: Mapping[str, SourceError] = field(default_factory=dict)
    """What is wrong with those that could not be read, by their names; none of `notes`."""


ReaderOf: TypeAlias = Callable[[Sequence[Given]], Program | None]
"""Tells by the names of variables who reads them; None when nothing of Coder's does."""


def always_server(given: Sequence[Given]) -> Program:
    """The server reads whatever is given, as far as nothing else tells."""
    return Program.SERVER


def read_deployments(
    files: Sequence[OperatorFile],
    forms: Sequence[str] = (),
    reader_of: ReaderOf = always_server,
    mute: Set[str] = frozenset(),
) -> Deployments:
    """Read files of one or several deployments; `forms` says what the first of them are.

    `mute` are the names of files that nobody said to set anything up: what is wrong with them is
    in no note.

    Raises:
        SourceError: none of them can be read.
    """
    read = survey(files, reader_of, forms)
    told = [fault for name, fault in read.faults.items() if name not in mute]
    if not read.found:
        raise _nothing(told, read.notes)
    untold = {name: fault for name, fault in read.faults.items() if name in mute}
    return Deployments(read.found, (*read.notes, *_told(told)), untold)


_MOST_TOLD: Final = 10
"""Files that cannot be read, each in a sentence of its own; of more the number is told."""


def _told(faults: Sequence[SourceError]) -> Iterator[str]:
    yield from (f"{fault}." for fault in faults[:_MOST_TOLD])
    if rest := faults[_MOST_TOLD:]:
        yield f"{plural(len(rest), 'more file')} cannot be read either."


def survey(
    files: Sequence[OperatorFile], reader_of: ReaderOf, forms: Sequence[str] = ()
) -> Deployments:
    """The deployments among files of which some, or all, may have nothing to do with any."""
    reading = _Reading.of(files, forms, reader_of)
    found = reading.deployments()
    return Deployments(found, tuple(reading.notes), reading.faults)


def read_as_one(
    files: Sequence[OperatorFile],
    forms: Sequence[str] = (),
    reader_of: ReaderOf = always_server,
) -> Deployment:
    """Read files that somebody says are of one deployment, whatever they look like.

    Raises:
        SourceError: one of them cannot be read, or sets up several servers.
    """
    reading = _Reading.of(files, forms, reader_of, is_one=True)
    found = reading.deployments()
    if reading.faults:
        raise next(iter(reading.faults.values()))
    if not found:
        raise _nothing((), reading.notes)
    several = next((one for one in found if one.is_one_of_several), None)
    if several:
        raise SourceError(
            f"{several.files[0].name} sets up several servers, {several.name} among them",
            "give the files of one of them alone",
        )
    notes = OperatorSettings(notes=tuple(reading.notes))
    operator = merge(*(one.operator for one in found), notes)
    program = reading.reader(operator)
    if program is not Program.SERVER:
        raise _nothing((), [meant_for(listing([file.name for file in files]), program)])
    return Deployment(found[0].name, operator, tuple(files))


class Inside:
    """The texts that one file has inside, read as if they were files given together."""

    def __init__(self, files: Sequence[OperatorFile], around: Beside) -> None:
        self._reading = _Reading.of(files, (), always_server, around=around)
        self.beside: Final = self._reading.beside
        """They, and what lies beside the file itself: what else is in it may point to them."""

    def read(self) -> tuple[OperatorSettings, ...]:
        """What they set up, less those that something pointed to before, and what is noted."""
        found = [
            replace(one.operator, name=one.operator.name or one.files[0].path)
            for one in self._reading.deployments()
        ]
        return (*found, OperatorSettings(notes=tuple(self._reading.notes)))


class _Reading(Struct):
    chosen: Sequence[tuple[OperatorFile, FormReader]]
    beside: Beside
    reader_of: ReaderOf
    unknown: dict[str, SourceError]
    """Why a file has no form, by its name: of no matter where another points to it."""
    faults: dict[str, SourceError] = field(default_factory=dict)
    """What is wrong with a file, by its name."""
    notes: list[str] = field(default_factory=list)
    noted: set[str] = field(default_factory=set)
    """The names of files that some of the notes are about."""

    @classmethod
    def of(
        cls,
        files: Sequence[OperatorFile],
        forms: Sequence[str],
        reader_of: ReaderOf,
        *,
        is_one: bool = False,
        around: Beside | None = None,
    ) -> "_Reading":
        flux = filled(files)
        files = flux.files
        chosen: list[tuple[OperatorFile, FormReader]] = []
        unknown: dict[str, SourceError] = {}
        for index, file in enumerate(files):
            try:
                chosen.append((file, form_of(file, forms[index] if index < len(forms) else None)))
            except SourceError as fault:
                unknown[file.name] = fault
        forms_of = {id(file): one.name for file, one in chosen}
        given = [(file, forms_of.get(id(file), "")) for file in files]
        beside = Beside(given, is_one=is_one, around=around)
        noted = {file.name for file in flux.used}
        return cls(chosen, beside, reader_of, unknown, notes=[*flux.notes], noted=noted)

    def deployments(self) -> tuple[Deployment, ...]:
        """What sets up a server; then what nothing points to, in the order of the files."""
        found = [one for files, reader in self._in_order() for one in self._read(files, reader)]
        found += [one for file, reader in self.chosen for one in self._rest(file, reader, found)]
        self._find_silent(found)
        places = {id(file): place for place, (file, _) in enumerate(self.chosen)}
        return tuple(sorted(found, key=lambda one: places[id(one.files[0])]))

    def _in_order(self) -> Iterator[tuple[tuple[OperatorFile, ...], FormReader]]:
        """Files that are read together; those that others may point to come last."""
        for reader in sorted(READERS.values(), key=lambda one: one.rank):
            files = [file for file, one in self.chosen if one is reader]
            for group in self._groups(files, reader):
                yield tuple(files[index] for index in group), reader

    def _groups(
        self, files: Sequence[OperatorFile], reader: FormReader
    ) -> Iterable[tuple[int, ...]]:
        if files and self.beside.is_one and reader.is_layered:
            return [tuple(range(len(files)))]
        return layered([file.path for file in files], reader.name)

    def _read(self, files: Sequence[OperatorFile], reader: FormReader) -> Iterator[Deployment]:
        left = [file for file in files if not self.beside.has_taken(file)]
        if not left:
            return
        before = len(self.beside.taken)
        try:
            operators = reader.read_layers(left, self.beside)
            operators = tuple(self._with_server_yaml(one, left[0]) for one in operators)
            _refuse_old(operators, left[0])
        except SourceError as fault:
            self.faults[left[0].name] = fault
            return
        self._note_others(left, operators)
        servers = [one for one in operators if one.forms]
        yield from self._of_server(self._named(left, servers, self.beside.taken[before:]))

    def _note_others(
        self, files: Sequence[OperatorFile], operators: Sequence[OperatorSettings]
    ) -> None:
        """Say what is set up beside servers, or instead of one."""
        others = [one for one in operators if not one.forms]
        self.notes += unique(note for one in others for note in one.notes)
        self.noted |= {file.name for file in files} if others else set()

    def _of_server(self, found: Iterable[Deployment]) -> Iterator[Deployment]:
        """Those that the server reads; the others are noted, by the names of what they set."""
        for one in found:
            program = Program.SERVER if self.beside.is_one else self.reader(one.operator)
            if program is Program.SERVER:
                yield one
            else:
                self.notes.append(f"{meant_for(one.name, program)}.")
                self.noted |= {file.name for file in one.files}

    def reader(self, operator: OperatorSettings) -> Program | None:
        """Which of Coder's programs reads what is set; None when none does."""
        return Program.SERVER if operator.is_server else self.reader_of(operator.given)

    def _with_server_yaml(self, operator: OperatorSettings, file: OperatorFile) -> OperatorSettings:
        """With the server's YAML that a setting names, below everything else, or the lack of it."""
        named = server_yaml.named(operator.given)
        is_read = any(one.channel is Channel.YAML for one in operator.given)
        if named is None or is_read or named.state is GivenState.EMPTY:
            return operator
        path = named.value or ""
        found = self.beside.file(path, file) if path else None
        if found:
            return merge(*server_yaml.read(found, self.beside), operator)
        note = (
            f"{named.position.file}, line {named.position.line}: {visible(named.name)} names the "
            "server's YAML, which sets more"
        )
        return merge(operator, OperatorSettings(elsewhere=(Elsewhere(f"file/{path}", note),)))

    def _named(
        self,
        files: Sequence[OperatorFile],
        operators: Sequence[OperatorSettings],
        taken: Sequence[OperatorFile],
    ) -> Iterator[Deployment]:
        every = tuple({id(file): file for file in (*files, *taken)}.values())
        is_several = len(operators) > 1
        for operator in operators:
            which = f" ({visible(operator.name)})" if is_several else ""
            yield Deployment(f"{_called(files)}{which}", operator, every, is_several)

    def _rest(
        self, file: OperatorFile, reader: FormReader, found: Sequence[Deployment]
    ) -> Sequence[Deployment]:
        """What nothing points to; beside a server in the same file it reaches nobody."""
        rest = reader.read_rest(file, self.beside)
        if self.beside.is_one or not any(file in one.files for one in found):
            return tuple(self._of_server(self._named([file], rest, ())))
        self.notes += [
            f"{file.name}: {visible(one.name)} sets up Coder, and nothing given here points to it."
            for one in rest
        ]
        return ()

    def _find_silent(self, found: Sequence[Deployment]) -> None:
        """Say of each file that came to nothing why it did."""
        used = {file.name for one in found for file in one.files}
        taken = {file.name for file in self.beside.taken}
        self.faults |= {name: why for name, why in self.unknown.items() if name not in taken}
        used |= taken | self.faults.keys() | self.noted
        for file, reader in self.chosen:
            if file.name not in used:
                self.faults[file.name] = reader.silence(file)


def _called(layers: Sequence[OperatorFile]) -> str:
    """`values.yaml + values-prod.yaml`; of many files the first."""
    first, *others = layers
    if len(others) > _MOST_NAMED:
        return f"{first.name} + {len(others)} more"
    folder = PurePosixPath(first.name).parent
    paths = map(PurePosixPath, (one.name for one in others))
    names = (one.name if one.parent == folder else str(one) for one in paths)
    return " + ".join((first.name, *names))


_MOST_NAMED: Final = 3
"""Layers over the first that are told one by one."""


def _refuse_old(operators: Iterable[OperatorSettings], file: OperatorFile) -> None:
    old = next((one.version for one in operators if one.version.startswith(("0.", "1."))), "")
    if old:
        raise SourceError(
            f"{file.name} is for Coder {old}, which is older than 2.0",
            "give the configuration of a Coder 2 deployment",
        )


def _nothing(faults: Sequence[SourceError], notes: Sequence[str]) -> SourceError:
    """One sentence on files of which none can be read."""
    if len(faults) == 1 and not notes:
        return faults[0]
    why = [*map(str, faults), *(note.rstrip(".") for note in notes)]
    said = ": ".join(filter(None, ("nothing of Coder's server was read", "; ".join(why))))
    return SourceError(said, "give the files that set Coder's variables")
