"""Resources that a cluster makes Secrets of: which names these have is known, no value ever is."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from confaudit.core.given import GivenState
from confaudit.yaml_nodes import Mapping as Map
from confaudit.yaml_nodes import Node, Scalar, entries, get, items_at, text_at


class MadeSecret(Struct, frozen=True):
    """A Secret as the resource that it is made of tells it."""

    name: str
    keys: tuple[Scalar, ...] = ()
    is_whole: bool = True
    """Whether it has no other keys."""
    state: GivenState = GivenState.REFERENCE


def made_secrets(kind: str, resource: Node) -> tuple[MadeSecret, ...]:
    """The Secrets that are made of a resource of some kind; none of most kinds."""
    read = _MAKERS.get(kind)
    return tuple(one for one in read(resource) if one.name) if read else ()


def makes_secrets(kind: str) -> bool:
    """Whether that is what resources of a kind are for."""
    return kind in _MAKERS


def _named(resource: Node, *paths: tuple[str, ...]) -> str:
    """The first name that is said, else the resource's own."""
    found = (text_at(resource, *path) for path in (*paths, ("metadata", "name")))
    return next(filter(None, found), "")


def _keys(node: Node | None, *path: str) -> tuple[Scalar, ...]:
    found = get(node, *path)
    return tuple(key for key, _ in entries(found)) if isinstance(found, Map) else ()


def _listed(node: Node | None, *path: str, key: str = "") -> tuple[Scalar, ...]:
    """The items of a list, or what each of them has under a key."""
    found = (get(item, key) if key else item for item in items_at(node, *path))
    return tuple(one for one in found if isinstance(one, Scalar))


def _external(resource: Node) -> Iterator[MadeSecret]:
    """External Secrets Operator; a template decides alone what is in the Secret."""
    spec = get(resource, "spec", "externalSecretSpec") or get(resource, "spec")
    template = get(spec, "target", "template")
    shaped = _keys(template, "data")
    keys = shaped or _listed(spec, "data", key="secretKey") or _listed(spec, "data", key="name")
    is_open = get(template, "templateFrom") if shaped else get(spec, "dataFrom")
    paths = ("spec", "externalSecretName"), ("spec", "target", "name")
    yield MadeSecret(_named(resource, *paths), keys, is_whole=bool(keys) and not is_open)


def _sealed(resource: Node) -> Iterator[MadeSecret]:
    keys = (*_keys(resource, "spec", "encryptedData"), *_keys(resource, "spec", "template", "data"))
    name = _named(resource, ("spec", "template", "metadata", "name"))
    yield MadeSecret(name, keys, state=GivenState.ENCRYPTED)


def _sops(resource: Node) -> Iterator[MadeSecret]:
    for one in items_at(resource, "spec", "secretTemplates"):
        keys = (*_keys(one, "stringData"), *_keys(one, "data"))
        yield MadeSecret(text_at(one, "name"), keys, state=GivenState.ENCRYPTED)


def _vault(resource: Node) -> Iterator[MadeSecret]:
    """HashiCorp's operator: templates add keys to those that Vault has."""
    destination = get(resource, "spec", "destination")
    keys = _keys(destination, "transformation", "templates")
    yield MadeSecret(_named(resource, ("spec", "destination", "name")), keys, is_whole=False)


def _listed_vault(resource: Node) -> Iterator[MadeSecret]:
    keys = _keys(resource, "spec", "templates") or _listed(resource, "spec", "keys")
    yield MadeSecret(_named(resource), keys, is_whole=bool(keys))


def _mounted(resource: Node) -> Iterator[MadeSecret]:
    """The Secrets Store CSI driver copies what it mounts."""
    for one in items_at(resource, "spec", "secretObjects"):
        yield MadeSecret(text_at(one, "secretName"), _listed(one, "data", key="key"))


def _bitwarden(resource: Node) -> Iterator[MadeSecret]:
    keys = _listed(resource, "spec", "map", key="secretKeyName")
    is_whole = bool(keys) and text_at(resource, "spec", "onlyMappedSecrets") != "false"
    yield MadeSecret(_named(resource, ("spec", "secretName")), keys, is_whole)


def _unseen(*paths: tuple[str, ...]) -> Callable[[Node], Iterator[MadeSecret]]:
    """Of such a resource nothing but the Secret's name is known."""

    def read(resource: Node) -> Iterator[MadeSecret]:
        yield MadeSecret(_named(resource, *paths), is_whole=False)

    return read


_MAKERS: Final[Mapping[str, Callable[[Node], Iterator[MadeSecret]]]] = {
    "ExternalSecret": _external,
    "ClusterExternalSecret": _external,
    "SealedSecret": _sealed,
    "SopsSecret": _sops,
    "VaultStaticSecret": _vault,
    "VaultDynamicSecret": _vault,
    "VaultPKISecret": _vault,
    "VaultSecret": _listed_vault,
    "SecretProviderClass": _mounted,
    "BitwardenSecret": _bitwarden,
    "OnePasswordItem": _unseen(),
    "InfisicalSecret": _unseen(("spec", "managedSecretReference", "secretName")),
    "DopplerSecret": _unseen(("spec", "managedSecret", "name")),
    "AzureKeyVaultSecret": _unseen(("spec", "output", "secret", "name")),
}
