"""How times are printed."""

from __future__ import annotations

import statistics
from collections.abc import Sequence


def median(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def high(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def text(values: Sequence[float]) -> str:
    """Both, in milliseconds."""
    return f"median {median(values):6.1f} ms   95 % {high(values):6.1f} ms"
