"""Helm values, wherever they stand: a values file, a HelmRelease, an Argo CD Application.

Coder's container is found by structure, at any depth: what has an `env` with Coder's variables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from confaudit.core.coder.chart import may_set
from confaudit.core.given import ChartValues, Form, OperatorSettings
from confaudit.operator_files import cluster
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.chart_values import chart_keys
from confaudit.operator_files.command import SCRIPT_NOTE, flags, is_script, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import (
    SERVER_NAMES,
    is_coder_environment,
    names_of,
    others_precede,
)
from confaudit.operator_files.substitution import CLUSTER
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    follow,
    get,
    text_at,
    walk,
)

_CHART_KEYS: Final = frozenset(
    [
        "env",
        "envFrom",
        "envUseClusterAccessURL",
        "image",
        "ingress",
        "service",
        "tls",
        "replicaCount",
        "resources",
        "serviceAccount",
        "commandArgs",
        "volumes",
        "volumeMounts",
        "workspaceProxy",
        "podAnnotations",
    ]
)
"""Keys below `coder` by which the chart's values are known when they set no variable."""

_NOT_THE_SERVER: Final = frozenset({"initContainers", "extraTemplates"})


def recognise(file: OperatorFile) -> bool:
    """Whether the first document holds values that set Coder up."""
    roots = file.yaml.roots if file.yaml else ()
    return bool(roots) and any(map(containers, roots))


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read a values file."""
    documents = file.yaml.roots if file.yaml else ()
    form = Form.HELM_VALUES
    return (merge(*(read_values(root, file, form, "", beside) for root in documents)),)


@dataclass(frozen=True, slots=True)
class Container:
    """The values of one container."""

    values: Mapping
    chart: Mapping | None
    """The root of the Coder chart's values, when they are its."""
    is_part: bool = False
    """Whether that root is a key of another chart's values."""


def containers(values: Node) -> list[Container]:
    """The containers that run the server, if any."""
    return with_environment(values) or list(_by_chart_keys(values))


def with_environment(values: Node) -> list[Container]:
    """Those with variables of Coder: where the chart has them, where a server's are, or all."""
    found = list(_environments(values))
    charted = [one for one in found if one.chart]
    servers = [one for one in found if SERVER_NAMES & names_of(get(one.values, "env"))]
    return charted or servers or found


def _environments(values: Node) -> Iterator[Container]:
    for path, node in walk(values):
        if not isinstance(node, Mapping) or _NOT_THE_SERVER & set(path):
            continue
        if not path and any(_by_chart_keys(values)):
            continue  # the chart's own values: an `env` beside `coder` is none of its keys
        if is_coder_environment(get(node, "env")):
            chart = _chart(values, path, node)
            yield Container(node, chart, is_part=bool(chart) and len(path) > 1)


def _chart(values: Node, path: tuple[str, ...], container: Mapping) -> Mapping | None:
    if path[-1:] != ("coder",):
        return None
    root = get(values, *path[:-1])
    return root if isinstance(root, Mapping) and get(root, "coder") is container else None


def _by_chart_keys(values: Node) -> Iterator[Container]:
    """The innermost `coder` with keys of the chart: a sub-chart's values have one in another."""
    root, coder = follow(values), get(values, "coder")
    while isinstance(inner := get(coder, "coder"), Mapping):
        root, coder = coder, inner
    if isinstance(root, Mapping) and isinstance(coder, Mapping) and _CHART_KEYS & names_of(coder):
        yield Container(coder, root, is_part=root is not follow(values))


def read_values(
    values: Node, file: OperatorFile, form: Form, chart_version: str, beside: Beside
) -> OperatorSettings:
    """Read values; `chart_version` is what the resource around them says."""
    form = Form.TEXT if file.templated else form
    found = [_container(one, file, form, beside) for one in containers(values)]
    version, hint = version_of(chart_version)
    return merge(OperatorSettings(version=version, version_hint=hint, forms=(form,)), *found)


def _container(
    container: Container, file: OperatorFile, form: Form, beside: Beside
) -> OperatorSettings:
    """An image's tag beats the chart's version, so it is read after it."""
    version, hint = version_of(_tag(container.values))
    precedes = may_set if container.chart else others_precede
    variables = cluster.environment(container.values, file, form, beside, may_precede=precedes)
    words = [
        word
        for key in ("command", "commandArgs", "args")
        for word in words_of(get(container.values, key))
    ]
    notes = (file.remark(words[0][1], SCRIPT_NOTE),) if is_script(words) else ()
    own = OperatorSettings(
        given=tuple(flags(words, file, form, CLUSTER.read)),
        version=version,
        version_hint=hint,
        notes=notes,
        chart=_chart_values(container, file),
        forms=(form,),
    )
    return merge(variables, own)


def _chart_values(container: Container, file: OperatorFile) -> ChartValues | None:
    if container.chart is None:
        return None
    return ChartValues(chart_keys(container.chart, file), is_part=container.is_part)


def _tag(container: Mapping) -> str:
    image = get(container, "image")
    if isinstance(image, Scalar):
        repository, tag = image_parts(CLUSTER.read(image.text).text or image.text)
        return tag if is_coder_image(repository) else ""
    return text_at(image, "tag")
