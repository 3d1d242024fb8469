"""The values that travel through the pipeline, and nothing that computes.

JSON values are treated as immutable everywhere: build a new one instead of changing one.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum, IntEnum, StrEnum
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct

from confaudit.reticent import Reticent

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None


class Missing(Enum):
    """The type of `MISSING`: absent is not `None`."""

    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING
Value: TypeAlias = Json | Missing


class ValueSource(StrEnum):
    """Where a deployment took a value from (`value_source` on the wire)."""

    FLAG = "flag"
    ENV = "env"
    YAML = "yaml"
    DEFAULT = "default"
    UNSET = ""
    """Nothing set it and it has no default, or the server is older than 2.3 and does not say."""


EXPLICIT: Final = frozenset({ValueSource.FLAG, ValueSource.ENV, ValueSource.YAML})
"""Sources of what somebody has set."""


class Fidelity(StrEnum):
    """How much of a deployment an input can tell; decides what a diff may conclude."""

    FULL = "full"
    """Options and config tree as the server sent them."""
    LOSSY = "lossy"
    """A support bundle: what the CLI that made it did not know is missing or empty."""
    CONFIG = "config"
    """The config tree alone, with real values."""
    SHAPE = "shape"
    """An API docs page: which leaves exist and their type names, no values."""


class OptionSpec(Struct, frozen=True):
    """What a release declares about one option. Empty strings mean "not declared"."""

    name: str
    """Display name; changes without meaning, never an identity."""
    flag: str = ""
    """Without the leading dashes. Two options had none before 2.7."""
    flag_shorthand: str = ""
    env: str = ""
    yaml_path: str = ""
    """Full dotted path, groups first."""
    json_path: str = ""
    """Dotted leaf in the config tree; not on the wire, known from the catalogue."""
    type: str = ""
    """Coder's own term: bool, duration, string-array, enum[a|b], struct[…]; empty when unknown."""
    default: str | None = None
    """In text form, as on the wire; None when the option declares none."""
    default_computed_from: str = ""
    """`version`, `host` or `access-url` when the default is no fact of the release alone."""
    hidden: bool = False
    secret: bool = False
    use_instead: tuple[str, ...] = ()
    """Flags to use instead: the option is deprecated."""
    group: str = ""
    """Outermost first, joined by " / "."""
    annotations: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The identity of the option within a release: its flag, else env, YAML path or name."""
        return self.flag or self.env or self.yaml_path or self.name


class Setting(Struct, frozen=True):
    """What a deployment has for one option."""

    value: Value
    """Canonical JSON, a secret marker (see core.secret), or MISSING when it cannot be known."""
    source: ValueSource | None
    """None when the server does not say (releases before 2.3)."""


class RawDeployment(Reticent, frozen=True):
    """What a source read, NOT redacted: only `core.snapshot.redact` may look inside.

    The contents never appear in the repr, so that no log or traceback can show them.
    """

    unsaid: ClassVar = frozenset({"payload", "endpoints", "asked_with"})

    payload: Mapping[str, Json]
    """`{"config": …, "options": […]}`; `options` may be absent (docs page, bare config)."""
    endpoints: Mapping[str, Json] = {}
    """Answer of each endpoint that was read, by its name in `core.coder.endpoints`."""
    unavailable: Mapping[str, str] = {}
    """Endpoint → why the server will not say (403, 404): a stable reason in our own words."""
    failed: Mapping[str, str] = {}
    """Endpoint → why it could not be read this time; the previous snapshot's answer stands."""
    fidelity: Fidelity = Fidelity.FULL
    label: str = ""
    """How the user named the input; shown in reports."""
    version: str = ""
    """Coder version without `v` (`2.33.0`, `2.34.0-devel+abc`), empty when unknown."""
    taken_at: datetime | None = None
    """When the state was read (aware UTC), if the input says."""
    deployment: str = ""
    """The name of the deployment, if somebody gave it one."""
    asked_with: str = ""
    """The credential that the source showed, which an answer may repeat."""


class CleanDeployment(Struct, frozen=True):
    """A RawDeployment after redaction: same fields, nothing secret left."""

    payload: Mapping[str, Json]
    endpoints: Mapping[str, Json]
    unavailable: Mapping[str, str]
    failed: Mapping[str, str]
    fidelity: Fidelity
    label: str
    version: str
    taken_at: datetime | None
    deployment: str


class StoredFiles(Reticent, frozen=True):
    """A snapshot as it lies in a repository or folder, before it is decoded.

    Untrusted like any payload: somebody may have edited the files by hand.
    """

    unsaid: ClassVar = frozenset({"files"})

    files: Mapping[str, str]
    """File name (`settings.json`) → text."""
    label: str = ""
    deployment: str = ""
    commit: str = ""
    """Full commit id, empty for a plain folder."""
    taken_at: datetime | None = None
    folder: str = ""
    """The folder they lie in, as the repository or the user calls it."""


class CleanFiles(Struct, frozen=True):
    """StoredFiles after redaction, decoded from JSON. Made by `core.snapshot.redact`."""

    documents: Mapping[str, Json]
    label: str
    deployment: str
    commit: str
    taken_at: datetime | None
    folder: str = ""


class Snapshot(Struct, frozen=True):
    """One deployment at one time, redacted and normalised: equal states are equal values."""

    deployment: str
    fidelity: Fidelity
    version: str
    """Coder version without `v`, empty when unknown."""
    taken_at: datetime | None
    label: str
    settings: Mapping[str, Setting]
    """By `OptionSpec.key`; primary."""
    declared: Mapping[str, OptionSpec]
    """By `OptionSpec.key`, as the server itself sent them, types filled in from the catalogue."""
    config: Mapping[str, Json]
    """The config tree; primary where there are no options."""
    server: Mapping[str, Json]
    """Endpoint endpoints by name, volatile keys removed."""
    unavailable: Mapping[str, str]
    """Endpoint → why the server did not say."""
    unread: tuple[Json, ...] = ()
    """What is among the options and cannot be told of one of them, or not all of it: as it is."""
    commit: str = ""
    folder: str = ""
    """Where its files lie, as the repository or the user calls it; empty where there are none."""

    @property
    def identity(self) -> str:
        """Coder's own id of the deployment, which replicas share; empty where nothing tells."""
        build = self.server.get("buildinfo")
        found = build.get("deployment_id") if isinstance(build, dict) else None
        return found if isinstance(found, str) else ""


class Subject(StrEnum):
    """What a change is about."""

    OPTION = "option"
    CONFIG = "config"
    SERVER = "server"


class ChangeKind(StrEnum):
    """How a subject differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    """The effective value differs."""
    RENAMED = "renamed"
    """The release gave the setting another name; its value may have changed as well."""
    SOURCE = "source"
    """Same value, set from elsewhere."""
    DECLARED = "declared"
    """Same value and source; the release declares the option differently."""


class Cause(StrEnum):
    """Who brought a change about."""

    OPERATOR = "operator"
    RELEASE = "release"
    COMPUTED = "computed"
    """Nobody: the value follows from the version, the host or another setting, or only its order
    differs, which means nothing."""
    UNKNOWN = "unknown"


class Level(IntEnum):
    """How much a finding matters, least first."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """`info`, `warning` or `error`."""
        return self.name.lower()


class Facet(StrEnum):
    """The sides of an option that are compared beside its value."""

    SOURCE = "source"
    DEFAULT = "default"
    TYPE = "type"
    HIDDEN = "hidden"
    SECRET = "secret"  # noqa: S105 - a facet's name
    USE_INSTEAD = "use_instead"
    ENV = "env"
    YAML_PATH = "yaml_path"
    JSON_PATH = "json_path"


class FacetChange(Struct, frozen=True):
    """One side of an option, before and after."""

    facet: Facet
    before: Value
    after: Value


class Change(Struct, frozen=True):
    """One difference, reported once: an option with all its facets, or a leaf nothing explains."""

    subject: Subject
    key: str
    """Option key (flag), or dotted leaf path."""
    kind: ChangeKind
    before: Value
    """Effective value; MISSING where the subject does not exist or its value is not known."""
    after: Value
    path: str = ""
    """Dotted config leaf: the subject's own, or the one this option explains."""
    type: str = ""
    """Option type of the value, empty when unknown."""
    facets: tuple[FacetChange, ...] = ()
    spec: OptionSpec | None = None
    """The newer declaration of the option, or the older one when it was removed."""
    source_before: ValueSource | None = None
    source_after: ValueSource | None = None
    was: str = ""
    """The option's key before it was renamed."""
    also: tuple[str, ...] = ()
    """Other names of the same setting: aliases that share its config leaf."""
    is_reordered: bool = False
    """Whether its values are the same in another order, which means nothing to Coder."""
    cause: Cause | None = None
    """None until `core.changes.causes` has judged."""
    evidence: str = ""
    """One sentence on how the cause is known."""
