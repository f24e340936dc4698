"""How gunicorn serves the app: `gunicorn --config python:components.workers app:server`. Its names are gunicorn's."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from components import logs, metrics, settings
from components.compiled import have_temporary_folder, keep_compiled_code
from components.pacing import GRACE

try:
    settings.check(os.environ)
except ValueError as fault:
    sys.exit(f"The app is not started. {fault}")


def _value(name: str) -> Any:
    return settings.value(os.environ, name)


logs.start(_value("LOG_FORMAT"), _value("LOG_LEVEL"))
have_temporary_folder(os.environ)
_made = keep_compiled_code(os.environ)


class Discreet(Logger):
    """What gunicorn says goes where everything goes; there is no access log, for it names clients."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        if isinstance(sys.exc_info()[1], TimeoutError | BlockingIOError):
            self.info("a client that took too long was cut off")
        else:
            super().exception(msg, *args, **kwargs)


loglevel = _value("LOG_LEVEL")
bind = f"{_value('HOST')}:{_value('PORT')}"
worker_class = "components.worker.Worker"
workers = _value("WORKERS")
threads = _value("THREADS")
worker_connections = 200  # of each process: far fewer than it may have files open
keepalive = 30
timeout = 60  # seconds after which a worker that does nothing at all is replaced
graceful_timeout = 10
max_requests = _value("MAX_REQUESTS")
max_requests_jitter = max_requests // 10
control_socket_disable = True
forwarded_allow_ips = ""  # nobody's SCRIPT_NAME is believed; whose X-Forwarded-For is, TRUSTED_PROXIES says
logger_class = Discreet
# Its workers' signs of life: in memory, where a full disk is not in the way.
worker_tmp_dir = next((path for path in ("/dev/shm", tempfile.gettempdir()) if os.access(path, os.W_OK)), None)
chdir = str(Path(__file__).parents[1])


def when_ready(server: Any) -> None:
    """Who connects and says nothing stays with the kernel; what comes in inherits how long it may fall silent."""
    for listener in server.LISTENERS:
        if listener.sock.family in (socket.AF_INET, socket.AF_INET6):
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, int(GRACE))
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", int(GRACE), 0))


def pre_fork(server: Any, worker: Any) -> None:
    """Each worker counts in a row of its own."""
    worker.metrics_row = metrics.take_row()


def post_worker_init(worker: Any) -> None:
    """It has the app, and answers."""
    metrics.count("workers_started_total")


def on_exit(server: Any) -> None:
    """The last one out."""
    if _made is not None:
        shutil.rmtree(_made, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    metrics.free_row(worker.metrics_row)
