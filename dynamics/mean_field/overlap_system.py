"""Population gradient flow of m neurons, exactly: their overlaps r_ij beside a_i and s_i. Compiled kernels.

From neurons ``u_i`` on the sphere, ``s_i = <u_i, beta>``, ``r_ij = <u_i, u_j>``, with
``E_ip = a_p U'(r_ip)/m`` for i != p and ``e_i = sum_p E_ip r_ip``::

    eps da_i/dt  = V(s_i) - (1/m) sum_j a_j U(r_ij)
        ds_i/dt  = a_i [V'(s_i)(1 - s_i^2) - (E s)_i + e_i s_i]
        dr_ij/dt = a_i [V'(s_i)(s_j - s_i r_ij) - (E r)_ij + e_i r_ij] + (i <-> j)        r_ii = 1

Neurons that start alike, and equally far from each other, stay so (``system``): a group of them has one a, one s and
one overlap ``r_gg`` of any two of its members. With n_g members, ``c_gh = n_h - [g = h]`` others of group h seen from a
neuron of group g, and now ``E_gh = c_gh a_h U'(r_gh)/m``::

    eps da_g/dt  = V(s_g) - (1/m) sum_h c_gh a_h U(r_gh) - (1/m) a_g U(1)
    (E r)_gh     = sum_k E_gk r_kh + (1/m) a_h U'(r_gh)(1 - r_hh)        the last: a neuron of h with itself

and the rest as above. A group of one has no such overlap; there r_gg = 1 is kept.

Only the second layer is stiff. A step's linear systems, of m^2 + 2 m unknowns, are solved by GMRES on products with
the exact Jacobian (two matrix products each), preconditioned by what is stiff: the block of the a_i, and how it
follows s and r. Source of the flow: Berthier, Montanari & Zhou, arXiv:2303.00055.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np

from dynamics.integrators import rosenbrock
from dynamics.jit import compiled, implements
from dynamics.mean_field import system as interface
from dynamics.mean_field.polynomial_system import polynomial, substitute
from dynamics.mean_field.relu_system import kernel
from dynamics.mean_field.system import FLOOR, ROUNDING, block_growth, risk

_BASIS = 60  # of GMRES: where that is not enough the step's error says so, and it is made shorter
_TOLERANCE = 1e-13  # of GMRES, relative


class OverlapFlow(NamedTuple):
    """Parameters: the number m of groups; their shares of all neurons ``weights`` (m,) and the square roots of these;
    ``others`` (m, m), c_gh over the number of neurons; ``own``, 1 over that number; ``table`` (2, K + 1) with rows
    phi_k and sigma_k; the coefficients of V and, none for ReLU, of U, from degree 0; 1/eps; the natural size of a."""

    m: int
    weights: Any
    roots: Any
    others: Any
    own: float
    table: Any
    V: Any
    U: Any
    rate: float
    size: float


def overlap_flow(phi: Any, sigma: Any, norm2: float, U: Any, eps: float, counts: Any) -> OverlapFlow:
    """The flow of groups of ``counts`` neurons from phi_k and sigma_k (K + 1,), ``norm2 = U(1)`` and U's coefficients.

    Unknowns: a and s of each group, then the overlaps r_gh row by row.
    """
    table = np.array([phi, sigma], dtype=float)
    counts = np.asarray(counts, dtype=float)
    total, m = counts.sum(), len(counts)
    weights = counts / total
    others = np.ascontiguousarray((np.tile(counts, (m, 1)) - np.eye(m)) / total)
    V, U, roots = table[0] * table[1], np.array(U, dtype=float), np.sqrt(weights)
    for array in (table, weights, others, V, U, roots):
        array.setflags(write=False)
    size = float(np.linalg.norm(phi)) / sqrt(norm2) if norm2 > 0 else 1.0
    return OverlapFlow(m, weights, roots, others, 1.0 / total, table, V, U, 1.0 / eps, size or 1.0)


@compiled
def overlap_kernel(coefficients: Any, r: float) -> tuple[float, float, float]:
    """U, U', U'' at r."""
    if len(coefficients) > 0:
        return polynomial(coefficients, r)
    r = min(1.0, max(-1.0, r))
    return kernel(r, (1.0 - r) * (1.0 + r))


@implements(rosenbrock.size, OverlapFlow, inline=True)
def _size(system: Any) -> Any:
    return system.m * (system.m + 2)


@implements(interface.neurons, OverlapFlow, inline=True)
def _neurons(system: Any) -> Any:
    return system.m


# The store: vectors a, s, V', V'', e, F (what a_i multiplies in ds_i); matrices U, U', U'', these three times
# ``others``, r, G (what a_i multiplies in dr_ij); of factors also the Cholesky factor of the a's block, and the shift.
_VECTORS, _MATRICES = 6, 6


@implements(rosenbrock.jacobian_storage, OverlapFlow, inline=True)
def _store_size(system: Any) -> Any:
    return _VECTORS * system.m + _MATRICES * system.m * system.m + 1


@compiled
def _vector(store: Any, m: int, index: int) -> Any:
    return store[index * m : (index + 1) * m]


@compiled
def _matrix(store: Any, m: int, index: int) -> Any:
    start = _VECTORS * m + index * m * m
    return store[start : start + m * m].reshape(m, m)


@compiled
def _symmetric(X: Any, others: Any, dr: Any) -> None:
    """``X + X^T`` into dr; 0 on the diagonal where a group is of one."""
    m = len(X)
    for i in range(m):
        dr[i, i] = 2.0 * X[i, i] if others[i, i] > 0.0 else 0.0
        for j in range(i):
            dr[i, j] = dr[j, i] = X[i, j] + X[j, i]


@compiled
def _evaluate(system: Any, y: Any, dy: Any, store: Any) -> Any:
    """The right-hand side at y into dy; what the Jacobian is made of into the store. Returns E r."""
    m = system.m
    a, s = y[:m], y[m : 2 * m]
    r = y[2 * m :].reshape(m, m)
    weights = np.empty((m, m))
    U, first, second = _matrix(store, m, 0), _matrix(store, m, 1), _matrix(store, m, 2)
    for i in range(m):
        for j in range(i):
            values = overlap_kernel(system.U, r[i, j])
            share, mirrored = system.others[i, j], system.others[j, i]
            U[i, j], first[i, j], second[i, j] = share * values[0], share * values[1], share * values[2]
            U[j, i], first[j, i], second[j, i] = mirrored * values[0], mirrored * values[1], mirrored * values[2]
        share = system.others[i, i]
        if share > 0.0:
            values = overlap_kernel(system.U, r[i, i])
            U[i, i], first[i, i], second[i, i] = share * values[0], share * values[1], share * values[2]
        else:
            U[i, i] = first[i, i] = second[i, i] = 0.0
    itself = overlap_kernel(system.U, 1.0)[0] * system.own
    for i in range(m):
        for p in range(m):
            weights[i, p] = a[p] * first[i, p]
    turned = np.dot(weights, r)
    for p in range(m):
        if system.others[p, p] > 0.0:
            for i in range(m):
                turned[i, p] += system.own / system.others[i, p] * weights[i, p] * (1.0 - r[p, p])
    slopes, bends, pulls, force = _vector(store, m, 2), _vector(store, m, 3), _vector(store, m, 4), _vector(store, m, 5)
    G = _matrix(store, m, 4)
    for i in range(m):
        value, slopes[i], bends[i] = polynomial(system.V, s[i])
        level = along = pull = 0.0
        for p in range(m):
            level += a[p] * U[i, p]
            along += weights[i, p] * s[p]
            pull += weights[i, p] * r[i, p]
        pulls[i] = pull
        force[i] = slopes[i] * (1.0 - s[i] * s[i]) - along + pull * s[i]
        dy[i] = (value - level - itself * a[i]) * system.rate
        dy[m + i] = a[i] * force[i]
        for j in range(m):
            G[i, j] = slopes[i] * (s[j] - s[i] * r[i, j]) - turned[i, j] + pull * r[i, j]
    for i in range(m):
        for j in range(m):
            weights[i, j] = a[i] * G[i, j]
    _symmetric(weights, system.others, dy[2 * m :].reshape(m, m))
    return turned


@implements(rosenbrock.derivative, OverlapFlow)
def _derivative(system: Any, y: Any, dy: Any) -> Any:
    _evaluate(system, y, dy, np.empty(rosenbrock.jacobian_storage(system)))


@implements(rosenbrock.linearize, OverlapFlow)
def _linearize(system: Any, y: Any, dy: Any, jac: Any, scale: Any, noise: Any) -> Any:
    m, rate = system.m, system.rate
    turned = _evaluate(system, y, dy, jac)
    a, s = y[:m], y[m : 2 * m]
    r, saved_r = y[2 * m :].reshape(m, m), _matrix(jac, m, 3)
    saved_a, saved_s = _vector(jac, m, 0), _vector(jac, m, 1)
    for i in range(m):
        saved_a[i], saved_s[i] = a[i], s[i]
        for p in range(m):
            saved_r[i, p] = r[i, p]
    U, first, second = _matrix(jac, m, 0), _matrix(jac, m, 1), _matrix(jac, m, 2)
    slopes, bends, pulls = _vector(jac, m, 2), _vector(jac, m, 3), _vector(jac, m, 4)
    height = sqrt(np.sum(system.weights * a * a))
    lean = sqrt(np.sum(system.weights * s * s))
    overlap = 0.0
    for i in range(m):
        for p in range(m):
            overlap += system.weights[i] * system.others[i, p] * r[i, p] * r[i, p]
    overlap = sqrt(overlap)
    itself = overlap_kernel(system.U, 1.0)[0] * system.own
    of_r, noise_of_r = scale[2 * m :].reshape(m, m), noise[2 * m :].reshape(m, m)
    growth = 0.0
    for i in range(m):
        level = absolute = curved = along = square = 0.0
        for p in range(m):
            weight = a[p] * first[i, p]
            level += abs(a[p] * U[i, p])
            absolute += abs(weight)
            curved += abs(a[p] * second[i, p]) * (1.0 - r[i, p] * r[i, p])
            along += weight * s[p]
            square += weight * turned[i, p]
        outward = slopes[i] * s[i] - pulls[i]
        tangential = slopes[i] * slopes[i] - 2.0 * slopes[i] * along + square - outward * outward
        diagonal = abs(a[i]) * (abs(bends[i]) + abs(outward) + curved)
        growth = max(growth, block_growth(max(0.0, tangential) * rate, diagonal))
        scale[i] = abs(a[i]) + height + FLOOR * system.size
        scale[m + i] = 1e-30 + abs(s[i]) + lean
        noise[i] = ROUNDING * rate * (abs(polynomial(system.V, s[i])[0]) + level + itself * abs(a[i]))
        moved = ROUNDING * abs(a[i]) * (abs(slopes[i]) + absolute)
        noise[m + i] = moved * max(abs(s[i]), 1.0 - s[i] * s[i])
        for j in range(m):
            of_r[i, j] = 1e-30 + abs(r[i, j]) + overlap
            noise_of_r[i, j] = moved
    for i in range(m):
        for j in range(i + 1):
            noise_of_r[i, j] = noise_of_r[j, i] = noise_of_r[i, j] + noise_of_r[j, i]
    return growth


@implements(rosenbrock.factorize, OverlapFlow)
def _factorize(system: Any, jac: Any, shift: Any, factors: Any) -> Any:
    m = system.m
    for i in range(len(jac)):
        factors[i] = jac[i]
    block, U = np.empty((m, m)), _matrix(jac, m, 0)
    itself = overlap_kernel(system.U, 1.0)[0] * system.own
    for i in range(m):
        for p in range(i):  # made symmetric: others_ip / weights_p does not depend on i and p
            block[i, p] = block[p, i] = system.rate * system.roots[i] / system.roots[p] * U[i, p]
        block[i, i] = shift + system.rate * (U[i, i] + itself)
    lower, root = _matrix(factors, m, 5), np.linalg.cholesky(block)
    for i in range(m):
        for p in range(m):
            lower[i, p] = root[i, p]
    factors[-1] = shift


@compiled
def _times_jacobian(system: Any, factors: Any, v: Any, out: Any) -> None:
    """``J v`` into out."""
    m, rate = system.m, system.rate
    a, s, slopes = _vector(factors, m, 0), _vector(factors, m, 1), _vector(factors, m, 2)
    bends, pulls, force = _vector(factors, m, 3), _vector(factors, m, 4), _vector(factors, m, 5)
    U, first, second = _matrix(factors, m, 0), _matrix(factors, m, 1), _matrix(factors, m, 2)
    r, G = _matrix(factors, m, 3), _matrix(factors, m, 4)
    va, vs = v[:m], v[m : 2 * m]
    vr = v[2 * m :].reshape(m, m)
    weights, change = np.empty((m, m)), np.empty((m, m))
    itself = overlap_kernel(system.U, 1.0)[0] * system.own
    for i in range(m):
        for p in range(m):
            weights[i, p] = a[p] * first[i, p]
            change[i, p] = va[p] * first[i, p] + a[p] * second[i, p] * vr[i, p]
    X = np.dot(change, r)
    X += np.dot(weights, vr)
    for p in range(m):
        if system.others[p, p] > 0.0:
            for i in range(m):
                of_one = change[i, p] * (1.0 - r[p, p]) - weights[i, p] * vr[p, p]
                X[i, p] += system.own / system.others[i, p] * of_one
    for i in range(m):
        level = along = pull = 0.0
        for p in range(m):
            level += U[i, p] * va[p] + weights[i, p] * vr[i, p]
            along += change[i, p] * s[p] + weights[i, p] * vs[p]
            pull += change[i, p] * r[i, p] + weights[i, p] * vr[i, p]
        out[i] = rate * (slopes[i] * vs[i] - level - itself * va[i])
        turn = bends[i] * (1.0 - s[i] * s[i]) - 2.0 * s[i] * slopes[i] + pulls[i]
        out[m + i] = va[i] * force[i] + a[i] * (turn * vs[i] - along + s[i] * pull)
        for j in range(m):
            bend = bends[i] * vs[i] * (s[j] - s[i] * r[i, j])
            bend += slopes[i] * (vs[j] - vs[i] * r[i, j] - s[i] * vr[i, j])
            X[i, j] = va[i] * G[i, j] + a[i] * (bend - X[i, j] + pull * r[i, j] + pulls[i] * vr[i, j])
    _symmetric(X, system.others, out[2 * m :].reshape(m, m))


@compiled
def _precondition(system: Any, factors: Any, x: Any) -> None:
    """Solve in place with what is stiff: s and r by the shift alone, then a with its own block."""
    m, rate, shift = system.m, system.rate, factors[-1]
    a, slopes, first = _vector(factors, m, 0), _vector(factors, m, 2), _matrix(factors, m, 1)
    x[m:] /= shift
    xr = x[2 * m :].reshape(m, m)
    for i in range(m):
        level = 0.0
        for p in range(m):
            level += a[p] * first[i, p] * xr[i, p]
        x[i] += rate * (slopes[i] * x[m + i] - level)
    x[:m] *= system.roots
    substitute(_matrix(factors, m, 5), x[:m])
    x[:m] /= system.roots


@implements(rosenbrock.solve, OverlapFlow)
def _solve(system: Any, factors: Any, b: Any) -> Any:
    n = len(b)
    shift = factors[-1]
    _precondition(system, factors, b)
    size = sqrt(np.dot(b, b))
    if not 0.0 < size < np.inf:
        return
    basis = np.empty((_BASIS + 1, n))
    upper = np.zeros((_BASIS + 1, _BASIS))
    cosines, sines, rest = np.zeros(_BASIS), np.zeros(_BASIS), np.zeros(_BASIS + 1)
    basis[0] = b / size
    rest[0] = size
    count = 0
    for k in range(_BASIS):
        w = basis[k + 1]
        _times_jacobian(system, factors, basis[k], w)
        for i in range(n):
            w[i] = shift * basis[k, i] - w[i]
        _precondition(system, factors, w)
        for _ in range(2):  # once more: what rounding left
            for i in range(k + 1):
                part = np.dot(basis[i], w)
                upper[i, k] += part
                w -= part * basis[i]
        length = sqrt(np.dot(w, w))
        for i in range(k):
            above, below = upper[i, k], upper[i + 1, k]
            upper[i, k] = cosines[i] * above + sines[i] * below
            upper[i + 1, k] = cosines[i] * below - sines[i] * above
        radius = sqrt(upper[k, k] ** 2 + length**2)
        cosines[k], sines[k] = upper[k, k] / radius, length / radius
        upper[k, k] = radius
        rest[k + 1] = -sines[k] * rest[k]
        rest[k] *= cosines[k]
        count = k + 1
        if abs(rest[k + 1]) <= _TOLERANCE * size or length <= 1e-300:
            break
        w /= length
    for i in range(count - 1, -1, -1):
        for j in range(i + 1, count):
            rest[i] -= upper[i, j] * rest[j]
        rest[i] /= upper[i, i]
    b[:] = 0.0
    for i in range(count):
        b += rest[i] * basis[i]


@implements(interface.alignments, OverlapFlow)
def _alignments(system: Any, y: Any, s: Any) -> Any:
    for i in range(system.m):
        s[i] = y[system.m + i]


@implements(interface.measure, OverlapFlow)
def _measure(system: Any, y: Any) -> Any:
    m = system.m
    a, s, r = y[:m], y[m : 2 * m], y[2 * m :].reshape(m, m)
    itself = overlap_kernel(system.U, 1.0)[0] * system.own
    square = apart = 0.0
    for i in range(m):
        weight = system.weights[i]
        square += weight * a[i] * a[i] * itself
        for j in range(m):
            share = weight * system.others[i, j]
            if share > 0.0:
                square += share * a[i] * a[j] * overlap_kernel(system.U, r[i, j])[0]
                apart += share * (r[i, j] - s[i] * s[j]) ** 2
    pairs = max(system.own, 1.0 - system.own)  # over the square of the number of neurons
    return risk(system.table, system.weights * a, s, square), sqrt(apart / pairs)
