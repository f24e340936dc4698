"""Many trajectories side by side, one step at a time: Rodas5P in vector code.

The same system, method and control as ``planar.system`` and ``rosenbrock``, laid out so that the compiler makes vector
code of it: each quantity is a row of ``LANES`` floats in one flat array, and every loop is a short one over the
lanes without a branch. What a lane integrates is exchanged from outside when it is done (``batch_integrator``). Stages
and coefficients have arrays of their own: where they lie is known only when it runs, and a compiler that
cannot rule out that they overlap the rows makes no vector code.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np

from dynamics.integrators import rodas5p
from dynamics.integrators.rosenbrock import MAX_END_ERROR, MAX_END_GROWTH, MAX_GROWTH
from dynamics.integrators.simd_math import exponential, logarithm
from dynamics.jit import compiled
from dynamics.planar.system import MIN_LAG, NEAR_PASSAGE, OF_LAG

LANES = 16
DEGREES_MIN = 5  # K is at least that: what is missing is zero

# Rows of the array, each of LANES floats.
#
# RHO, A, TAU            the present point and its time
# STEP, LIMIT            the next step; the time that it must not pass
# RATE, LOSS_AT_ZERO     of the model: 1/eps; the loss at R = 0
# TRIED, BUDGET          steps since the start; the most that are allowed
# R, SLOPE, LEVEL        at the present point: R, 1 - R^2, the loss
# SPEED, DRIFT           at the present point: the right-hand side
# BEFORE, SPEED_BEFORE,
# A_BEFORE, TAU_BEFORE   the point before the last step
# HAS_MOVED              1 once a step was accepted
# REJECTED               1 if the last step was rejected
# EVENT                  1 if the last step led to an event (see ``check_events``): the loss is below CEILING, R is not
#                        on the side SIDE (+1 or -1), a has changed its sign, or, while TRACK_COURSE is set, R has
#                        turned or is nearer to END than half of its extremes LOW and HIGH are
# EXCESS                 above 1 if the last step has to be taken back (see ``retract``)
(
    RHO, A, TAU, STEP, LIMIT, RATE, TRIED, LOSS_AT_ZERO, R, SLOPE, LEVEL, SPEED, DRIFT, BEFORE, SPEED_BEFORE,
    TAU_BEFORE, HAS_MOVED,
    JAC_00, JAC_01, JAC_10, JAC_11, SCALE_RHO, SCALE_A, NOISE_RHO, NOISE_A, GROWTH, LAST_STEP, LAST_ERROR, REJECTED,
    P, G, Q, H, DG, DH, SQUARE, INVERSE_00, INVERSE_01, INVERSE_10, INVERSE_11, TRIAL_RHO, TRIAL_A, D_RHO, D_A, LENGTH,
    INVERSE_LENGTH, RESTING, A_BEFORE, EVENT, CEILING, SIDE, TRACK_COURSE, LOW, HIGH, END, BUDGET,
    EXCESS,
) = (row * LANES for row in range(57))  # fmt: skip
ROWS = 57
STAGES = 8
FAILED = -1.0  # the STEP of a lane whose steps have become too small

_A, _C = rodas5p.A, rodas5p.C
_GAMMA = rodas5p.gamma
_POWER = 1.0 / rodas5p.order
_SAFETY, _GROW, _SHRINK = 0.9, 6.0, 0.2  # as in ``rosenbrock``
_NOISE, _AT_REST = 8.0, 4.0
_LOG_ERROR_FLOOR = -4.605170185988091
_SMALL = 0.02  # |rho| below which tanh is a series: beside 0, 1 - e would cancel


@compiled
def buffers(K: int) -> Any:
    """Rows, stages and the coefficients (from degree 1: of p, g, q, h, dg, dh) of all lanes; K >= DEGREES_MIN."""
    return np.zeros(ROWS * LANES), np.zeros(2 * STAGES * LANES), np.zeros(6 * K * LANES)


@compiled
def start_lane(
    rows: Any, table: Any, lane: int, coefficients: Any, rate: float, top: float, rho: float, a: float
) -> None:
    """Give a lane a new trajectory from (rho, a) at tau = 0; set ``LIMIT`` and ``BUDGET`` and call ``initialize_step``
    after it."""
    for row in range(6):
        for k in range(coefficients.shape[1]):
            table[(6 * k + row) * LANES + lane] = coefficients[row, k]
    rows[RATE + lane], rows[LOSS_AT_ZERO + lane] = rate, top
    rows[RHO + lane], rows[A + lane], rows[TAU + lane] = rho, a, 0.0
    rows[TRIED + lane] = rows[REJECTED + lane] = rows[HAS_MOVED + lane] = rows[STEP + lane] = 0.0
    rows[LAST_STEP + lane] = 1.0
    rows[TRACK_COURSE + lane] = 0.0
    rows[CEILING + lane], rows[END + lane] = -inf, nan
    rows[SIDE + lane] = 1.0 if rho >= 0.0 else -1.0


@compiled
def park_lane(rows: Any, table: Any, K: int, lane: int) -> None:
    """Give a lane nothing to do: a system at rest."""
    for i in range(6 * K):
        table[i * LANES + lane] = 0.0
    rows[RHO + lane] = rows[A + lane] = rows[TAU + lane] = rows[LOSS_AT_ZERO + lane] = 0.0
    rows[STEP + lane] = rows[RATE + lane] = rows[LAST_STEP + lane] = 1.0
    rows[LIMIT + lane] = rows[BUDGET + lane] = inf
    rows[TRACK_COURSE + lane] = 0.0
    rows[CEILING + lane] = -inf


@compiled
def _alignments(b: Any, source: int, w: int) -> None:
    """R = tanh rho and 1 - R^2 of the rho in row ``source``; the sums set to zero."""
    for i in range(w):
        rho = b[source + i]
        size = abs(rho)
        e = exponential(-2.0 * size)
        inverse = 1.0 / (1.0 + e)
        s = rho * rho
        near = size * (1.0 - s * (1.0 / 3.0 - s * (2.0 / 15.0 - s * (17.0 / 315.0))))
        value = near if size < _SMALL else (1.0 - e) * inverse
        value = -value if rho < 0.0 else value
        b[R + i] = value
        b[SQUARE + i] = value * value
        b[SLOPE + i] = 4.0 * e * inverse * inverse
        b[P + i] = 0.0
        b[G + i] = 0.0
        b[Q + i] = 0.0
        b[H + i] = 0.0
        b[DG + i] = 0.0
        b[DH + i] = 0.0


@compiled
def _derivative(b: Any, table: Any, K: int, w: int) -> None:
    """The right-hand side at (TRIAL_RHO, TRIAL_A) into D_RHO, D_A."""
    _alignments(b, TRIAL_RHO, w)
    for k in range(K - 1, DEGREES_MIN - 1, -1):
        o = 6 * k * LANES
        for i in range(w):
            x, s = b[R + i], b[SQUARE + i]
            b[P + i] = b[P + i] * x + table[o + i]
            b[G + i] = b[G + i] * x + table[o + LANES + i]
            b[Q + i] = b[Q + i] * s + table[o + 2 * LANES + i]
            b[H + i] = b[H + i] * s + table[o + 3 * LANES + i]
    for i in range(w):
        a, x, s = b[TRIAL_A + i], b[R + i], b[SQUARE + i]
        p, g, q, h = b[P + i], b[G + i], b[Q + i], b[H + i]
        for j in range(DEGREES_MIN):  # unrolled by the compiler: the sums stay in registers
            o = 6 * (DEGREES_MIN - 1 - j) * LANES
            p = p * x + table[o + i]
            g = g * x + table[o + LANES + i]
            q = q * s + table[o + 2 * LANES + i]
            h = h * s + table[o + 3 * LANES + i]
        b[D_RHO + i] = a * (g - a * h * x) * b[RATE + i]
        b[D_A + i] = p * x - a * q * s


@compiled
def linearize(b: Any, table: Any, K: int, w: int) -> None:
    """What is to be known of every lane where it is: right-hand side, Jacobian, scales, noise, loss."""
    _alignments(b, RHO, w)
    for k in range(K - 1, 0, -1):
        o = 6 * k * LANES
        for i in range(w):
            x, s = b[R + i], b[SQUARE + i]
            b[P + i] = b[P + i] * x + table[o + i]
            b[G + i] = b[G + i] * x + table[o + LANES + i]
            b[Q + i] = b[Q + i] * s + table[o + 2 * LANES + i]
            b[H + i] = b[H + i] * s + table[o + 3 * LANES + i]
            b[DG + i] = b[DG + i] * x + table[o + 4 * LANES + i]
            b[DH + i] = b[DH + i] * s + table[o + 5 * LANES + i]
    for i in range(w):
        x, s, a, rate, slope = b[R + i], b[SQUARE + i], b[A + i], b[RATE + i], b[SLOPE + i]
        p = (b[P + i] * x + table[i]) * x
        g = b[G + i] * x + table[LANES + i]
        q = (b[Q + i] * s + table[2 * LANES + i]) * s
        h = (b[H + i] * s + table[3 * LANES + i]) * x
        dg = b[DG + i]
        dh = b[DH + i] * s + table[5 * LANES + i]
        mixed = g - 2.0 * a * h
        speed = a * (g - a * h) * rate
        drift = p - a * q
        jac_00 = a * (dg - a * dh) * slope * rate
        jac_01 = mixed * rate
        jac_10 = mixed * slope
        b[SPEED + i] = speed
        b[DRIFT + i] = drift
        b[JAC_00 + i] = jac_00
        b[JAC_01 + i] = jac_01
        b[JAC_10 + i] = jac_10
        b[JAC_11 + i] = -q
        b[LEVEL + i] = b[LOSS_AT_ZERO + i] - a * p + 0.5 * a * a * q
        # the scales of ``planar.system``, without a branch
        size, height = abs(b[RHO + i]), abs(a)
        low = height if height < 1.0 else 1.0
        room = slope if slope > 0.01 else 0.01
        scale = (1.5 * (4.0 + size) if -jac_00 * size > 3.0 * abs(speed) else 0.1 * low + size) / room
        even = 1e-30 + 0.1 * size
        scale = even if ((table[i] == 0.0) & (even < scale)) else scale
        steep = abs(dg) * slope * rate
        reach = NEAR_PASSAGE * abs(drift)
        near = (drift * dg > 0.0) & (a * a * steep < reach) & (g * g * steep < reach * h * h)
        lag = abs(h) * np.sqrt(abs(drift) / (steep + 1e-300)) / (abs(dg) * slope + 1e-300)
        tight = OF_LAG * lag if OF_LAG * lag > MIN_LAG * size else MIN_LAG * size
        free = 0.1 * low + size
        tight = free if free < tight else tight
        b[SCALE_RHO + i] = tight if (near & (tight < scale)) else scale
        moving = abs(drift) if abs(drift) < 1.0 else 1.0
        b[SCALE_A + i] = 1.2 * (4.0 + height) if q * height > 3.0 * abs(drift) else 1e-30 + height + 0.1 * moving
        noise_rho = 2.0**-52 * height * (abs(g) + abs(a * h)) * rate
        noise_a = 2.0**-52 * (abs(p) + height * q)
        b[NOISE_RHO + i] = noise_rho
        b[NOISE_A + i] = noise_a
        b[RESTING + i] = 1.0 if (abs(speed) <= _AT_REST * noise_rho and abs(drift) <= _AT_REST * noise_a) else 0.0
        half = 0.5 * (jac_00 + q)
        growth = 0.5 * (jac_00 - q) + np.sqrt(half * half + jac_01 * jac_10)
        # ``turning_rate`` of ``planar.system``
        change = drift * (dg - 2.0 * a * dh) * slope * rate
        soon, stiff = -2.0 * change / (jac_00 - 1e-300), -0.5 * jac_00
        turning = soon if soon < stiff else stiff
        b[GROWTH + i] = turning if ((jac_00 < 0.0) & (turning > growth)) else growth


@compiled
def initialize_step(rows: Any, table: Any, K: int, lane: int) -> None:
    """``linearize`` for a lane that has just begun, and its first step: one in which neither unknown moves by
    more than about a hundredth."""
    linearize(rows[lane:], table[lane:], K, 1)
    fast = abs(rows[SPEED + lane]) / (0.01 + abs(rows[RHO + lane]))
    slow = abs(rows[DRIFT + lane]) / (0.01 + abs(rows[A + lane]))
    rows[STEP + lane] = min(0.01 / (max(fast, slow) + 1e-300), 1e-3 * rows[LIMIT + lane])


@compiled
def check_events(b: Any, w: int) -> None:
    """Set EVENT, and update the extremes of R."""
    for i in range(w):
        x, ended, watched = b[R + i], b[STEP + i], b[TRACK_COURSE + i] > 0.0
        low = x if x < b[LOW + i] else b[LOW + i]
        high = x if x > b[HIGH + i] else b[HIGH + i]
        b[LOW + i] = low
        b[HIGH + i] = high
        turned = (b[SPEED + i] * b[SPEED_BEFORE + i] < 0.0) & (b[REJECTED + i] == 0.0)
        # END is nan while it is not known, and every comparison with nan is false
        below, above = abs(low - b[END + i]), abs(high - b[END + i])
        far = below if below > above else above
        near = abs(x - b[END + i]) < 0.5 * far
        crossed = x * b[SIDE + i] < 0.0
        # a passage through a = 0, which may have to be given up
        passed = b[A + i] * b[A_BEFORE + i] < 0.0
        stop = (ended == FAILED) | (b[TAU + i] >= b[LIMIT + i]) | (b[TRIED + i] >= b[BUDGET + i])
        called = (b[LEVEL + i] < b[CEILING + i]) | crossed | passed | stop | (watched & (turned | near))
        b[EVENT + i] = 1.0 if called else 0.0


@compiled
def _lengths(b: Any, w: int) -> None:
    """The length of the step that each lane tries, and the inverse of its matrix."""
    for i in range(w):
        h = b[STEP + i]
        growth = b[GROWTH + i]
        h = MAX_GROWTH / growth if (growth * h > MAX_GROWTH and b[RESTING + i] == 0.0) else h
        rest = b[LIMIT + i] - b[TAU + i]
        h = rest if h >= rest * 0.999999 else h
        b[LENGTH + i] = h
        inverse = 1.0 / h
        b[INVERSE_LENGTH + i] = inverse
        shift = inverse / _GAMMA
        m_00, m_11 = shift - b[JAC_00 + i], shift - b[JAC_11 + i]
        scale = 1.0 / (m_00 * m_11 - b[JAC_01 + i] * b[JAC_10 + i])
        b[INVERSE_00 + i] = m_11 * scale
        b[INVERSE_01 + i] = b[JAC_01 + i] * scale
        b[INVERSE_10 + i] = b[JAC_10 + i] * scale
        b[INVERSE_11 + i] = m_00 * scale
        b[D_RHO + i] = b[SPEED + i]
        b[D_A + i] = b[DRIFT + i]


@compiled
def _stages(b: Any, u: Any, table: Any, K: int, w: int) -> None:
    """The stages, and before the last of them the new point without its error in TRIAL_RHO, TRIAL_A."""
    for stage in range(STAGES):
        if stage > 0:
            if stage < STAGES - 2:
                for i in range(w):
                    b[TRIAL_RHO + i] = b[RHO + i]
                    b[TRIAL_A + i] = b[A + i]
                for j in range(stage):
                    weight = _A[stage, j]
                    o = 2 * j * LANES
                    for i in range(w):
                        b[TRIAL_RHO + i] += weight * u[o + i]
                        b[TRIAL_A + i] += weight * u[o + LANES + i]
            else:
                o = 2 * (stage - 1) * LANES
                for i in range(w):
                    b[TRIAL_RHO + i] += u[o + i]
                    b[TRIAL_A + i] += u[o + LANES + i]
            _derivative(b, table, K, w)
            for j in range(stage):
                weight = _C[stage, j]
                o = 2 * j * LANES
                for i in range(w):
                    b[D_RHO + i] += b[INVERSE_LENGTH + i] * (weight * u[o + i])
                    b[D_A + i] += b[INVERSE_LENGTH + i] * (weight * u[o + LANES + i])
        o = 2 * stage * LANES
        for i in range(w):
            u[o + i] = b[INVERSE_00 + i] * b[D_RHO + i] + b[INVERSE_01 + i] * b[D_A + i]
            u[o + LANES + i] = b[INVERSE_10 + i] * b[D_RHO + i] + b[INVERSE_11 + i] * b[D_A + i]


@compiled
def _control(b: Any, u: Any, w: int, rtol: float) -> None:
    """Each lane's new point where its error allows, and its next step.

    Whatever is read is read at once, and conditions are joined without short cuts: a read that depends on a condition
    is a branch.
    """
    o = 2 * (STAGES - 1) * LANES
    for i in range(w):
        h, tau, rest = b[LENGTH + i], b[TAU + i], b[LIMIT + i] - b[TAU + i]
        rho_before, a_before, speed = b[RHO + i], b[A + i], b[SPEED + i]
        last_error, last_step, moved, rejected = (
            b[LAST_ERROR + i],
            b[LAST_STEP + i],
            b[HAS_MOVED + i],
            b[REJECTED + i],
        )
        resting = b[RESTING + i] > 0.0
        error_rho = abs(u[o + i]) / (rtol * b[SCALE_RHO + i] + _NOISE * h * b[NOISE_RHO + i] + 1e-300)
        error_a = abs(u[o + LANES + i]) / (rtol * b[SCALE_A + i] + _NOISE * h * b[NOISE_A + i] + 1e-300)
        rho, a = b[TRIAL_RHO + i] + u[o + i], b[TRIAL_A + i] + u[o + LANES + i]
        error = error_rho if error_rho > error_a else error_a
        finite = (abs(rho) < 1e300) & (abs(a) < 1e300) & (error < 1e10)
        error = error if finite else 1e10
        log_error = logarithm(error if error > 1e-10 else 1e-10)
        accepted = (error <= 1.0) | resting
        log_factor = -_POWER * log_error
        # what the error's own trend predicts for the next step
        trend = _POWER * (last_error - 2.0 * log_error) + logarithm(h / last_step)
        predicts = accepted & (moved > 0.0) & (h < rest) & (trend < log_factor)
        log_factor = trend if predicts else log_factor
        log_factor = log_factor if log_factor < 3.0 else 3.0
        factor = _SAFETY * exponential(log_factor)
        factor = factor if factor > _SHRINK else _SHRINK
        factor = factor if factor < _GROW else _GROW
        factor = 1.0 if (accepted & (rejected > 0.0) & (factor > 1.0)) else factor
        factor = _GROW if resting else factor
        floored = log_error if log_error > _LOG_ERROR_FLOOR else _LOG_ERROR_FLOOR
        new_tau = b[LIMIT + i] if h >= rest else tau + h
        moves = accepted & (b[RESTING + i] <= 0.0)
        following = h * factor
        b[BEFORE + i] = rho_before
        b[SPEED_BEFORE + i] = speed
        b[A_BEFORE + i] = a_before
        b[TAU_BEFORE + i] = tau
        b[RHO + i] = rho if moves else rho_before
        b[A + i] = a if moves else a_before
        b[TAU + i] = new_tau if accepted else tau
        b[LAST_ERROR + i] = floored if accepted else last_error
        b[LAST_STEP + i] = h if accepted else last_step
        b[HAS_MOVED + i] = 1.0 if accepted else moved
        b[REJECTED + i] = 0.0 if accepted else 1.0
        b[STEP + i] = following if following > 1e-24 * tau + 1e-300 else FAILED
        b[TRIED + i] += 1.0


@compiled
def attempt(rows: Any, stages: Any, table: Any, K: int, w: int, rtol: float) -> None:
    """One step tried in each of the first w lanes, from where ``linearize`` has looked at it."""
    _lengths(rows, w)
    _stages(rows, stages, table, K, w)
    _control(rows, stages, w, rtol)


@compiled
def retract(b: Any, u: Any, table: Any, K: int, w: int, rtol: float) -> None:
    """Take back the last step of each lane where ``linearize`` shows, at the step's end, a growing mode that it was too
    long for, or an error that is decisive there; as in ``rosenbrock.step``."""
    o = 2 * (STAGES - 1) * LANES
    largest = 0.0
    for i in range(w):
        h = b[LAST_STEP + i]
        grown = b[GROWTH + i] * h / MAX_END_GROWTH
        error_rho = abs(u[o + i]) / (rtol * b[SCALE_RHO + i] + _NOISE * h * b[NOISE_RHO + i] + 1e-300)
        error_a = abs(u[o + LANES + i]) / (rtol * b[SCALE_A + i] + _NOISE * h * b[NOISE_A + i] + 1e-300)
        worse = (error_rho if error_rho > error_a else error_a) / MAX_END_ERROR
        excess = grown if grown > worse else worse
        moved = (b[HAS_MOVED + i] > 0.0) & (b[REJECTED + i] == 0.0) & (b[RESTING + i] == 0.0)
        excess = excess if moved else 0.0
        b[EXCESS + i] = excess
        largest = excess if excess > largest else largest
    if not largest > 1.0:
        return
    for i in range(w):
        if b[EXCESS + i] > 1.0:
            grown = b[GROWTH + i] * b[LAST_STEP + i] / MAX_END_GROWTH
            # a growth rate that rises from 0 is half as large after a step shorter by 1/sqrt(2); an error falls faster
            factor = _SAFETY / np.sqrt(grown) if grown > 1.0 else _SAFETY
            if b[EXCESS + i] > grown:
                factor = min(factor, _SAFETY * b[EXCESS + i] ** -_POWER)
            b[RHO + i], b[A + i], b[TAU + i] = b[BEFORE + i], b[A_BEFORE + i], b[TAU_BEFORE + i]
            b[STEP + i] = b[LAST_STEP + i] * max(_SHRINK, factor)
            if not b[STEP + i] > 1e-24 * b[TAU + i] + 1e-300:
                b[STEP + i] = FAILED
            b[REJECTED + i], b[HAS_MOVED + i] = 1.0, 0.0
            linearize(b[i:], table[i:], K, 1)
