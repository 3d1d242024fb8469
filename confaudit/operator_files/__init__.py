"""What operators set: reads their own files, of whatever form, into `core.given.OperatorSettings`.

A form is recognised by content, never by a file's name. `READERS` lists them; `read` finds the
right one. Nothing is executed or rendered. Structure comes first, texts inside texts next, and
what has no structure is read line by line. Importing this package is cheap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import Final, cast

from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.errors import SourceError
from confaudit.operator_files.file import MAX_BYTES, OperatorFile, decode, plain
from confaudit.operator_files.merge import merge

__all__ = [
    "READERS",
    "FormReader",
    "OperatorFile",
    "decode",
    "merge",
    "open_file",
    "read",
    "read_all",
    "read_env_file",
    "read_server_yaml",
    "recognised",
]


@dataclass(frozen=True, slots=True)
class FormReader:
    """One form. Its module has two functions, to recognise it and to read it."""

    name: str
    """What `--form` calls it."""
    title: str
    """What it is, to follow "is" in a sentence."""
    module: str
    embeddable: bool = True
    """Whether a text inside another file may be one."""
    suffix: str = ""
    """Of the names of its two functions, where a module has two forms."""

    def recognise(self, file: OperatorFile) -> bool:
        """Whether the file looks like this form; never raises for any content."""
        return cast(Callable[[OperatorFile], bool], self._function("recognise"))(file)

    def read(self, file: OperatorFile) -> OperatorSettings:
        """Read the file as this form.

        Raises:
            SourceError: it cannot be read as one.
        """
        return cast(Callable[[OperatorFile], OperatorSettings], self._function("read"))(file)

    def _function(self, name: str) -> object:
        module = import_module(f"confaudit.operator_files.{self.module}")
        return getattr(module, name + self.suffix)


READERS: Final[Mapping[str, FormReader]] = {
    reader.name: reader
    for reader in (
        FormReader("kubernetes", "a Kubernetes manifest", "kubernetes"),
        FormReader("compose", "a compose file", "compose"),
        FormReader("helm-values", "a file of Helm values", "helm"),
        FormReader("server-yaml", "the server's YAML", "server_yaml", embeddable=False),
        FormReader("systemd", "a systemd unit", "systemd"),
        FormReader("env-file", "an env file", "env_file"),
        FormReader("nix", "a Nix file", "code", embeddable=False, suffix="_nix"),
        FormReader("terraform", "a Terraform file", "code", embeddable=False, suffix="_terraform"),
        FormReader("text", "a text with Coder's variables in it", "lines", embeddable=False),
    )
}
"""In the order in which they are tried: what has the most structure first."""


def open_file(path: Path) -> OperatorFile:
    """Read an operator's file from disk.

    Raises:
        SourceError: it cannot be read, is too large or no text.
    """
    label = visible(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SourceError(f"there is no file {label}", "check the path") from None
    except (OSError, ValueError):  # ValueError: a name that no file can have
        raise SourceError(f"{label} cannot be read", "check that it is a file and yours") from None
    return decode(content, str(path))


def recognised(file: OperatorFile, *, inside: bool = False) -> FormReader | None:
    """The reader for a file, or for a text `inside` another one."""
    readers = (one for one in READERS.values() if one.embeddable or not inside)
    return next((one for one in readers if one.recognise(file)), None)


def read(file: OperatorFile, kind: str | None = None) -> OperatorSettings:
    """Read one file; `kind` (a name in `READERS`) says what it is, its content otherwise.

    Raises:
        SourceError: it has no form we know, is for a Coder before 2.0, or sets nothing.
    """
    return _read(file, _reader(file, kind))


def read_all(files: Sequence[OperatorFile], kinds: Sequence[str] = ()) -> OperatorSettings:
    """Read files that belong together, in order; `kinds` says what the first of them are.

    An env file beside a compose file is its `.env`: it fills in `${…}`, and reaches the server
    only if the service names it as `env_file`.

    Raises:
        SourceError: as `read`.
    """
    chosen = [(file, _reader(file, kind)) for file, kind in zip_longest(files, kinds[: len(files)])]
    forms = {reader.name for _, reader in chosen}
    if "compose" in forms:
        return _read_with_dotenv(chosen)
    by_systemd = "systemd" in forms
    return merge(
        *(
            _read_environment(file, by_systemd)
            if reader.name == "env-file"
            else _read(file, reader)
            for file, reader in chosen
        )
    )


def _read_environment(file: OperatorFile, by_systemd: bool) -> OperatorSettings:
    from confaudit.operator_files import env_file

    return env_file.read(
        file, env_file.EnvSyntax.SYSTEMD if by_systemd else env_file.EnvSyntax.UNKNOWN
    )


def _read_with_dotenv(chosen: Sequence[tuple[OperatorFile, FormReader]]) -> OperatorSettings:
    from confaudit.operator_files import env_file

    dotenv = [
        env_file.read(file, env_file.EnvSyntax.DOCKER)
        for file, reader in chosen
        if reader.name == "env-file"
    ]
    variables = env_file.variables(one for part in dotenv for one in part.given)
    others = [
        _read(file, reader, variables if dotenv else None)
        for file, reader in chosen
        if reader.name != "env-file"
    ]
    wanted = {other.resource for part in others for other in part.elsewhere}
    return merge(*(_beside(part, wanted) for part in dotenv), *others)


def read_env_file(text: str, file: str) -> OperatorSettings:
    """Read the server's environment from a text; `file` names it in positions and messages."""
    from confaudit.operator_files import env_file

    return env_file.read(plain(text, file))


def read_server_yaml(text: str, file: str) -> OperatorSettings:
    """Read the server's YAML from a text; `file` names it in positions and messages.

    Raises:
        SourceError: it is no YAML, or no map of options.
    """
    return READERS["server-yaml"].read(plain(text, file))


def _reader(file: OperatorFile, kind: str | None) -> FormReader:
    if kind is not None and kind not in READERS:
        raise SourceError(f"there is no form named {visible(kind)}", f"forms: {', '.join(READERS)}")
    reader = recognised(file) if kind is None else READERS[kind]
    if reader is None:
        raise SourceError(
            f"{file.name} is no file that configures Coder, as far as we can tell",
            f"say with --form which one it is: {', '.join(READERS)}",
        )
    return reader


def _read(
    file: OperatorFile, reader: FormReader, variables: Mapping[str, str] | None = None
) -> OperatorSettings:
    if reader.name == "compose":
        from confaudit.operator_files import compose

        operator = compose.read(file, variables)
    else:
        operator = reader.read(file)
    _refuse(operator, file, reader)
    if file.templated:
        note = f"{file.name} is a template: no YAML until somebody renders it, read as it stands"
        operator = replace(operator, notes=(note, *operator.notes))
    return operator


def _refuse(operator: OperatorSettings, file: OperatorFile, reader: FormReader) -> None:
    if not operator.forms:
        raise SourceError(
            f"{file.name} is {reader.title} without anything of Coder's server in it",
            "give the file that sets Coder's variables",
        )
    if operator.version.startswith(("0.", "1.")):
        raise SourceError(
            f"{file.name} is for Coder {operator.version}, which is older than 2.0",
            "give the configuration of a Coder 2 deployment",
        )


def _beside(dotenv: OperatorSettings, wanted: set[str]) -> OperatorSettings:
    """An env file beside a compose file: environment only where the service asks for it."""
    if wanted & set(dotenv.provides):
        return replace(dotenv, interpolation=dotenv.given)
    return replace(dotenv, given=(), interpolation=dotenv.given, provides=())
