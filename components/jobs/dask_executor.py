"""The executor that is a Dask cluster: where one machine is not enough. See docs/dask.md.

The cluster's workers need this package at the same release, and a store that they share with the app: a Redis, or a
folder. The scheduler needs neither. Workers read their settings from their own environment, so no password passes
through the scheduler.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from distributed import Client, fire_and_forget
from distributed import Future as Task

from components.jobs.launch import NOT_CLAIMED, NotStarted, Unreachable

CONNECT_TIMEOUT = 10.0  # seconds, for a scheduler to answer
RETRY_INTERVAL = 5.0  # seconds before a scheduler that did not answer is tried again

NO_ANSWER = "The cluster that computes runs does not answer at present; the run begins when it is back."
NO_WORKERS = "The cluster that computes runs has no workers at present; the run begins when there is one."
NO_PACKAGE = "The cluster that computes runs lacks this app's package; its operator finds more in the log."


class DaskExecutor(Executor):
    """Hands tasks to a scheduler, in a thread of its own, so that no request waits for a connection.

    The future of a task is done when its computation ends. A task goes on when the client that submitted it closes
    (`Client.get_executor()` drops them), because a web worker may be replaced at any time. A client that has lost its
    scheduler is replaced by a new one.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Client | None = None
        self._retry_at = 0.0
        self._thread = ThreadPoolExecutor(1, "cluster")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run `fn(name, query)` on the cluster; the settings among the arguments stay here."""
        name, query, _ = args
        future: Future[Any] = Future()
        self._thread.submit(self._send, future, fn, name, query)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._thread.shutdown(wait, cancel_futures=cancel_futures)
        self._disconnect()

    def _send(self, future: Future[Any], fn: Callable[..., Any], name: str, query: str) -> None:
        module, function = fn.__module__, fn.__name__

        # A local function travels by value: the scheduler reads it without having this package.
        def compute(name: str, query: str) -> Any:
            import importlib
            import logging
            import os

            logging.getLogger("distributed.worker").info("Computing a run of the view %s", name)
            return getattr(importlib.import_module(module), function)(name, query, os.environ)

        try:
            task = self._connected().submit(compute, name, query, pure=False, retries=0)
            fire_and_forget(task)
        except Exception as error:
            future.set_exception(error)
            return
        task.add_done_callback(lambda task: _set_outcome(future, task))

    def _connected(self) -> Client:
        """Return a connected client of a cluster that has workers. Raises Unreachable."""
        if self._client is None or self._client.status != "running":
            self._disconnect()
            if time.monotonic() < self._retry_at:
                raise Unreachable(NO_ANSWER)
            try:
                self._client = Client(self.address, timeout=CONNECT_TIMEOUT, set_as_default=False)
            except OSError as error:
                self._retry_at = time.monotonic() + RETRY_INTERVAL
                raise Unreachable(NO_ANSWER) from error
        try:
            threads = self._client.nthreads()
        except Exception as error:  # of any kind: the connection has broken in the middle of a question
            self._disconnect()
            raise Unreachable(NO_ANSWER) from error
        if not threads:
            raise Unreachable(NO_WORKERS)
        return self._client

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close(timeout=RETRY_INTERVAL)


def _set_outcome(future: Future[Any], task: Task) -> None:
    """Hand the outcome of a task to a future."""
    if task.status == "finished":
        if task.result():
            future.set_result(None)
        else:
            future.set_exception(NotStarted(NOT_CLAIMED))
    elif task.status == "error":
        error = task.exception()
        if isinstance(error, ModuleNotFoundError):
            error, cause = NotStarted(NO_PACKAGE), error
            error.__cause__ = cause
        future.set_exception(error)
    else:  # the scheduler has gone, and the task with it
        future.set_exception(Unreachable(NO_ANSWER))
