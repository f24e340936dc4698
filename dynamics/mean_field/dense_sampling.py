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
    point, parts, s = np.empty(n), np.empty((_PARTS, n)), np.empty((_PARTS + 1, m))
    out = np.empty((64, 3 + 2 * m))
    count = code = taken = 0
    if state[rosenbrock.ACCEPTED] == 0:
        alignments(system, y, s[0])
        above = np.empty(len(crossings[2]))
        _above(system, crossings[0], crossings[1], y, s[0], above)
        for k in range(len(above)):
            if above[k] <= 0.0:
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
        watched = False
        for k in range(len(crossings[2])):
            watched = watched or np.isnan(crossings[2][k])
        moved = 0.0
        if watched or refine[2] > 0.0:
            for part in range(_PARTS):
                for i in range(n):
                    parts[part, i] = rosenbrock.evaluate_dense(rows, 0, (part + 1) / _PARTS, i, n)
                alignments(system, parts[part], s[part + 1])
        if watched:
            _cross(system, crossings, rows, t0, t1, parts, s, point)
        if refine[2] > 0.0:
            moved = _movement(system, rows, refine, parts, s)
        theta, next_sample_at = 0.0, _MOVE - refine[0]  # movement until the next sample by movement
        while True:
            by_time = (times[place] - t0) / (t1 - t0) if place < len(times) and times[place] <= t1 else 2.0
            if place < len(times) and times[place] <= t0:
                by_time = 0.0
            by_move = next_sample_at / moved if moved > 0.0 and refine[2] > 0.0 else 2.0
            theta = min(by_time, by_move)
            if theta > 1.0:
                break
            if by_time <= by_move:
                t = times[place]
                place += 1
            else:
                t = t0 + theta * (t1 - t0)
                next_sample_at += _MOVE
                refine[2] -= 1.0
                if (place < len(times) and not t < times[place]) or (count > 0 and not t > out[count - 1, 0]):
                    continue
            if count == len(out):
                out = longer(out)
            for i in range(n):
                point[i] = rosenbrock.evaluate_dense(rows, 0, theta, i, n)
            _write(system, t, point, out[count])
            count += 1
        refine[0] = moved - (next_sample_at - _MOVE) if moved > 0.0 else refine[0]
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
def _movement(system: Any, rows: Any, refine: Any, parts: Any, s: Any) -> float:
    """How far, at most, an alignment, or an a in units of the largest, moves within a step of which ``rows`` is the
    record, with ``parts`` (_PARTS, n) of its solution and their alignments ``s[1:]``; the largest |a| so far, in
    ``refine``, is kept up to date."""
    m = s.shape[1]
    alignments(system, rows[0, 2 : 2 + parts.shape[1]], s[0])
    moved = 0.0
    for part in range(_PARTS):
        for i in range(m):
            refine[1] = max(refine[1], abs(parts[part, i]))
        turned = shifted = 0.0
        for i in range(m):
            before = parts[part - 1, i] if part > 0 else rows[0, 2 + i]
            turned = max(turned, abs(s[part + 1, i] - s[part, i]))
            shifted = max(shifted, abs(parts[part, i] - before))
        moved += max(turned, shifted / refine[1])
    return moved


@compiled
def _above(system: Any, table: Any, level: float, a: Any, s: Any, above: Any) -> None:
    """Write by how much the residual of each degree, as a share of phi_k, is above the level; 1 where phi_k = 0."""
    above[:] = 0.0
    for i in range(len(s)):
        power = system.weights[i] * a[i]
        for k in range(len(above)):
            above[k] += power
            power *= s[i]
    for k in range(len(above)):
        above[k] = 1.0 if table[0, k] == 0.0 else abs(1.0 - table[1, k] * above[k] / table[0, k]) - level


@compiled
def _cross(system: Any, crossings: Any, rows: Any, t0: float, t1: float, parts: Any, s: Any, point: Any) -> None:
    """Find the crossings within a step, of which ``rows`` is the record; see ``advance`` and ``_movement``."""
    table, level, times = crossings
    n, above, between = len(point), np.empty(len(times)), np.empty(len(times))
    for part in range(_PARTS):
        _above(system, table, level, parts[part], s[part + 1], above)
        for k in range(len(times)):
            if not np.isnan(times[k]) or above[k] > 0.0:
                continue
            low, high = part / _PARTS, (part + 1) / _PARTS
            for _ in range(_BISECTIONS):
                theta = 0.5 * (low + high)
                for i in range(n):
                    point[i] = rosenbrock.evaluate_dense(rows, 0, theta, i, n)
                alignments(system, point, s[0])
                _above(system, table, level, point, s[0], between)
                if between[k] > 0.0:
                    low = theta
                else:
                    high = theta
            times[k] = t0 + high * (t1 - t0)
