"""Where a trajectory ends: its fate, decided from the structure of the plane.

For fixed R the loss is a parabola in a, with its minimum ``V(R) = 1/2 (sum k! c*_k^2 - p^2/q)`` at the
nullcline a = N(R) = p/q. So the set {L < l} is connected exactly where {V < l} is an interval of R; the
equilibria with a != 0 are the critical points of V; and because the loss never increases, a
trajectory whose loss has fallen to l can never leave the interval of {V < l} that it is in. As soon
as that interval holds a single well of V the limit is certain, whatever eps is: an interior minimum
(partial alignment), the end R = +-1 (full alignment), or the end R -> 0, where V tends to
1/2 sum_{i != k} i! c*_i^2 while |a| runs away (unlearning). On R = 0 itself the loss is
1/2 sum k! c*_k^2 for every a: that is the barrier between the two sides.

The certificate is this project's; the trichotomy is that of Imai, Nishiyama & Imaizumi, arXiv:2602.07378.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import exp, inf, log, log1p, nan, sqrt, tanh
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.interruption import checkpoint
from dynamics.jit import compiled
from dynamics.planar.integration.integration import first_step
from dynamics.planar.limits.loss_profile import LEVEL, POINTS_MAX, RUNAWAY, profile, single_well_containing
from dynamics.planar.losses import loss_at
from dynamics.planar.problem import PlanarProblem, once_per_problem
from dynamics.planar.system import is_passage_undecidable, sums
from dynamics.results import Result
from dynamics.typing import FloatArray

_RTOL = 1e-10  # near a threshold the start has to count to 1e-6: see thresholds.TOLERANCE
_TAU_MAX = 1e30  # algebraic approaches are slow; the integrator's steps grow with them
_STEP_BUDGET = 100_000
_NODES, _WEIGHTS = leggauss(12)
SAFETY_MARGIN = 4e-15  # of the initial loss: differences of loss smaller than this are rounding


class Fate(IntEnum):
    """Name what becomes of the feature as tau goes to infinity.

    Attributes
    ----------
    UNLEARNING
        R tends to 0 while |a| runs away.
    FULL_ALIGNMENT
        |R| tends to 1.
    PARTIAL_ALIGNMENT
        |R| tends to a value between 0 and 1.
    NO_ALIGNMENT
        R tends to 0 and a stays finite.
    UNDECIDED
        The limit is not certain.
    """

    UNLEARNING = 0
    FULL_ALIGNMENT = 1
    PARTIAL_ALIGNMENT = 2
    NO_ALIGNMENT = 3
    UNDECIDED = 4


@dataclass(frozen=True)
class LimitPoint:
    """Hold the limit of a trajectory as tau goes to infinity.

    Attributes
    ----------
    fate : Fate
        The fate.
    R, a, loss : float
        Limits of alignment, second-layer weight and loss; a is +-inf for a trajectory that unlearns. All are nan if the
        fate is undecided.
    tau : float
        Time at which the limit was certain.
    peak : float
        Largest |R| up to that time.
    """

    fate: Fate
    R: float
    a: float
    loss: float
    tau: float
    peak: float


@dataclass(frozen=True, eq=False)
class LossProfile(Result):
    """The profile V on one side of R = 0, by increasing |R|: ``R`` (m,), ``V`` (m,) at its critical
    points and its two ends; ``kind`` (m,): what each of them is (see ``profile``)."""

    R: FloatArray
    V: FloatArray
    kind: np.ndarray


def wells(model: PlanarProblem, side: int) -> LossProfile:
    """The wells and barriers of V for sign(R) = side."""
    R, V, kind = np.empty(POINTS_MAX), np.empty(POINTS_MAX), np.empty(POINTS_MAX, np.int64)
    n = profile(model.coefficients, *model.overlaps, float(side), R, V, kind)
    return LossProfile(R[:n], V[:n], kind[:n])


@once_per_problem
def both_wells(model: PlanarProblem) -> tuple[LossProfile, LossProfile]:
    """The profile of the smallest loss at each R > 0, and at each R < 0."""
    return wells(model, 1), wells(model, -1)


@compiled
def residual_drift_bound(A: Any, B: Any, eps: float, R: float, a: float) -> float:
    """A bound on how far a still moves while R falls to 0 from here; inf where R may not fall.

    For A_1 = 0 the line R = 0 is at rest. With s the lower of the first powers of R g and R h, near it
    ``g - a h = R^(s-1) G(a)`` and ``da/dR = eps R P / (a (1 - R^2) G)``: where a G < 0 throughout a box
    around the point that is wide enough for that drift, R falls to 0 inside the box.
    """
    K = len(A)
    s = 2 * K + 1
    for k in range(K, 0, -1):
        if B[k - 1] != 0.0:
            s = min(s, 2 * k)
        if A[k - 1] != 0.0:
            s = min(s, k)
    if s > 2 * K or a == 0.0 or abs(R) >= 1.0:
        return inf
    r = abs(R)
    mirror = 1.0 if R > 0 else -1.0
    lead_A = s * A[s - 1] * mirror**s if s <= K else 0.0
    lead_B = (s // 2) * B[s // 2 - 1] if s % 2 == 0 and s // 2 <= K else 0.0
    for shrink in range(25, 1, -1):  # from the least room that a drift of 1e-7 of |a| fits into
        room = abs(a) * 2.0**-shrink
        highest = abs(a) + room
        rest = drift = 0.0
        for k in range(1, K + 1):
            if k > s:
                rest += k * abs(A[k - 1]) * r ** (k - s)
            if k >= s:
                drift += abs(A[k - 1]) * r ** (k - s)
            if 2 * k > s:
                rest += highest * k * B[k - 1] * r ** (2 * k - s)
            if 2 * k >= s:
                drift += highest * B[k - 1] * r ** (2 * k - s)
        sign = 1.0 if a > 0 else -1.0
        # a G < 0 at both ends of the box in a (G is linear there)
        pull = min(-sign * (lead_A - (a - room) * lead_B), -sign * (lead_A - (a + room) * lead_B))
        if pull <= rest:
            break  # nor with more room
        bound = 0.5 * eps * drift * r * r / ((abs(a) - room) * (1.0 - r * r) * (pull - rest))
        if bound < room:
            return bound
    return inf


@compiled
def _integrate_until_certain(
    system: Any,
    coefficients: Any,
    A: Any,
    B: Any,
    R_up: Any,
    V_up: Any,
    R_down: Any,
    V_down: Any,
    barrier: float,
    rho: float,
    a: float,
) -> Any:
    """Integrate until the limit is certain: (well or -1, side, tau, R, a, peak |R|, absorbed)."""
    y = np.array([rho, a])
    state = rosenbrock.initial_state(0.0, first_step(system, y, 1.0))
    work = rosenbrock.workspace(system)
    margin = SAFETY_MARGIN * barrier
    peak = abs(alignment(rho)[0])
    side = 0
    at_rest = A[0] == 0.0
    for _ in range(_STEP_BUDGET):
        before = y[1]
        code = rosenbrock.step(system, state, y, work, _TAU_MAX, _RTOL)
        R, _slope = alignment(y[0])
        peak = max(peak, abs(R))
        if code != 0 or state[0] >= _TAU_MAX:
            break
        if before * y[1] < 0.0 and is_passage_undecidable(system.table, system.rate, y[0], y[1]):
            break
        level = loss_at(coefficients, R, y[1])
        if R != 0.0 and level < barrier - margin:
            side = 1 if R > 0 else -1
            if side > 0:
                well = single_well_containing(V_up, R_up, len(R_up), abs(R), level, margin)
            else:
                well = single_well_containing(V_down, R_down, len(R_down), abs(R), level, margin)
            if well >= 0:
                return well, side, state[0], R, y[1], peak, False
        elif at_rest and residual_drift_bound(A, B, 1.0 / system.rate, R, y[1]) < 1e-6 * abs(y[1]):
            return -1, 0, state[0], R, y[1], peak, True
    return -1, 0, state[0], R, y[1], peak, False


def limit(model: PlanarProblem, a0: float, R0: float) -> LimitPoint:
    """The limit of the trajectory from (R0, a0), both validated."""
    checkpoint()
    resting = _stationary_limit(model, a0, R0)
    if resting is not None:
        R, a = resting
        return LimitPoint(_name(R), R, a, float(model.loss(R, a)), 0.0, abs(R))
    A, B = model.overlaps
    if not A.any():
        return _unreachable_target(model, a0, R0)
    up, down = both_wells(model)
    well, side, tau, R, a, peak, absorbed = _integrate_until_certain(
        model.system,
        model.coefficients,
        A,
        B,
        up.R,
        up.V,
        down.R,
        down.V,
        model.initial_loss,
        np.arctanh(R0),
        a0,
    )
    if absorbed:
        return LimitPoint(Fate.NO_ALIGNMENT, 0.0, a, model.initial_loss, tau, peak)
    if well < 0:
        return LimitPoint(Fate.UNDECIDED, nan, nan, nan, tau, peak)
    chosen = up if side > 0 else down
    R = float(chosen.R[well])
    if chosen.kind[well] == LEVEL:
        R, a = _end_on_conserved_level(model, a0, R0, side)
        return LimitPoint(Fate.PARTIAL_ALIGNMENT, R, a, model.runaway_loss, tau, max(peak, abs(R)))
    if chosen.kind[well] == RUNAWAY:
        return LimitPoint(Fate.UNLEARNING, 0.0, runaway_sign(model, side) * inf, model.runaway_loss, tau, peak)
    a = _slow_nullcline_a(model.system, R)
    return LimitPoint(_name(R), R, a, float(chosen.V[well]), tau, max(peak, abs(R)))


def runaway_sign(model: PlanarProblem, side: float) -> float:
    """The sign of a as R falls to 0 from the side sign(R) = side."""
    k = model.first_degree
    return float(np.sign(model.c_star[k - 1] / model.c[k - 1]) * side**k)


def _name(R: float) -> Fate:
    if R == 0.0:
        return Fate.NO_ALIGNMENT
    return Fate.FULL_ALIGNMENT if abs(R) == 1.0 else Fate.PARTIAL_ALIGNMENT


def _stationary_limit(model: PlanarProblem, a0: float, R0: float) -> tuple[float, float] | None:
    """The limit (R, a) where R never moves, else None."""
    if abs(R0) == 1.0:
        height = float(model.slow_nullcline_a(R0))
        return R0, a0 if np.isnan(height) else height
    return (R0, a0) if _at_rest(model.system, float(R0), float(a0)) else None


@compiled
def _slow_nullcline_a(system: Any, R: float) -> float:
    """N(R) = p/q, nan where q = 0."""
    p, _, q, _ = sums(system.table, R)
    return p / q if q != 0.0 else nan


@compiled
def _at_rest(system: Any, R: float, a: float) -> bool:
    """Whether neither R nor a moves."""
    p, g, q, h = sums(system.table, R)
    return a * (g - a * h) == 0.0 and p - a * q == 0.0


def _end_on_conserved_level(model: PlanarProblem, a0: float, R0: float, side: int) -> tuple[float, float]:
    """The end (R, a) where a single c_k is not zero."""
    k = model.first_degree
    alpha0 = model.c_star[k - 1] / model.c[k - 1]
    R = side * level_end(k, alpha0, model.eps, float(np.arctanh(R0)), a0)
    return R, alpha0 / R**k


@compiled
def level_end(k: int, alpha0: float, eps: float, rho0: float, a0: float) -> float:
    """|R| at the end where a single c_k is not zero.

    Then ``eps drho/da = k a / tanh rho``, so ``eps ln cosh rho - k a^2/2`` is conserved, and the end is
    where it meets a R^k = alpha0.
    """
    conserved = eps * _log_cosh(rho0) - 0.5 * k * a0 * a0
    low, high = -40.0 / k, 1.0
    while _level_gap(high, k, alpha0, eps) < conserved:
        high *= 2.0
    while high - low > 4e-16 * max(1.0, abs(low)):
        middle = 0.5 * (low + high)
        if _level_gap(middle, k, alpha0, eps) < conserved:
            low = middle
        else:
            high = middle
        if middle in (low, high) and 0.5 * (low + high) == middle:
            break
    return tanh(exp(0.5 * (low + high)))


@compiled
def _log_cosh(rho: float) -> float:
    return abs(rho) + log1p(exp(-2.0 * abs(rho))) - log(2.0)


@compiled
def _level_gap(log_rho: float, k: int, alpha0: float, eps: float) -> float:
    """What is conserved, on a R^k = alpha0: increasing."""
    rho = exp(log_rho)
    return eps * _log_cosh(rho) - 0.5 * k * (alpha0 / tanh(rho) ** k) ** 2


def _unreachable_target(model: PlanarProblem, a0: float, R0: float) -> LimitPoint:
    """The end where A = 0."""
    R, a = unreachable_end(model.system.table, model.eps, float(np.arctanh(R0)), a0)
    # |R| only falls, though close to 1 it is 1 by rounding
    fate = Fate.NO_ALIGNMENT if R == 0.0 else Fate.PARTIAL_ALIGNMENT
    return LimitPoint(fate, float(R), float(a), model.initial_loss, 0.0, abs(R0))


@compiled
def unreachable_end(table: Any, eps: float, rho0: float, a0: float) -> tuple[float, float]:
    """The end (R, a) where A = 0: the target has nothing the activation sees, both |R| and |a| only fall.

    ``eps drho/dtau = a h/q`` integrates to ``a^2/2 - eps Phi(rho) = const`` with ``Phi = int_0^rho q/h``,
    whose sign says which of the two reaches 0 first.
    """
    low, high = 0.0, abs(rho0)
    constant = 0.5 * a0 * a0 - eps * phi(table, high)
    if constant >= 0.0:
        return 0.0, (1.0 if a0 > 0.0 else -1.0) * sqrt(2.0 * constant)
    for _ in range(60):
        middle = 0.5 * (low + high)
        if eps * phi(table, middle) > -constant:
            high = middle
        else:
            low = middle
    return (1.0 if rho0 > 0.0 else -1.0) * tanh(high), 0.0


def level_threshold(model: PlanarProblem, R0: float) -> float:
    """Where A = 0: the |a0| below which a, above which R is the first to reach 0."""
    return float(np.sqrt(2.0 * model.eps * phi(model.system.table, abs(float(np.arctanh(R0))))))


@compiled
def phi(table: Any, rho: float) -> float:
    """``Phi = int_0^rho q/h`` to rounding, by Gauss's rule on pieces that are short beside the 1/2 pi of its poles."""
    pieces = int(4.0 * rho) + 1
    half = 0.5 * rho / pieces
    total = 0.0
    for piece in range(pieces):
        for i in range(len(_NODES)):
            r = half * (2 * piece + 1 + _NODES[i])
            _, _, q, h = sums(table, tanh(r))
            if h != 0.0:
                total += _WEIGHTS[i] * q / h
    return total * half


def excess_loss(model: PlanarProblem, R: FloatArray, a: FloatArray, end: LimitPoint) -> FloatArray:
    """``L(R, a) - L_infinity`` for a limit, without cancellation: with gaps d_k = c*_k - a c_k R^k,
    ``1/2 sum k! (d_k - d_k^inf)(d_k + d_k^inf)``; shape of R."""
    w, c, c_star = model.coefficients
    k = np.arange(1, model.K + 1)
    fitted = c * a[..., None] * R[..., None] ** k
    if end.fate == Fate.UNDECIDED:
        return np.full(R.shape, nan)
    if end.fate == Fate.UNLEARNING:
        fitted_end = np.where(k == model.first_degree, c_star, 0.0)
    else:
        fitted_end = c * end.a * end.R**k
    return np.asarray(0.5 * (w * (fitted_end - fitted) * (2 * c_star - fitted - fitted_end)).sum(-1))
