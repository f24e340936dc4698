"""The Redis that processes and machines share, and how to do without it.

Whoever asks has an answer within a moment: a Redis that does not answer is left alone for a while and then tried
again by one who asks, so that it costs no more than that one's moment, and comes back by itself.

What is read is bytes of a bounded length, never objects: nothing is unpickled that somebody else could have written.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Self, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from components import metrics

log = logging.getLogger(__name__)

ANSWER = 0.25  # seconds that an answer may take; a near Redis takes less than a thousandth of a second
PAUSE = 2.0  # seconds for which one that does not answer is left alone

T = TypeVar("T")


class Away(Exception):
    """The Redis does not answer, or refuses."""


class Shared:
    """A Redis that may go and come back. Every method raises Away, soon."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(
            url, socket_timeout=ANSWER, socket_connect_timeout=ANSWER, retry=Retry(NoBackoff(), 1)
        )
        self._lock = threading.Lock()
        self._until: float | None = None  # while it is away: when it is tried again

    @classmethod
    def at(cls, url: str) -> Self | None:
        """The Redis of an address; none where there is no address."""
        return cls(url) if url else None

    @property
    def away(self) -> bool:
        """Whether it did not answer when it was asked last."""
        return self._until is not None

    def get(self, key: str, most: int) -> bytes | None:
        """The bytes of a key; None where there are none, or more than `most`."""
        found = self._try(lambda: self._redis.getrange(key, 0, most))  # one more than `most`
        return found if isinstance(found, bytes) and 0 < len(found) <= most else None

    def set(self, key: str, value: bytes, seconds: int) -> None:
        """Keeps bytes for some time."""
        self._try(lambda: self._redis.set(key, value, ex=seconds))

    def script(self, lua: str) -> Callable[..., Any]:
        """A script as a function of its keys and its arguments."""
        registered = self._redis.register_script(lua)
        return lambda keys, args: self._try(lambda: registered(keys=keys, args=args))

    def _try(self, action: Callable[[], T]) -> T:
        with self._lock:
            if self._until is not None:
                if time.monotonic() < self._until:
                    raise Away
                self._until = time.monotonic() + PAUSE  # nobody else tries at the same time
        try:
            result = action()
        except (NoConnection, NoAnswer) as fault:
            metrics.count("shared_failures_total")
            with self._lock:
                first, self._until = self._until is None, time.monotonic() + PAUSE
            if first:
                log.warning("Redis does not answer (%s); each process goes on by itself", type(fault).__name__)
            raise Away from fault
        except RedisError as fault:  # it is there, and refuses: it is full, or the key is another's
            metrics.count("shared_failures_total")
            log.warning("Redis refuses (%s)", type(fault).__name__)
            raise Away from fault
        with self._lock:
            back, self._until = self._until is not None, None
        if back:
            log.warning("Redis answers again")
        return result
