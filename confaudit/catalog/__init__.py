"""Coder's releases as data: what each declares, from files that say facts only."""

from confaudit.catalog.loader import nearest, release, versions

__all__ = ["nearest", "release", "versions"]
