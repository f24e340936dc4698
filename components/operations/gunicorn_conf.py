"""Gunicorn's configuration: `gunicorn --config python:components.operations.gunicorn_conf app:server`.

The names are gunicorn's.
"""

from __future__ import annotations

import fcntl
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

from components.operations import build_id, logs, settings
from components.operations.numba_cache import ensure_tempdir, ensure_writable_cache

try:
    _settings = settings.check(os.environ)
except ValueError as fault:
    sys.exit(f"The app is not started. {fault}")


logs.configure_logging(_settings.log_format, _settings.log_level)
log = logging.getLogger("start")
log.setLevel(logging.INFO)  # what runs is logged at any level
for _sentence in settings.misspelled(os.environ):
    log.warning(_sentence)
ensure_tempdir(os.environ)
_temporary_cache = ensure_writable_cache(os.environ)

LINGER_SECONDS = 1.0


class PrivateLogger(Logger):
    """Send gunicorn's messages to the root logger. There is no access log, because it would contain addresses."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


loglevel = _settings.log_level
_host = f"[{_settings.host}]" if ":" in _settings.host else _settings.host
bind = f"{_host}:{_settings.port}"
worker_class = "gthread"
workers = _settings.workers
threads = _settings.threads
worker_connections = 200  # of each process: far fewer than it may have files open
keepalive = 30
timeout = 60  # seconds after which a worker that does nothing at all is replaced
graceful_timeout = 2  # seconds for responses after SIGTERM
RETIREMENT_SECONDS = 10  # for responses of a worker that is replaced after MAX_REQUESTS
max_requests = _settings.max_requests
max_requests_jitter = max_requests // 10
control_socket_disable = True
forwarded_allow_ips = ""  # no SCRIPT_NAME is accepted; TRUSTED_PROXIES states whose X-Forwarded-For is
logger_class = PrivateLogger
# The heartbeat files of the workers: in memory, so that a full disk does not matter.
worker_tmp_dir = next((path for path in ("/dev/shm", tempfile.gettempdir()) if os.access(path, os.W_OK)), None)
chdir = str(Path(__file__).parents[2])


METRICS_PREFIX = "feature-unlearning-metrics-"


def _make_metrics_folder() -> tuple[str, int] | None:
    """Return a new folder in which workers can count, in memory if possible, and its lock; None without room.

    The lock is held while this process or a worker lives. Folders that a killed server has left are removed.
    """
    for place in ("/dev/shm", tempfile.gettempdir()):
        for left in Path(place).glob(f"{METRICS_PREFIX}*"):
            with suppress(OSError), (left / "alive").open("rb") as other:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
        try:
            folder = tempfile.mkdtemp(prefix=METRICS_PREFIX, dir=place)
        except OSError:
            continue
        try:
            Path(folder, "alive").write_bytes(bytes(1 << 16))  # as much as one file of counts has at first
            alive = os.open(Path(folder, "alive"), os.O_RDONLY)
            fcntl.flock(alive, fcntl.LOCK_SH)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            return folder, alive
    log.warning("there is no room for the counts of all processes: /metrics has those of the one that answers")
    return None


_metrics = _make_metrics_folder()
if _metrics is not None:  # before ``metrics`` is imported first
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _metrics[0]


def when_ready(server: Any) -> None:
    """Log what runs: release, address, processes, settings."""
    build_id.build_id.cache_clear()
    values = settings.in_force(os.environ)
    server = f"http://{bind}, {workers} processes of {threads} threads"
    log.info(f"release {build_id.build_id()} on {server}; settings: {values}", extra={"plain": True})


on_reload = when_ready


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker read the code as it is now, also where the master has read it before an update."""
    excluded = (__name__, __name__.rpartition(".")[0])  # this module, which is running, and its package
    for name in [name for name in sys.modules if name.startswith("components.") and name not in excluded]:
        parent, _, module = name.rpartition(".")
        if hasattr(sys.modules.get(parent), module):
            delattr(sys.modules[parent], module)
        del sys.modules[name]


def pre_request(worker: Any, request: Any) -> None:
    """Close the connection after a request with a body, so that no thread waits for what the app leaves unread."""
    if any(name in ("CONTENT-LENGTH", "TRANSFER-ENCODING") for name, _ in request.headers):
        request.force_close()


def post_request(worker: Any, request: Any, environ: Any, response: Any) -> None:
    """Read and drop the rest of a body that the app has not read, for a moment.

    A connection that is closed before is reset, and a proxy that is still sending the body does not see the response.
    """
    connection = environ.get("gunicorn.socket")
    if connection is None or not request.must_close or not getattr(request.body.reader, "length", 1):
        return
    end = time.monotonic() + LINGER_SECONDS
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        while (remaining := end - time.monotonic()) > 0:
            connection.settimeout(remaining)
            if not connection.recv(1 << 16):
                break


def post_worker_init(worker: Any) -> None:
    """Count a worker that has loaded the app."""
    worker.cfg.set(
        "graceful_timeout", RETIREMENT_SECONDS
    )  # the worker's own; after SIGTERM the arbiter waits for its own
    from components.operations import metrics

    metrics.WORKERS_STARTED.inc()


def worker_exit(server: Any, worker: Any) -> None:
    """End the process at once: the interpreter would wait for threads that compute."""
    if worker.booted:
        logging.shutdown()
        os._exit(0)


def on_exit(server: Any) -> None:
    """Remove the folders of this run."""
    for folder in (_temporary_cache, _metrics[0] if _metrics else None):
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def child_exit(server: Any, worker: Any) -> None:
    """Keep what a worker has counted, without its files."""
    from components.operations import metrics

    metrics.merge_files_of(worker.pid)
