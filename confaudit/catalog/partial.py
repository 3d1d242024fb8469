"""What one input tells of a release: the common ground of the importers and of `merge`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, TypeAlias

from msgspec import Struct, field

from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments


class Kind(StrEnum):
    """What a release can be learnt from, the one to believe first on top."""

    SOURCE = "source"
    """Coder's `codersdk/deployment.go`: every option with all its facts, but for what stands in
    other files."""
    PAYLOAD = "payload"
    """A server's own answer: every option, hidden ones too."""
    SERVER_PAGE = "server docs page"
    """`docs/reference/cli/server/index.md`: every visible option."""
    SERVER_HELP = "server help"
    """`coder server --help`: every visible option, without YAML paths."""
    WRITTEN_YAML = "written YAML"
    """`coder server --write-config`: every option that has a YAML path."""
    API_PAGE = "API docs page"
    """`docs/reference/api/general.md`: the leaves of the config tree."""
    SNAPSHOT = "snapshot"
    """What a server told beside its options; what it told of these is mixed with what was known."""


Facts: TypeAlias = Mapping[str, Any]
"""Fields of one option's `OptionSpec` by their names: those only that the input tells."""


class Partial(Struct, frozen=True):
    """What one input tells."""

    kind: Kind
    options: tuple[Facts, ...] = ()
    leaves: frozenset[str] = frozenset()
    """Dotted leaves of the config tree that are known to exist."""
    wire_types: Mapping[str, str] = field(default_factory=dict)
    """By `OptionSpec.key`: what the JSON form of a value suggests where several types share it.

    `null` stands for an empty list or struct.
    """
    version: str = ""
    """Of the release, where the input says; without `v`."""
    descriptions: Mapping[str, str] = field(default_factory=dict)
    """By flag, or by YAML path where the input tells no flags: what tells that an option of one
    input is that of another. Never kept."""
    experiments: Experiments = NOTHING_KNOWN
    is_complete: bool = False
    """Whether it shows every option that the release has."""


_TYPES: Final = frozenset(
    {
        "bool",
        "duration",
        "host:port",
        "int",
        "regexp",
        "string",
        "string-array",
        "url",
        "yaml-config-path",
    }
)


def type_of_shown(shown: str) -> str:
    """The type that documents show; of an enum they list the choices without saying so."""
    known = shown in _TYPES or shown.startswith(("struct[", "enum["))
    return shown if known else f"enum[{shown}]"


def in_one_line(text: str) -> str:
    """A text as it was before it was wrapped."""
    return " ".join(text.split())
