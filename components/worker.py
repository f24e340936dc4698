"""The process that answers: gunicorn's own with threads, which waits for no client longer than it may take.

Gunicorn's gives a thread to each new connection before it has said anything, waits in its one loop for clients that do
not close, and knows no end to a head that comes byte by byte.
"""

from __future__ import annotations

import selectors
import time
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from components import pacing
from components.pacing import watch

LINGER = 1.0  # seconds in which a client may close its side


class Worker(ThreadWorker):
    """A thread has only who has something to say, and only for so long."""

    def enqueue_req(self, conn: Any) -> None:
        """A new connection waits in the loop until something comes by it."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + pacing.GRACE
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: Any) -> Any:
        """One request of a connection, in a thread."""
        watch.begin(conn.sock, pacing.GRACE)  # for its head
        try:
            again = super().handle(conn)
        finally:
            watch.end(conn.sock)
        if not again:
            util.close_graceful(conn.sock, timeout=LINGER)  # here: the loop must not wait for it
            conn.close = lambda graceful=False: None
        return again

    def handle_request(self, req: Any, conn: Any) -> Any:
        """What is asked for has come; see pacing.py for the rest."""
        watch.end(conn.sock)
        return super().handle_request(req, conn)

    def notify(self) -> None:
        """A sign of life, every second."""
        super().notify()
        if late := watch.cut():
            self.log.info("%d clients that took too long were cut off", late)
