"""Whatever starts containers in a cluster: known by the pod that stands in it, not by its kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from confaudit.core.coder.programs import SERVER_NAMES, Program, not_covered, product, program_of
from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.operator_files.beside import Beside, Resource
from confaudit.operator_files.command import flags, started, unseen, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.rendered_chart import chart_version, taken_apart
from confaudit.operator_files.kubernetes import cluster
from confaudit.operator_files.kubernetes.providers import manifest_form
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import SettingsBlock, anything_precedes, names_of
from confaudit.operator_files.substitution import CLUSTER
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import Mapping, Node, Scalar, get, items_at, text_at
from confaudit.yaml_nodes import Sequence as List

_PODS: Final = (
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("spec", "template", "spec"),
    ("template", "spec"),
    ("spec",),
)
"""Where the pod stands: in a CronJob, in most, in a PodTemplate, in a pod itself."""

_RUNS_ONCE: Final = frozenset({"Job", "CronJob"})
"""What has Coder's image and says nothing else may well run the CLI."""


@dataclass(frozen=True, slots=True)
class _Container:
    """A container as one file has it."""

    node: Mapping
    file: OperatorFile


_Layers = Sequence[_Container]
"""The same container in a workload and in what is laid over it, the lowest first."""


def is_workload(node: Node) -> bool:
    """Whether a pod stands in a resource."""
    return any(items_at(node, *path, "containers") for path in _PODS)


def read(workload: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """Read the containers that run a server, and name those that run another program of Coder's."""
    for layers in _containers(workload):
        program = _program(layers, workload)
        if program is Program.SERVER:
            yield _settings(layers, workload, beside)
        elif program:
            what = f"the {visible(workload.kind)} {visible(workload.name)}".rstrip()
            note = workload.file.remark(layers[0].node.line, not_covered(what, program))
            yield OperatorSettings(notes=(f"{note}.",))


def _containers(workload: Resource) -> list[list[_Container]]:
    found: dict[str, list[_Container]] = {}
    for one in (workload, *workload.patches):
        for path in _PODS:
            for container in items_at(one.node, *path, "containers"):
                if isinstance(container, Mapping):
                    layers = found.setdefault(text_at(container, "name"), [])
                    layers.append(_Container(container, one.file))
    return list(found.values())


def _program(layers: _Layers, workload: Resource) -> Program | None:
    """What a container runs of Coder's programs, if any."""
    words = [word for key in ("command", "args") for word, _ in words_of(_last(layers, key)[1])]
    image = _image(layers)
    if _is_ours(layers, workload) or product(image_parts(image)[0]):
        told = program_of(words=words, artefact=image_parts(image)[0])
        return told or (None if workload.kind in _RUNS_ONCE else Program.SERVER)
    names = frozenset[str]().union(*(names_of(get(one.node, "env")) for one in layers))
    return Program.SERVER if SERVER_NAMES & names else None


def _is_ours(layers: _Layers, workload: Resource) -> bool:
    image = _image(layers)
    return any(map(_is_coders, (image, workload.image(image))))


def _is_coders(image: str) -> bool:
    return is_coder_image(image_parts(CLUSTER.read(image).text or "")[0])


def _image(layers: _Layers) -> str:
    return text_at(_last(layers, "image")[0].node, "image")


def _last(layers: _Layers, key: str) -> tuple[_Container, Node | None]:
    """The last layer that has a key, and what stands there."""
    found = ((one, node) for one in reversed(layers) if (node := get(one.node, key)) is not None)
    return next(found, (layers[-1], None))


def _settings(layers: _Layers, workload: Resource, beside: Beside) -> OperatorSettings:
    version, hint = version_of(image_parts(workload.image(_image(layers)))[1])
    own = OperatorSettings(
        version=version,
        version_hint=hint,
        forms=(manifest_form(workload.file),),
        is_server=_is_ours(layers, workload),
    )
    by_resource, listed = _by_resource(layers, workload, beside), _listed(layers, workload, beside)
    if chart := chart_version(workload):
        here = workload.file.at(layers[0].node.line)
        listed = taken_apart(listed, by_resource, chart, here)
    return merge(by_resource, listed, own, _command(layers))


def _command(layers: _Layers) -> OperatorSettings:
    """The flags; a later layer has the whole list of words in place of the earlier one's."""
    file = _last(layers, "args" if _last(layers, "args")[1] else "command")[0].file
    words = started(*(words_of(_last(layers, key)[1], file) for key in ("command", "args")))
    return OperatorSettings(
        given=tuple(flags(words, file, manifest_form(file), CLUSTER.read)),
        elsewhere=tuple(unseen(words, file, CLUSTER.read)),
    )


def _by_resource(layers: _Layers, workload: Resource, beside: Beside) -> OperatorSettings:
    """What comes by `envFrom`: that of a later layer is the whole list."""
    source, _ = _last(layers, "envFrom")
    return cluster.from_resources(source.node, source.file, beside, workload.namespace)


def _listed(layers: _Layers, workload: Resource, beside: Beside) -> OperatorSettings:
    """The variables of `env`: those of a later layer are added by name."""
    first, last = layers[0], _last(layers, "env")[0]
    if len(layers) == 1:
        place = _place(first)
        return cluster.listed(first.node, lambda _: place, beside, workload.namespace)
    places = {id(item): _place(one) for one in layers for item in items_at(one.node, "env")}
    return cluster.listed(
        Mapping(last.node.line, [(Scalar(0, "env", ""), _arriving(layers))]),
        lambda item: places.get(id(item), _place(last)),
        beside,
        workload.namespace,
        anything_precedes,
    )


def _place(container: _Container) -> SettingsBlock:
    env = get(container.node, "env")
    form = manifest_form(container.file)
    return SettingsBlock(container.file, form, env.line if env else 0)


def _arriving(layers: _Layers) -> List:
    """The variables that patches leave or add, as one list."""
    found: list[Scalar | List | Mapping] = []
    for one in layers:
        own = items_at(one.node, "env")
        over = {text_at(item, "name") for item in own}
        found = [item for item in found if text_at(item, "name") not in over]
        found += [item for item in own if text_at(item, "$patch") != "delete"]
    return List(0, [*found])
