"""The documented gunicorn line on a free port, for the benchmarks that need a real server."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
START = 3600.0  # seconds: where nothing is cached, the core is compiled


@contextmanager
def serving(
    app: str = "app:server", before: Callable[[], None] | None = None, **more: str
) -> Iterator[tuple[str, int]]:
    """`make run` without its set-up, for this app and with these settings: the address, and the process id of the
    server. before: called in the server's process before it starts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    line = serve_line().replace("app:server", app).split()
    line[0] = str(Path(sys.executable).parent / "gunicorn")
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(ROOT / ".numba_cache")}
    where = {"HOST": "127.0.0.1", "PORT": str(port)}
    process = subprocess.Popen(line, cwd=ROOT, env={**os.environ, **threads, **where, **more}, preexec_fn=before)
    address = f"http://127.0.0.1:{port}"
    try:
        wait(address, process)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait()


def serve_line() -> str:
    """The Makefile's own line, so that what is measured is what is documented."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    return next(line.split(" exec ")[1] for line in text.splitlines() if " exec .venv/bin/gunicorn" in line)


def wait(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers and its core is compiled."""
    end = time.monotonic() + START
    while not _is_ready(address):
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        if time.monotonic() > end:
            raise TimeoutError(f"the server is not ready after {START:g} s")
        time.sleep(0.05)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=60) as answer:
            return json.load(answer)["status"] == "ok"
    except OSError:
        return False
