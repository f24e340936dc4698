"""CPU time of a computation, including that of its threads.

A `Meter` counts the CPU time of its `measure` blocks in the calling thread, and that of the threads that `Threads`
runs for the computation. `Threads` belongs to the meter that is active when it is created.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from dynamics.interruption import interruptible

MAX_SECONDS = 120.0  # CPU time of a stream or a file: many times what a page needs
LOOK_SECONDS = 0.05  # of the clock between two looks at the CPU time
TOO_LONG = f"This takes more than {MAX_SECONDS:g} seconds of computing, which is the limit: ask for less."


class Charge:
    """The CPU seconds that a computation has been charged so far. Calling it with the final CPU time settles it."""

    def __init__(self, take: Callable[[float], None], seconds: float) -> None:
        self._take, self.seconds = take, seconds

    def cover(self, spent: float) -> None:
        """Double the charge while more is spent than was charged."""
        while 0.0 < self.seconds < spent:
            self._take(self.seconds)
            self.seconds *= 2.0

    def __call__(self, spent: float) -> None:
        self._take(spent - self.seconds)
        self.seconds = spent


class Meter:
    """CPU seconds of one computation so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Count seconds that another thread has worked for the computation."""
        with self._lock:
            self.seconds += seconds

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Count the CPU time of the calling thread, and make this meter the active one."""
        token = _active.set(self)
        began = time.thread_time()
        try:
            yield
        finally:
            self.add(time.thread_time() - began)
            _active.reset(token)


@contextmanager
def charged(meter: Meter, charge: Charge, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Measure the calling thread, and keep the charge above its CPU time.

    Checkpoints raise `Interrupted` as soon as `is_stopped()` is true, or after `MAX_SECONDS`.
    """
    began, looked = time.thread_time(), -math.inf  # so that the first checkpoint of each block looks

    def should_stop() -> bool:
        nonlocal looked
        if time.monotonic() - looked < LOOK_SECONDS:  # CPU time is a system call
            return is_stopped()
        looked = time.monotonic()
        spent = meter.seconds + time.thread_time() - began
        charge.cover(spent)
        return is_stopped() or spent > MAX_SECONDS

    try:
        with meter.measure(), interruptible(should_stop):
            yield
    finally:
        charge.cover(meter.seconds)


_active: ContextVar[Meter | None] = ContextVar("meter", default=None)


class Threads(Executor):
    """A thread for each core; the meter that is active at creation counts their CPU time."""

    def __init__(self) -> None:
        self._meter = _active.get()
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        return self._pool.submit(self._counted, fn, args, kwargs)

    def _counted(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        began = time.thread_time()
        try:
            return fn(*args, **kwargs)
        finally:
            if self._meter is not None:
                self._meter.add(time.thread_time() - began)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)
