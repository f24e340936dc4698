"""The app: `create_app()` wires its parts, `server` is what gunicorn serves."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response, jsonify
from flask_talisman import Talisman

from components import frame, runs, serving, stream, warming
from components.cache import StreamCache
from components.lecture import lecture
from components.views import VIEWS

MAX_BODY = 1 << 18  # bytes of a POST; Dash's own are a few kilobytes


def create_app() -> Dash:
    """A new app: views, routes, cache, headers."""
    server = Flask(__name__)
    server.config.update(MAX_CONTENT_LENGTH=MAX_BODY)
    app = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # its annotation forgets Flask itself
        title=frame.NAME,
        update_title="",
        index_string=frame.INDEX,
        suppress_callback_exceptions=True,  # a view's controls exist while it is shown
        assets_ignore=r"^theme\.js$|^plotly",  # loaded in the head
        serve_locally=True,
    )
    pages = [lecture(VIEWS)]
    app.layout = frame.shell(VIEWS, pages)
    frame.register(app, VIEWS, pages)
    stream.register(server, VIEWS, StreamCache(server))
    runs.register(server, VIEWS)

    @server.get("/health")
    def health() -> Response:
        return jsonify(status="ok" if warming.ready.is_set() else "warming up", views=list(VIEWS))

    serving.register(server)
    Talisman(
        server,
        content_security_policy=policy(app),
        force_https=False,
        strict_transport_security=False,
        frame_options=None,
    )
    with server.test_request_context("/"):
        app.index()  # Dash serves a script only after its own process has written a page that names it
    warming.start(VIEWS.values())
    return app


def policy(app: Dash) -> dict[str, str | list[str]]:
    """Content-Security-Policy: ourselves alone. Plotly and React set styles inline."""
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
