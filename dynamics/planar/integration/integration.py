"""Integration of a fast-slow system: the record of a solution, as accurate as its course asks for.

``integrate`` itself is not compiled: each compiled caller of the integrator compiles all of it again.
"""

from typing import Any

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.interruption import checkpoint
from dynamics.jit import compiled
from dynamics.planar.fast_slow import normal_contraction_rate

STEP_BUDGET = 200_000
"""Steps one integration may take (about 0.1 s); the slider range needs fewer than a tenth of it."""

_MAGNIFIED = 60.0  # see sensitivity(): up to here errors stay within what the tests allow at rtol = 1e-8


@compiled
def first_step(system: Any, y: Any, tau_end: float) -> float:
    """A step in which no unknown moves by more than about a hundredth."""
    dy = np.empty(len(y))
    rosenbrock.derivative(system, y, dy)
    fastest = 0.0
    for i in range(len(y)):
        fastest = max(fastest, abs(dy[i]) / (0.01 + abs(y[i])))
    return float(min(0.001 * tau_end, 0.01 / (fastest + 1e-300)))


@compiled
def sensitivity(system: Any, rows: Any) -> float:
    """By how much an error of a grows while a drifts along the critical manifold.

    As much as the drift does: an error of a is one of the time at which the drift is there. It is large
    where the solution passes close to a slow saddle. Counted from one jump to the next.
    """
    worst = 1.0
    ahead = 0.0
    for i in range(len(rows) - 2, -1, -1):
        step = rows[i, 1]
        moved = abs(rows[i + 1, 2] - rows[i, 2])
        if moved > step and moved * alignment(rows[i, 2])[1] > step:  # |dR/dtau| > 1: a jump
            ahead = 0.0
            continue
        drift = abs(rows[i + 1, 3] - rows[i, 3]) / step
        if ahead > worst * drift and _on_manifold(system, rows[i], rows[i + 1, 2]):
            worst = ahead / (drift + 1e-300)
        ahead = max(ahead, drift)
    return worst


@compiled
def _on_manifold(system: Any, row: Any, rho_next: float) -> bool:
    """Whether in a step R is drawn to the critical manifold much faster than it moves."""
    y = row[2 : 2 + rosenbrock.size(system)]
    return bool(normal_contraction_rate(system, y) * abs(y[0]) * row[1] > 300.0 * abs(rho_next - y[0]))


def integrate(system: Any, start: Any, tau_end: float, rtol: float, limit: int) -> Any:
    """The record of a solution from the unknowns ``start`` (n,) up to tau_end, its state and its result code.

    Where errors grow along the critical manifold, it is integrated again, as much more accurately.
    """
    checkpoint()
    h = first_step(system, start, tau_end)
    rows, state, code = rosenbrock.integrate(system, start.copy(), 0.0, tau_end, h, rtol, limit)
    magnified = sensitivity(system, rows)
    if magnified > _MAGNIFIED:
        rtol = max(1e-13, rtol * max(1e-4, 0.1 * _MAGNIFIED / magnified))
        rows, state, code = rosenbrock.integrate(system, start.copy(), 0.0, tau_end, h, rtol, limit)
    return rows, state, code
