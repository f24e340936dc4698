"""The app: `create_app()` wires its parts, `server` is what gunicorn serves."""

from __future__ import annotations

import os
from functools import partial

from dash import Dash
from flask import Flask
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from components import frame, observed, offline, payloads, runs, serving, settings, share, stream, warming
from components.cache import StreamCache
from components.images import upload
from components.lecture import lecture
from components.limits import Limits
from components.pacing import paced
from components.preview import routes as preview
from components.preview import tags
from components.shared import Shared
from components.theory import routes as theory
from components.views import VIEWS

MAX_BODY = 1 << 18  # bytes of a POST; Dash's own are a few kilobytes


def create_app() -> Dash:
    """A new app: views, routes, cache, headers. Raises ValueError where a setting is wrong."""
    settings.check(os.environ)
    setting = partial(settings.value, os.environ)
    server = Flask(__name__)
    server.config.update(MAX_CONTENT_LENGTH=MAX_BODY)
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # its annotation forgets Flask itself
        title=frame.NAME,
        update_title="",
        index_string=frame.INDEX,
        suppress_callback_exceptions=True,  # a view's controls exist while it is shown
        assets_ignore=r"^theme\.js$|^plotly|^snapshot|^theory",  # loaded in the head, by snapshots, or by another page
        serve_locally=True,
    )
    pages = [lecture(VIEWS)]
    app.layout = frame.shell(VIEWS, pages, setting("FRAME_ANCESTORS"))
    frame.register(app, VIEWS, pages)
    payloads.register(app)
    shared = Shared.at(setting("CACHE_REDIS_URL"))
    limits = Limits(setting("LIMIT_RATE"), setting("LIMIT_BURST"), setting("WORKERS"), shared)
    cache = StreamCache(server, shared)
    asked = stream.register(server, VIEWS, cache, limits)
    preview.register(server, VIEWS, cache, limits, shared)
    offline.register(server, VIEWS, asked, runs.register(server, VIEWS, limits=limits), limits)
    upload.register(server, limits=limits)
    theory.register(server, VIEWS, pages)
    share.register(server, VIEWS, limits)
    observed.register(server, VIEWS, shared, setting("METRICS") == "on")
    proxies = setting("TRUSTED_PROXIES")
    behind = ProxyFix(server.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)
    server.wsgi_app = paced(behind)  # type: ignore[method-assign]
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
    warming.start(VIEWS.values())
    return app


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
