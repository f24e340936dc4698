"""GET /share-card/<view>.png?<link>: the share card of a state (see card.py).

A link that cannot be read gives the picture of the nearest state, as its page does. The stream is the same as that of
the page, and charged in the same way. Cards are cached, and their ETag does not depend on rendering. Each process
renders one card at a time, a few requests wait, and further ones get 429.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from cachelib import SimpleCache
from flask import Flask, Response, request

from components.core.state import InvalidLink, ParameterError, State
from components.core.view import View
from components.operations import warmup
from components.operations.build_id import build_id
from components.operations.cost_limit import parse_affordable
from components.operations.redis_client import RedisClient, Unavailable
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.share_cards.card import png
from components.server.share_cards.stream_result import StreamResult
from components.server.stream import (
    invalid_link_response,
    metered_stream,
    not_found_response,
    quota_response,
    request_query,
    with_error_chunk,
)
from components.server.stream_cache import StreamCache
from components.ui.open_graph import CARD_HEIGHT, CARD_WIDTH
from components.ui.summary import Summary, describe_state, state_title, summarize
from dynamics.plotting.style import LIGHT

ENTRIES, ENTRY_BYTES = 64, 1 << 19  # so at most 32 MiB in each worker; a card has about 100 kB
MAX_AGE_SECONDS = 86_400  # in this cache and in those of clients
MAX_RENDER_SECONDS = 0.5  # of a core
MAX_PENDING = 3  # cards being rendered or waiting: other requests need the threads
RETRY_AFTER_SECONDS = 2
PNG_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + CARD_WIDTH.to_bytes(4, "big") + CARD_HEIGHT.to_bytes(4, "big")
BUSY = "Pictures of other links are being drawn here; ask again in some seconds."


class CardCache:
    """Rendered cards: in the memory of each worker, and in the shared Redis if there is one."""

    def __init__(self, shared: RedisClient | None = None) -> None:
        self.shared = shared
        self._memory = SimpleCache(threshold=ENTRIES, default_timeout=MAX_AGE_SECONDS)

    def get(self, name: str) -> bytes | None:
        """Return the card of a name, if it is cached and a PNG of the right size."""
        card: bytes | None = self._memory.get(name)
        if card is None and self.shared is not None:
            with suppress(Unavailable):
                card = self.shared.get(f"preview:{name}", ENTRY_BYTES)
            if card is not None and not (card.startswith(PNG_HEADER) and card.endswith(b"IEND\xaeB`\x82")):
                return None
            if card is not None:
                self._memory.set(name, card)
        return card

    def store(self, name: str, card: bytes) -> None:
        """Store a card."""
        if len(card) > ENTRY_BYTES:
            return
        self._memory.set(name, card)
        if self.shared is not None:
            with suppress(Unavailable):
                self.shared.set(f"preview:{name}", card, MAX_AGE_SECONDS)


def register(
    server: Flask,
    views: Mapping[str, View],
    cache: StreamCache,
    limits: ComputeQuota,
    shared: RedisClient | None = None,
) -> None:
    """Add the route to the server."""
    cards, pending, render_lock = CardCache(shared), threading.BoundedSemaphore(MAX_PENDING), threading.Lock()

    @server.get("/preview/<name>.png")  # the earlier address, which sent messages contain
    @server.get("/share-card/<name>.png")
    def preview(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        state, _ = view.State.nearest(request_query())
        key = f"{build_id()}-{hashlib.sha256(f'{name}?{state.query()}'.encode()).hexdigest()[:32]}"
        if request.if_none_match.contains(key):
            return _with_cache_headers(Response(status=304), key)
        card = cards.get(key)
        if card is None:
            if not warmup.is_ready(name):
                return _retry_response(warmup.SENTENCE, 503)
            if not pending.acquire(blocking=False):
                return _retry_response(BUSY, 429)
            try:
                with render_lock:  # another request may have drawn the same card meanwhile
                    card = cards.get(key) or rendered(view, state)
                cards.store(key, card)
            except QuotaExceeded as exceeded:
                return quota_response(exceeded)
            except StreamFailed:
                return _retry_response("The computation failed here: there is no picture.", 500)
            finally:
                pending.release()
        return _with_cache_headers(Response(card, mimetype="image/png"), key)

    def rendered(view: View, state: State) -> bytes:
        limits.reserve(request.remote_addr, 0.0)  # fails if the quota is used up, also for cached streams
        try:
            result, summary = computed(view, state)
        except InvalidLink as problems:  # the card shows the sentence of the page
            result, summary = (
                None,
                Summary(state_title(view, state), describe_state(view, state), ((str(problems), LIGHT["muted"]),)),
            )
        charge = limits.reserve(request.remote_addr, MAX_RENDER_SECONDS, refusable=False)
        started = time.thread_time()
        try:
            return png(view, state, result, summary)
        finally:
            charge(time.thread_time() - started)

    def computed(view: View, state: State) -> tuple[StreamResult, Summary]:
        """Return the picture that the state's stream brings, and what it says."""
        parse_affordable(view, state.query())
        lines = metered_stream(cache, limits, view, state)
        try:
            result = StreamResult.of(with_error_chunk(lines, view.name))
        finally:
            lines.close()
        if result.failed:
            raise StreamFailed
        return result, summarize(view, state, result.text_data)


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
