"""A picture as one file that needs no network and plays from a folder, as well as from a site.

GET /offline/<view>.html?<link>    the view's page with the recorded stream in it, and all code that draws it

Where the state's long run is finished its record is in the file too; none is started for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from html import escape

from flask import Flask, Response, request

from components import recorded
from components.cache import Lines, fingerprint
from components.exporter import file_name
from components.limits import Exhausted, Limits
from components.metering import Meter
from components.preview.said import heading
from components.runs.routes import Runs
from components.stream import asked_query, guarded, later
from components.view import View

MAKING = 0.5  # seconds of a core at most for what is not computing: to read a record, and to write the page
NOT_THERE = "The networks of this picture were not at an end when the file was made, and are not in it."
FAILED = "The computation failed here: there is no picture to keep."


def register(
    server: Flask, views: Mapping[str, View], asked: Callable[[str], Lines | Response], runs: Runs, limits: Limits
) -> None:
    """Adds the route to the server. asked: the lines of a view's state as the present request has it."""

    @server.get("/offline/<name>.html")
    def offline(name: str) -> Response:
        try:
            limits.admit(request.remote_addr, 0.0)  # once: what has been computed is made a file of, too
        except Exhausted as exhausted:
            return later(exhausted)
        lines = asked(name)
        if isinstance(lines, Response):
            return lines
        paid = limits.admit(request.remote_addr, MAKING, refusable=False)
        meter = Meter()
        try:
            found = list(guarded(lines, name))  # charged for itself
            with meter.measure():
                page = _page(views[name], asked_query(), found, runs)
        finally:
            paid(meter.seconds)
        if page is None:
            return Response(FAILED, 500, mimetype="text/plain")
        file = file_name(views[name], views[name].State.from_query(asked_query()), "html")
        headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
        return Response(page, mimetype="text/html", headers=headers)


def _page(view: View, query: str, lines: list[bytes], runs: Runs) -> str | None:
    """The file, or None where the stream has failed."""
    state = view.State.from_query(query)
    watched = getattr(state, "watched", None)
    finished = runs.finished(view.name, state) if view.has_runs else b""
    recording = recorded.chunks(lines, watched, finished)
    if any(chunk["kind"] == "error" for chunk in recorded.chunks(lines)):
        return None
    host = request.url_root.rstrip("/")
    address = escape(f"{host}{view.path}?{state.query()}")
    made = f"{datetime.now(UTC):%-d %B %Y}, release {fingerprint()}"
    partly = f" {NOT_THERE}" if view.has_runs and not _whole(recording) else ""
    label = (
        f"A file, made {made}. It plays, zooms and needs no network; moving its parameters needs the app: "
        f'<a href="{address}" target="_blank" rel="noopener">open it there</a>.{partly}'
    )
    return recorded.page(view, state.model_dump(), recording, heading(view, state), label, recorded.inlined, host)


def _whole(recording: recorded.Chunks) -> bool:
    """Whether the networks of a long run, or kept results in their place, are in a recording."""
    begun = [chunk for chunk in recording if chunk["kind"] == "begin"]
    return len(begun) > 1 or any(chunk.get("final") for chunk in begun)
