"""What Helm prints of a release: `helm get values`, `helm get all`, `helm status -o json`."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from confaudit.core.given import Form, OperatorSettings
from confaudit.operator_files.beside import ALONE, Beside, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import values_file
from confaudit.operator_files.helm.values_layers import Layer, layered
from confaudit.operator_files.kubernetes import manifests
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, text_at

_VALUES: Final = ("USER-SUPPLIED VALUES", "COMPUTED VALUES")
"""The headings of values; what the operator gave says all that what it came to does."""
_MANIFEST: Final = "MANIFEST"
_HEADING: Final = regex(rf"(?m)^({'|'.join((*_VALUES, _MANIFEST))}|HOOKS|NOTES):[ \t]*$")


def recognise(file: OperatorFile) -> bool:
    """Whether there is one of Helm's headings, or its record of a release."""
    return bool(_HEADING.search(file.text)) or _record(file) is not None


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the values of a release, and without any what was made of them."""
    made = [
        server
        for text in _manifests(file)
        for server in manifests.servers(resources(text), ALONE)
        if server.forms
    ]
    version = next((one.version for one in made if one.version), _told(file))
    values = next(_values(file), None)
    if values is None:
        return tuple(made)
    release = values_file.Release(layered([values]), what="the release")
    found = values_file.read_release(release, beside)
    told = OperatorSettings(version=version)
    return tuple(merge(told, one) if one.forms else one for one in found)


def _record(file: OperatorFile) -> Mapping | None:
    """What `helm status` prints as JSON or YAML."""
    root = file.yaml.roots[0] if file.yaml and file.yaml.roots else None
    is_one = isinstance(get(root, "info"), Mapping) and text_at(root, "manifest")
    return root if isinstance(root, Mapping) and is_one else None


def _values(file: OperatorFile) -> Iterator[Layer]:
    record = _record(file)
    config = get(record, "config")
    if isinstance(config, Mapping):
        yield Layer(config, file, Form.HELM_OUTPUT)
    sections = dict(_sections(file))
    for heading in _VALUES:
        inner = sections.get(heading)
        root = inner.yaml.roots[0] if inner and inner.yaml and inner.yaml.roots else None
        if inner and isinstance(root, Mapping):
            yield Layer(root, inner, Form.HELM_OUTPUT)


def _manifests(file: OperatorFile) -> Iterator[OperatorFile]:
    text: Node | None = get(_record(file), "manifest")
    if isinstance(text, Scalar):
        yield file.inner(text.text, text.line, flat=True)
    yield from (inner for heading, inner in _sections(file) if heading == _MANIFEST)


def _sections(file: OperatorFile) -> Iterator[tuple[str, OperatorFile]]:
    """The headings with the text below each."""
    found = [
        (number, heading[1])
        for number, line in enumerate(file.lines)
        if (heading := _HEADING.fullmatch(line))
    ]
    for (number, name), (end, _) in pairwise((*found, (len(file.lines), ""))):
        yield name, file.inner("\n".join(file.lines[number + 1 : end]), number + 1)


def _told(file: OperatorFile) -> str:
    """The version of the chart, if it is said above the first heading that it is Coder's."""
    head = file.text[: found.start()] if (found := _HEADING.search(file.text)) else ""
    chart = re.search(r"(?m)^CHART:\s*coder(?:-(\d[\w.+-]*))?\s*$", head)
    version = re.search(r"(?m)^VERSION:\s*(\d[\w.+-]*)\s*$", head)
    return (chart[1] or (version[1] if version else "")) if chart else ""


READER: Final = Reader(recognise, read)
