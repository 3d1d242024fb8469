"""Coder's option types: what a value on the wire means, its canonical and its human form."""

from collections.abc import Mapping
from typing import Final

from confaudit.core.model import MISSING, Json, Value

NANOSECONDS: Final[Mapping[str, int]] = {
    "d": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
    "us": 1_000,
    "ns": 1,
}
"""Units of a duration, the longest first. Releases before 2.29 do not know days."""
_DAY: Final = NANOSECONDS["d"]


def human_duration(nanoseconds: int) -> str:
    """Spell a duration the way Coder's flags accept it: `10m`, `1h30m`, `1.5s`, `60d`.

    Whole days are shown as days from two days on; `24h` is how operators write one day.
    """
    if nanoseconds < 0:
        return f"-{human_duration(-nanoseconds)}"
    if nanoseconds >= 2 * _DAY and nanoseconds % _DAY == 0:
        return f"{nanoseconds // _DAY}d"
    if nanoseconds < NANOSECONDS["s"]:
        return _below_a_second(nanoseconds)
    return _clock(nanoseconds)


def _below_a_second(nanoseconds: int) -> str:
    for unit in ("ms", "us"):
        if nanoseconds >= NANOSECONDS[unit]:
            return _decimal(nanoseconds, NANOSECONDS[unit]) + unit
    return f"{nanoseconds}ns" if nanoseconds else "0s"


def _clock(nanoseconds: int) -> str:
    hours, rest = divmod(nanoseconds, NANOSECONDS["h"])
    minutes, rest = divmod(rest, NANOSECONDS["m"])
    parts = [f"{hours}h" if hours else "", f"{minutes}m" if minutes else ""]
    if rest:
        parts.append(_decimal(rest, NANOSECONDS["s"]) + "s")
    return "".join(parts)


def _decimal(number: int, unit: int) -> str:
    """Divide exactly, never by floats: durations in use exceed 2^53 nanoseconds."""
    whole, rest = divmod(number, unit)
    if not rest:
        return str(whole)
    digits = str(unit + rest)[1:].rstrip("0")
    return f"{whole}.{digits}"


def wire_type(option: Mapping[str, Json]) -> str:
    """The option type as far as the wire itself tells it; empty when it does not.

    Enums come as an object of choices and value; durations are marked only from 2.4 on.
    """
    value = option.get("value")
    annotations = option.get("annotations")
    if isinstance(annotations, dict) and annotations.get("format_duration") == "true":
        return "duration"
    if is_enum(value):
        return enum_type(value)
    return _WIRE_TYPES.get(type(value), "")


_WIRE_TYPES: Final = {bool: "bool", int: "int", str: "string", list: "string-array"}


def is_enum(value: Value) -> bool:
    """Whether a value is the wire form of an enum: `{"Choices": […], "Value": "…"}`."""
    return isinstance(value, dict) and value.keys() == {"Choices", "Value"}


def enum_type(value: Value) -> str:
    """`enum[a|b]` of an enum on the wire."""
    choices = value["Choices"] if isinstance(value, dict) else None
    names = choices if isinstance(choices, list) else []
    return f"enum[{'|'.join(str(name) for name in names)}]"


def canonical(value: Value, option_type: str) -> Value:
    """One form for values that mean the same: enums unwrapped, all empty lists and structs alike.

    A regexp that 2.1 and 2.2 serve as `{}` says nothing about its text: MISSING.
    """
    if isinstance(value, dict) and is_enum(value):
        return value["Value"]
    if option_type == "regexp" and value == {}:
        return MISSING
    if value is None or value in ([], {}):
        return zero(option_type)
    return value


_ZEROS: Final[Mapping[str, Json]] = {
    "bool": False,
    "int": 0,
    "duration": 0,
    "string": "",
    "url": "",
    "host:port": "",
    "regexp": "",
    "yaml-config-path": "",
    "string-array": [],
}


def zero(option_type: str) -> Json:
    """The zero value of an option type in canonical JSON; null for structs and unknown types."""
    return "" if option_type.startswith("enum[") else _ZEROS.get(option_type)
