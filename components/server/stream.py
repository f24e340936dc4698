"""The routes that serve every view's data: streams, readers of links, files.

    GET /stream/<view>?<link>        NDJSON, one chunk a line, sent as computed
    GET /stream/<view>?text=0&<link> the stream up to the end of the trajectories, while a control moves
    GET /stream/<view>?draft=1440x900&have=<digests>&<link>  at the precision of a pixel (see core/draft.py)
    GET /text/<view>?<link>          the sentences of a state, without its figures
    GET /resolve/<view>?<link>       the nearest valid state, and sentences about what was changed
    GET /export/<view>.<kind>?<link> csv, json, py, ipynb or bib

The earlier addresses /picture/<view>, /words/<view> and /state/<view> still answer.

Streams are compressed line by line for clients that accept gzip. A stream that is complete in the cache may be kept by
browsers and proxies if its address has the release, as `release=`; a draft is never kept.

Every error of these routes is JSON with a sentence. A link that cannot be read is answered by 422 with parameter,
value, range and sentence; a client that has used up its quota by 429 and Retry-After (see compute_quota.py).
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator, Mapping

import orjson
from flask import Flask, Response, request, stream_with_context
from werkzeug.exceptions import HTTPException

from components.core.controls import parse_visible_controls
from components.core.draft import Draft
from components.core.link_text import value_of
from components.core.metering import MAX_SECONDS, TOO_LONG, Charge, Meter, charged
from components.core.state import EMBED, MAX_QUERY, ONLY, REQUEST_KEYS, InvalidLink, ParameterError, State
from components.core.view import Chunk, View
from components.export.files import MIMETYPES, export, file_name
from components.operations import metrics, warmup
from components.operations.build_id import build_id
from components.operations.cost_limit import parse_affordable
from components.server.client_connection import client_gone
from components.server.compute_quota import ComputeQuota, QuotaExceeded
from components.server.static_files import YEAR
from components.server.stream_cache import FIGURES_END, StreamCache, StreamReader, no_charge
from components.ui import embed
from dynamics.interruption import Interrupted

log = logging.getLogger(__name__)

TEXT = Chunk("text").line().rstrip(b"}\n")  # prefix of a line of sentences
# Their errors are JSON.
ROUTES = ("/stream/", "/picture/", "/text/", "/words/", "/resolve/", "/state/", "/export/", "/figure/")
FAILURE = "The computation failed here."
COMPUTED = ("csv", "json")  # files that are computed
GZIP_LEVEL = 4  # the draft of a picture takes 0.4 ms; higher levels take longer and save little


def register(
    server: Flask, views: Mapping[str, View], cache: StreamCache, limits: ComputeQuota | None = None
) -> Callable[[str], StreamReader | Response]:
    """Add the routes to the server; without limits there is no quota.

    Return a function that returns the stream of a view for the present request, or the response that states why there
    is none.
    """
    release = build_id()
    granted = limits or ComputeQuota(0, 1)

    @server.after_request
    def name_release(response: Response) -> Response:
        response.headers["X-Release"] = release  # the page compares it to notice an update of the app
        return response

    @server.errorhandler(HTTPException)
    def json_error(error: HTTPException) -> Response | HTTPException:
        if not request.path.startswith(ROUTES):
            return error
        failed = error.code is None or error.code >= 500
        answer = _json({"errors": [{"sentence": FAILURE if failed else error.description}]}, error.code or 500)
        for name, value in error.get_headers(request.environ):
            if name == "Allow":
                answer.headers[name] = value
        return answer

    @server.before_request
    def no_page() -> Response | None:
        """Return 404 as JSON for unknown names: Dash would return the app's page for every path without a route."""
        rule = request.url_rule
        if rule is None or not request.path.startswith(ROUTES) or rule.rule.startswith(ROUTES):
            return None
        _, route, name = request.path.split("/", 2)
        return no_export(name) if route == "export" else not_found_response(name, views)

    def no_export(file: str) -> Response:
        return not_found_response(file, [f"{view_name}.{ending}" for view_name in views for ending in MIMETYPES])

    def stream_for_request(name: str, pulses: bool = False, whole: bool = True) -> StreamReader | Response:
        """Return the stream of a view for the present request, or the response that states why there is none.

        whole: whether the stream is read to its end.
        """
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        try:
            return metered_stream(cache, granted, view, parse_affordable(view, request_query()), pulses, whole)
        except InvalidLink as problems:
            return invalid_link_response(problems)
        except QuotaExceeded as exceeded:
            return quota_response(exceeded)

    def when_ready(name: str, whole: bool) -> Iterator[bytes]:
        """Yield the lines once the core is compiled: only then is the cost of a state known."""
        yield from warmup.after_warmup(name)
        lines = stream_for_request(name, pulses=True, whole=whole)
        if isinstance(lines, Response):
            yield Chunk("error", {"sentence": orjson.loads(lines.data)["errors"][0]["sentence"]}).line()
            return
        try:
            yield from with_error_chunk(lines if whole else until_trajectories_end(lines), name)
        finally:
            lines.close()

    def streamed(name: str, whole: bool) -> Response:
        """Return a stream; if not whole, up to the end of the trajectories."""
        draft = Draft.parse(request.args.get("draft", ""), request.args.get("have", ""))
        if not warmup.is_ready(name):
            view = views.get(name)
            if view is None:
                return not_found_response(name, views)
            try:
                view.State.from_query(request_query())
            except InvalidLink as problems:
                return invalid_link_response(problems)
            return line_response(stream_with_context(when_ready(name, whole)), draft)
        lines = stream_for_request(name, pulses=True, whole=whole)
        if isinstance(lines, Response):
            return lines
        is_final = lines.is_cached and draft is None and request.args.get("release") == release and lasts(name)
        body = with_error_chunk(lines if whole else until_trajectories_end(lines), name)
        response = line_response(body, draft, is_final)
        response.call_on_close(lines.close)  # a client that left before the first line never starts the iteration
        return response

    def lasts(name: str) -> bool:
        """Return whether the present stream is that of its address as long as there is this release."""
        return views[name].is_reproducible(views[name].State.from_query(request_query()))

    @server.get("/stream/<name>")
    def stream(name: str) -> Response:
        return streamed(name, whole=request.args.get("text") != "0")

    @server.get("/picture/<name>")
    def picture(name: str) -> Response:
        return streamed(name, whole=False)

    @server.get("/words/<name>")
    @server.get("/text/<name>")
    def text(name: str) -> Response:
        lines = stream_for_request(name)
        if isinstance(lines, Response):
            return lines
        text_lines = [line for line in b"".join(with_error_chunk(lines, name)).splitlines() if line.startswith(TEXT)]
        if not text_lines:
            return _json({"errors": [{"sentence": FAILURE}]}, 500)
        return Response(text_lines[-1], mimetype="application/json", headers={"Cache-Control": "no-store"})

    @server.get("/state/<name>")
    @server.get("/resolve/<name>")
    def nearest_state(name: str) -> Response:
        view = views.get(name)
        if view is None:
            return not_found_response(name, views)
        query = request_query()
        state, problems = view.State.nearest(query)
        only, unknown_controls = parse_visible_controls(value_of(query, ONLY), view.controls)
        sentences = [*(problem.sentence for problem in problems), *unknown_controls]
        sentences += embed.validate_size(value_of(query, EMBED))
        named = {"v", *(parameter.key for parameter in view.State.parameters().values())}
        nearest = any(
            problem.parameter in named for problem in problems
        )  # False if no parameter of the link was changed
        body = {"state": state.model_dump(), "link": state.query(), "sentences": sentences, "nearest": nearest}
        return _json({**body, "only": only})

    @server.get("/export/<name>.<kind>")
    def export_file(name: str, kind: str) -> Response:
        view = views.get(name)
        if view is None or kind not in MIMETYPES:
            return no_export(f"{name}.{kind}")
        try:
            state = parse_affordable(view, request_query())
            charge = reserve_compute(granted, view, state, kind) if kind in COMPUTED else None
        except InvalidLink as problems:
            return invalid_link_response(problems)
        except QuotaExceeded as exceeded:
            return quota_response(exceeded)
        headers = {
            "Content-Disposition": f'attachment; filename="{file_name(view, state, kind)}"',
            "Cache-Control": "no-store",
        }
        meter, origin = Meter(), request.url_root.rstrip("/")
        try:
            with charged(meter, charge or no_charge(), client_gone(request.environ)):
                return Response(export(view, state, kind, origin), mimetype=MIMETYPES[kind], headers=headers)
        except InvalidLink as problems:
            return invalid_link_response(problems)
        except Interrupted:
            return invalid_link_response(
                InvalidLink([ParameterError("query", f"{meter.seconds:.3g} s", f"{MAX_SECONDS:g} s", TOO_LONG)])
            )
        finally:
            if charge:
                charge(meter.seconds)

    return stream_for_request


def reserve_compute(granted: ComputeQuota, view: View, state: State, kind: str = "stream") -> Charge:
    """Reserve CPU seconds of the present client for a stream or for a file of a kind. Raises QuotaExceeded."""
    seconds = view.seconds(state) if kind == "stream" else view.export_seconds(state, kind)
    return granted.reserve(request.remote_addr, seconds)


def metered_stream(
    cache: StreamCache, granted: ComputeQuota, view: View, state: State, pulses: bool = False, whole: bool = True
) -> StreamReader:
    """Return the stream of a state, cached or computed, at the cost of the present client if it starts the computation.

    pulses: whether spaces are sent while a line takes long; whole: whether what follows `FIGURES_END` is computed
    before it is requested. Raises QuotaExceeded.
    """
    key = cache_key(view, state)
    return cache.stream(
        key, lambda: encode_chunks(view, state), lambda: reserve_compute(granted, view, state), pulses, whole
    )


def cache_key(view: View, state: State) -> str:
    """Return the key of a state's stream in the cache."""
    return f"{view.name}?{state.key()}"


def encode_chunks(view: View, state: State) -> Iterator[bytes]:
    """Encode a view's chunks as lines. The line that completes the figures ends with `FIGURES_END`: all trajectories
    are drawn to their ends, and no figure comes again.
    """
    runs, ended, unfinished = -1, set(), {"": True}
    for chunk in view.compute(state):
        line, data = chunk.line(), chunk.data
        if chunk.kind == "start":
            runs = data["runs"]
        elif chunk.kind == "scene":
            unfinished.pop("", None)
            unfinished[data["name"]] = data["more"]
        elif chunk.kind == "trace" and data["last"]:
            ended.add(data["index"])
        if len(ended) == runs and not any(unfinished.values()):
            line, runs = line.rstrip() + FIGURES_END, -1
        yield line


def until_trajectories_end(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines up to the end of the trajectories, then an end that says so.

    The sentences take longer to compute than the trajectories, and are not shown while a control moves.
    """
    for piece in lines:
        last_line, marker, _ = piece.partition(FIGURES_END)
        if not marker:
            yield piece
        else:
            yield last_line + b"\n"
            yield Chunk("end", {"alone": True}).line()
            return


def with_error_chunk(lines: Iterator[bytes], view: str) -> Iterator[bytes]:
    """Yield the lines. A failure in mid-stream is logged and becomes a last line that says so."""
    try:
        yield from lines
    except Interrupted:
        yield Chunk("error", {"sentence": TOO_LONG}).line()
    except Exception:
        log.exception("a stream of %s failed", view)
        metrics.STREAM_FAILURES.labels(view).inc()
        yield Chunk("error", {"sentence": f"{FAILURE} The picture is not complete."}).line()


def line_response(lines: Iterator[bytes], draft: Draft | None, is_final: bool = False) -> Response:
    """Return lines of JSON, as a draft if one is given, compressed if the client accepts it.

    is_final: whether the same address will always have the same answer.
    """
    if draft is not None:
        lines = draft.lines(lines)
    caching = f"public, max-age={YEAR}, immutable" if is_final else "no-store"
    headers = {"Cache-Control": caching, "X-Accel-Buffering": "no", "Vary": "Accept-Encoding"}
    if request.accept_encodings["gzip"]:
        lines, headers["Content-Encoding"] = gzipped(lines), "gzip"
    return Response(lines, mimetype="application/x-ndjson", headers=headers)


def gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield pieces compressed so that each can be read when it arrives."""
    compressor = zlib.compressobj(GZIP_LEVEL, wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        yield compressor.compress(piece) + compressor.flush(zlib.Z_SYNC_FLUSH)
    yield compressor.flush()


def invalid_link_response(problems: InvalidLink) -> Response:
    """Return 422, or 414 where the query is too long, with what is wrong."""
    too_long = len(request_query()) > MAX_QUERY
    errors = [
        {"parameter": p.parameter, "value": p.value, "range": p.range, "sentence": p.sentence}
        for p in problems.problems
    ]
    return _json({"errors": errors}, 414 if too_long else 422)


def quota_response(exceeded: QuotaExceeded) -> Response:
    """Return 429, with the time after which to try again."""
    response = _json({"errors": [{"sentence": str(exceeded)}]}, 429)
    response.headers["Retry-After"] = str(exceeded.wait)
    return response


def request_query() -> str:
    """Return the link in the query of the present request, without ``REQUEST_KEYS``."""
    query = request.query_string.decode("utf-8", "replace")
    return "&".join(term for term in query.split("&") if term.partition("=")[0] not in REQUEST_KEYS)


def not_found_response(name: str, names: Mapping[str, View] | list[str]) -> Response:
    """Return 404, with the names that exist."""
    requested = name[:80] or "What has no name"
    return _json({"errors": [{"sentence": f"{requested} is not here; {', '.join(names)} are."}]}, 404)


def _json(body: object, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json", headers={"Cache-Control": "no-store"})
