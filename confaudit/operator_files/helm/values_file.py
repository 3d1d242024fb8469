"""Helm values, wherever they stand and in however many layers: what they set up.

Coder's container is found by structure, at any depth: what has an `env` with Coder's variables.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.chart import may_set
from confaudit.core.coder.programs import SERVER_NAMES, Program, product, program_of
from confaudit.core.given import (
    ChartValues,
    Elsewhere,
    Form,
    Given,
    GivenState,
    Misplaced,
    OperatorSettings,
)
from confaudit.operator_files.beside import Beside
from confaudit.operator_files.command import asked_for, flags, noted, unseen, words_of
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.helm.chart_file import is_vendors_address
from confaudit.operator_files.helm.chart_values import chart_keys, is_on, text_of
from confaudit.operator_files.helm.reach import Reach, of_values
from confaudit.operator_files.helm.values_layers import Layer, Values, layered, replaced_lists
from confaudit.operator_files.kubernetes import cluster
from confaudit.operator_files.merge import merge
from confaudit.operator_files.reader import Reader
from confaudit.operator_files.settings import (
    MayPrecede,
    SettingsBlock,
    in_command,
    is_coder_environment,
    names_of,
    others_precede,
)
from confaudit.operator_files.substitution import CLUSTER, Fill
from confaudit.operator_files.version import (
    CHARTS,
    chart_parts,
    image_parts,
    is_coder_image,
    version_of,
)
from confaudit.yaml_nodes import (
    Mapping,
    Node,
    Scalar,
    entries,
    follow,
    get,
    walk,
)

_CHART_KEYS: Final = frozenset(
    {"env", "envFrom", "envUseClusterAccessURL", "image", "ingress", "service", "tls"}
    | {"replicaCount", "resources", "serviceAccount", "commandArgs", "volumes", "volumeMounts"}
    | {"workspaceProxy", "podAnnotations", "podLabels", "certs", "httproute", "listenerset"}
    | {"livenessProbe", "readinessProbe", "nodeSelector", "tolerations", "affinity"}
    | {"securityContext", "podSecurityContext", "topologySpreadConstraints"}
)
"""Keys below `coder` by which the chart's values are known when they set no variable."""

_SERVER_KEYS: Final = frozenset(
    {"envUseClusterAccessURL", "ingress", "service", "httproute", "listenerset", "livenessProbe"}
)
"""Those of them that the charts of Coder's other programs do not have."""

_CHARTS_ALONE: Final = frozenset({"envUseClusterAccessURL", "workspaceProxy", "httproute", "certs"})
"""Those that other charts do not have by these names."""
_BY_CHANCE: Final = 2
"""Keys that another product's values may share with the chart's."""

_NOT_THE_SERVER: Final = frozenset({"initContainers", "extraTemplates"})


def recognise(file: OperatorFile) -> bool:
    """Whether the first document holds values that set Coder up."""
    roots = file.yaml.roots if file.yaml else ()
    return bool(roots) and any(map(containers, roots))


def read_layers(files: Sequence[OperatorFile], beside: Beside) -> tuple[OperatorSettings, ...]:
    """Read values files, the later over the earlier."""
    layers = [
        Layer(root, file, Form.HELM_VALUES)
        for file in files
        for root in (file.yaml.roots if file.yaml else ())
    ]
    if not layers:
        return ()
    return read_release(Release(layered(layers), reach=of_values(files[0], beside)), beside)


class Release(Struct, frozen=True):
    """Values, and what the resource says that gives them to a chart."""

    values: Values
    what: str = ""
    """What it is, to be named in a note: `HelmRelease coder`."""
    chart: str = ""
    """The chart's name; empty where it is not told."""
    version: str = ""
    """What is said of the chart's version."""
    repository: str = ""
    """Where the chart comes from, if that is told."""
    path: str = ""
    """The path of the chart in the repository of the release, where it has no other name."""
    reach: Reach | None = None
    """What of the values reaches Coder's chart; None where nobody can tell."""
    namespace: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    """The layers that were not given."""

    @property
    def is_coder(self) -> bool:
        """Whether the chart is Coder's by its name."""
        return is_coders(self.chart)

    @property
    def is_vendors(self) -> bool:
        """Whether the chart is the vendor's by its name and place, rather than one around it."""
        address = self.repository or self.chart.rpartition("/")[0]
        is_there = not address or address.startswith("coder") or is_vendors_address(f"{address}/")
        return self.is_coder and is_there and not self.folder

    @property
    def folder(self) -> str:
        """Where the chart lies as seen from the release; empty where it comes from elsewhere."""
        path = re.sub(r"^\$\{path\.\w+\}/", "./", self.chart)
        is_folder = path.startswith((".", "/", "~")) and not path.endswith(".tgz")
        return self.path or (path if is_folder else "")

    def version_for(self, container: "Container") -> str:
        """What is said of the version of Coder's chart that reads the values of a container."""
        if self.reach and (found := self.reach.version_at(container.path)):
            return found
        return "" if container.is_part else self.said

    @property
    def said(self) -> str:
        """What is said of the version of the chart: outright, by its files, or by its archive."""
        by_files = self.reach.version if self.reach else ""
        return self.version or by_files or chart_parts(self.chart)[1]


def is_coders(chart: str) -> bool:
    """Whether a chart is Coder's by its name, with or without the repository before it."""
    return chart_parts(chart)[0] in CHARTS


def read_release(release: Release, beside: Beside) -> tuple[OperatorSettings, ...]:
    """What a release sets up, one for each server; only notes for other programs of Coder.

    What stands where its chart does not look is told, and sets nothing.
    """
    other = product(release.chart)
    if other:
        return (_note(release, release.values.root, other),)
    reach, root = release.reach, release.values.root
    off = reach.switched_off(root) if reach else {}
    if reach and off.keys() == reach.charts.keys():
        return (OperatorSettings(notes=tuple(reach.not_installed(key) for key in off.values())),)
    is_open = release.is_coder or not release.chart
    found = (containers if is_open else with_environment)(root)
    found = [one for one in found if one.path not in off]
    lost = [one for one in found if reach and reach.instead_of(one.path)]
    servers = _servers([one for one in found if one not in lost], release, beside)
    if not servers and (lost or release.is_coder):
        servers = (_unset(release),)
    return _with_misplaced(
        servers, [_misplaced(one, reach, release.values) for one in lost if reach]
    )


def _servers(
    found: Sequence["Container"], release: Release, beside: Beside
) -> tuple[OperatorSettings, ...]:
    charted = [one for one in found if one.chart]
    if charted:
        return tuple(_charted(one, release, beside) for one in charted)
    return (merge(*(_server(one, release, beside) for one in found)),) if found else ()


def _with_misplaced(
    servers: tuple[OperatorSettings, ...], found: Sequence[Misplaced]
) -> tuple[OperatorSettings, ...]:
    """It is told of the first: which of several was meant, nobody knows."""
    if not found:
        return servers
    return (replace(servers[0], misplaced=tuple(found)), *servers[1:])


def _misplaced(container: "Container", reach: Reach, values: Values) -> Misplaced:
    """What a container says where no chart of Coder's looks."""
    variables = names_of(get(container.values, "env"))
    return Misplaced(
        key=".".join(container.path),
        instead=".".join(reach.instead_of(container.path) or ()),
        names=tuple(sorted(variables or _CHART_KEYS & names_of(container.values))),
        position=values.at(container.values),
        because=reach.why,
    )


class Container(Struct, frozen=True):
    """The values of one container."""

    values: Mapping
    path: tuple[str, ...]
    """The keys that lead to it."""
    chart: Mapping | None
    """The root of the Coder chart's values, when they are its."""

    @property
    def is_part(self) -> bool:
        """Whether the chart's root is a key of another chart's values."""
        return self.chart is not None and len(self.path) > 1


def containers(values: Node) -> list[Container]:
    """The containers that run the server, if any."""
    return with_environment(values) or list(_by_chart_keys(values))


def with_environment(values: Node) -> list[Container]:
    """Those with variables of Coder: where the chart has them, where a server's are, or all."""
    found = list(_environments(values))
    charted = [one for one in found if one.chart]
    servers = [one for one in found if SERVER_NAMES & names_of(get(one.values, "env"))]
    return charted or servers or found


def _environments(values: Node) -> Iterator[Container]:
    for path, node in walk(values):
        if not isinstance(node, Mapping) or _NOT_THE_SERVER & set(path):
            continue
        if not path and any(_by_chart_keys(values)):
            continue  # the chart's own values: an `env` beside `coder` is none of its keys
        if is_coder_environment(get(node, "env")):
            yield Container(node, path, _chart(values, path, node))


def _chart(values: Node, path: tuple[str, ...], container: Mapping) -> Mapping | None:
    if path[-1:] != ("coder",):
        return None
    root = get(values, *path[:-1])
    return root if isinstance(root, Mapping) and get(root, "coder") is container else None


def _by_chart_keys(values: Node) -> Iterator[Container]:
    """The innermost `coder` with keys of the chart: a sub-chart's values have one in another."""
    root, coder, depth = follow(values), get(values, "coder"), 1
    while isinstance(inner := get(coder, "coder"), Mapping):
        root, coder, depth = coder, inner, depth + 1
    if isinstance(root, Mapping) and isinstance(coder, Mapping):
        if _CHART_KEYS & names_of(coder):
            yield Container(coder, ("coder",) * depth, root)
        return
    for key, part in entries(root) if isinstance(root, Mapping) else ():
        inner = get(part, "coder")
        root = follow(part)
        if isinstance(inner, Mapping) and isinstance(root, Mapping) and _is_charts(inner):
            yield Container(inner, (key.text, "coder"), root)


def _is_charts(coder: Mapping) -> bool:
    """Whether so much of it is of the chart's that no other product's values are so by chance."""
    names = names_of(coder)
    return bool(_CHARTS_ALONE & names) and len(_CHART_KEYS & names) > _BY_CHANCE


def _charted(container: Container, release: Release, beside: Beside) -> OperatorSettings:
    """What Coder's chart sets up: the server, or another program of the same image."""
    program = program_of(
        words=(word for word, _ in words_of(get(container.values, "commandArgs"))),
        artefact=container.path[-2] if container.is_part else "",
        is_proxy=bool(is_on(get(container.values, "workspaceProxy"))),
    )
    if program not in (None, Program.SERVER):
        return _note(release, container.values, program)
    found = _server(container, release, beside)
    return replace(found, name=".".join(container.path[:-1]))


def _note(release: Release, node: Node, program: Program) -> OperatorSettings:
    what = release.what or "what is set up here"
    return noted(what, program, release.values.layer_of(node).file, node.line)


def _unset(release: Release) -> OperatorSettings:
    """Coder's chart with no values for the server that are seen here."""
    values, part = release.values, release.reach.part if release.reach else ()
    root = get(values.root, *part)
    keys = chart_keys(root, values) if isinstance(root, Mapping) else {}
    version, hint = version_of(release.said)
    return OperatorSettings(
        version=version,
        version_hint=hint,
        chart=ChartValues(keys, is_whole=values.is_whole, is_part=bool(part)),
        forms=(values.layers[-1].dialect,),
        is_server=True,
        elsewhere=release.elsewhere,
    )


def _server(container: Container, release: Release, beside: Beside) -> OperatorSettings:
    """An image's tag beats the chart's version, which says nothing where Coder is but a part."""
    values = release.values
    version, hint = version_of(_tag(container.values) or release.version_for(container))
    by_resource = _by_env_from(container, release, beside)
    own = OperatorSettings(
        version=version,
        version_hint=hint,
        chart=_chart_values(container, values, by_resource),
        replaced=tuple(replaced_lists(values, container.path)),
        forms=tuple(dict.fromkeys(layer.dialect for layer in values.layers)),
        elsewhere=release.elsewhere,
        is_server=release.is_coder or bool(_SERVER_KEYS & names_of(container.values)),
    )
    listed = _listed(container, release, beside)
    fill = in_command((*by_resource.given, *listed.given), _preceding(container))
    return merge(own, by_resource, listed, _command(container, values, fill))


def _by_env_from(container: Container, release: Release, beside: Beside) -> OperatorSettings:
    env_from = get(container.values, "envFrom")
    file = release.values.layer_of(env_from).file if env_from else release.values.layers[-1].file
    return cluster.from_resources(container.values, file, beside, release.namespace)


def _listed(container: Container, release: Release, beside: Beside) -> OperatorSettings:
    env, values = get(container.values, "env"), release.values

    def place_of(item: Node) -> SettingsBlock:
        layer = values.layer_of(item)
        return SettingsBlock(layer.file, layer.dialect, env.line if env else item.line)

    precedes = _preceding(container)
    found = cluster.listed(container.values, place_of, beside, release.namespace, precedes)
    return replace(found, given=_shown(found.given, env, values))


def _preceding(container: Container) -> MayPrecede:
    """What may set variables before the list of a container: its chart, or an `envFrom`."""
    return cluster.preceding(container.values, may_set if container.chart else others_precede)


def _shown(given: Iterable[Given], node: Node | None, values: Values) -> tuple[Given, ...]:
    """Entries that stand at a node; of values that are a secret as a whole only names are known."""
    if node is None or not values.layer_of(node).is_secret:
        return tuple(given)
    state = GivenState.REFERENCE
    return tuple(
        replace(one, state=state, value=None, prefix="", refers_to=(), not_text=False)
        for one in given
    )


def _command(container: Container, values: Values, fill: Fill) -> OperatorSettings:
    keys = ("command", "commandArgs", "args")
    nodes = [node for key in keys if (node := get(container.values, key)) is not None]
    words = [word for node in nodes for word in words_of(node, values.layer_of(node).file)]
    if not words:
        return OperatorSettings()
    layer = values.layer_of(nodes[-1])
    return OperatorSettings(
        given=_shown(flags(words, layer.file, layer.dialect, fill), nodes[-1], values),
        elsewhere=tuple(unseen(words, layer.file, fill)),
        used=asked_for(words),
    )


def _chart_values(
    container: Container, values: Values, by_resource: OperatorSettings
) -> ChartValues | None:
    if container.chart is None:
        return None
    return ChartValues(
        chart_keys(container.chart, values),
        by_env_from=frozenset(one.position for one in by_resource.given),
        is_whole=values.is_whole,
        is_part=container.is_part,
    )


def _tag(container: Mapping) -> str:
    image = get(container, "image")
    if isinstance(image, Scalar):
        repository, tag = image_parts(CLUSTER.read(image.text).text or image.text)
        return tag if is_coder_image(repository) else ""
    return text_of(get(image, "tag"))


READER: Final = Reader(recognise, read_layers=read_layers)
