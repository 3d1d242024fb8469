"""Write copies of the operator's files with current names; the originals are only read."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from confaudit.core.migrate import Migrant, Migration, migrate
from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError, SourceError
from confaudit.operator_files import OperatorFile, decode
from confaudit.workflows.audit import AuditScope
from confaudit.workflows.write import write_text


def write_fixed(scopes: Sequence[AuditScope], folder: Path) -> Migration:
    """Write every file into a folder, by its own name, with the names the target calls current.

    Files of the same name keep their folders. The copies hold what the originals do, so that
    nobody but their owner may read them.

    Raises:
        SourceError: a file changed since it was read, or is not UTF-8, so no copy would be exact.
        ConfigError: the folder is that of an original, or cannot be written to.
    """
    files = {file.name: file for scope in scopes for file in scope.opened.files}
    texts = {name: _as_on_disk(file) for name, file in files.items()}
    copies = _copies({name: Path(file.lies_at) for name, file in files.items()}, folder)
    migration = migrate(*(_on_disk(scope.migrant, texts) for scope in scopes))
    for name, path in copies.items():
        _write(path, migration.texts[name])
    return migration


def _on_disk(migrant: Migrant, texts: Mapping[str, str]) -> Migrant:
    return replace(migrant, texts={name: texts[name] for name in migrant.texts})


def _as_on_disk(file: OperatorFile) -> str:
    """The text with its own line ends, which readers do not keep."""
    if not Path(file.lies_at).is_file():  # standard input, or what another program writes
        raise SourceError(
            f"{file.name} is no file on disk, so no copy of it can be made", "give a file by name"
        )
    try:
        content = Path(file.lies_at).read_bytes()
        text = content.decode()
    except OSError:
        raise SourceError(f"{file.name} cannot be read again", "check that it is a file") from None
    except UnicodeDecodeError:
        raise SourceError(
            f"{file.name} is not UTF-8, so no exact copy can be made", "convert it to UTF-8"
        ) from None
    if decode(content, file.lies_at).text != file.text:
        raise SourceError(f"{file.name} has changed since it was read", "run the command again")
    return text


def _copies(files: Mapping[str, Path], folder: Path) -> Mapping[str, Path]:
    """Where the copy of each file goes."""
    originals = {name: path.resolve() for name, path in files.items()}
    for path in originals.values():
        if path.parent == folder.resolve():
            raise ConfigError(
                f"the copies would replace the originals in {visible(str(folder))}",
                "give another folder",
            )
    unique = len({path.name for path in originals.values()}) == len(originals)
    top = Path(os.path.commonpath([path.parent for path in originals.values()]))
    copies = {
        name: folder / (path.name if unique else path.relative_to(top))
        for name, path in originals.items()
    }
    if {path.resolve() for path in copies.values()} & set(originals.values()):
        raise ConfigError(
            f"the copies would replace originals below {visible(str(folder))}",
            "give another folder",
        )
    return copies


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner may read, at no time anybody else."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise ConfigError(
            f"cannot write {visible(str(path))}: {error.strerror}",
            "check the folder and its permissions",
        ) from error
    write_text(path, text)
