"""The same on a disk that runs full: a small tmpfs in place of the repository, or of its remote."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.crash.scene import Run, Scene

PLACES: Final = ("repo", "hub.git")
_LARGE: Final = "64m"


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us make such disks at all."""
    command = ["mount", "-t", "tmpfs", "none", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


def trouble(stage: Scene, place: str, pages: int) -> tuple[Run, str]:
    """A run while one place has so few pages left, and what is wrong after the next with many."""
    with _disk(stage.folder / "stage" / place) as disk:
        stage.lay_out()
        free = os.statvfs(disk)
        used = free.f_blocks - free.f_bfree
        _resize(disk, str((used + pages) * free.f_frsize))
        run = stage.run({})
        _resize(disk, _LARGE)
        return run, stage.after(run)


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    shutil.rmtree(place.parent, ignore_errors=True)
    place.mkdir(parents=True)
    options = f"mode=755,size={_LARGE}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _resize(disk: Path, size: str) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
