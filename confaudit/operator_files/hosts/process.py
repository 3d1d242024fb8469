"""What a process has in its environment: what `env` prints, and /proc/PID/environ.

Every value is as it stands: no quotes, no comments, no `$`, and line breaks are part of it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import SettingsBlock
from confaudit.operator_files.substitution import verbatim
from confaudit.patterns import regex

_ASSIGNMENT: Final = regex(r"(?P<name>[A-Za-z_][\w.%()-]*)=(?P<value>.*)", re.DOTALL)
_USUAL: Final = frozenset(
    [
        *("PATH", "HOME", "PWD", "HOSTNAME", "SHLVL", "_", "USER", "LOGNAME", "SHELL", "TERM"),
        *("LANG", "INVOCATION_ID", "JOURNAL_STREAM", "KUBERNETES_SERVICE_HOST"),
    ]
)
"""What every process has, and nobody writes into an env file: two of them tell."""
_SERVICE: Final = regex(r"(?P<service>[A-Z_][A-Z0-9_]*)_SERVICE_HOST")
_LINK: Final = regex(
    r"(?:_SERVICE_HOST|_SERVICE_PORT(?:_\w+)?|_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)\Z"
)
"""How the variables end by which Kubernetes tells a container of the services beside it."""


def recognise(file: OperatorFile) -> bool:
    """Whether it holds what the system puts into every environment."""
    if "\0" in file.text:
        return True
    names = {line.partition("=")[0] for line in file.lines if _ASSIGNMENT.match(line)}
    return len(_USUAL & names) > 1


def read(file: OperatorFile, _: Beside) -> tuple[OperatorSettings, ...]:
    """Read the variables, but for those that nobody wrote: the links to services."""
    place = SettingsBlock(file, Form.PROCESS)
    found = [
        (match["name"], match["value"], line)
        for text, line in _entries(file)
        if (match := _ASSIGNMENT.fullmatch(text))
    ]
    links = _links(name for name, _, _ in found)
    given = tuple(
        place.text(name, value, line, verbatim) for name, value, line in found if name not in links
    )
    return (OperatorSettings(given=given, forms=(Form.PROCESS,)),)


def _links(names: Iterable[str]) -> frozenset[str]:
    """The variables that stand for a service: one named `coder` has some that begin with CODER_."""
    every = frozenset(names)
    services = {match["service"] for name in every if (match := _SERVICE.fullmatch(name))}
    return frozenset(
        name for name in every if (end := _LINK.search(name)) and name[: end.start()] in services
    )


def _entries(file: OperatorFile) -> Iterator[tuple[str, int]]:
    """Each variable with its line; a line that begins none goes on with the value before it."""
    if "\0" in file.text:
        line = 0
        for text in file.text.split("\0"):
            yield text, line
            line += text.count("\n")
        return
    begun = 0
    value: list[str] = []
    for number, text in enumerate(file.lines):
        if _ASSIGNMENT.match(text):
            yield "\n".join(value), begun
            begun, value = number, []
        value.append(text)
    yield "\n".join(value).rstrip("\n"), begun


READER: Final = Reader(recognise, read)
