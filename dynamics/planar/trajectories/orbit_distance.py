"""How far a solution is from the orbit that it tends to as eps goes to 0."""

from __future__ import annotations

import numpy as np

from dynamics.planar.structure.singular_orbit import singular_orbit
from dynamics.planar.trajectories.samples import Samples


def orbit_distance(trajectory: Samples) -> float:
    """See ``Trajectory.orbit_distance``."""
    orbit = singular_orbit(trajectory.model, trajectory.a0, trajectory.R0)
    R = np.concatenate([piece.R for piece in orbit.pieces])
    a = np.concatenate([piece.a for piece in orbit.pieces])
    height = np.abs(a).max() if orbit.pieces[-1].end == "infinity" else np.inf  # where its samples end
    seen = np.abs(trajectory.a) <= height
    scale = 1.0 / np.maximum(1.0, np.abs(trajectory.a[seen]))[:, None]
    x, y = R - trajectory.R[seen][:, None], (a - trajectory.a[seen][:, None]) * scale
    if R.size == 1:
        return float(np.hypot(x, y).max())
    dx, dy = np.diff(x, axis=1), np.diff(y, axis=1)
    length = dx * dx + dy * dy
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(length > 0.0, -(x[:, :-1] * dx + y[:, :-1] * dy) / length, 0.0)
    share = np.clip(share, 0.0, 1.0)
    nearest = np.hypot(x[:, :-1] + share * dx, y[:, :-1] + share * dy).min(axis=1)
    return float(nearest.max())
