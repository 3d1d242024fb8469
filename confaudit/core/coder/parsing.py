"""Text becomes a value: what each of Coder's option types accepts, refuses and makes of it.

Follows coder/serpent `values.go`, and clibase before it: Go's rules, not Python's. Knows nothing
about where a text comes from or which option it is for. A refusal says why in our own words and
never repeats the text, which may be a secret.
"""

import json
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Final

from confaudit.core.coder import urls
from confaudit.core.coder.options import NANOSECONDS
from confaudit.core.model import MISSING, Json, Value


class RefusedError(ValueError):
    """The server's own parser refuses a text for an option's type."""


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


_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"", "0", "f", "F", "FALSE", "false", "False"})


def _bool(text: str) -> bool:
    """Go's ParseBool, and the empty text, which serpent reads as false."""
    if text not in _TRUE | _FALSE:
        raise RefusedError("a boolean is true or false (also t, f, 1, 0), not yes or on")
    return text in _TRUE


_INT: Final = re.compile(r"[+-]?[0-9]+")
_LARGEST: Final = 2**63 - 1


def _int(text: str) -> int:
    if not _INT.fullmatch(text):
        raise RefusedError(
            "a whole number is needed" if text else "it is empty; a number is needed"
        )
    if len(text) > _INT_DIGITS or not -_LARGEST - 1 <= int(text) <= _LARGEST:
        raise RefusedError("the number does not fit into 64 bits")
    return int(text)


_INT_DIGITS: Final = 4000
"""Python refuses to read longer numbers; leading zeros make even these legal."""

_UNITS: Final[Mapping[str, int]] = {
    **NANOSECONDS,
    "\u00b5s": NANOSECONDS["us"],
    "\u03bcs": NANOSECONDS["us"],
    "w": 7 * NANOSECONDS["d"],
}
_DAY_UNITS: Final = frozenset({"d", "w"})
_TERM: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")


def duration(text: str, *, day_units: bool = True) -> int:
    """Read a Go duration (`1h30m`, `-1.5h`, from 2.29 on also `7d`, `2w`) as nanoseconds.

    A bare `0` is the only number without a unit (Go time.ParseDuration, str2duration).

    Raises:
        RefusedError: It is none, its unit is not known, or it does not fit into 64 bits.
    """
    if not text:
        raise RefusedError("it is empty; a duration such as 1h30m is needed")
    sign, rest = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest) or not rest:
        term = _TERM.match(rest, position)
        if not term or not (term[1] or term[2]):
            raise RefusedError("a duration is numbers with units, such as 1h30m")
        total += _term(term[1], term[2] or "", _unit(term[3], day_units=day_units))
        position = term.end()
    if total > _LARGEST + (sign == "-"):
        raise RefusedError("the duration does not fit into 64 bits: some 292 years")
    return -total if sign == "-" else total


def _unit(name: str, *, day_units: bool) -> int:
    if name in _DAY_UNITS and not day_units:
        raise RefusedError("durations in days and weeks are known from 2.29 on only; write hours")
    if name not in _UNITS:
        raise RefusedError(
            "a duration's unit is none of h, m, s, ms, us, ns (from 2.29 on also d, w)"
        )
    return _UNITS[name]


def _term(whole: str, fraction: str, unit: int) -> int:
    """One number with its unit; the fraction by floats and cut off, exactly as Go does it."""
    fits = len(str(_LARGEST)) - (fraction[: len(str(_LARGEST))] > str(_LARGEST))
    digits = fraction[:fits]
    part = int(float(int(digits)) * (float(unit) / 10.0 ** len(digits))) if digits else 0
    whole = whole.lstrip("0")
    if len(whole) > len(str(_LARGEST)):
        raise RefusedError("the duration does not fit into 64 bits: some 292 years")
    return int(whole or "0") * unit + part


def _url(text: str) -> str:
    try:
        return urls.spell(text)
    except ValueError as error:
        raise RefusedError(str(error)) from None


def _host_port(text: str) -> str:
    """Go's SplitHostPort and JoinHostPort; an empty text is an error of serpent's own."""
    if not text:
        raise RefusedError("it must not be empty; an address such as 127.0.0.1:3000 is needed")
    host, port = _split_host_port(text)
    if not host and not port:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _split_host_port(text: str) -> tuple[str, str]:
    host, colon, port = text.rpartition(":")
    if not colon or port.endswith("]"):
        raise RefusedError("the address has no port")
    if host.startswith("["):
        inner, bracket, rest = host[1:].partition("]")
        if not bracket or rest:
            raise RefusedError("the brackets of the address do not match")
        host = inner
    elif ":" in host:
        raise RefusedError("the address has too many colons; write IPv6 in brackets")
    if set("[]") & set(host + port):
        raise RefusedError("the address has a bracket in the wrong place")
    return host, port


_FIELD: Final = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|\Z)')


def _csv(text: str) -> list[Json]:
    """The first record of a text in CSV, as Go's encoding/csv reads it; empty for no text."""
    if not text:
        return []
    text = text.replace("\r\n", "\n").removesuffix("\r").lstrip("\n")
    fields: list[Json] = []
    position = 0
    while text and (field := _FIELD.match(text, position)):
        quoted, plain, end = field.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        position = field.end()
        if end != ",":
            return fields
    raise RefusedError("the list is not valid CSV: check its double quotes")


_GO_ONLY: Final = re.compile(
    r"(?P<quoted>\\Q.*?(?:\\E|\Z))"
    r"|\\(?P<set>[dDwWsS]|[pP](?:\{\^?\w+\}|[A-Z]))"
    r"|\\x\{(?P<hex>[0-9A-Fa-f]{1,6})\}|\\(?P<octal>0[0-7]{0,2}|[1-7][0-7]{1,2})"
    r"|(?P<same>\\(?:x[0-9A-Fa-f]{2}|[afnrtv]|[^\w\s]))"
    r"|(?P<atom>\\[bBAzC]|[$^](?=[*+?{])|\[:\^?[a-z]+:\])"
    r"|\(\?(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)])"
    r"|\(\?P?(?P<name><)(?![=!])"
    r"|(?P<perl>\\|\(\?(?!P<))",
    re.DOTALL,
)
"""What Go's RE2 and Python read differently; a `perl` is what Python may know and RE2 refuses."""
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_POSSESSIVE: Final = re.compile(r"(?<!\\)(?:[*+?]|\{[0-9,]+\})\+")
_REPEAT: Final = re.compile(r"\{([0-9]{1,9})(?:,([0-9]{0,9}))?\}")
_MOST_REPEATS: Final = 1000


def _regexp(text: str) -> str:
    """Check a regular expression as Go's RE2 would, and leave it as it is."""
    likeness = _GO_ONLY.sub(_for_python, text)
    repeats = [int(count or 0) for pair in _REPEAT.findall(likeness) for count in pair]
    if _POSSESSIVE.search(_CLASS.sub("x", likeness)) or max(repeats, default=0) > _MOST_REPEATS:
        raise RefusedError("a repeat in the regular expression is more than Go allows")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(likeness)
    except (re.error, RecursionError, OverflowError):
        raise RefusedError("it is no regular expression that Go can compile") from None
    return text


def _for_python(found: re.Match[str]) -> str:
    """A stand-in of the same structure for a piece of RE2 that Python would misread."""
    match found.lastgroup:
        case "perl":
            raise RefusedError("Go's regular expressions have no look-around, no back-references")
        case "set":
            return r"\w"
        case "hex" | "octal":
            number = int(found["hex"], 16) if found["hex"] else int(found["octal"], 8)
            return re.escape(chr(min(number, sys.maxunicode)))
        case "end":
            return "(?:" if found["end"] == ":" else ""
        case "name":
            return "(?P<"
        case "same":
            return found.group()
        case _:
            return "x"


def uint32(text: str) -> int:
    """Check a whole number that the server keeps in 32 bits without a sign.

    Raises:
        RefusedError: It does not fit.
    """
    if not 0 <= _int(text) < 2**32:
        raise RefusedError("the number does not fit into 32 bits without a sign")
    return int(text)


def _choice(text: str, option_type: str) -> str:
    """Case does not count and is kept, as in serpent 0.14; releases before 2.33 may be stricter."""
    choices = option_type.removeprefix("enum[").removesuffix("]").split("|")
    if text.casefold() not in map(str.casefold, choices):
        raise RefusedError(f"it is none of the choices {', '.join(choices)}")
    return text


_PARSERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "bool": _bool,
    "int": _int,
    "url": _url,
    "host:port": _host_port,
    "string-array": _csv,
    "regexp": _regexp,
}
"""Other types take every text: string, yaml-config-path, and those of releases to come."""

_PLAIN_SCALAR: Final = re.compile(r"[\w./@%+][\w ./@%+-]*")


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


_UUID: Final = re.compile(
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
    return _bool(scalar(value)) if name in _SWITCHES else scalar(value)


_STRUCTS: Final[Mapping[str, Callable[[Json], Json]]] = {
    "map[string]string": _texts,
    "map[string][]string": _text_lists,
    "map[string][]uuid.UUID": _uuid_lists,
    "[]codersdk.LinkConfig": _links,
    "[]codersdk.ExternalAuthConfig": _providers,
    "[]codersdk.GitAuthConfig": _providers,
}
"""By Go type; what is not here (`codersdk.AIConfig`, 2.23 only) stays as written."""


_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")


def hostname_pattern(text: str) -> str:
    """Check a wildcard host such as `*.example.com` (Coder's appurl.CompileHostnamePattern).

    Raises:
        RefusedError: The server would not start with it. Nothing at all is allowed.
    """
    pattern = text.lower()
    if "http:" in pattern or "https:" in pattern:
        raise RefusedError("a wildcard host is written without a scheme: *.example.com")
    if pattern and (not pattern.startswith("*") or pattern.count("*") > 1):
        raise RefusedError("a wildcard host starts with its only asterisk: *.example.com")
    labels = re.sub(r":[^:\]]*\Z", "", pattern).split(".")
    if pattern and (
        len(labels) < 2 or not all(map(_LABEL.fullmatch, ["a" + labels[0][1:], *labels[1:]]))
    ):
        raise RefusedError("a wildcard host is made of names, joined by dots: *.example.com")
    return text
