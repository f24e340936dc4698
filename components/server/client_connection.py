"""Detection of clients that have disconnected, by the connection that gunicorn passes to the app."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

CHECK_INTERVAL_SECONDS = 0.1


def client_gone(environ: Mapping[str, Any]) -> Callable[[], bool]:
    """Return a function that tells whether the client of a request has disconnected; always False under other
    servers."""
    connection: socket.socket | None = environ.get("gunicorn.socket")
    last_check = time.monotonic()

    def has_disconnected() -> bool:
        nonlocal last_check
        if connection is None or time.monotonic() - last_check < CHECK_INTERVAL_SECONDS:
            return False
        last_check = time.monotonic()
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    return has_disconnected
