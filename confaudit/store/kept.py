"""Values that are kept from one run to the next beside git's own files.

Nothing but time is lost with such a file: where it is missing or damaged, nothing is found.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

_DIGEST: Final = hashlib.sha256().digest_size

T = TypeVar("T")


class Kept(Generic[T]):
    """A file for one value of a form that msgspec knows."""

    def __init__(self, git_dir: Path, name: str, form: type[T]) -> None:
        self._path = git_dir / "confaudit" / name
        self._form = form

    def read(self) -> T | None:
        """The value that was kept last; None where there is none to be trusted."""
        with suppress(OSError, ValueError):
            data = memoryview(self._path.read_bytes())  # whose parts are no copies
            if hashlib.sha256(data[_DIGEST:]).digest() == data[:_DIGEST]:
                return msgspec.msgpack.decode(data[_DIGEST:], type=self._form)
        return None

    def write(self, value: T) -> None:
        """Replace the file as a whole; where that cannot be done, nothing is kept."""
        data = msgspec.msgpack.encode(value)
        with suppress(OSError):
            self._path.parent.mkdir(exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            draft = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.writelines((hashlib.sha256(data).digest(), data))
                draft.replace(self._path)
            finally:
                draft.unlink(missing_ok=True)
