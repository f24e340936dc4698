"""The cache of finished streams, by view and canonical state.

Concurrent requests for the same stream share one generator. If it is charged at most `QUICK_SECONDS`, the request that
is the first to want a line computes it. Otherwise a thread of the pool advances the generator to its end, without
waiting for the requests: to hand over single lines costs more than some of them take to compute. After a line that ends
with `FIGURES_END`, and `MAX_LINES_AHEAD` lines beyond the last requested one, the thread continues only when another
line is requested. After every `PULSE_SECONDS` without a line a request receives a space, which JSON allows before a
value (and a tab after it), so that a client that has disconnected is noticed. When the last subscriber disconnects, the
computation is interrupted at its next checkpoint (see dynamics/interruption.py).

The cache contains bytes, never objects: in the memory of each worker (bounded by number and size), and in the shared
Redis if there is one. Values from Redis are validated: only the lines of a complete stream are used.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context
from typing import Self

import orjson
from flask import Flask
from flask_caching import Cache

from components.core.metering import Charge, Meter, charged
from components.operations import metrics
from components.operations.build_id import build_id
from components.operations.redis_client import RedisClient, Unavailable

log = logging.getLogger(__name__)

MAX_ENTRIES = 64
MAX_ENTRY_BYTES = 1 << 20  # so at most 64 MiB in each worker
TIMEOUT_SECONDS = 3600  # seconds
PULSE, PULSE_SECONDS = b" ", 0.2
QUICK_SECONDS = 0.1  # charged for a stream that needs no thread of its own
MAX_LINES_AHEAD = 64  # lines computed before they are requested, a few MiB
FIGURES_END = b"\t\n"  # ends the line after which a computation pauses until the next one is requested
END = b'{"kind":"end"'  # prefix of the last line of a stream
_threads = ThreadPoolExecutor(64, "stream")  # more than there are requests at a time


def no_charge() -> Charge:
    """Return a charge that costs nothing."""
    return Charge(lambda seconds: None, 0.0)


class InFlightStream:
    """A stream that is being computed, with all lines so far."""

    def __init__(self, view: str, lines: Iterator[bytes], charge: Charge) -> None:
        self.view, self.lines, self.charge = view, lines, charge
        self._quick = 0.0 < charge.seconds <= QUICK_SECONDS
        self.subscribers = 0
        self.read_to_end = False  # whether a subscriber reads it to its end
        self.stopped = threading.Event()
        self.meter = Meter()
        self._context = Context()  # of the generator, which several threads advance in turn
        self._changed = threading.Condition()  # notified when a line or the end is available
        self.finished_lines: list[bytes] = []
        self.complete = False
        self.failure: Exception | None = None
        self._working = self._closed = False
        self._last_requested = -1  # the largest number of a line that was requested

    def line(self, number: int) -> bytes | None:
        """Return the line of that number; a pulse if it does not arrive in time; None after the last.

        The exception that ended the computation is raised for every subscriber that requests a missing line.
        """
        with self._changed:
            self._last_requested = max(self._last_requested, number)
            begins = not (self._working or self._is_there(number))
            self._working |= begins
        if begins and self._quick:
            self._work()
        elif begins:
            _threads.submit(self._work)
        with self._changed:
            if not self._changed.wait_for(lambda: self._is_there(number), PULSE_SECONDS):
                return PULSE
            if number < len(self.finished_lines):
                return self.finished_lines[number]
            if self.failure is not None:
                raise self.failure
            return None

    def close(self) -> None:
        """Stop the work, soon."""
        self.stopped.set()
        with self._changed:
            if self._working:
                return  # the working thread closes the generator
        self._end()

    def _is_there(self, number: int) -> bool:
        """Return whether there is a line of that number, or never will be."""
        return number < len(self.finished_lines) or self.complete or self.failure is not None

    def _work(self) -> None:
        """Compute lines while `_should_continue`."""
        while self._should_continue():
            try:
                self._context.run(self._next_line)
            except StopIteration:
                self._ended(None)
            except Exception as failure:  # passed on to every request, instead of ending this thread only
                self._ended(failure)
        if self.stopped.is_set():
            self._end()

    def _ended(self, failure: Exception | None) -> None:
        """Mark the end. A fault at the end is a failure as well, so that no request waits without end."""
        try:
            self._end()
        except Exception as other:
            failure = failure or other
        self.complete, self.failure = failure is None, failure

    def _should_continue(self) -> bool:
        """Wake the requests that wait for a line; return whether to compute another. If not, this thread ends."""
        with self._changed:
            self._changed.notify_all()
            ahead = len(self.finished_lines) - 1 - self._last_requested
            pauses = ahead >= (0 if self._quick else MAX_LINES_AHEAD) or (
                ahead >= 0 and not self.read_to_end and self.finished_lines[-1].endswith(FIGURES_END)
            )
            self._working = not (pauses or self.complete or self.failure or self.stopped.is_set())
            return self._working

    def _next_line(self) -> None:
        with charged(self.meter, self.charge, self.stopped.is_set):
            self.finished_lines.append(next(self.lines))

    def _end(self) -> None:
        """Close the generator and pay for its time, once."""
        with self._changed:
            closed, self._closed = self._closed, True
        if closed:
            return
        close = getattr(self.lines, "close", None)
        if close:
            self._context.run(close)
        metrics.COMPUTED_SECONDS.labels(self.view).inc(self.meter.seconds)
        self.charge(self.meter.seconds)


class StreamReader:
    """The lines of a stream for one request, until they end or the request closes them."""

    def __init__(
        self, lines: Iterator[bytes], close: Callable[[], None] = lambda: None, is_cached: bool = False
    ) -> None:
        self._lines, self._close = lines, close
        self.is_cached = is_cached  # whether the stream was complete before it was requested

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the subscription; without effect the second time."""
        close, self._close = self._close, lambda: None
        close()


class StreamCache:
    """Replays finished streams and shares streams that are being computed."""

    def __init__(self, server: Flask, shared: RedisClient | None = None) -> None:
        config = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": TIMEOUT_SECONDS, "CACHE_THRESHOLD": MAX_ENTRIES}
        self.memory = Cache(server, config=config)
        self.shared = shared
        self.server = server
        self._running: dict[str, InFlightStream] = {}
        self._lock = threading.Lock()

    def stream(
        self,
        key: str,
        compute: Callable[[], Iterator[bytes]],
        reserve: Callable[[], Charge] = no_charge,
        pulses: bool = False,
        whole: bool = True,
    ) -> StreamReader:
        """Return the lines of `compute()`, from the cache if they are there, computed once for concurrent requests.

        key: the view, a question mark, the state. reserve: called only if this request starts the computation; it may
        raise QuotaExceeded. pulses: whether to send a space while a line takes long. whole: whether lines after a
        `FIGURES_END` are computed before they are requested. The caller must exhaust or close the returned reader.
        """
        cached = self._get(key)
        if cached is not None:
            metrics.STREAMS.labels(key.partition("?")[0], "kept").inc()
            return StreamReader(iter([cached]), is_cached=True)
        shared = self._join(key, compute, reserve)
        shared.read_to_end |= whole
        lines = self._lines(key, shared)
        if not pulses:
            lines = (line for line in lines if line is not PULSE)
        return StreamReader(lines, lambda: self._leave(key, shared))

    def get_complete(self, key: str) -> bytes | None:
        """Return the whole stream of a key if it is cached."""
        return self._get(key)

    def _join(self, key: str, compute: Callable[[], Iterator[bytes]], reserve: Callable[[], Charge]) -> InFlightStream:
        """Subscribe to the stream that is being computed, or to a new one."""
        view = key.partition("?")[0]
        with self._lock:
            if key in self._running:
                metrics.STREAMS.labels(view, "joined").inc()
                self._running[key].subscribers += 1
                return self._running[key]
        charge = reserve()  # not under the lock: it may call Redis
        new = InFlightStream(view, compute(), charge)
        with self._lock:
            shared = self._running.setdefault(key, new)
            shared.subscribers += 1
        if shared is not new:
            charge(0.0)
        metrics.STREAMS.labels(view, "computed" if shared is new else "joined").inc()
        return shared

    def _lines(self, key: str, shared: InFlightStream) -> Iterator[bytes]:
        number = 0
        try:
            while (line := shared.line(number)) is not None:
                if line is PULSE and number and shared.finished_lines[number - 1].startswith(END):
                    continue  # a space without a value after it would be an invalid line
                yield line
                number += line is not PULSE
        except Exception:
            self._drop(key, shared)  # the next request must not get the failed stream
            raise

    def _leave(self, key: str, shared: InFlightStream) -> None:
        """Unsubscribe; the last subscriber stores a complete stream and stops an incomplete one."""
        with self._lock:  # atomically, so that no request joins a stream that is about to be stopped
            shared.subscribers -= 1
            if shared.subscribers:
                return
            if self._running.get(key) is shared:
                del self._running[key]
        if shared.complete:
            self._store(key, b"".join(shared.finished_lines))
        else:
            shared.close()

    def _drop(self, key: str, shared: InFlightStream) -> None:
        with self._lock:
            if self._running.get(key) is shared:
                del self._running[key]

    def _store(self, key: str, body: bytes) -> None:
        if len(body) > MAX_ENTRY_BYTES:
            return
        self._remember(key, body)
        if self.shared is not None:
            with suppress(Unavailable):
                self.shared.set(_name(key), body, TIMEOUT_SECONDS)

    def _get(self, key: str) -> bytes | None:
        with self.server.app_context():
            value = self.memory.get(key)
        if isinstance(value, bytes) or self.shared is None:
            return value
        try:
            value = self.shared.get(_name(key), MAX_ENTRY_BYTES)
        except Unavailable:  # computed again instead
            return None
        if value is None or not is_complete_stream(value):
            return None
        self._remember(key, value)
        return value

    def _remember(self, key: str, body: bytes) -> None:
        with self.server.app_context():
            self.memory.set(key, body)


def is_complete_stream(body: bytes) -> bool:
    """Return whether bytes are the lines of a whole stream: what others have stored in their place is not passed on."""
    if not body.endswith(b"\n"):
        return False
    try:
        chunks = [orjson.loads(line) for line in body.splitlines()]
    except orjson.JSONDecodeError:
        return False
    return all(isinstance(chunk, dict) and "kind" in chunk for chunk in chunks) and chunks[-1]["kind"] == "end"


def _name(key: str) -> str:
    """Return the name of a shared entry: with the build, without anything of the link."""
    return f"stream:{build_id()}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
