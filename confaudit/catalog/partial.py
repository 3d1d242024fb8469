"""What one input tells of a release: the common ground of the importers and of `merge`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias

from confaudit.core.coder.facts import NOTHING_KNOWN, Experiments


class Kind(StrEnum):
    """What a release can be learnt from, the one to believe first on top."""

    SOURCE = "source"
    """Coder's `codersdk/deployment.go`: every option with all its facts, but for what stands in
    other files."""
    PAYLOAD = "payload"
    """A server's own answer: every option, hidden ones too."""
    SERVER_PAGE = "server docs page"
    """`docs/reference/cli/server.md`: every visible option."""
    WRITTEN_YAML = "written YAML"
    """`coder server --write-config`: every option that has a YAML path."""
    API_PAGE = "API docs page"
    """`docs/reference/api/general.md`: the leaves of the config tree."""
    SNAPSHOT = "snapshot"
    """What a server told beside its options; what it told of these is mixed with what was known."""


Facts: TypeAlias = Mapping[str, Any]
"""Fields of one option's `OptionSpec` by their names: those only that the input tells."""


@dataclass(frozen=True, slots=True)
class Partial:
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
    experiments: Experiments = NOTHING_KNOWN
    is_complete: bool = False
    """Whether it shows every option that the release has."""
