"""How long a client may take: one that reads or writes next to nothing must not keep a thread from all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from werkzeug.wsgi import ClosingIterator

PIECE = 64 << 10  # bytes that are sent at once
PATIENCE = 20.0  # seconds for each piece, so that 4 kB a second is enough


def paced(app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """The WSGI app, its answers sent in pieces; whoever does not take one in time is cut off."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        connection = environ.get("gunicorn.socket")
        if connection is not None:
            connection.settimeout(PATIENCE)
        answer = app(environ, start_response)
        return ClosingIterator(_pieces(answer), getattr(answer, "close", None))

    return serve


def _pieces(answer: Iterable[bytes]) -> Iterator[bytes]:
    for part in answer:
        for begin in range(0, max(1, len(part)), PIECE):
            yield part[begin : begin + PIECE]
