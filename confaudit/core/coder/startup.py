"""Coder's option code as rules: what a release makes of what it is given, before it is started.

The rules are those of coder/serpent (`option.go`, `yaml.go`, `command.go`; clibase before 2.10),
each stated where it is kept; how a single text is read is known to `parsing`. A start reads
the environment, then flags, then YAML for what has no source yet, then defaults, and in each step
the options in the order of their names (`Command.init` sorts them), which decides between aliases.
What differs between releases is in `Semantics`; everything else is a fact of the release.

Holds values as they were given, secrets included; `core.upgrade.situate` redacts what comes of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder import checks, parsing
from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.options import canonical, zero
from confaudit.core.coder.releases import Release
from confaudit.core.coder.semantics import Semantics
from confaudit.core.given import Channel
from confaudit.core.model import MISSING, Json, OptionSpec, Value, ValueSource
from confaudit.core.secret import is_secret
from confaudit.reticent import Reticent


class Assignment(Reticent, frozen=True):
    """One thing that a start is told. At most one of text, node and value says what."""

    unsaid: ClassVar = frozenset({"text", "node", "value", "prefix"})

    channel: Channel | None
    """None when it is set and nobody knows by which way: then `name` is the option's key."""
    name: str
    """Environment variable, dotted YAML path, or flag without dashes."""
    text: str | None = None
    node: Value = MISSING
    """A sequence or mapping of the server's YAML."""
    value: Value = MISSING
    """A value that a release has read already. MISSING here and above: nobody knows to what."""
    prefix: str = ""
    """How the text begins that is not known."""


class StartError(Struct, frozen=True):
    """One thing that keeps a release from starting."""

    option: str
    """Key of the option, empty when the release has none of that name."""
    name: str
    """Display name of the option, empty like its key."""
    input: str
    """What the operator wrote: environment variable, YAML path or `--flag`."""
    reason: str
    """In our own words; never holds what was given."""

    @property
    def unknown_name(self) -> tuple[Channel, str] | None:
        """The flag or YAML path that no option of the release has, where that is the reason."""
        if self.option:
            return None
        is_flag = self.input.startswith("--")
        return Channel.FLAG if is_flag else Channel.YAML, self.input.removeprefix("--")


Node: TypeAlias = "Assignment | dict[str, Node]"
"""A place in the server's YAML: something said, or a mapping with more places."""

HOMEBREW: Final = "HOMEBREW_"
"""Prefix under which every environment variable is read too (Homebrew strips all others)."""

_PRECEDENCE: Final = (ValueSource.FLAG, ValueSource.ENV, ValueSource.YAML)
_VALIDATED: Final[Mapping[tuple[str, str], Callable[[Value], object]]] = {
    ("ai-gateway-circuit-breaker-failure-threshold", "int"): checks.percent,
    ("ai-gateway-circuit-breaker-max-requests", "int"): checks.percent,
    ("aibridge-circuit-breaker-failure-threshold", "int"): checks.percent,
    ("aibridge-circuit-breaker-max-requests", "int"): checks.percent,
    ("postgres-conn-max-open", "int"): checks.positive,
    ("prometheus-aggregate-agent-stats-by", "string-array"): checks.aggregation_labels,
    ("provisioner-types", "string-array"): checks.provisioner_types,
    ("wildcard-access-url", "string"): checks.wildcard_host,
}
"""Flag and type → what `serpent.Validate` checks beyond the type; YAML passes it by.

Known from coder/coder codersdk/deployment.go (the wildcard URL was a `url` without a check before
2.7). No row of the catalogue: a check is code, and no payload or page tells of it. What the server
checks again later, for every source, is data: `rulebook/startup.yaml`.
"""


_GUARDED: Final = frozenset({ValueSource.FLAG, ValueSource.ENV})
"""The sources that `serpent.Validate` looks at."""


def _take(value: Value) -> None:
    """Takes everything."""


def cell(spec: OptionSpec) -> str:
    """The place of an option's value: aliases set the same leaf of the config tree."""
    return spec.json_path or spec.key


def holder(spec: OptionSpec) -> str:
    """What a default is grouped by: the Go object through which an option sets its cell.

    Aliases have one object, except where each is wrapped in one of its own: enums (`EnumOf`) and
    validated options (`Validate`). A wrapped alias that is not given writes its default over what
    its twin was given, in every release.
    """
    wrapped = spec.type.startswith("enum[") or (spec.flag, spec.type) in _VALIDATED
    return spec.key if wrapped else cell(spec)


def env_names(spec: OptionSpec) -> tuple[str, ...]:
    """The environment variables an option is read from, the first that is there counts."""
    return (spec.env, HOMEBREW + spec.env) if spec.env else ()


def nodes(said: Iterable[Assignment]) -> dict[str, Node]:
    """Every path of the server's YAML with what stands there, groups included.

    A group is told from an option by the release only, so each mapping counts as both, as
    `mapYAMLNodes` has it. Of two entries for one path the later wins.
    """
    tree: dict[str, Node] = {}
    for entry in said:
        if entry.channel is Channel.YAML:
            _plant(tree, entry)
    return dict(_walk(tree, ""))


def _plant(tree: dict[str, Node], entry: Assignment) -> None:
    *groups, leaf = entry.name.split(".")
    for group in groups:
        below = tree.get(group)
        if not isinstance(below, dict):
            below = tree[group] = {}
        tree = below
    tree[leaf] = _branch(entry.node) if isinstance(entry.node, dict) else entry


def _branch(node: Json) -> Node:
    if isinstance(node, dict):
        return {name: _branch(below) for name, below in node.items()}
    if isinstance(node, list):
        return Assignment(Channel.YAML, "", node=node)
    return Assignment(Channel.YAML, "", text=parsing.scalar(node))


def _walk(tree: Mapping[str, Node], prefix: str) -> Iterator[tuple[str, Node]]:
    for name, node in tree.items():
        yield prefix + name, node
        if isinstance(node, dict):
            yield from _walk(node, f"{prefix}{name}.")


def _plain(node: Node) -> Value:
    """A mapping of places as the structure it stands for; MISSING when part of it is not known."""
    if isinstance(node, Assignment):
        return node.node if node.text is None else node.text
    found = {name: _plain(below) for name, below in node.items()}
    known = {name: value for name, value in found.items() if value is not MISSING}
    return known if len(known) == len(found) else MISSING


class Start:
    """One start of a release, as far as its option code goes."""

    def __init__(
        self,
        release: Release,
        options: Iterable[OptionSpec],
        said: Iterable[Assignment],
    ) -> None:
        """Read everything that is said; `options` are those that the release declares."""
        self._version = release.version
        self._semantics = Semantics.of(release.version)
        self._specs = sorted(options, key=lambda spec: spec.name)
        self._values: dict[str, Value] = {}
        self._prefixes: dict[str, str] = {}
        self.sources: dict[str, ValueSource | None] = {}
        """By option key; an option without one has neither been given nor a default."""
        self.errors: list[StartError] = []
        self.inputs: dict[str, list[str]] = {}
        """By place (see `cell`), what was read into it, as the operator wrote it and in that order:
        the last counts, unless the type is one that grows."""
        said = tuple(said)
        self._read_environment(said)
        self._read_flags(said)
        self._read_yaml(nodes(said))
        self._read_unsaid(said)
        if self._semantics.aliases_agree:
            self._share_sources_and_defaults()
        else:
            self._set_defaults()

    @property
    def values(self) -> dict[str, Value]:
        """Effective values by option key, in canonical form; aliases have one value."""
        return {
            spec.key: canonical(self._values.get(cell(spec), zero(spec.type)), spec.type)
            for spec in self._specs
        }

    def _read_environment(self, said: Iterable[Assignment]) -> None:
        given = {entry.name: entry for entry in said if entry.channel is Channel.ENV}
        for spec in self._specs:
            entry = next((given[name] for name in env_names(spec) if name in given), None)
            if entry and (entry.text != "" or self._semantics.empty_env_counts):
                self._assign(spec, entry, entry.name, ValueSource.ENV)

    def _read_flags(self, said: Iterable[Assignment]) -> None:
        """In the order in which they are given: the last counts, lists grow."""
        known = {spec.flag_shorthand: spec for spec in self._specs}
        known |= {spec.flag: spec for spec in self._specs}
        for entry in said:
            if entry.channel is not Channel.FLAG:
                continue
            spec, shown = known.get(entry.name), f"--{entry.name}"
            if spec is None:
                self._refuse(shown, "the release does not know this flag")
            else:
                self._assign(spec, entry, shown, ValueSource.FLAG)

    def _read_yaml(self, places: Mapping[str, Node]) -> None:
        """Only for what has no source yet; but every path must be known."""
        groups: set[str] = set()
        matched: set[str] = set()
        for spec in self._specs:
            if not spec.yaml_path:
                continue
            groups.update(_groups(spec.yaml_path))
            if spec.yaml_path in places:
                matched.add(spec.yaml_path)
                if spec.key not in self.sources:
                    self._assign_node(spec, places[spec.yaml_path])
        unknown = {path for path in places if path not in groups and not _within(path, matched)}
        outer = {group for path in unknown for group in _groups(path)}
        for path in sorted(unknown - outer):
            self._refuse(path, "the release does not know this YAML path")

    def _assign_node(self, spec: OptionSpec, node: Node) -> None:
        """Read a place for an option; an empty list stands for no value in the plain types.

        It is read like the empty text; before 2.18 it only kept the default away.
        """
        entry = node if isinstance(node, Assignment) else Assignment(None, "", node=_plain(node))
        if entry.node == [] and spec.type in parsing.PLAIN:
            entry = replace(entry, text="")
            if not self._semantics.aliases_agree:
                self.sources[spec.key] = ValueSource.YAML
                return
        self._assign(spec, entry, spec.yaml_path, ValueSource.YAML)

    def _read_unsaid(self, said: Iterable[Assignment]) -> None:
        specs = {spec.key: spec for spec in self._specs}
        for entry in said:
            if entry.channel is None and entry.name in specs and entry.name not in self.sources:
                self._assign(specs[entry.name], entry, entry.name, None)

    def _share_sources_and_defaults(self) -> None:
        groups: dict[str, list[OptionSpec]] = {}
        for spec in self._specs:
            groups.setdefault(holder(spec), []).append(spec)
        for specs in groups.values():
            given = {self.sources[spec.key] for spec in specs if spec.key in self.sources}
            if given:
                source = next((source for source in _PRECEDENCE if source in given), None)
                self.sources.update({spec.key: source for spec in specs})
            elif default := next(filter(None, map(self._default, specs)), None):
                self._assign(specs[0], default, "", ValueSource.DEFAULT)
                self.sources.update({spec.key: ValueSource.DEFAULT for spec in specs})

    def _set_defaults(self) -> None:
        for spec in self._specs:
            if spec.key not in self.sources and (default := self._default(spec)):
                self._assign(spec, default, "", ValueSource.DEFAULT)

    def _default(self, spec: OptionSpec) -> Assignment | None:
        """What an option's default says; an empty one is none, and one of the host is not known."""
        text = spec.default
        if spec.default_computed_from == "version":
            text = (text or "").replace("{version}", f"v{self._version}")
        elif spec.default_computed_from == "access-url":
            return self._https_default()
        elif spec.default_computed_from == "host":
            return Assignment(None, "")
        return Assignment(None, "", text=text) if text else None

    def _https_default(self) -> Assignment:
        """Whether the access URL, which has no default itself, is given and is https."""
        place = next((cell(spec) for spec in self._specs if spec.key == "access-url"), "")
        value = self._values.get(place, "")
        shown = self._prefixes.get(place, "") if value is MISSING else str(value)
        scheme, known, _ = shown.lower().partition(":")
        if value is MISSING and not known:
            return Assignment(None, "")
        return Assignment(None, "", text="true" if scheme == "https" else "false")

    def _assign(
        self, spec: OptionSpec, entry: Assignment, shown: str, source: ValueSource | None
    ) -> None:
        self.sources[spec.key] = source
        if source not in (None, ValueSource.DEFAULT):
            self.inputs.setdefault(cell(spec), []).append(shown)
        self._prefixes[cell(spec)] = entry.prefix
        try:
            value = self._read(spec, entry, source)
            if source in _GUARDED and value is not MISSING and not is_secret(value):
                _VALIDATED.get((spec.flag, spec.type), _take)(value)
            self._values[cell(spec)] = value
        except RefusedError as refusal:
            self._values[cell(spec)] = MISSING
            if source is not ValueSource.DEFAULT:  # a release that exists accepts its own
                self._refuse(shown, str(refusal), spec)

    def _read(self, spec: OptionSpec, entry: Assignment, source: ValueSource | None) -> Value:
        days = self._semantics.day_units
        if entry.text is None and entry.node is not MISSING:
            return self._merge(spec, parsing.decode(entry.node, spec.type, day_units=days))
        if entry.text is None:
            return self._carry(spec, entry.value)
        value = parsing.parse(entry.text, spec.type, day_units=days)
        if spec.type.startswith("struct["):
            says = entry.text or source is ValueSource.YAML  # in YAML the empty text is null
            return self._merge(spec, value) if says else self._values.get(cell(spec), None)
        return self._append(spec, value) if entry.text else value

    def _append(self, spec: OptionSpec, value: Value) -> Value:
        """A list given as text is appended to what the option has; the empty text clears it."""
        had = self._values.get(cell(spec), [])
        if not isinstance(value, list):
            return value
        return had + value if isinstance(had, list) else MISSING

    def _merge(self, spec: OptionSpec, value: Value) -> Value:
        """A mapping is read into the one that the option has; the empty text leaves it alone."""
        had = self._values.get(cell(spec), {})
        if not isinstance(value, dict):
            return value
        return MISSING if had is MISSING else {**(had if isinstance(had, dict) else {}), **value}

    def _carry(self, spec: OptionSpec, value: Value) -> Value:
        """A value that another release has read, for an option that may have another type here."""
        if value is MISSING or is_secret(value) or spec.type.startswith("struct["):
            return value
        if isinstance(value, str) and value:
            return parsing.parse(value, spec.type, day_units=self._semantics.day_units)
        return value if type(value) is type(zero(spec.type)) else MISSING

    def _refuse(self, shown: str, reason: str, spec: OptionSpec | None = None) -> None:
        option, name = (spec.key, spec.name) if spec else ("", "")
        self.errors.append(StartError(option, name, shown, reason))


def _groups(path: str) -> Iterator[str]:
    """The groups around a YAML path: `a` and `a.b` for `a.b.c`."""
    parts = path.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


def _within(path: str, matched: set[str]) -> bool:
    return path in matched or any(group in matched for group in _groups(path))
