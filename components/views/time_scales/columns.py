"""Columns of the trajectories of the Time-scales view, and their sample times."""

from __future__ import annotations

import numpy as np

from components.core.view import Columns
from dynamics import MeanFieldModel
from dynamics.mean_field.trajectory import residuals

LOG, LINEAR = 520, 120  # samples on each kind of axis
MAX_NEURONS = 60  # in the figure, an even selection by a_i(0)
LOG_START = 1e-2  # of epsilon or the horizon: start of a logarithmic axis


def times(eps: float, t_end: float) -> np.ndarray:
    """Return the sample times: 0, then evenly spaced on a logarithmic and on a linear axis."""
    log_start = LOG_START * min(eps, t_end)
    return np.unique(np.concatenate([[0.0], np.geomspace(log_start, t_end, LOG), np.linspace(0.0, t_end, LINEAR + 1)]))


def selected_neurons(a0: np.ndarray) -> list[int]:
    """Return the neurons of the figure."""
    order = np.argsort(a0, kind="stable")
    if a0.size <= MAX_NEURONS:
        return list(range(a0.size))
    return sorted(order[np.linspace(0, a0.size - 1, MAX_NEURONS).round().astype(int)].tolist())


def same_length(t: np.ndarray, columns: Columns) -> Columns:
    """Return the columns padded with nan to the length of t.

    A solution whose integration stopped early has fewer samples than another one at the same times.
    """
    return {name: np.pad(values, (0, t.size - values.size), constant_values=np.nan) for name, values in columns.items()}


def of(
    model: MeanFieldModel, t: np.ndarray, a: np.ndarray, s: np.ndarray, risk: np.ndarray, neurons: list[int]
) -> Columns:
    """Return time, risk, residual and term of each degree, a and s of the selected neurons."""
    residual = residuals(model, a, s)
    columns = {"t": t, "risk": risk}
    for k in range(residual.shape[1]):
        columns |= {f"r{k}": residual[:, k], f"h{k}": 0.5 * residual[:, k] ** 2}
    for i in neurons:
        columns |= {f"a{i}": a[:, i], f"s{i}": s[:, i]}
    return columns
