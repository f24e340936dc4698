"""The tangent kernel and the first layer's movement: against the matrix itself, the loss, a network, and limits."""

from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings

from dynamics import UnlearningModel
from tests.dynamics.cases import DEGENERATE, ONES, PUBLISHED, alignment, coefficients, epsilon, height


def vectors(model, R, a):
    """The columns u, v of the kernel at one point."""
    k = np.arange(1, model.K + 1)
    root = np.sqrt([float(factorial(i)) for i in k]) * model.c
    return root * R**k, root * k * R ** (k - 1.0) * a * np.sqrt((1 - R**2) / model.eps)


def matrix(model, R, a):
    u, v = vectors(model, R, a)
    return np.outer(u, u) + np.outer(v, v)


everything = given(coefficients, coefficients, epsilon, height, alignment)


@settings(max_examples=100)
@everything
def test_the_kernel_is_that_of_the_matrix(c, c_star, eps, a0, R0):
    model = UnlearningModel(c, c_star, eps)
    run = model.trajectory(a0, R0, 100, n=30)
    kernel = run.kernel
    start = matrix(model, R0, a0)
    size = np.linalg.norm(start)
    assert (size == 0 or not any(c)) == (np.isnan(kernel.change).all() and kernel.reason != "")
    for i in range(0, len(run.tau), 7):
        own = matrix(model, run.R[i], run.a[i])
        assert kernel.trace[i] == pytest.approx(np.trace(own), rel=1e-10)
        assert kernel.trace[i] == kernel.first[i] + kernel.second[i]
        u, _ = vectors(model, run.R[i], run.a[i])
        assert kernel.second[i] == pytest.approx(u @ u, rel=1e-10)
        if size > 1e-100:
            assert kernel.change[i] == pytest.approx(np.linalg.norm(own - start) / size, rel=1e-7, abs=1e-7)
            if np.linalg.norm(own) > 1e-100:
                cosine = np.sum(own * start) / (np.linalg.norm(own) * size)
                assert kernel.cosine[i] == pytest.approx(cosine, abs=1e-10)


@settings(max_examples=100)
@everything
def test_the_loss_falls_by_the_gradient_in_the_kernels_metric(c, c_star, eps, a0, R0):
    model = UnlearningModel(c, c_star, eps)
    k = np.arange(1, model.K + 1)
    w = np.array([float(factorial(i)) for i in k])
    run = model.trajectory(a0, R0, 100, n=30)
    share = run.kernel.share
    assert np.all(np.isnan(share) | ((share >= 0) & (share <= 1)))
    for R, a in zip(run.R[::9], run.a[::9], strict=True):
        gap = np.sqrt(w) * (model.c_star - a * np.array(model.c) * R**k)
        theta = matrix(model, R, a)
        # dL/dtau by the chain rule, from the model's own gradient and velocities
        p, g, q, h = model.sums(R)
        dR, da = model.vector_field(R, a)
        falls = a * (g - a * h) * dR + (p - a * q) * da
        size = np.abs(gap) @ np.abs(theta) @ np.abs(gap)
        # near a perfect fit the gap is what rounding leaves of the difference of its two terms
        noise = 2e-15 * np.sqrt(w) * (np.abs(model.c_star) + np.abs(a * np.array(model.c) * R**k))
        rounding = (2 * np.abs(gap) + noise) @ np.abs(theta) @ noise
        assert gap @ theta @ gap == pytest.approx(float(falls), rel=1e-9, abs=1e-12 * size + rounding)
        u, _ = vectors(model, R, a)
        assert (u @ gap) ** 2 == pytest.approx(float((p - a * q) ** 2), rel=1e-9, abs=1e-12 * size + rounding)


def test_the_kernel_is_that_of_a_network_by_finite_differences():
    """f = a sigma(<w, x>) with w at the angle theta from its start, projected on Hermite polynomials of <beta, x>."""
    x, weight = np.polynomial.hermite_e.hermegauss(24)
    weight = weight / weight.sum()
    c, eps = np.array([0.7, -0.4, 0.3]), 0.5
    k = np.arange(1, 4)
    root = np.sqrt([float(factorial(i)) for i in k])
    basis = np.array([np.polynomial.hermite_e.hermeval(x, np.eye(4)[i]) for i in k]) / root[:, None]

    def output(angle, a):
        student = np.sin(angle) * x[:, None] + np.cos(angle) * x[None, :]
        value = a * np.polynomial.hermite_e.hermeval(student, np.append(0, c))
        return basis @ (weight * (value @ weight))

    model = UnlearningModel(tuple(c), (1, -1, 0.5), eps)
    run = model.trajectory(2, 0.3, 10, n=20)
    step = 1e-4
    for i in range(0, len(run.tau), 10):
        angle, a = np.arcsin(run.R[i]), run.a[i]
        by_a = output(angle, 1.0)
        by_w = (output(angle + step, a) - output(angle - step, a)) / (2 * step) / np.sqrt(eps)
        assert run.kernel.second[i] == pytest.approx(by_a @ by_a, rel=1e-9)
        assert run.kernel.first[i] == pytest.approx(by_w @ by_w, rel=1e-6)


@pytest.mark.parametrize("eps", [1.0, 1e-3, 1e-6])
def test_unlearning_leads_into_the_lazy_regime(eps):
    """On the runaway branch, at late times, both layers' shares by the slow flow along a = M(R)."""
    model = UnlearningModel(*PUBLISHED, eps)
    tau = np.logspace(3, 8, 30)
    run = model.trajectory(12, tau=tau)
    R, share = run.R, run.kernel.share
    slope = (model.critical_manifold_a(R * (1 + 1e-5)) - model.critical_manifold_a(R * (1 - 1e-5))) / (2e-5 * R)
    first = eps / (1 - R**2) / slope**2  # of (da/dtau)^2
    np.testing.assert_allclose(1 - share, first / (1 + first), rtol=0.05 if eps == 1 else 2e-2, atol=1e-15)
    assert np.all(share[10:] > 0.999)
    assert np.all(np.diff(run.kernel.second) < 0)


def test_at_the_start_from_R_0_only_the_first_layer_lowers_the_loss():
    run = UnlearningModel(*PUBLISHED).trajectory(10)
    assert run.kernel.share[0] == 0
    assert run.kernel.second[0] == 0
    assert run.kernel.change[0] == 0
    assert run.kernel.cosine[0] == pytest.approx(1, abs=1e-15)


def test_a_small_change_of_the_kernel_is_not_lost_in_rounding():
    """To first order in tau the change is linear: at 1e-12 it is far below the rounding of the norms."""
    run = UnlearningModel(*PUBLISHED).trajectory(3, 0.2, tau=[0, 1e-12, 2e-12, 4e-12])
    change = run.kernel.change
    assert change[0] < 1e-15
    np.testing.assert_allclose(change[2:] / change[1:-1], 2, rtol=1e-3)


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_inputs(name):
    c, c_star, a0, R0 = DEGENERATE[name]
    run = UnlearningModel(c, c_star).trajectory(a0, R0, 100)
    kernel = run.kernel
    for values in (kernel.trace, kernel.first, kernel.second, run.movement.distance, run.movement.path):
        assert np.all(np.isfinite(values))
    assert np.isnan(kernel.change).any() == (np.linalg.norm(matrix(run.model, R0, a0)) == 0)
    assert bool(kernel.reason) == bool(np.isnan(kernel.cosine).any())
    assert not (kernel.share < 0).any()
    assert not (kernel.share > 1).any()


def test_a_kernel_that_vanishes_at_the_start_says_so():
    kernel = UnlearningModel(*PUBLISHED).trajectory(0).kernel
    assert np.isnan(kernel.cosine).all()
    assert "a0 = 0 and R0 = 0" in kernel.reason
    assert "c_k" in UnlearningModel((0, 0), (1, 1)).trajectory(1, 0.3).kernel.reason
    assert UnlearningModel(*PUBLISHED).trajectory(1).kernel.reason == ""


# --- movement ----------------------------------------------------------------------------------------------------


@settings(max_examples=100)
@everything
def test_the_movement_is_that_of_the_vectors(c, c_star, eps, a0, R0):
    run = UnlearningModel(c, c_star, eps).trajectory(a0, R0, 1e3, n=50)
    w = np.array([run.R, np.sqrt((1 - run.R) * (1 + run.R))])
    away = np.linalg.norm(w - w[:, :1], axis=0)
    np.testing.assert_allclose(run.movement.distance, away, atol=1e-14)
    path = np.append(0, np.cumsum(np.abs(np.diff(np.arcsin(run.R)))))
    np.testing.assert_allclose(run.movement.path, path, atol=1e-6)
    assert np.all(run.movement.path >= run.movement.distance * (1 - 1e-12))


def test_small_movements_are_accurate_at_both_ends():
    run = UnlearningModel((1,), (1,)).trajectory(0.5, tau=[0, 1e-9, 1e-7])
    np.testing.assert_allclose(run.movement.distance, run.R, rtol=1e-13)
    # near R = 1 the angle is sqrt(2 (1 - R)): R0 and R differ by far less than that
    run = UnlearningModel((1,), (1,)).trajectory(0.5, 1 - 2.0**-30, tau=[0, 0.1, 0.5])
    expected = [np.arccos(run.R[0]) - np.arccos(r) for r in run.R]
    np.testing.assert_allclose(run.movement.distance, 2 * np.sin(0.5 * np.array(expected)), rtol=1e-6, atol=1e-13)


def test_given_times_count_from_the_start_all_the_same():
    model = UnlearningModel(*PUBLISHED)
    whole, late = model.trajectory(10, 0.1, tau=[0, 5.0]), model.trajectory(10, 0.1, tau=[5.0])
    assert late.movement.distance[0] == whole.movement.distance[1]
    assert late.kernel.change[0] == whole.kernel.change[1]
    assert late.kernel.cosine[0] < 1


def test_without_a_change_of_alignment_nothing_moves():
    run = UnlearningModel(ONES, (0, 1, 1)).trajectory(3)
    assert not run.movement.distance.any()
    assert not run.movement.path.any()
