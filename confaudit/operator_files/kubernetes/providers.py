"""What holds settings for containers to point to: ConfigMaps, Secrets, and what makes Secrets."""

from collections.abc import Iterator
from typing import Final

from confaudit.core.given import Elsewhere, Given, GivenState, OperatorSettings
from confaudit.operator_files import embedded
from confaudit.operator_files.beside import Beside, KeyText, Resource
from confaudit.operator_files.kubernetes.made_secrets import MadeSecret, made_secrets
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import CODER_NAME, SettingsBlock
from confaudit.operator_files.substitution import CLUSTER
from confaudit.yaml_nodes import Mapping, Node, Scalar, entries, follow, get

TEXTS: Final = {"ConfigMap": "data", "Secret": "stringData"}
"""Where a resource has its texts. What a Secret's `data` holds is encoded, and secret anyway."""

PROVIDERS: Final = frozenset(TEXTS)
"""Kinds of resources that hold what they are there for."""


def texts(resource: Resource) -> dict[str, KeyText]:
    """What a ConfigMap or Secret holds in clear, by key."""
    data = get(resource.node, TEXTS.get(resource.kind, ""))
    found: dict[str, KeyText] = {}
    for key, node in entries(data) if isinstance(data, Mapping) else ():
        if isinstance(value := follow(node), Scalar):
            origin = resource.origin(key)
            found[key.text] = KeyText(origin.file, key, value, origin.form)
    return found


def provided(resource: Resource, beside: Beside) -> tuple[OperatorSettings, ...]:
    """What a ConfigMap or Secret holds of Coder: variables and files of them, and releases' values.

    Values are for a release of their own.
    """
    files = [
        embedded.of_scalar(one.text, one.file)
        for name, one in texts(resource).items()
        if "\n" in one.text.text and not CODER_NAME.fullmatch(name)
    ]
    read = [embedded.read(one, beside) for one in files]
    own = merge(variables(resource, ""), *(one for one in read if one.chart is None))
    return (own, *(one for one in read if one.chart))


def variables(resource: Resource, name: str, prefix: str = "") -> OperatorSettings:
    """The variables of Coder that a resource sets, where `prefix` goes before each.

    `name` is that of the Secret, where the resource may make several.
    """
    made = [one for one in made_secrets(resource.kind, resource.node) if one.name == name]
    given = (*_made(resource, made, prefix), *_hidden(resource, prefix), *_clear(resource, prefix))
    unseen = () if all(one.is_whole for one in made) else (_more(resource, name),)
    forms = dict.fromkeys(one.form for one in given)
    return OperatorSettings(given=given, forms=tuple(forms), elsewhere=(*resource.unseen, *unseen))


def has(resource: Resource, key: str) -> bool:
    """Whether a resource has a key, as far as can be seen; what makes Secrets may have any."""
    if resource.kind not in PROVIDERS or resource.unseen:
        return True
    return key in texts(resource) or get(resource.node, "data", key) is not None


def _clear(resource: Resource, prefix: str) -> Iterator[Given]:
    block = get(resource.node, TEXTS.get(resource.kind, "")) or resource.node
    for key, one in texts(resource).items():
        if CODER_NAME.fullmatch(prefix + key):
            place = SettingsBlock(one.file, one.form, block.line)
            yield place.text(prefix + key, one.text.text, one.key.line, CLUSTER.read)


def _hidden(resource: Resource, prefix: str) -> Iterator[Given]:
    """What is encoded is known by its name alone."""
    encoded = get(resource.node, "data") if resource.kind == "Secret" else None
    if isinstance(encoded, Mapping):
        keys = [key for key, _ in entries(encoded)]
        yield from _by_name(resource, keys, prefix, encoded, GivenState.REFERENCE)


def _made(resource: Resource, made: list[MadeSecret], prefix: str) -> Iterator[Given]:
    for one in made:
        yield from _by_name(resource, one.keys, prefix, resource.node, one.state)


def _by_name(
    resource: Resource,
    keys: "list[Scalar] | tuple[Scalar, ...]",
    prefix: str,
    block: Node,
    state: GivenState,
) -> Iterator[Given]:
    origin = resource.origin(block)
    place = SettingsBlock(origin.file, origin.form, block.line)
    for key in keys:
        if CODER_NAME.fullmatch(prefix + key.text):
            yield place.given(prefix + key.text, state, key.line)


def _more(resource: Resource, name: str) -> Elsewhere:
    note = f"the {resource.kind} makes a Secret that may have further keys"
    return Elsewhere(f"secret/{name}", resource.file.remark(resource.node.line, note))
