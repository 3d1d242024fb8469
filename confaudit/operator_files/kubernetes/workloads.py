"""Whatever starts containers in a cluster: known by the pod that stands in it, not by its kind."""

from collections.abc import Iterator
from typing import Final

from confaudit.core.coder.programs import SERVER_NAMES, Program, product, program_of
from confaudit.core.given import OperatorSettings
from confaudit.core.text.wording import visible
from confaudit.operator_files import server_yaml
from confaudit.operator_files.beside import Beside, Resource
from confaudit.operator_files.command import asked_for, flags, noted, started, unseen, words_of
from confaudit.operator_files.helm.rendered_chart import chart_version, taken_apart
from confaudit.operator_files.kubernetes import cluster
from confaudit.operator_files.kubernetes.volumes import mounted
from confaudit.operator_files.merge import merge
from confaudit.operator_files.settings import CODER_NAME, SettingsBlock, in_command, names_of
from confaudit.operator_files.substitution import CLUSTER, Fill
from confaudit.operator_files.version import image_parts, is_coder_image, version_of
from confaudit.yaml_nodes import Mapping, Node, get, items_at, text_at

_PODS: Final = (
    ("spec", "jobTemplate", "spec", "template", "spec"),
    ("spec", "template", "spec"),
    ("template", "spec"),
    ("spec",),
)
"""Where the pod stands: in a CronJob, in most, in a PodTemplate, in a pod itself."""

_RUNS_ONCE: Final = frozenset({"Job", "CronJob"})
"""What has Coder's image and says nothing else may well run the CLI."""


def is_workload(node: Node) -> bool:
    """Whether a pod stands in a resource."""
    return any(items_at(node, *path, "containers") for path in _PODS)


def is_patch(node: Node) -> bool:
    """Whether the containers in a resource are parts of others: none says what it runs."""
    containers = [one for path in _PODS for one in items_at(node, *path, "containers")]
    return bool(containers) and not any(get(one, "image") for one in containers)


def read(workload: Resource, beside: Beside) -> Iterator[OperatorSettings]:
    """Read the containers that run a server, and name those that run another program of Coder's."""
    for pod, container in _containers(workload):
        program = _program(container, workload)
        if program is Program.SERVER:
            operator = _settings(container, workload, beside)
            yield merge(_server_yaml(operator, pod, container, workload, beside), operator)
        elif program:
            what = f"the {visible(workload.kind)} {visible(workload.name)}".rstrip()
            file = workload.origin(container).file
            yield noted(what, program, file, container.line)


def _containers(workload: Resource) -> Iterator[tuple[Node, Mapping]]:
    """The containers, each with its pod."""
    for pod in (get(workload.node, *path) for path in _PODS):
        for container in items_at(pod, "containers"):
            if pod and isinstance(container, Mapping):
                yield pod, container


def _program(container: Mapping, workload: Resource) -> Program | None:
    """What a container runs of Coder's programs, if any."""
    words = [word for key in ("command", "args") for word, _ in words_of(get(container, key))]
    repository, _ = image_parts(text_at(container, "image"))
    if _is_ours(container, workload) or product(repository):
        told = program_of(words=words, artefact=repository)
        return told or (None if workload.kind in _RUNS_ONCE else Program.SERVER)
    names = names_of(get(container, "env"))
    is_part = not repository and any(map(CODER_NAME.fullmatch, names))
    return Program.SERVER if is_part or SERVER_NAMES & names else None


def _is_ours(container: Mapping, workload: Resource) -> bool:
    image = CLUSTER.read(text_at(container, "image")).text or ""
    repository, _ = image_parts(image)
    return is_coder_image(repository) or repository in workload.mirrors


def _settings(container: Mapping, workload: Resource, beside: Beside) -> OperatorSettings:
    version, hint = version_of(image_parts(text_at(container, "image"))[1])
    origin = workload.origin(container)
    own = OperatorSettings(
        version=version,
        version_hint=hint,
        forms=(origin.form,),
        is_server=_is_ours(container, workload),
    )
    by_resource = _by_resource(container, workload, beside)
    listed = _listed(container, workload, beside)
    fill = in_command((*by_resource.given, *listed.given), cluster.preceding(container))
    if chart := chart_version(workload):
        here = origin.file.at(container.line)
        listed = taken_apart(listed, by_resource, chart, here)
    return merge(by_resource, listed, own, _command(container, workload, fill))


def _server_yaml(
    operator: OperatorSettings, pod: Node, container: Mapping, workload: Resource, beside: Beside
) -> OperatorSettings:
    """The server's YAML that its settings name, where a ConfigMap that was given holds it."""
    path = server_yaml.named(operator.given)
    file = mounted(path.value, container, pod, workload, beside) if path and path.value else None
    return merge(*server_yaml.read(file, beside)) if file else OperatorSettings()


def _command(container: Mapping, workload: Resource, fill: Fill) -> OperatorSettings:
    origin = workload.origin(get(container, "args") or get(container, "command") or container)
    parts = (words_of(get(container, key), origin.file) for key in ("command", "args"))
    words = started(*parts)
    return OperatorSettings(
        given=tuple(flags(words, origin.file, origin.form, fill)),
        elsewhere=tuple(unseen(words, origin.file, fill)),
        used=asked_for(words),
    )


def _by_resource(container: Mapping, workload: Resource, beside: Beside) -> OperatorSettings:
    source = workload.origin(get(container, "envFrom") or container)
    return cluster.from_resources(container, source.file, beside, workload.namespace)


def _listed(container: Mapping, workload: Resource, beside: Beside) -> OperatorSettings:
    """The variables of `env`, each where it stands."""
    env = get(container, "env") or container

    def place(item: Node) -> SettingsBlock:
        origin = workload.origin(item)
        return SettingsBlock(origin.file, origin.form, env.line)

    return cluster.listed(container, place, beside, workload.namespace)
