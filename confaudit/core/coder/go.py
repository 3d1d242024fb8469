"""Texts as Go's own library reads them: booleans, numbers, durations, addresses, CSV.

Go's rules, not Python's: `strconv`, `time`, `net` and `encoding/csv`, with the few twists that
coder/serpent `values.go` adds. A refusal says why in our own words and never repeats the text,
which may be a secret. URLs and patterns have modules of their own: see `urls` and `regexps`.
"""

from collections.abc import Mapping
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Final

from confaudit.core.coder.options import NANOSECONDS, human_duration
from confaudit.core.coder.semantics import DAY_UNITS
from confaudit.core.model import Json
from confaudit.patterns import regex


class RefusedError(ValueError):
    """The server's own parser refuses a text for an option's type."""


_TRUE: Final = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_FALSE: Final = frozenset({"", "0", "f", "F", "FALSE", "false", "False"})


def boolean(text: str) -> bool:
    """Go's ParseBool, and the empty text, which serpent reads as false.

    Raises:
        RefusedError: It is none.
    """
    if text not in _TRUE | _FALSE:
        raise RefusedError("a boolean is true or false (also t, f, 1, 0), not yes or on")
    return text in _TRUE


_INT: Final = regex(r"([+-]?)0*([0-9]+)")
_LARGEST: Final = 2**63 - 1


def integer(text: str) -> int:
    """Go's ParseInt with ten digits and 64 bits.

    Raises:
        RefusedError: It is none, or does not fit.
    """
    found = _INT.fullmatch(text)
    if not found:
        raise RefusedError(
            "a whole number is needed" if text else "it is empty; a number is needed"
        )
    sign, digits = found.groups()
    if len(digits) > len(str(_LARGEST)) or not -_LARGEST - 1 <= int(sign + digits) <= _LARGEST:
        raise RefusedError("the number does not fit into 64 bits")
    return int(sign + digits)


_UNITS: Final[Mapping[str, int]] = {
    **NANOSECONDS,
    "\u00b5s": NANOSECONDS["us"],
    "\u03bcs": NANOSECONDS["us"],
    "w": 7 * NANOSECONDS["d"],
}
_DAY_UNITS: Final = frozenset({"d", "w"})
_SINCE: Final = f"from {DAY_UNITS.line_name} on"
_TERM: Final = regex(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")


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
        raise RefusedError(f"durations in days and weeks are known {_SINCE} only; write hours")
    if name not in _UNITS:
        raise RefusedError(f"a duration's unit is none of h, m, s, ms, us, ns ({_SINCE} also d, w)")
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


def duration_text(nanoseconds: int) -> str:
    """A duration as Go's String prints it: `168h0m0s`, `1m30s`, `1.5s`, `15ms`, `0s`."""
    if nanoseconds < 0:
        return "-" + duration_text(-nanoseconds)
    if nanoseconds < NANOSECONDS["s"]:
        return human_duration(nanoseconds).replace("us", "\u00b5s")
    minutes, rest = divmod(nanoseconds, NANOSECONDS["m"])
    hours, minutes = divmod(minutes, 60)
    whole, fraction = divmod(rest, NANOSECONDS["s"])
    seconds = f"{whole}.{fraction:09}".rstrip("0").rstrip(".") + "s"
    clock = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return clock + seconds


def host_port(text: str) -> str:
    """Go's SplitHostPort and JoinHostPort; an empty text is an error of serpent's own.

    Raises:
        RefusedError: It is no address.
    """
    if not text:
        raise RefusedError("it must not be empty; an address such as 127.0.0.1:3000 is needed")
    host, port = split_host_port(text)
    if not host and not port:
        return ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_host_port(text: str) -> tuple[str, str]:
    """Go's SplitHostPort: host without brackets, and port, which may be empty.

    Raises:
        RefusedError: It is no address.
    """
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


def cidr(text: str) -> IPv4Interface | IPv6Interface:
    """Go's ParseCIDR: an address without a zone, a slash and a number of bits.

    Raises:
        RefusedError: It is none.
    """
    address, slash, bits = text.partition("/")
    if not slash or not _BITS.fullmatch(bits) or "%" in address:
        raise RefusedError("a network is written as 10.0.0.0/8 or fd00::/8")
    try:
        return ip_interface(f"{address}/{int(bits)}")
    except ValueError:
        raise RefusedError("a network is written as 10.0.0.0/8 or fd00::/8") from None


_BITS: Final = regex(r"[0-9]{1,6}")

_FIELD: Final = regex(r'(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|\Z)')


def csv_record(text: str) -> list[Json]:
    """The first record of a text in CSV, as Go's encoding/csv reads it; empty for no text.

    Raises:
        RefusedError: Its double quotes do not match.
    """
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
