"""The executor on this machine: a process for each task, which outlives the process that started it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from components.jobs.launch import NOT_CLAIMED, UNCLAIMED, NotStarted

ROOT = Path(__file__).parents[2]
THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class ProcessFailed(RuntimeError):
    """A process ended with a status other than 0."""


class SubprocessExecutor(Executor):
    """Runs `python -m <package of the function> <arguments>` with an environment.

    The process has a session of its own, so that what ends a web worker does not end it, and one thread, for as
    many may run as there are cores. Only texts are passed.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Start `fn(*arguments, environment)`; the future is done when it ends, with `ProcessFailed` if that failed."""
        *arguments, environment = args
        inherited = {
            name: text for name, text in os.environ.items() if name != "PROMETHEUS_MULTIPROC_DIR"
        }  # belongs to the server
        process = subprocess.Popen(
            [sys.executable, "-m", fn.__module__.rpartition(".")[0], *arguments],
            cwd=ROOT,
            env={**inherited, **THREADS, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        future: Future[None] = Future()
        # Without a wait the child would remain as a zombie.
        threading.Thread(target=_wait, args=(process, future), name="run", daemon=True).start()
        return future


def _wait(process: subprocess.Popen[bytes], future: Future[None]) -> None:
    status = process.wait()
    if status == UNCLAIMED:
        future.set_exception(NotStarted(NOT_CLAIMED))
    elif status:
        by = f"signal {-status}" if status < 0 else f"status {status}"
        future.set_exception(ProcessFailed(f"The process of a run ended with {by}."))
    else:
        future.set_result(None)
