"""The head of a page for those who see only its link: title, description, picture, of the very state.

Dash has one document for all paths; what is of a link is put into it request by request, everything escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from html import escape
from urllib.parse import quote

import orjson
from dash import Dash
from flask import request

from components import frame, warming
from components.cache import Lines, StreamCache
from components.controls import shown
from components.frame import NAME, Page, view_at
from components.limits import Exhausted, Limits
from components.link_text import value_of
from components.preview.card import HEIGHT, WIDTH
from components.preview.said import About, Said, about, said
from components.state import ONLY, Problems, State
from components.stream import WORDS, affordable, asked_query, guarded, kept_as, paid_lines
from components.view import View

DESCRIPTION = "Dynamics of feature learning and unlearning in two-layer networks."
LONGEST = 300  # letters of a description
CHEAP = 0.05  # seconds: of what takes longer nothing is said, unless it is at hand
PATIENCE = 0.3  # seconds that a page waits for it at most

_reading = ThreadPoolExecutor(2, "sentences")


def register(app: Dash, views: Mapping[str, View], pages: Sequence[Page], cache: StreamCache, limits: Limits) -> None:
    """Gives every page that Dash sends the head of its link."""
    whole = app.interpolate_index

    def interpolated(**parts: str) -> str:
        page, url = asked(views, pages, cache, limits)
        metas = (
            f'{parts["metas"]}\n<meta name="description" content="{safe(_short(page.description))}">\n{tags(page, url)}'
        )
        document = whole(**{**parts, "metas": metas, "title": safe(page.title)})
        return document.replace(frame.ADDRESS, safe(request.url_root.rstrip("/")))

    app.interpolate_index = interpolated  # type: ignore[assignment, method-assign]  # Dash's own way of changing it


def safe(text: str) -> str:
    """Text within a document that is still filled in: nothing of it is markup, or one of Dash's places."""
    return escape(" ".join(text.split())).replace("{", "&#123;")


def asked(views: Mapping[str, View], pages: Sequence[Page], cache: StreamCache, limits: Limits) -> tuple[About, str]:
    """What the page of the present request is about, and its address without the host."""
    path = request.path.rstrip("/") or "/"
    view = view_at(views, path)
    if view is not None:
        return of_view(view, cache, limits)
    page = next((page for page in pages if page.has(path)), None)
    if page is None:
        return About(NAME, DESCRIPTION), "/"
    found = page.about(path)
    with suppress(Problems):
        if found.view is not None and request.query_string:  # a step that the audience has changed
            state = found.view.State.from_query(asked_query())
            return replace(found, state=state), f"{path}?{state.query()}"
    return found, path


def of_view(view: View, cache: StreamCache, limits: Limits) -> tuple[About, str]:
    """What a view's page is about at the present link, or at the nearest that can be read; and its address."""
    state, _ = view.State.nearest(asked_query())
    told = words(view, state, cache, limits)
    sentences = " ".join(sentence for sentence, _ in told.sentences)
    description = f"{sentences} {about(view, state)}.".strip()
    title = f"{told.heading} · {view.title} · {NAME}" if told.heading != view.title else f"{view.title} · {NAME}"
    if not request.query_string:
        return About(title, description, view, state), view.path
    only, _ = shown(value_of(asked_query(), ONLY), view.controls)
    chosen = f"&{ONLY}={','.join(only)}" if only is not None else ""
    return About(title, description, view, state), f"{view.path}?{state.query()}{chosen}"


def words(view: View, state: State, cache: StreamCache, limits: Limits) -> Said:
    """What is said of a state: from its stream where that is at hand, or costs next to nothing and is there in a
    moment, for the page is about to ask for it; else without its sentence."""
    body = cache.at_hand(kept_as(view, state))
    if body is None and warming.is_ready(view.name) and view.seconds(state) <= CHEAP:
        try:
            affordable(view, state.query())
            lines = paid_lines(cache, limits, view, state)
        except (Problems, Exhausted):
            return said(view, state, {})
        reading = _reading.submit(_read, lines, view.name)
        try:
            body = reading.result(PATIENCE)
        except TimeoutError:  # it is read on, and the page joins it
            if reading.cancel():
                lines.close()
    spoken = [line for line in (body or b"").splitlines() if line.startswith(WORDS)]
    return said(view, state, orjson.loads(spoken[-1]) if spoken else {})


def _read(lines: Lines, name: str) -> bytes:
    """All of a stream."""
    try:
        return b"".join(guarded(lines, name))
    finally:
        lines.close()


def tags(page: About, url: str) -> str:
    """The tags by which messages and networks show a link: Open Graph's, and Twitter's kind of card. url: the page's
    address without the host."""
    root = request.url_root.rstrip("/")
    named = {
        "og:site_name": NAME,
        "og:type": "website",
        "og:title": page.title.removesuffix(f" · {NAME}"),
        "og:description": _short(page.description),
    }
    named["og:url"] = root + quote(url, safe="/?&=,.-+%")
    card = "summary"
    if page.view is not None and page.state is not None:
        card = "summary_large_image"
        named["og:image"] = f"{root}/preview/{page.view.name}.png?{page.state.query()}"
        named |= {"og:image:type": "image/png", "og:image:width": str(WIDTH), "og:image:height": str(HEIGHT)}
        named["og:image:alt"] = f"Figures of {named['og:title']}"
    properties = [f'<meta property="{name}" content="{safe(text)}">' for name, text in named.items()]
    return "\n".join([*properties, f'<meta name="twitter:card" content="{card}">'])


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + "…"
