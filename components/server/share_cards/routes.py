"""GET /share-card/<view>.png?<link>: the share card of a state (see card.py).

A link that cannot be read gives the picture of the nearest state, as its page does. The stream is the same as that of
the page, and charged in the same way. Cards are cached, and their ETag does not depend on rendering.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from flask import Flask, Response

from components.core.state import InvalidLink, State
from components.core.view import View
from components.export.stream_result import StreamResult
from components.operations.build_id import build_id
from components.operations.redis_client import RedisClient
from components.server.rendering import PictureCache, Renderer
from components.server.share_cards.card import Card
from components.server.stream import not_found_response, request_query
from components.ui.open_graph import CARD_HEIGHT, CARD_WIDTH
from components.ui.summary import Summary, describe_state, state_title, summarize
from dynamics.plotting.style import LIGHT

MAX_RENDER_SECONDS = 0.7  # of a core
PNG_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + CARD_WIDTH.to_bytes(4, "big") + CARD_HEIGHT.to_bytes(4, "big")


def register(server: Flask, views: Mapping[str, View], renderer: Renderer, shared: RedisClient | None = None) -> None:
    """Add the route to the server."""
    cards = PictureCache(shared, lambda card: card.startswith(PNG_HEADER) and card.endswith(b"IEND\xaeB`\x82"))

    @server.get("/preview/<name>.png")  # the earlier address, which sent messages contain
    @server.get("/share-card/<name>.png")
    def preview(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        state, _ = view.State.nearest(request_query())
        key = f"{build_id()}-{hashlib.sha256(f'{name}?{state.query()}'.encode()).hexdigest()[:32]}"
        return renderer.answer(view, key, cards, lambda: draw(view, state), "image/png")

    def draw(view: View, state: State) -> bytes:
        result: StreamResult | None
        try:
            result = renderer.computed(view, state)
            summary = summarize(view, state, result.text_data)
        except InvalidLink as problems:  # the card shows the sentence of the page
            sentence = ((str(problems), LIGHT["muted"]),)
            result, summary = None, Summary(state_title(view, state), describe_state(view, state), sentence)
        return renderer.charged(MAX_RENDER_SECONDS, lambda: Card(view, state, result, summary).png())
