"""A solution as it is integrated: advanced by some steps at a time, sampled on the way.

Nothing is kept of a step but its samples, for the unknowns are many.
"""

from typing import Any

import numpy as np

from dynamics.integrators import rosenbrock
from dynamics.integrators.arrays import longer
from dynamics.jit import compiled
from dynamics.mean_field.system import alignments, measure, neurons

_MOVE = 0.01  # how far an alignment, or an a in units of the largest, may move between two samples
_PARTS = 4  # of a step, in which its movement is measured, and between which a residual crosses its level at most once
_BISECTIONS = 60

# No residuals to watch, see `advance`.
NO_CROSSINGS = (np.zeros((2, 0)), 0.5, np.zeros(0))


@compiled
def advance(
    system: Any,
    state: Any,
    y: Any,
    work: Any,
    times: Any,
    place: int,
    refine: Any,
    t_end: float,
    rtol: float,
    steps: int,
    crossings: Any,
) -> Any:
    """Advance y by at most ``steps`` accepted steps towards t_end.

    Samples are taken at ``times`` from index ``place``, and, while ``refine`` = (movement since the last sample, the
    largest |a|, samples that may still be added) allows it, wherever something has moved by 1 %.

    ``crossings`` = (rows phi_k and sigma_k, level, times): the time at which each ``|phi_k - sigma_k sum_i w_i a_i
    s_i^k|`` first falls to level times |phi_k| is written into times, where that is nan. It is a root of the dense
    output, and does not depend on the samples.

    Returns the samples (k, 3 + 2 m), a row each: t, risk, spread, a (m,), s (m,); the new place and a ``ResultCode``.
    """
    n, m = rosenbrock.size(system), neurons(system)
    rows = np.zeros((2, 2 + 4 * n))
    point, s = np.empty(n), np.empty((2, m))
    out = np.empty((64, 3 + 2 * m))
    count = code = taken = 0
    if state[rosenbrock.ACCEPTED] == 0:
        alignments(system, y, s[0])
        for k in range(len(crossings[2])):
            if _above(system, crossings[0], crossings[1], y, s[0], k) <= 0.0:
                crossings[2][k] = state[rosenbrock.T]
    while place < len(times) and times[place] <= state[rosenbrock.T] and state[rosenbrock.ACCEPTED] == 0:
        if count == len(out):
            out = longer(out)
        _write(system, times[place], y, out[count])
        count += 1
        place += 1
    while taken < steps and state[rosenbrock.T] < t_end:
        t0 = state[rosenbrock.T]
        code = rosenbrock.step(system, state, y, work, t_end, rtol)
        if code != 0:
            break
        taken += 1
        rosenbrock.save_step(work, state, t0, rows[0])
        t1 = rows[1, 0] = state[rosenbrock.T]
        for i in range(n):
            rows[1, 2 + i] = y[i]
        _cross(system, crossings, rows, t0, t1, point, s[0])
        moved = _movement(system, rows, refine, point, s) if refine[2] > 0.0 else 0.0
        theta, wanted = 0.0, _MOVE - refine[0]  # of movement, to the next sample that it asks for
        while True:
            by_time = (times[place] - t0) / (t1 - t0) if place < len(times) and times[place] <= t1 else 2.0
            if place < len(times) and times[place] <= t0:
                by_time = 0.0
            by_move = wanted / moved if moved > 0.0 and refine[2] > 0.0 else 2.0
            theta = min(by_time, by_move)
            if theta > 1.0:
                break
            if by_time <= by_move:
                t = times[place]
                place += 1
            else:
                t = t0 + theta * (t1 - t0)
                wanted += _MOVE
                refine[2] -= 1.0
                if (place < len(times) and not t < times[place]) or (count > 0 and not t > out[count - 1, 0]):
                    continue
            if count == len(out):
                out = longer(out)
            for i in range(n):
                point[i] = rosenbrock.evaluate_dense(rows, 0, theta, i, n)
            _write(system, t, point, out[count])
            count += 1
        refine[0] = moved - (wanted - _MOVE) if moved > 0.0 else refine[0]
    return out[:count], place, code


@compiled
def _write(system: Any, t: float, y: Any, row: Any) -> None:
    """The sample at y (n,) into a row of `advance`."""
    m = neurons(system)
    row[0] = t
    row[1], row[2] = measure(system, y)
    for i in range(m):
        row[3 + i] = y[i]
    alignments(system, y, row[3 + m :])


@compiled
def _movement(system: Any, rows: Any, refine: Any, point: Any, s: Any) -> float:
    """How far, at most, an alignment, or an a in units of the largest, moves within a step of which ``rows`` is the
    record; the largest |a| so far, in ``refine``, is kept up to date."""
    n, m = len(point), s.shape[1]
    before = rows[0, 2 : 2 + m].copy()
    alignments(system, rows[0, 2 : 2 + n], s[0])
    moved, now = 0.0, 0
    for part in range(1, _PARTS + 1):
        for i in range(n):
            point[i] = rosenbrock.evaluate_dense(rows, 0, part / _PARTS, i, n)
        alignments(system, point, s[1 - now])
        largest = 0.0
        for i in range(m):
            refine[1] = max(refine[1], abs(point[i]))
            largest = max(largest, abs(s[1 - now, i] - s[now, i]), abs(point[i] - before[i]) / refine[1])
            before[i] = point[i]
        now = 1 - now
        moved += largest
    return moved


@compiled
def _above(system: Any, table: Any, level: float, a: Any, s: Any, k: int) -> float:
    """By how much the residual of degree k, as a share of phi_k, is above the level; 1 where phi_k = 0."""
    if table[0, k] == 0.0:
        return 1.0
    moment = 0.0
    for i in range(len(s)):
        moment += system.weights[i] * a[i] * s[i] ** k
    share: float = abs(1.0 - table[1, k] * moment / table[0, k])
    return share - level


@compiled
def _cross(system: Any, crossings: Any, rows: Any, t0: float, t1: float, point: Any, s: Any) -> None:
    """Find the crossings within a step, of which ``rows`` is the record; see ``advance``."""
    table, level, times = crossings
    n = len(point)
    watched = False
    for k in range(len(times)):
        watched = watched or np.isnan(times[k])
    if not watched:
        return
    for part in range(1, _PARTS + 1):
        for i in range(n):
            point[i] = rosenbrock.evaluate_dense(rows, 0, part / _PARTS, i, n)
        alignments(system, point, s)
        for k in range(len(times)):
            if not np.isnan(times[k]) or _above(system, table, level, point, s, k) > 0.0:
                continue
            low, high = (part - 1) / _PARTS, part / _PARTS
            for _ in range(_BISECTIONS):
                theta = 0.5 * (low + high)
                for i in range(n):
                    point[i] = rosenbrock.evaluate_dense(rows, 0, theta, i, n)
                alignments(system, point, s)
                if _above(system, table, level, point, s, k) > 0.0:
                    low = theta
                else:
                    high = theta
            times[k] = t0 + high * (t1 - t0)
            for i in range(n):
                point[i] = rosenbrock.evaluate_dense(rows, 0, part / _PARTS, i, n)
            alignments(system, point, s)
