"""The tables that a history of deployments makes: their columns, what these mean, and their keys.

Whoever queries them relies on it: a column is added, and none changes its meaning without another
`VERSION`.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

VERSION: Final = 1


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    """Free of control characters."""
    JSON = "JSON"
    """A value as JSON text; a secret is `{"secret_set": true}`, whatever its value."""
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TIME = "time"
    """A point in time, in UTC, to the second."""
    DAY = "day"


class Column(Struct, frozen=True):
    """One column."""

    name: str
    kind: Kind
    meaning: str
    is_optional: bool = False
    """Whether it may hold nothing."""


class Reference(Struct, frozen=True):
    """Columns that name a row of another table by its key."""

    columns: tuple[str, ...]
    table: str


class Table(Struct, frozen=True):
    """One table."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns that no two rows have alike."""
    references: tuple[Reference, ...] = ()


_TEXT, _JSON, _INTEGER, _BOOLEAN, _TIME, _DAY = Kind
_DEPLOYMENT: Final = Column("deployment", _TEXT, "its deployment")
_COMMIT: Final = Column("commit_id", _TEXT, "full id of the commit that stored it")
_OF_DEPLOYMENT: Final = (Reference(("deployment",), "deployments"),)

DEPLOYMENTS: Final = Table(
    "deployments",
    "each deployment that has a snapshot, or had one, and what the newest tells",
    (
        Column("name", _TEXT, "name of its folder"),
        Column("identity", _TEXT, "Coder's own id: replicas of a fleet share one", True),
        Column("version", _TEXT, "the release that runs, without v", True),
        Column("commit_id", _TEXT, "the commit that stored its newest snapshot", True),
        Column("taken_at", _TIME, "when that snapshot was taken", True),
        Column("is_removed", _BOOLEAN, "whether it has no snapshot any more"),
        Column("trouble", _TEXT, "why its newest snapshot cannot be read", True),
    ),
    ("name",),
)
SNAPSHOTS: Final = Table(
    "snapshots",
    "each snapshot that changed something, and each that was removed",
    (
        _DEPLOYMENT,
        _COMMIT,
        Column("place", _INTEGER, "place in the history of them all; 1 is the newest"),
        Column("taken_at", _TIME, "when it was taken", True),
        Column("author", _TEXT, "name of the author of the commit"),
        Column("mail", _TEXT, "address of the author"),
        Column("subject", _TEXT, "first line of the commit's message"),
        Column("brought_by", _TEXT, "id of the merge that brought it to the branch", True),
        Column("version_before", _TEXT, "the release in the snapshot before", True),
        Column("version", _TEXT, "the release that runs, without v", True),
        Column("is_first", _BOOLEAN, "whether it is the first of its deployment"),
        Column("is_upgrade", _BOOLEAN, "whether another release runs than before, older ones too"),
        Column("is_removed", _BOOLEAN, "whether the commit removed the snapshot"),
        Column("is_by_hand", _BOOLEAN, "whether the commit does not say that confaudit made it"),
        Column("trouble", _TEXT, "why what changed cannot be told", True),
    ),
    ("deployment", "commit_id"),
    _OF_DEPLOYMENT,
)
CHANGES: Final = Table(
    "changes",
    "what each snapshot changed; a first one changes nothing",
    (
        _DEPLOYMENT,
        _COMMIT,
        Column("number", _INTEGER, "counts within the snapshot from 1, the operator's first"),
        Column("subject", _TEXT, "`option`, `config` (a leaf that no option sets) or `server`"),
        Column("name", _TEXT, "the option's flag, or the dotted path"),
        Column("kind", _TEXT, "`changed`, `added`, `removed`, `renamed`, `source` or `declared`"),
        Column("cause", _TEXT, "`operator`, `release`, `computed` or `unknown`"),
        Column("evidence", _TEXT, "how the cause is known"),
        Column("type", _TEXT, "the option's type", True),
        Column("value_before", _JSON, "durations in nanoseconds", True),
        Column("value_after", _JSON, "durations in nanoseconds", True),
        Column("text_before", _TEXT, "the value in words", True),
        Column("text_after", _TEXT, "the value in words", True),
        Column("source_before", _TEXT, "`flag`, `env`, `yaml`, `default`, or empty for none", True),
        Column("source_after", _TEXT, "the same", True),
        Column("was", _TEXT, "the name before it was renamed", True),
        Column("is_reordered", _BOOLEAN, "whether only the order differs, which means nothing"),
    ),
    ("deployment", "commit_id", "number"),
    (Reference(("deployment", "commit_id"), "snapshots"),),
)
OPTIONS: Final = Table(
    "options",
    "each option of the newest snapshot of each deployment",
    (
        _DEPLOYMENT,
        Column("name", _TEXT, "its flag"),
        Column("value", _JSON, "what is in effect; durations in nanoseconds", True),
        Column("text", _TEXT, "the value in words", True),
        Column("source", _TEXT, "`flag`, `env`, `yaml`, `default`, or empty for none", True),
        Column("is_set", _BOOLEAN, "whether somebody set it: by flag, env or yaml"),
        Column("title", _TEXT, "its name in Coder's documentation"),
        Column("env", _TEXT, "its variable", True),
        Column("yaml_path", _TEXT, "its place in the YAML file", True),
        Column("type", _TEXT, "as Coder calls it", True),
        Column("default_text", _TEXT, "what the release declares as default", True),
        Column("section", _TEXT, "its group, outermost first", True),
        Column("is_hidden", _BOOLEAN, "whether help and documentation leave it out"),
        Column("is_secret", _BOOLEAN, "whether its value is a secret"),
        Column("is_deprecated", _BOOLEAN, "whether others are to be used instead"),
    ),
    ("deployment", "name"),
    _OF_DEPLOYMENT,
)
FINDINGS: Final = Table(
    "findings",
    "what `confaudit check` says of the newest snapshot of each deployment",
    (
        _DEPLOYMENT,
        Column("fingerprint", _TEXT, "stays the same while the finding does"),
        Column("rule", _TEXT, "id of the rule, see `confaudit rules`"),
        Column("control", _TEXT, "id of the control of the hardening pack", True),
        Column("level", _TEXT, "`error`, `warning` or `info`"),
        Column("effect", _TEXT, "what it means: `security`, `behaviour`, `policy`, …"),
        Column("subject", _TEXT, "the option, or what else it is about"),
        Column("message", _TEXT, "the finding in a sentence"),
        Column("affects", _TEXT, "`yes`, `no`, or `depends`"),
        Column("because", _TEXT, "why so"),
        Column("fix", _TEXT, "what to do"),
        Column("is_counted", _BOOLEAN, "whether nobody decided that it does not count"),
        Column("reason", _TEXT, "why it does not count, in the words of who decided so", True),
    ),
    ("deployment", "fingerprint"),
    _OF_DEPLOYMENT,
)
RELEASES: Final = Table(
    "releases",
    "each release of Coder that is known",
    (
        Column("version", _TEXT, "without v"),
        Column("place", _INTEGER, "in the order of versions; 1 is the oldest"),
        Column("line", _TEXT, "its release line, like 2.34"),
        Column("released_on", _DAY, "when it was published", True),
        Column("is_esr", _BOOLEAN, "whether its line gets extended support"),
        Column("support", _TEXT, "whether its line gets fixes: `given`, `ended` or `unknown`"),
        Column("options", _INTEGER, "how many options it declares, hidden ones included"),
    ),
    ("version",),
)
TABLES: Final = (DEPLOYMENTS, SNAPSHOTS, CHANGES, OPTIONS, FINDINGS, RELEASES)
