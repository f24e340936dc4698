"""The route for uploads of images.

    POST /images           the bytes of an .npz, as application/octet-stream

The response is JSON: hash and sentence, or errors with a sentence each. Bytes beyond the limit are not read, and
nothing is unpickled; see `dynamics.images.read_images`. The proxy buffers complete bodies before it forwards them. A
body that is being read occupies a thread, so the number of concurrent uploads is bounded, in total and per address.
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

MAX_DECODE_SECONDS = 5.0  # of CPU, for the largest file
MAX_UPLOADS, MAX_UPLOADS_PER_CLIENT = 4, 2  # concurrent, in each process
MAX_HOURLY_BYTES = 256 << 20  # from one address: half of the store
BUSY = "Other files are being read at the moment; please try again."
TYPE = "application/octet-stream"  # pages of other sites cannot send it without a preflight request


def register(server: Flask, image_store: ImageStore | None = None, limits: ComputeQuota | None = None) -> None:
    """Add the route to the server. By default the image store is that of the environment, and there are no limits."""
    granted = limits or ComputeQuota(0, 1)
    image_store = image_store or ImageStore.of(os.environ)
    slots = UploadSlots(MAX_UPLOADS, MAX_UPLOADS_PER_CLIENT)
    hourly = ComputeQuota(MAX_HOURLY_BYTES / 3600 if granted.rate else 0, MAX_HOURLY_BYTES, granted.workers)

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
        with slots.acquire(client_key(request.remote_addr)) as admitted:
            return received(length) if admitted else _error(BUSY, 503)

    def received(length: int) -> Response | tuple[Response, int]:
        try:
            bytes_charge = hourly.reserve(request.remote_addr, length)
        except QuotaExceeded as exceeded:
            minutes = -(-exceeded.wait // 60)
            return _error(
                f"Your network address has sent {MAX_HOURLY_BYTES >> 20} MiB within the last hour; "
                f"this file can be sent in {minutes} minute{'s' * (minutes > 1)}.",
                429,
                {"Retry-After": str(exceeded.wait)},
            )
        try:
            charge = granted.reserve(request.remote_addr, MAX_DECODE_SECONDS)
        except QuotaExceeded as exceeded:
            bytes_charge(0.0)  # nothing was sent
            return quota_response(exceeded)
        cpu_seconds = 0.0
        try:
            request.max_content_length = MAX_UPLOAD_BYTES
            with image_store.stage(request.stream, MAX_UPLOAD_BYTES) as file:  # type: ignore[arg-type]  # it can only be read
                started = time.thread_time()
                try:
                    about = image_store.ingest(file)
                finally:
                    cpu_seconds = time.thread_time() - started
        except DecodeBusy:
            return _error(BUSY, 503)
        except (ValueError, RequestEntityTooLarge, ClientDisconnected) as error:
            return _error(f"These images cannot be used: {str(error).removesuffix('.')}.", 422)
        except (StoreError, OSError):
            log.exception("own images cannot be kept")
            return _error("Images cannot be kept on this server at present.", 503)
        finally:
            charge(cpu_seconds)
        return jsonify(hash=file.name, sentence=f"{about.summary}: they are kept under their link."), 200


class UploadSlots:
    """Uploads in progress, bounded in total and for each client."""

    def __init__(self, max_total: int, max_per_client: int) -> None:
        self.max_total, self.max_per_client = max_total, max_per_client
        self._of: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def acquire(self, name: str) -> Iterator[bool]:
        """Occupy a slot within the context; yield False if too many are occupied."""
        with self._lock:
            admitted = self._of.total() < self.max_total and self._of[name] < self.max_per_client
            if admitted:
                self._of[name] += 1
        try:
            yield admitted
        finally:
            if admitted:
                with self._lock:
                    self._of[name] -= 1
                    self._of += Counter()  # drop clients without uploads


def _error(sentence: str, status: int, headers: Mapping[str, str] | None = None) -> tuple[Response, int]:
    answer = jsonify(errors=[{"sentence": sentence}])
    answer.headers.update(headers or {})
    return answer, status
