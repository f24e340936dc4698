"""The app: `create_app()` wires its parts, `server` is what gunicorn serves."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response, jsonify
from flask_compress import Compress
from flask_talisman import Talisman

from components import frame, stream, theme
from components.cache import StreamCache
from components.views import VIEWS
from dynamics import warm_up

COMPRESSION = {
    "COMPRESS_MIMETYPES": [
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    ],
    "COMPRESS_ALGORITHM": ["br", "gzip"],  # not application/x-ndjson: compressing a stream holds all of it back
    "COMPRESS_STREAMS": True,
}
MAX_BODY = 1 << 18  # bytes of a POST; Dash's own are a few kilobytes


def create_app() -> Dash:
    """A new app: views, routes, cache, headers."""
    theme.use_templates()
    server = Flask(__name__)
    server.config.update(COMPRESSION, MAX_CONTENT_LENGTH=MAX_BODY)
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # its annotation forgets Flask itself
        title=frame.NAME,
        update_title="",
        index_string=frame.INDEX,
        suppress_callback_exceptions=True,  # a view's controls exist while it is shown
        assets_ignore=r"^theme\.js$",  # loaded in the head, before anything is drawn
        serve_locally=True,
    )
    app.layout = frame.shell(VIEWS)
    frame.register(app, VIEWS)
    for view in VIEWS.values():
        view.register(app)
    stream.register(server, VIEWS, StreamCache(server))

    @server.get("/health")
    def health() -> Response:
        return jsonify(status="ok", views=list(VIEWS))

    Compress(server)
    Talisman(
        server,
        content_security_policy=policy(app),
        force_https=False,
        strict_transport_security=False,
        frame_options=None,
    )
    warm_up()
    for view in VIEWS.values():  # what is slow once (plotly's classes, compiled code) is not left to the first visitor
        for chunk in view.compute(view.State()):
            chunk.line()
    return app


def policy(app: Dash) -> dict[str, str | list[str]]:
    """Content-Security-Policy: ourselves alone. Mantine and plotly set styles inline."""
    return {
        "default-src": "'self'",
        "script-src": ["'self'", *app.csp_hashes()],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "frame-ancestors": "'self'",
    }


app = create_app()
server = app.server

if __name__ == "__main__":
    app.run(debug=False)
