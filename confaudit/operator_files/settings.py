"""From names and texts to `Given`: lists and maps of variables, and which of them are Coder's."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from typing import Final, TypeAlias

from msgspec import Struct, field

from confaudit.core.given import Channel, Elsewhere, Form, Given, GivenState
from confaudit.operator_files.file import OperatorFile
from confaudit.operator_files.substitution import CLUSTER, TEMPLATED, Fill, Reading
from confaudit.patterns import regex
from confaudit.yaml_nodes import Mapping, Node, Scalar, Sequence, entries, follow, get, resolve

CODER_NAME: Final = regex(r"CODER_(?!AGENT_(?:TOKEN|URL|AUTH)\b)[A-Z0-9_]+|WGTUNNEL_HOST")
"""What a file that is read line by line may set: options, and names that look like one; not what
templates give to a workspace's agent."""
NAME: Final = regex(r"[A-Za-z_][A-Za-z0-9_]*")

_OF_A_SERVICE: Final = regex(
    r"\w+_SERVICE_(?:HOST|PORT(?:_\w+)?)|\w+_PORT(?:_[0-9]+_(?:TCP|UDP|SCTP)(?:_\w+)?)?"
)
"""Variables that Kubernetes may set itself, for the services of a namespace."""
_NAME_ALONE: Final = frozenset({GivenState.MALFORMED, GivenState.PASS_THROUGH})
"""States of what has no value that could be told from its name."""
_NOT_TEXT: Final = regex(r"(?i:true|false|yes|no|on|off)|[-+]?[0-9][0-9_]*(\.[0-9]*)?")


class SettingsBlock(Struct, frozen=True):
    """Where settings are found: what they have in common."""

    file: OperatorFile
    form: Form
    block: int = 0
    """Line of the list or map, counted from 0 within the file."""
    channel: Channel = Channel.ENV

    def given(
        self, name: str, state: GivenState, line: int, reading: Reading | None = None, **more: bool
    ) -> Given:
        """One setting of this place; `reading` is what its value comes to."""
        reading = reading or Reading(None, known=False)
        return Given(
            channel=self.channel,
            name=name if self._may_name(name, state) else "",
            state=state,
            position=self.file.at(line),
            form=self.form,
            value=reading.text,
            prefix=reading.prefix,
            block=self.file.at(self.block).line,
            refers_to=reading.names,
            left_as_text=reading.left,
            **more,
        )

    def _may_name(self, name: str, state: GivenState) -> bool:
        """Whether it is a name for certain: what has none may be the end of somebody's secret."""
        if self.channel is not Channel.ENV or state not in _NAME_ALONE:
            return True
        return NAME.fullmatch(name) is not None

    def text(self, name: str, text: str, line: int, fill: Fill, **more: bool) -> Given:
        """A setting whose value is a text."""
        if text.lstrip("\"' ").startswith(_ENCRYPTED):  # not even its length is our business
            return self.given(name, GivenState.ENCRYPTED, line)
        reading = fill(text)
        if not reading.known:
            return self.given(name, GivenState.UNRESOLVED, line, reading, **more)
        state = GivenState.LITERAL if reading.text else GivenState.EMPTY
        return self.given(name, state, line, reading, **more)


def open_lines(file: OperatorFile) -> tuple[Elsewhere, ...]:
    """What a file hides that is a template of whole lines."""
    if not file.has_open_lines:
        return ()
    note = f"{file.name} is a template, and may set more when somebody renders it"
    return (Elsewhere(f"template/{file.name}", note),)


MayPrecede: TypeAlias = Callable[[str, Collection[str]], bool]
"""Whether something out of sight may set a name before a list begins that has these names."""


def nothing_precedes(name: str, names: Collection[str]) -> bool:
    """What is known of a container that is written out: its list is all there is."""
    return False


def anything_precedes(name: str, names: Collection[str]) -> bool:
    """What is known beside an `envFrom`, or of a map, which has no order."""
    return True


def others_precede(name: str, names: Collection[str]) -> bool:
    """What is known of a list that a chart we do not know makes part of its own."""
    return name not in names


_ENCRYPTED: Final = ("ENC[", "$ANSIBLE_VAULT;")
"""How what sops or Ansible encrypts begins."""

PlaceOf: TypeAlias = Callable[[Node], SettingsBlock]
"""Where an item of a list stands, as a list may be put together from several files."""


class Referred(Struct, frozen=True):
    """What a reference comes to."""

    text: str | None = None
    """None when it cannot be seen."""
    is_there: bool = True
    """False where nothing is and nothing has to be: then the variable is not set."""
    is_sure: bool = True
    """Whether that is known."""


class KubernetesEnvironment(Struct):
    """The `env` of a container, item after item: `$(V)` sees only what came before."""

    place_of: PlaceOf
    may_precede: MayPrecede = nothing_precedes
    look_up: "Callable[[Node | None], Referred]" = lambda _: Referred()
    """What a `valueFrom` points to."""
    names: Collection[str] = ()
    earlier: dict[str, Reading] = field(default_factory=dict)

    def read(self, env: Sequence) -> Iterator[Given]:
        """The settings of a list of `{name, value | valueFrom}`."""
        self.names = names_of(env)
        for item in map(follow, env.items):
            name = get(item, "name")
            if isinstance(item, Mapping) and isinstance(name, Scalar) and NAME.fullmatch(name.text):
                for given in self._item(item, name, self.place_of(item)):
                    self.earlier[name.text] = _reading(given)
                    yield given
            elif item is not None:
                place = self.place_of(item)
                yield from (place.given(*one) for one in _without_name(item))

    def read_map(self, env: Mapping) -> Iterator[Given]:
        """The settings of a map of name → value, as some charts have it."""
        self.may_precede = anything_precedes
        for key, node in entries(env):
            given = self._value(key, follow(node), self.place_of(env))
            self.earlier[key.text] = _reading(given)
            yield given

    def _item(self, item: Mapping, name: Scalar, place: SettingsBlock) -> Iterator[Given]:
        keys = {key.text for key, _ in entries(item)}
        if "valueFrom" in keys and _is_blank(get(item, "value")):
            yield from self._value_from(name, get(item, "valueFrom"), place)
        elif "value" in keys:
            yield self._value(name, get(item, "value"), place)
        else:
            state = GivenState.EMPTY if keys == {"name"} else GivenState.MALFORMED
            yield place.given(name.text, state, name.line)

    def _value_from(
        self, name: Scalar, source: Node | None, place: SettingsBlock
    ) -> Iterator[Given]:
        found = self.look_up(source)
        if found.text is not None:
            yield place.text(name.text, found.text, name.line, TEMPLATED.read)
        elif found.is_there:
            state = GivenState.REFERENCE
            yield place.given(name.text, state, name.line, is_optional=not found.is_sure)

    def _value(self, name: Scalar, value: Node | None, place: SettingsBlock) -> Given:
        if not isinstance(value, Scalar):
            return place.given(name.text, _shape(value), name.line)
        not_text = value.plain and _NOT_TEXT.fullmatch(value.text) is not None
        return place.text(name.text, value.text, name.line, self._fill, not_text=not_text)

    def _fill(self, text: str) -> Reading:
        return CLUSTER.read(text, earlier=self._defined)

    def _defined(self, name: str) -> Reading | None:
        if name in self.earlier:
            return self.earlier[name]
        of_a_service = name not in self.names and _OF_A_SERVICE.fullmatch(name)
        if of_a_service or self.may_precede(name, self.names):
            return Reading(None, known=False)
        return None


def in_command(given: Iterable[Given], may_precede: MayPrecede) -> Fill:
    """How the command of a container is filled in: by all its variables, in whatever order."""
    known = {one.name: _reading(one) for one in given if one.channel is Channel.ENV}

    def look_up(name: str) -> Reading | None:
        if name in known:
            return known[name]
        may_be = _OF_A_SERVICE.fullmatch(name) or may_precede(name, known)
        return Reading(None, known=False) if may_be else None

    return partial(CLUSTER.read, earlier=look_up)


def _is_blank(value: Node | None) -> bool:
    """Whether a value leaves the word to the `valueFrom` beside it, as Kubernetes has it."""
    return value is None or (isinstance(value, Scalar) and resolve(value) in (None, ""))


def _without_name(item: Node) -> Iterator[tuple[str, GivenState, int]]:
    """Coder's variables in an entry that Kubernetes refuses: `K: V`, `K=V`, `Name: K`."""
    pairs = entries(item) if isinstance(item, Mapping) else []
    texts = [*(key for key, _ in pairs), *(follow(value) for _, value in pairs), item]
    for text in (one for one in texts if isinstance(one, Scalar)):
        name = text.text.partition("=")[0]
        if CODER_NAME.fullmatch(name):
            yield name, GivenState.MALFORMED, text.line


def _shape(value: Node | None) -> GivenState:
    """What to call a value that is no scalar: `{{ x }}` without quotes is a map in a map."""
    if not isinstance(value, Mapping):
        return GivenState.MALFORMED
    keys = [follow(key) for key, _ in value.pairs]
    if "secretKeyRef" in {key.text for key in keys if isinstance(key, Scalar)}:
        return GivenState.REFERENCE
    return (
        GivenState.UNRESOLVED
        if any(isinstance(key, Mapping) for key in keys)
        else GivenState.MALFORMED
    )


def _reading(given: Given) -> Reading:
    """What a later entry reads in the place of this one."""
    if given.state in (GivenState.LITERAL, GivenState.EMPTY):
        return Reading(given.value or "", prefix=given.prefix)
    default = given.value if given.state is GivenState.UNRESOLVED else None
    return Reading(default, known=False, prefix=given.prefix)


def is_coder_environment(node: Node | None) -> bool:
    """Whether a list or map of variables sets one of Coder's."""
    return any(name.startswith("CODER_") for name in names_of(node))


def names_of(node: Node | None) -> frozenset[str]:
    """The variables of an environment: a list of maps or of `K=V`, or a map."""
    node = follow(node)
    if isinstance(node, Mapping):
        return frozenset(key.text for key, _ in entries(node))
    if isinstance(node, Sequence):
        return frozenset(name for item in node.items if (name := _name_of(follow(item))))
    return frozenset()


def _name_of(item: Node | None) -> str:
    if isinstance(item, Scalar):
        return item.text.partition("=")[0]
    name = get(item, "name")
    return name.text if isinstance(name, Scalar) else ""


def unique(texts: Iterable[str]) -> tuple[str, ...]:
    """Without repetitions, in order."""
    return tuple(dict.fromkeys(text for text in texts if text))
