"""Coder's releases as data: what each declares, from files that say facts only."""

from confaudit.catalog.loader import (
    USER_FOLDER,
    digest,
    fingerprint,
    load,
    nearest,
    read,
    release,
    versions,
    without,
)

__all__ = [
    "USER_FOLDER",
    "digest",
    "fingerprint",
    "load",
    "nearest",
    "read",
    "release",
    "versions",
    "without",
]
