"""Why a Kubernetes manifest of which nothing was read has nothing to say."""

from collections.abc import Mapping
from typing import Final

from confaudit.core.text.wording import listing, visible
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes.json_patches import is_json_patch
from confaudit.operator_files.kubernetes.made_secrets import makes_secrets
from confaudit.operator_files.kubernetes.workloads import is_workload
from confaudit.patterns import regex
from confaudit.yaml_nodes import Scalar, nodes

_NOTHING: Final = "it sets nothing of Coder's server"
_SETTINGS: Final = "give the file that sets Coder's variables"
_SECRET: Final = (
    "it makes a Secret, and nothing given here has settings from that",
    "give the workload or the release that points to the Secret as well",
)
_UNREAD: Final = (
    "resources of this kind are not read, though it names Coder's variables",
    "give what its controller makes of it, as in `kubectl get deploy coder -o yaml`",
)
_NO_POD: Final = (
    "its containers do not stand where Kubernetes looks for them",
    "put the pod below spec.template.spec, or below spec in a Pod",
)
_RUNS_PODS: Final = frozenset(
    {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Pod"}
)
_WORKLOAD: Final = ("none of its containers runs Coder's server", _SETTINGS)
_SOURCE: Final = (
    "it says where charts or manifests come from",
    "give the release that installs Coder from it as well",
)
_IMAGES: Final = (
    "it says which image tags there are, or who writes them down",
    "give the workload or the release that runs the image as well",
)
_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("HelmRepository", "GitRepository", "OCIRepository", "Bucket"), _SOURCE),
    **dict.fromkeys(("ImageRepository", "ImagePolicy", "ImageUpdateAutomation"), _IMAGES),
    "HelmRelease": ("nothing in it tells that it installs Coder", _SETTINGS),
    "HelmChart": ("nothing in it tells that it installs Coder", _SETTINGS),
    "Application": (
        "nothing in it tells that it installs Coder",
        "give the values or manifests that it applies",
    ),
    "ApplicationSet": (
        "nothing in it tells that it installs Coder",
        "give the values or manifests that it applies",
    ),
    "Kustomization": (
        "it says which manifests are applied, and from where",
        "give these manifests as well",
    ),
    "ConfigMap": ("it holds none of Coder's settings", _SETTINGS),
    "Secret": ("it holds none of Coder's settings", _SETTINGS),
}
"""By kind: why nothing came of it, and what to do. Of every other kind it is `_NOTHING`."""


def silence(file: OperatorFile) -> SourceError:
    """Why nothing was read of a manifest, by what it holds."""
    kinds = {one.kind: _reason(one) for one in resources(file)} or {
        _unnamed(file): (_NOTHING, _SETTINGS)
    }
    kind, (reason, hint) = next(iter(kinds.items()))
    if len(kinds) == 1:
        return SourceError(f"{file.name} is {_called(kind)}: {reason}", hint)
    held = listing([_held(kind, why) for kind, (why, _) in kinds.items()])
    return SourceError(f"{file.name} holds {held}: nothing of Coder's server is set there", hint)


def _unnamed(file: OperatorFile) -> str:
    """What a file is without a resource in it."""
    roots = file.yaml.roots if file.yaml else ()
    return "JSON patch" if any(map(is_json_patch, roots)) else "List"


def _reason(resource: Resource) -> tuple[str, str]:
    if makes_secrets(resource.kind):
        return _SECRET
    if is_workload(resource.node):
        return _WORKLOAD
    if resource.kind in _REASONS or not _names_coders(resource):
        return _REASONS.get(resource.kind, (_NOTHING, _SETTINGS))
    return _NO_POD if resource.kind in _RUNS_PODS else _UNREAD


def _names_coders(resource: Resource) -> bool:
    """Whether a variable of Coder stands in it, as a key, a value or within a text."""
    texts = (one.text for one in nodes(resource.node) if isinstance(one, Scalar))
    return any(_VARIABLE.search(text) for text in texts)


_VARIABLE: Final = regex(r"\bCODER_[A-Z0-9]+_?[A-Z0-9_]*")


def _held(kind: str, reason: str) -> str:
    return _called(kind) if reason == _NOTHING else f"{_called(kind)} ({reason})"


def _called(kind: str) -> str:
    """`a Service`, `an Ingress`, `an HTTPRoute`."""
    name = visible(kind)
    has_vowel = name[:1] in "AEIO" or (name[:2].isupper() and name[:1] in "FHLMNRSX")
    return f"{'an' if has_vowel else 'a'} {name}"
