"""GET /preview/<view>.png?<link>: the picture of a state for those who see only its link (see card.py).

A link that cannot be read gives the picture of the nearest state, as its page does. The same stream is read as by the
page, and paid for in the same way; what was drawn is kept, and its ETag is known without drawing. One picture is drawn
at a time in each process, some wait, and whoever comes then is told to come again.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from cachelib import SimpleCache
from flask import Flask, Response, request

from components import warming
from components.cache import StreamCache, fingerprint
from components.limits import Exhausted, Limits
from components.preview.card import HEIGHT, WIDTH, png
from components.preview.picture import Picture
from components.preview.said import Said, about, heading, said
from components.shared import Away, Shared
from components.state import Problem, Problems, State
from components.stream import affordable, asked_query, guarded, later, paid_lines, refusal, unknown
from components.theme import LIGHT
from components.view import View

ENTRIES, ENTRY_BYTES = 64, 1 << 19  # so at most 32 MiB in each worker; a picture has some 100 kB
TIMEOUT = 86_400  # seconds that pictures are kept, by us and by others
DRAWING = 0.5  # seconds of a core that drawing takes at most
IN_LINE = 3  # who is drawn for, and who waits: others need the threads
AGAIN = 2  # seconds after which to come again
SIGN = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big")
BUSY = "Pictures of other links are being drawn here; ask again in some seconds."


class Cards:
    """Pictures that were drawn: in the memory of each worker, and in the Redis that all share where there is one."""

    def __init__(self, shared: Shared | None = None) -> None:
        self.shared = shared
        self._kept = SimpleCache(threshold=ENTRIES, default_timeout=TIMEOUT)

    def get(self, name: str) -> bytes | None:
        """The picture of a name, if it is there and one."""
        card: bytes | None = self._kept.get(name)
        if card is None and self.shared is not None:
            with suppress(Away):
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
            with suppress(Away):
                self.shared.set(f"preview:{name}", card, TIMEOUT)


def register(
    server: Flask, views: Mapping[str, View], cache: StreamCache, limits: Limits, shared: Shared | None = None
) -> None:
    """Adds the route to the server."""
    cards, in_line, drawing = Cards(shared), threading.BoundedSemaphore(IN_LINE), threading.Lock()

    @server.get("/preview/<name>.png")
    def preview(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return unknown(name, views)
        state, _ = view.State.nearest(asked_query())
        key = f"{fingerprint()}-{hashlib.sha256(f'{name}?{state.query()}'.encode()).hexdigest()[:32]}"
        if request.if_none_match.contains(key):
            return _sent(Response(status=304), key)
        card = cards.get(key)
        if card is None:
            if not warming.is_ready(name):
                return _again(warming.SENTENCE, 503)
            if not in_line.acquire(blocking=False):
                return _again(BUSY, 429)
            try:
                with drawing:  # whoever waited for the same picture has it
                    card = cards.get(key) or drawn(view, state)
                cards.put(key, card)
            except Exhausted as exhausted:
                return later(exhausted)
            except Failed:
                return _again("The computation failed here: there is no picture.", 500)
            finally:
                in_line.release()
        return _sent(Response(card, mimetype="image/png"), key)

    def drawn(view: View, state: State) -> bytes:
        limits.admit(request.remote_addr, 0.0)  # once: what has been computed is drawn, too
        try:
            picture, told = computed(view, state)
        except Problems as problems:  # as the page says it
            picture, told = None, Said(heading(view, state), about(view, state), ((str(problems), LIGHT["muted"]),))
        settle = limits.admit(request.remote_addr, DRAWING, refusable=False)
        begun = time.thread_time()
        try:
            return png(view, state, picture, told)
        finally:
            settle(time.thread_time() - begun)

    def computed(view: View, state: State) -> tuple[Picture, Said]:
        """The picture that the state's stream brings, and what it says."""
        affordable(view, state.query())
        lines = paid_lines(cache, limits, view, state)
        try:
            picture = Picture.of(guarded(lines, view.name))
        finally:
            lines.close()
        if picture.failed:
            raise Failed
        return picture, said(view, state, picture.words)


class Failed(Exception):
    """A stream ended with a failure, which was logged there."""


def _sent(response: Response, key: str) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={TIMEOUT}"
    response.set_etag(key)
    return response


def _again(sentence: str, status: int) -> Response:
    """No picture at present; what nobody may keep."""
    answer = refusal(Problems([Problem("", "", "", sentence)]))
    answer.status_code = status
    if status != 500:
        answer.headers["Retry-After"] = str(AGAIN)
    return answer
