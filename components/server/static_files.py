"""Static files and the theory page: compressed once, cached by browsers until they change."""

from __future__ import annotations

import hashlib
from typing import Any

from cachelib import SimpleCache
from flask import Flask, Request, Response, abort, g, request, send_from_directory
from flask_compress import Compress

from components.operations.build_id import build_id
from components.ui.client_modules import CLIENT, MAIN, modules

COMPRESSION: dict[str, Any] = {
    "COMPRESS_MIMETYPES": [
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "image/svg+xml",
    ],
    "COMPRESS_ALGORITHM": ["br", "gzip"],  # not application/x-ndjson: compressing a stream holds all of it back
    "COMPRESS_STREAMS": False,
    "COMPRESS_REGISTER": False,
    "COMPRESS_BR_LEVEL": 6,
}
FILES = ("/assets/", "/client/", "/_dash-component-suites/", "/theory")
YEAR = 31_536_000  # seconds
MAX_FILES = 128  # about eighty are served


def register(server: Flask) -> None:
    """Add compression and cache headers to every response of the server."""
    server.config.update(COMPRESSION)
    later = set(modules(MAIN)) - set(modules(MAIN, later=False))
    compress = Compress(server)
    server.config.update(COMPRESS_CACHE_BACKEND=_memory, COMPRESS_CACHE_KEY=_content)
    compress_file = Compress(server)

    @server.get("/client/<release>/<path:path>")
    def client_module(release: str, path: str) -> Response:
        """A module of the client, under the release so that what imports it has the same one.

        A page that comes while the app is updated has all of its modules from the new release; a module that an older
        page imports later would not fit the others.
        """
        if release != build_id() and path in later:
            abort(404)
        response = send_from_directory(CLIENT, path, mimetype="text/javascript")
        g.versioned = release == build_id()
        return response

    @server.after_request
    def mark_pages_private(response: Response) -> Response:
        """Return a page holds the host name of its request, so no shared cache may keep it."""
        if response.mimetype == "text/html":
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    @server.after_request
    def send(response: Response) -> Response:
        if not request.path.startswith(FILES) or response.status_code != 200:
            return compress.after_request(response)
        response.direct_passthrough = False
        data = response.get_data()  # a file at a time fits into memory, and only what is whole is kept compressed
        g.content = hashlib.blake2b(data, digest_size=20).hexdigest()
        named = not request.path.startswith(FILES[-1]) and {"m", "v"} & request.args.keys()
        if named or g.get("versioned"):  # its version is in its address
            response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        return compress_file.after_request(response)


def _memory() -> SimpleCache:
    return SimpleCache(threshold=MAX_FILES, default_timeout=0)


def _content(_request: Request) -> str:
    """Return the cache key of a file: its content, since one file has any number of addresses."""
    key: str = g.content
    return key
