"""What panels show of solutions over time: rows and the columns that they need; samples and neurons of a figure."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from dynamics.mean_field import MeanFieldChunk, MeanFieldModel, MeanFieldTrajectory
from dynamics.mean_field.trajectory import residuals
from dynamics.simulation import NetworkRecord
from dynamics.typing import FloatArray

TITLES = MappingProxyType({"risk": "risk", "terms": "½ rₖ²", "a": "aᵢ", "s": "sᵢ"})
"""Titles of the axes, by the row."""
ROWS = MappingProxyType(
    {"course": ("risk", "terms", "a", "s"), "risk": ("risk", "terms"), "neurons": ("a", "s")},
)
"""Rows of the panels over time, from top to bottom."""
LOG_SAMPLES, LINEAR_SAMPLES = 520, 120  # on each kind of axis
LOG_START = 1e-2  # of epsilon or the horizon: start of a logarithmic axis
MAX_NEURONS = 60  # in the figure, an even selection by a_i(0)


def sample_times(eps: float, t_end: float) -> FloatArray:
    """Return the sample times: 0, then evenly spaced on a logarithmic and on a linear axis."""
    log_start = LOG_START * min(eps, t_end)
    log = np.geomspace(log_start, t_end, LOG_SAMPLES)
    return np.unique(np.concatenate([[0.0], log, np.linspace(0.0, t_end, LINEAR_SAMPLES + 1)]))


def selected_neurons(a0: FloatArray) -> list[int]:
    """Return the neurons of the figure."""
    order = np.argsort(a0, kind="stable")
    if a0.size <= MAX_NEURONS:
        return list(range(a0.size))
    found: list[int] = order[np.linspace(0, a0.size - 1, MAX_NEURONS).round().astype(int)].tolist()
    return sorted(found)


def columns(
    model: MeanFieldModel, samples: MeanFieldTrajectory | MeanFieldChunk, neurons: Sequence[int]
) -> dict[str, FloatArray]:
    """Return time, risk, residual and term of each degree, a and s of the selected neurons."""
    residual = residuals(model, samples.a, samples.s)
    found = {"t": samples.t, "risk": samples.risk}
    for k in range(residual.shape[1]):
        found |= {f"r{k}": residual[:, k], f"h{k}": 0.5 * residual[:, k] ** 2}
    for i in neurons:
        found |= {f"a{i}": samples.a[:, i], f"s{i}": samples.s[:, i]}
    return found


def network_columns(
    model: MeanFieldModel, all_records: Sequence[Sequence[NetworkRecord]], neurons: Sequence[int]
) -> dict[str, FloatArray]:
    """Return columns over the records of all networks, which are lists of one for each at every time.

    They are time; the mean, least and largest risk of the networks; residual and term of each degree, means over the
    networks; a and s of the selected neurons of the first one. Without records there are none.
    """
    if not all_records:
        return {}
    risk = np.array([[record.risk for record in records] for records in all_records])
    residual = np.array(
        [
            residuals(model, np.array([r.a for r in records]), np.array([r.s for r in records]))
            for records in all_records
        ]
    )  # (times, networks, degrees)
    found = {
        "t": np.array([records[0].t for records in all_records]),
        "risk": risk.mean(axis=1), "low": risk.min(axis=1), "high": risk.max(axis=1),
    }  # fmt: skip
    for k in range(residual.shape[2]):
        found |= {f"r{k}": residual[:, :, k].mean(axis=1), f"h{k}": 0.5 * np.mean(residual[:, :, k] ** 2, axis=1)}
    for i in neurons:
        found |= {f"a{i}": np.array([records[0].a[i] for records in all_records])}
        found |= {f"s{i}": np.array([records[0].s[i] for records in all_records])}
    return found
