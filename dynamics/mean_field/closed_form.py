"""The mean-field system of ReLU neurons, by the closed form of its kernel: compiled kernels.

``U(r) = [sqrt(1 - r^2) + r (pi - arccos r)]/(2 pi)``, at ``r = s_i s_j``::

    eps da_i/dt = V(s_i) - (1/m) sum_j a_j U(s_i s_j)
      drho_i/dt = a_i [V'(s_i) - (1/m) sum_j a_j s_j U'(s_i s_j)]        s_i = tanh rho_i

A right-hand side costs O(m^2). In ``T = diag(sqrt eps, sqrt(1 - s^2))`` the Jacobian is symmetric, and the shifted
matrix of a step is positive definite: a solve needs its Cholesky factor, 2 m rows. 1 - r^2 is formed from the
1 - s^2, so that arccos and U'' are right where neurons coincide. Source of the system: Berthier, Montanari & Zhou,
arXiv:2303.00055.
"""

from math import atan2, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
from numba.extending import overload

from .. import rosenbrock
from ..alignment import alignment
from ..compiling import INLINE, compiled
from . import system as interface
from .finite_rank import polynomial, substitute
from .system import ROUNDING, block_growth, error_scales

_LEAST = 1e-300  # of 1 - s^2 where it is divided by


class ClosedForm(NamedTuple):
    """Parameters: the width m, the coefficients phi_k sigma_k of V from degree 0, 1/eps, the natural size of a, and
    half the squared norm of phi."""

    m: int
    V: Any
    rate: float
    size: float
    half_norm: float


def closed_form(phi: Any, sigma: Any, eps: float, m: int) -> ClosedForm:
    """The system from phi_k (K + 1,) and ReLU's own coefficients of the same degrees."""
    V = np.asarray(phi, float) * np.asarray(sigma, float)
    V.setflags(write=False)
    norm = float(np.linalg.norm(phi))
    return ClosedForm(m, V, 1.0 / eps, norm * sqrt(2.0) or 1.0, 0.5 * norm * norm)


@compiled
def kernel(r: float, rest: float) -> tuple[float, float, float]:
    """U, U', U'' at r, given ``rest = 1 - r^2``; U'' is taken for 0 at |r| = 1, where it is infinite."""
    sine = sqrt(rest)
    angle = pi - atan2(sine, r)
    return (
        (sine + r * angle) * (0.5 / pi),
        angle * (0.5 / pi),
        (0.5 / pi) / sine if sine > 0.0 else 0.0,
    )


def _only(system: Any) -> bool:
    return rosenbrock.is_system(system, ClosedForm)


@overload(rosenbrock.size, jit_options=INLINE)
def _size(system):  # type: ignore[no-untyped-def]
    return (lambda system: 2 * system.m) if _only(system) else None


@overload(interface.neurons, jit_options=INLINE)
def _neurons(system):  # type: ignore[no-untyped-def]
    return (lambda system: system.m) if _only(system) else None


@overload(rosenbrock.store_size, jit_options=INLINE)
def _store_size(system):  # type: ignore[no-untyped-def]
    # the symmetric matrix, or its factor, and after it sqrt(1 - s^2) and sqrt(eps)
    return (lambda system: 4 * system.m * system.m + system.m + 1) if _only(system) else None


@overload(rosenbrock.derivative)
def _derivative(system, y, dy):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def derivative(system, y, dy):  # type: ignore[no-untyped-def]
        m = system.m
        s, S = np.empty(m), np.empty(m)
        for i in range(m):
            s[i], S[i] = alignment(y[m + i])
            value, first, _ = polynomial(system.V, s[i])
            dy[i], dy[m + i] = m * value, m * first
        for i in range(m):
            for j in range(i + 1):
                U, slope, _ = kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])
                dy[i] -= y[j] * U
                dy[m + i] -= y[j] * s[j] * slope
                if j < i:
                    dy[j] -= y[i] * U
                    dy[m + j] -= y[i] * s[i] * slope
        for i in range(m):
            dy[i] *= system.rate / m
            dy[m + i] *= y[i] / m

    return derivative


@overload(rosenbrock.linearise)
def _linearise(system, y, dy, jac, scale, noise):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def linearise(system, y, dy, jac, scale, noise):  # type: ignore[no-untyped-def]
        m, rate = system.m, system.rate
        n = 2 * m
        matrix, roots = jac[: n * n].reshape(n, n), jac[n * n : n * n + m]
        s, S = np.empty(m), np.empty(m)
        curvature = np.empty(m)
        per = 1.0 / m
        root_rate = sqrt(rate)
        for i in range(m):
            s[i], S[i] = alignment(y[m + i])
            roots[i] = sqrt(max(S[i], _LEAST))
            value, first, curvature[i] = polynomial(system.V, s[i])
            dy[i], dy[m + i] = value, first
            noise[i], noise[m + i] = abs(value), abs(first)
        jac[n * n + m] = sqrt(1.0 / rate)
        for i in range(m):
            for j in range(i + 1):
                U, slope, bend = kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])
                to_i, to_j = y[j] * per, y[i] * per
                dy[i] -= to_i * U
                dy[m + i] -= to_i * s[j] * slope
                curvature[i] -= to_i * s[j] * s[j] * bend
                noise[i] += abs(to_i) * U
                noise[m + i] += abs(to_i * s[j]) * slope
                if j < i:
                    dy[j] -= to_j * U
                    dy[m + j] -= to_j * s[i] * slope
                    curvature[j] -= to_j * s[i] * s[i] * bend
                    noise[j] += abs(to_j) * U
                    noise[m + j] += abs(to_j * s[i]) * slope
                matrix[i, j] = -U * per * rate
                matrix[m + j, i] = -s[i] * y[j] * slope * roots[j] * per * root_rate
                matrix[m + i, j] = -s[j] * y[i] * slope * roots[i] * per * root_rate
                matrix[m + i, m + j] = -y[i] * y[j] * (slope + s[i] * s[j] * bend) * roots[i] * roots[j] * per
        growth = 0.0
        for i in range(m):
            first = dy[m + i]
            diagonal = y[i] * curvature[i] * S[i]
            growth = max(growth, block_growth(first * first * S[i] * rate, diagonal))
            matrix[m + i, i] += first * roots[i] * root_rate
            matrix[m + i, m + i] += diagonal
            dy[i] *= rate
            dy[m + i] *= y[i]
            noise[i] *= ROUNDING * rate
            noise[m + i] *= ROUNDING * abs(y[i])
        error_scales(y[:m], y[m:], S, system.size, scale)
        return growth

    return linearise


@overload(rosenbrock.factorise)
def _factorise(system, jac, shift, factors):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def factorise(system, jac, shift, factors):  # type: ignore[no-untyped-def]
        n = 2 * system.m
        shifted = np.empty((n, n))
        matrix = jac[: n * n].reshape(n, n)
        for i in range(n):
            for j in range(i + 1):
                shifted[i, j] = shifted[j, i] = -matrix[i, j]
            shifted[i, i] += shift
        factors[: n * n] = np.linalg.cholesky(shifted).ravel()
        factors[n * n :] = jac[n * n :]

    return factorise


@overload(rosenbrock.solve)
def _solve(system, factors, b):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def solve(system, factors, b):  # type: ignore[no-untyped-def]
        m = system.m
        n = 2 * m
        roots, of_a = factors[n * n : n * n + m], factors[n * n + m]
        for i in range(m):
            b[i] *= of_a
            b[m + i] *= roots[i]
        substitute(factors[: n * n].reshape(n, n), b)
        for i in range(m):
            b[i] /= of_a
            b[m + i] /= roots[i]

    return solve


@overload(interface.alignments)
def _alignments(system, y, s):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def alignments(system, y, s):  # type: ignore[no-untyped-def]
        for i in range(system.m):
            s[i] = alignment(y[system.m + i])[0]

    return alignments


@overload(interface.measure)
def _measure(system, y):  # type: ignore[no-untyped-def]
    if not _only(system):
        return None

    def measure(system, y):  # type: ignore[no-untyped-def]
        m = system.m
        s, S = np.empty(m), np.empty(m)
        linear = square = 0.0
        for i in range(m):
            s[i], S[i] = alignment(y[m + i])
            linear += y[i] * polynomial(system.V, s[i])[0]
        for i in range(m):
            for j in range(i):
                square += 2.0 * y[i] * y[j] * kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])[0]
            square += y[i] * y[i] * kernel(s[i] * s[i], S[i] * (2.0 - S[i]))[0]
        return system.half_norm - linear / m + 0.5 * square / (m * m), 0.0

    return measure
