"""One `git cat-file --batch`: any number of objects from a single process, each read once."""

import os
import tempfile
import weakref
from collections import OrderedDict, deque
from collections.abc import Iterable
from contextlib import suppress
from subprocess import Popen
from typing import IO, Final

from confaudit.errors import StoreError
from confaudit.patterns import regex
from confaudit.store.blobs import GitObject
from confaudit.store.command import Git, GitResult, pipes, written
from confaudit.store.discovery import unusable

_HEADER = regex(rb"([0-9a-f]+) (\w+) (\d+)\n")

_REMEMBERED: Final = 8 << 20
"""Bytes kept in memory: many times one revision, and far below what a long history holds."""


MAX_AHEAD: Final = 64 << 20
"""The most bytes of an object that was asked for ahead."""


class Batch:
    """Reads objects by any name git knows; git starts with the first one and waits for more.

    Names of the index (`:0:path`) mean what they did at the first of them: whoever writes the
    index closes the batch.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._running: _Running | None = None
        self._memory = _Memory()
        self._awaited: deque[str] = deque()
        """The ids that git was asked for ahead, whose answers are still to be read."""

    def open(self) -> "_Running":
        """Git, started unless it runs.

        Raises:
            NoRepository: the folder is in no repository.
            StoreError: git may not use it, or is not installed.
        """
        if self._running is None:
            running = _Running(self._git)
            running.ask("")
            if not running.answer():  # what is wrong with the folder comes before any name
                raise unusable(self._git, running.end())
            self._running = running
        return self._running

    def close(self) -> None:
        """End git; what was read by id stays known, and the next reading starts git again."""
        self._awaited.clear()
        if self._running:
            self._running.end()
            self._running = None

    def read(self, object_id: str, limit: int) -> bytes | None:
        """The contents of an object by its id; see `find`."""
        if object_id in self._awaited:
            self._receive(object_id)
        if (data := self._memory.get(object_id)) is not None:
            self._refuse_more(limit, len(data))
            return data
        found = self.find(object_id, limit)
        return found.data if found else None

    def ask_ahead(self, object_ids: Iterable[str]) -> None:
        """Have git look for some hundred objects that will be read, while something else is done.

        Raises:
            StoreError: git has trouble.
        """
        wanted = [one for one in dict.fromkeys(object_ids) if one not in self._memory]
        self.open().ask(*wanted)
        self._awaited += wanted

    def find(self, name: str, limit: int) -> GitObject | None:
        """What a name means just now, None when it means nothing.

        Raises:
            StoreError: it has more bytes than the limit, and was not read; or git has trouble.
        """
        running = self.open()
        if "\n" in name or "\0" in name:  # git would take it for two names, or for a shorter one
            return None
        self._receive("")
        running.ask(name)
        return self._answer(running, limit)

    def _receive(self, last: str) -> None:
        """Read what was asked for ahead, up to an object, or all."""
        while self._awaited:
            try:
                self._answer(self.open(), MAX_AHEAD)
            except StoreError:
                self.close()  # rather than take what git still says for answers to other names
                raise
            if self._awaited and self._awaited.popleft() == last:
                return

    def _answer(self, running: "_Running", limit: int) -> GitObject | None:
        """What git says of the next name it was asked."""
        answer = running.answer()
        header = _HEADER.fullmatch(answer)
        if header is None:
            self._meaningless(running, died=not answer)
            return None
        self._refuse_more(limit, size := int(header[3]))
        found = GitObject(header[1].decode(), header[2].decode(), running.take(size))
        if len(found.data) < size:  # git died of what came next
            self._running = None
            raise self._git.failure("cat-file", running.end())
        self._memory.put(found.id, found.data)
        return found

    def _refuse_more(self, limit: int, size: int) -> None:
        if size > limit:
            self.close()  # rather than take in what git has begun to say
            raise StoreError(
                f"a file in the git history of {self._git.where} is larger than any that is read",
                "look at who committed it, and whether it belongs there",
            )

    def _meaningless(self, running: "_Running", *, died: bool) -> None:
        """Tell trouble from a name that means nothing; of some, as `main@{9}`, git dies."""
        if died:
            self._running = None
        said = running.end() if died else GitResult(0, b"", running.said())
        if trouble := self._git.known_failure(said):
            raise trouble


class _Running:
    """The process and its pipes; it ends with this object."""

    def __init__(self, git: Git) -> None:
        self._err = tempfile.TemporaryFile()  # noqa: SIM115 - `_end` closes it
        self._process = git.start(("cat-file", "--batch"), self._err)
        self._names, self._answers = pipes(self._process)
        self._finalizer = weakref.finalize(self, _end, self._process, self._err)

    def ask(self, *names: str) -> None:
        """Ask git for names, few enough that a pipe holds them until it reads them."""
        with suppress(BrokenPipeError):
            self._names.write(b"".join(os.fsencode(name) + b"\n" for name in names))
            self._names.flush()

    def answer(self) -> bytes:
        """The line git says of the next name; empty when git is gone."""
        return self._answers.readline()

    def take(self, size: int) -> bytes:
        """The contents that follow the line."""
        return self._answers.read(size + 1)[:size]

    def said(self) -> str:
        """What git has complained about since this was last called."""
        return written(self._err)

    def end(self) -> GitResult:
        """End git, which is idle or gone, and return its last words."""
        with suppress(BrokenPipeError):
            self._names.close()
        self._answers.close()
        result = GitResult(self._process.wait(), b"", self.said())
        self._finalizer()
        return result


def _end(process: Popen[bytes], err: IO[bytes]) -> None:
    process.kill()
    for file in (process.stdin, process.stdout, err):
        if file:
            with suppress(BrokenPipeError):
                file.close()
    process.wait()


class _Memory:
    """The objects read last, by id."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def __contains__(self, object_id: str) -> bool:
        return object_id in self._held

    def get(self, object_id: str) -> bytes | None:
        if object_id in self._held:
            self._held.move_to_end(object_id)
        return self._held.get(object_id)

    def put(self, object_id: str, data: bytes) -> None:
        if object_id not in self._held:
            self._size += len(data)
        self._held[object_id] = data
        while self._size > _REMEMBERED:
            _, gone = self._held.popitem(last=False)
            self._size -= len(gone)
