"""Fates, limits and courses of many trajectories, each of a model of its own, in the lanes of vector code.

A lane that is done takes the next job of the queue. What decides a job is the certificate of ``limits``: as soon
as the component of {V < loss} that the trajectory is in holds a single well, its limit is certain, after a dozen
steps in the mean. What is asked beyond that, R at a given time or the course up to the limit, is integrated on.
"""

from __future__ import annotations

from math import inf, nan, sqrt
from typing import Any, NamedTuple

import numpy as np

from dynamics.coordinates import alignment
from dynamics.hermite import hermite_norms
from dynamics.integrators import rodas5p
from dynamics.jit import compiled
from dynamics.planar.batches import simd_integrator
from dynamics.planar.batches.simd_integrator import (
    LANES,
    STAGES,
    attempt,
    buffers,
    check_events,
    initialize_step,
    linearize,
    park_lane,
    retract,
    start_lane,
)
from dynamics.planar.limits.limits import SAFETY_MARGIN, Fate, level_end, residual_drift_bound, unreachable_end
from dynamics.planar.limits.loss_profile import (
    EDGE,
    LEVEL,
    POINTS_MAX,
    RUNAWAY,
    ZERO_WEIGHT,
    minimal_loss_at,
    profile,
    single_well_containing,
)
from dynamics.planar.losses import loss_at
from dynamics.planar.system import is_passage_undecidable, sums, sums_and_slopes

STEP_BUDGET = 4000  # steps a trajectory may try; the slider range needs a tenth of it
CROSSINGS = 16  # thresholds that a column may have on one side of a0 = 0
SETTLED = 1e-4  # of R: how much further a peak may still grow when the alignment lost is given

_UNLEARNING, _FULL, _PARTIAL = int(Fate.UNLEARNING), int(Fate.FULL_ALIGNMENT), int(Fate.PARTIAL_ALIGNMENT)
_NONE, _UNDECIDED = int(Fate.NO_ALIGNMENT), int(Fate.UNDECIDED)
_H = rodas5p.H
_OFFSET = 1e-6  # of the distance scale: where a stable manifold is joined to its linearization

# What is noted of a lane's trajectory: the well that holds it (-1 until that is certain), whether R goes to its end
# without turning, when it has come near it.
WELL, MONOTONE, PASSED, NOTES = range(4)


class Models(NamedTuple):
    """Models of one K: ``tables`` (m, 6, K) as in ``planar.system`` (rows 0 and 2 are A and B), ``rates`` (m,) = 1/eps,
    ``tops`` (m,) the loss at R = 0, ``coefficients`` (m, 3, K) with rows k!, c, c*.

    And what is made when it is first needed: ``wells`` (m, 2, 3, POINTS_MAX), the profile on each side (0: R > 0,
    1: R < 0) with rows R, V and kind, and ``marks`` (m, 2, 2), how many points it has and the loss above which nothing
    can be certain.

    Compiled functions take these one by one: a tuple of arrays costs more to hand over than what most of them do.
    """

    tables: Any
    rates: Any
    tops: Any
    coefficients: Any
    wells: Any
    marks: Any


def models(c: Any, c_star: Any, eps: Any) -> Models:
    """The models with coefficients c, c_star (m, K) and ratios eps (m,); K becomes ``DEGREES_MIN`` at least."""
    m, K = len(c), max(c.shape[1], simd_integrator.DEGREES_MIN)
    if c.shape[1] < K:
        c, c_star = (np.pad(values, ((0, 0), (0, K - values.shape[1]))) for values in (c, c_star))
    k = np.arange(1, K + 1)
    w = hermite_norms(K)
    A, B = w * c * c_star, w * c * c
    tables = np.stack([A, k * A, B, k * B, k * (k - 1) * A, k * (2 * k - 1) * B], axis=1)
    coefficients = np.stack([np.broadcast_to(w, c.shape), c, c_star], axis=1)
    tops = 0.5 * (w * c_star**2).sum(axis=1)
    return Models(tables, 1.0 / eps, tops, coefficients, np.empty((m, 2, 3, POINTS_MAX)), np.zeros((m, 2, 2)))


@compiled
def _build_profile(tables: Any, tops: Any, coefficients: Any, wells: Any, marks: Any, m: int, s: int) -> None:
    """Make the profile of model m on side s."""
    R, V, kind = wells[m, s, 0], wells[m, s, 1], wells[m, s, 2]
    n = profile(coefficients[m], tables[m, 0], tables[m, 2], 1.0 if s == 0 else -1.0, R, V, kind)
    ceiling = -inf
    for i in range(1, n - 1):
        if V[i] > V[i - 1] and V[i] >= V[i + 1]:
            ceiling = max(ceiling, V[i])
    marks[m, s, 0] = n
    marks[m, s, 1] = (ceiling if ceiling > -inf else tops[m]) + 1e-12 * tops[m]


@compiled
def _trivial_fate(tables: Any, rates: Any, m: int, R0: float, a0: float) -> Any:
    """(fate, R) where no integration is needed, else (-1, nan)."""
    if abs(R0) == 1.0:
        return _FULL, R0
    p, g, q, h = sums(tables[m], R0)
    if a0 * (g - a0 * h) == 0.0 and p - a0 * q == 0.0:
        return (_NONE if R0 == 0.0 else _PARTIAL), R0
    for k in range(tables.shape[2]):
        if tables[m, 0, k] != 0.0:
            return -1, nan
    R, _ = unreachable_end(tables[m], 1.0 / rates[m], np.arctanh(R0), a0)
    return (_NONE if R == 0.0 else _PARTIAL), R


@compiled
def _within_step(stages: Any, lane: int, i: int, before: float, after: float) -> Any:
    """The coefficients of the dense output of the last step of unknown i (0: rho, 1: a)."""
    k1 = k2 = k3 = 0.0
    for j in range(STAGES):
        u = stages[(2 * j + i) * LANES + lane]
        k1 += _H[0, j] * u
        k2 += _H[1, j] * u
        k3 += _H[2, j] * u
    return before, after, k1, k2, k3


@compiled
def _dense(within: Any, theta: float) -> float:
    """The unknown at the fraction theta of the step."""
    before, after, k1, k2, k3 = within
    rest = 1.0 - theta
    return rest * before + theta * (after + rest * (k1 + theta * (k2 + theta * k3)))  # type: ignore[no-any-return]


@compiled
def _extreme(rows: Any, stages: Any, lane: int) -> float:
    """R at the extremum of rho within the last step, between whose ends drho/dtau has changed sign."""
    within = _within_step(stages, lane, 0, rows[simd_integrator.BEFORE + lane], rows[simd_integrator.RHO + lane])
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        rises = _dense(within, middle + 1e-6) > _dense(within, middle - 1e-6)
        if rises == (rows[simd_integrator.SPEED_BEFORE + lane] > 0.0):
            low = middle
        else:
            high = middle
    return alignment(_dense(within, low))[0]


@compiled
def _passing(rows: Any, stages: Any, lane: int, i: int, value: float) -> float:
    """The fraction of the last step at which unknown i passes a value that lies between those at its ends."""
    before = rows[(simd_integrator.BEFORE if i == 0 else simd_integrator.A_BEFORE) + lane]
    within = _within_step(stages, lane, i, before, rows[(simd_integrator.RHO if i == 0 else simd_integrator.A) + lane])
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        if (_dense(within, middle) > value) == (before > value):
            low = middle
        else:
            high = middle
    return high


@compiled
def _is_confined(
    tables: Any, coefficients: Any, wells: Any, marks: Any, m: int, s: int, well: int, R: float, level: float
) -> bool:
    """Whether a trajectory in that well at that loss can never pass |R|, which lies outside the well's bottom."""
    n = int(marks[m, s, 0])
    bottom = abs(wells[m, s, 0, well])
    if R >= bottom:
        if well == n - 1 or R >= abs(wells[m, s, 0, well + 1]):
            return True
    elif well == 0 or R <= abs(wells[m, s, 0, well - 1]):
        return True
    side = 1.0 if s == 0 else -1.0
    return minimal_loss_at(coefficients[m], tables[m, 2], tables[m, 0], side * R) > level


@compiled
def _start(
    tables: Any, rates: Any, tops: Any, m: int, R0: float, a0: float, tau_end: float, rows: Any, table: Any, lane: int
) -> None:
    """Let a lane integrate the trajectory of model m from (R0, a0)."""
    start_lane(rows, table, lane, tables[m], rates[m], tops[m], np.arctanh(R0), a0)
    rows[simd_integrator.LIMIT + lane] = tau_end if tau_end > 0.0 else inf
    rows[simd_integrator.BUDGET + lane] = STEP_BUDGET
    rows[simd_integrator.LOW + lane] = rows[simd_integrator.HIGH + lane] = R0
    initialize_step(rows, table, tables.shape[2], lane)


@compiled
def _arm_event(
    tables: Any, tops: Any, coefficients: Any, wells: Any, marks: Any, m: int, side: float, rows: Any, lane: int
) -> None:
    """Let a lane call when its trajectory, on that side of R = 0, may be certain of its limit."""
    s = 0 if side > 0.0 else 1
    if marks[m, s, 0] == 0.0:
        _build_profile(tables, tops, coefficients, wells, marks, m, s)
    rows[simd_integrator.SIDE + lane] = side
    # where A_1 = 0 the line R = 0 may absorb it at any loss
    rows[simd_integrator.CEILING + lane] = inf if tables[m, 0, 0] == 0.0 else marks[m, s, 1]


@compiled
def _try_classify(
    tables: Any,
    rates: Any,
    tops: Any,
    coefficients: Any,
    wells: Any,
    marks: Any,
    m: int,
    R0: float,
    a0: float,
    rows: Any,
    lane: int,
    note: Any,
) -> int:
    """The fate of a lane's trajectory if it is certain by now, its end noted; else -1."""
    x, a = rows[simd_integrator.R + lane], rows[simd_integrator.A + lane]
    side = 1.0 if x > 0.0 else -1.0
    if side != rows[simd_integrator.SIDE + lane] or rows[simd_integrator.CEILING + lane] == -inf:
        _arm_event(tables, tops, coefficients, wells, marks, m, side, rows, lane)
    s = 0 if side > 0.0 else 1
    top = tops[m]
    if x != 0.0 and rows[simd_integrator.LEVEL + lane] < marks[m, s, 1]:
        level = loss_at(coefficients[m], x, a)
        if level < top * (1.0 - SAFETY_MARGIN):
            well = single_well_containing(
                wells[m, s, 1], wells[m, s, 0], int(marks[m, s, 0]), abs(x), level, SAFETY_MARGIN * top
            )
            if well < 0:
                return -1
            kind = wells[m, s, 2, well]
            note[WELL] = well
            rows[simd_integrator.END + lane] = wells[m, s, 0, well]
            if kind == LEVEL:
                k = 1
                while tables[m, 2, k - 1] == 0.0:
                    k += 1
                alpha0 = coefficients[m, 2, k - 1] / coefficients[m, 1, k - 1]
                rows[simd_integrator.END + lane] = side * level_end(k, alpha0, 1.0 / rates[m], np.arctanh(R0), a0)
                note[MONOTONE] = 1.0
            if kind == RUNAWAY:
                rows[simd_integrator.END + lane] = np.copysign(0.0, side)
                return _UNLEARNING
            return _FULL if kind == EDGE else _PARTIAL
    if tables[m, 0, 0] == 0.0 and residual_drift_bound(tables[m, 0], tables[m, 2], 1.0 / rates[m], x, a) < 1e-6 * abs(
        a
    ):
        note[WELL] = rows[simd_integrator.END + lane] = 0.0
        note[MONOTONE] = 1.0
        return _NONE
    return -1


@compiled
def _half_way(rows: Any, lane: int) -> float:
    """Half of R's largest distance from its end."""
    end = rows[simd_integrator.END + lane]
    return float(0.5 * max(abs(rows[simd_integrator.LOW + lane] - end), abs(rows[simd_integrator.HIGH + lane] - end)))


@compiled
def _track_extremum(rows: Any, stages: Any, lane: int, note: Any) -> None:
    """Note the turn that R has made in the last step, and the time at which it has come near its end."""
    if rows[simd_integrator.REJECTED + lane] > 0.0 or rows[simd_integrator.HAS_MOVED + lane] == 0.0:
        return
    if rows[simd_integrator.SPEED + lane] * rows[simd_integrator.SPEED_BEFORE + lane] < 0.0:
        turn = _extreme(rows, stages, lane)
        rows[simd_integrator.LOW + lane] = min(rows[simd_integrator.LOW + lane], turn)
        rows[simd_integrator.HIGH + lane] = max(rows[simd_integrator.HIGH + lane], turn)
    if note[WELL] < 0.0:
        return
    half, end = _half_way(rows, lane), rows[simd_integrator.END + lane]
    before = alignment(rows[simd_integrator.BEFORE + lane])[0] - end
    if abs(rows[simd_integrator.R + lane] - end) >= half:
        note[PASSED] = nan
    elif abs(before) >= half:
        passed = np.arctanh(end + (half if before > 0.0 else -half))
        start = rows[simd_integrator.TAU_BEFORE + lane]
        note[PASSED] = start + _passing(rows, stages, lane, 0, passed) * (rows[simd_integrator.TAU + lane] - start)


@compiled
def _course_known(
    tables: Any, coefficients: Any, wells: Any, marks: Any, m: int, rows: Any, lane: int, note: Any
) -> bool:
    """Whether neither the time nor the alignment lost of a decided trajectory can change any more."""
    half, end = _half_way(rows, lane), rows[simd_integrator.END + lane]
    if np.isnan(note[PASSED]) or abs(rows[simd_integrator.R + lane] - end) >= half:
        return False
    if note[MONOTONE] > 0.0:
        return True
    s, well = (0 if rows[simd_integrator.SIDE + lane] > 0.0 else 1), int(note[WELL])
    level = rows[simd_integrator.LEVEL + lane]
    bottom = abs(end)
    peak = max(bottom, max(abs(rows[simd_integrator.LOW + lane]), abs(rows[simd_integrator.HIGH + lane])))
    return (
        _is_confined(tables, coefficients, wells, marks, m, s, well, bottom + half, level)
        and (bottom <= half or _is_confined(tables, coefficients, wells, marks, m, s, well, bottom - half, level))
        and _is_confined(tables, coefficients, wells, marks, m, s, well, peak + SETTLED, level)
    )


@compiled
def classify_batch(
    tables: Any,
    rates: Any,
    tops: Any,
    coefficients: Any,
    wells: Any,
    marks: Any,
    model: Any,
    R0: Any,
    a0: Any,
    tau_end: float,
    course: bool,
    rtol: float,
    fate: Any,
    out: Any,
) -> int:
    """The fate of each job, a trajectory of model ``model[i]`` from (R0[i], a0[i]); returns the steps tried.

    Written into ``fate`` (n,), int8, and ``out`` (4, n): R at infinity, the 0 of a trajectory that unlearns with
    the sign of the side that it comes from; where ``course`` the time from which on R
    stays within half of its largest distance from that, and the alignment lost from the peak; where tau_end > 0,
    R at tau_end. What is not known is nan.
    """
    K = tables.shape[2]
    rows, stages, table = buffers(K)
    job = np.full(LANES, -1)
    notes = np.zeros((LANES, NOTES))
    for lane in range(LANES):
        park_lane(rows, table, K, lane)
        rows[simd_integrator.EVENT + lane] = 1.0  # for work
    following = active = tried = 0
    while True:
        for lane in range(LANES):
            if rows[simd_integrator.EVENT + lane] == 0.0:
                continue
            i = job[lane]
            if i >= 0:
                m, note = model[i], notes[lane]
                if course:
                    _track_extremum(rows, stages, lane, note)
                if note[WELL] < 0.0:
                    found = _try_classify(
                        tables, rates, tops, coefficients, wells, marks, m, R0[i], a0[i], rows, lane, note
                    )
                    if found >= 0:
                        fate[i] = found
                        out[0, i] = rows[simd_integrator.END + lane]
                        rows[simd_integrator.CEILING + lane] = -inf
                        if course and abs(rows[simd_integrator.R + lane] - out[0, i]) < _half_way(rows, lane):
                            # it came so near before its end was known: once more, to see when
                            side = rows[simd_integrator.SIDE + lane]
                            _start(tables, rates, tops, m, R0[i], a0[i], tau_end, rows, table, lane)
                            rows[simd_integrator.SIDE + lane], rows[simd_integrator.END + lane] = side, out[0, i]
                            rows[simd_integrator.TRACK_COURSE + lane] = 1.0
                            note[PASSED] = nan
                if tau_end > 0.0 and rows[simd_integrator.TAU + lane] == tau_end:
                    out[3, i] = rows[simd_integrator.R + lane]
                    rows[simd_integrator.LIMIT + lane] = inf
                if (
                    course
                    and note[WELL] >= 0.0
                    and np.isnan(out[1, i])
                    and _course_known(tables, coefficients, wells, marks, m, rows, lane, note)
                ):
                    out[1, i] = note[PASSED]
                    peak = max(abs(rows[simd_integrator.LOW + lane]), abs(rows[simd_integrator.HIGH + lane]))
                    out[2, i] = max(0.0, peak - abs(out[0, i]))
                wanting = (tau_end > 0.0 and np.isnan(out[3, i])) or (course and np.isnan(out[1, i]))
                lost = (
                    rows[simd_integrator.STEP + lane] == simd_integrator.FAILED
                    or rows[simd_integrator.TRIED + lane] >= STEP_BUDGET
                )
                if rows[simd_integrator.A + lane] * rows[simd_integrator.A_BEFORE + lane] < 0.0:
                    lost |= is_passage_undecidable(
                        tables[m], rates[m], rows[simd_integrator.RHO + lane], rows[simd_integrator.A + lane]
                    )
                if not lost and (note[WELL] < 0.0 or wanting):
                    continue
                tried += int(rows[simd_integrator.TRIED + lane])
                job[lane] = -1
                active -= 1
            while job[lane] < 0 and following < len(model):
                i = following
                following += 1
                m, note = model[i], notes[lane]
                found, end = _trivial_fate(tables, rates, m, R0[i], a0[i])
                fate[i] = _UNDECIDED if found < 0 else found
                out[0, i] = end
                out[1, i] = out[2, i] = out[3, i] = nan
                if found >= 0 and end == R0[i]:  # at rest
                    out[1, i] = out[2, i] = 0.0
                    out[3, i] = R0[i]
                    continue
                if found >= 0 and not course and tau_end <= 0.0:
                    continue
                note[WELL], note[MONOTONE], note[PASSED] = (-1.0, 0.0, nan) if found < 0 else (0.0, 1.0, nan)
                _start(tables, rates, tops, m, R0[i], a0[i], tau_end, rows, table, lane)
                rows[simd_integrator.TRACK_COURSE + lane] = 1.0 if course else 0.0
                if found < 0:
                    leaving = R0[i] if R0[i] != 0.0 else rows[simd_integrator.SPEED + lane]
                    _arm_event(tables, tops, coefficients, wells, marks, m, 1.0 if leaving > 0.0 else -1.0, rows, lane)
                else:
                    rows[simd_integrator.END + lane] = end
                job[lane] = i
                active += 1
            if job[lane] < 0:
                park_lane(rows, table, K, lane)
        if active == 0:
            return tried
        attempt(rows, stages, table, K, LANES, rtol)
        linearize(rows, table, K, LANES)
        retract(rows, stages, table, K, LANES, rtol)
        check_events(rows, LANES)


@compiled
def stable_manifold_intercepts(
    tables: Any,
    rates: Any,
    tops: Any,
    coefficients: Any,
    wells: Any,
    marks: Any,
    model: Any,
    sign: Any,
    rtol: float,
    bound: float,
    found: Any,
) -> Any:
    """Where the stable manifolds of a model's saddles with a != 0 cross R = 0, on the side of each job's sign(a0).

    Job i asks model ``model[i]`` for sign(a0) = ``sign[i]``; there R has the sign of a0 A_1, which must not be 0.
    Heights |a| up to ``bound``, increasing, are written into ``found`` (n, CROSSINGS). Returns (n,) how many; -1 where
    the saddles do not tell: one of the equilibria is degenerate, or a manifold could not be followed.
    """
    K = tables.shape[2]
    count = np.zeros(len(model), np.int64)
    # every saddle has two branches: all of them are followed at once
    total = 0
    for i in range(len(model)):
        m = model[i]
        s = 0 if sign[i] * tables[m, 0, 0] > 0.0 else 1
        if marks[m, s, 0] == 0.0:
            _build_profile(tables, tops, coefficients, wells, marks, m, s)
        total += 2 * int(marks[m, s, 0])
    owner, starts = np.empty(total, np.int64), np.empty((total, 2))
    n = 0
    for i in range(len(model)):
        m = model[i]
        s = 0 if sign[i] * tables[m, 0, 0] > 0.0 else 1
        V, R = wells[m, s, 1], wells[m, s, 0]
        margin = 1e-9 * tops[m]
        for j in range(1, int(marks[m, s, 0]) - 1):
            if wells[m, s, 2, j] == LEVEL:
                count[i] = -1
            if wells[m, s, 2, j] == ZERO_WEIGHT:
                continue
            if abs(V[j] - V[j - 1]) <= margin or abs(V[j + 1] - V[j]) <= margin:
                count[i] = -1
            if not (V[j] > V[j - 1] and V[j] > V[j + 1]):
                continue
            rho, a, along_rho, along_a = _saddle(tables, rates, m, R[j])
            if a * sign[i] <= 0.0:
                continue
            for direction in (-1.0, 1.0):
                owner[n] = i
                starts[n, 0], starts[n, 1] = rho + direction * along_rho, a + direction * along_a
                n += 1
    rows, stages, table = buffers(K)
    job = np.full(LANES, -1)
    for lane in range(LANES):
        park_lane(rows, table, K, lane)
    following = active = 0
    while True:
        linearize(rows, table, K, LANES)
        retract(rows, stages, table, K, LANES, rtol)
        for lane in range(LANES):
            if job[lane] >= 0:
                i = owner[job[lane]]
                m = model[i]
                crossed = (
                    rows[simd_integrator.RHO + lane] * rows[simd_integrator.BEFORE + lane] <= 0.0
                    and rows[simd_integrator.HAS_MOVED + lane] > 0.0
                )
                beyond = abs(rows[simd_integrator.A + lane]) > bound or abs(rows[simd_integrator.RHO + lane]) > 300.0
                # backward the loss rises; once it is that of R = 0, R = 0 is not reached any more
                above = rows[simd_integrator.LEVEL + lane] < tops[m] * (1.0 - 1e-9)  # as time, the sums are reversed
                stuck = (
                    rows[simd_integrator.STEP + lane] == simd_integrator.FAILED
                    or rows[simd_integrator.TRIED + lane] >= STEP_BUDGET
                )
                if crossed:
                    if count[i] >= 0:
                        if count[i] == CROSSINGS:
                            count[i] = -1
                        else:
                            found[i, count[i]] = abs(_height(rows, stages, lane))
                            count[i] += 1
                elif stuck and not beyond and not above:
                    count[i] = -1
                if crossed or beyond or above or stuck:
                    job[lane] = -1
                    active -= 1
                    park_lane(rows, table, K, lane)
            if job[lane] < 0 and following < n:
                job[lane] = following
                i = owner[following]
                m = model[i]
                start_lane(rows, table, lane, -tables[m], rates[m], tops[m], starts[following, 0], starts[following, 1])
                rows[simd_integrator.LIMIT + lane], rows[simd_integrator.BUDGET + lane] = inf, STEP_BUDGET
                initialize_step(rows, table, K, lane)
                following += 1
                active += 1
        if active == 0:
            break
        attempt(rows, stages, table, K, LANES, rtol)
    for i in range(len(model)):
        if count[i] > 1:
            found[i, : count[i]].sort()
    return count


@compiled
def _saddle(tables: Any, rates: Any, m: int, R: float) -> Any:
    """(rho, a) of the equilibrium at R with a != 0, and a small step along its stable direction."""
    p, g, q, h, dg, dh = sums_and_slopes(tables[m], R)
    a = p / q
    slope = 1.0 - R * R
    J_00 = a * (dg - a * dh) * slope * rates[m]
    mixed = g - 2.0 * a * h
    J_01, J_10, J_11 = mixed * rates[m], mixed * slope, -q
    half = 0.5 * (J_00 - J_11)
    stable = 0.5 * (J_00 + J_11) - sqrt(half * half + J_01 * J_10)
    # the better conditioned row of (J - stable) v = 0
    if abs(J_00 - stable) + abs(J_01) > (abs(J_10) + abs(J_11 - stable)) * rates[m]:
        along_rho, along_a = -J_01, J_00 - stable
    else:
        along_rho, along_a = -(J_11 - stable), J_10
    step = _OFFSET * min(1.0, max(abs(a), max(abs(R), 1e-3))) / sqrt(along_rho * along_rho + along_a * along_a)
    return np.arctanh(R), a, step * along_rho, step * along_a


@compiled
def _height(rows: Any, stages: Any, lane: int) -> float:
    """a where rho passes 0 within the last step."""
    theta = _passing(rows, stages, lane, 0, 0.0)
    return _dense(
        _within_step(stages, lane, 1, rows[simd_integrator.A_BEFORE + lane], rows[simd_integrator.A + lane]), theta
    )
