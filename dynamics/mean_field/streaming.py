"""A solution as it is integrated: advanced by some steps at a time, sampled on the way.

Nothing is kept of a step but its samples, for the unknowns are many.
"""

from typing import Any

import numpy as np

from .. import rosenbrock
from ..compiling import compiled
from .system import alignments, measure, neurons

_MOVE = 0.01  # how far an alignment, or an a in units of the largest, may move between two samples
_PARTS = 4  # of a step, in which its movement is measured


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
) -> Any:
    """Advance y by at most ``steps`` accepted steps towards t_end.

    Samples are taken at ``times`` from index ``place``, and, while ``refine`` = (movement since the last sample, the
    largest |a|, samples that may still be added) allows it, wherever something has moved by 1 %. Returns the samples
    t (k,), a and s (k, m), risk and spread (k,), the new place and a ``ResultCode``.
    """
    n, m = rosenbrock.size(system), neurons(system)
    rows = np.zeros((2, 2 + 4 * n))
    point, s = np.empty(n), np.empty((2, m))
    t_out, risk_out = np.empty(64), np.empty((64, 2))
    a_out, s_out = np.empty((64, m)), np.empty((64, m))
    count = code = taken = 0
    while place < len(times) and times[place] <= state[rosenbrock.T] and state[rosenbrock.ACCEPTED] == 0:
        t_out[count] = times[place]
        a_out[count] = y[:m]
        alignments(system, y, s_out[count])
        risk_out[count] = measure(system, y)
        count += 1
        place += 1
    while taken < steps and state[rosenbrock.T] < t_end:
        t0 = state[rosenbrock.T]
        code = rosenbrock.step(system, state, y, work, t_end, rtol)
        if code != 0:
            break
        taken += 1
        rosenbrock.keep(work, state, t0, rows[0])
        t1 = rows[1, 0] = state[rosenbrock.T]
        rows[1, 2 : 2 + n] = y
        moved = 0.0
        if refine[2] > 0.0:
            alignments(system, rows[0, 2 : 2 + n], s[0])
            before, now = rows[0, 2 : 2 + m].copy(), 0
            for part in range(1, _PARTS + 1):
                for i in range(n):
                    point[i] = rosenbrock.within(rows, 0, part / _PARTS, i, n)
                alignments(system, point, s[1 - now])
                largest = 0.0
                for i in range(m):
                    refine[1] = max(refine[1], abs(point[i]))
                    largest = max(largest, abs(s[1 - now, i] - s[now, i]), abs(point[i] - before[i]) / refine[1])
                    before[i] = point[i]
                now = 1 - now
                moved += largest
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
                if (place < len(times) and not t < times[place]) or (count > 0 and not t > t_out[count - 1]):
                    continue
            if count == len(t_out):
                t_out, risk_out = _grown(t_out), _grown(risk_out)
                a_out, s_out = _grown(a_out), _grown(s_out)
            for i in range(n):
                point[i] = rosenbrock.within(rows, 0, theta, i, n)
            t_out[count] = t
            a_out[count] = point[:m]
            alignments(system, point, s_out[count])
            risk_out[count] = measure(system, point)
            count += 1
        refine[0] = moved - (wanted - _MOVE) if moved > 0.0 else refine[0]
    return t_out[:count], a_out[:count], s_out[:count], risk_out[:count, 0], risk_out[:count, 1], place, code


@compiled
def _grown(values: Any) -> Any:
    more = np.empty((2 * len(values), *values.shape[1:]))
    more[: len(values)] = values
    return more
