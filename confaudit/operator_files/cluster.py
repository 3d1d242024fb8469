"""What a cluster puts into a container: its `env`, its `envFrom`, ConfigMaps and Secrets."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import Elsewhere, Form, Given, GivenState, OperatorSettings
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, Resource
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import (
    CODER_NAME,
    KubernetesEnvironment,
    MayPrecede,
    PlaceOf,
    SettingsBlock,
    anything_precedes,
    nothing_precedes,
)
from confaudit.operator_files.substitution import CLUSTER
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

_ENV_FROM: Final = "envFrom sets variables that cannot be seen here"


def environment(
    container: Mapping,
    file: OperatorFile,
    form: Form,
    beside: Beside,
    namespace: str = "",
    may_precede: MayPrecede = nothing_precedes,
) -> OperatorSettings:
    """The variables of a container: those of `envFrom`, then those of `env`.

    An `envFrom` may set any name, as only Coder's are kept of what is given beside.
    """
    env = get(container, "env")
    place = SettingsBlock(file, form, env.line if env else 0)
    return merge(
        from_resources(container, file, beside, namespace),
        listed(container, lambda _: place, beside, namespace, may_precede),
    )


def listed(
    container: Mapping,
    place_of: PlaceOf,
    beside: Beside,
    namespace: str = "",
    may_precede: MayPrecede = nothing_precedes,
) -> OperatorSettings:
    """The variables that a container's `env` lists, each in its place."""
    env = get(container, "env")
    if not isinstance(env, Sequence | Mapping):
        return OperatorSettings()
    near = place_of(env)
    reader = KubernetesEnvironment(
        place_of,
        anything_precedes if _env_from(container) else may_precede,
        look_up=lambda source: _value_from(source, near.file, beside, namespace),
    )
    given = tuple(reader.read(env) if isinstance(env, Sequence) else reader.read_map(env))
    return OperatorSettings(given=given, forms=(near.form,))


def _env_from(container: Mapping) -> Node | None:
    """What stands at `envFrom`; an empty list is none."""
    found = get(container, "envFrom")
    return None if isinstance(found, Sequence) and not found.items else found


def from_resources(
    container: Mapping, file: OperatorFile, beside: Beside, namespace: str = ""
) -> OperatorSettings:
    """The variables that come by a container's `envFrom`."""
    env_from = _env_from(container)
    if env_from is None:
        return OperatorSettings()
    found = [
        _from_resource(kind, name, item, file, beside, namespace)
        for item in items_at(container, "envFrom")
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef"))
        if isinstance(name := get(item, key, "name"), Scalar)
    ]
    if found:
        return merge(*found)
    note = file.remark(env_from.line, _ENV_FROM)
    return OperatorSettings(elsewhere=(Elsewhere("envFrom", note),))


def _from_resource(
    kind: str, name: Scalar, item: Node, file: OperatorFile, beside: Beside, namespace: str
) -> OperatorSettings:
    resource = beside.resource(kind, name.text, file, namespace)
    if resource is None:
        note = file.remark(name.line, _ENV_FROM)
        return OperatorSettings(elsewhere=(Elsewhere(f"{kind.lower()}/{name.text}", note),))
    prefix = text_at(item, "prefix")
    found = variables(resource, prefix)
    return replace(found, given=tuple(replace(one, name=prefix + one.name) for one in found.given))


def _value_from(
    source: Node | None, file: OperatorFile, beside: Beside, namespace: str
) -> str | None:
    """The text that a `valueFrom` points to; None when it cannot be seen."""
    for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        name, wanted = text_at(source, key, "name"), text_at(source, key, "key")
        resource = beside.resource(kind, name, file, namespace) if name and wanted else None
        value = get(resource.node, _TEXTS[kind], wanted) if resource else None
        if isinstance(value, Scalar):
            return value.text
    return None


_TEXTS: Final = {"ConfigMap": "data", "Secret": "stringData"}
"""Where a resource has its texts. What a Secret's `data` holds is encoded, and secret anyway."""

PROVIDERS: Final = frozenset(_TEXTS)
"""Kinds of resources that hold settings for others to point to."""


def provided(resource: Resource, beside: Beside) -> OperatorSettings:
    """What a ConfigMap or Secret holds of Coder: variables, and texts that are files."""
    texts = [
        embedded.of_scalar(value, resource.file)
        for key, value in _scalars(resource)
        if "\n" in value.text and not CODER_NAME.fullmatch(key.text)
    ]
    return merge(variables(resource), *(embedded.read(one, beside) for one in texts))


def variables(resource: Resource, prefix: str = "") -> OperatorSettings:
    """The variables of Coder that a ConfigMap or Secret sets, where `prefix` goes before each."""
    given = (*_hidden(resource, prefix), *_visible(resource, prefix))
    return OperatorSettings(given=given, forms=(manifest_form(resource.file),) if given else ())


def _visible(resource: Resource, prefix: str) -> Iterator[Given]:
    data = get(resource.node, _TEXTS[resource.kind])
    place = SettingsBlock(resource.file, manifest_form(resource.file), data.line if data else 0)
    for key, value in _scalars(resource):
        if CODER_NAME.fullmatch(prefix + key.text):
            yield place.text(key.text, value.text, key.line, CLUSTER.read)


def _hidden(resource: Resource, prefix: str) -> Iterator[Given]:
    """What is encoded is known by its name alone."""
    encoded = get(resource.node, "data") if resource.kind == "Secret" else None
    if isinstance(encoded, Mapping):
        place = SettingsBlock(resource.file, manifest_form(resource.file), encoded.line)
        for key, _ in entries(encoded):
            if CODER_NAME.fullmatch(prefix + key.text):
                yield place.given(key.text, GivenState.REFERENCE, key.line)


def _scalars(resource: Resource) -> Iterator[tuple[Scalar, Scalar]]:
    data = get(resource.node, _TEXTS[resource.kind])
    for key, node in entries(data) if isinstance(data, Mapping) else ():
        value = follow(node)
        if isinstance(value, Scalar):
            yield key, value


def manifest_form(file: OperatorFile) -> Form:
    """The form of what stands in a manifest."""
    return Form.TEXT if file.templated else Form.KUBERNETES
