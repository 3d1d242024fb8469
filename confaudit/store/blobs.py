"""Which id git gives to contents. Pure."""

import hashlib
from typing import Final, NamedTuple

_SHA1_DIGITS: Final = 40


class GitObject(NamedTuple):
    """What git stores under an id."""

    id: str
    type: str
    """`commit`, `tree`, `blob` or `tag`."""
    data: bytes


def format_of(object_id: str) -> str:
    """How the repository writes ids that has this one: `sha1` or `sha256`."""
    return "sha1" if len(object_id) == _SHA1_DIGITS else "sha256"


def started(size: int, object_format: str, kind: str = "blob") -> "hashlib._Hash":
    """The digest of an object of so many bytes, before the first of them."""
    digest = hashlib.new(object_format, usedforsecurity=False)
    digest.update(f"{kind} {size}\0".encode())
    return digest


def git_object(kind: str, data: bytes, object_format: str) -> GitObject:
    """The object that has these contents."""
    digest = started(len(data), object_format, kind)
    digest.update(data)
    return GitObject(digest.hexdigest(), kind, data)


def blob_id(data: bytes, object_format: str) -> str:
    """The id of a file with these contents."""
    return git_object("blob", data, object_format).id
