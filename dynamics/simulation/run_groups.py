"""Which runs agree: groups of values, and whether the mean of runs describes one of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dynamics.typing import FloatArray

NEAR = 0.02  # largest difference of runs that agree; relative for values above 1
GAP_FACTOR = 3.0  # times the ranges on both sides: a larger gap separates two groups


def resolution(values: Iterable[float]) -> float:
    """Return how close two values of this size have to be to agree."""
    finite = finite_values(values)
    return NEAR * max(1.0, float(np.abs(finite).max())) if finite.size else NEAR


def groups(values: Iterable[float]) -> list[FloatArray]:
    """Return the finite values in groups, each ascending: parted where a gap is larger than `resolution` and than
    `GAP_FACTOR` times the range of the values on either side."""
    finite = np.sort(finite_values(values))
    return _separated(finite, resolution(finite)) if finite.size else []


def has_representative_mean(values: FloatArray, axis: int = 0) -> FloatArray:
    """Return whether the mean over an axis is within `resolution` of one of the values; True where no value is
    known."""
    moved = np.moveaxis(np.asarray(values, float), axis, -1)
    finite = np.isfinite(moved)
    count = np.maximum(finite.sum(axis=-1), 1)
    filled = np.where(finite, moved, 0.0)
    mean = filled.sum(axis=-1) / count
    distance = np.where(finite, np.abs(filled - mean[..., None]), np.inf).min(axis=-1)
    return np.asarray(~finite.any(axis=-1) | (distance <= NEAR * np.maximum(1.0, np.abs(filled).max(axis=-1))))


def finite_values(values: Iterable[float]) -> FloatArray:
    """Return the values that are known (n,)."""
    numbers = np.asarray(list(values) if not isinstance(values, np.ndarray) else values, float)
    return np.asarray(numbers[np.isfinite(numbers)])


def _separated(values: FloatArray, min_gap: float) -> list[FloatArray]:
    if values.size < 2:
        return [values]
    gaps = np.diff(values)
    index = int(gaps.argmax()) + 1
    left, right = values[:index], values[index:]
    within = max(np.ptp(left), np.ptp(right))
    if gaps[index - 1] <= max(min_gap, GAP_FACTOR * within):
        return [values]
    return [*_separated(left, min_gap), *_separated(right, min_gap)]
