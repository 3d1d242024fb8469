"""Resources that give values to Coder's Helm chart: Flux, Argo CD, and k3s.

They say which chart they mean, in which version, and lay values over each other in an order of
their own. `kubernetes` finds them.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.operator_files.beside import Beside, Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm import values_file
from confaudit.operator_files.helm.application_sets import applications
from confaudit.operator_files.helm.parameters import different
from confaudit.operator_files.helm.values import Stack
from confaudit.operator_files.helm.values_paths import typed
from confaudit.operator_files.merge import merge
from confaudit.operator_files.version import is_coder_image, version_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, entries, follow, get, items_at, text_at


def flux_release(release: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """A HelmRelease of Flux: `valuesFrom` in its order, then `values`."""
    spec = get(release.node, "spec")
    chart, version = _flux_chart(spec, release, beside)
    stack = Stack(release.file, Form.HELM_RELEASE, beside, values_file.is_coders(chart))
    source = get(spec, "chart", "spec")
    if text_at(source, "sourceRef", "kind") == "GitRepository":
        _add_files(items_at(source, "valuesFiles"), stack)
    for reference in items_at(spec, "valuesFrom"):
        stack.add_resource(reference, release.namespace)
    stack.add_own(get(spec, "values"), release)
    namespace = text_at(spec, "targetNamespace") or release.namespace
    after = _post_rendered(spec, release)
    for one in _read(release, stack, chart, version, namespace):
        yield merge(one, after) if one.forms else one


def _post_rendered(spec: Node | None, release: Resource) -> OperatorSettings:
    """What is made of the chart's manifests in the end: other images are seen, patches are not."""
    found = [OperatorSettings()]
    file = release.origin(spec).file if spec else release.file
    for last in (get(one, "kustomize") for one in items_at(spec, "postRenderers")):
        for image in items_at(last, "images"):
            if is_coder_image(text_at(image, "name")):
                version, hint = version_of(text_at(image, "newTag"))
                found.append(OperatorSettings(version=version, version_hint=hint))
        for key in ("patches", "patchesStrategicMerge", "patchesJson6902", "patchesJSON6902"):
            for patch in items_at(last, key):
                note = file.remark(patch.line, "a post-renderer changes what the chart makes")
                found.append(OperatorSettings(elsewhere=(Elsewhere("post-renderer", note),)))
    return merge(*found)


def _flux_chart(spec: Node | None, release: Resource, beside: Beside) -> tuple[str, str]:
    """Name and version of the chart; of one that another resource tells, if that was given."""
    source = get(spec, "chart", "spec")
    if source is not None:
        return text_at(source, "chart"), text_at(source, "version")
    reference = get(spec, "chartRef")
    if reference is None:
        return "", ""
    namespace = text_at(reference, "namespace") or release.namespace
    kind, name = text_at(reference, "kind"), text_at(reference, "name")
    found = beside.resource(kind, name, release.file, namespace) if name else None
    if found is None:
        return "", "a chart of another resource"
    spec = get(found.node, "spec")
    said = text_at(spec, "ref", "tag") or text_at(spec, "ref", "semver")
    return text_at(spec, "url") or text_at(spec, "chart"), said or text_at(spec, "version")


def argo_application(application: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """An Application of Argo CD."""
    yield from _argo(get(application.node, "spec"), application, beside)


def argo_application_set(one: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """What an ApplicationSet of Argo CD makes: Applications that differ, each by its name."""
    made = applications(get(one.node, "spec") or one.node, one.file, beside)
    yield from different((name, _argo(spec, one, beside)) for name, spec in made)


def _argo(spec: Node | None, application: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    source = get(spec, "source")
    namespace = text_at(spec, "destination", "namespace")
    for one in [*items_at(spec, "sources"), *([source] if source else [])]:
        chart, revision = text_at(one, "chart"), text_at(one, "targetRevision")
        is_coder = values_file.is_coders(chart)
        path = "" if chart else text_at(one, "path").strip("/")
        stack = Stack(application.file, Form.ARGO_APPLICATION, beside, is_coder, chart=path)
        stack.add_charts_own()
        _add_argo(get(one, "helm"), stack)
        version = revision if is_coder else ""  # that of a repository is a branch
        place = {"repository": text_at(one, "repoURL"), "path": path}
        yield from _read(application, stack, chart, version, namespace, **place)


def _add_argo(helm_source: Node | None, stack: Stack) -> None:
    """Files first, then what stands in the application, then single parameters."""
    _add_files(items_at(helm_source, "valueFiles"), stack)
    stack.add_own(get(helm_source, "values"))
    stack.add_own(get(helm_source, "valuesObject"))
    for one in items_at(helm_source, "parameters"):
        name, value = text_at(one, "name"), get(one, "value")
        if isinstance(value, Scalar):
            is_text = text_at(one, "forceString") == "true"
            text = Scalar(value.line, value.text, '"')
            stack.set(name, text if is_text else typed(value.text, value.line))
    for one in items_at(helm_source, "fileParameters"):
        what = f"the file {text_at(one, 'path')} (for {text_at(one, 'name')})"
        stack.miss(f"file/{text_at(one, 'path')}", one, what)


def k3s_chart(chart: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """A HelmChart of k3s or RKE2, and the HelmChartConfig of the same name."""
    if not text_at(chart.node, "apiVersion").startswith("helm.cattle.io/"):
        return
    spec = get(chart.node, "spec")
    name = text_at(spec, "chart")
    stack = Stack(chart.file, Form.HELM_CHART, beside, values_file.is_coders(name))
    stack.add_own(get(spec, "valuesContent"))
    stack.add_own(get(spec, "values"))
    config = beside.resource("HelmChartConfig", chart.name, chart.file, chart.namespace)
    if config:
        over = Stack(config.file, Form.HELM_CHART, beside, values=stack.values)
        over.add_own(get(config.node, "spec", "valuesContent"))
        stack.values = over.values
    settings = get(spec, "set")
    for key, value in entries(settings) if isinstance(settings, Mapping) else ():
        node = follow(value)
        if isinstance(node, Scalar):
            stack.set(key.text, typed(node.text, node.line))
    for one in items_at(spec, "valuesSecrets"):
        stack.miss(f"secret/{text_at(one, 'name')}", one, f"Secret {text_at(one, 'name')}")
    version = text_at(spec, "version")
    place = {"repository": text_at(spec, "repo")}
    yield from _read(chart, stack, name, version, text_at(spec, "targetNamespace"), **place)


def kustomize_charts(
    kustomization: Node | None, file: OperatorFile, beside: Beside
) -> Iterator[OperatorSettings]:
    """The charts that a kustomization has written out, each with its values."""
    for chart in items_at(kustomization, "helmCharts"):
        name = text_at(chart, "name")
        stack = Stack(file, Form.KUSTOMIZATION, beside, values_file.is_coders(name))
        how, path = text_at(chart, "valuesMerge"), get(chart, "valuesFile")
        files = [path] if path and how != "replace" else []
        own = get(chart, "valuesInline")
        stack.add_own(own if how == "merge" else None)
        _add_files(files, stack)
        stack.add_own(None if how == "merge" else own)
        _add_files(items_at(chart, "additionalValuesFiles"), stack)
        yield from stack.read(
            values_file.Release(
                stack.result(chart),
                what=f"the chart {name}",
                chart=name,
                version=text_at(chart, "version"),
                repository=text_at(chart, "repo"),
                namespace=text_at(chart, "namespace"),
            )
        )


def _add_files(paths: Iterable[Node], stack: Stack) -> None:
    for path in paths:
        if isinstance(path, Scalar):
            stack.add_file(path)


def _read(
    resource: Resource,
    stack: Stack,
    chart: str,
    version: str,
    namespace: str,
    repository: str = "",
    path: str = "",
) -> tuple[OperatorSettings, ...]:
    return stack.read(
        values_file.Release(
            stack.result(resource.node),
            what=f"{resource.kind} {resource.name}".strip(),
            chart=chart,
            version=version,
            repository=repository,
            path=path,
            namespace=namespace,
        )
    )


def crossplane_release(release: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """A Release of Crossplane's Helm provider."""
    spec = get(release.node, "spec", "forProvider")
    if release.group != "helm.crossplane.io":
        return
    name = text_at(spec, "chart", "name")
    stack = Stack(release.file, Form.HELM_RELEASE, beside, values_file.is_coders(name))
    for item in items_at(spec, "valuesFrom"):
        for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
            if reference := get(item, key):
                stack.add_resource(reference, text_at(reference, "namespace"), kind)
    stack.add_own(get(spec, "values"))
    for one in items_at(spec, "set"):
        if isinstance(value := get(one, "value"), Scalar):
            stack.set(text_at(one, "name"), typed(value.text, value.line))
    place = {"repository": text_at(spec, "chart", "repository")}
    version, namespace = text_at(spec, "chart", "version"), text_at(spec, "namespace")
    yield from _read(release, stack, name, version, namespace, **place)


READERS: Final[dict[str, Callable[[Resource, Beside], Iterator[OperatorSettings]]]] = {
    "HelmRelease": flux_release,
    "Application": argo_application,
    "ApplicationSet": argo_application_set,
    "HelmChart": k3s_chart,
    "Release": crossplane_release,
}
"""How the kinds that install a chart are read."""
