"""The addresses of this site: the scheme and the host name of a request are checked before a route uses them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Flask, Response, jsonify, request

SCHEMES = "http", "https"
PROBES = "/health", "/ready"  # platforms request them by the machine's address

Wsgi = Callable[..., Iterable[bytes]]


def with_web_scheme(app: Wsgi) -> Wsgi:
    """Wrap a WSGI app so that a scheme other than http and https, which a proxy may have passed on, becomes http."""

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["wsgi.url_scheme"] not in SCHEMES:
            environ["wsgi.url_scheme"] = "http"
        return app(environ, start_response)

    return serve


def register(server: Flask, allowed: Sequence[str]) -> None:
    """Refuse requests whose Host header is malformed or names another site.

    allowed: host names, `*.example.org` for all names below one, `*` for all.
    """

    @server.before_request
    def check_host() -> Response | None:
        if request.path in PROBES:
            return None
        if not request.host:
            return _error_response("The Host header of the request is not a host name.")
        if not is_allowed(request.host, allowed):
            return _error_response("This server does not answer for the host name of the request.")
        return None


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Return whether a Host header, with or without a port, names one of the allowed hosts."""
    name = re.sub(r":[0-9]+$", "", host).lower().rstrip(".")
    return any(
        pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:])) for pattern in allowed
    )


def _error_response(sentence: str) -> Response:
    answer = jsonify(errors=[{"sentence": sentence}])
    answer.status_code = 400
    answer.headers["Cache-Control"] = "no-store"
    return answer
