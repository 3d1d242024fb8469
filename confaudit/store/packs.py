"""Objects as one git sends them to another, so that a single process stores any number. Pure."""

import hashlib
import struct
import zlib
from collections.abc import Sequence
from typing import Final

from confaudit.store.blobs import GitObject

_VERSION: Final = 2
_KINDS: Final = {"commit": 1, "tree": 2, "blob": 3}
_AS_IT_IS: Final = 0
"""The level of compression: git compresses them as it stores them."""


def packed(objects: Sequence[GitObject], object_format: str) -> bytes:
    """The pack that holds some objects, whole; see `git help format-pack`."""
    head = b"PACK" + struct.pack(">II", _VERSION, len(objects))
    body = head + b"".join(map(_entry, objects))
    return body + hashlib.new(object_format, body, usedforsecurity=False).digest()


def _entry(one: GitObject) -> bytes:
    return _header(_KINDS[one.type], len(one.data)) + zlib.compress(one.data, _AS_IT_IS)


def _header(kind: int, size: int) -> bytes:
    """Kind and size: four bits of it, then seven a byte, the lowest first, while more follow."""
    header = bytearray([kind << 4 | size & 0x0F])
    size >>= 4
    while size:
        header[-1] |= 0x80
        header.append(size & 0x7F)
        size >>= 7
    return bytes(header)
