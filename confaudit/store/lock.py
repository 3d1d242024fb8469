"""Lets one confaudit process at a time change a repository or a folder, and says who the other is.

The operating system holds the lock, so a killed process leaves none behind.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store.discovery import find

if TYPE_CHECKING:
    from filelock import FileLock


class StoreLock:
    """The lock of one repository; entering it again in the same thread does not wait."""

    def __init__(self, git_dir: Path, what: str = "the snapshots") -> None:
        """`what`: what it keeps from being changed, as a sentence begins, in the plural."""
        self._git_dir = git_dir
        self._what = what
        # Beside the lock file, not in it: older versions of filelock truncate that one.
        self._holder = git_dir / "confaudit.lock.holder"

    @cached_property
    def _lock(self) -> "FileLock":
        from filelock import FileLock  # readers take no lock and need not wait for the import

        return FileLock(self._git_dir / "confaudit.lock")

    @contextmanager
    def hold(self, timeout_seconds: float) -> Iterator[None]:
        """Hold the lock, having waited at most so many seconds.

        Raises:
            StoreError: another process still holds it, or the folder cannot be written.
        """
        self._acquire(timeout_seconds)
        try:
            yield
        finally:
            if self._lock.lock_counter == 1:
                with suppress(OSError):
                    self._holder.unlink(missing_ok=True)
            self._lock.release()

    def _acquire(self, timeout_seconds: float) -> None:
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=timeout_seconds)
        except Timeout:
            raise StoreError(
                f"{self._what} are locked by {self._describe_holder()}",
                "wait for it to finish, or raise --lock-timeout (lock_timeout in confaudit.yaml)",
            ) from None
        except OSError as error:
            raise StoreError(
                f"the lock in {visible(str(self._git_dir))} cannot be taken: {error.strerror}",
                "check the owner and the permissions of the repository",
            ) from None
        if self._lock.lock_counter == 1:
            self._sign()

    def _sign(self) -> None:
        """Say who holds the lock; only a help for those who wait, so it may fail."""
        with suppress(OSError):
            self._holder.write_text(json.dumps([os.getpid(), socket.gethostname()]))

    def _describe_holder(self) -> str:
        try:
            pid, host = json.loads(self._holder.read_text())
            since = datetime.fromtimestamp(self._holder.stat().st_mtime, UTC)
        except (OSError, ValueError, TypeError):  # not written yet, or just released
            return "another confaudit process"
        process = f"process {visible(str(pid))} on {visible(str(host))}"
        return f"{process} since {since:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def locked(folder: Path, timeout_seconds: float) -> Iterator[None]:
    """Keep other confaudit processes from changing files of people in a folder.

    In a repository by its own lock, else by one in `.confaudit`.

    Raises:
        StoreError: another process still holds it, or the folder cannot be written.
    """
    try:
        place = find(folder, create=False).common_dir
    except StoreError:  # no repository, or none to keep snapshots in
        place = folder / ".confaudit"
        with suppress(OSError):  # then the lock cannot be taken, which is told
            place.mkdir(exist_ok=True)
    with StoreLock(place, f"the files in {visible(str(folder))}").hold(timeout_seconds):
        yield
