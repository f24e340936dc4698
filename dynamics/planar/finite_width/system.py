"""The network of finite width m, as a system in the coordinates (rho, a, lambda): compiled kernels.

For population gradient flow from a symmetric start (all a_i = a, all <w_i, beta> = R, all <w_i, w_j> = Q for
i != j) the order parameters obey, with ``V(R) = sum A_k R^k`` and ``U(r) = sum B_k r^k``::

        da/dtau = V(R) - a [(1 - 1/m) U(Q) + U(1)/m]
    eps dR/dtau = a [V'(R) (1 - R^2) - a (1 - 1/m) U'(Q) R (1 - Q)]
    eps dQ/dtau = 2 a [V'(R) R (1 - Q) - (a/m) U'(Q) ((1 - Q^2) + (m - 2) Q (1 - Q))]

The coordinates. Split ``w_i = R beta + s e + z u_i``, with e the direction that the neurons have in common
besides beta and u_i the corners of a simplex orthogonal to both: a point (R, s, z) of the unit sphere,
``R^2 + s^2 = (1 + (m - 1) Q)/m``. With ``rho = atanh R`` and ``e^lambda = w = (m - 1) s^2/z^2`` the law becomes::

    eps drho/dtau    = a [V'(R) - a U'(Q) R (m - 1)/(m - 1 + w)]
    eps dlambda/dtau = -2 a^2 U'(Q)                                          lambda(0) = 0
    Q - R^2 = (1 - R^2)(w - 1)/(m - 1 + w)            1 - Q = (1 - R^2) m/(m - 1 + w)

exactly. Nothing cancels or underflows near |R| = 1, where rho says how near; nor near the bound
``R^2 = (1 + (m - 1) Q)/m``, which is lambda = -infinity, and from which Q may depart again; nor as
m -> infinity, where Q - R^2 and the second factor's distance from 1 are of order 1/m by their form.
From w_i = R0 beta + sqrt(1 - R0^2) v_i with orthonormal v_i, ``Q <= R^2`` (w <= 1) at all times.

Source of the coordinates and of the form: this project's.
"""

from math import exp, expm1, sqrt
from typing import Any, NamedTuple

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled, implements
from dynamics.planar import fast_slow
from dynamics.planar.system import error_scales, turning_rate

NEWTON_STEPS, NEWTON_CHANGE = 60, 0.02  # down to an eigenvalue: far from it each takes a third of the way


class FiniteSystem(NamedTuple):
    """Parameters: the coefficient table of shape (6, K) made by :func:`finite_system`, 1/eps, and m.

    The rows are the coefficients, from degree 1, of V, V', V'', U, U', U''.
    """

    table: Any
    rate: float
    m: float


def finite_system(A: Any, B: Any, eps: float, m: float) -> FiniteSystem:
    """The system from A, B of shape (K,), eps and the width m."""
    k = np.arange(1, len(A) + 1)
    table = np.array([A, k * A, k * (k - 1) * A, B, k * B, k * (k - 1) * B])
    table.setflags(write=False)
    return FiniteSystem(table, 1.0 / eps, m)


@compiled
def geometry(m: float, rho: float, lam: float) -> tuple[float, float, float, float, float]:
    """R, 1 - R^2, Q, w and 1/(m - 1 + w)."""
    R, S = alignment(rho)
    w = exp(lam)
    inverse = 1.0 / (m - 1.0 + w)
    return R, S, R * R + S * (expm1(lam) * inverse), w, inverse


@compiled
def series(table: Any, row: int, x: float) -> tuple[float, float, float]:
    """A power series without constant term and its two derivatives at x: of V (row 0) or U (row 3)."""
    value = first = second = 0.0
    for k in range(table.shape[1] - 1, 0, -1):
        value = value * x + table[row, k]
        first = first * x + table[row + 1, k]
        second = second * x + table[row + 2, k]
    return (value * x + table[row, 0]) * x, first * x + table[row + 1, 0], second


@compiled
def spread(table: Any, m: float, R: float, S: float, Q: float, w: float, inverse: float) -> tuple[float, float]:
    """``q = sum B_k R^(2k)``, and ``(1 - 1/m) U(Q) + U(1)/m - q``: by how much neurons that do not coincide raise
    the squared output. Both as sums of terms that are not negative.

    The second is ``(1 - R^2)/(m - 1 + w) sum B_k [(1 - R^2) E_k + w G_k]`` with ``h_k = 1 + ... + R^(2k-2)``,
    ``G_k = sum_i Q^i R^(2(k-1-i))`` and ``E_k = sum_i Q^i h_(k-1-i)``.
    """
    square = R * R
    one_plus_Q = 2.0 * square + S * (m - 2.0 + 2.0 * w) * inverse  # m = 2 allows Q = -1
    q = total = 0.0
    E, E_next = 0.0, 1.0
    h = G = 1.0
    power = square
    for k in range(table.shape[1]):
        q += table[3, k] * power
        total += table[3, k] * (S * E + w * G)
        # two degrees at once: with Q < 0 neighboring terms of E cancel
        E, E_next = E_next, power + one_plus_Q * h + Q * Q * E
        G = Q * G + power
        h += power
        power *= square
    return q, S * inverse * total


@compiled
def fastest(jac: Any, bound: float) -> float:
    """The largest eigenvalue of the 3 x 3 matrix jac (9,) where one has a positive real part, to a few per cent and
    from above, given a bound of it; never less than the real part of a complex pair. Where none has: 0.

    To the right of all eigenvalues the characteristic polynomial and its derivatives are positive (Gauss-Lucas), and
    Newton's method descends without passing a real one; where it passes a complex pair one of them changes sign.
    """
    if not bound > 0.0:
        return 0.0
    minor0 = jac[4] * jac[8] - jac[5] * jac[7]
    minor1 = jac[3] * jac[8] - jac[5] * jac[6]
    minor2 = jac[3] * jac[7] - jac[4] * jac[6]
    trace = jac[0] + jac[4] + jac[8]
    second = minor0 + jac[0] * jac[8] - jac[2] * jac[6] + jac[0] * jac[4] - jac[1] * jac[3]
    determinant = jac[0] * minor0 - jac[1] * minor1 + jac[2] * minor2
    if trace <= 0.0 <= second and determinant <= 0.0 and trace * second <= determinant:  # Routh and Hurwitz
        return 0.0
    x = nearer = bound
    for _ in range(NEWTON_STEPS):
        slope = (3.0 * nearer - 2.0 * trace) * nearer + second
        value = ((nearer - trace) * nearer + second) * nearer - determinant
        if not (value > 0.0 and slope > 0.0 and 3.0 * nearer > trace):
            break
        x = nearer
        nearer = x - value / slope
        if nearer >= (1.0 - NEWTON_CHANGE) * x:
            break
    return x


@implements(rosenbrock.size, FiniteSystem, inline=True)
def _size(system: Any) -> Any:
    return 3


@implements(rosenbrock.jacobian_storage, FiniteSystem, inline=True)
def _store_size(system: Any) -> Any:
    return 9


@implements(rosenbrock.derivative, FiniteSystem, inline=True)
def _derivative(system: Any, y: Any, dy: Any) -> Any:
    a = y[1]
    R, S, Q, w, inverse = geometry(system.m, y[0], y[2])
    V, dV, _ = series(system.table, 0, R)
    _, dU, _ = series(system.table, 3, Q)
    q, extra = spread(system.table, system.m, R, S, Q, w, inverse)
    dy[0] = a * (dV - a * (R * (system.m - 1.0) * inverse) * dU) * system.rate
    dy[1] = V - a * (q + extra)
    dy[2] = -2.0 * a * a * dU * system.rate


@implements(rosenbrock.linearize, FiniteSystem, inline=True)
def _linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> Any:
    a, m, rate = y[1], system.m, system.rate
    R, S, Q, w, inverse = geometry(m, y[0], y[2])
    V, dV, ddV = series(system.table, 0, R)
    _, dU, ddU = series(system.table, 3, Q)
    q, extra = spread(system.table, m, R, S, Q, w, inverse)
    W = q + extra
    kappa = (m - 1.0) * inverse
    Q_rho = 2.0 * R * S * m * inverse
    Q_lam = S * w * m * inverse * inverse
    mixed = dV - 2.0 * a * R * kappa * dU
    dy[0] = a * (dV - a * R * kappa * dU) * rate
    dy[1] = V - a * W
    dy[2] = -2.0 * a * a * dU * rate
    jac[0] = a * (ddV * S - a * kappa * (S * dU + R * ddU * Q_rho)) * rate
    jac[1] = mixed * rate
    jac[2] = -a * a * R * kappa * (ddU * Q_lam - dU * w * inverse) * rate
    jac[3] = mixed * S
    jac[4] = -W
    jac[5] = -a * (1.0 - 1.0 / m) * dU * Q_lam
    jac[6] = -2.0 * a * a * ddU * Q_rho * rate
    jac[7] = -4.0 * a * dU * rate
    jac[8] = -2.0 * a * a * ddU * Q_lam * rate
    if R == 0.0 and dV == 0.0:  # an invariant line: there is nothing that could grow away from it
        jac[0] = min(jac[0], 0.0)
    scale[0], scale[1] = error_scales(
        y[0], a, S, dy[0], dy[1], jac[0], W, system.table[0, 0] == 0.0, dV, R * kappa * dU, ddV, rate
    )
    scale[2] = 1.0 + abs(y[2])
    sum_V = sum_dV = sum_dU = 0.0
    for k in range(system.table.shape[1] - 1, -1, -1):
        sum_V = sum_V * abs(R) + abs(system.table[0, k])
        sum_dV = sum_dV * abs(R) + abs(system.table[1, k])
        sum_dU = sum_dU * abs(Q) + system.table[4, k]
    noise[0] = 2.0**-52 * abs(a) * (abs(dV) + abs(a * R) * kappa * sum_dU) * rate
    noise[1] = 2.0**-52 * (abs(V) + abs(a) * W)
    noise[2] = 2.0**-52 * 2.0 * a * a * sum_dU * rate
    still = abs(dy[0]) <= 4.0 * noise[0] and abs(dy[1]) <= 4.0 * noise[1]
    if still and dU >= 0.0 and (w < 2.0**-60 or jac[2] == jac[5] == 0.0):
        # The neurons have nothing left in common but beta: lambda falls for ever, and moves nothing.
        dy[2] = 0.0
    # The (rho, a) block is similar to a symmetric one. Scaled so, with the block's fastest rate, a
    # bound of its coupling to lambda and lambda's own rate, a 2 x 2 problem bounds the whole. At rest
    # that bound is above 0 where no mode grows: from it Newton's method descends to the fastest one.
    half = 0.5 * (jac[0] - jac[4])
    block = 0.5 * (jac[0] + jac[4]) + sqrt(half * half + jac[1] * jac[3])
    to_block = S / rate * jac[2] * jac[2] + jac[5] * jac[5] if rate > 0.0 else 0.0
    from_block = jac[6] / S * jac[6] * rate + jac[7] * jac[7] if S > 0.0 else 0.0  # 1/S alone overflows
    half = 0.5 * (block - jac[8])
    growth = fastest(jac, 0.5 * (block + jac[8]) + sqrt(half * half + sqrt(to_block) * sqrt(from_block)))
    inner = S * dU + R * ddU * Q_rho
    return max(growth, turning_rate(jac[0], dy[1] * (ddV * S - 2.0 * a * kappa * inner) * rate))


@implements(rosenbrock.factorize, FiniteSystem, inline=True)
def _factorize(system: Any, jac: Any, shift: Any, factors: Any) -> Any:
    # lambda first, on which the others hardly depend; then the 2 x 2 problem that is left
    inverse = 1.0 / (shift - jac[8])
    to0, to1 = jac[2] * inverse, jac[5] * inverse
    m00, m01 = shift - jac[0] - to0 * jac[6], -jac[1] - to0 * jac[7]
    m10, m11 = -jac[3] - to1 * jac[6], shift - jac[4] - to1 * jac[7]
    scale = 1.0 / (m00 * m11 - m01 * m10)
    factors[0] = m11 * scale
    factors[1] = -m01 * scale
    factors[2] = -m10 * scale
    factors[3] = m00 * scale
    factors[4] = to0
    factors[5] = to1
    factors[6] = jac[6] * inverse
    factors[7] = jac[7] * inverse
    factors[8] = inverse


@implements(rosenbrock.solve, FiniteSystem, inline=True)
def _solve(system: Any, factors: Any, b: Any) -> Any:
    b0, b1 = b[0] + factors[4] * b[2], b[1] + factors[5] * b[2]
    b[0] = factors[0] * b0 + factors[1] * b1
    b[1] = factors[2] * b0 + factors[3] * b1
    b[2] = factors[8] * b[2] + factors[6] * b[0] + factors[7] * b[1]


@implements(fast_slow.normal_contraction_rate, FiniteSystem, inline=True)
def _pull(system: Any, y: Any) -> Any:
    a, m = y[1], system.m
    R, S, Q, _w, inverse = geometry(m, y[0], y[2])
    _, _, ddV = series(system.table, 0, R)
    _, dU, ddU = series(system.table, 3, Q)
    inner = S * dU + R * ddU * (2.0 * R * S * m * inverse)
    return -a * (ddV * S - a * (m - 1.0) * inverse * inner) * system.rate


@implements(fast_slow.n_outputs, FiniteSystem, inline=True)
def _observed(system: Any) -> Any:
    return 4


@implements(fast_slow.outputs, FiniteSystem, inline=True)
def _observe(system: Any, y: Any, out: Any) -> Any:
    R, S, Q, w, inverse = geometry(system.m, y[0], y[2])
    _, extra = spread(system.table, system.m, R, S, Q, w, inverse)
    out[0] = R
    out[1] = y[1]
    out[2] = Q
    out[3] = extra
