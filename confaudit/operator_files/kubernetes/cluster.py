"""What a cluster puts into a container: its `env` and its `envFrom`."""

from typing import Final

from confaudit.core.given import Elsewhere, Form, OperatorSettings
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes import providers
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import (
    KubernetesEnvironment,
    MayPrecede,
    PlaceOf,
    Referred,
    SettingsBlock,
    anything_precedes,
    nothing_precedes,
)
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    Sequence,
    get,
    items_at,
    resolve,
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
        preceding(container, may_precede),
        look_up=lambda source: _value_from(source, near.file, beside, namespace),
    )
    given = tuple(reader.read(env) if isinstance(env, Sequence) else reader.read_map(env))
    return OperatorSettings(given=given, forms=(near.form,))


def preceding(container: Mapping, may_precede: MayPrecede = nothing_precedes) -> MayPrecede:
    """What may set variables of a container beside its list: anything, where an `envFrom` does."""
    return anything_precedes if _env_from(container) else may_precede


def _env_from(container: Mapping) -> Node | None:
    """What stands at `envFrom`, if anything is in it."""
    found = get(container, "envFrom")
    if isinstance(found, Scalar):
        return found if resolve(found) else None
    if isinstance(found, Sequence):
        return found if found.items else None
    return found if isinstance(found, Mapping) and found.pairs else None


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
    return providers.variables(resource, name.text, text_at(item, "prefix"))


def _value_from(
    source: Node | None, file: OperatorFile, beside: Beside, namespace: str
) -> Referred:
    """What a `valueFrom` points to; only texts in clear can be seen."""
    for kind, key in _REFERENCES:
        name, wanted = text_at(source, key, "name"), text_at(source, key, "key")
        if not name or not wanted:
            continue
        is_optional = text_at(source, key, "optional") == "true"
        resource = beside.resource(kind, name, file, namespace)
        if resource is None:
            return Referred(is_sure=not is_optional)
        found = providers.texts(resource).get(wanted)
        is_there = not is_optional or providers.has(resource, wanted)
        return Referred(found.text.text if found else None, is_there=is_there)
    return Referred()


_REFERENCES: Final = (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef"))
