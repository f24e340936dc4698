"""The past of a point: the solution through it, followed backward in time to the window's edge."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh

import numpy as np

from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.stable_manifolds import NEIGHBORS, RTOL, curve_of, followed
from dynamics.planar.system import planar
from dynamics.results import Result
from dynamics.typing import FloatArray

_TAU_MAX = 1e8  # a past that comes from an equilibrium has no beginning
_EDGE_POINTS = 2 + int(1 / NEIGHBORS)


@dataclass(frozen=True, eq=False)
class BackwardOrbit(Result):
    """Hold the points of an orbit from (R0, a0) backward in time, inside |a| <= a_max.

    Neighbors are at most 1 % of that window apart. The exact solution from any point reaches (R0, a0). Forward in time
    it may be unstable: a computed solution can miss that point.

    Attributes
    ----------
    R, a : array (n,)
        The points; the first is (R0, a0).
    tau : float
        How far back in time the orbit is followed, 0 or negative; the last point is that old, or less.
    """

    R: FloatArray
    a: FloatArray
    tau: float


def backward_orbit(model: PlanarProblem, a0: float, R0: float, a_max: float) -> BackwardOrbit:
    """The past of (R0, a0), all validated."""
    if abs(R0) == 1.0:
        return _on_the_edge(model, a0, R0, a_max)
    if abs(a0) > a_max or not any(float(v) for v in model.vector_field(R0, a0)):
        return BackwardOrbit(np.array([R0]), np.array([a0]), 0.0)
    backward = planar(*model.overlaps, model.eps, time_direction=-1)
    rows = followed(backward, atanh(R0), a0, a_max, _TAU_MAX, RTOL)
    R, a = curve_of(rows, a_max)
    outside = np.flatnonzero(np.abs(a) > a_max * (1.0 + 1e-9))
    end = outside[0] if len(outside) else len(a)
    return BackwardOrbit(R[:end], np.clip(a[:end], -a_max, a_max), -float(rows[-1, 0]))


def _on_the_edge(model: PlanarProblem, a0: float, side: float, a_max: float) -> BackwardOrbit:
    """On R = side, which is invariant, a comes from far away, from above N = p/q or from below."""
    p, _, q, _ = (float(v) for v in model.sums(side))
    gap = a0 - p / q if q > 0.0 else 0.0
    if gap == 0.0 or abs(a0) > a_max:
        return BackwardOrbit(np.array([side]), np.array([a0]), 0.0)
    end = float(np.copysign(a_max, gap))
    tau = -np.log((end - p / q) / gap) / q
    return BackwardOrbit(np.full(_EDGE_POINTS, side), np.linspace(a0, end, _EDGE_POINTS), float(tau))
