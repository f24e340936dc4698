"""Reading from other origins: an embed in a sandboxed frame has the origin `null`, and so have its requests.

Everything that GET returns is public and the app sets no cookie, so any page may read it. The callback that returns a
page's layout is a POST and only reads, too. The upload of images stays closed.
"""

from __future__ import annotations

from flask import Flask, Response, request

from components.server.callback_guard import ROUTE

EXPOSED_HEADERS = "X-Release, Retry-After, Content-Disposition"
MAX_AGE_SECONDS = 86_400


def register(server: Flask) -> None:
    """Add the headers of cross-origin reading to the server's responses, and answer preflight requests."""

    @server.after_request
    def allow(response: Response) -> Response:
        method = request.headers.get("Access-Control-Request-Method", "") if _is_preflight() else request.method
        if method not in ("GET", "HEAD") and (method, request.path) != ("POST", ROUTE):
            return response
        response.headers["Access-Control-Allow-Origin"] = "*"
        if _is_preflight():
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = str(MAX_AGE_SECONDS)
        else:
            response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        return response


def _is_preflight() -> bool:
    return request.method == "OPTIONS"
