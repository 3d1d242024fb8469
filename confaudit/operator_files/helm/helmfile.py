"""helmfile.yaml: releases of charts, each with values of its own and files of values."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import values_file
from confaudit.operator_files.helm.chart_values import text_of
from confaudit.operator_files.helm.parameters import (
    MOST,
    Environment,
    Parameters,
    different,
    flat,
    guessed,
)
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.reader import Reader
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, entries, get, items_at, text_at


def recognise(file: OperatorFile) -> bool:
    """Whether it lists releases that name their charts."""
    return any(True for _ in _releases(file))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the releases of Coder's chart, and others that run its server, in each environment."""
    environments = _environments(file, beside) or _guessed(file, beside) or [Environment()]
    found = ((one.name, _in_environment(one, file, beside)) for one in environments)
    return tuple(different(found))


def _in_environment(
    environment: Environment, file: OperatorFile, beside: Beside
) -> Iterator[OperatorSettings]:
    file = environment.in_file(file)
    releases = [*_releases(file)]
    for release in releases:
        name = text_at(release, "name")
        for one in _read(release, file, beside, environment):
            yield replace(one, name=", ".join(filter(None, (name, one.name))))


def _environments(file: OperatorFile, beside: Beside) -> list[Environment]:
    """Those that the helmfile lists, or one that it is built on, with the values of each."""
    files = [file, *_bases(file, beside)]
    roots = [root for one in files for root in (one.yaml.roots if one.yaml else ())]
    common = [one for root in roots for one in items_at(root, "values")]
    listed = (get(root, "environments") for root in roots)
    named = [pair for one in listed if isinstance(one, Mapping) for pair in entries(one)]
    return [
        _environment(key.text, [*common, *items_at(node, "values")], file, beside)
        for key, node in islice(named, MOST)
    ]


def _bases(file: OperatorFile, beside: Beside) -> Iterator[OperatorFile]:
    for root in file.yaml.roots if file.yaml else ():
        for path in items_at(root, "bases"):
            if isinstance(path, Scalar) and (found := beside.find(path.text, file)):
                yield beside.take(found)


def _environment(
    name: str, layers: Sequence[Node], file: OperatorFile, beside: Beside
) -> Environment:
    """Its name, and the values that it has in maps or in files, the later over the earlier."""
    known: dict[str, str] = {"Environment.Name": name}
    alone, is_whole = Environment(known=known), True
    for one in layers:
        values = _values(one, alone, file, beside)
        is_whole = is_whole and values is not None
        for key, value in (values or {}).items():
            known |= {f"{place}.{key}": value for place in _PLACES}
    return Environment(name, known, is_whole)


_PLACES: Final = ("Values", "StateValues", "Environment.Values")
"""The names under which templates find the values of an environment."""


def _values(
    node: Node, named: Environment, file: OperatorFile, beside: Beside
) -> Parameters | None:
    """The values of a map or of a file; None where that is not here."""
    if not isinstance(node, Scalar):
        return flat(node)
    found = beside.find(named.fill(node.text), file)
    if found is None:
        return None
    documents = named.in_file(beside.take(found)).yaml
    return flat(documents.roots[0]) if documents and documents.roots else {}


def _guessed(file: OperatorFile, beside: Beside) -> list[Environment]:
    """Those for which files of values were given."""
    return guessed([match["path"] for match in _TEMPLATED.finditer(file.text)], beside.files)


_TEMPLATED: Final = regex(
    r"(?m)^[ \t]*-[ \t]+[\"']?(?P<path>[^\s\"'][^\"'\n]{0,300}?\.(?:ya?ml|json)(?:\.gotmpl)?)"
    r"[\"']?[ \t]*$"
)
"""An item that names a file. A text that begins with a template is none in YAML."""
_FILES: Final = ("values", "secrets")
"""The keys of a release that name files, in the order in which these are laid over each other."""


def _releases(file: OperatorFile) -> Iterator[Mapping]:
    for root in file.yaml.roots if file.yaml else ():
        for one in items_at(root, "releases"):
            if isinstance(one, Mapping) and text_at(one, "chart") and not get(root, "kind"):
                yield one


def _read(
    release: Mapping, file: OperatorFile, beside: Beside, environment: Environment
) -> tuple[OperatorSettings, ...]:
    if text_at(release, "installed") == "false":
        return ()
    chart = text_at(release, "chart")
    is_coder = values_file.is_coders(chart)
    stack = Stack(file, Form.HELMFILE, beside, is_coder, environment=_of(release, environment))
    for key in _FILES:
        for item in items_at(release, key):
            _add(item, stack)
    for item in items_at(release, "set"):
        _set(item, stack)
    return stack.read(
        values_file.Release(
            stack.result(release),
            what=f"release {text_at(release, 'name')}",
            chart=chart,
            version=text_of(get(release, "version")),
            namespace=text_at(release, "namespace"),
        )
    )


def _of(release: Mapping, environment: Environment) -> Environment:
    """An environment with what templates of one release know of it."""
    known = {f"Release.{key.title()}": text_at(release, key) for key in ("name", "namespace")}
    return replace(environment, known={**environment.known, **known})


def _add(item: Node, stack: Stack) -> None:
    if isinstance(item, Scalar):
        stack.add_file(item)
    else:
        stack.add_own(item)


def _set(item: Node, stack: Stack) -> None:
    path, value = text_at(item, "name"), get(item, "value")
    if isinstance(value, Scalar):
        stack.set(path, typed(value.text, value.line))
    elif text_at(item, "file"):
        stack.miss(f"file/{text_at(item, 'file')}", item, f"the file {text_at(item, 'file')}")


READER: Final = Reader(recognise, read)
