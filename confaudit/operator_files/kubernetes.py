"""Kubernetes manifests: HelmRelease, Argo CD Application, workloads, ConfigMaps and Secrets.

A file may hold many documents; Coder's are found by chart, image and variables, never by their
place or name.
"""

from collections.abc import Callable, Iterator
from typing import Final

from confaudit.core.given import Elsewhere, Form, GivenState, OperatorSettings
from confaudit.operator_files import embedded, helm, lines
from confaudit.operator_files.command import SCRIPT_NOTE, flags, is_script, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import CODER_NAME, SERVER_NAMES, SettingsBlock, names_of
from confaudit.operator_files.substitution import CLUSTER
from confaudit.operator_files.version import CHARTS, image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    entries,
    follow,
    get,
    items_at,
    text_at,
)


def recognise(file: OperatorFile) -> bool:
    """Whether a document says its apiVersion and kind."""
    roots = file.yaml.roots if file.yaml else ()
    return any(text_at(root, "apiVersion") and text_at(root, "kind") for root in roots)


def read(file: OperatorFile) -> OperatorSettings:
    """Read every document that has to do with Coder."""
    roots = file.yaml.roots if file.yaml else ()
    documents = [inner for root in roots for inner in _documents(root)]
    return merge(
        *(
            _READERS[kind](one, file)
            for one in documents
            if (kind := text_at(one, "kind")) in _READERS
        )
    )


def _documents(root: Node) -> Iterator[Node]:
    if text_at(root, "kind") == "List":
        yield from items_at(root, "items")
    else:
        yield root


def _helm_release(document: Node, file: OperatorFile) -> OperatorSettings:
    spec, values = get(document, "spec"), get(document, "spec", "values")
    chart, is_coder = get(spec, "chart", "spec"), False
    if isinstance(chart, Mapping):
        is_coder = text_at(chart, "chart").rpartition("/")[2] in CHARTS
    by_reference = get(spec, "chartRef") is not None
    known = helm.containers if is_coder or by_reference else helm.with_environment
    if not is_coder and (values is None or not known(values)):
        return OperatorSettings()
    version = (
        text_at(chart, "version") if is_coder else "a chart of another resource" * by_reference
    )
    read_in = (
        helm.read_values(values, file, Form.HELM_RELEASE, version) if values else OperatorSettings()
    )
    return merge(read_in, _values_elsewhere(items_at(spec, "valuesFrom"), file))


def _values_elsewhere(
    references: list[Scalar | Sequence | Mapping], file: OperatorFile
) -> OperatorSettings:
    return OperatorSettings(
        elsewhere=tuple(
            Elsewhere(
                f"{text_at(one, 'kind').lower()}/{text_at(one, 'name')}",
                file.remark(one.line, "further values come from a resource that is not here"),
            )
            for one in references
        )
    )


def _chart_archive(document: Node, _: OperatorFile) -> OperatorSettings:
    """An OCIRepository is where a HelmRelease with `chartRef` has its version from."""
    if text_at(document, "spec", "url").rpartition("/")[2] not in CHARTS:
        return OperatorSettings()
    version, hint = version_of(text_at(document, "spec", "ref", "tag"))
    return OperatorSettings(version=version, version_hint=hint)


def _argo(document: Node, file: OperatorFile) -> OperatorSettings:
    spec = get(document, "spec", "template", "spec") or get(document, "spec")
    source = get(spec, "source")
    sources = [*items_at(spec, "sources"), *([source] if source else [])]
    return merge(*(_argo_source(one, file) for one in sources))


def _argo_source(source: Node, file: OperatorFile) -> OperatorSettings:
    chart = text_at(source, "chart") in CHARTS
    version = text_at(source, "targetRevision") if chart else ""
    parts = [
        _argo_values(node, file, version)
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
        parts.append(OperatorSettings(notes=(note,)))
    return merge(*parts)


def _argo_values(node: Node, file: OperatorFile, version: str) -> OperatorSettings:
    if not isinstance(node, Scalar):
        return helm.read_values(node, file, Form.ARGO_APPLICATION, version)
    inner = embedded.of_scalar(node, file)
    root = inner.yaml.roots[0] if inner.yaml and inner.yaml.roots else None
    if root is None:
        return merge(lines.read(inner), OperatorSettings(version=version_of(version)[0]))
    found = helm.read_values(root, inner, Form.ARGO_APPLICATION, version)
    return embedded.as_text(found) if file.templated else found


def _workload(document: Node, file: OperatorFile) -> OperatorSettings:
    spec = get(document, "spec", "template", "spec") or get(document, "spec")
    return merge(
        *(
            _container(one, file)
            for one in items_at(spec, "containers")
            if isinstance(one, Mapping) and _is_server(one)
        )
    )


def _is_server(container: Mapping) -> bool:
    repository, _ = image_parts(CLUSTER.read(text_at(container, "image")).text or "")
    return is_coder_image(repository) or bool(SERVER_NAMES & names_of(get(container, "env")))


def _container(container: Mapping, file: OperatorFile) -> OperatorSettings:
    form = _form(file)
    version, hint = version_of(image_parts(text_at(container, "image"))[1])
    elsewhere, notes = helm.environment_from(container, file)
    words = [word for key in ("command", "args") for word in words_of(get(container, key))]
    if is_script(words):
        notes = (*notes, file.remark(words[0][1], SCRIPT_NOTE))
    given = helm.environment(container, file, form, opaque=bool(elsewhere or notes))
    return OperatorSettings(
        given=(*given, *flags(words, file, form, CLUSTER.read)),
        version=version,
        version_hint=hint,
        notes=notes,
        elsewhere=elsewhere,
        forms=(form,),
    )


def _config_map(document: Node, file: OperatorFile) -> OperatorSettings:
    data, name = get(document, "data"), text_at(document, "metadata", "name")
    return _map(data, file, f"configmap/{name}")


def _secret(document: Node, file: OperatorFile) -> OperatorSettings:
    """`stringData` is text; what `data` holds is encoded, and secret anyway."""
    resource = f"secret/{text_at(document, 'metadata', 'name')}"
    encoded = get(document, "data")
    if not isinstance(encoded, Mapping):
        return _map(get(document, "stringData"), file, resource)
    place = SettingsBlock(file, _form(file), encoded.line)
    hidden = [
        place.given(key.text, GivenState.REFERENCE, key.line)
        for key, _ in entries(encoded)
        if CODER_NAME.fullmatch(key.text)
    ]
    return merge(
        OperatorSettings(
            given=tuple(hidden), provides=(resource,) if hidden else (), forms=(place.form,)
        ),
        _map(get(document, "stringData"), file, resource),
    )


def _map(data: Node | None, file: OperatorFile, resource: str) -> OperatorSettings:
    """Variables of Coder, and texts that are files of their own."""
    if not isinstance(data, Mapping):
        return OperatorSettings()
    place = SettingsBlock(file, _form(file), data.line)
    scalars = [
        (key, value) for key, node in entries(data) if isinstance(value := follow(node), Scalar)
    ]
    given = [
        place.text(key.text, value.text, key.line, CLUSTER.read)
        for key, value in scalars
        if CODER_NAME.fullmatch(key.text)
    ]
    files = [
        embedded.of_scalar(value, file)
        for key, value in scalars
        if "\n" in value.text and not CODER_NAME.fullmatch(key.text)
    ]
    own = (
        OperatorSettings(given=tuple(given), provides=(resource,), forms=(place.form,))
        if given
        else OperatorSettings()
    )
    return merge(own, *map(embedded.read, files))


def _form(file: OperatorFile) -> Form:
    return Form.TEXT if file.templated else Form.KUBERNETES


_READERS: Final[dict[str, Callable[[Node, OperatorFile], OperatorSettings]]] = {
    "HelmRelease": _helm_release,
    "OCIRepository": _chart_archive,
    "Application": _argo,
    "ApplicationSet": _argo,
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Pod": _workload,
    "ConfigMap": _config_map,
    "Secret": _secret,
}
