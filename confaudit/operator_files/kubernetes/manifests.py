"""Kubernetes manifests: HelmRelease, Argo CD Application, workloads, ConfigMaps and Secrets.

A file may hold many documents; Coder's are found by chart, image and variables, never by their
place or name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import listing
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes import kinds, providers
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.yaml_nodes import (
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
    """What sets up a server, of a number of resources, with what it points to.

    Kinds that install a chart are read as such; whatever else sets a server up has its pod in it.
    """
    # imported here: who only asks whether a file is a manifest has no use for all that
    from confaudit.operator_files.helm import releases
    from confaudit.operator_files.kubernetes import workloads

    return tuple(
        replace(server, name=f"{one.kind} {one.name}".strip())
        for one in _first_hand(found)
        for server in releases.READERS.get(one.kind, workloads.read)(one, beside)
        if server.forms or server.notes
    )


def _first_hand(found: Iterable[Resource]) -> Iterator[Resource]:
    """Less what a cluster makes of others: a Deployment's ReplicaSets and Pods are its copies."""
    found = list(found)
    seen = {(one.namespace, one.kind, one.name) for one in found}
    for one in found:
        owner = (one.namespace, *one.owner)
        if not any(one.owner) or owner not in seen:
            seen.add(owner)
            yield one


def unused(found: Iterable[Resource], beside: Beside) -> tuple[OperatorSettings, ...]:
    """What a number of resources hold for others, and nothing points to."""
    rest = [
        replace(provided, name=f"{one.kind} {one.name}".strip())
        for one in found
        if one.kind in providers.PROVIDERS and not beside.has_taken(one.node)
        if (provided := providers.provided(one, beside)).forms
    ]
    return (replace(merge(*rest), name=listing([one.name for one in rest])),) if rest else ()


READER: Final = Reader(recognise, read, read_rest=read_rest, silence=silence)
