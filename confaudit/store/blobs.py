"""Which id git gives to contents. Pure."""

import hashlib
from typing import Final

_SHA1_DIGITS: Final = 40


def format_of(object_id: str) -> str:
    """How the repository writes ids that has this one: `sha1` or `sha256`."""
    return "sha1" if len(object_id) == _SHA1_DIGITS else "sha256"


def started(size: int, object_format: str) -> "hashlib._Hash":
    """The digest of a file of so many bytes, before the first of them."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(b"blob %d\0" % size)
    return digest


def blob_id(data: bytes, object_format: str) -> str:
    """The id of a file with these contents."""
    digest = started(len(data), object_format)
    digest.update(data)
    return digest.hexdigest()
