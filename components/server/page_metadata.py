"""The head of a page for those who see only its link: title, description, picture, of the very state.

Dash has one document for all paths; what is of a link is put into it request by request, everything escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import orjson
from dash import Dash
from flask import request
from markupsafe import Markup

from components.core.controls import parse_visible_controls
from components.core.link_text import value_of
from components.core.state import ONLY, InvalidLink, State
from components.core.view import View
from components.operations import warmup
from components.operations.cost_limit import parse_affordable
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.stream import TEXT, cache_key, metered_stream, request_query, with_error_chunk
from components.server.stream_cache import StreamCache, StreamReader
from components.ui import shell
from components.ui.open_graph import escape_text, meta_tags, shorten
from components.ui.shell import NAME, StandalonePage, view_at
from components.ui.summary import PageMetadata, Summary, describe_state, summarize

DESCRIPTION = "Dynamics of feature learning and unlearning in two-layer networks."
CHEAP = 0.05  # seconds: of what takes longer nothing is said, unless it is at hand
PATIENCE = 0.3  # seconds that a page waits for it at most

_reading = ThreadPoolExecutor(2, "sentences")


def register(
    app: Dash, views: Mapping[str, View], pages: Sequence[StandalonePage], cache: StreamCache, limits: ComputeQuota
) -> None:
    """Gives every page that Dash sends the head of its link."""
    whole = app.interpolate_index

    def interpolated(**parts: str) -> str:
        page, url = asked(views, pages, cache, limits)
        description = Markup('<meta name="description" content="{}">').format(escape_text(shorten(page.description)))
        metas = "\n".join((parts["metas"], description, meta_tags(page, url, request.url_root)))
        document = whole(**{**parts, "metas": metas, "title": escape_text(page.title)})
        return document.replace(shell.ADDRESS, escape_text(request.url_root.rstrip("/")))

    app.interpolate_index = interpolated  # type: ignore[assignment, method-assign]  # Dash's own way of changing it


def asked(
    views: Mapping[str, View], pages: Sequence[StandalonePage], cache: StreamCache, limits: ComputeQuota
) -> tuple[PageMetadata, str]:
    """What the page of the present request is about, and its address without the host."""
    path = request.path.rstrip("/") or "/"
    view = view_at(views, path)
    if view is not None:
        return of_view(view, cache, limits)
    page = next((page for page in pages if page.has(path)), None)
    if page is None:
        return PageMetadata(NAME, DESCRIPTION), "/"
    found = page.about(path)
    with suppress(InvalidLink):
        if found.view is not None and request.query_string:  # a step that the audience has changed
            state = found.view.State.from_query(request_query())
            return replace(found, state=state), f"{path}?{state.query()}"
    return found, path


def of_view(view: View, cache: StreamCache, limits: ComputeQuota) -> tuple[PageMetadata, str]:
    """What a view's page is about at the present link, or at the nearest that can be read; and its address."""
    state, _ = view.State.nearest(request_query())
    told = words(view, state, cache, limits)
    sentences = " ".join(sentence for sentence, _ in told.sentences)
    description = f"{sentences} {describe_state(view, state)}.".strip()
    title = f"{told.title} · {view.title} · {NAME}" if told.title != view.title else f"{view.title} · {NAME}"
    if not request.query_string:
        return PageMetadata(title, description, view, state), view.path
    only, _ = parse_visible_controls(value_of(request_query(), ONLY), view.controls)
    chosen = f"&{ONLY}={','.join(only)}" if only is not None else ""
    return PageMetadata(title, description, view, state), f"{view.path}?{state.query()}{chosen}"


def words(view: View, state: State, cache: StreamCache, limits: ComputeQuota) -> Summary:
    """What is said of a state: from its stream where that is at hand, or costs next to nothing and is there in a
    moment, for the page is about to ask for it; else without its sentence."""
    body = cache.get_complete(cache_key(view, state))
    if body is None and warmup.is_ready(view.name) and view.seconds(state) <= CHEAP:
        try:
            parse_affordable(view, state.query())
            lines = metered_stream(cache, limits, view, state)
        except (InvalidLink, QuotaExceeded):
            return summarize(view, state, {})
        reading = _reading.submit(_read, lines, view.name)
        try:
            body = reading.result(PATIENCE)
        except TimeoutError:  # it is read on, and the page joins it
            if reading.cancel():
                lines.close()
    spoken = [line for line in (body or b"").splitlines() if line.startswith(TEXT)]
    return summarize(view, state, orjson.loads(spoken[-1]) if spoken else {})


def _read(lines: StreamReader, name: str) -> bytes:
    """All of a stream."""
    try:
        return b"".join(with_error_chunk(lines, name))
    finally:
        lines.close()
