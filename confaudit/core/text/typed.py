"""A value as text to type: what Coder's own parser reads back to exactly this value.

`wording` says a value to people; what is said here is meant for an environment variable or a flag.
"""

import json
from typing import Final

from confaudit.core.coder.go import RefusedError
from confaudit.core.coder.options import NANOSECONDS, canonical
from confaudit.core.coder.parsing import parse
from confaudit.core.model import Json, Value
from confaudit.core.secret import REDACTED, is_secret
from confaudit.core.text.wording import exact, is_duration
from confaudit.patterns import regex


def typed(value: Value, option_type: str) -> str | None:
    """The text for an option of this type; None for secrets, and for what no text stands for."""
    text = None if is_secret(value) else _written(value, option_type)
    return text if text is not None and _is_read_as(text, value, option_type) else None


def _written(value: Value, option_type: str) -> str | None:
    """The text that should do; whether it does, the parser knows."""
    if is_duration(value, option_type):
        return _duration(value)
    match value:
        case bool():
            return "true" if value else "false"
        case int() | str():
            return str(value)
        case list() if option_type == "string-array":
            return ",".join(map(_field, value))
        case list() | dict() if option_type in _STRUCTS:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return None


_STRUCTS: Final = frozenset(
    {
        "struct[map[string]string]",
        "struct[map[string][]string]",
        "struct[map[string][]uuid.UUID]",
        "struct[[]codersdk.LinkConfig]",
    }
)
"""Those that are read from a variable, where JSON will do. External auth providers are not: they
are shown without their secrets, so what is shown is never all that was set."""


def _is_read_as(text: str, value: Value, option_type: str) -> bool:
    """Whether a server takes the text for the value, also one from before days were known."""
    if REDACTED in text or _UNTYPEABLE.search(text):
        return False
    try:
        read = parse(text, option_type, day_units=False)
    except RefusedError:
        return False
    return exact(canonical(read, option_type)) == exact(canonical(value, option_type))


_UNTYPEABLE: Final = regex(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""No YAML takes these as they are, and no variable a zero or half a character."""

_UNITS: Final = {unit: size for unit, size in NANOSECONDS.items() if unit != "d"}
"""No days: only from 2.29 on a server knows them. No fractions: Go cuts them off."""


def _duration(nanoseconds: int) -> str:
    text, rest = "", abs(nanoseconds)
    for unit, size in _UNITS.items():
        count, rest = divmod(rest, size)
        text += f"{count}{unit}" if count else ""
    return f"{'-' if nanoseconds < 0 else ''}{text or '0s'}"


def _field(item: Json) -> str:
    """One item of a list in CSV, quoted where it could be taken for something else."""
    text = str(item)
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if _QUOTED.search(text) else text


_QUOTED: Final = regex(r'[",\r\n]|\A\s|\s\Z|\A\Z')
