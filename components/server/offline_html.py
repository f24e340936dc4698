"""A recorded page as one file that needs no network.

GET /offline/<view>.html?<link>    the view's page with the recorded stream in it, and all code that draws it

The record of the state's job is included if the job is finished; the export does not start it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import Flask, Response, request
from markupsafe import Markup

from components.core.metering import Meter
from components.core.view import View
from components.export import replay_page
from components.export.files import file_name
from components.operations.build_id import build_id
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.job_routes import JobService
from components.server.stream import quota_response, request_query, with_error_chunk
from components.server.stream_cache import StreamReader
from components.ui.summary import state_title

RENDER_SECONDS = 0.5  # of a core at most, to read the record and to write the page
NOT_THERE = "The networks of this picture were not at an end when the file was made, and are not in it."
FAILED = "The computation failed here: there is no picture to keep."


def register(
    server: Flask,
    views: Mapping[str, View],
    stream_for_request: Callable[[str], StreamReader | Response],
    runs: JobService,
    limits: ComputeQuota,
) -> None:
    """Add the route to the server. stream_for_request: returns the stream of a view for the present request."""

    @server.get("/offline/<name>.html")
    def offline(name: str) -> Response:
        try:
            limits.reserve(request.remote_addr, 0.0)  # fails if the quota is used up, also for cached streams
        except QuotaExceeded as exceeded:
            return quota_response(exceeded)
        lines = stream_for_request(name)
        if isinstance(lines, Response):
            return lines
        charge = limits.reserve(request.remote_addr, RENDER_SECONDS, refusable=False)
        meter = Meter()
        try:
            records = list(with_error_chunk(lines, name))  # has a charge of its own
            with meter.measure():
                page = _page(views[name], request_query(), records, runs)
        finally:
            charge(meter.seconds)
        if page is None:
            return Response(FAILED, 500, mimetype="text/plain")
        file = file_name(views[name], views[name].State.from_query(request_query()), "html")
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return Response(page, mimetype="text/html", headers=headers)


def _page(view: View, query: str, lines: list[bytes], runs: JobService) -> str | None:
    """Return the file; None if the stream has failed."""
    state = view.State.from_query(query)
    watched = getattr(state, "watched", None)
    finished = runs.finished(view.name, state) if view.has_jobs else b""
    recording = replay_page.record(lines, watched, finished)
    if any(chunk["kind"] == "error" for chunk in replay_page.record(lines)):
        return None
    host = request.url_root.rstrip("/")
    address = f"{host}{view.path}?{state.query()}"
    date = f"{datetime.now(UTC):%-d %B %Y}, release {build_id()}"
    partly = f" {NOT_THERE}" if view.has_jobs and not _has_networks(recording) else ""
    label = Markup(
        "A file, made {}. It plays, zooms and needs no network; moving its parameters needs the app: "
        '<a href="{}" target="_blank" rel="noopener">open it there</a>.{}'
    ).format(date, address, partly)
    return replay_page.page(
        view, state.model_dump(), recording, state_title(view, state), label, replay_page.as_inline, host
    )


def _has_networks(recording: replay_page.Recording) -> bool:
    """Return whether a recording contains the networks of a job, or bundled results in their place."""
    starts = [chunk for chunk in recording if chunk["kind"] == "start"]
    return len(starts) > 1 or any(chunk.get("final") for chunk in starts)
