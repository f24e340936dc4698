"""The one cache: finished streams, by view and canonical state.

A stream asked for by many at once is computed once: the askers share one generator, and whoever
needs its next line while nobody is at work takes the next step. So no asker depends on another's
staying, and when the last one goes the work stops.

What is kept is bytes, never objects, in the memory of each worker (bounded by number and size), and in the Redis that
all share where there is one. What comes from there is looked at before it is believed: only the lines of a whole stream
are passed on.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Self

import orjson
from flask import Flask
from flask_caching import Cache

from components import metrics
from components.shared import Away, Shared

log = logging.getLogger(__name__)

ENTRIES = 64
ENTRY_BYTES = 1 << 20  # so at most 64 MiB in each worker
TIMEOUT = 3600  # seconds


Paid = Callable[[float, float], None]  # told what a stream took in the end: seconds, and of them its thread's own


def free() -> Paid:
    """Admits whoever asks."""
    return lambda wall, own: None


class _Shared:
    """A stream being computed, with everything it has given so far."""

    def __init__(self, view: str, lines: Iterator[bytes], paid: Paid) -> None:
        self.view, self.lines, self.paid = view, lines, paid
        self.done: list[bytes] = []
        self.complete = False
        self.failure: Exception | None = None
        self.askers = 0
        self.wall = self.own = 0.0  # seconds so far, and of them the thread's own
        self.over = False
        self.step = threading.Lock()

    def line(self, number: int) -> bytes | None:
        """The line of that number, computing it if nobody has; None after the last."""
        if number >= len(self.done):
            with self.step:
                if number >= len(self.done) and not self.complete:
                    self._advance()
        return self.done[number] if number < len(self.done) else None

    def close(self) -> None:
        """Stops the work."""
        with self.step:
            close = getattr(self.lines, "close", None)
            if close:
                close()
            self._over()

    def _advance(self) -> None:
        """One step of the computation; its failure is everybody's who asks on."""
        if self.failure is not None:
            raise self.failure
        begun, own = time.monotonic(), time.thread_time()
        try:
            self.done.append(next(self.lines))
        except StopIteration:
            self.complete = True
        except Exception as failure:
            self.failure = failure
            raise
        finally:
            self.wall += time.monotonic() - begun
            self.own += time.thread_time() - own
            if self.complete or self.failure:
                self._over()

    def _over(self) -> None:
        if not self.over:
            self.over = True
            metrics.count("computed_seconds_total", self.view, amount=self.wall)
            self.paid(self.wall, self.own)


class Lines:
    """What an asker gets: lines, until there are no more or it closes them."""

    def __init__(self, lines: Iterator[bytes], close: Callable[[], None] = lambda: None) -> None:
        self._lines, self._close = lines, close

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._lines)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """The asker goes; without effect the second time."""
        close, self._close = self._close, lambda: None
        close()


class StreamCache:
    """Replays finished streams and shares unfinished ones."""

    def __init__(self, server: Flask, shared: Shared | None = None) -> None:
        config = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": TIMEOUT, "CACHE_THRESHOLD": ENTRIES}
        self.kept = Cache(server, config=config)
        self.shared = shared
        self.server = server
        self._running: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def stream(self, key: str, compute: Callable[[], Iterator[bytes]], admit: Callable[[], Paid] = free) -> Lines:
        """The lines of `compute()`, from the cache where they are, computed once however many ask.

        The one by whom the computation begins is admitted first, or `admit` raises. Whoever is given lines has to
        exhaust or close them. key: the view, a question mark, the state.
        """
        kept = self._get(key)
        if kept is not None:
            metrics.count("streams_total", key.partition("?")[0], "kept")
            return Lines(iter([kept]))
        shared = self._join(key, compute, admit)
        return Lines(self._lines(key, shared), lambda: self._leave(key, shared))

    def at_hand(self, key: str) -> bytes | None:
        """The whole stream of a key, if it is kept."""
        return self._get(key)

    def _join(self, key: str, compute: Callable[[], Iterator[bytes]], admit: Callable[[], Paid]) -> _Shared:
        """The stream that is being computed, or a new one, with one asker more."""
        view = key.partition("?")[0]
        with self._lock:
            if key in self._running:
                metrics.count("streams_total", view, "joined")
                self._running[key].askers += 1
                return self._running[key]
        paid = admit()  # not under the lock: it may ask elsewhere
        new = _Shared(view, compute(), paid)
        with self._lock:
            shared = self._running.setdefault(key, new)
            shared.askers += 1
        if shared is not new:
            paid(0.0, 0.0)
        metrics.count("streams_total", view, "computed" if shared is new else "joined")
        return shared

    def _lines(self, key: str, shared: _Shared) -> Iterator[bytes]:
        number = 0
        try:
            while (line := shared.line(number)) is not None:
                yield line
                number += 1
        except Exception:
            self._drop(key, shared)  # what has failed must not be what the next asker gets
            raise

    def _leave(self, key: str, shared: _Shared) -> None:
        """The last asker keeps what is complete and stops what is not."""
        with self._lock:  # in one go, lest somebody joins a stream that is about to be stopped
            shared.askers -= 1
            if shared.askers:
                return
            if self._running.get(key) is shared:
                del self._running[key]
        if shared.complete:
            self._keep(key, b"".join(shared.done))
        else:
            shared.close()

    def _drop(self, key: str, shared: _Shared) -> None:
        with self._lock:
            if self._running.get(key) is shared:
                del self._running[key]

    def _keep(self, key: str, body: bytes) -> None:
        if len(body) > ENTRY_BYTES:
            return
        self._remember(key, body)
        if self.shared is not None:
            with suppress(Away):
                self.shared.set(_name(key), body, TIMEOUT)

    def _get(self, key: str) -> bytes | None:
        with self.server.app_context():
            value = self.kept.get(key)
        if isinstance(value, bytes) or self.shared is None:
            return value
        try:
            value = self.shared.get(_name(key), ENTRY_BYTES)
        except Away:  # that makes us slower, nothing else
            return None
        if value is None or not whole(value):
            return None
        self._remember(key, value)
        return value

    def _remember(self, key: str, body: bytes) -> None:
        with self.server.app_context():
            self.kept.set(key, body)


def whole(body: bytes) -> bool:
    """Whether bytes are the lines of a whole stream: what another has put in their place is not passed on."""
    if not body.endswith(b"\n"):
        return False
    try:
        chunks = [orjson.loads(line) for line in body.splitlines()]
    except orjson.JSONDecodeError:
        return False
    return all(isinstance(chunk, dict) and "kind" in chunk for chunk in chunks) and chunks[-1]["kind"] == "end"


def _name(key: str) -> str:
    """The name of an entry that is shared: with the release, without anything of the link."""
    return f"stream:{fingerprint()}:{hashlib.sha256(key.encode()).hexdigest()[:40]}"


@cache
def fingerprint() -> str:
    """A short hash of our own code, the release: pictures of another are never replayed."""
    root = Path(__file__).parents[1]
    kinds = (("components", "*.py"), ("dynamics", "*.py"), ("assets", "*.js"), ("assets", "*.css"))
    sources = sorted(path for folder, kind in kinds for path in (root / folder).rglob(kind))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
