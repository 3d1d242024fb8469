"""Coder's wire format as text: strict JSON, and the version strings servers write.

Where bytes come from is not known here; messages never quote them.
"""

import json
import math
from collections.abc import Callable
from typing import Final, NoReturn

from confaudit.core.model import Json
from confaudit.patterns import regex

MAX_DEPTH: Final = 64
"""Coder's answers nest about a dozen levels; deeper ones are an attack on whoever walks them."""
MAX_VALUES: Final = 100_000
"""A configuration has 5,000; a text of 16 MiB may hold as many as takes a GiB to keep."""

_VERSION: Final = regex(
    r"v?(?P<release>\d{1,6}\.\d{1,6}\.\d{1,6})(?P<pre>-[0-9A-Za-z.-]{1,64})?(?P<build>\+[0-9A-Za-z.-]{1,64})?"
)
_DOCS_VERSION: Final = regex(r"/@(v\d[0-9A-Za-z.+-]*)")


class WireError(ValueError):
    """What is wrong with a text, as the rest of a sentence that starts with its name."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def decode_text(data: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises:
        WireError: it is UTF-16 or no UTF-8 at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise WireError("is UTF-16 text", "save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WireError("is not UTF-8 text", "save it as UTF-8, uncompressed") from None


def decode_json(text: str) -> Json:
    """Decode one JSON document, strictly: what two parsers could read differently is refused.

    Raises:
        WireError: it is no JSON (line and column are told), repeats a key, holds NaN, Infinity,
            half a surrogate pair or far too many values, or nests too deeply.
    """
    return _checked(text, lambda: _DECODER.decode(text))


def decode_json_at(text: str, start: int) -> Json:
    """Like `decode_json` for the value that starts at an index; whatever follows it is ignored."""
    return _checked(text, lambda: _DECODER.raw_decode(text, start)[0])


def _checked(text: str, parse: Callable[[], Json]) -> Json:
    if sum(map(text.count, _BEFORE_VALUES)) > MAX_VALUES:
        raise WireError("holds far more values than any answer of Coder")
    try:
        value = parse()
        _require_pairs(text, value)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise WireError(f"is not valid JSON ({where})", "save the whole answer again") from None
    except UnicodeEncodeError:
        raise WireError("holds a broken Unicode escape") from None
    except WireError:
        raise
    except ValueError:  # Python's own limit on the length of integers
        raise WireError("holds a number that is too long") from None
    except RecursionError:
        raise WireError("nests too deeply") from None
    if _deeper_than(value, MAX_DEPTH):
        raise WireError("nests too deeply")
    return value


_BEFORE_VALUES: Final = "[{,"
"""One of them stands before every value but the first, and a colon too in an object; they may also
stand in texts."""


def _require_pairs(text: str, value: Json) -> None:
    """Fail where a half of a surrogate pair is alone: it cannot be stored."""
    if _SURROGATE.search(text):
        json.dumps(value, ensure_ascii=False).encode()


_SURROGATE: Final = regex(r"\\u[dD][89A-Fa-f]")
"""How such a half is written: in UTF-8 there is none."""


def _deeper_than(value: Json, limit: int) -> bool:
    level: list[dict[str, Json] | list[Json]] = [[value]]
    for _ in range(limit):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, (dict, list))
        ]
    return any(level)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("holds the same key twice in one object")
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise WireError("holds a number that is too large")
    return number


def _refuse_constant(_: str) -> NoReturn:
    raise WireError("holds NaN or Infinity, which JSON does not have")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_finite, parse_constant=_refuse_constant
)


def version_of(text: Json) -> str:
    """A server's version without `v`; a release loses its build metadata, a devel build keeps it.

    Empty when the text is no version: it is foreign text and may end up in messages.
    """
    match = _VERSION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return ""
    pre, build = match["pre"] or "", match["build"] or ""
    return match["release"] + (pre + build if pre else "")


def documented_version(payload: dict[str, Json]) -> str:
    """The version that the default of `--docs-url` names (Coder 2.16 and newer); else empty."""
    options = payload.get("options")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict) and option.get("flag") == "docs-url":
            match = _DOCS_VERSION.search(str(option.get("default", "")))
            return version_of(match[1]) if match else ""
    return ""
