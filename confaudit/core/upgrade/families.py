"""Settings that are numbered environment variables: external auth and AI providers.

Their prefixes and fields stand here, not among the facts of the catalogue: they are how the
server's reader of such variables works, and the language of conditions names the families.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from confaudit.core.coder.go import RefusedError, integer
from confaudit.core.coder.releases import Version
from confaudit.core.coder.semantics import SORTED_BY_NUMBER
from confaudit.core.given import Channel, Form, Given, GivenState
from confaudit.core.model import MISSING, Json, Value, ValueSource
from confaudit.core.secret import STAND_INS, secret
from confaudit.core.text.wording import visible
from confaudit.core.upgrade.known import WHY_UNKNOWN, Known, Truth, is_empty
from confaudit.patterns import regex


class Family(StrEnum):
    """Settings that are numbered environment variables: `PREFIX_<N>_FIELD`."""

    EXTERNAL_AUTH = "external-auth"
    AI_PROVIDER = "ai-provider"


class Prefix(Struct, frozen=True):
    """What names of a family begin with, and the releases that read such names."""

    text: str
    since: Version
    until: Version | None = None
    """The first release that reads them no more."""
    as_text_before: Version | None = None
    """Releases before this one sort them as text: 10 before 2."""

    def is_read_by(self, version: Version) -> bool:
        """Whether a release reads names that begin so."""
        return self.since <= version.base and not (self.until and self.until <= version.base)


PREFIXES: Final[Mapping[Family, tuple[Prefix, ...]]] = {
    Family.EXTERNAL_AUTH: (
        Prefix("CODER_EXTERNAL_AUTH_", since=Version(2, 2, 1), as_text_before=SORTED_BY_NUMBER),
        Prefix("CODER_GITAUTH_", since=Version(2, 0, 0), as_text_before=SORTED_BY_NUMBER),
    ),
    Family.AI_PROVIDER: (
        Prefix("CODER_AI_GATEWAY_PROVIDER_", since=Version(2, 34, 0), until=Version(2, 38, 0)),
        Prefix("CODER_AIBRIDGE_PROVIDER_", since=Version(2, 33, 0), until=Version(2, 38, 0)),
        Prefix(
            "CODER_AI_PROVIDER_",
            since=Version(2, 23, 0),
            until=Version(2, 24, 0),
            as_text_before=Version(2, 24, 0),
        ),
    ),
}
"""Family → its prefixes, today's first (coder/coder#9935, coder/coder#25061, coder/coder#29053)."""


def renamed(family: Family) -> tuple[Prefix, Prefix]:
    """The prefix of today, and the one that it took the place of."""
    new, old, *_ = PREFIXES[family]
    return new, old


def numbered(given: Iterable[Given], prefix: str) -> tuple[Given, ...]:
    """The variables of a family that go by a prefix."""
    return tuple(
        one
        for one in given
        if one.channel is Channel.ENV
        and one.name.startswith(prefix)
        and one.name.removeprefix(prefix)[:1].isdigit()
    )


FIELDS_READ: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "ID|TYPE|CLIENT_ID|CLIENT_SECRET|AUTH_URL|TOKEN_URL|VALIDATE_URL"
    "|REVOKE_URL|APP_INSTALL_URL|APP_INSTALLATIONS_URL|API_BASE_URL|REGEX|DEVICE_FLOW"
    "|DEVICE_CODE_URL|NO_REFRESH|SCOPES|EXTRA_TOKEN_KEYS|DISPLAY_NAME|DISPLAY_ICON"
    "|MCP_URL|MCP_TOOL_ALLOW_REGEX|MCP_TOOL_DENY_REGEX|PKCE_METHODS",
    Family.AI_PROVIDER: r"\w+",
}
"""The fields that some release reads; any other of external auth is passed over without a word."""

_NUMBERED: Final = regex(
    "|".join(
        rf"{prefix.text}[0-9]+_(?:{FIELDS_READ[family]})"
        for family, prefixes in PREFIXES.items()
        for prefix in prefixes
    )
)


def is_numbered(name: str) -> bool:
    """Whether a variable is a field of a member of some family, as some release reads it."""
    return bool(_NUMBERED.fullmatch(name))


LEAVES: Final[Mapping[Family, str]] = {
    Family.EXTERNAL_AUTH: "external_auth",
    Family.AI_PROVIDER: "ai.bridge.providers",
}

LISTED_BY: Final = "external-auth-providers"
"""Key of the option that lists members of a family in the server's YAML."""

_FIELDS: Final = {"CODE_CHALLENGE_METHODS_SUPPORTED": "PKCE_METHODS"}
"""Fields that the server's answer calls otherwise than the environment does."""

_BLANK: Final = frozenset({"SCOPES", "PKCE_METHODS", "EXTRA_TOKEN_KEYS"})
"""Fields that hold several words; blanks separate them (coder/coder cli/server.go)."""
_COMMA: Final = frozenset({"KEYS", "BEDROCK_ACCESS_KEYS", "BEDROCK_ACCESS_KEY_SECRETS"})
"""Fields that hold several keys; commas separate them, and blanks around are taken off."""

NAMES: Final[Mapping[Family, str]] = {Family.EXTERNAL_AUTH: "ID", Family.AI_PROVIDER: "NAME"}
"""The field that tells the members of a family apart; where it is empty, TYPE stands for it."""


class Provider(Struct, frozen=True):
    """One member of a family: everything given under one number."""

    family: Family
    number: str
    """As it is written: `0`, `10`, `00`."""
    prefix: str
    """`CODER_GITAUTH_`, or the path of a list in YAML; today's prefix when only the server's own
    answer tells of it."""
    fields: Mapping[str, Known]
    """By field as in the environment: `TYPE`, `SCOPES`."""
    is_complete: bool
    """Whether a field that is not here is not set for certain."""

    @property
    def label(self) -> str:
        """What to call it: its variables without their field."""
        return f"{self.prefix}{self.number}"

    @property
    def name(self) -> Known:
        """What tells it apart from other members."""
        return self.field(NAMES[self.family])

    def field(self, name: str) -> Known:
        """What is known about one field, as the server reads it: TYPE stands for an empty name."""
        found = self._given(name)
        if name != NAMES[self.family] or not is_empty(found.value):
            return found
        kind = self._given("TYPE")
        if not found.is_presumed:
            return kind
        return replace(kind, given=(), is_set=Truth.DEPENDS, because=found.because)

    def _given(self, name: str) -> Known:
        called = _called(self.label, name)
        return self.fields.get(name) or unset_field(called, is_complete=self.is_complete)


def _called(label: str, field: str) -> str:
    """A field as it is written: as a variable, or as a key of a list in YAML."""
    return f"{label}.{field.lower()}" if "." in label else f"{label}_{field}"


class Members(Struct, frozen=True):
    """A family as one release reads it."""

    version: Version
    prefixes: tuple[Prefix, ...]
    """What the names begin with that it reads, today's first."""
    providers: tuple[Provider, ...]
    """Those of YAML first; then those of variables, by prefix and number."""
    unnumbered: tuple[Given, ...] = ()
    """Variables that its reader takes for its own and finds no number in."""
    is_complete: bool = True
    """Whether nothing out of sight may set further variables."""


_PLACE: Final = regex(r"(\+?[0-9]+)_(.*)", re.DOTALL)
"""What the server's reader wants after a prefix. A sign is part of a number in Go's Atoi, and a
negative number ends the server all the same."""


def read_variables(
    family: Family, given: Iterable[Given], version: Version, *, is_complete: bool
) -> Members:
    """What a release makes of the variables; a name that is given twice counts as given last."""
    found: dict[tuple[str, int], tuple[str, dict[str, Known]]] = {}
    unnumbered = []
    prefixes = tuple(prefix for prefix in PREFIXES[family] if prefix.is_read_by(version))
    for prefix, one in _begin(given, prefixes):
        place = _place(one.name, prefix)
        if place:
            number, written, name = place
            _, fields = found.setdefault((prefix, number), (written, {}))
            fields[name] = as_field(one, name)
        else:
            unnumbered.append(one)
    order = [prefix.text for prefix in prefixes]
    providers = (
        Provider(family, number, prefix, fields, is_complete)
        for (prefix, _), (number, fields) in sorted(
            found.items(), key=lambda one: (order.index(one[0][0]), one[0][1])
        )
    )
    return Members(version, prefixes, tuple(providers), tuple(unnumbered), is_complete)


def _place(name: str, prefix: str) -> tuple[int, str, str] | None:
    """The number of a variable, the same as it is written, and the field; None without a number.

    To Go's Atoi, one that does not fit into 64 bits is none.
    """
    found = _PLACE.fullmatch(name, len(prefix))
    try:
        return (integer(found[1]), found[1], found[2]) if found else None
    except RefusedError:
        return None


def _begin(given: Iterable[Given], prefixes: Sequence[Prefix]) -> Iterator[tuple[str, Given]]:
    texts = tuple(prefix.text for prefix in prefixes)
    for one in given:
        if one.name.startswith(texts) and one.channel is Channel.ENV:
            yield next(text for text in texts if one.name.startswith(text)), one


def as_field(given: Given, name: str) -> Known:
    """A variable of a family as what is known of one field."""
    is_known = given.state in (GivenState.LITERAL, GivenState.EMPTY) and given.value is not None
    shown = visible(given.name)
    return Known(
        name=shown,
        value=_value(given.value or "", name) if is_known else MISSING,
        source=ValueSource.ENV,
        given=(given,),
        is_set=Truth.DEPENDS if given.may_be_unset else Truth.YES,
        because=f"{shown} {'is set' if given.value else 'is set to nothing'}"
        if is_known
        else f"the value of {shown} {WHY_UNKNOWN[given.state]}",
    )


def _value(text: str, name: str) -> Value:
    if text in STAND_INS:
        return secret(True)
    if name in _BLANK:
        return list[Json](text.split())
    return [key.strip() for key in text.split(",")] if name in _COMMA else text


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


def listed(family: Family, value: Value, given: Sequence[Given] = ()) -> Iterator[Provider]:
    """Members as a list in the server's YAML gives them, else as the server itself shows them."""
    prefix = f"{given[0].name}." if given else PREFIXES[family][0].text
    for number, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, dict):
            parts = {_FIELDS.get(key.upper(), key.upper()): one for key, one in entry.items()}
            fields = {
                name: _as_listed(_called(f"{prefix}{number}", name), one, given)
                for name, one in parts.items()
            }
            yield Provider(family, str(number), prefix, fields, is_complete=True)


def _as_listed(name: str, value: Json, given: Sequence[Given]) -> Known:
    is_templated = any(one.form is Form.TEXT for one in given)
    return Known(
        name=visible(name),
        value=MISSING if is_templated else value,
        source=ValueSource.YAML if given else None,
        given=tuple(given),
        is_set=Truth.NO if is_empty(value) else Truth.YES,
        because=f"{visible(name)} is set" if given else "the server lists it",
    )
