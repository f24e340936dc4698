"""How long a client may take: one that reads or writes next to nothing must not keep a thread from all others.

A client is waited for GRACE seconds, and as much longer as its bytes take at SLOWEST, in each of three: the head of its
request, the body (which has LONGEST at most), the answer. Only the waiting counts, never our own computing. Whoever
takes longer is cut off, by a loop that is not waiting itself (see worker.py), for a thread that waits for a socket
cannot look at a clock.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from gunicorn.http.errors import ParseException
from werkzeug.exceptions import BadRequest
from werkzeug.wsgi import ClosingIterator

PIECE = 64 << 10  # bytes that are sent at once
GRACE = 10.0  # seconds
SLOWEST = 16 << 10  # bytes a second
LONGEST = 120.0  # seconds for a body, however long it is
UNTOLD = 256 << 10  # bytes of a body whose length is not told: no more is taken of one


class Watch:
    """Who is waited for, and until when."""

    def __init__(self) -> None:
        self._until: dict[socket.socket, float] = {}
        self._lock = threading.Lock()

    def begin(self, connection: socket.socket, seconds: float) -> None:
        """From now on a client is waited for."""
        with self._lock:
            self._until[connection] = time.monotonic() + seconds

    def end(self, connection: socket.socket) -> None:
        """It has done what it was waited for."""
        with self._lock:
            self._until.pop(connection, None)

    def cut(self) -> int:
        """Cuts off who is late: whatever waits for them goes on at once. How many they were."""
        now = time.monotonic()
        with self._lock:
            late = [connection for connection, until in self._until.items() if until < now]
            for connection in late:
                del self._until[connection]
                with suppress(OSError):  # it has gone by itself
                    connection.shutdown(socket.SHUT_RDWR)
        return len(late)


watch = Watch()


class _Waiting:
    """What one client may still be waited for, and the bytes by which that grows."""

    def __init__(self, connection: socket.socket, extra: float = 0.0) -> None:
        self.connection, self.left, self.begun = connection, GRACE + extra, 0.0

    def __enter__(self) -> None:
        self.begun = time.monotonic()
        watch.begin(self.connection, self.left)

    def __exit__(self, *fault: object) -> None:
        watch.end(self.connection)
        self.left -= time.monotonic() - self.begun


class _Body:
    """A request's body, which is waited for no longer than it may take."""

    def __init__(self, body: Any, waiting: _Waiting) -> None:
        self._body, self._waiting = body, waiting

    def read(self, size: int = -1) -> bytes:
        return self._waited(self._body.read, size)

    def readline(self, size: int = -1) -> bytes:
        return self._waited(self._body.readline, size)

    def _waited(self, read: Callable[..., bytes], size: int) -> bytes:
        try:
            with self._waiting:
                return read(size) if size >= 0 else read()
        except ParseException:
            raise BadRequest("The body is not in chunks as it says.") from None

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")


def paced(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI app, its answers sent in pieces; whoever does not take them, or send its own, in time is cut off."""

    def serve(request: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        connection = request.get("gunicorn.socket")
        if connection is None:
            return app(request, start_response)
        length = (request.get("CONTENT_LENGTH") or str(UNTOLD))[:12]
        extra = min(LONGEST, int(length) / SLOWEST) if length.isascii() and length.isdecimal() else 0.0
        request["wsgi.input"] = _Body(request["wsgi.input"], _Waiting(connection, extra))
        answer = app(request, start_response)
        return ClosingIterator(_pieces(answer, _Waiting(connection)), getattr(answer, "close", None))

    return serve


def _pieces(answer: Iterable[bytes], waiting: _Waiting) -> Iterator[bytes]:
    for part in answer:
        for begin in range(0, max(1, len(part)), PIECE):
            piece = part[begin : begin + PIECE]
            waiting.left += len(piece) / SLOWEST
            with waiting:  # until the next one is asked for
                yield piece
