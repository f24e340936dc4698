"""Sampling of a recorded solution by dense output: at given times, or so densely that a plot is true."""

from math import exp, inf, log
from typing import Any

import numpy as np

from dynamics.integrators import rosenbrock
from dynamics.integrators.arrays import wider
from dynamics.jit import compiled
from dynamics.planar.fast_slow import n_outputs, outputs

_MOVE = 0.01  # of the range: how far R, a and what else is observed may each move between two samples
_ROUNDING = 2.0**-46  # of its size: what moves by less may not have moved
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
def _at(system: Any, rows: Any, index: int, t: float, y: Any, out: Any) -> None:
    """Write what is observed at time t within step ``index`` of a record into ``out``; y (n,) is scratch."""
    n = rosenbrock.size(system)
    for i in range(n):
        y[i] = rosenbrock.interpolate(rows, index, t, i, n)
    outputs(system, y, out)


@compiled
def sample_at(system: Any, rows: Any, taus: Any) -> Any:
    """tau and what is observed (R, a, ...) at the given times; one row each; nan beyond the record's end."""
    width = n_outputs(system)
    out = np.empty((1 + width, len(taus)))
    y = np.empty(rosenbrock.size(system))
    steps = len(rows) - 1
    index = 0
    for i in range(len(taus)):
        t = taus[i]
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        out[0, i] = t
        if t > rows[steps, 0]:
            out[1:, i] = np.nan
        else:
            _at(system, rows, index, t, y, out[1:, i])
    return out


@compiled
def sample_refined(system: Any, rows: Any, n: int, tau_first: float) -> Any:
    """tau and what is observed (R, a, ...), one row each: 0 and n log-spaced times up to the record's end,
    and between them as many as it takes for each quantity to move less than 1 % of its range, or than its rounding.

    Where a jump is over between two times that are neighbors in floating point no sample is within it."""
    width = n_outputs(system)
    unknowns = rosenbrock.size(system)
    y = np.empty(unknowns)
    steps = len(rows) - 1
    tau_end = rows[steps, 0]
    lowest, highest, move = np.empty(width), np.empty(width), np.empty(width)
    lowest[:], highest[:] = inf, -inf
    for row in rows:
        outputs(system, row[2 : 2 + unknowns], move)
        for j in range(width):
            lowest[j], highest[j] = min(lowest[j], move[j]), max(highest[j], move[j])
    for j in range(width):
        size = max(abs(lowest[j]), abs(highest[j]))
        move[j] = max(_MOVE * (highest[j] - lowest[j]), _ROUNDING * size)

    capacity = n + 1 + _SAMPLE_BUDGET
    out = np.empty((1 + width, n + 512))
    out[0, 0] = rows[0, 0]
    outputs(system, rows[0, 2 : 2 + unknowns], out[1:, 0])
    count = 1
    ratio = log(tau_end / tau_first) / (n - 1)
    pending = np.empty((80, 1 + width))
    pending_step = np.empty(80, np.int64)
    step_now = 0
    for i in range(n):
        t = tau_end if i == n - 1 else tau_first * exp(ratio * i)
        index = step_now
        while index < steps - 1 and rows[index + 1, 0] <= t:
            index += 1
        depth = 0
        pending[0, 0] = t
        _at(system, rows, index, t, y, pending[0, 1:])
        pending_step[0] = index
        while depth >= 0:
            t0, t1 = out[0, count - 1], pending[depth, 0]
            moved = False
            for j in range(width):
                moved = moved or abs(pending[depth, 1 + j] - out[1 + j, count - 1]) >= move[j] > 0.0
            middle = 0.5 * (t0 + t1)
            if moved and depth < 79 and t0 < middle < t1 and count < capacity - depth:
                index = locate(rows, step_now, pending_step[depth] + 1, middle)
                depth += 1
                pending[depth, 0] = middle
                _at(system, rows, index, middle, y, pending[depth, 1:])
                pending_step[depth] = index
                continue
            if count == out.shape[1]:
                out = wider(out)
            for j in range(1 + width):
                out[j, count] = pending[depth, j]
            count += 1
            step_now = pending_step[depth]
            depth -= 1
    return out[:, :count]
