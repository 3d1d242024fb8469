"""Where it is kept what is trusted: a file of the user's, a line for each thing.

A line begins with an id; what follows is for people. Whoever can write there can do all that the
user can.
"""

from collections.abc import Collection, Iterable
from pathlib import Path

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError

NAME = "trusted"
"""The file, in the user's configuration folder."""


def trusted_ids(path: Path | None) -> frozenset[str]:
    """The ids of what is trusted.

    Raises:
        ConfigError: the file cannot be read.
    """
    return frozenset(line.partition(" ")[0] for line in _lines(path))


def with_ids(path: Path, added: Iterable[tuple[str, str]], removed: Collection[str]) -> str:
    """The text of the file with some ids, each with what it stands for, and without others.

    Raises:
        ConfigError: the file cannot be read.
    """
    new = {key: f"{key} {visible(note)}" for key, note in added}
    kept = {key: line for line in _lines(path) if (key := line.partition(" ")[0]) not in removed}
    return "".join(f"{line}\n" for line in (kept | new).values())


def _lines(path: Path | None) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path else []
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(
            f"cannot read {visible(str(path))}: {error.strerror}", "check its owner and permissions"
        ) from None
