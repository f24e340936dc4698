"""The counters of `/metrics`, with prometheus-client.

Under gunicorn each worker counts in files of its own in the folder that ``PROMETHEUS_MULTIPROC_DIR`` names, which the
master makes in memory before any worker starts (``gunicorn_conf``), and a scrape adds them up. prometheus-client reads
that variable when it is imported first, so the master imports this module later. A process alone counts in memory.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

PREFIX = "feature_unlearning_"
HISTOGRAM_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds
ENDED = "ended"  # stands for the process number in the names of the files of workers that have ended

disable_created_metrics()
_registry = CollectorRegistry()


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(PREFIX + name, meaning, labels, registry=_registry)


REQUESTS = _counter("requests_total", "Requests answered.", "route", "status")
REQUEST_SECONDS = Histogram(
    PREFIX + "request_seconds", "Time until the last byte was sent.", ("route",), buckets=HISTOGRAM_BUCKETS,
    registry=_registry,
)  # fmt: skip
STREAMS = _counter("streams_total", "Streams given: kept ones, ones under way already, computed ones.", "view", "how")
COMPUTED_SECONDS = _counter("computed_seconds_total", "Time spent computing streams.", "view")
STREAM_FAILURES = _counter("stream_failures_total", "Streams whose computation failed.", "view")
REFUSED = _counter("refused_total", "Requests refused because an address had used up its computing.")
REDIS_FAILURES = _counter("shared_failures_total", "Times that Redis did not answer, or refused.")
WORKERS_STARTED = _counter("workers_started_total", "Processes that have begun to answer.")


def start_at_zero(views: Iterable[str]) -> None:
    """Report 0 for each view before the first stream, so that a rate is known from the first one on."""
    for view in views:
        for how in ("kept", "joined", "computed"):
            STREAMS.labels(view, how)
        COMPUTED_SECONDS.labels(view)
        STREAM_FAILURES.labels(view)


def text(gauges: Iterable[GaugeMetricFamily] = ()) -> bytes:
    """Return all metrics, of all workers together, and the gauges measured now, in Prometheus's text format."""
    with _no_merge():
        registry = CollectorRegistry()
        registry.register(_Measured(gauges))
        folder = _folder()
        if folder is None:
            registry.register(_Measured(_registry.collect()))
        else:
            MultiProcessCollector(registry, str(folder))
        return generate_latest(registry)


def gauge(name: str, meaning: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    """Return a gauge with a value for each value of its label."""
    family = GaugeMetricFamily(PREFIX + name, meaning, labels=(label,))
    for label_value, value in values:
        family.add_metric((label_value,), value)
    return family


def merge_files_of(pid: int) -> None:
    """In the master, when a worker has ended: add its counts to those of all that have ended, and delete its files."""
    folder = _folder()
    if folder is None:
        return
    with _no_merge(exclusive=True):
        for kind in ("counter", "histogram"):
            path = folder / f"{kind}_{pid}.db"
            if not path.exists():
                continue
            ended = MmapedDict(str(folder / f"{kind}_{ENDED}.db"))
            for key, value, time, _ in MmapedDict.read_all_values_from_file(str(path)):
                ended.write_value(key, ended.read_value(key)[0] + value, time)
            ended.close()
            path.unlink()


class _Measured(Collector):
    """Families that were measured before."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


def _folder() -> Path | None:
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    return Path(folder) if folder else None


@contextmanager
def _no_merge(exclusive: bool = False) -> Iterator[None]:
    """Keep a scrape and a merge apart: half a merge counts twice, and a fall afterwards is taken for a reset."""
    folder = _folder()
    if folder is None:
        yield
        return
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
