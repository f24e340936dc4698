"""The mean-field system of ReLU neurons, by the closed form of its kernel: compiled kernels.

``U(r) = [sqrt(1 - r^2) + r (pi - arccos r)]/(2 pi)``, at ``r = s_i s_j``::

    eps da_i/dt = V(s_i) - sum_j w_j a_j U(s_i s_j)
      drho_i/dt = a_i [V'(s_i) - sum_j w_j a_j s_j U'(s_i s_j)]        s_i = tanh rho_i

for m distinct neurons with weights w_j (``system``). A right-hand side costs O(m^2). In
``T = diag(sqrt(w eps), sqrt(w (1 - s^2)))`` the Jacobian is symmetric, and the shifted matrix of a step is positive
definite: a solve needs its Cholesky factor, 2 m rows. 1 - r^2 is formed from the
1 - s^2, so that arccos and U'' are right where neurons coincide. Source of the system: Berthier, Montanari & Zhou,
arXiv:2303.00055.
"""

from math import atan2, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled, implements
from dynamics.mean_field import system as interface
from dynamics.mean_field.polynomial_system import polynomial, substitute
from dynamics.mean_field.system import ROUNDING, block_growth, error_scales, risk

_MIN_DIVISOR = 1e-300  # of 1 - s^2 where it is divided by


class ClosedForm(NamedTuple):
    """Parameters: the number m of distinct neurons, their weights (m,) and the square roots of these; ``table``
    (2, K + 1) with rows phi_k and sigma_k; the coefficients phi_k sigma_k of V; 1/eps; the natural size of a."""

    m: int
    weights: Any
    roots: Any
    table: Any
    V: Any
    rate: float
    size: float


def closed_form(phi: Any, sigma: Any, eps: float, weights: Any) -> ClosedForm:
    """The system from phi_k (K + 1,), ReLU's own coefficients of the same degrees, and the weights of the neurons."""
    table = np.array([phi, sigma], dtype=float)
    V = table[0] * table[1]
    roots = np.sqrt(weights)
    for array in (table, V, roots):
        array.setflags(write=False)
    return ClosedForm(len(weights), weights, roots, table, V, 1.0 / eps, float(np.linalg.norm(phi)) * sqrt(2.0) or 1.0)


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


@implements(rosenbrock.size, ClosedForm, inline=True)
def _size(system: Any) -> Any:
    return 2 * system.m


@implements(interface.neurons, ClosedForm, inline=True)
def _neurons(system: Any) -> Any:
    return system.m


@implements(rosenbrock.jacobian_storage, ClosedForm, inline=True)
def _store_size(system: Any) -> Any:
    # the symmetric matrix, or its factor, and after it sqrt(1 - s^2) and sqrt(eps)
    return 4 * system.m * system.m + system.m + 1


@implements(rosenbrock.derivative, ClosedForm)
def _derivative(system: Any, y: Any, dy: Any) -> Any:
    m = system.m
    s, S = np.empty(m), np.empty(m)
    for i in range(m):
        s[i], S[i] = alignment(y[m + i])
        value, first, _ = polynomial(system.V, s[i])
        dy[i], dy[m + i] = value, first
    for i in range(m):
        for j in range(i + 1):
            U, slope, _ = kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])
            to_i, to_j = system.weights[j] * y[j], system.weights[i] * y[i]
            dy[i] -= to_i * U
            dy[m + i] -= to_i * s[j] * slope
            if j < i:
                dy[j] -= to_j * U
                dy[m + j] -= to_j * s[i] * slope
    for i in range(m):
        dy[i] *= system.rate
        dy[m + i] *= y[i]


@implements(rosenbrock.linearize, ClosedForm)
def _linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> Any:
    m, rate = system.m, system.rate
    n = 2 * m
    matrix, roots = jac[: n * n].reshape(n, n), jac[n * n : n * n + m]
    s, S = np.empty(m), np.empty(m)
    curvature = np.empty(m)
    root_rate = sqrt(rate)
    for i in range(m):
        s[i], S[i] = alignment(y[m + i])
        roots[i] = sqrt(max(S[i], _MIN_DIVISOR))
        value, first, curvature[i] = polynomial(system.V, s[i])
        dy[i], dy[m + i] = value, first
        noise[i], noise[m + i] = abs(value), abs(first)
    jac[n * n + m] = sqrt(1.0 / rate)
    for i in range(m):
        for j in range(i + 1):
            U, slope, bend = kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])
            to_i, to_j = system.weights[j] * y[j], system.weights[i] * y[i]
            per = system.roots[i] * system.roots[j]
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
    error_scales(y[:m], y[m:], S, system.weights, system.size, scale)
    return growth


@implements(rosenbrock.factorize, ClosedForm)
def _factorize(system: Any, jac: Any, shift: Any, factors: Any) -> Any:
    n = 2 * system.m
    shifted = np.empty((n, n))
    matrix = jac[: n * n].reshape(n, n)
    for i in range(n):
        for j in range(i + 1):
            shifted[i, j] = shifted[j, i] = -matrix[i, j]
        shifted[i, i] += shift
    root = np.linalg.cholesky(shifted)
    for i in range(n):
        for j in range(n):
            factors[i * n + j] = root[i, j]
    for i in range(n * n, len(jac)):
        factors[i] = jac[i]


@implements(rosenbrock.solve, ClosedForm)
def _solve(system: Any, factors: Any, b: Any) -> Any:
    m = system.m
    n = 2 * m
    roots, of_a = factors[n * n : n * n + m], factors[n * n + m]
    for i in range(m):
        b[i] *= system.roots[i] * of_a
        b[m + i] *= system.roots[i] * roots[i]
    substitute(factors[: n * n].reshape(n, n), b)
    for i in range(m):
        b[i] /= system.roots[i] * of_a
        b[m + i] /= system.roots[i] * roots[i]


@implements(interface.alignments, ClosedForm)
def _alignments(system: Any, y: Any, s: Any) -> Any:
    for i in range(system.m):
        s[i] = alignment(y[system.m + i])[0]


@implements(interface.measure, ClosedForm)
def _measure(system: Any, y: Any) -> Any:
    m = system.m
    s, S, a = np.empty(m), np.empty(m), system.weights * y[:m]
    for i in range(m):
        s[i], S[i] = alignment(y[m + i])
    square = 0.0
    for i in range(m):
        for j in range(i):
            square += 2.0 * a[i] * a[j] * kernel(s[i] * s[j], S[i] + S[j] - S[i] * S[j])[0]
        square += a[i] * a[i] * kernel(s[i] * s[i], S[i] * (2.0 - S[i]))[0]
    return risk(system.table, a, s, square), 0.0
