"""What was warned of already in a repository, kept beside git's own files."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from confaudit.store.private import private


class Told:
    """The warnings of one repository, a line for each."""

    def __init__(self, git_dir: Path) -> None:
        self._file = git_dir / "confaudit" / "told"

    def fresh(self, warnings: Iterable[str]) -> list[str]:
        """Those that are given for the first time; where that cannot be kept, they are again."""
        known = self._known()
        found = [one for one in dict.fromkeys(warnings) if one not in known]
        if found:
            with suppress(OSError), private():
                self._file.parent.mkdir(exist_ok=True)
                with self._file.open("a", encoding="utf-8") as file:
                    file.writelines(f"{one}\n" for one in found)
        return found

    def _known(self) -> list[str]:
        with suppress(OSError, UnicodeDecodeError):
            return self._file.read_text("utf-8").splitlines()
        return []
