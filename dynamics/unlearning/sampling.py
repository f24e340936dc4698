"""Sampling of a recorded solution by dense output: at given times, or so densely that a plot is true."""

from math import exp, inf, log
from typing import Any

import numpy as np

from .. import rosenbrock
from ..compiling import compiled
from .planar import alignment

_MOVE = 0.01  # of the range: how far R and a may each move between two samples
_SAMPLE_BUDGET = 20_000  # refinement may add this many samples


@compiled
def locate(rows: Any, low: int, high: int, t: float) -> int:
    """The step of a record that holds time t, known to lie between steps ``low`` and ``high``."""
    while high - low > 1:
        middle = (low + high) // 2
        if rows[middle, 0] <= t:
            low = middle
        else:
            high = middle
    return low


@compiled
def sample_at(rows: Any, taus: Any) -> Any:
    """tau, R, a of shape (3, n) at the given times; nan beyond the record's end."""
    out = np.empty((3, len(taus)))
    steps = len(rows) - 1
    index = 0
    for i in range(len(taus)):
        t = taus[i]
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        out[0, i] = t
        if t > rows[steps, 0]:
            out[1, i] = out[2, i] = np.nan
        else:
            out[1, i] = alignment(rosenbrock.interpolate(rows, index, t, 0, 2))[0]
            out[2, i] = rosenbrock.interpolate(rows, index, t, 1, 2)
    return out


@compiled
def sample_refined(rows: Any, n: int, tau_first: float) -> Any:
    """tau, R, a of shape (3, samples): 0 and n log-spaced times up to the record's end, and between
    them as many as it takes for R and a each to move less than 1 % of their range."""
    steps = len(rows) - 1
    tau_end = rows[steps, 0]
    R_min, R_max = 2.0, -2.0
    a_min, a_max = inf, -inf
    for row in rows:
        R, _ = alignment(row[2])
        R_min, R_max = min(R_min, R), max(R_max, R)
        a_min, a_max = min(a_min, row[3]), max(a_max, row[3])
    R_move = _MOVE * (R_max - R_min)
    a_move = _MOVE * (a_max - a_min)

    capacity = n + 1 + _SAMPLE_BUDGET
    out = np.empty((3, n + 512))
    out[0, 0] = rows[0, 0]
    out[1, 0] = alignment(rows[0, 2])[0]
    out[2, 0] = rows[0, 3]
    count = 1
    ratio = log(tau_end / tau_first) / (n - 1)
    pending = np.empty((80, 3))
    pending_step = np.empty(80, np.int64)
    step_now = 0
    for i in range(n):
        t = tau_end if i == n - 1 else tau_first * exp(ratio * i)
        index = step_now
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        depth = 0
        pending[0, 0] = t
        pending[0, 1] = alignment(rosenbrock.interpolate(rows, index, t, 0, 2))[0]
        pending[0, 2] = rosenbrock.interpolate(rows, index, t, 1, 2)
        pending_step[0] = index
        while depth >= 0:
            t0, R0, a0 = out[0, count - 1], out[1, count - 1], out[2, count - 1]
            t1, R1, a1 = pending[depth, 0], pending[depth, 1], pending[depth, 2]
            moved = abs(R1 - R0) >= R_move > 0.0 or abs(a1 - a0) >= a_move > 0.0
            middle = 0.5 * (t0 + t1)
            if moved and depth < 79 and t0 < middle < t1 and count < capacity - depth:
                index = locate(rows, step_now, pending_step[depth] + 1, middle)
                depth += 1
                pending[depth, 0] = middle
                pending[depth, 1] = alignment(rosenbrock.interpolate(rows, index, middle, 0, 2))[0]
                pending[depth, 2] = rosenbrock.interpolate(rows, index, middle, 1, 2)
                pending_step[depth] = index
                continue
            if count == out.shape[1]:
                grown = np.empty((3, 2 * count))
                grown[:, :count] = out
                out = grown
            out[0, count], out[1, count], out[2, count] = t1, R1, a1
            count += 1
            step_now = pending_step[depth]
            depth -= 1
    return out[:, :count]
