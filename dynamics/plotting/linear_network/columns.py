"""Columns of the trajectories of a linear network, and their sample times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.linear_network.descent_runs import LOG_START
from dynamics.linear_network.gradient_descent import DescentRecord
from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.solution import LinearSolution
from dynamics.typing import FloatArray

LINEAR, LOG = 240, 240  # samples on each kind of axis
MAX_NEURONS = 48  # in the figure, an even selection by their hyperbola


def times(t_end: float) -> FloatArray:
    """Return the sample times: 0, then evenly spaced on a linear and on a logarithmic axis."""
    return np.unique(
        np.concatenate([[0.0], np.linspace(0.0, t_end, LINEAR + 1), np.geomspace(LOG_START * t_end, t_end, LOG)])
    )


def selected_neurons(network: LinearNetwork) -> list[int]:
    """Return the neurons of the figure: all, or an even selection by v_i^2/eta_w - u_i^2/eta_u."""
    if network.d <= MAX_NEURONS:
        return list(range(network.d))
    order = np.argsort(network.p * network.q, kind="stable")
    return sorted(order[np.linspace(0, network.d - 1, MAX_NEURONS).round().astype(int)].tolist())


def of(run: LinearSolution, neurons: Sequence[int]) -> dict[str, FloatArray]:
    """Return time, output, loss, angle in degrees, kernel ratio, norms; u and v of the selected neurons."""
    columns = {
        "t": run.t,
        "f": run.f,
        "loss": run.loss,
        "zeta": np.degrees(run.zeta),
        "kernel": run.kernel_ratio,
        "un": run.u_norm,
        "vn": run.v_norm,
    }
    u, v = run.u(neurons), run.v(neurons)
    for k, i in enumerate(neurons):
        columns |= {f"u{i}": u[:, k], f"v{i}": v[:, k]}
    return columns


def of_descent(records: Sequence[DescentRecord]) -> dict[str, FloatArray]:
    """Return the same columns of gradient descent of one network, without its neurons."""
    return {
        "t": np.array([record.t for record in records]),
        "f": np.array([record.f[0] for record in records]),
        "loss": np.array([record.loss[0] for record in records]),
        "zeta": degrees(np.array([record.cos_zeta[0] for record in records])),
        "kernel": np.array([record.kernel_ratio[0] for record in records]),
        "un": np.array([record.u_norm[0] for record in records]),
        "vn": np.array([record.v_norm[0] for record in records]),
    }


def of_many(records: Sequence[DescentRecord]) -> dict[str, FloatArray]:
    """Return the angle between u and phi(W x) in gradient descent of many networks: its mean where it is defined, plus
    and minus a standard deviation.
    """
    angles = degrees(np.array([record.cos_zeta_phi for record in records]))
    mean = defined_mean(angles)
    spread = np.sqrt(defined_mean((angles - mean[:, None]) ** 2))
    return {"t": np.array([record.t for record in records]), "zeta": mean, "low": mean - spread, "high": mean + spread}


def defined_mean(values: NDArray[np.floating[Any]]) -> FloatArray:
    """Return the mean over the last axis of what is not nan; nan where all of it is."""
    defined = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(defined, values, 0.0).sum(axis=-1) / defined.sum(axis=-1))


def degrees(cosine: FloatArray) -> FloatArray:
    """Angles in degrees; of a zero vector nan."""
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
