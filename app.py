"""The app: `create_app()` wires its parts, `server` is what gunicorn serves."""

from __future__ import annotations

import os
from collections.abc import Mapping

from dash import Dash
from flask import Flask, Response, jsonify
from flask_talisman import Talisman
from gunicorn.http.errors import ParseException
from werkzeug.middleware.proxy_fix import ProxyFix

from components.core.view import View
from components.export import wheel
from components.operations import settings, warmup
from components.operations.redis_client import RedisClient
from components.pages.lecture import lecture
from components.pages.theory import routes as theory
from components.server import (
    allowed_hosts,
    callback_guard,
    cross_origin,
    figure_files,
    image_upload,
    job_routes,
    monitoring,
    offline_html,
    page_metadata,
    qr_code,
    static_files,
    stream,
)
from components.server.compute_quota import ComputeQuota
from components.server.rendering import Renderer
from components.server.share_cards import routes as share_cards
from components.server.storage_metrics import gauges
from components.server.stream_cache import StreamCache
from components.ui import shell
from components.ui.path_prefix import in_document, in_layout, with_prefix
from components.views.images.image_store import ImageStore
from components.views.registry import VIEWS

MAX_BODY = 1 << 18  # bytes of a POST; Dash's own are a few kilobytes


def create_app(views: Mapping[str, View] = VIEWS) -> Dash:
    """Return a new app: views, routes, cache, headers. Raises ValueError where a setting is wrong."""
    setting = settings.check(os.environ)
    server = Flask(__name__)
    server.config.update(MAX_CONTENT_LENGTH=MAX_BODY)
    prefix = setting.path_prefix
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # its annotation forgets Flask itself
        routes_pathname_prefix="/",
        requests_pathname_prefix=f"{prefix}/",
        title=shell.NAME,
        update_title="",
        index_string=in_document(shell.INDEX, prefix),
        suppress_callback_exceptions=True,  # a view's controls exist while it is shown
        assets_path_ignore=[
            "^client$",
            "^head$",
            "^snapshot$",
            "^theory$",
            "^vendor$",
        ],  # their pages name what they need
        serve_locally=True,
    )
    allowed_hosts.register(server, setting.allowed_hosts)
    server.register_error_handler(ParseException, malformed_body)
    stories = lecture(views)
    pages = [stories]
    app.layout = in_layout(shell.app_shell(views, pages, setting.frame_ancestors), prefix)
    shell.register(app, views, pages, prefix)
    callback_guard.register(app)
    cross_origin.register(server)
    shared = RedisClient.at(setting.cache_redis_url)
    limits = ComputeQuota(setting.limit_rate, setting.limit_burst, setting.workers, shared)
    cache = StreamCache(server, shared)
    stream_for_request = stream.register(server, views, cache, limits)
    renderer = Renderer(cache, limits)
    share_cards.register(server, views, renderer, shared)
    figure_files.register(server, views, renderer, pages)
    long_runs = job_routes.register(server, views, limits=limits)
    offline_html.register(server, views, stream_for_request, long_runs, limits)
    image_store = ImageStore.of(os.environ)
    image_upload.register(server, image_store, limits)
    theory.register(server, views, pages)
    qr_code.register(server, views, limits)
    wheel.register(server)
    monitoring.register(server, views, shared, setting.metrics == "on", lambda: gauges(long_runs.store, image_store))
    proxies = setting.trusted_proxies
    # However many proxies there are, the scheme is one word: the first proxy sets it, the others pass it on.
    behind = ProxyFix(allowed_hosts.with_web_scheme(server.wsgi_app), x_for=proxies, x_proto=min(1, proxies), x_host=0)
    server.wsgi_app = with_prefix(behind, prefix)  # type: ignore[method-assign]
    static_files.register(server)
    Talisman(
        server,
        content_security_policy=policy(app, setting.frame_ancestors),
        force_https=False,
        strict_transport_security=False,
        frame_options=None,
    )
    with server.test_request_context("/"):
        app.index()  # Dash serves a script only after its own process has written a page that names it
    page_metadata.register(app, views, pages, cache, limits)
    warmup.start_warmup(views.values(), stories.check_costs)
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
