"""When each deployment last answered, kept beside git's own files.

A deployment that is unchanged makes no commit, so git cannot tell that it was asked. The notes are
those of this clone alone: no other machine sees them, and nothing but the age of an answer is lost
with them.
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias

import msgspec

_Moment: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""Aware."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The last successful snapshot of a deployment, whether or not it changed anything."""

    at: _Moment
    """When it was recorded."""
    asked_at: _Moment | None = None
    """When the server was asked; None where none was."""
    token_expires_at: _Moment | None = None
    """When the token expires that was used; None when the server does not say."""


class Answers:
    """The notes of one repository: a file for each deployment."""

    def __init__(self, git_dir: Path) -> None:
        self._folder = git_dir / "confaudit" / "answers"

    def note(self, deployment: str, answer: Answer) -> None:
        """Keep an answer, unless a later one is kept already.

        A note that cannot be written is left out: the snapshot itself is recorded.
        """
        before = self.last_of(deployment)
        if before is None or before.at <= answer.at:
            with suppress(OSError):
                self._write(self._path(deployment), msgspec.json.encode(answer))

    def last(self) -> Mapping[str, Answer]:
        """The last answer of every deployment of which one is kept."""
        found = {path.stem: self._read(path) for path in self._folder.glob("*.json")}
        return {name: answer for name, answer in sorted(found.items()) if answer}

    def last_of(self, deployment: str) -> Answer | None:
        """The last answer of a deployment, if one is kept."""
        return self._read(self._path(deployment))

    def _path(self, deployment: str) -> Path:
        return self._folder / f"{deployment}.json"

    def _read(self, path: Path) -> Answer | None:
        """What a file says; a missing or damaged one says nothing."""
        with suppress(OSError, ValueError):
            return msgspec.json.decode(path.read_bytes(), type=Answer)
        return None

    def _write(self, path: Path, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=self._folder)
        draft = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
