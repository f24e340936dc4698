"""The columns of a run that the figures of view 3 show, and the times at which it is sampled."""

from __future__ import annotations

import numpy as np

from components.core.view import Columns
from dynamics import MeanFieldModel
from dynamics.mean_field.trajectory import residuals

LOG, LINEAR = 520, 120  # samples on each kind of axis
SHOWN = 60  # neurons drawn, evenly by their a_i(0)
FIRST = 1e-2  # of epsilon or the horizon: where a logarithmic axis begins


def times(eps: float, t_end: float) -> np.ndarray:
    """Where a run is sampled: from 0, evenly on a logarithmic axis and on a linear one."""
    first = FIRST * min(eps, t_end)
    return np.unique(np.concatenate([[0.0], np.geomspace(first, t_end, LOG), np.linspace(0.0, t_end, LINEAR + 1)]))


def shown(a0: np.ndarray) -> list[int]:
    """The neurons that are drawn."""
    order = np.argsort(a0, kind="stable")
    if a0.size <= SHOWN:
        return list(range(a0.size))
    return sorted(order[np.linspace(0, a0.size - 1, SHOWN).round().astype(int)].tolist())


def same_length(t: np.ndarray, columns: Columns) -> Columns:
    """The columns (n,), n up to the length of t, padded with nan to that of t: a solution whose integration stopped
    early has fewer samples than another one at the same times."""
    return {name: np.pad(values, (0, t.size - values.size), constant_values=np.nan) for name, values in columns.items()}


def of(
    model: MeanFieldModel, t: np.ndarray, a: np.ndarray, s: np.ndarray, risk: np.ndarray, neurons: list[int]
) -> Columns:
    """Time, risk, residual and term of each degree, a and s of the neurons that are drawn."""
    left = residuals(model, a, s)
    columns = {"t": t, "risk": risk}
    for k in range(left.shape[1]):
        columns |= {f"r{k}": left[:, k], f"h{k}": 0.5 * left[:, k] ** 2}
    for i in neurons:
        columns |= {f"a{i}": a[:, i], f"s{i}": s[:, i]}
    return columns
