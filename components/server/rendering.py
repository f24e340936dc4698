"""Pictures that the server draws: each is drawn once, one at a time in a process, bounded and charged."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from cachelib import SimpleCache
from flask import Response, request

from components.core.state import InvalidLink, ParameterError, State
from components.core.view import View
from components.export.stream_result import StreamResult
from components.operations import warmup
from components.operations.cost_limit import parse_affordable
from components.operations.redis_client import RedisClient, Unavailable
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.stream import invalid_link_response, metered_stream, quota_response, with_error_chunk
from components.server.stream_cache import StreamCache

ENTRIES, ENTRY_BYTES = 64, 1 << 19  # so at most 32 MiB in each worker; a card has about 100 kB, a figure 50 to 900
MAX_AGE_SECONDS = 86_400  # in this cache and in those of clients
MAX_PENDING = 3  # pictures being rendered or waiting: other requests need the threads
RETRY_AFTER_SECONDS = 2
BUSY = "Pictures of other links are being drawn here; please try again in a few seconds."
FAILED = "The computation failed here: there is no picture."


class PictureCache:
    """Rendered pictures: in the memory of each worker, and in the shared Redis if there is one."""

    def __init__(self, shared: RedisClient | None = None, is_sound: Callable[[bytes], bool] = bool) -> None:
        self.shared, self._is_sound = shared, is_sound
        self._memory = SimpleCache(threshold=ENTRIES, default_timeout=MAX_AGE_SECONDS)

    def get(self, name: str) -> bytes | None:
        """Return the picture of a name, if it is cached; one from Redis only if it is sound."""
        picture: bytes | None = self._memory.get(name)
        if picture is None and self.shared is not None:
            with suppress(Unavailable):
                picture = self.shared.get(f"preview:{name}", ENTRY_BYTES)
            if picture is not None and not self._is_sound(picture):
                return None
            if picture is not None:
                self._memory.set(name, picture)
        return picture

    def store(self, name: str, picture: bytes) -> None:
        """Store a picture."""
        if len(picture) > ENTRY_BYTES:
            return
        self._memory.set(name, picture)
        if self.shared is not None:
            with suppress(Unavailable):
                self.shared.set(f"preview:{name}", picture, MAX_AGE_SECONDS)


class Renderer:
    """Draws pictures of states for all routes of a server."""

    def __init__(self, cache: StreamCache, limits: ComputeQuota) -> None:
        self._streams, self._limits = cache, limits
        self._pending, self._lock = threading.BoundedSemaphore(MAX_PENDING), threading.Lock()

    def answer(
        self, view: View, key: str, pictures: PictureCache, draw: Callable[[], bytes], mimetype: str
    ) -> Response:
        """Return the picture of a key, cached or drawn; or an answer that says why there is none.

        draw: computes and draws it, by means of `computed` and `charged`.
        """
        if request.if_none_match.contains(key):
            return _with_cache_headers(Response(status=304), key)
        picture = pictures.get(key)
        if picture is None:
            if not warmup.is_ready(view.name):
                return _retry_response(warmup.SENTENCE, 503)
            if not self._pending.acquire(blocking=False):
                return _retry_response(BUSY, 429)
            try:
                with self._lock:  # another request may have drawn the same picture meanwhile
                    picture = pictures.get(key) or draw()
                pictures.store(key, picture)
            except InvalidLink as problems:
                return invalid_link_response(problems)
            except QuotaExceeded as exceeded:
                return quota_response(exceeded)
            except StreamFailed:
                return _retry_response(FAILED, 500)
            finally:
                self._pending.release()
        return _with_cache_headers(Response(picture, mimetype=mimetype), key)

    def computed(self, view: View, state: State) -> StreamResult:
        """Return what the stream of a state brings. Raises InvalidLink, QuotaExceeded and StreamFailed."""
        self._limits.reserve(request.remote_addr, 0.0)  # fails if the quota is used up, also for cached streams
        parse_affordable(view, state.query())
        lines = metered_stream(self._streams, self._limits, view, state)
        try:
            result = StreamResult.of(with_error_chunk(lines, view.name))
        finally:
            lines.close()
        if result.failed:
            raise StreamFailed
        return result

    def charged(self, seconds: float, draw: Callable[[], bytes]) -> bytes:
        """Return what is drawn; at most this time of a core is reserved, and what it took is charged."""
        charge = self._limits.reserve(request.remote_addr, seconds, refusable=False)
        started = time.thread_time()
        try:
            return draw()
        finally:
            charge(time.thread_time() - started)


class StreamFailed(Exception):
    """A stream ended with a failure, which was logged there."""


def _with_cache_headers(response: Response, key: str) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    response.set_etag(key)
    return response


def _retry_response(sentence: str, status: int) -> Response:
    """Return an error response that must not be cached."""
    answer = invalid_link_response(InvalidLink([ParameterError("", "", "", sentence)]))
    answer.status_code = status
    if status != 500:
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
