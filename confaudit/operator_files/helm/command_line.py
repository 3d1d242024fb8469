"""`helm install` and `helm upgrade` on a command line: the chart, its version, what it is given."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import Word, called
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import values_file
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.templates import OPAQUE
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Scalar

_HELM: Final = frozenset({"helm", "helm3"})
_INSTALLS: Final = frozenset({"install", "upgrade", "template"})
_FILES: Final = frozenset({"values", "f"})
_SETS: Final = ("set-json", "set", "set-string", "set-file", "set-literal")
"""In the order in which Helm lays them over each other, whatever theirs on the line."""
_KEEPS: Final = frozenset({"reuse-values", "reset-then-reuse-values"})
_WITH_VALUE: Final = (
    _FILES
    | {*_SETS, "version", "namespace", "n", "repo", "timeout", "kube-context", "kubeconfig"}
    | {"description", "history-max", "name-template", "output", "o", "post-renderer", "username"}
    | {"password", "ca-file", "cert-file", "key-file", "keyring", "labels", "l", "kube-apiserver"}
    | {"kube-token", "kube-as-user", "post-renderer-args", "registry-config", "repository-config"}
    | {"repository-cache", "kube-version", "api-versions", "a", "show-only", "s", "output-dir"}
)
"""Options that take the next word, where it is not joined by `=`."""


class Call(Struct, frozen=True):
    """One command that installs a chart."""

    line: int
    release: str
    chart: str
    options: tuple[tuple[str, Word], ...]
    """In their order; a switch has an empty word."""

    def last(self, name: str) -> str:
        """The value of an option; empty where it is not given."""
        return next((word for key, (word, _) in reversed(self.options) if key == name), "")

    @property
    def keeps(self) -> bool:
        """Whether it lays its values over those that the release has."""
        return any(name in _KEEPS and word != "false" for name, (word, _) in self.options)


def call_of(words: Sequence[Word]) -> Call | None:
    """What a command installs by Helm, if it does; what its words hide is opaque in them."""
    at = next((n for n, (word, _) in enumerate(words) if called(word.lstrip("@-")) in _HELM), None)
    if at is None:
        return None
    options = [*_options(words[at + 1 :])]
    named = [word for name, (word, _) in options if not name]
    if len(named) < 2 or named[0] not in _INSTALLS:
        return None
    release = named[1] if len(named) > 2 else ""
    given = tuple((name, word) for name, word in options if name)
    return Call(words[at][1], release, named[-1 if len(named) < 3 else 2], given)


def _options(words: Sequence[Word]) -> Iterator[tuple[str, Word]]:
    """Each option with its value; what is none has no name."""
    rest = iter(words)
    for text, line in rest:
        name, joined, value = text.lstrip("-").partition("=")
        if not text.startswith("-"):
            yield "", (text, line)
        elif joined or name not in _WITH_VALUE:
            yield name, (value, line)
        else:
            yield name, next(rest, ("", line))


def read_calls(
    calls: Iterable[Call], file: OperatorFile, beside: Beside
) -> Iterator[tuple[Call, OperatorSettings]]:
    """What calls set up, each release as the last of them leaves it."""
    chains: dict[tuple[str, str], list[Call]] = {}
    for one in calls:
        key = (one.release, one.last("namespace") or one.last("n"))
        before = chains.get(key, []) if one.keeps else []
        chains[key] = [*before, one]
    for chain in chains.values():
        yield from ((chain[-1], one) for one in _read(chain, file, beside))


def _read(
    chain: Sequence[Call], file: OperatorFile, beside: Beside
) -> tuple[OperatorSettings, ...]:
    last = chain[-1]
    stack = Stack(file, Form.SCRIPT, beside, values_file.is_coders(last.chart))
    if chain[0].keeps:
        at = Scalar(chain[0].line, "", "")
        stack.miss("helm/values", at, "the release as it runs, whose values it reuses")
    for call in chain:
        _add(call, stack)
    return stack.read(
        values_file.Release(
            stack.result(Mapping(last.line)),
            what=f"release {last.release}".strip(),
            chart=last.chart,
            version=last.last("version"),
            repository=last.last("repo"),
            namespace=last.last("namespace") or last.last("n"),
        )
    )


def _add(call: Call, stack: Stack) -> None:
    for name, (word, line) in call.options:
        for path in word.split(",") if name in _FILES else ():
            _add_file(path, line, stack)
    for kind in _SETS:
        for name, (word, line) in call.options:
            if name == kind:
                _SETTERS[kind](word, line, stack)


def _add_file(path: str, line: int, stack: Stack) -> None:
    if path == "-" or OPAQUE in path or path.startswith(("(", "/dev/")):
        stack.miss("file/-", Scalar(line, path, '"'), "what the script hands over")
    else:
        stack.add_file(Scalar(line, path, '"'))


def _set(word: str, line: int, stack: Stack) -> None:
    for path, value in _pairs(word):
        stack.set(path, typed(value, line))


def _set_text(word: str, line: int, stack: Stack) -> None:
    for path, value in _pairs(word):
        stack.set(path, Scalar(line, value, '"'))


def _set_literal(word: str, line: int, stack: Stack) -> None:
    path, _, value = word.partition("=")
    stack.set(path, Scalar(line, value, '"'))


def _set_json(word: str, line: int, stack: Stack) -> None:
    path, _, value = word.partition("=")
    stack.set_text(path, stack.file.inner(value, line, flat=True))


def _set_file(word: str, line: int, stack: Stack) -> None:
    for path, value in _pairs(word):
        at = Scalar(line, value, '"')
        stack.miss(f"file/{value}", at, f"the file {value} (for {path})")
        stack.set(path, Scalar(line, OPAQUE, '"'))


_SETTERS: Final = {
    "set": _set,
    "set-string": _set_text,
    "set-json": _set_json,
    "set-file": _set_file,
    "set-literal": _set_literal,
}

_PAIR: Final = regex(r"(?P<path>[^=,]+)=(?P<value>\{[^{}]*\}|(?:\\.|[^,\\])*)(?:,|\Z)", re.DOTALL)


def _pairs(word: str) -> Iterator[tuple[str, str]]:
    """`a=b,c={d,e}`: each path with its value; the items of a list one by one."""
    for match in _PAIR.finditer(word):
        path, value = match["path"], match["value"]
        if value.startswith("{") and value.endswith("}"):
            items = filter(None, value[1:-1].split(","))
            yield from ((f"{path}[{n}]", item) for n, item in enumerate(items))
        else:
            yield path, re.sub(r"\\(.)", r"\1", value)
