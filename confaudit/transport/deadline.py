"""The time there is for something, and connections that keep to it.

A server that keeps sending a byte now and then resets the timeout of a socket for as long as it
likes: within the status line, the headers, the size of a chunk, the trailers, or a compressed
stream out of which nothing comes. So the answer is read through a file that lets every read of the
socket wait no longer than what is left of the time. Before that, a resolver may be silent, and a
name have many addresses of which each is given the whole time: one is connected in a thread.
"""

import io
import socket
import time
from http.client import HTTPResponse
from typing import Any, Final, cast

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError

from confaudit.transport.within import within


class Deadline:
    """A moment some seconds from now, by which all that is given it has to be over."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds until then.

        Raises:
            TimeoutError: there are none.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left

    def allows(self, seconds: float) -> bool:
        """Whether one may wait so long and still do something then."""
        return time.monotonic() + seconds < self._at


class _TimedReader(io.RawIOBase):
    """Reads one answer from a socket, whose timeout is the time for all of it from here on."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._socket = sock
        self._raw = sock.makefile("rb", buffering=0)  # keeps a closed socket open until it is read
        self._deadline = Deadline(seconds)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there.

        Raises:
            TimeoutError: the time for the answer is over.
        """
        self._socket.settimeout(self._deadline.left())
        try:
            return self._raw.readinto(buffer)
        finally:
            self._socket.settimeout(self._deadline.seconds)  # for what is sent next

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """What a response wants of a socket: a file to read from."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        seconds = cast(float, self._socket.gettimeout())  # whoever asks always gives one
        return io.BufferedReader(_TimedReader(self._socket, seconds))


class _TimedResponse(HTTPResponse):
    """An answer, that of a proxy to CONNECT too."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast(socket.socket, _TimedSocket(sock)), *args, **kwargs)


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse

    def _new_conn(self) -> socket.socket:
        seconds = cast(float, self.timeout)  # as above
        try:
            return within(seconds, super()._new_conn)
        except TimeoutError:
            raise ConnectTimeoutError(self, "no connection in time") from None


class _TimedTlsConnection(_TimedConnection, HTTPSConnection):
    pass


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TimedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


TIMED_POOLS: Final = {"http": _TimedPool, "https": _TimedTlsPool}
"""Scheme → kind of pool, as a pool manager takes them."""
