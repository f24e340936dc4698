"""What is counted, for `/metrics` in Prometheus's text format (version 0.0.4).

All workers count into one piece of memory that has no file: the master makes it before it forks, so the sum is there
whichever worker is asked, nothing is left behind, and no full disk can be in the way. Each process writes to a row of
its own; the row of one that has ended is added to the first.
"""

from __future__ import annotations

import mmap
import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

ROWS, SLOTS = 128, 4096  # processes alive at once, numbers of each: 4 MiB, of which only what is used takes memory
PREFIX = "feature_unlearning_"
HISTOGRAM_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

_memory = np.frombuffer(mmap.mmap(-1, ROWS * SLOTS * 8), dtype=np.float64).reshape(ROWS, SLOTS)
_taken: set[int] = set()  # rows, as the master knows them
_row = 0  # of this process; the first where nothing forks
_lock = threading.Lock()


@dataclass(frozen=True)
class Family:
    """A counter, or a histogram of seconds: its name, its help, and for each label what it may say."""

    name: str
    help: str
    labels: dict[str, tuple[str, ...]]
    histogram: bool = False

    @property
    def width(self) -> int:
        """Slots for each combination of labels: of a histogram its counts and its sum."""
        return len(HISTOGRAM_BUCKETS) + 2 if self.histogram else 1


@dataclass(frozen=True)
class Gauge:
    """A value measured on request: its name, its help, its label, and a value for each word of the label."""

    name: str
    help: str
    label: str
    values: Mapping[str, float]


_families: list[Family] = []
_slots: dict[tuple[str, ...], int] = {}


def register_metrics(families: Iterable[Family]) -> None:
    """Lays out the slots: the same in every worker, for it depends on the code alone."""
    _families[:] = families
    _slots.clear()
    used = 0
    for family in _families:
        for labels in product(*family.labels.values()):
            _slots[(family.name, *labels)] = used
            used += family.width
    assert used <= SLOTS


def count(name: str, *labels: str, amount: float = 1.0) -> None:
    """Adds to a counter. What is not declared is not counted: no label comes from a link."""
    slot = _slots.get((name, *labels))
    if slot is not None:
        with _lock:
            _memory[_row, slot] += amount


def observe(name: str, *labels: str, seconds: float) -> None:
    """Adds a duration to a histogram."""
    slot = _slots.get((name, *labels))
    if slot is not None:
        with _lock:
            _memory[_row, slot + bisect_left(HISTOGRAM_BUCKETS, seconds)] += 1.0
            _memory[_row, slot + len(HISTOGRAM_BUCKETS) + 1] += seconds


def total(name: str, *labels: str) -> float:
    """The sum of a counter over all processes."""
    return float(_memory[:, _slots[(name, *labels)]].sum())


def allocate_worker_row() -> int:
    """In the master, before it forks: a row for the child. The first is for whom there is none left."""
    global _row
    _row = next((row for row in range(1, ROWS) if row not in _taken), 0)
    _taken.add(_row)
    return _row


def release_worker_row(row: int) -> None:
    """In the master, when the child has ended: what it has counted stays counted."""
    if row:
        _memory[0] += _memory[row]
        _memory[row] = 0.0
        _taken.discard(row)


def text(gauges: Iterable[Gauge] = ()) -> str:
    """Everything, as Prometheus reads it."""
    sums = _memory.sum(axis=0)
    lines: list[str] = []
    for family in _families:
        name = PREFIX + family.name
        lines.append(f"# HELP {name} {family.help}")
        lines.append(f"# TYPE {name} {'histogram' if family.histogram else 'counter'}")
        for labels in product(*family.labels.values()):
            slot = _slots[(family.name, *labels)]
            pairs = [f'{label}="{word}"' for label, word in zip(family.labels, labels, strict=True)]
            lines += _series(name, pairs, sums[slot : slot + family.width], family.histogram)
    for gauge in gauges:
        name = PREFIX + gauge.name
        lines += [f"# HELP {name} {gauge.help}", f"# TYPE {name} gauge"]
        lines += [f'{name}{{{gauge.label}="{word}"}} {value:.12g}' for word, value in gauge.values.items()]
    return "\n".join(lines) + "\n"


def _series(name: str, pairs: Sequence[str], values: np.ndarray, histogram: bool) -> list[str]:
    if not histogram:
        return [f"{name}{_braced(pairs)} {values[0]:.12g}"]
    if not values.any():
        return []
    cumulative = np.cumsum(values[:-1])
    edges = [*(f"{edge:g}" for edge in HISTOGRAM_BUCKETS), "+Inf"]
    buckets = [
        f"{name}_bucket{_braced([*pairs, f'le={chr(34)}{edge}{chr(34)}'])} {number:.12g}"
        for edge, number in zip(edges, cumulative, strict=True)
    ]
    return [
        *buckets,
        f"{name}_sum{_braced(pairs)} {values[-1]:.12g}",
        f"{name}_count{_braced(pairs)} {cumulative[-1]:.12g}",
    ]


def _braced(pairs: Sequence[str]) -> str:
    return "{" + ",".join(pairs) + "}" if pairs else ""
