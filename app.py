"""The app: `create_app()` wires its parts, `server` is what gunicorn serves."""

from __future__ import annotations

import os
from functools import partial

from dash import Dash
from flask import Flask, Response, jsonify
from flask_talisman import Talisman
from gunicorn.http.errors import ParseException
from werkzeug.middleware.proxy_fix import ProxyFix

from components import (
    cross_origin,
    frame,
    observed,
    offline,
    payloads,
    runs,
    serving,
    settings,
    share,
    site,
    stream,
    warming,
    wheel,
)
from components.cache import StreamCache
from components.images import upload
from components.images.shelf import Shelf
from components.lecture import lecture
from components.limits import Limits
from components.path_prefix import in_document, in_layout, with_prefix
from components.preview import routes as preview
from components.preview import tags
from components.shared import Shared
from components.stored import gauges
from components.theory import routes as theory
from components.views import VIEWS

MAX_BODY = 1 << 18  # bytes of a POST; Dash's own are a few kilobytes


def create_app() -> Dash:
    """A new app: views, routes, cache, headers. Raises ValueError where a setting is wrong."""
    settings.check(os.environ)
    setting = partial(settings.value, os.environ)
    server = Flask(__name__)
    server.config.update(MAX_CONTENT_LENGTH=MAX_BODY)
    prefix = setting("PATH_PREFIX")
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # its annotation forgets Flask itself
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{prefix}/",
        title=frame.NAME,
        update_title="",
        index_string=in_document(frame.INDEX, prefix),
        suppress_callback_exceptions=True,  # a view's controls exist while it is shown
        assets_ignore=r"^theme\.js$|^plotly|^snapshot|^theory",  # loaded in the head, by snapshots, or by another page
        serve_locally=True,
    )
    site.register(server, setting("ALLOWED_HOSTS"))
    server.register_error_handler(ParseException, malformed_body)
    stories = lecture(VIEWS)
    pages = [stories]
    app.layout = in_layout(frame.shell(VIEWS, pages, setting("FRAME_ANCESTORS")), prefix)
    frame.register(app, VIEWS, pages, prefix)
    payloads.register(app)
    cross_origin.register(server)
    shared = Shared.at(setting("CACHE_REDIS_URL"))
    limits = Limits(setting("LIMIT_RATE"), setting("LIMIT_BURST"), setting("WORKERS"), shared)
    cache = StreamCache(server, shared)
    asked = stream.register(server, VIEWS, cache, limits)
    preview.register(server, VIEWS, cache, limits, shared)
    long_runs = runs.register(server, VIEWS, limits=limits)
    offline.register(server, VIEWS, asked, long_runs, limits)
    shelf = Shelf.of(os.environ)
    upload.register(server, shelf, limits)
    theory.register(server, VIEWS, pages)
    share.register(server, VIEWS, limits)
    wheel.register(server)
    observed.register(server, VIEWS, shared, setting("METRICS") == "on", lambda: gauges(long_runs.store, shelf))
    proxies = setting("TRUSTED_PROXIES")
    # However many proxies there are, the scheme is one word: the first proxy sets it, the others pass it on.
    behind = ProxyFix(site.with_web_scheme(server.wsgi_app), x_for=proxies, x_proto=min(1, proxies), x_host=0)
    server.wsgi_app = with_prefix(behind, prefix)  # type: ignore[method-assign]
    serving.register(server)
    Talisman(
        server,
        content_security_policy=policy(app, setting("FRAME_ANCESTORS")),
        force_https=False,
        strict_transport_security=False,
        frame_options=None,
    )
    with server.test_request_context("/"):
        app.index()  # Dash serves a script only after its own process has written a page that names it
    tags.register(app, VIEWS, pages, cache, limits)
    warming.start(VIEWS.values(), stories.check_costs)
    return app


def malformed_body(fault: Exception) -> tuple[Response, int]:
    """400 for a chunked body that is not one."""
    return jsonify(errors=[{"sentence": "The body of the request is malformed."}]), 400


def policy(app: Dash, framers: str) -> dict[str, str | list[str]]:
    """Content-Security-Policy: ourselves alone. Plotly and React set styles inline. framers: see FRAME_ANCESTORS."""
    # For all there is no directive: its `*` would still leave out local files and sandboxed notebooks.
    others = [] if framers == "self" else framers.split()
    ancestors: dict[str, str | list[str]] = {} if framers == "*" else {"frame-ancestors": ["'self'", *others]}
    return {
        "default-src": "'self'",
        "script-src": ["'self'", *app.csp_hashes()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        **ancestors,
    }


app = create_app()
server = app.server

if __name__ == "__main__":
    app.run(debug=False)
