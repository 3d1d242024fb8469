"""Kubernetes manifests: HelmRelease, Argo CD Application, workloads, ConfigMaps and Secrets.

A file may hold many documents; Coder's are found by chart, image and variables, never by their
place or name.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.core.text.wording import listing
from confaudit.errors import SourceError
from confaudit.operator_files import embedded, helm, kinds, lines, providers, workloads
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.version import CHARTS, version_of
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    get,
    items_at,
    text_at,
)


def recognise(file: OperatorFile) -> bool:
    """Whether a document says its apiVersion and kind."""
    roots = file.yaml.roots if file.yaml else ()
    return any(text_at(root, "apiVersion") and text_at(root, "kind") for root in roots)


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read every document that sets up a server, with what it points to."""
    return servers(resources(file), beside)


def read_rest(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the ConfigMaps and Secrets of Coder that nothing points to, as one environment."""
    return unused(resources(file), beside)


def silence(file: OperatorFile) -> SourceError:
    """Why nothing was read of a file."""
    return kinds.silence(file)


def servers(found: Iterable[Resource], beside: Beside) -> tuple[OperatorSettings, ...]:
    """What sets up a server, of a number of resources, with what it points to."""
    return tuple(
        replace(server, name=f"{one.kind} {one.name}".strip())
        for one in found
        for server in _RELEASES.get(one.kind, workloads.read)(one, beside)
        if server.forms or server.notes
    )


def unused(found: Iterable[Resource], beside: Beside) -> tuple[OperatorSettings, ...]:
    """What a number of resources hold for others, and nothing points to."""
    rest = [
        replace(provided, name=f"{one.kind} {one.name}".strip())
        for one in found
        if one.kind in providers.PROVIDERS and not beside.has_taken(one.node)
        if (provided := providers.provided(one, beside)).forms
    ]
    return (replace(merge(*rest), name=listing([one.name for one in rest])),) if rest else ()


def _helm_release(release: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    document, file = release.node, release.file
    spec, values = get(document, "spec"), get(document, "spec", "values")
    chart, is_coder = get(spec, "chart", "spec"), False
    if isinstance(chart, Mapping):
        is_coder = text_at(chart, "chart").rpartition("/")[2] in CHARTS
    by_reference = get(spec, "chartRef") is not None
    known = helm.containers if is_coder or by_reference else helm.with_environment
    if not is_coder and (values is None or not known(values)):
        return
    version = (
        text_at(chart, "version") if is_coder else "a chart of another resource" * by_reference
    )
    read_in = (
        helm.read_values(values, file, Form.HELM_RELEASE, version, beside)
        if values
        else OperatorSettings(forms=(Form.HELM_RELEASE,))
    )
    archive = _chart_archive(release, beside)
    yield merge(read_in, *archive, _values_elsewhere(items_at(spec, "valuesFrom"), release, beside))


def _values_elsewhere(
    references: list[Scalar | Sequence | Mapping], release: Resource, beside: Beside
) -> OperatorSettings:
    file = release.file
    return OperatorSettings(
        elsewhere=tuple(
            Elsewhere(
                f"{text_at(one, 'kind').lower()}/{text_at(one, 'name')}",
                file.remark(one.line, "further values come from a resource that is not here"),
            )
            for one in references
            if not beside.resource(
                text_at(one, "kind"), text_at(one, "name"), file, release.namespace
            )
        )
    )


def _chart_archive(release: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """An OCIRepository is where a HelmRelease with `chartRef` has its version from."""
    reference = get(release.node, "spec", "chartRef")
    namespace = text_at(reference, "namespace") or release.namespace
    kind, name = text_at(reference, "kind"), text_at(reference, "name")
    archive = beside.resource(kind, name, release.file, namespace) if name else None
    if archive and text_at(archive.node, "spec", "url").rpartition("/")[2] in CHARTS:
        version, hint = version_of(text_at(archive.node, "spec", "ref", "tag"))
        yield OperatorSettings(version=version, version_hint=hint)


def _argo(application: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    document, file = application.node, application.file
    spec = get(document, "spec", "template", "spec") or get(document, "spec")
    source = get(spec, "source")
    sources = [*items_at(spec, "sources"), *([source] if source else [])]
    yield merge(*(_argo_source(one, file, beside) for one in sources))


def _argo_source(source: Node, file: OperatorFile, beside: Beside) -> OperatorSettings:
    chart = text_at(source, "chart") in CHARTS
    version = text_at(source, "targetRevision") if chart else ""
    parts = [
        _argo_values(node, file, version, beside)
        for key in ("values", "valuesObject")
        if (node := get(source, "helm", key))
    ]
    if chart and not parts:
        name, hint = version_of(version)
        parts.append(
            OperatorSettings(version=name, version_hint=hint, forms=(Form.ARGO_APPLICATION,))
        )
    if chart and (files := get(source, "helm", "valueFiles")):
        note = file.remark(files.line, "further values stand in other files")
        parts.append(OperatorSettings(elsewhere=(Elsewhere("file/valueFiles", note),)))
    return merge(*parts)


def _argo_values(node: Node, file: OperatorFile, version: str, beside: Beside) -> OperatorSettings:
    if not isinstance(node, Scalar):
        return helm.read_values(node, file, Form.ARGO_APPLICATION, version, beside)
    inner = embedded.of_scalar(node, file)
    root = inner.yaml.roots[0] if inner.yaml and inner.yaml.roots else None
    if root is None:
        return merge(lines.read_lines(inner), OperatorSettings(version=version_of(version)[0]))
    found = helm.read_values(root, inner, Form.ARGO_APPLICATION, version, beside)
    return embedded.as_text(found) if file.templated else found


_RELEASES: Final[dict[str, Callable[[Resource, Beside], Iterator[OperatorSettings]]]] = {
    "HelmRelease": _helm_release,
    "Application": _argo,
    "ApplicationSet": _argo,
}
"""Kinds that install a chart; whatever else sets a server up has its pod in it."""
