"""What several runs ended at, in a sentence: each run, or the range of those that agree; no mean of runs that part."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from components.core.formatting import format_number, pluralize

NEAR = 0.02  # for values up to 1, and this share of larger ones: what two runs may differ by and still agree
APART = 3.0  # times the range within the groups on both sides of it: a gap that parts two groups
LISTED = 2  # runs of which each is named


def resolution(values: Iterable[float]) -> float:
    """Return how close two values of this size have to be to agree."""
    known = _finite(values)
    return NEAR * max(1.0, float(np.abs(known).max())) if known.size else NEAR


def groups(values: Iterable[float]) -> list[np.ndarray]:
    """Return the finite values in groups, each ascending: parted where a gap is larger than `resolution` and than
    `APART` times the range of the values on either side."""
    known = np.sort(_finite(values))
    return _parted(known, resolution(known)) if known.size else []


def has_representative_mean(values: np.ndarray, axis: int = 0) -> np.ndarray:
    """Return whether the mean over an axis is within `resolution` of one of the values; True where no value is known."""
    moved = np.moveaxis(np.asarray(values, float), axis, -1)
    known = np.isfinite(moved)
    count = np.maximum(known.sum(axis=-1), 1)
    filled = np.where(known, moved, 0.0)
    mean = filled.sum(axis=-1) / count
    distance = np.where(known, np.abs(filled - mean[..., None]), np.inf).min(axis=-1)
    return np.asarray(~known.any(axis=-1) | (distance <= NEAR * np.maximum(1.0, np.abs(filled).max(axis=-1))))


def each(values: Iterable[float], digits: int, what: str = "run", listed: int = LISTED) -> str:
    """Return the values of runs: one number where they agree in these digits, few one by one, more as ranges of groups."""
    known = _finite(values)
    if not known.size:
        return "undefined"
    if len({format_number(one, digits) for one in known.tolist()}) == 1:
        return format_number(float(known[0]), digits)
    if known.size <= listed:
        return " and ".join(format_number(one, digits) for one in known.tolist())
    found = groups(known)
    parts = [_range(one, digits) for one in found]
    if 1 < len(found) < known.size:
        parts = [f"{part} ({pluralize(len(one), what)})" for part, one in zip(parts, found, strict=True)]
    return ", ".join(parts[:-1]) + " and " * (len(parts) > 1) + parts[-1]


def _range(values: np.ndarray, digits: int) -> str:
    low, high = (format_number(float(one), digits) for one in (values[0], values[-1]))
    return low if low == high else f"{low} to {high}"


def _parted(values: np.ndarray, near: float) -> list[np.ndarray]:
    if values.size < 2:
        return [values]
    gaps = np.diff(values)
    place = int(gaps.argmax()) + 1
    left, right = values[:place], values[place:]
    within = max(np.ptp(left), np.ptp(right))
    if gaps[place - 1] <= max(near, APART * within):
        return [values]
    return [*_parted(left, near), *_parted(right, near)]


def _finite(values: Iterable[float]) -> np.ndarray:
    given = np.asarray(list(values) if not isinstance(values, np.ndarray) else values, float)
    return given[np.isfinite(given)]
