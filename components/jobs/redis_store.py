"""The store in a Redis: for several machines, or where there is a Redis anyway.

runs:board                   the job table; a change watches it, and is retried after a conflict
runs:log:<job>:<attempt>     records, one per line
runs:check:<job>:<attempt>   the last checkpoint
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from redis.exceptions import WatchError

from components.jobs.queue import MAX_JOB_BYTES, JobTable, referenced_logs
from components.jobs.store import BOARD_BYTES, LogReplaced, StoreError, StoreUnavailable, T, decoded, encoded
from components.operations import redis_client
from components.operations.redis_client import CODE_BYTES, RedisClient, Refused

BOARD = "runs:board"
MAX_TRIES = 100  # of a change; sixty concurrent readers need about five

# KEYS: the log. ARGV: its length, the addition. 0 if it has neither that length nor that length plus the addition.
APPEND = """
local length = redis.call("STRLEN", KEYS[1])
if length == tonumber(ARGV[1]) then
    redis.call("APPEND", KEYS[1], ARGV[2])
    return 1
end
return length == ARGV[1] + #ARGV[2] and 1 or 0
"""


class RedisStore:
    """Records of jobs in a Redis, by the process's client: jobs, cache and quota share one circuit breaker."""

    def __init__(self, client: RedisClient) -> None:
        self._client, self._redis = client, client.redis
        self._append = self._redis.register_script(APPEND)
        self._cached: tuple[bytes, JobTable] = b"{}", {}

    def board(self) -> JobTable:
        return self._decoded(self._call(lambda: self._redis.getrange(BOARD, 0, BOARD_BYTES)))

    def change(self, transition: Callable[[JobTable], tuple[JobTable, T]]) -> T:
        for _ in range(MAX_TRIES):
            try:
                before, after, result = self._call(lambda: self._try(transition))
            except WatchError:
                continue
            for key, attempt in referenced_logs(before) - referenced_logs(after):
                self.drop(key, attempt)
            return result
        raise StoreUnavailable("The store of the runs is too busy.")

    def append(self, key: str, attempt: str, at: int, lines: bytes) -> None:
        if not self._call(lambda: self._append(keys=[_log(key, attempt)], args=[at, lines])):
            raise LogReplaced

    def read(self, key: str, attempt: str, start: int, count: int) -> bytes | None:
        name = _log(key, attempt)
        data: bytes = self._call(lambda: self._redis.getrange(name, start, start + count - 1))
        return data if data or self._call(lambda: self._redis.exists(name)) else None

    def save(self, key: str, attempt: str, checkpoint: bytes) -> None:
        name = _check(key, attempt)
        self._call(lambda: self._redis.set(name, self._client.sealed(name, checkpoint)))

    def checkpoint(self, key: str, attempt: str) -> bytes | None:
        name = _check(key, attempt)
        stored = self._call(lambda: self._redis.getrange(name, 0, MAX_JOB_BYTES + CODE_BYTES))
        return self._client.opened(name, stored, MAX_JOB_BYTES)

    def referenced_logs(self) -> set[tuple[str, str]]:
        keys = self._call(lambda: list(self._redis.scan_iter("runs:*:*:*", count=1000)))
        names = [name.decode().split(":") for name in keys]
        return {(name[2], name[3]) for name in names if len(name) == 4}

    def drop(self, key: str, attempt: str) -> None:
        self._call(lambda: self._redis.delete(_log(key, attempt), _check(key, attempt)))

    def _call(self, action: Callable[[], T]) -> T:
        """Return the result of an action, or say in a sentence why there is none."""
        try:
            return self._client.call(action)
        except Refused as error:
            raise StoreError("The store of the runs takes nothing more at present.") from error
        except redis_client.Unavailable as error:
            raise StoreUnavailable("The store of the runs does not answer at present.") from error

    def _try(self, transition: Callable[[JobTable], tuple[JobTable, T]]) -> tuple[JobTable, JobTable, T]:
        """One try of a change. Raises WatchError where the board has changed meanwhile."""
        with self._redis.pipeline() as pipe:
            pipe.watch(BOARD)
            before = self._decoded(pipe.getrange(BOARD, 0, BOARD_BYTES))  # one more than there may be
            after, result = transition(before)
            if after is not before:
                pipe.multi()
                pipe.set(BOARD, encoded(after))
                pipe.execute()
        return before, after, result

    def _decoded(self, text: Any) -> JobTable:
        cached = self._cached
        if not isinstance(text, bytes) or not text:
            return {}
        if cached[0] != text:
            self._cached = cached = text, decoded(text)
        return cached[1]


def _log(key: str, attempt: str) -> str:
    return f"runs:log:{key}:{attempt}"


def _check(key: str, attempt: str) -> str:
    return f"runs:check:{key}:{attempt}"
