"""The git repository of snapshots; the only package that runs git."""

from confaudit.store.repository import Repository

__all__ = ["Repository"]
