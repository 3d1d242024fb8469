"""The git repository of snapshots; the only package that runs git."""

from confaudit.store.command import NoRepository
from confaudit.store.repository import Repository
from confaudit.store.snapshots import Snapshots

__all__ = ["NoRepository", "Repository", "Snapshots"]
