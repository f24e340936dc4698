"""The executor that is a Dask cluster: where one machine is not enough.

Its workers need this package at the same release, and a store that they can reach: a Redis, or a folder that all share.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from distributed import Client, fire_and_forget

CONNECTED = 10.0  # seconds that a scheduler may take to answer


class Cluster(Executor):
    """Hands tasks to a scheduler, in a thread beside: whoever asks for a run does not wait for a connection.

    The future is done when the task has been handed over. `Client.get_executor()` would do, but for one thing: its
    tasks are dropped when the client goes, and a web worker goes every so often.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client: Client | None = None
        self._hand = ThreadPoolExecutor(1, "cluster")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._hand.submit(self._send, fn, args)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._hand.shutdown(wait, cancel_futures=cancel_futures)
        if self._client is not None:
            self._client.close()

    def _send(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
        if self._client is None:
            self._client = Client(self.address, timeout=CONNECTED, set_as_default=False)
        fire_and_forget(self._client.submit(fn, *args, pure=False, retries=0))
