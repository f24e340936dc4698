"""GET /share-card/<view>.png?<link>: the picture of a state for those who see only its link (see card.py).

A link that cannot be read gives the picture of the nearest state, as its page does. The same stream is read as by the
page, and paid for in the same way; what was drawn is kept, and its ETag is known without drawing. One picture is drawn
at a time in each process, a few requests wait, and further ones are told to try again.
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
from components.ui.theme import LIGHT

ENTRIES, ENTRY_BYTES = 64, 1 << 19  # so at most 32 MiB in each worker; a picture has some 100 kB
TIMEOUT = 86_400  # seconds that pictures are kept, by us and by others
DRAWING = 0.5  # seconds of a core that drawing takes at most
IN_LINE = 3  # who is drawn for, and who waits: others need the threads
AGAIN = 2  # seconds after which to come again
SIGN = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + CARD_WIDTH.to_bytes(4, "big") + CARD_HEIGHT.to_bytes(4, "big")
BUSY = "Pictures of other links are being drawn here; ask again in some seconds."


class CardCache:
    """Pictures that were drawn: in the memory of each worker, and in the Redis that all share where there is one."""

    def __init__(self, shared: RedisClient | None = None) -> None:
        self.shared = shared
        self._kept = SimpleCache(threshold=ENTRIES, default_timeout=TIMEOUT)

    def get(self, name: str) -> bytes | None:
        """The picture of a name, if it is there and one."""
        card: bytes | None = self._kept.get(name)
        if card is None and self.shared is not None:
            with suppress(Unavailable):
                card = self.shared.get(f"preview:{name}", ENTRY_BYTES)
            if card is not None and not (card.startswith(SIGN) and card.endswith(b"IEND\xaeB`\x82")):
                return None
            if card is not None:
                self._kept.set(name, card)
        return card

    def put(self, name: str, card: bytes) -> None:
        """Keeps a picture."""
        if len(card) > ENTRY_BYTES:
            return
        self._kept.set(name, card)
        if self.shared is not None:
            with suppress(Unavailable):
                self.shared.set(f"preview:{name}", card, TIMEOUT)


def register(
    server: Flask,
    views: Mapping[str, View],
    cache: StreamCache,
    limits: ComputeQuota,
    shared: RedisClient | None = None,
) -> None:
    """Adds the route to the server."""
    cards, in_line, drawing = CardCache(shared), threading.BoundedSemaphore(IN_LINE), threading.Lock()

    @server.get("/preview/<name>.png")  # the earlier address, which messages hold
    @server.get("/share-card/<name>.png")
    def preview(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        state, _ = view.State.nearest(request_query())
        key = f"{build_id()}-{hashlib.sha256(f'{name}?{state.query()}'.encode()).hexdigest()[:32]}"
        if request.if_none_match.contains(key):
            return _sent(Response(status=304), key)
        card = cards.get(key)
        if card is None:
            if not warmup.is_ready(name):
                return _again(warmup.SENTENCE, 503)
            if not in_line.acquire(blocking=False):
                return _again(BUSY, 429)
            try:
                with drawing:  # another request may have drawn the same card meanwhile
                    card = cards.get(key) or drawn(view, state)
                cards.put(key, card)
            except QuotaExceeded as exhausted:
                return quota_response(exhausted)
            except Failed:
                return _again("The computation failed here: there is no picture.", 500)
            finally:
                in_line.release()
        return _sent(Response(card, mimetype="image/png"), key)

    def drawn(view: View, state: State) -> bytes:
        limits.reserve(request.remote_addr, 0.0)  # once: what has been computed is drawn, too
        try:
            picture, told = computed(view, state)
        except InvalidLink as problems:  # as the page says it
            picture, told = (
                None,
                Summary(state_title(view, state), describe_state(view, state), ((str(problems), LIGHT["muted"]),)),
            )
        settle = limits.reserve(request.remote_addr, DRAWING, refusable=False)
        begun = time.thread_time()
        try:
            return png(view, state, picture, told)
        finally:
            settle(time.thread_time() - begun)

    def computed(view: View, state: State) -> tuple[StreamResult, Summary]:
        """The picture that the state's stream brings, and what it says."""
        parse_affordable(view, state.query())
        lines = metered_stream(cache, limits, view, state)
        try:
            picture = StreamResult.of(with_error_chunk(lines, view.name))
        finally:
            lines.close()
        if picture.failed:
            raise Failed
        return picture, summarize(view, state, picture.words)


class Failed(Exception):
    """A stream ended with a failure, which was logged there."""


def _sent(response: Response, key: str) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={TIMEOUT}"
    response.set_etag(key)
    return response


def _again(sentence: str, status: int) -> Response:
    """No picture at present; what nobody may keep."""
    answer = invalid_link_response(InvalidLink([ParameterError("", "", "", sentence)]))
    answer.status_code = status
    if status != 500:
        answer.headers["Retry-After"] = str(AGAIN)
    return answer
