"""The columns of the runs that the figures of view 4 show, and the times at which they are sampled."""

from __future__ import annotations

import numpy as np

from components.core.view import Columns
from dynamics import DescentRecord, LinearNetwork, LinearSolution

LINEAR, LOG = 240, 240  # samples on each kind of axis
FIRST = 1e-4  # of the horizon: where a logarithmic axis begins
NEURONS = 48  # drawn, evenly by the asymptote that they come from


def times(t_end: float) -> np.ndarray:
    """Where the solution is sampled: from 0, evenly on a linear axis and on a logarithmic one."""
    return np.unique(
        np.concatenate([[0.0], np.linspace(0.0, t_end, LINEAR + 1), np.geomspace(FIRST * t_end, t_end, LOG)])
    )


def drawn(network: LinearNetwork) -> list[int]:
    """Return the neurons that are drawn: all, or an even selection by v_i^2/eta_w - u_i^2/eta_u."""
    if network.d <= NEURONS:
        return list(range(network.d))
    order = np.argsort(network.p * network.q, kind="stable")
    return sorted(order[np.linspace(0, network.d - 1, NEURONS).round().astype(int)].tolist())


def of(run: LinearSolution, neurons: list[int]) -> Columns:
    """Time, output, loss, angle in degrees, kernel ratio, norms; u and v of the neurons that are drawn."""
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


def of_descent(found: list[DescentRecord]) -> Columns:
    """The same of gradient descent of one network, without its neurons."""
    return {
        "t": np.array([record.t for record in found]),
        "f": np.array([record.f[0] for record in found]),
        "loss": np.array([record.loss[0] for record in found]),
        "zeta": degrees(np.array([record.cos_zeta[0] for record in found])),
        "kernel": np.array([record.kernel_ratio[0] for record in found]),
        "un": np.array([record.u_norm[0] for record in found]),
        "vn": np.array([record.v_norm[0] for record in found]),
    }


def of_many(found: list[DescentRecord]) -> Columns:
    """The angle between u and phi(W x) in gradient descent of many networks: its mean over those in which it is
    defined, and that plus and less a standard deviation."""
    angles = degrees(np.array([record.cos_zeta_phi for record in found]))
    mean = defined_mean(angles)
    spread = np.sqrt(defined_mean((angles - mean[:, None]) ** 2))
    return {"t": np.array([record.t for record in found]), "zeta": mean, "low": mean - spread, "high": mean + spread}


def defined_mean(values: np.ndarray) -> np.ndarray:
    """The mean over the last axis of what is not nan; nan where all of it is."""
    defined = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(defined, values, 0.0).sum(axis=-1) / defined.sum(axis=-1))


def degrees(cosine: np.ndarray) -> np.ndarray:
    """Angles in degrees; of a zero vector nan."""
    return np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
