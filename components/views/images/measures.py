"""What the captions of the Real images view state of the results: last values, peaks, and numbers over seeds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from components.core.network_groups import each
from dynamics.images import ImageRuns
from dynamics.plotting.images.columns import quantity
from dynamics.plotting.number_text import format_number


def final(runs: ImageRuns, name: str) -> np.ndarray:
    """Return the last values of each setting (settings, seeds); nan for seeds that ended early."""
    return _at_end(runs, quantity(runs, name))


def final_alignment(runs: ImageRuns) -> np.ndarray:
    """Return the last alignment of each neuron's setting and seed; nan for seeds that ended early."""
    return _at_end(runs, runs.alignment)


def _at_end(runs: ImageRuns, values: np.ndarray) -> np.ndarray:
    recorded = np.isfinite(runs.norm).any(axis=1)
    last = np.where(recorded, np.arange(recorded.shape[1]), 0).max(axis=1)
    reached_end = np.take_along_axis(np.isfinite(runs.norm), last[:, None, None], axis=2)[:, :, 0]
    return np.where(reached_end, np.take_along_axis(values, last[:, None, None], axis=2)[:, :, 0], np.nan)


def angle_changes(runs: ImageRuns, k: int) -> np.ndarray:
    """Return the change of the angle of layer k, in degrees (settings, seeds)."""
    return final(runs, f"zeta{k}") - quantity(runs, f"zeta{k}")[:, :, 0]


def peaks(runs: ImageRuns, j: int) -> np.ndarray:
    """Return the R of largest size of each seed."""
    R = quantity(runs, "R")[j]
    peaks = np.where(np.isfinite(R), np.abs(R), -1.0).argmax(axis=1)
    return np.asarray(R[np.arange(len(R)), peaks])


def lost_fractions(runs: ImageRuns, j: int) -> np.ndarray:
    """Return the fraction of its largest R that each seed has lost at the end; nan for one that ended early."""
    peak, end = peaks(runs, j), final(runs, "R")[j]
    return np.divide(peak - end, peak, out=np.where(np.isfinite(end), 0.0, np.nan), where=peak != 0)


def rises(values: np.ndarray) -> bool:
    """Return whether all seeds of a setting have larger values than all seeds of the one before."""
    return all(np.nanmax(lower) < np.nanmin(upper) for lower, upper in pairwise(values))


def seeds_of(values: np.ndarray, digits: int) -> str:
    """Return one number, or the range of the values that agree."""
    return each(values, digits, "seed", 1)


def listed(values: Iterable[np.ndarray], digits: int) -> str:
    """Return the values of each setting, separated by commas."""
    return ", ".join(seeds_of(one, digits) for one in values)


def from_to(values: np.ndarray, unit: str = "°") -> str:
    """Return the range of the values that are known."""
    if not np.isfinite(values).any():
        return "an undefined angle"
    low, high = format_number(float(np.nanmin(values)), 2), format_number(float(np.nanmax(values)), 2)
    return f"{low}{unit}" if low == high else f"{low}{unit} to {high}{unit}"
