"""From which width on the planar law holds: the exact solution of width m against the planar one."""

from __future__ import annotations

from math import exp, inf, log, nan
from typing import Any

import numpy as np

from dynamics.integrators.rosenbrock import ResultCode
from dynamics.jit import compiled
from dynamics.planar.finite_width.model import solve as finite_width_trajectory
from dynamics.planar.finite_width.problem import FiniteWidthProblem
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.trajectories.trajectory import solve as planar_trajectory
from dynamics.planar.validation import WIDTH_RANGE
from dynamics.typing import FloatArray

_RTOL = 1e-6  # far below any tolerance that can be asked for
_SAMPLES = 400
_PRECISION = log(1.01)  # of ln m


def required_width(model: PlanarProblem, a0: float, R0: float, tau_end: float, tolerance: float) -> float:
    """See ``UnlearningModel.required_width``; arguments validated. At most 19 integrations."""
    run = planar_trajectory(model, a0, R0, tau_end, _SAMPLES, None, _RTOL)
    if run.code != ResultCode.SUCCESS:
        return nan
    planar = np.array([run.tau, run.R, run.a])

    def holds(m: float) -> bool:
        wide = finite_width_trajectory(FiniteWidthProblem(model, m), a0, R0, tau_end, _SAMPLES, None, _RTOL)
        if wide.code != ResultCode.SUCCESS:
            return False
        exact = np.array([wide.tau, wide.R, wide.a])
        return stays_within(planar, exact, tolerance) and stays_within(exact, planar, tolerance)

    low, high = WIDTH_RANGE
    if not holds(high):
        return inf
    while high > low and holds(max(low, 0.1 * high)):
        high = max(low, 0.1 * high)
    if high == low:
        return low
    fails, holding = log(max(low, 0.1 * high)), log(high)
    while holding - fails > _PRECISION:
        middle = 0.5 * (fails + holding)
        fails, holding = (fails, middle) if holds(exp(middle)) else (middle, holding)
    return exp(holding)


def stays_within(own: FloatArray, other: FloatArray, tolerance: float) -> bool:
    """Whether the polyline ``other`` passes every sample of ``own`` (rows tau, R, a; shapes (3, n), (3, n'))
    within tolerance, measured in (R, a / max(1, |a|)), at a time within the share ``tolerance``."""
    return bool(_follows(own, other, tolerance))


@compiled
def _follows(own: Any, other: Any, tolerance: float) -> bool:
    first = 0
    last = other.shape[1] - 1
    for i in range(own.shape[1]):
        tau, R, a = own[0, i], own[1, i], own[2, i]
        scale = 1.0 / max(1.0, abs(a))
        early, late = tau / (1.0 + tolerance), tau * (1.0 + tolerance)
        while first < last - 1 and other[0, first + 1] < early:
            first += 1
        found = False
        j = first
        while not found and j < last and other[0, j] <= late:
            # the part of this piece that lies in the window of time
            t0, t1 = other[0, j], other[0, j + 1]
            low, high = max(0.0, (early - t0) / (t1 - t0)), min(1.0, (late - t0) / (t1 - t0))
            x, y = other[1, j] - R, (other[2, j] - a) * scale
            dx, dy = other[1, j + 1] - other[1, j], (other[2, j + 1] - other[2, j]) * scale
            square = dx * dx + dy * dy
            theta = -(x * dx + y * dy) / square if square > 0.0 else 0.0
            theta = min(high, max(low, theta))
            found = (x + theta * dx) ** 2 + (y + theta * dy) ** 2 <= tolerance * tolerance
            j += 1
        if not found:
            return False
    return True
