"""How gunicorn serves the app: `gunicorn --config python:components.workers app:server`. Its names are gunicorn's."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from components import logs, metrics, release, settings
from components.compiled import have_temporary_folder, keep_compiled_code

try:
    settings.check(os.environ)
except ValueError as fault:
    sys.exit(f"The app is not started. {fault}")


def _value(name: str) -> Any:
    return settings.value(os.environ, name)


logs.start(_value("LOG_FORMAT"), _value("LOG_LEVEL"))
log = logging.getLogger("start")
log.setLevel(logging.INFO)  # what runs is logged at any level
for _sentence in settings.misspelled(os.environ):
    log.warning(_sentence)
have_temporary_folder(os.environ)
_made = keep_compiled_code(os.environ)

LINGER_SECONDS = 1.0


class Discreet(Logger):
    """What gunicorn says goes where everything goes; there is no access log, for it names clients."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


loglevel = _value("LOG_LEVEL")
_host = f"[{_value('HOST')}]" if ":" in _value("HOST") else _value("HOST")
bind = f"{_host}:{_value('PORT')}"
worker_class = "gthread"
workers = _value("WORKERS")
threads = _value("THREADS")
worker_connections = 200  # of each process: far fewer than it may have files open
keepalive = 30
timeout = 60  # seconds after which a worker that does nothing at all is replaced
graceful_timeout = 2  # seconds that answers have after SIGTERM
RETIREMENT = 10  # seconds that they have where a worker is replaced after MAX_REQUESTS
max_requests = _value("MAX_REQUESTS")
max_requests_jitter = max_requests // 10
control_socket_disable = True
forwarded_allow_ips = ""  # nobody's SCRIPT_NAME is believed; whose X-Forwarded-For is, TRUSTED_PROXIES says
logger_class = Discreet
# Its workers' signs of life: in memory, where a full disk is not in the way.
worker_tmp_dir = next((path for path in ("/dev/shm", tempfile.gettempdir()) if os.access(path, os.W_OK)), None)
chdir = str(Path(__file__).parents[1])


def when_ready(server: Any) -> None:
    """Log what runs: release, address, processes, settings."""
    release.fingerprint.cache_clear()
    given = settings.in_force(os.environ)
    said = (
        f"release {release.fingerprint()} on http://{bind}, {workers} processes of {threads} threads; settings: {given}"
    )
    log.info(said, extra={"plain": True})


on_reload = when_ready


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker read the code as it is now, also where the master has read it before an update."""
    for name in [name for name in sys.modules if name.startswith("components.")]:
        if name not in ("components.metrics", __name__):  # whose memory is shared, and which is running
            delattr(sys.modules["components"], name.removeprefix("components."))
            del sys.modules[name]


def pre_request(worker: Any, request: Any) -> None:
    """Close the connection after a request with a body, so that no thread waits for what the app leaves unread."""
    if any(name in ("CONTENT-LENGTH", "TRANSFER-ENCODING") for name, _ in request.headers):
        request.force_close()


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    """Take for a moment what comes of a body that the app has left unread, and drop it.

    A connection that is closed before is reset, and a proxy that is still sending the body does not see the response.
    """
    connection = environ.get("gunicorn.socket")
    if connection is None or not request.must_close or not getattr(request.body.reader, "length", 1):
        return
    end = time.monotonic() + LINGER_SECONDS
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(1 << 16):
                break


def pre_fork(server: Any, worker: Any) -> None:
    """Each worker counts in a row of its own."""
    worker.metrics_row = metrics.take_row()


def post_worker_init(worker: Any) -> None:
    """It has the app, and answers."""
    worker.cfg.set("graceful_timeout", RETIREMENT)  # the worker's own; after SIGTERM the arbiter waits for its own
    metrics.count("workers_started_total")


def worker_exit(server: Any, worker: Any) -> None:
    """End the process at once: the interpreter would wait for threads that compute."""
    if worker.booted:
        logging.shutdown()
        os._exit(0)


def on_exit(server: Any) -> None:
    """The last one out."""
    if _made is not None:
        shutil.rmtree(_made, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    metrics.free_row(worker.metrics_row)
