"""The head of a page for link previews: title, description and picture of its state.

Dash has one document for all paths; the metadata of a link are inserted for each request, escaped.
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
from components.core.state import EMBED, ONLY, InvalidLink, State
from components.core.view import View
from components.operations import warmup
from components.operations.cost_limit import parse_affordable
from components.pages.lecture.page import stream_address
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.stream import TEXT, cache_key, metered_stream, request_query, with_error_chunk
from components.server.stream_cache import StreamCache, StreamReader
from components.ui import shell
from components.ui.open_graph import escape_text, meta_tags, shorten
from components.ui.shell import NAME, StandalonePage, view_at
from components.ui.summary import PageMetadata, Summary, describe_state, summarize

DESCRIPTION = "Dynamics of feature learning and unlearning in two-layer networks."
MAX_STATE_SECONDS = 0.05  # costlier states get no sentences unless their stream is cached
SENTENCE_TIMEOUT_SECONDS = 0.3  # that a page waits for its sentences

_reading = ThreadPoolExecutor(2, "sentences")


def register(
    app: Dash, views: Mapping[str, View], pages: Sequence[StandalonePage], cache: StreamCache, limits: ComputeQuota
) -> None:
    """Insert the metadata of the link into every page that Dash sends."""
    interpolate = app.interpolate_index

    def interpolate_with_metadata(**parts: str) -> str:
        page, url = metadata_for_request(views, pages, cache, limits)
        description = Markup('<meta name="description" content="{}">').format(escape_text(shorten(page.description)))
        about = meta_tags(page, url, request.url_root)
        metas = "\n".join((parts["metas"], description, about, stream_preload(page)))
        document = interpolate(**{**parts, "metas": metas, "title": escape_text(page.title)})
        return document.replace(shell.ADDRESS, escape_text(request.url_root.rstrip("/")))

    app.interpolate_index = interpolate_with_metadata  # type: ignore[assignment, method-assign]  # as Dash documents it


def stream_preload(page: PageMetadata) -> str:
    """Return the element with which a browser requests the stream of a page's state before the client does.

    Nothing of an embed, which requests nothing until it is seen.
    """
    if page.view is None or page.state is None or not page.shows_state or EMBED in request.args:
        return ""
    address = f"{request.script_root}{stream_address(page.view, page.state)}"
    return Markup('<link rel="preload" as="fetch" crossorigin fetchpriority="low" href="{}">').format(address)


def metadata_for_request(
    views: Mapping[str, View], pages: Sequence[StandalonePage], cache: StreamCache, limits: ComputeQuota
) -> tuple[PageMetadata, str]:
    """Return the metadata of the page of the present request, and its address without the host."""
    path = request.path.rstrip("/") or "/"
    view = view_at(views, path)
    if view is not None:
        return metadata_of_view(view, cache, limits)
    page = next((page for page in pages if page.has(path)), None)
    if page is None:
        return PageMetadata(NAME, DESCRIPTION), "/"
    metadata = page.about(path)
    with suppress(InvalidLink):
        if metadata.view is not None and request.query_string:  # a step with changed parameters
            state = metadata.view.State.from_query(request_query())
            return replace(metadata, state=state), f"{path}?{state.query()}"
    return metadata, path


def linked_state(views: Mapping[str, View], pages: Sequence[StandalonePage]) -> tuple[View | None, State | None]:
    """Return what the path and the link of the present request lead to, if it is a picture. Raises InvalidLink."""
    path = request.path.rstrip("/") or "/"
    view = view_at(views, path)
    if view is not None:
        return view, view.State.from_query(request_query())
    page = next((page for page in pages if page.has(path)), None)
    metadata = page.about(path) if page is not None else None
    if metadata is None or metadata.view is None:
        return None, None
    state = metadata.view.State.from_query(request_query()) if request.query_string else metadata.state
    return metadata.view, state


def metadata_of_view(view: View, cache: StreamCache, limits: ComputeQuota) -> tuple[PageMetadata, str]:
    """Return the metadata of a view's page at the nearest readable state of the present link, and its address."""
    state, _ = view.State.nearest(request_query())
    summary = state_summary(view, state, cache, limits)
    sentences = " ".join(sentence for sentence, _ in summary.sentences)
    description = f"{sentences} {describe_state(view, state)}.".strip()
    title = f"{summary.title} · {view.title} · {NAME}" if summary.title != view.title else f"{view.title} · {NAME}"
    if not request.query_string:
        return PageMetadata(title, description, view, state), view.path
    only, _ = parse_visible_controls(value_of(request_query(), ONLY), view.controls)
    chosen = f"&{ONLY}={','.join(only)}" if only is not None else ""
    return PageMetadata(title, description, view, state), f"{view.path}?{state.query()}{chosen}"


def state_summary(view: View, state: State, cache: StreamCache, limits: ComputeQuota) -> Summary:
    """Return the summary of a state, with its sentences if their stream is cached or cheap and fast.

    A cheap stream is computed here because the page requests it next.
    """
    body = cache.get_complete(cache_key(view, state))
    if body is None and warmup.is_ready(view.name) and view.seconds(state) <= MAX_STATE_SECONDS:
        try:
            parse_affordable(view, state.query())
            lines = metered_stream(cache, limits, view, state)
        except (InvalidLink, QuotaExceeded):
            return summarize(view, state, {})
        reading = _reading.submit(_read_all, lines, view.name)
        try:
            body = reading.result(SENTENCE_TIMEOUT_SECONDS)
        except TimeoutError:  # the stream is read to its end, and the page subscribes to it
            if reading.cancel():
                lines.close()
    text_lines = [line for line in (body or b"").splitlines() if line.startswith(TEXT)]
    return summarize(view, state, orjson.loads(text_lines[-1]) if text_lines else {})


def _read_all(lines: StreamReader, name: str) -> bytes:
    """Read a stream to its end."""
    try:
        return b"".join(with_error_chunk(lines, name))
    finally:
        lines.close()
