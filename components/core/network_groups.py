"""Final values of several runs in a sentence: each run, or the ranges of groups of runs that agree; no mean of runs
that disagree.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from components.core.formatting import pluralize
from dynamics.plotting.number_text import format_number

NEAR = 0.02  # largest difference of runs that agree; relative for values above 1
GAP_FACTOR = 3.0  # times the ranges on both sides: a larger gap separates two groups
MAX_LISTED = 2  # runs that are listed one by one


def resolution(values: Iterable[float]) -> float:
    """Return how close two values of this size have to be to agree."""
    finite = _finite(values)
    return NEAR * max(1.0, float(np.abs(finite).max())) if finite.size else NEAR


def groups(values: Iterable[float]) -> list[np.ndarray]:
    """Return the finite values in groups, each ascending: parted where a gap is larger than `resolution` and than
    `GAP_FACTOR` times the range of the values on either side."""
    finite = np.sort(_finite(values))
    return _separated(finite, resolution(finite)) if finite.size else []


def has_representative_mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Return whether the mean over an axis is within `resolution` of one of the values; True where no value is
    known."""
    moved = np.moveaxis(np.asarray(values, float), axis, -1)
    finite = np.isfinite(moved)
    count = np.maximum(finite.sum(axis=-1), 1)
    filled = np.where(finite, moved, 0.0)
    mean = filled.sum(axis=-1) / count
    distance = np.where(finite, np.abs(filled - mean[..., None]), np.inf).min(axis=-1)
    return np.asarray(~finite.any(axis=-1) | (distance <= NEAR * np.maximum(1.0, np.abs(filled).max(axis=-1))))


def each(values: Iterable[float], digits: int, what: str = "run", listed: int = MAX_LISTED) -> str:
    """Return the values of runs: one number where they agree in these digits, few one by one, more as ranges of
    groups."""
    finite = _finite(values)
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


def _separated(values: np.ndarray, min_gap: float) -> list[np.ndarray]:
    if values.size < 2:
        return [values]
    gaps = np.diff(values)
    index = int(gaps.argmax()) + 1
    left, right = values[:index], values[index:]
    within = max(np.ptp(left), np.ptp(right))
    if gaps[index - 1] <= max(min_gap, GAP_FACTOR * within):
        return [values]
    return [*_separated(left, min_gap), *_separated(right, min_gap)]


def _finite(values: Iterable[float]) -> np.ndarray:
    numbers = np.asarray(list(values) if not isinstance(values, np.ndarray) else values, float)
    return numbers[np.isfinite(numbers)]
