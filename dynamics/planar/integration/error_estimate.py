"""How far a computed trajectory is from the true orbit, estimated against a tighter integration."""

from math import inf
from typing import Any

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled
from dynamics.planar.system import sums

BEHIND, AHEAD = 8, 32  # rows of the record that are looked through for the one nearest to a sample


@compiled
def velocity(system: Any, R: float, a: float) -> Any:
    """(dR/dtau, da/dtau)."""
    p, g, q, h = sums(system.table, R)
    return a * (1.0 - R * R) * (g - a * h) * system.rate, p - a * q


@compiled
def deviation(system: Any, own: Any, rows: Any) -> Any:
    """How far samples (tau, R, a) are from the orbit in a record: the largest distance, and the largest
    relative shift in time where |dR/dtau| > 1 after it has once been smaller."""
    steps = len(rows) - 1
    R_rows = np.empty(steps + 1)
    for j in range(steps + 1):
        R_rows[j] = alignment(rows[j, 2])[0]
    farthest = shifted = 0.0
    has_been_slow = False
    before = 0  # the record's row nearest to the last sample: both are in the order of time
    for i in range(own.shape[1]):
        tau, R, a = own[0, i], own[1, i], own[2, i]
        scale = 1.0 / max(1.0, abs(a))
        nearest = before
        best = inf
        j = max(0, before - BEHIND)
        while j <= min(steps, nearest + AHEAD):
            distance = (R_rows[j] - R) ** 2 + ((rows[j, 3] - a) * scale) ** 2
            if distance < best:
                best, nearest = distance, j
            j += 1
        before = nearest
        at_best = rows[nearest, 0]
        for index in range(max(0, nearest - 1), min(steps, nearest + 1)):
            h = rows[index, 1]
            theta = 0.0 if index == nearest else 1.0
            for _ in range(30):
                x, _slope = alignment(rosenbrock.evaluate_dense(rows, index, theta, 0, 2))
                y = rosenbrock.evaluate_dense(rows, index, theta, 1, 2)
                ex, ey = R - x, (a - y) * scale
                distance = ex * ex + ey * ey
                if distance < best:
                    best, at_best = distance, rows[index, 0] + theta * h
                # the interpolant's own slope: beside a stiff branch the vector field is another
                ahead, _slope = alignment(rosenbrock.evaluate_dense(rows, index, theta + 1e-4, 0, 2))
                dx = 1e4 * (ahead - x)
                dy = 1e4 * scale * (rosenbrock.evaluate_dense(rows, index, theta + 1e-4, 1, 2) - y)
                square = dx * dx + dy * dy
                if square == 0.0:
                    break
                following = min(1.0, max(0.0, theta + (ex * dx + ey * dy) / square))
                if abs(following - theta) < 1e-10:
                    break
                theta = following
            if 0.0 < theta < 1.0:
                break  # the foot is inside this step, not in the next
        farthest = max(farthest, best)
        if abs(velocity(system, R, a)[0]) < 1.0:
            has_been_slow = True
        elif has_been_slow:
            shifted = max(shifted, abs(at_best - tau) / tau)
    return farthest**0.5, shifted
