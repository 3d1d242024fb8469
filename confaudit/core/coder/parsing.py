"""Text becomes a value: what each of Coder's option types accepts, refuses and makes of it.

Follows coder/serpent `values.go`, and clibase before it; how Go's own library reads a single text
is known to `go`. Knows nothing about where a text comes from or which option it is for. A refusal
says why in our own words and never repeats the text, which may be a secret.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from confaudit.core.coder import regexps, urls
from confaudit.core.coder.go import (
    RefusedError,
    boolean,
    csv_record,
    duration,
    host_port,
    integer,
)
from confaudit.core.model import MISSING, Json, Value
from confaudit.patterns import regex


def parse(text: str, option_type: str, *, day_units: bool = True) -> Value:
    """Read a text as the server does for an option of this type; durations in nanoseconds.

    `day_units` says whether durations know days and weeks. The value is MISSING for a struct in
    YAML other than JSON: only a YAML parser can tell, and the core has none.

    Raises:
        RefusedError: The server would not start with it.
    """
    if option_type == "duration":
        return duration(text, day_units=day_units)
    if option_type.startswith("enum["):
        return _choice(text, option_type)
    if option_type.startswith("struct["):
        return _written_struct(text, option_type)
    return _PARSERS.get(option_type, str)(text)


def decode(node: Json, option_type: str, *, day_units: bool = True) -> Value:
    """Read a sequence or mapping of the server's YAML for an option of this type.

    Types that read their own YAML (`UnmarshalYAML`) look at a node's scalar text only, which a
    sequence or mapping does not have: they read the empty text.

    Raises:
        RefusedError: The server would not start with it.
    """
    if option_type.startswith("struct["):
        return _struct(node, option_type)
    if option_type == "string-array" and isinstance(node, list):
        return [scalar(item) for item in node]
    if option_type not in PLAIN:
        return parse("", option_type, day_units=day_units)
    raise RefusedError("a list or mapping stands where a single value is needed")


PLAIN: Final = frozenset({"bool", "int", "string", "string-array", "yaml-config-path"})
"""Types without an `UnmarshalYAML`: for them an empty YAML list means "no value at all"."""


def scalar(node: Json) -> str:
    """The text of a YAML scalar; null is the empty text.

    Raises:
        RefusedError: It is a list or mapping.
    """
    if isinstance(node, list | dict):
        raise RefusedError("a list or mapping stands where a text is needed")
    if isinstance(node, bool):
        return "true" if node else "false"
    return "" if node is None else str(node)


def _url(text: str) -> str:
    try:
        return urls.spell(text)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def _choice(text: str, option_type: str) -> str:
    """Case does not count and is kept, as in serpent 0.14; releases before 2.33 may be stricter."""
    choices = option_type.removeprefix("enum[").removesuffix("]").split("|")
    if text.casefold() not in map(str.casefold, choices):
        raise RefusedError(f"it is none of the choices {', '.join(choices)}")
    return text


_PARSERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "bool": boolean,
    "int": integer,
    "url": _url,
    "host:port": host_port,
    "string-array": csv_record,
    "regexp": regexps.check,
}
"""Other types take every text: string, yaml-config-path, and those of releases to come."""

_PLAIN_SCALAR: Final = regex(r"[\w./@%+][\w ./@%+-]*")


def _written_struct(text: str, option_type: str) -> Value:
    """A struct from an environment variable or a flag, where its text form is YAML."""
    if text in ("", "~"):
        return None
    try:  # numbers stay texts: a string field takes them as they are written
        node = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        if _PLAIN_SCALAR.fullmatch(text):
            raise RefusedError("a list or mapping is needed, best written as JSON") from None
        return MISSING
    return _struct(node, option_type)


def _struct(node: Json, option_type: str) -> Json:
    """A struct in the server's JSON form."""
    read = _STRUCTS.get(option_type.removeprefix("struct[").removesuffix("]"))
    return node if read is None or node is None else read(node)


def _mapping(node: Json) -> dict[str, Json]:
    if not isinstance(node, dict):
        raise RefusedError("a mapping of names to values is needed")
    return node


def _list(node: Json) -> list[Json]:
    if not isinstance(node, list):
        raise RefusedError("a list is needed")
    return node


def _texts(node: Json) -> Json:
    return {name: scalar(value) for name, value in _mapping(node).items()}


def _text_lists(node: Json) -> Json:
    return {
        name: None if value is None else [scalar(item) for item in _list(value)]
        for name, value in _mapping(node).items()
    }


_UUID: Final = regex(
    r"(?:urn:uuid:|\{)?([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{12})\}?",
    re.IGNORECASE,
)


def _uuid(text: str) -> str:
    found = _UUID.fullmatch(text)
    if not found:
        raise RefusedError("an organization is named by its UUID")
    return "-".join(found.group(1, 3, 4, 5, 6)).lower()


def _uuid_lists(node: Json) -> Json:
    return {
        name: None if value is None else [_uuid(scalar(item)) for item in _list(value)]
        for name, value in _mapping(node).items()
    }


def _links(node: Json) -> Json:
    return [_link(_mapping(link)) for link in _list(node)]


def _link(link: Mapping[str, Json]) -> Json:
    """A support link; what is left out is empty, and a location is shown only where given."""
    names = ("name", "target", "icon", *(["location"] if link.get("location") else []))
    return {name: scalar(link.get(name)) for name in names}


_UNSHOWN: Final = frozenset({"client_secret", "extra_token_keys"})
"""Fields of an external auth provider that the server never shows (`json:"-"`)."""
_SWITCHES: Final = frozenset({"no_refresh", "device_flow"})


def _providers(node: Json) -> Json:
    """External auth providers as written; which empty fields a server adds is not known."""
    return [
        {name: _field(name, value) for name, value in provider.items() if name not in _UNSHOWN}
        for provider in map(_mapping, _list(node))
    ]


def _field(name: str, value: Json) -> Json:
    if isinstance(value, list):
        return [scalar(item) for item in value]
    return _switch(scalar(value)) if name in _SWITCHES else scalar(value)


_ON: Final = frozenset({"true", "True", "TRUE", "y", "Y", "yes", "on"})
_OFF: Final = frozenset({"", "false", "False", "FALSE", "n", "N", "no", "off"})


def _switch(text: str) -> bool:
    """A boolean inside a structure, as Go's own YAML reader takes it: not as an option's.

    Raises:
        RefusedError: It is none.
    """
    if text not in _ON | _OFF:
        raise RefusedError("a boolean in a structure is true or false, not 1 or t")
    return text in _ON


_STRUCTS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "map[string]string": _texts,
    "map[string][]string": _text_lists,
    "map[string][]uuid.UUID": _uuid_lists,
    "[]codersdk.LinkConfig": _links,
    "[]codersdk.ExternalAuthConfig": _providers,
    "[]codersdk.GitAuthConfig": _providers,
}
"""By Go type; what is not here (`codersdk.AIConfig`, 2.23 only) stays as written."""
