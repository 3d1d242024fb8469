"""Settings that are numbered environment variables: external auth and AI providers.

Their prefixes and fields stand here, not among the facts of the catalogue: they are how the
server's reader of such variables works, and the language of conditions names the families.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final

from confaudit.core.given import Channel, Given, GivenState
from confaudit.core.model import MISSING, Json, OptionSpec, Value, ValueSource
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import WHY_UNKNOWN, Known, Truth


class Family(StrEnum):
    """Settings that are numbered environment variables: `PREFIX_<N>_FIELD`."""

    EXTERNAL_AUTH = "external-auth"
    AI_PROVIDER = "ai-provider"


PREFIXES: Final[Mapping[Family, tuple[str, str]]] = {
    Family.EXTERNAL_AUTH: ("CODER_EXTERNAL_AUTH_", "CODER_GITAUTH_"),
    Family.AI_PROVIDER: ("CODER_AI_GATEWAY_PROVIDER_", "CODER_AIBRIDGE_PROVIDER_"),
}
"""Family → today's prefix and the old one."""

_CAME_WITH: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "external_auth",
    Family.AI_PROVIDER: "ai_gateway.enabled",
}
"""Config leaf or YAML path that came with the new prefix (coder/coder#9935, coder/coder#25061)."""


def reads_new_prefix(options: Mapping[str, OptionSpec], family: Family) -> bool:
    """Whether a release with these options reads a family under today's prefix."""
    mark = _CAME_WITH[family]
    return any(mark in (spec.json_path, spec.yaml_path) for spec in options.values())


def numbered(given: Iterable[Given], prefix: str) -> tuple[Given, ...]:
    """The variables of a family that go by a prefix."""
    return tuple(
        one
        for one in given
        if one.channel is Channel.ENV
        and one.name.startswith(prefix)
        and one.name.removeprefix(prefix)[:1].isdigit()
    )


_NUMBERED: Final = re.compile(rf"(?:{'|'.join(chain(*PREFIXES.values()))})[0-9]+_\w+")


def is_numbered(name: str) -> bool:
    """Whether a variable is a field of a member of some family."""
    return bool(_NUMBERED.fullmatch(name))


LEAVES: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "external_auth",
    Family.AI_PROVIDER: "ai.bridge.providers",
}

FIELDS: Final = {"CODE_CHALLENGE_METHODS_SUPPORTED": "PKCE_METHODS"}
"""Fields that the server's answer calls otherwise than the environment does."""

_LISTS: Final = frozenset({"SCOPES", "PKCE_METHODS", "EXTRA_TOKEN_KEYS"})
"""Fields that hold several words; blanks separate them (coder/coder cli/server.go)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One member of a family: everything given under one number."""

    family: Family
    number: str
    """As it is written: `0`, `10`, `00`."""
    prefix: str
    """`CODER_GITAUTH_`; today's prefix when only the server's own answer or YAML tells of it."""
    fields: Mapping[str, Known]
    """By field as in the environment: `TYPE`, `SCOPES`."""
    is_complete: bool
    """Whether a field that is not here is not set for certain."""

    def field(self, name: str) -> Known:
        """What is known about one field."""
        variable = f"{self.prefix}{self.number}_{name}"
        nothing = unset_field(variable, is_complete=self.is_complete)
        return self.fields.get(name, nothing)


def as_field(given: Given, name: str) -> Known:
    """A variable of a family as what is known of one field."""
    is_known = given.state in (GivenState.LITERAL, GivenState.EMPTY) and given.value is not None
    text = given.value or ""
    value: Value = list[Json](text.split()) if name in _LISTS else text
    shown = visible(given.name)
    return Known(
        name=shown,
        value=value if is_known else MISSING,
        source=ValueSource.ENV,
        given=(given,),
        is_set=Truth.DEPENDS if given.state is GivenState.PASS_THROUGH else Truth.YES,
        because=f"{shown} is set"
        if is_known
        else f"the value of {shown} {WHY_UNKNOWN[given.state]}",
    )


def unset_field(variable: str, *, is_complete: bool) -> Known:
    """A field that nothing here sets."""
    return Known(
        name=variable,
        value="",
        source=ValueSource.UNSET,
        given=(),
        is_set=Truth.NO if is_complete else Truth.DEPENDS,
        because=f"{variable} is not set" + ("" if is_complete else " as far as can be seen here"),
    )
