"""Whether the client of a request is still there: gunicorn gives the app its connection."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

EVERY = 0.1  # seconds between two looks


def client_gone(environ: Mapping[str, Any]) -> Callable[[], bool]:
    """A function that says whether the client of a request has hung up; it never has where the server does not tell."""
    connection: socket.socket | None = environ.get("gunicorn.socket")
    looked = time.monotonic()

    def gone() -> bool:
        nonlocal looked
        if connection is None or time.monotonic() - looked < EVERY:
            return False
        looked = time.monotonic()
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    return gone
