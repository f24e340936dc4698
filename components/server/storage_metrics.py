"""Gauges of the stores for `/metrics`: jobs by status, bytes of jobs and of images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import get_args

from prometheus_client.metrics_core import GaugeMetricFamily

from components.jobs.queue import Status
from components.jobs.store import Store, StoreError
from components.operations import metrics
from components.views.images.image_store import ImageStore


def gauges(store: Store, image_store: ImageStore) -> Iterator[GaugeMetricFamily]:
    """Yield the gauges, measured now; stores that do not answer are left out."""
    stored_bytes: dict[str, float] = {}
    with suppress(StoreError):
        board = store.board()
        by_status = Counter(entry.status for entry in board.values())
        statuses = ((status, by_status[status]) for status in get_args(Status))
        yield metrics.gauge("runs", "Runs by status.", "status", statuses)
        stored_bytes["runs"] = sum(entry.size for entry in board.values())
    with suppress(OSError):
        folder = image_store.path
        stored_bytes["images"] = sum(path.stat().st_size for path in folder.iterdir()) if folder.exists() else 0
    meaning = "Bytes of records of runs, and of images with their results."
    yield metrics.gauge("stored_bytes", meaning, "of", stored_bytes.items())
