"""The tableau of Rodas5P against the order conditions of Rosenbrock methods (Hairer & Wanner II, section IV.7).

In the conditions a vertex with one child carries beta = alpha + gamma, any other vertex alpha.
"""

from functools import cache
from itertools import combinations_with_replacement

import numpy as np
import pytest

from dynamics.integrators import rodas5p


@cache
def trees(order):
    """All rooted trees with that many vertices; a tree is the sorted tuple of its children."""
    if order == 1:
        return ((),)
    found = set()

    def forests(total, largest):
        if total == 0:
            yield ()
        for size in range(min(total, largest), 0, -1):
            for count in range(1, total // size + 1):
                for group in combinations_with_replacement(trees(size), count):
                    for rest in forests(total - size * count, size - 1):
                        yield group + rest

    for forest in forests(order - 1, order - 1):
        found.add(tuple(sorted(forest)))
    return tuple(sorted(found))


def size(tree):
    return 1 + sum(size(child) for child in tree)


def density(tree):
    return size(tree) * np.prod([density(child) for child in tree], initial=1.0)


# U-form to the standard form: U = Gamma k
GAMMA = np.linalg.inv(np.eye(8) / rodas5p.gamma - np.asarray(rodas5p.C))
ALPHA = np.asarray(rodas5p.A) @ GAMMA
BETA = ALPHA + GAMMA
B = np.asarray(rodas5p.m) @ GAMMA
B_EMBEDDED = np.asarray(rodas5p.A)[7] @ GAMMA


def weight(tree):
    """Elementary weight of every stage."""
    matrix = BETA if len(tree) == 1 else ALPHA
    return np.prod([matrix @ weight(child) for child in tree], axis=0, initial=1.0) * np.ones(8)


def test_there_are_seventeen_trees_up_to_order_five():
    assert [len(trees(n)) for n in range(1, 6)] == [1, 1, 2, 4, 9]


@pytest.mark.parametrize("tree", [t for n in range(1, 6) for t in trees(n)], ids=str)
def test_every_order_condition_up_to_five_holds(tree):
    assert B @ weight(tree) == pytest.approx(1 / density(tree), abs=2e-13)


@pytest.mark.parametrize("tree", [t for n in range(1, 5) for t in trees(n)], ids=str)
def test_every_order_condition_up_to_four_holds_for_the_embedded_method(tree):
    assert B_EMBEDDED @ weight(tree) == pytest.approx(1 / density(tree), abs=2e-13)


def test_the_embedded_method_is_not_of_order_five():
    assert max(abs(B_EMBEDDED @ weight(t) - 1 / density(t)) for t in trees(5)) > 1e-4


@pytest.mark.parametrize("theta", [0.1, 0.37, 0.5, 0.9])
@pytest.mark.parametrize("tree", [t for n in range(1, 5) for t in trees(n)], ids=str)
def test_the_dense_output_is_of_order_four(tree, theta):
    H = np.asarray(rodas5p.H)
    b = theta * (B + (1 - theta) * (H[0] + theta * (H[1] + theta * H[2])) @ GAMMA)
    assert b @ weight(tree) == pytest.approx(theta ** size(tree) / density(tree), abs=2e-12)


def test_the_nodes_and_the_time_weights_are_the_row_sums():
    np.testing.assert_allclose(rodas5p.c, ALPHA.sum(axis=1), atol=1e-12)
    np.testing.assert_allclose(rodas5p.d, GAMMA.sum(axis=1), atol=1e-12)


def test_the_method_is_stiffly_accurate_and_vanishes_at_infinity():
    np.testing.assert_allclose(BETA[-1], B, atol=1e-12)
    # the stability function 1 + z b (I - z beta)^-1 1
    for z in (-1e8, -1e12, 1e8j):
        assert abs(1 + z * B @ np.linalg.solve(np.eye(8) - z * BETA, np.ones(8))) < 1e-6


def one_step(f, jacobian, y, h):
    """A step of an autonomous system in the U-form, written out."""
    A, C, m = (np.asarray(x) for x in (rodas5p.A, rodas5p.C, rodas5p.m))
    W = np.eye(len(y)) / (h * rodas5p.gamma) - jacobian(y)
    U = np.zeros((8, len(y)))
    for i in range(8):
        U[i] = np.linalg.solve(W, f(y + A[i] @ U) + C[i] @ U / h)
    return y + m @ U, y + A[7] @ U


def test_the_observed_order_is_five_and_that_of_the_embedded_method_four():
    def f(y):
        return np.array([y[1], (1 - y[0] ** 2) * y[1] - y[0]])

    def jacobian(y):
        return np.array([[0, 1], [-2 * y[0] * y[1] - 1, 1 - y[0] ** 2]])

    from scipy.integrate import solve_ivp

    start = np.array([1.5, 0.5])
    truth = solve_ivp(lambda t, y: f(y), (0, 1), start, method="DOP853", rtol=1e-13, atol=1e-14).y[:, -1]
    errors, local = [], []
    for n in (8, 16, 32):
        y = start
        for _ in range(n):
            y, _ = one_step(f, jacobian, y, 1 / n)
        errors.append(np.linalg.norm(y - truth))
        best, embedded = one_step(f, jacobian, start, 1 / n)
        local.append(np.linalg.norm(best - embedded))
    assert np.log2(errors[0] / errors[1]) > 4.7
    assert np.log2(errors[1] / errors[2]) > 4.7
    assert np.log2(local[1] / local[2]) == pytest.approx(5, abs=0.3)
