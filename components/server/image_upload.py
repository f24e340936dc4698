"""The route by which a user's own images come here.

    POST /images           the bytes of an .npz, as application/octet-stream

It is answered by JSON: hash and sentence, or errors with a sentence each. What is beyond the bound is not read, and
nothing is ever unpickled; see `dynamics.images.read_images`. The proxy reads bodies whole before it passes them on. A
body that is being read occupies a thread, so few are read at once, and fewer from one address.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from components.jobs.store import StoreError
from components.server.compute_quota import ComputeQuota, QuotaExceeded, client_key
from components.server.stream import quota_response
from components.views.images.image_store import MAX_UPLOAD_BYTES, UPLOAD_PATH, DecodeBusy, ImageStore

log = logging.getLogger(__name__)

SECONDS = 5.0  # that the largest file takes to be read, at most
AT_ONCE, EACH_AT_ONCE = 4, 2  # files that come to a process, in all and from one address
HOURLY_BYTES = 256 << 20  # that an address may send in an hour: half of what is kept
BUSY = "Other files are being read at the moment; please try again."
TYPE = "application/octet-stream"  # which no page of another site can send without asking first


def register(server: Flask, image_store: ImageStore | None = None, limits: ComputeQuota | None = None) -> None:
    """Adds the route to the server. The image store is that of the environment, unless given; without limits there are
    none."""
    granted = limits or ComputeQuota(0, 1)
    image_store = image_store or ImageStore.of(os.environ)
    coming = UploadSlots(AT_ONCE, EACH_AT_ONCE)
    hourly = ComputeQuota(HOURLY_BYTES / 3600 if granted.rate else 0, HOURLY_BYTES, granted.workers)

    @server.post("/upload/images")  # the earlier address
    @server.post(UPLOAD_PATH)
    def upload() -> Response | tuple[Response, int]:
        length = request.content_length
        if request.mimetype != TYPE:
            return _error(f"The file has to come as {TYPE}.", 415)
        if length is None:
            return _error("The length of the file has to be told before it.", 411)
        if length > MAX_UPLOAD_BYTES:
            return _error(
                f"The file has {length:,} bytes, more than the {MAX_UPLOAD_BYTES >> 20} MiB that are taken.", 413
            )
        with coming.one(client_key(request.remote_addr)) as admitted:
            return received(length) if admitted else _error(BUSY, 503)

    def received(length: int) -> Response | tuple[Response, int]:
        try:
            sent = hourly.reserve(request.remote_addr, length)
        except QuotaExceeded as exhausted:
            minutes = -(-exhausted.wait // 60)
            return _error(
                f"Your network address has sent {HOURLY_BYTES >> 20} MiB within the last hour; "
                f"this file can be sent in {minutes} minute{'s' * (minutes > 1)}.",
                429,
                {"Retry-After": str(exhausted.wait)},
            )
        try:
            settle = granted.reserve(request.remote_addr, SECONDS)
        except QuotaExceeded as exhausted:
            sent(0.0)  # it has not been
            return quota_response(exhausted)
        taken = 0.0
        try:
            request.max_content_length = MAX_UPLOAD_BYTES
            with image_store.stage(request.stream, MAX_UPLOAD_BYTES) as file:  # type: ignore[arg-type]  # it can only be read
                begun = time.thread_time()
                try:
                    about = image_store.ingest(file)
                finally:
                    taken = time.thread_time() - begun
        except DecodeBusy:
            return _error(BUSY, 503)
        except (ValueError, RequestEntityTooLarge, ClientDisconnected) as fault:
            return _error(f"These images cannot be used: {str(fault).removesuffix('.')}.", 422)
        except (StoreError, OSError):
            log.exception("own images cannot be kept")
            return _error("Images cannot be kept on this server at present.", 503)
        finally:
            settle(taken)
        return jsonify(hash=file.name, sentence=f"{about.summary}: they are kept under their link."), 200


class UploadSlots:
    """Uploads in progress, bounded in total and for each client."""

    def __init__(self, most: int, each: int) -> None:
        self.most, self.each = most, each
        self._of: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one(self, name: str) -> Iterator[bool]:
        """One more, for as long as it comes; False where that would be too many."""
        with self._lock:
            admitted = self._of.total() < self.most and self._of[name] < self.each
            if admitted:
                self._of[name] += 1
        try:
            yield admitted
        finally:
            if admitted:
                with self._lock:
                    self._of[name] -= 1
                    self._of += Counter()  # without those of whom nothing comes


def _error(sentence: str, status: int, headers: Mapping[str, str] | None = None) -> tuple[Response, int]:
    answer = jsonify(errors=[{"sentence": sentence}])
    answer.headers.update(headers or {})
    return answer, status
