"""Settings of git itself, in a repository or for a user."""

from collections.abc import Mapping
from pathlib import Path

from confaudit.store.command import Git


class GitConfiguration:
    """What git is told in one file of its configuration."""

    def __init__(self, folder: Path, *, is_global: bool) -> None:
        """`is_global`: the user's own, for all repositories; else that of the folder's."""
        self._git = Git(folder)
        self.scope = "--global" if is_global else "--local"

    def missing(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Those of some settings that are not so."""
        listed = self._git.ask("config", self.scope, "--null", "--list").out
        pairs = (row.decode(errors="replace").partition("\n") for row in listed.split(b"\0"))
        present = {key: value for key, _, value in pairs}
        return {key: value for key, value in settings.items() if present.get(key) != value}

    def set(self, settings: Mapping[str, str]) -> None:
        """Make them so; a key that was there several times has one value then.

        Raises:
            StoreError: the configuration cannot be written.
        """
        for key, value in settings.items():
            self._git.set_up("config", self.scope, "--replace-all", key, value)
