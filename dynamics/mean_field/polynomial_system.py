"""The mean-field system where the activation has finitely many Hermite coefficients: compiled kernels.

With the moments ``M_k = sum_j w_j a_j s_j^k`` of m distinct neurons with weights w_j (``system``),
``g_k = sigma_k (phi_k - sigma_k M_k)`` and ``P(s) = sum_k g_k s^k``::

    eps da_i/dt = P(s_i)        drho_i/dt = a_i P'(s_i)        s_i = tanh rho_i

so a right-hand side costs O(m K). The Jacobian is a 2 x 2 block for each neuron minus a product of rank K + 1; with
``T = diag(sqrt(w eps), sqrt(w (1 - s^2)))`` it is ``T^-1 (D - Z Z^T) T`` with symmetric D, so a solve (Woodbury) needs
the Cholesky factor of a matrix of K + 1 rows. Source of the system: Berthier, Montanari & Zhou, arXiv:2303.00055.
"""

from typing import Any, NamedTuple

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.jit import compiled, implements
from dynamics.mean_field import system as interface
from dynamics.mean_field.system import ROUNDING, block_growth, error_scales


class FiniteRank(NamedTuple):
    """Parameters: the number m of distinct neurons, their weights (m,), ``table`` (4, K + 1) with rows phi_k, sigma_k,
    phi_k sigma_k, sigma_k^2 from degree 0, ``degrees`` (r,) at which sigma_k is not 0, 1/eps, the natural size of a,
    and the part of the risk that no moment changes."""

    m: int
    weights: Any
    table: Any
    degrees: Any
    rate: float
    size: float
    unreachable: float


def finite_rank(phi: Any, sigma: Any, eps: float, weights: Any) -> FiniteRank:
    """The system from phi_k and sigma_k, of any lengths, from degree 0, and the weights of the neurons."""
    K = max(len(phi), len(sigma))
    padded = np.zeros((2, K))
    padded[0, : len(phi)], padded[1, : len(sigma)] = phi, sigma
    phi, sigma = padded
    table = np.array([phi, sigma, phi * sigma, sigma * sigma])
    degrees = np.flatnonzero(sigma)
    last = degrees[-1] + 1 if len(degrees) else 1
    norm = float(np.linalg.norm(sigma))
    size = float(np.linalg.norm(phi)) / norm if norm > 0 else 1.0
    unreachable = 0.5 * float(np.sum(phi[sigma == 0] ** 2))
    table = np.ascontiguousarray(table[:, :last])
    table.setflags(write=False)
    return FiniteRank(len(weights), weights, table, degrees, 1.0 / eps, size or 1.0, unreachable)


@compiled
def forces(system: Any, y: Any, s: Any, S: Any, g: Any) -> None:
    """Write the alignments s_i at y and 1 - s_i^2 into s and S (m,), the coefficients g_k of P into g (K + 1,)."""
    m, table = system.m, system.table
    K = table.shape[1]
    g[:] = 0.0
    for i in range(m):
        s[i], S[i] = alignment(y[m + i])
        power = system.weights[i] * y[i]
        for k in range(K):
            g[k] += power
            power *= s[i]
    for k in range(K):
        g[k] = table[2, k] - table[3, k] * g[k]


@compiled
def polynomial(g: Any, s: float) -> tuple[float, float, float]:
    """P, P' and P'' at s."""
    value = first = second = 0.0
    for k in range(len(g) - 1, -1, -1):
        second = second * s + 2.0 * first
        first = first * s + value
        value = value * s + g[k]
    return value, first, second


@implements(rosenbrock.size, FiniteRank, inline=True)
def _size(system: Any) -> Any:
    return 2 * system.m


@implements(interface.neurons, FiniteRank, inline=True)
def _neurons(system: Any) -> Any:
    return system.m


# The Jacobian's store: P', a P'' (1 - s^2), 1 - s^2 of each neuron; then for each degree of the activation
# sigma_k s^k, and after all of these sigma_k a k s^(k-1).
# The factors': P', 1 - s^2, 1/det, shift - a P'' (1 - s^2); the two tables times w, the second times 1 - s^2, too; the
# tables solved with the blocks; the Cholesky factor; the shift. (The scaling with sqrt w by which T contains w is a
# multiple of the identity for each neuron, so that it commutes with the blocks.)


@implements(rosenbrock.jacobian_storage, FiniteRank)
def _store_size(system: Any) -> Any:
    r = len(system.degrees)
    return 4 * system.m + 4 * r * system.m + r * r + 1


@implements(rosenbrock.derivative, FiniteRank)
def _derivative(system: Any, y: Any, dy: Any) -> Any:
    m = system.m
    g, s, S = np.empty(system.table.shape[1]), np.empty(m), np.empty(m)
    forces(system, y, s, S, g)
    for i in range(m):
        value, first, _ = polynomial(g, s[i])
        dy[i] = value * system.rate
        dy[m + i] = y[i] * first


@implements(rosenbrock.linearize, FiniteRank)
def _linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> Any:
    m, table, degrees, rate = system.m, system.table, system.degrees, system.rate
    K, r = table.shape[1], len(degrees)
    slopes, diagonals, S = jac[:m], jac[m : 2 * m], jac[2 * m : 3 * m]
    levels = jac[4 * m : 4 * m + r * m].reshape(r, m)
    tilts = jac[4 * m + r * m : 4 * m + 2 * r * m].reshape(r, m)
    g, s, absolute = np.empty(K), np.empty(m), np.zeros(K)
    forces(system, y, s, S, g)
    for i in range(m):
        power = system.weights[i] * abs(y[i])
        for k in range(K):
            absolute[k] += power
            power *= abs(s[i])
    for k in range(K):
        absolute[k] = abs(table[2, k]) + table[3, k] * absolute[k]
    growth = 0.0
    for i in range(m):
        a = y[i]
        value, first, second = polynomial(g, s[i])
        dy[i], dy[m + i] = value * rate, a * first
        slopes[i], diagonals[i] = first, a * second * S[i]
        growth = max(growth, block_growth(first * first * S[i] * rate, diagonals[i]))
        terms, steep, _ = polynomial(absolute, abs(s[i]))
        noise[i], noise[m + i] = ROUNDING * terms * rate, ROUNDING * abs(a) * steep
        power, before, k = 1.0, 0.0, 0  # s^k and s^(k-1)
        for j in range(r):
            while k < degrees[j]:
                before = power
                power *= s[i]
                k += 1
            levels[j, i] = table[1, k] * power
            tilts[j, i] = table[1, k] * a * k * before
    error_scales(y[:m], y[m:], S, system.weights, system.size, scale)
    return growth


@implements(rosenbrock.factorize, FiniteRank)
def _factorize(system: Any, jac: Any, shift: Any, factors: Any) -> Any:
    m, rate, r = system.m, system.rate, len(system.degrees)
    slopes, diagonals, S = jac[:m], jac[m : 2 * m], jac[2 * m : 3 * m]
    inverse, rest = factors[2 * m : 3 * m], factors[3 * m : 4 * m]
    for i in range(m):
        factors[i], factors[m + i] = slopes[i], S[i]
        rest[i] = shift - diagonals[i]
        inverse[i] = 1.0 / (shift * rest[i] - slopes[i] * slopes[i] * S[i] * rate)
    factors[-1] = shift
    if r == 0:
        return
    levels = jac[4 * m : 4 * m + r * m].reshape(r, m)
    tilts = jac[4 * m + r * m : 4 * m + 2 * r * m].reshape(r, m)
    levels_kept = factors[4 * m : 4 * m + r * m].reshape(r, m)
    tilts_kept = factors[4 * m + r * m : 4 * m + 2 * r * m].reshape(r, m)
    of_a = factors[4 * m + 2 * r * m : 4 * m + 3 * r * m].reshape(r, m)
    of_rho = factors[4 * m + 3 * r * m : 4 * m + 4 * r * m].reshape(r, m)
    for j in range(r):
        for i in range(m):
            level, tilt = levels[j, i], tilts[j, i]
            levels_kept[j, i], tilts_kept[j, i] = system.weights[i] * level, system.weights[i] * tilt * S[i]
            of_a[j, i] = (rest[i] * level * rate + slopes[i] * S[i] * rate * tilt) * inverse[i]
            of_rho[j, i] = (slopes[i] * level * rate + shift * tilt) * inverse[i]
    core = np.dot(levels_kept, of_a.T)
    core += np.dot(tilts_kept, of_rho.T)
    for j in range(r):
        core[j, j] += 1.0
    root = np.linalg.cholesky(core)
    for j in range(r):
        for i in range(r):
            factors[4 * m + 4 * r * m + r * j + i] = root[j, i]


@implements(rosenbrock.solve, FiniteRank)
def _solve(system: Any, factors: Any, b: Any) -> Any:
    m, rate, r = system.m, system.rate, len(system.degrees)
    slopes, S = factors[:m], factors[m : 2 * m]
    inverse, rest = factors[2 * m : 3 * m], factors[3 * m : 4 * m]
    shift = factors[-1]
    for i in range(m):
        x, z = b[i], b[m + i]
        b[i] = (rest[i] * x + slopes[i] * S[i] * rate * z) * inverse[i]
        b[m + i] = (slopes[i] * x + shift * z) * inverse[i]
    if r == 0:
        return
    levels = factors[4 * m : 4 * m + r * m].reshape(r, m)
    tilts = factors[4 * m + r * m : 4 * m + 2 * r * m].reshape(r, m)
    of_a = factors[4 * m + 2 * r * m : 4 * m + 3 * r * m].reshape(r, m)
    of_rho = factors[4 * m + 3 * r * m : 4 * m + 4 * r * m].reshape(r, m)
    lower = factors[4 * m + 4 * r * m : 4 * m + 4 * r * m + r * r].reshape(r, r)
    u = np.empty(r)
    for j in range(r):
        total = 0.0
        for i in range(m):
            total += levels[j, i] * b[i] + tilts[j, i] * b[m + i]
        u[j] = total
    substitute(lower, u)
    for j in range(r):
        for i in range(m):
            b[i] -= of_a[j, i] * u[j]
            b[m + i] -= of_rho[j, i] * u[j]


@compiled
def substitute(lower: Any, x: Any) -> None:
    """Solve ``L L^T x = b`` in place, L (n, n) lower triangular."""
    n = len(x)
    for i in range(n):
        total = x[i]
        for j in range(i):
            total -= lower[i, j] * x[j]
        x[i] = total / lower[i, i]
    for i in range(n - 1, -1, -1):  # by rows of L, which lie together
        x[i] /= lower[i, i]
        value = x[i]
        for j in range(i):
            x[j] -= lower[i, j] * value


@implements(interface.alignments, FiniteRank)
def _alignments(system: Any, y: Any, s: Any) -> Any:
    for i in range(system.m):
        s[i] = alignment(y[system.m + i])[0]


@implements(interface.measure, FiniteRank)
def _measure(system: Any, y: Any) -> Any:
    m, table = system.m, system.table
    K = table.shape[1]
    moments = np.zeros(K)
    for i in range(m):
        s, _ = alignment(y[m + i])
        power = system.weights[i] * y[i]
        for k in range(K):
            moments[k] += power
            power *= s
    risk = system.unreachable
    for k in range(K):
        if table[1, k] != 0.0:
            residual = table[0, k] - table[1, k] * moments[k]
            risk += 0.5 * residual * residual
    return risk, 0.0
