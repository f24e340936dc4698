"""Final values of several runs in a sentence: each run, or the ranges of groups of runs that agree; no mean of runs
that disagree.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from components.core.formatting import pluralize
from dynamics.plotting.number_text import format_number
from dynamics.simulation.run_groups import finite_values, groups

MAX_LISTED = 2  # runs that are listed one by one


def each(values: Iterable[float], digits: int, what: str = "run", listed: int = MAX_LISTED) -> str:
    """Return the values of runs: one number where they agree in these digits, few one by one, more as ranges of
    groups."""
    finite = finite_values(values)
    if not finite.size:
        return "undefined"
    if len({format_number(one, digits) for one in finite.tolist()}) == 1:
        return format_number(float(finite[0]), digits)
    if finite.size <= listed:
        return " and ".join(format_number(one, digits) for one in finite.tolist())
    value_groups = groups(finite)
    parts = [_range(one, digits) for one in value_groups]
    if 1 < len(value_groups) < finite.size:
        parts = [f"{part} ({pluralize(len(one), what)})" for part, one in zip(parts, value_groups, strict=True)]
    return ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]


def _range(values: np.ndarray, digits: int) -> str:
    low, high = (format_number(float(one), digits) for one in (values[0], values[-1]))
    return low if low == high else f"{low} to {high}"
