"""Finite width halts unlearning: where, and when.

As e^lambda -> 0 (see ``finite_width.system``) the law of width m becomes a planar gradient flow again, with
``Q = Q0(R) = (m R^2 - 1)/(m - 1)`` and ``W(R) = (1 - 1/m) U(Q0) + U(1)/m`` in the place of q. There, for fixed
R, the loss is smallest at a = V/W, and its critical points are the roots of the polynomial
``V' W - V R U'(Q0)``, where ``a = V'/(R U'(Q0))``. W does not vanish at R = 0 (but for m = 2 and odd sigma),
so a run can no longer lower its loss by letting R -> 0 and a -> infinity.

Which of the roots: the finite run is integrated until the set of smaller loss that holds it has a single well
(``limits``). With lambda as a third variable this is a certificate as long as U increases on [Q0(R), R^2], which
makes the profile at lambda = -infinity the lowest. Where U falls, which can only be for Q0(R) <= Q < 0, R is
below ``R_b``; the run cannot come there once its loss is too small for any point with |R| <= R_b. Where that never
happens, the run is integrated until it rests, and the end is the critical point that it rests at.

Source: this project's.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Any

import numpy as np
from numpy.polynomial import polynomial as poly

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled
from dynamics.planar.fates.asymptotics import asymptotics
from dynamics.planar.finite_width.problem import FiniteWidthProblem
from dynamics.planar.finite_width.system import geometry, series, spread
from dynamics.planar.integration.integration import first_step, integrate
from dynamics.planar.limits.limits import Fate, limit
from dynamics.planar.limits.loss_profile import NEAR_EDGE, single_well_containing
from dynamics.planar.polynomials import equilibrium_polynomial
from dynamics.planar.structure.equilibria import at_zero_weight
from dynamics.polynomials import real_roots
from dynamics.typing import FloatArray

SHARE = float(np.exp(-1.0))  # of |R| and |a| at the end: so close to it a run counts as halted
_THERE = 1e-3  # of the same: so close it does not leave any more

_RTOL = 1e-10
_TAU_MAX = 1e30
_STEP_BUDGET = 100_000
_ROUNDING = 4e-15  # of the terms that a loss is made of: differences smaller than this are rounding


@dataclass(frozen=True)
class Halt:
    """Hold the end of a run at width m that unlearns at infinite width.

    Attributes
    ----------
    fate : Fate
        PARTIAL_ALIGNMENT at the end (R, a, Q). FULL_ALIGNMENT if the run aligns at this width. UNLEARNING if even this
        width does not halt it (m = 2 and an odd activation). UNDECIDED, with nan, if the end is not certain; this is
        only possible if U' has a root in [-1/(m - 1), 0], where neurons can come to rest at another overlap than Q0(R).
    R, a, Q : float
        Alignment, second-layer weight and overlap of two neurons at the end.
    relaxation : float
        Slowest time constant at the end, in time tau.
    tau : float
        Time from which on R and a stay within a share 1/e of their ends.
    a_law, relaxation_law : float
        Limits of |a| and relaxation as m -> infinity, see the notes; nan if the slow flow vanishes.

    Notes
    -----
    With k, p, h_p and alpha0 of ``Asymptotics``, the two laws are::

        |a| ~ [m |h_p| |alpha0|^(p/k) / (U(1) - B_1)]^(k/(p+k))      m k / ((p + k)(U(1) - B_1))

    where for k = 1 the power is 1/(p + 1). The laws are this project's.
    """

    fate: Fate
    R: float
    a: float
    Q: float
    relaxation: float
    tau: float
    a_law: float
    relaxation_law: float


@dataclass(frozen=True, eq=False)
class _Profile:
    """The smallest loss at each R of one side, less ``1/2 sum k! c*_k^2``, at its critical points and ends, as in
    ``limits.LossProfile``."""

    R: FloatArray
    V: FloatArray


def halt(width: FiniteWidthProblem, a0: float, R0: float) -> Halt | None:
    """Where the run from (R0, a0), validated, ends; None where it does not unlearn at infinite width."""
    model, m = width.model, width.m
    if limit(model, a0, R0).fate != Fate.UNLEARNING:
        return None
    critical, at_zero = _critical_polynomial(width)
    up, down = (_profile(width, critical, at_zero, side) for side in (1, -1))
    start = np.array([np.arctanh(R0), a0, 0.0])
    forbidden = _depth_where_U_falls(width)
    well, side, settled, R_rest = _settle(width.system, up.R, up.V, down.R, down.V, forbidden, start)
    if well < 0:
        well, settled = _resting_place(width, (up if side > 0 else down).R, R_rest), 0.0
    a_law, relaxation_law = _law(width, side)
    if well < 0:
        return Halt(Fate.UNDECIDED, nan, nan, nan, nan, nan, a_law, relaxation_law)
    R = float((up if side > 0 else down).R[well])
    if R == 0.0:
        return Halt(Fate.UNLEARNING, 0.0, side * inf * model.A[0], -1.0, inf, inf, a_law, relaxation_law)
    Q = R * R - (1.0 - R * R) / (m - 1.0)
    V, _, _ = series(width.system.table, 0, R)
    a = V / sum(_coupling(width, R))
    relaxation = _relaxation(width, R, a, Q)
    tau = _arrival(width.system, start, R, a, 10.0 * (settled + relaxation))
    fate = Fate.FULL_ALIGNMENT if abs(R) == 1.0 else Fate.PARTIAL_ALIGNMENT
    return Halt(fate, R, a, Q, relaxation, float(tau), a_law, relaxation_law)


def _resting_place(width: FiniteWidthProblem, R: FloatArray, at: float) -> int:
    """Index of the interior critical point that a run has come to rest at, or -1 where that is not certain."""
    nearest = int(np.abs(R - at).argmin())
    if not (0 < nearest < len(R) - 1 and abs(R[nearest] - at) <= 1e-6 * abs(at)):
        return -1
    # Q moves at the rate U'(Q) and cannot pass its zeros, also those without a change of sign: there a numerical
    # solution passes by its rounding error.
    Q = (width.m * R[nearest] ** 2 - 1.0) / (width.m - 1.0)
    return nearest if np.all(_zeros_of_U_slope(width) < Q) else -1


def _coupling(width: FiniteWidthProblem, R: float) -> tuple[float, float]:
    """W at R, as q and the rest."""
    m, S = width.m, (1.0 - R) * (1.0 + R)
    inverse = 1.0 / (m - 1.0)
    return spread(width.system.table, m, R, S, R * R - S * inverse, 0.0, inverse)


def _critical_polynomial(width: FiniteWidthProblem) -> tuple[FloatArray, FloatArray]:
    """``V' W - V R U'(Q0)``, ascending in R, and W - q, ascending in x = R^2. Formed as what they are at infinite
    width, without cancellation, and a rest of order 1/m."""
    A, B = width.model.overlaps
    inverse = 1.0 / (width.m - 1.0)
    Q0 = np.array([-inverse, 1.0 + inverse])
    spread_sum: Any = np.zeros(1)
    slope_sum: Any = np.zeros(1)
    E, G = spread_sum, slope_sum
    h: Any = np.ones(1)
    power: Any = np.ones(1)  # x^(k-1)
    for k, b in enumerate(B, 1):
        spread_sum = poly.polyadd(spread_sum, b * E)
        slope_sum = poly.polyadd(slope_sum, k * b * G)  # G is G_(k-1)
        E = poly.polyadd(poly.polymul(Q0, E), h)
        G = poly.polyadd(poly.polymul(Q0, G), power)
        power = poly.polymulx(power)
        h = poly.polyadd(h, power)
    rest: Any = inverse * poly.polymul([1.0, -2.0, 1.0], spread_sum)  # W - q
    slope: Any = inverse * poly.polymul([1.0, -1.0], slope_sum)  # U'(R^2) - U'(Q0)
    V = np.append(0.0, A)
    total: Any = -equilibrium_polynomial(A, B)
    total = poly.polyadd(total, poly.polymul(poly.polyder(V), _in_R(rest)))
    total = poly.polyadd(total, poly.polymul(poly.polymulx(V), _in_R(slope)))
    return total, rest


def _in_R(in_x: FloatArray) -> FloatArray:
    out = np.zeros(2 * len(in_x) - 1)
    out[::2] = in_x
    return out


def _profile(width: FiniteWidthProblem, critical: FloatArray, rest: FloatArray, side: int) -> _Profile:
    """The profile at lambda = -infinity for sign(R) = side."""
    model = width.model
    roots = side * real_roots(critical, -1.0, 1.0)
    inner = [(r, False) for r in roots if 0.0 < r < 1.0 - NEAR_EDGE]
    inner += [(side * r, True) for r in at_zero_weight(model) if side * r > 0.0]
    points = sorted(inner)
    R = np.array([0.0, *(r for r, _ in points), 1.0]) * side
    V = np.zeros(len(R))
    if rest[0] == 0.0:  # W = O(R^2): R -> 0 with a -> infinity still lowers the loss
        V[0] -= 0.5 * model.A[0] ** 2 / (model.B[0] + rest[1])
    for i in range(1, len(R)):
        if not (i <= len(points) and points[i - 1][1]):
            at_R, _, _ = series(width.system.table, 0, R[i])
            V[i] -= 0.5 * at_R * at_R / sum(_coupling(width, float(R[i])))
    return _Profile(R, V)


def _zeros_of_U_slope(width: FiniteWidthProblem) -> FloatArray:
    """The zeros of U' at overlaps Q <= 0 that neurons can have; at Q > 0 there are none."""
    _, B = width.model.overlaps
    return real_roots(np.arange(1, len(B) + 1) * B, -1.0 / (width.m - 1.0), 0.0)


def _depth_where_U_falls(width: FiniteWidthProblem) -> float:
    """By how much at most the loss is below ``1/2 sum k! c*_k^2`` at points where U may fall between Q and Q0(R)."""
    A, B = width.model.overlaps
    m = width.m
    slope = np.arange(1, len(B) + 1) * B
    low = -1.0 / (m - 1.0)
    turns = _zeros_of_U_slope(width)
    if len(turns) == 0:
        return 0.0 if slope[0] > 0.0 else inf
    last = turns[-1]
    reach = sqrt(max(0.0, (1.0 + (m - 1.0) * last) / m))
    smallest = min(poly.polyval(Q, np.append(0.0, B)) for Q in (low, *turns))
    W = (1.0 - 1.0 / m) * smallest + B.sum() / m
    highest = poly.polyval(reach, np.append(0.0, np.abs(A)))
    return float(0.5 * highest**2 / W) if W > 0.0 else inf


@compiled
def _settle(system: Any, R_up: Any, V_up: Any, R_down: Any, V_down: Any, forbidden: float, start: Any) -> Any:
    """Integrate until the end is certain: (well or -1, side, tau, R)."""
    y = start.copy()
    state = rosenbrock.initial_state(0.0, first_step(system, y, 1.0))
    work = rosenbrock.workspace(system)
    side = 1
    R = 0.0
    for _ in range(_STEP_BUDGET):
        code = rosenbrock.step(system, state, y, work, _TAU_MAX, _RTOL)
        a = y[1]
        R, S, Q, w, inverse = geometry(system.m, y[0], y[2])
        side = 1 if R > 0.0 else -1
        if code != 0 or state[0] >= _TAU_MAX:
            break
        V, _, _ = series(system.table, 0, R)
        q, extra = spread(system.table, system.m, R, S, Q, w, inverse)
        level = a * (0.5 * a * (q + extra) - V)
        size = 0.5 * a * a * (q + extra)
        for k in range(system.table.shape[1]):
            size += abs(a * system.table[0, k] * R ** (k + 1))
        margin = _ROUNDING * size
        if R == 0.0 or not level < -forbidden - margin:
            continue
        if R > 0.0:
            well = single_well_containing(V_up, R_up, len(R_up), abs(R), level, margin)
        else:
            well = single_well_containing(V_down, R_down, len(R_down), abs(R), level, margin)
        if well >= 0:
            return well, side, state[0], R
    return -1, side, state[0], R


def _relaxation(width: FiniteWidthProblem, R: float, a: float, Q: float) -> float:
    """The slowest time constant of (rho, a) and of e^lambda at the end."""
    table, rate = width.system.table, width.system.rate
    S = (1.0 - R) * (1.0 + R)
    _, dV, ddV = series(table, 0, R)
    _, dU, ddU = series(table, 3, Q)
    W = sum(_coupling(width, R))
    if abs(R) == 1.0:
        rates = np.array([2.0 * R * a * (dV - a * R * dU) * rate, W])
    else:
        m = width.m
        inner = -a * rate * (ddV * S - a * (S * dU + R * ddU * 2.0 * R * S * m / (m - 1.0)))
        mixed = (dV - 2.0 * a * R * dU) * sqrt(S * rate)
        half = 0.5 * (inner - W)
        fast = 0.5 * (inner + W) + sqrt(half * half + mixed * mixed)
        rates = np.array([(inner * W - mixed * mixed) / fast, 2.0 * a * a * dU * rate])
    slowest = float(rates.min())
    return 1.0 / slowest if slowest > 0.0 else inf


def _law(width: FiniteWidthProblem, side: int) -> tuple[float, float]:
    """|a| with its sign and the relaxation time for m -> infinity."""
    law = asymptotics(width.model, side)
    others = sum(width.model.B[1:])
    if law.k is None or law.p is None or others == 0.0:
        return nan, nan
    k, p = law.k, law.p
    size = (width.m * abs(law.h_p) * abs(law.alpha0) ** (p / k) / others) ** (k / (p + k))
    return law.a_sign * size, width.m * k / ((p + k) * others)


def _arrival(system: Any, start: Any, R_end: float, a_end: float, horizon: float) -> float:
    """The time from which on R and a are within ``SHARE`` of their ends."""
    while True:
        rows, _, code = integrate(system, start, horizon, 1e-8, _STEP_BUDGET)
        last = len(rows) - 1
        if code != 0 or horizon >= _TAU_MAX or _away(rows, last, 0.0, R_end, a_end) < _THERE:
            break
        horizon *= 10.0
    return _settled_since(rows, R_end, a_end)


@compiled
def _settled_since(rows: Any, R_end: float, a_end: float) -> float:
    """The time in a record from which on R and a are within ``SHARE`` of their ends."""
    last = len(rows) - 1
    while last >= 0 and _away(rows, last, 0.0, R_end, a_end) <= SHARE:
        last -= 1
    if last < 0:
        return 0.0
    if last == len(rows) - 1:
        return inf
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if _away(rows, last, middle, R_end, a_end) <= SHARE:
            high = middle
        else:
            low = middle
    return float(rows[last, 0] + high * rows[last, 1])


@compiled
def _away(rows: Any, index: int, theta: float, R_end: float, a_end: float) -> float:
    """How far R and a are from their ends, relatively, at the fraction theta of a step."""
    R, _ = alignment(rosenbrock.evaluate_dense(rows, index, theta, 0, 3))
    a = rosenbrock.evaluate_dense(rows, index, theta, 1, 3)
    return float(max(abs(R / R_end - 1.0), abs(a / a_end - 1.0)))
