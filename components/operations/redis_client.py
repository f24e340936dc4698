"""Redis access with a circuit breaker.

A call times out after TIMEOUT_SECONDS. After a failure, calls fail immediately for RETRY_AFTER_SECONDS; then a single
call probes the server again. The stream cache, the quota and the jobs use the same client of an address, so a Redis
that hangs costs a process one timeout.

Values that are read are bytes of a bounded length, never objects: nothing is unpickled. A value carries a message
authentication code of its name, its bytes and a secret: CACHE_SECRET, or else the password of the Redis. Values that
others have written, or that are stored under another name, are ignored.
"""

from __future__ import annotations

import hmac
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError, WatchError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from components.operations import metrics, settings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 0.25  # a Redis nearby answers in less than a millisecond
CODE_BYTES = 32
RETRY_AFTER_SECONDS = 2.0  # after a call that failed

T = TypeVar("T")


class Unavailable(Exception):
    """The Redis does not answer, or refuses."""


class Refused(Unavailable):
    """The Redis answers and refuses: it is full, or the key has another type."""


class RedisClient:
    """A Redis that may become unavailable and come back. Every method raises Unavailable within a bounded time."""

    def __init__(self, url: str, secret: str = "") -> None:
        self._secret = (secret or urlsplit(url).password or "").encode()
        # A connection that was closed meanwhile is opened again; a timeout is not waited for twice.
        retry = Retry(NoBackoff(), 1, supported_errors=(NoConnection,))
        self.redis: Any = Redis.from_url(
            url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=retry
        )
        self._lock = threading.Lock()
        self._until: float | None = None  # while it is unavailable: the time of the next try

    @staticmethod
    def at(url: str) -> RedisClient | None:
        """Return the client of an address, one for each process; None where there is no address."""
        return _client(url, settings.read(os.environ).cache_secret) if url else None

    @property
    def is_unavailable(self) -> bool:
        """Whether the last call failed."""
        return self._until is not None

    def answers(self) -> bool:
        """Return whether the Redis answers now; False without a call while the breaker is open."""
        try:
            self.call(self.redis.ping)
        except Unavailable:
            return False
        return True

    def get(self, key: str, max_bytes: int) -> bytes | None:
        """Return the bytes of a key; None where there are none, more than `max_bytes`, or where another has written
        them.
        """
        return self.opened(key, self.call(lambda: self.redis.getrange(key, 0, max_bytes + CODE_BYTES)), max_bytes)

    def set(self, key: str, value: bytes, seconds: int) -> None:
        """Store bytes for a number of seconds."""
        self.call(lambda: self.redis.set(key, self.sealed(key, value), ex=seconds))

    def sealed(self, key: str, value: bytes) -> bytes:
        """Return the stored form of a value: its authentication code, then the value."""
        return self._code(key, value) + value

    def opened(self, key: str, stored: object, max_bytes: int) -> bytes | None:
        """Return the value of a stored form if it is authentic and has at most `max_bytes` bytes, else None."""
        if not isinstance(stored, bytes):
            return None
        code, value = stored[:CODE_BYTES], stored[CODE_BYTES:]
        return value if 0 < len(value) <= max_bytes and hmac.compare_digest(code, self._code(key, value)) else None

    def _code(self, key: str, value: bytes) -> bytes:
        return hmac.digest(self._secret, b"%d:%s%s" % (len(key), key.encode(), value), "sha256")

    def script(self, lua: str) -> Callable[..., Any]:
        """Return a Lua script as a function of its keys and arguments."""
        registered = self.redis.register_script(lua)
        return lambda keys, args: self.call(lambda: registered(keys=keys, args=args))

    def call(self, action: Callable[[], T]) -> T:
        """Return the result of calls of `redis`, unless the breaker is open.

        Raises Unavailable, Refused, WatchError."""
        with self._lock:
            if self._until is not None:
                if time.monotonic() < self._until:
                    raise Unavailable
                self._until = time.monotonic() + RETRY_AFTER_SECONDS  # only one thread probes
        try:
            result = action()
        except (NoConnection, NoAnswer) as error:
            metrics.REDIS_FAILURES.inc()
            with self._lock:
                is_first, self._until = self._until is None, time.monotonic() + RETRY_AFTER_SECONDS
            if is_first:
                log.warning("Redis does not answer (%s); each process goes on by itself", type(error).__name__)
            raise Unavailable from error
        except WatchError:  # an answer: another change came first
            self._is_back()
            raise
        except RedisError as error:
            self._is_back()
            metrics.REDIS_FAILURES.inc()
            log.warning("Redis refuses (%s)", type(error).__name__)
            raise Refused from error
        self._is_back()
        return result

    def _is_back(self) -> None:
        with self._lock:
            back, self._until = self._until is not None, None
        if back:
            log.warning("Redis answers again")


@cache
def _client(url: str, secret: str) -> RedisClient:
    return RedisClient(url, secret)
