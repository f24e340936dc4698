"""The one cache: finished streams, by view and canonical state.

A stream asked for by many at once is computed once: the askers share one generator, and whoever
needs its next line while nobody is at work takes the next step. So no asker depends on another's
staying, and when the last one goes the work stops.

What is kept is bytes, never objects: nothing is unpickled that somebody else could have written.
Memory by default (per worker, bounded by number and size), Redis where CACHE_REDIS_URL says so.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask_caching import Cache

log = logging.getLogger(__name__)

ENTRIES = 64
ENTRY_BYTES = 1 << 20  # so at most 64 MiB in each worker
TIMEOUT = 3600  # seconds


class _Bytes:
    """Redis holds our bytes as they are."""

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes | None) -> bytes | None:
        return value


class _Shared:
    """A stream being computed, with everything it has given so far."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self.lines = lines
        self.done: list[bytes] = []
        self.complete = False
        self.failure: Exception | None = None
        self.askers = 0
        self.step = threading.Lock()

    def line(self, number: int) -> bytes | None:
        """The line of that number, computing it if nobody has; None after the last."""
        if number >= len(self.done):
            with self.step:
                if number >= len(self.done) and not self.complete:
                    self._advance()
        return self.done[number] if number < len(self.done) else None

    def _advance(self) -> None:
        """One step of the computation; its failure is everybody's who asks on."""
        if self.failure is not None:
            raise self.failure
        try:
            self.done.append(next(self.lines))
        except StopIteration:
            self.complete = True
        except Exception as failure:
            self.failure = failure
            raise


class StreamCache:
    """Replays finished streams and shares unfinished ones."""

    def __init__(self, server: Flask) -> None:
        redis = os.environ.get("CACHE_REDIS_URL")
        config = {
            "CACHE_DEFAULT_TIMEOUT": TIMEOUT,
            "CACHE_KEY_PREFIX": f"stream:{fingerprint()}:",
            "CACHE_THRESHOLD": ENTRIES,
        }
        if redis:
            config |= {"CACHE_TYPE": "RedisCache", "CACHE_REDIS_URL": redis}
        else:
            config |= {"CACHE_TYPE": "SimpleCache"}
        self.kept = Cache(server, config=config)
        if redis:
            backend: Any = self.kept.cache
            backend.serializer = _Bytes()
        self.server = server
        self._running: dict[str, _Shared] = {}
        self._lock = threading.Lock()

    def stream(self, key: str, compute: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
        """The lines of `compute()`, from the cache where they are, computed once however many ask."""
        kept = self._get(key)
        if kept is not None:
            yield kept
            return
        with self._lock:
            shared = self._running.get(key)
            if shared is None:
                shared = self._running[key] = _Shared(compute())
            shared.askers += 1
        try:
            number = 0
            while (line := shared.line(number)) is not None:
                yield line
                number += 1
        except Exception:
            self._drop(key, shared)  # what has failed must not be what the next asker gets
            raise
        finally:
            self._leave(key, shared)

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
            return
        close = getattr(shared.lines, "close", None)
        if close:
            with shared.step:
                close()

    def _drop(self, key: str, shared: _Shared) -> None:
        with self._lock:
            if self._running.get(key) is shared:
                del self._running[key]

    def _keep(self, key: str, body: bytes) -> None:
        if len(body) > ENTRY_BYTES:
            return
        try:
            with self.server.app_context():
                self.kept.set(key, body)
        except Exception:
            log.exception("the cache does not take %s", key)

    def _get(self, key: str) -> bytes | None:
        try:
            with self.server.app_context():
                value = self.kept.get(key)
        except Exception:  # a cache that is down makes us slower, nothing else
            log.exception("the cache does not answer for %s", key)
            return None
        return value if isinstance(value, bytes) else None


@cache
def fingerprint() -> str:
    """A short hash of our own code, the release: pictures of another are never replayed."""
    root = Path(__file__).parents[1]
    kinds = (("components", "*.py"), ("dynamics", "*.py"), ("assets", "*.js"), ("assets", "*.css"))
    sources = sorted(path for folder, kind in kinds for path in (root / folder).rglob(kind))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
