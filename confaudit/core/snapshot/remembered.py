"""What functions make of JSON is remembered: deployments of one release are nearly all alike.

So is one deployment time after time. It is bounded, in memory as what it was made from is, and
gone with the process.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar, cast

from msgspec import msgpack

from confaudit.core.model import Json

_MOST: Final = 4096
"""Answers of a function: a release has some 300 options, and few of them many values."""
_LARGEST: Final = 4096
"""Bytes of what it is asked about: they take 16 MiB at the very most."""

Function = TypeVar("Function", bound=Callable[..., Any])


def remembered(function: Function) -> Function:
    """Have a function of JSON, which depends on nothing else, do its work once for equal JSON."""

    @lru_cache(maxsize=_MOST)
    def of_packed(packed: bytes, *more: Hashable) -> Any:
        return function(msgpack.decode(packed), *more)

    @wraps(function)
    def of_json(value: Json, *more: Hashable) -> Any:
        packed = pack(value)
        return of_packed(packed, *more) if 0 < len(packed) <= _LARGEST else function(value, *more)

    return cast("Function", of_json)


def pack(value: Json) -> bytes:
    """The same bytes for what is the same to the last detail, its texts in UTF-8.

    None where MessagePack has no form: for half a surrogate pair, for integers beyond 64 bits.
    """
    try:
        return msgpack.encode(value)
    except (UnicodeEncodeError, OverflowError):
        return b""
