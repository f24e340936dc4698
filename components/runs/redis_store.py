"""The store that is a Redis: for several machines, or where there is one anyway.

runs:board                   the board; a change watches it, and is tried again where another came first
runs:log:<run>:<attempt>     records, a line each
runs:check:<run>:<attempt>   the last checkpoint
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import RedisError, WatchError
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

from components.runs.board import RUN_BYTES, Board, attempts
from components.runs.store import BOARD_BYTES, Away, Lost, T, Unrecordable, decoded, encoded

BOARD = "runs:board"
ANSWER = 2.0  # seconds that an answer may take: readers must not wait
TRIES = 100  # of a change; sixty readers at once need a handful

# KEYS: the log. ARGV: how long it was, what to add. 0 where it is neither that long nor that long with the addition.
APPEND = """
local length = redis.call("STRLEN", KEYS[1])
if length == tonumber(ARGV[1]) then
    redis.call("APPEND", KEYS[1], ARGV[2])
    return 1
end
return length == ARGV[1] + #ARGV[2] and 1 or 0
"""


class RedisStore:
    """Records of runs in a Redis."""

    def __init__(self, url: str) -> None:
        self._redis: Any = Redis.from_url(
            url, socket_timeout=ANSWER, socket_connect_timeout=ANSWER / 2, retry=Retry(NoBackoff(), 1)
        )
        self._append = self._redis.register_script(APPEND)
        self._seen: tuple[bytes, Board] = b"{}", {}

    def board(self) -> Board:
        with _said():
            return self._decoded(self._redis.getrange(BOARD, 0, BOARD_BYTES))

    def change(self, move: Callable[[Board], tuple[Board, T]]) -> T:
        with _said():
            for _ in range(TRIES):
                with self._redis.pipeline() as pipe:
                    try:
                        before, after, result = self._try(pipe, move)
                    except WatchError:
                        continue
                for key, attempt in attempts(before) - attempts(after):
                    self.drop(key, attempt)
                return result
        raise Away("The store of the runs is too busy.")

    def append(self, key: str, attempt: str, at: int, lines: bytes) -> None:
        with _said():
            if not self._append(keys=[_log(key, attempt)], args=[at, lines]):
                raise Lost

    def read(self, key: str, attempt: str, start: int, count: int) -> bytes | None:
        name = _log(key, attempt)
        with _said():
            found = self._redis.getrange(name, start, start + count - 1)
            return found if found or self._redis.exists(name) else None

    def save(self, key: str, attempt: str, checkpoint: bytes) -> None:
        with _said():
            self._redis.set(_check(key, attempt), checkpoint)

    def checkpoint(self, key: str, attempt: str) -> bytes | None:
        with _said():
            found: bytes = self._redis.getrange(_check(key, attempt), 0, RUN_BYTES)  # one more than there may be
        return found if 0 < len(found) <= RUN_BYTES else None

    def attempts(self) -> set[tuple[str, str]]:
        with _said():
            names = [name.decode().split(":") for name in self._redis.scan_iter("runs:*:*:*", count=1000)]
        return {(name[2], name[3]) for name in names if len(name) == 4}

    def drop(self, key: str, attempt: str) -> None:
        with _said():
            self._redis.delete(_log(key, attempt), _check(key, attempt))

    def _try(self, pipe: Pipeline, move: Callable[[Board], tuple[Board, T]]) -> tuple[Board, Board, T]:
        """One try of a change. Raises WatchError where the board has changed meanwhile."""
        pipe.watch(BOARD)
        before = self._decoded(pipe.getrange(BOARD, 0, BOARD_BYTES))  # one more than there may be
        after, result = move(before)
        if after is not before:
            pipe.multi()
            pipe.set(BOARD, encoded(after))
            pipe.execute()
        return before, after, result

    def _decoded(self, text: Any) -> Board:
        seen = self._seen
        if not isinstance(text, bytes) or not text:
            return {}
        if seen[0] != text:
            self._seen = seen = text, decoded(text)
        return seen[1]


def _log(key: str, attempt: str) -> str:
    return f"runs:log:{key}:{attempt}"


def _check(key: str, attempt: str) -> str:
    return f"runs:check:{key}:{attempt}"


@contextmanager
def _said() -> Iterator[None]:
    """What Redis says against it, as a sentence."""
    try:
        yield
    except (NoConnection, NoAnswer) as error:
        raise Away("The store of the runs does not answer at present.") from error
    except RedisError as error:
        raise Unrecordable("The store of the runs takes nothing more at present.") from error
