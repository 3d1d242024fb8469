"""fly.toml: the application that Fly.io runs, its image, environment and processes."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from confaudit.core.coder.programs import SERVER_NAMES
from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import flags, started
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import verbatim
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.patterns import regex

_HEADER: Final = regex(r"(?m)^[ \t]*\[env\]\s*(?:#.*)?$")


def recognise(file: OperatorFile) -> bool:
    """Whether it is TOML with an application and its environment."""
    return _HEADER.search(file.text) is not None and "app" in _document(file.text)


def read(file: OperatorFile, _: Beside) -> tuple[OperatorSettings, ...]:
    """Read the application, if it is a server; its secrets Fly.io keeps elsewhere."""
    document = _document(file.text)
    environment, processes = (_table(document, key) for key in ("env", "processes"))
    repository, tag = image_parts(str(_table(document, "build").get("image", "")))
    is_coder = is_coder_image(repository)
    if not is_coder and not SERVER_NAMES & environment.keys():
        return ()
    version, hint = version_of(tag)
    place = SettingsBlock(file, Form.CONTAINER_APP, _line(file, "env"))
    commands = [(str(text), _line(file, "processes", name)) for name, text in processes.items()]
    words = [(word, line) for text, line in commands[:1] for word in text.split()]
    own = OperatorSettings(
        given=(
            *(
                place.text(name, _text(value), _line(file, "env", name), verbatim)
                for name, value in environment.items()
            ),
            *flags(started((), words), file, Form.CONTAINER_APP, verbatim),
        ),
        version=version,
        version_hint=hint,
        elsewhere=(Elsewhere("fly/secrets", f"{file.name}: what `fly secrets` sets is not here"),),
        forms=(Form.CONTAINER_APP,),
        is_server=is_coder,
    )
    return (own,)


@lru_cache(maxsize=8)
def _document(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):  # no TOML, or a number of more digits than Python reads
        return {}


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = document.get(key)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _line(file: OperatorFile, table: str, key: str = "") -> int:
    """Where a key of a table stands, or its header, from 0: the parser does not tell."""
    header = re.search(rf"(?m)^[ \t]*\[{table}\]", file.text)
    begin = header.start() if header else 0
    entry = re.compile(rf"^[ \t]*[\"']?{re.escape(key)}\b", re.MULTILINE).search(file.text, begin)
    return file.text.count("\n", 0, entry.start() if key and entry else begin)


READER: Final = Reader(recognise, read)
