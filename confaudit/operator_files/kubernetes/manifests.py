"""Kubernetes manifests: HelmRelease, Argo CD Application, workloads, ConfigMaps and Secrets.

A file may hold many documents; Coder's are found by chart, image and variables, never by their
place or name.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from confaudit.core.given import Elsewhere, OperatorSettings
from confaudit.core.text.wording import listing
from confaudit.errors import SourceError
from confaudit.operator_files.beside import Beside, Resource, resources
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.kubernetes import kinds, providers, workloads
from confaudit.operator_files.kubernetes.json_patches import is_json_patch, sketches
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.yaml_nodes import get, text_at


def recognise(file: OperatorFile) -> bool:
    """Whether a document says its apiVersion and kind, or is a patch for such ones."""
    roots = file.yaml.roots if file.yaml else ()
    return any(
        (text_at(root, "apiVersion") and text_at(root, "kind")) or is_json_patch(root)
        for root in roots
    )


def read(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read every document that sets up a server, with what it points to."""
    return servers(_alone(file), beside)


def read_rest(file: OperatorFile, beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read the ConfigMaps and Secrets of Coder that nothing points to, as one environment."""
    return unused(_alone(file), beside)


def _alone(file: OperatorFile) -> Iterator[Resource]:
    """What stands in a file; a patch is a part of something that is not here."""
    for one in resources(file):
        if _is_patch(one):
            note = file.remark(one.node.line, "what this patch changes is not here")
            yield replace(one, unseen=(Elsewhere(f"{one.kind.lower()}/{one.name}", note),))
        else:
            yield one
    yield from sketches(file)


def _is_patch(resource: Resource) -> bool:
    if resource.kind == "HelmRelease":
        return not any(get(resource.node, "spec", key) for key in ("chart", "chartRef"))
    return workloads.is_patch(resource.node)


def silence(file: OperatorFile) -> SourceError:
    """Why nothing was read of a file."""
    return kinds.silence(file)


def servers(found: Iterable[Resource], beside: Beside) -> tuple[OperatorSettings, ...]:
    """What sets up a server, of a number of resources, with what it points to.

    Kinds that install a chart are read as such; whatever else sets a server up has its pod in it.
    """
    # imported here: who only asks whether a file is a manifest has no use for all that
    from confaudit.operator_files.helm import releases

    read = [
        (one, server)
        for one in _first_hand(found)
        for server in releases.READERS.get(one.kind, workloads.read)(one, beside)
        if server.forms or server.notes
    ]
    kept = [(one, server) for one, server in read if server.forms]
    names = Counter((one.kind, one.name) for one in {id(one): one for one, _ in kept}.values())
    return tuple(
        replace(
            server,
            name=_named(server, _called(one, is_one=names[one.kind, one.name] < 2)),
            elsewhere=(*server.elsewhere, *(one.unseen if server.forms else ())),
        )
        for one, server in read
    )


def _named(server: OperatorSettings, resource: str) -> str:
    """Of a resource that sets up several servers also which of them it is."""
    return ", ".join(filter(None, (resource, server.name)))


def _called(resource: Resource, *, is_one: bool) -> str:
    """The kind and name, with the namespace where others are called the same."""
    namespace = "" if is_one or not resource.namespace else f"{resource.namespace}/"
    return f"{resource.kind} {namespace}{resource.name}".strip()


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
    """What a number of resources hold for others, and nothing points to.

    Whoever points to them sets more: what they hold is no whole environment.
    """
    rest = [
        replace(provided, name=f"{one.kind} {one.name}".strip())
        for one in found
        if one.kind in providers.PROVIDERS and not beside.has_taken(one.node)
        for provided in providers.provided(one, beside)
        if provided.forms
    ]
    variables = [one for one in rest if one.chart is None]
    values = [one for one in rest if one.chart]
    if variables:
        name = listing([one.name for one in variables])
        values.insert(0, replace(merge(*variables), name=name))
    return tuple(merge(one, _of_a_workload(one)) for one in values)


def _of_a_workload(provided: OperatorSettings) -> OperatorSettings:
    first = next((given.position for given in provided.given), None)
    if first is None:
        return OperatorSettings()
    note = "what runs with these settings has others too, which are not here"
    return OperatorSettings(
        elsewhere=(Elsewhere("workload", f"{first.file}, line {first.line}: {note}"),)
    )


READER: Final = Reader(recognise, read, read_rest=read_rest, silence=silence)
