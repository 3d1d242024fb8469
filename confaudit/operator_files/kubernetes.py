"""Kubernetes manifests: HelmRelease, Argo CD Application, workloads, ConfigMaps and Secrets.

A file may hold many documents; Coder's are found by chart, image and variables, never by their
place or name.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.core.text.wording import listing
from confaudit.operator_files import cluster, embedded, helm, lines
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.command import SCRIPT_NOTE, flags, is_script, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import SERVER_NAMES, names_of
from confaudit.operator_files.substitution import CLUSTER
from confaudit.operator_files.version import CHARTS, image_parts, is_coder_image, version_of
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
    return tuple(
        replace(server, name=f"{one.kind} {one.name}".strip())
        for one in resources(file)
        if (reader := _WORKLOADS.get(one.kind))
        for server in reader(one, beside)
        if server.forms or server.notes
    )


def read_rest(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the ConfigMaps and Secrets of Coder that nothing points to, as one environment."""
    rest = [
        replace(found, name=f"{one.kind} {one.name}".strip())
        for one in resources(file)
        if one.kind in cluster.PROVIDERS and not beside.has_taken(one.node)
        if (found := cluster.provided(one, beside)).forms
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


def _workload(workload: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    spec = get(workload.node, "spec", "template", "spec") or get(workload.node, "spec")
    for one in items_at(spec, "containers"):
        if isinstance(one, Mapping) and _is_server(one):
            yield _container(one, workload, beside)


def _is_server(container: Mapping) -> bool:
    repository, _ = image_parts(CLUSTER.read(text_at(container, "image")).text or "")
    return is_coder_image(repository) or bool(SERVER_NAMES & names_of(get(container, "env")))


def _container(container: Mapping, workload: Resource, beside: Beside) -> OperatorSettings:
    file = workload.file
    form = cluster.manifest_form(file)
    version, hint = version_of(image_parts(text_at(container, "image"))[1])
    words = [word for key in ("command", "args") for word in words_of(get(container, key))]
    notes = (file.remark(words[0][1], SCRIPT_NOTE),) if is_script(words) else ()
    return merge(
        cluster.environment(container, file, form, beside, workload.namespace),
        OperatorSettings(
            given=tuple(flags(words, file, form, CLUSTER.read)),
            version=version,
            version_hint=hint,
            notes=notes,
            forms=(form,),
        ),
    )


_WORKLOADS: Final[dict[str, Callable[[Resource, Beside], Iterator[OperatorSettings]]]] = {
    "HelmRelease": _helm_release,
    "Application": _argo,
    "ApplicationSet": _argo,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Pod": _workload,
}
