"""Lets one confaudit process at a time change a repository or a folder, and says who the other is.

The operating system holds the lock, so a killed process leaves none behind. It leaves its
signature, by which the next one knows that git's locks may have been left as well.
"""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from confaudit.core.text.wording import visible
from confaudit.errors import StoreError
from confaudit.store.discovery import find
from confaudit.store.leftovers import local_remotes, remove_locks

if TYPE_CHECKING:
    from filelock import FileLock


_PATIENCE: Final = 5.0
"""Seconds for a git that outlived its confaudit to finish what it began."""
_NO_LINK: Final = os.O_NOFOLLOW
"""Whoever may write to the folder could make one that leads to a file of ours."""


class StoreLock:
    """The lock of one repository; entering it again in the same thread does not wait."""

    def __init__(self, git_dir: Path, what: str = "the snapshots") -> None:
        """`what`: what it keeps from being changed, as a sentence begins, in the plural."""
        self._git_dir = git_dir
        self._what = what
        # Beside the lock file, not in it: older versions of filelock truncate that one.
        self._holder = git_dir / "confaudit.lock.holder"
        self._is_signed = False

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
        except Exception:
            self._tidy(also_remotes=True)  # what failed may be a git that was killed
            raise
        finally:
            if self._lock.lock_counter == 1:
                self._leave()
            self._lock.release()

    def _leave(self) -> None:
        """Take the signature away, unless something is left for the next one to remove."""
        if self._is_signed and self._tidy():
            with suppress(OSError):
                self._holder.unlink(missing_ok=True)

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
            self._is_signed = self._tidy(_PATIENCE, also_remotes=True)
            if self._is_signed:
                self._sign()

    def _tidy(self, patience: float = 0.0, *, also_remotes: bool = False) -> bool:
        """Remove locks of git that were left since the last signature, unless a git runs there.

        One who signed on another machine may be dead there alone, so what was left is not ours.
        """
        last = self._last_holder()
        if last is None or last.host != socket.gethostname():
            return True
        places = local_remotes(self._git_dir) if also_remotes else ()
        found = [remove_locks(one, last.since, patience) for one in (self._git_dir, *places)]
        return all(found)

    def _sign(self) -> None:
        """Say who holds the lock; who waits and who comes after may do without, so it may fail."""
        told = json.dumps([os.getpid(), socket.gethostname()]).encode()
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_LINK
        with suppress(OSError), os.fdopen(os.open(self._holder, flags, 0o600), "wb") as file:
            file.write(told)

    def _last_holder(self) -> "_Holder | None":
        """Who signed last: it holds the lock, or was killed when it did."""
        with suppress(OSError, ValueError, TypeError):
            file = os.fdopen(os.open(self._holder, os.O_RDONLY | os.O_NONBLOCK | _NO_LINK))
            with file:
                pid, host = json.load(file)
                return _Holder(pid, host, os.fstat(file.fileno()).st_mtime)
        return None

    def _describe_holder(self) -> str:
        holder = self._last_holder()
        if holder is None:  # not written yet, or just released
            return "another confaudit process"
        since = datetime.fromtimestamp(holder.since, UTC)
        return f"{holder.words} since {since:%Y-%m-%d %H:%M:%S} UTC"


class _Holder(NamedTuple):
    """Who signed the lock."""

    pid: object
    host: object
    since: float
    """Seconds, as files tell them."""

    @property
    def words(self) -> str:
        return f"process {visible(str(self.pid))} on {visible(str(self.host))}"


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
