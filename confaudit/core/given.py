"""What operators' own files set, as values: read in operator_files/, judged in core."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Final

from msgspec import Struct

from confaudit.core.model import Json
from confaudit.reticent import Reticent


class Channel(StrEnum):
    """By which way a setting reaches the server."""

    FLAG = "flag"
    ENV = "env"
    YAML = "yaml"


class GivenState(StrEnum):
    """How much a file tells about the value it gives."""

    LITERAL = "literal"
    EMPTY = "empty"
    """Given, as the empty text."""
    REFERENCE = "reference"
    """Comes from a Secret, a ConfigMap or another resource: set, not known."""
    UNRESOLVED = "unresolved"
    """A template or interpolation that only somebody else can fill in; `value` is its default."""
    DISPUTED = "disputed"
    """One text for systemd and another for docker; `value` is docker's."""
    ENCRYPTED = "encrypted"
    PASS_THROUGH = "pass-through"  # noqa: S105 - a state's name
    """Taken from the environment of whoever starts it (`- NAME` in compose)."""
    MALFORMED = "malformed"
    """The entry is there and its value cannot be made out."""


WITH_DEFAULT: Final = frozenset({GivenState.UNRESOLVED, GivenState.DISPUTED})
"""States of an entry that may come to something else than its value."""


class Form(StrEnum):
    """The kind of file a setting stands in, which is the dialect of its fix."""

    ENV_FILE = "env-file"
    HELM_VALUES = "helm-values"
    HELM_RELEASE = "helm-release"
    ARGO_APPLICATION = "argo-application"
    HELM_CHART = "helm-chart"
    """k3s's resource of this name."""
    HELM_OUTPUT = "helm-output"
    """What `helm get` prints."""
    HELMFILE = "helmfile"
    KUBERNETES = "kubernetes"
    KUSTOMIZATION = "kustomization"
    COMPOSE = "compose"
    SYSTEMD = "systemd"
    SYSTEMCTL_SHOW = "systemctl-show"
    QUADLET = "quadlet"
    SERVER_YAML = "server-yaml"
    TERRAFORM = "terraform"
    NIX = "nix"
    ANSIBLE = "ansible"
    VARIABLES = "variables"
    """A map of variables in YAML, which Ansible or another tool uses."""
    DOCKER_INSPECT = "docker-inspect"
    DOCKER_RUN = "docker-run"
    ECS = "ecs-task"
    RENDER = "render-blueprint"
    CONTAINER_APP = "container-app"
    """What further clouds call the description of a container."""
    PROCESS = "process-environment"
    """What `env` prints, or the kernel in /proc/PID/environ."""
    SCRIPT = "shell-script"
    PIPELINE = "ci-pipeline"
    DOCKERFILE = "dockerfile"
    TEXT = "text"
    """Not what it set out to be (broken or templated YAML, a script): only its lines are safe."""


IN_A_CLUSTER: Final = frozenset(
    {Form.HELM_VALUES, Form.HELM_RELEASE, Form.ARGO_APPLICATION, Form.HELM_CHART}
    | {Form.HELM_OUTPUT, Form.HELMFILE, Form.KUSTOMIZATION, Form.KUBERNETES}
)
"""Forms of what Kubernetes runs."""
BY_SYSTEMD: Final = frozenset({Form.SYSTEMD, Form.SYSTEMCTL_SHOW, Form.QUADLET})
"""Forms whose lines have the syntax of units."""


class Excerpt(Struct, frozen=True):
    """What of a line may be shown: a name, and around it nothing that may be secret."""

    before: str
    """What is known to stand before names; an ellipsis for all else."""
    name: str
    after: str
    """The value where it is known to be public; else an ellipsis."""


class Position(Struct, frozen=True):
    """Where something stands. Positions on one line are equal."""

    file: str
    line: int
    """From 1."""
    column: int = 0
    """In characters from 1; 0 where it is not known."""
    excerpt: Excerpt | None = None
    """Of the line, where the column is known and the name beside it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Position) and self._line == other._line

    def __hash__(self) -> int:
        return hash(self._line)

    @property
    def _line(self) -> tuple[str, int]:
        return self.file, self.line

    @property
    def end_column(self) -> int:
        """The column after the name; 0 where it is not known."""
        return self.column + len(self.excerpt.name) if self.excerpt else 0


class Given(Reticent, frozen=True):
    """One setting as a file gives it. Values may be secret until they are redacted."""

    unsaid: ClassVar = frozenset({"value", "structure", "prefix"})

    channel: Channel
    name: str
    """Environment variable, dotted YAML path, or flag without dashes."""
    state: GivenState
    position: Position
    """Of the name."""
    form: Form
    value: str | None = None
    """The text the server would read: a scalar's own text in YAML; for UNRESOLVED the text with
    every default filled in, None when one has none. Compose's default is the empty text. For
    DISPUTED what one of its readers has, for MALFORMED what can be read of it."""
    structure: Json = None
    """A sequence or mapping of the server's YAML, in place of a scalar's text. Scalars inside are
    their own text, as the server decodes them, and nulls None."""
    prefix: str = ""
    """The literal text before the first thing that is not resolved: `https://` is worth knowing."""
    block: int = 0
    """Line of the list or map it stands in: a name twice in one block is a duplicate, a name in
    two blocks is not."""
    refers_to: tuple[str, ...] = ()
    """Variables its value is made of."""
    left_as_text: tuple[str, ...] = ()
    """Those of them that nothing defines before it, so that the tool leaves the reference."""
    is_optional: bool = False
    """Whether what it comes from need not exist, and it is not set then."""
    not_text: bool = False
    """A bare boolean or number where Kubernetes accepts nothing but text."""

    @property
    def may_be_unset(self) -> bool:
        """Whether it may turn out that nothing sets it."""
        return self.state is GivenState.PASS_THROUGH or self.is_optional


class Elsewhere(Struct, frozen=True):
    """Something a file points to that sets more: a ConfigMap, an env_file, an EnvironmentFile."""

    resource: str
    """`configmap/NAME`, `secret/NAME` or `file/NAME`."""
    note: str
    """What cannot be seen unless it is given as well, in a whole sentence."""


class Holds(StrEnum):
    """What a key of a chart's values has for a value, as the chart's templates see it."""

    NOTHING = "nothing"
    """Null, the empty text, a list or map without items."""
    TEXT = "text"
    """A text, number or switch."""
    LIST = "list"
    """A list of maps with a name each."""
    NAMELESS = "nameless"
    """A list of maps of which one has no name."""
    TEXTS = "texts"
    """A list with an item that is no map."""
    MAP = "map"
    OPEN = "open"
    """Whatever a template or a Secret fills in."""


class ChartValue(Struct, frozen=True):
    """One key of the values of Coder's Helm chart."""

    position: Position
    holds: Holds = Holds.TEXT
    is_on: bool | None = True
    """Whether a template's `if` takes the value for true; None where that is filled in."""


class ChartValues(Struct, frozen=True):
    """What Coder's Helm chart is given; of a manifest that it made, what that shows of it."""

    keys: Mapping[str, ChartValue] = {}
    """By dotted key, as the chart itself spells it, whatever chart it is a part of."""
    by_env_from: frozenset[Position] = frozenset()
    """Where variables stand that come by `coder.envFrom`: the chart does not look at them, and
    what it sets itself counts more."""
    is_whole: bool = True
    """Whether all values are here; others may stand in a file or resource that was not given."""
    is_part: bool = False
    """Whether another chart has it as a part: then that may read further keys beside `coder`."""
    is_made: bool = False
    """Whether what the chart made of them was read in their place: the whole environment."""

    def is_on(self, key: str) -> bool | None:
        """Whether a key that the chart leaves off is on; None where nobody can tell here."""
        value = self.keys.get(key)
        return value.is_on if value else False if self.is_whole else None


class ReplacedList(Struct, frozen=True):
    """A list of one layer of values that does not arrive, since a later layer has another."""

    key: str
    names: tuple[str, ...]
    """Those of its items that the later list has not, sorted."""
    positions: tuple[Position, ...]
    """Where these stand."""
    by: Position
    """Where the later list begins."""


class Misplaced(Struct, frozen=True):
    """Values for a container that stand where Coder's chart does not look."""

    key: str
    """Where they stand, dotted; empty for the root."""
    instead: str
    """Where the chart looks."""
    names: tuple[str, ...]
    """The variables, or without any the keys, that do not arrive; sorted."""
    position: Position
    because: str
    """How it is known where the chart looks."""


class OperatorSettings(Struct, frozen=True, dict=True):
    """Everything that one or several files set, in the order in which they are applied."""

    given: tuple[Given, ...] = ()
    version: str = ""
    """Coder version without `v`, as image tag or chart version say it; empty when they do not."""
    version_hint: str = ""
    """What was said instead of a version: `latest`, `^2.0.0`, `${CODER_VERSION}`."""
    notes: tuple[str, ...] = ()
    """What cannot be seen from here, in whole sentences. See `coverage`."""
    chart: ChartValues | None = None
    """None where Coder's Helm chart has no part in it."""
    replaced: tuple[ReplacedList, ...] = ()
    """What is written and does not arrive, since something is laid over it."""
    misplaced: tuple[Misplaced, ...] = ()
    """What is written and does not arrive, since it stands in the wrong place."""
    forms: tuple[Form, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    """What the files point to and nobody gave: answers that hang on it are open."""
    preset: tuple[Given, ...] = ()
    """What the packaging sets before all that, whether or not somebody asked for it."""
    interpolation: tuple[Given, ...] = ()
    """What a `.env` beside a compose file sets: it fills in `${…}` and reaches no server itself."""
    used: frozenset[str] = frozenset()
    """Variables that something other than a setting is made of: an image tag, a port."""
    is_server: bool = False
    """Whether more than the names of variables tells that it is the server that gets them: an image
    of Coder, its chart, its command."""
    name: str = ""
    """Which of several servers in one file it is: `HelmRelease coder`."""

    @property
    def coverage(self) -> tuple[str, ...]:
        """Everything that cannot be seen from here, in whole sentences."""
        return (*self.notes, *dict.fromkeys(other.note for other in self.elsewhere))

    @cached_property
    def by_name(self) -> Mapping[tuple[Channel, str], Sequence[Given]]:
        """What is given, by the way it comes and its name."""
        found: dict[tuple[Channel, str], list[Given]] = {}
        for one in self.given:
            found.setdefault((one.channel, one.name), []).append(one)
        return found

    @cached_property
    def helpers(self) -> frozenset[str]:
        """Variables there to be used by others: legal, whatever their names."""
        settings = (*self.given, *self.interpolation)
        referred = {name for one in settings for name in one.refers_to if name != one.name}
        return self.used | referred
