"""The one stiff integrator: Rodas5P with step-size control and dense output, compiled.

A *system* is a ``NamedTuple`` of parameters. What the integrator needs to know of it is given by
``numba.extending.overload`` of the six functions of the interface below: its size, its right-hand
side, its Jacobian in whatever form suits it (2 x 2, low rank, dense) and the linear solve that goes
with that form. Dispatch is on the type, when the integrator is compiled; it costs nothing when it
runs. The systems are autonomous, so the method's ``df/dt`` terms do not appear.

``step`` advances by one accepted step; ``integrate`` drives it to an end time and keeps every step; from
a record, ``interpolate`` gives the solution anywhere between. A record's row holds
``t0, h, y0 (n), k1 (n), k2 (n), k3 (n)``; its last row is the end point, with ``h = 0``.
"""

from enum import IntEnum
from math import exp, log, sqrt
from typing import Any

import numpy as np

from dynamics.integrators import rodas5p
from dynamics.integrators.arrays import longer
from dynamics.jit import compiled


class ResultCode(IntEnum):
    """Name how an integration ended.

    Attributes
    ----------
    SUCCESS
        It reached its end.
    STEP_LIMIT
        It used up the steps that are allowed.
    STEP_TOO_SMALL
        Its step became too small to advance.
    """

    SUCCESS = 0
    STEP_LIMIT = 1
    STEP_TOO_SMALL = 2


_A, _C, _H = rodas5p.A, rodas5p.C, rodas5p.H
_GAMMA = rodas5p.gamma
_STAGES = 8
_FEW = 8  # unknowns up to which a sum stays in a register; beyond, loops over the unknowns become vector code

# The state that advances is one small array, so that compiled code can be stopped and resumed.
T, CARRY, STEP, LAST_STEP, LAST_LOG_ERROR, ACCEPTED, REJECTED, EVALUATIONS = range(8)

_SUCCESS = int(ResultCode.SUCCESS)
_STEP_LIMIT = int(ResultCode.STEP_LIMIT)
_STEP_TOO_SMALL = int(ResultCode.STEP_TOO_SMALL)

# Predictive step-size control (Gustafsson; Hairer & Wanner, Solving ODEs II, section IV.8).
_SAFETY, _GROW, _SHRINK = 0.9, 6.0, 0.2
_ORDER_POWER = 1.0 / rodas5p.order
_NOISE = 8.0  # stages add up: an error estimate up to this multiple of the noise of one is noise
_AT_REST = 4.0  # times the noise: a right-hand side not larger than that is zero
_LOG_ERROR_FLOOR = log(1e-2)  # an unusually small error says nothing of the next one
MAX_GROWTH = 1.0  # growth rate times step length up to which the method follows a growing mode
MAX_END_GROWTH = 2.0  # the same at the end of a step
MAX_END_ERROR = 10.0  # tolerances that a step's error may be by the scale of its end, which may be the smaller one


# --- the interface of a system -------------------------------------------------------------------


def size(system: Any) -> int:
    """Number of unknowns n."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def jacobian_storage(system: Any) -> int:
    """Number of floats that the Jacobian, and as many that its factors, take."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def derivative(system: Any, y: Any, dy: Any) -> None:
    """Write the right-hand side at y (n,) into dy (n,)."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> float:
    """At y (n,) write the right-hand side into dy (n,), the Jacobian into the store jac, into scale (n,)
    the size that an error of each component is to be measured by, and into noise (n,) the rounding
    error of dy, below which no step, however short, can bring its error. Return the rate of the
    fastest growing mode, or an upper bound of it."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def factorize(system: Any, jac: Any, shift: float, factors: Any) -> None:
    """Prepare to solve with ``shift I - J``."""
    raise TypeError("overloaded for each system; only compiled code calls it")


def solve(system: Any, factors: Any, b: Any) -> None:
    """Solve ``(shift I - J) x = b`` in place."""
    raise TypeError("overloaded for each system; only compiled code calls it")


# --- advancing -----------------------------------------------------------------------------------


@compiled
def initial_state(t: float, h: float) -> Any:
    """The state of an integration that begins at time t with a first step of about h."""
    state = np.zeros(8)
    state[T], state[STEP] = t, h
    return state


@compiled
def workspace(system: Any) -> Any:
    """Scratch memory for ``step``: stages; trial point and right-hand side; start, right-hand
    side there, scale, noise; Jacobian, factors; the point (n,) of the last linearization, with its growth rate."""
    n = size(system)
    m = jacobian_storage(system)
    return (
        np.zeros((_STAGES, n)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(n),
        np.zeros(m),
        np.zeros(m),
        np.full(n + 1, np.nan),
    )


@compiled
def step(system: Any, state: Any, y: Any, work: Any, t_end: float, rtol: float) -> int:
    """Advance y (n,) in place by one accepted step, not past t_end; return a ``ResultCode``.

    The error of a step is held below rtol times the system's ``scale`` in every component, or where
    that is larger at the level of rounding. Afterwards the stages in ``work`` belong to that step,
    which ``save_step`` can then write into a record.
    """
    n = size(system)
    # Helpers that take the whole workspace would count references to each of its arrays, which costs half a step.
    U, trial, f, y0, f0, scale, noise, jac, factors, linearized_at = work
    t = state[T]
    h = state[STEP]
    remaining = t_end - t
    for i in range(n):
        y0[i] = y[i]
    rejected_before = False
    while True:
        same = True
        for i in range(n):
            same = same and y[i] == linearized_at[i]
        if not same:
            linearized_at[n] = linearize(system, y, f0, jac, scale, noise)
            for i in range(n):
                linearized_at[i] = y[i]
        growth = linearized_at[n]
        resting = True
        for i in range(n):
            resting = resting and abs(f0[i]) <= _AT_REST * noise[i]
        if resting:  # what moves it is rounding: let it not drift along a line of equilibria
            U[:] = 0.0
            last = h >= remaining
            state[LAST_STEP] = remaining if last else h
            state[STEP] = h * _GROW
            state[T] = t_end if last else t + h
            state[ACCEPTED] += 1
            return _SUCCESS
        if growth * h > MAX_GROWTH:  # an L-stable method damps what grows over a long step, unseen by its estimate
            h = MAX_GROWTH / growth
        if not h > 1e-24 * abs(t) + 1e-300:
            return _STEP_TOO_SMALL
        last = h >= remaining * 0.999999
        if last:
            h = remaining
        inverse_h = 1.0 / h
        factorize(system, jac, inverse_h / _GAMMA, factors)
        for stage in range(_STAGES):  # a loop, for the compiler takes many times as long for what it would unroll to
            if stage == 0:
                for i in range(n):
                    f[i] = f0[i]
            else:
                if stage < _STAGES - 2:
                    if n < _FEW:
                        for i in range(n):
                            moved = 0.0
                            for j in range(stage):
                                moved += _A[stage, j] * U[j, i]
                            trial[i] = y0[i] + moved
                    else:
                        for i in range(n):
                            trial[i] = y0[i]
                        for j in range(stage):
                            for i in range(n):
                                trial[i] += _A[stage, j] * U[j, i]
                else:
                    for i in range(n):
                        trial[i] += U[stage - 1, i]
                derivative(system, trial, f)
                if n < _FEW:
                    for i in range(n):
                        coupled = 0.0
                        for j in range(stage):
                            coupled += _C[stage, j] * U[j, i]
                        f[i] += inverse_h * coupled
                else:
                    for j in range(stage):
                        for i in range(n):
                            f[i] += inverse_h * _C[stage, j] * U[j, i]
            solve(system, factors, f)
            for i in range(n):
                U[stage, i] = f[i]
        error = 0.0
        for i in range(n):
            y[i] = trial[i] + U[7, i]
            weight = rtol * scale[i] + _NOISE * h * noise[i]
            error = max(error, abs(U[7, i]) / weight)
            if not abs(y[i]) < 1e300:
                error = np.inf
        state[EVALUATIONS] += _STAGES
        log_error = log(max(error, 1e-10))
        if error <= 1.0:
            # Look at its end, too: a mode that decayed may grow there, an error that was harmless may decide.
            linearized_at[n] = linearize(system, y, f0, jac, scale, noise)
            for i in range(n):
                linearized_at[i] = y[i]
            grown = linearized_at[n] * h / MAX_END_GROWTH
            worse, too_large = 0.0, False
            for i in range(n):  # division takes longer than all else here
                too_large |= abs(U[7, i]) > MAX_END_ERROR * (rtol * scale[i] + _NOISE * h * noise[i])
            if grown > 1.0 or too_large:
                for i in range(n):
                    worse = max(worse, abs(U[7, i]) / (rtol * scale[i] + _NOISE * h * noise[i]))
                worse /= MAX_END_ERROR
                for i in range(n):
                    y[i] = y0[i]
                state[REJECTED] += 1
                rejected_before = True
                h *= max(_SHRINK, _SAFETY * min(1.0, 1.0 / sqrt(max(grown, 1e-10)), max(worse, 1e-10) ** -_ORDER_POWER))
                continue
            log_factor = -_ORDER_POWER * log_error
            if state[ACCEPTED] > 0 and not last:
                # what the error's own trend predicts for the next step
                trend = state[LAST_LOG_ERROR] - 2.0 * log_error
                ratio = h / state[LAST_STEP]
                log_factor = min(log_factor, _ORDER_POWER * trend + log(ratio))
            factor = min(_GROW, max(_SHRINK, _SAFETY * exp(log_factor)))
            if rejected_before:
                factor = min(factor, 1.0)
            state[LAST_LOG_ERROR] = max(log_error, _LOG_ERROR_FLOOR)
            state[LAST_STEP] = h
            state[STEP] = h * factor
            if last:
                state[T] = t_end
            else:  # a step may be shorter than the spacing of floating-point times: carry what is lost
                carried = state[CARRY] + h
                state[T] = t + carried
                state[CARRY] = carried - (state[T] - t)
            state[ACCEPTED] += 1
            return _SUCCESS
        for i in range(n):
            y[i] = y0[i]
        state[REJECTED] += 1
        rejected_before = True
        h *= max(_SHRINK, _SAFETY * exp(-_ORDER_POWER * log_error))


@compiled
def integrate(system: Any, y: Any, t: float, t_end: float, h: float, rtol: float, limit: int) -> Any:
    """Integrate y (n,) in place from t to t_end in at most ``limit`` steps.

    Returns the record (steps + 1, 2 + 4 n), the state and the ``ResultCode``.
    """
    n = size(system)
    state = initial_state(t, h)
    work = workspace(system)
    rows = np.empty((256, 2 + 4 * n))
    count = 0
    code = _SUCCESS
    while state[T] < t_end:
        if count >= limit:
            code = _STEP_LIMIT
            break
        t0 = state[T]
        code = step(system, state, y, work, t_end, rtol)
        if code != _SUCCESS:
            break
        if count + 1 == rows.shape[0]:
            rows = longer(rows)
        save_step(work, state, t0, rows[count])
        count += 1
    rows[count, 0] = state[T]
    for i in range(1, 2 + 4 * n):
        rows[count, i] = 0.0
    for i in range(n):
        rows[count, 2 + i] = y[i]
    return rows[: count + 1], state, code


@compiled
def save_step(work: Any, state: Any, t0: float, row: Any) -> None:
    """Write the step just accepted into a row of a record."""
    U, y0 = work[0], work[3]
    n = U.shape[1]
    row[0] = t0
    row[1] = state[LAST_STEP]
    for i in range(n):
        row[2 + i] = y0[i]
        for k in range(3):
            value = 0.0
            for j in range(_STAGES):
                value += _H[k, j] * U[j, i]
            row[2 + (k + 1) * n + i] = value


@compiled
def interpolate(rows: Any, index: int, t: float, i: int, n: int) -> Any:
    """Component i at time t within step ``index`` of a record."""
    h = rows[index, 1]
    return evaluate_dense(rows, index, (t - rows[index, 0]) / h if h > 0.0 else 0.0, i, n)


@compiled
def evaluate_dense(rows: Any, index: int, theta: float, i: int, n: int) -> Any:
    """Component i at the fraction theta of step ``index`` of a record. A step may be so short that
    times within it are not told apart in floating point; fractions are."""
    row = rows[index]
    y0 = row[2 + i]
    if row[1] == 0.0:
        return y0
    y1 = rows[index + 1, 2 + i]
    rest = 1.0 - theta
    k1, k2, k3 = row[2 + n + i], row[2 + 2 * n + i], row[2 + 3 * n + i]
    return rest * y0 + theta * (y1 + rest * (k1 + theta * (k2 + theta * k3)))
