"""The planar fast-slow system in the coordinates (rho, a), rho = atanh R: compiled kernels.

With ``A_k = k! c_k c*_k`` and ``B_k = k! c_k^2`` (sums over k = 1 ... K)::

    eps drho/dtau = a (g - a h)      g = sum k A_k R^(k-1)      h = sum k B_k R^(2k-1)
        da/dtau   = p - a q          p = sum A_k R^k            q = sum B_k R^(2k)

It is integrated in rho because 1 - R underflows near full alignment, where R sticks at 1 and a later
departure is lost. Source: Imai, Nishiyama & Imaizumi, arXiv:2602.07378 (the system); the coordinate
is this project's.
"""

from math import inf, sqrt
from typing import Any, NamedTuple

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled, implements
from dynamics.planar import fast_slow

NEAR_PASSAGE = 40.0  # (a/w)^2 below which errors are not forgotten before a crosses 0: exp(-20) of them is left
OF_LAG = 30.0  # of the lag, times rtol: what an error may be there
MIN_LAG = 1e-10  # of |rho|: a smaller lag cannot be distinguished from rounding errors, which add up over the passage


class Planar(NamedTuple):
    """Parameters: the coefficient table of shape (6, K) made by :func:`planar`, and 1/eps.

    The rows are the coefficients, from degree 1, of p, g, q, h and of the slopes dg/dR, dh/dR.
    """

    table: Any
    rate: float


def planar(A: Any, B: Any, eps: float, time_direction: int = 1) -> Planar:
    """The system from A, B of shape (K,) and eps; ``time_direction = -1`` runs time backward."""
    table = _table(A, B, float(time_direction))
    table.setflags(write=False)
    return Planar(table, 1.0 / eps)


@compiled
def _table(A: Any, B: Any, sign: float) -> Any:
    table = np.empty((6, len(A)))
    for i in range(len(A)):
        k = i + 1
        table[0, i] = sign * A[i]
        table[1, i] = sign * k * A[i]
        table[2, i] = sign * B[i]
        table[3, i] = sign * k * B[i]
        table[4, i] = sign * k * (k - 1) * A[i]
        table[5, i] = sign * k * (2 * k - 1) * B[i]
    return table


@compiled
def sums(table: Any, R: float) -> tuple[float, float, float, float]:
    """p, g, q, h at R."""
    S = R * R
    p = g = q = h = 0.0
    for k in range(table.shape[1] - 1, -1, -1):
        p = p * R + table[0, k]
        g = g * R + table[1, k]
        q = q * S + table[2, k]
        h = h * S + table[3, k]
    return p * R, g, q * S, h * R


@compiled
def sums_and_slopes(table: Any, R: float) -> tuple[float, float, float, float, float, float]:
    """p, g, q, h and dg/dR, dh/dR at R (dp/dR = g and dq/dR = 2 h)."""
    S = R * R
    p = g = q = h = dg = dh = 0.0
    for k in range(table.shape[1] - 1, 0, -1):
        p = p * R + table[0, k]
        g = g * R + table[1, k]
        q = q * S + table[2, k]
        h = h * S + table[3, k]
        dg = dg * R + table[4, k]
        dh = dh * S + table[5, k]
    return (
        (p * R + table[0, 0]) * R,
        g * R + table[1, 0],
        (q * S + table[2, 0]) * S,
        (h * S + table[3, 0]) * R,
        dg,
        dh * S + table[5, 0],
    )


@compiled
def passage_lag(a: float, slope: float, d_a: float, g: float, h: float, dg: float, rate: float) -> float:
    """The distance in rho by which a solution lags behind the critical manifold where a crosses 0 on it; inf elsewhere.

    There contraction turns into growth, and the solution leaves to the side on which it lags behind: by about
    ``h w/(dg slope)`` while ``|a| < w = sqrt(d_a eps/(dg slope))``. An error as large as that would choose the branch.
    Arguments as in :func:`error_scales`.
    """
    steep = abs(dg) * slope * rate
    reach = NEAR_PASSAGE * abs(d_a)
    if d_a * dg > 0.0 and a * a * steep < reach and g * g * steep < reach * h * h:
        return float(abs(h) * sqrt(abs(d_a) / steep) / (abs(dg) * slope))
    return inf


@compiled
def is_passage_undecidable(table: Any, rate: float, rho: float, a: float) -> bool:
    """Whether (rho, a) is on a passage through a = 0 whose exit rounding errors decide."""
    R, slope = alignment(rho)
    p, g, q, h, dg, _ = sums_and_slopes(table, R)
    return passage_lag(a, slope, p - a * q, g, h, dg, rate) < MIN_LAG * abs(rho)


@compiled
def error_scales(
    rho: float,
    a: float,
    slope: float,
    d_rho: float,
    d_a: float,
    growth: float,
    decay: float,
    invariant: bool,
    g: float,
    h: float,
    dg: float,
    rate: float,
) -> tuple[float, float]:
    """The sizes that errors of rho and a are to be measured by.

    ``slope``: dR/drho. ``d_rho``, ``d_a``: their velocities. ``growth``: d(d_rho)/drho. ``decay``:
    -d(d_a)/da. ``invariant``: whether R = 0 is (A_1 = 0). ``g``, ``h``, ``dg`` = dg/dR, ``rate`` = 1/eps: of
    ``d_rho = a (g - a h) rate``.
    """
    # What counts is R, and dR = (1 - R^2) drho. While R is drawn to the critical manifold faster than
    # it moves, its errors are forgotten; before that they shift the whole course in time. So do
    # those of a while it grows from little.
    size, height = abs(rho), abs(a)
    slaved = -growth * size > 3.0 * abs(d_rho)
    of_rho = (1.5 * (4.0 + size) if slaved else 0.1 * min(1.0, height) + size) / max(slope, 0.01)
    if invariant:  # ln |rho| is what moves evenly
        of_rho = min(of_rho, 1e-30 + 0.1 * size)
    lag = passage_lag(a, slope, d_a, g, h, dg, rate)
    if lag < inf:
        of_rho = min(of_rho, 0.1 * min(1.0, height) + size, max(OF_LAG * lag, MIN_LAG * size))
    settled = decay * height > 3.0 * abs(d_a)
    return of_rho, 1.2 * (4.0 + height) if settled else 1e-30 + height + 0.1 * min(1.0, abs(d_a))


@compiled
def turning_rate(contraction: float, change: float) -> float:
    """The rate that bounds steps where a contraction (negative) weakens at the rate ``change``.

    A stiff step (longer than ``-2/contraction``) must not reach the point where the contraction turns into growth.
    """
    if contraction >= 0.0 or change <= 0.0:
        return 0.0
    return min(-2.0 * change / contraction, -0.5 * contraction)


@implements(rosenbrock.size, Planar, inline=True)
def _size(system: Any) -> Any:
    return 2


@implements(rosenbrock.jacobian_storage, Planar, inline=True)
def _store_size(system: Any) -> Any:
    return 4


@implements(rosenbrock.derivative, Planar, inline=True)
def _derivative(system: Any, y: Any, dy: Any) -> Any:
    a = y[1]
    R, _ = alignment(y[0])
    p, g, q, h = sums(system.table, R)
    dy[0] = a * (g - a * h) * system.rate
    dy[1] = p - a * q


@implements(rosenbrock.linearize, Planar, inline=True)
def _linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> Any:
    a = y[1]
    R, slope = alignment(y[0])
    p, g, q, h, dg, dh = sums_and_slopes(system.table, R)
    mixed = g - 2.0 * a * h
    dy[0] = a * (g - a * h) * system.rate
    dy[1] = p - a * q
    jac[0] = a * (dg - a * dh) * slope * system.rate
    jac[1] = mixed * system.rate
    jac[2] = mixed * slope
    jac[3] = -q
    scale[0], scale[1] = error_scales(
        y[0], a, slope, dy[0], dy[1], jac[0], q, system.table[0, 0] == 0.0, g, h, dg, system.rate
    )
    noise[0] = 2.0**-52 * abs(a) * (abs(g) + abs(a * h)) * system.rate
    noise[1] = 2.0**-52 * (abs(p) + abs(a) * q)
    # The Jacobian is similar to a symmetric one: its eigenvalues are real.
    half = 0.5 * (jac[0] - jac[3])
    growth = 0.5 * (jac[0] + jac[3]) + sqrt(half * half + jac[1] * jac[2])
    return max(growth, turning_rate(jac[0], dy[1] * (dg - 2.0 * a * dh) * slope * system.rate))


@implements(rosenbrock.factorize, Planar, inline=True)
def _factorize(system: Any, jac: Any, shift: Any, factors: Any) -> Any:
    m00, m01, m10, m11 = shift - jac[0], -jac[1], -jac[2], shift - jac[3]
    scale = 1.0 / (m00 * m11 - m01 * m10)
    factors[0] = m11 * scale
    factors[1] = -m01 * scale
    factors[2] = -m10 * scale
    factors[3] = m00 * scale


@implements(rosenbrock.solve, Planar, inline=True)
def _solve(system: Any, factors: Any, b: Any) -> Any:
    b0, b1 = b[0], b[1]
    b[0] = factors[0] * b0 + factors[1] * b1
    b[1] = factors[2] * b0 + factors[3] * b1


@implements(fast_slow.normal_contraction_rate, Planar, inline=True)
def _pull(system: Any, y: Any) -> Any:
    R, slope = alignment(y[0])
    _, _, _, _, dg, dh = sums_and_slopes(system.table, R)
    return -y[1] * (dg - y[1] * dh) * slope * system.rate


@implements(fast_slow.n_outputs, Planar, inline=True)
def _observed(system: Any) -> Any:
    return 2


@implements(fast_slow.outputs, Planar, inline=True)
def _observe(system: Any, y: Any, out: Any) -> Any:
    out[0] = alignment(y[0])[0]
    out[1] = y[1]
