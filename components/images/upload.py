"""The route by which a user's own images come here.

    POST /upload/images    the bytes of an .npz, as application/octet-stream

It is answered by JSON: hash and sentence, or errors with a sentence each. What is beyond the bound is not read, and
nothing is ever unpickled; see `dynamics.images.read_images`.
"""

from __future__ import annotations

import logging
import os
import threading
import time

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from components.images.shelf import Shelf
from components.limits import Exhausted, Limits
from components.runs.store import Unrecordable
from components.stream import later

log = logging.getLogger(__name__)

PATH = "/upload/images"
MOST_BYTES = 64 << 20
SECONDS = 5.0  # that the largest file takes to be read, at most
TYPE = "application/octet-stream"  # which no page of another site can send without asking first


def register(server: Flask, shelf: Shelf | None = None, limits: Limits | None = None) -> None:
    """Adds the route to the server. The shelf is that of the environment, unless given; without limits there are
    none."""
    granted = limits or Limits(0, 1)
    shelf = shelf or Shelf.of(os.environ)
    reading = threading.Lock()  # one at a time: unpacked it may be large

    @server.post(PATH)
    def upload() -> Response | tuple[Response, int]:
        length = request.content_length
        if request.mimetype != TYPE:
            return _refused(f"The file has to come as {TYPE}.", 415)
        if length is None:
            return _refused("The length of the file has to be told before it.", 411)
        if length > MOST_BYTES:
            return _refused(f"The file has {length:,} bytes, more than the {MOST_BYTES >> 20} MiB that are taken.", 413)
        if not reading.acquire(blocking=False):
            return _refused("Another file is being read at the moment; please try again.", 503)
        begun = time.monotonic()
        try:
            settle = granted.admit(request.remote_addr, SECONDS)
        except Exhausted as exhausted:
            reading.release()
            return later(exhausted)
        try:
            request.max_content_length = MOST_BYTES
            name, about = shelf.add(request.stream, MOST_BYTES)  # type: ignore[arg-type]  # it can be read, and no more
        except (ValueError, RequestEntityTooLarge, ClientDisconnected) as fault:
            return _refused(f"These images cannot be used: {str(fault).removesuffix('.')}.", 422)
        except (Unrecordable, OSError):
            log.exception("own images cannot be kept")
            return _refused("Images cannot be kept on this server at present.", 503)
        finally:
            settle(min(SECONDS, time.monotonic() - begun))
            reading.release()
        return jsonify(hash=name, sentence=f"{about.words}: they are kept under their link."), 200


def _refused(sentence: str, status: int) -> tuple[Response, int]:
    return jsonify(errors=[{"sentence": sentence}]), status
