"""The executor that is this machine: every task a process of its own, which outlives the one that started it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class Processes(Executor):
    """Runs `python -m <package of the function> <words>` with an environment.

    The process has a session of its own, so that what ends a web worker does not end it, and one thread, for as
    many may run as there are cores. Only texts are passed.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Starts `fn(*words, environment)`; the future has the process's code when it has ended."""
        *words, environment = args
        process = subprocess.Popen(
            [sys.executable, "-m", fn.__module__.rpartition(".")[0], *words],
            cwd=ROOT,
            env={**os.environ, **THREADS, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        future: Future[int] = Future()
        # Somebody has to wait for a child, or it stays on as a zombie.
        waiting = threading.Thread(target=lambda: future.set_result(process.wait()), name="run", daemon=True)
        waiting.start()
        return future
