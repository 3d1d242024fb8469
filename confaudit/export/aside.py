"""What is being written lies beside its place until it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from confaudit.core.text.wording import visible
from confaudit.errors import ConfigError


@contextmanager
def aside(place: Path) -> Iterator[Path]:
    """A folder to write in, beside the place it is for; it is gone afterwards.

    Raises:
        OSError: the folder around does not exist or may not be written to.
    """
    with TemporaryDirectory(dir=place.parent, prefix=f".{place.name}.") as folder:
        yield Path(folder)


def settle(draft: Path, place: Path) -> None:
    """Put a file that is whole in its place; who may read what was there may read it."""
    if place.exists():
        shutil.copymode(place, draft)
    os.replace(draft, place)  # noqa: PTH105


def refuse(place: Path) -> None:
    """Keep what somebody else has there.

    Raises:
        ConfigError: always.
    """
    raise ConfigError(
        f"{visible(str(place))} is no export of confaudit, which writes over nothing else",
        "name another place, or remove it",
    )
