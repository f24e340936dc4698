"""The critical manifold, its stability and its folds."""

import numpy as np
import pytest
from hypothesis import given, settings

from dynamics import UnlearningModel
from tests.dynamics.cases import DELAYED, FOLD_CASE, ONES, PUBLISHED, SADDLE_CASE, TWO_THRESHOLDS, short_coefficients
from tests.dynamics.reference import System

CASES = [PUBLISHED, SADDLE_CASE, FOLD_CASE, DELAYED, TWO_THRESHOLDS, (ONES, ONES), ((1, 1, 1), (1, 0, 0))]


def layer_slope(system, R, a):
    """d(eps dR/dtau)/dR at a point with g = a h: negative where the fast variable is attracted."""
    _, g, h, _, _, dg, dh, _ = system.polynomials(R)
    return a * ((1 - R**2) * (dg - a * dh) - 2 * R * (g - a * h))


def slope(system, R):
    _, g, h, _, _, dg, dh, _ = system.polynomials(R)
    return (dg * h - g * dh) / h**2


@pytest.mark.parametrize(("c", "c_star"), CASES)
def test_the_fast_variable_is_at_rest_on_every_branch(c, c_star):
    system, manifold = System(c, c_star), UnlearningModel(c, c_star).critical_manifold()
    assert {b.kind for b in manifold.branches} <= {"curve", "edge"}
    for branch in manifold.branches:
        assert branch.R.shape == branch.a.shape
        assert len(branch.R) >= 2
        _, g, h, *_ = system.polynomials(branch.R)
        residual = (1 - branch.R**2) * (g - branch.a * h)
        scale = np.abs(np.polynomial.polynomial.polyval(np.abs(branch.R), np.abs(system.g.coef))) + np.abs(branch.a * h)
        assert np.max(np.abs(residual) / (1e-300 + scale)) < 1e-10
        if branch.kind == "edge":
            assert np.all(np.abs(branch.R) == 1)


@pytest.mark.parametrize(("c", "c_star"), CASES)
def test_a_branch_attracts_where_the_jacobian_of_the_layer_problem_is_negative(c, c_star):
    system, manifold = System(c, c_star), UnlearningModel(c, c_star).critical_manifold()
    assert any(b.attracting for b in manifold.branches)
    for branch in manifold.branches:
        middle = slice(1, -1) if len(branch.R) > 2 else slice(None)
        R, a = branch.R[middle], branch.a[middle]
        if branch.kind == "edge" and len(branch.R) == 2:
            R, a = branch.R[:1], np.array([branch.a.mean()])
        sign = np.sign(layer_slope(system, R, a))
        assert np.all(sign == (-1 if branch.attracting else 1))


@pytest.mark.parametrize(("c", "c_star"), CASES)
def test_stability_is_the_fall_of_the_height_away_from_zero(c, c_star):
    system = System(c, c_star)
    for branch in UnlearningModel(c, c_star).critical_manifold().branches:
        if branch.kind == "curve" and len(branch.R) > 2:
            R = branch.R[1:-1]
            rising = np.sign(branch.a[1:-1]) * np.sign(R) * slope(system, R)
            assert np.all(rising < 0) == branch.attracting
            assert np.all(rising > 0) != branch.attracting


@pytest.mark.parametrize(("c", "c_star"), CASES)
def test_the_branches_cover_the_manifold(c, c_star):
    """Wherever |M| <= a_max, some branch passes there."""
    system = System(c, c_star)
    branches = UnlearningModel(c, c_star).critical_manifold(n=2000, a_max=50.0).branches
    for R in np.concatenate([np.linspace(-0.999, -0.03, 97), np.linspace(0.03, 0.999, 97)]):
        M = system.g(R) / system.h(R)
        if not 0.05 < abs(M) < 45:
            continue
        heights = [
            np.interp(R, *(x[np.argsort(b.R)] for x in (b.R, b.a)))
            for b in branches
            if b.kind == "curve" and b.R.min() <= R <= b.R.max()
        ]
        assert min(abs(h - M) for h in heights) < 0.02 * max(1, abs(M))


def test_the_edges_attract_between_zero_and_the_height_of_the_manifold_there():
    system = System(*DELAYED)
    for sigma in (1, -1):
        M = system.g(sigma) / system.h(sigma)
        edges = [
            b for b in UnlearningModel(*DELAYED).critical_manifold().branches if b.kind == "edge" and b.R[0] == sigma
        ]
        attracting = [b for b in edges if b.attracting]
        assert len(attracting) == 1
        np.testing.assert_allclose(np.sort([attracting[0].a.min(), attracting[0].a.max()]), np.sort([0, M]), atol=1e-12)


def test_the_published_manifold_is_s_shaped():
    folds = sorted(UnlearningModel(*PUBLISHED).folds(), key=lambda f: f.R)
    right = [f for f in folds if f.R > 0]
    np.testing.assert_allclose([f.R for f in right], [0.127, 0.375], atol=5e-4)
    np.testing.assert_allclose([f.a for f in right], [8.36, 20.9], atol=0.05)


def every_fold(system):
    """Zeros of M' in (-1, 1) by a dense scan, away from double ones."""
    found = []
    for R in (np.linspace(1e-4, 1 - 1e-9, 200_001), -np.linspace(1e-4, 1 - 1e-9, 200_001)):
        _, g, h, _, _, dg, dh, _ = system.polynomials(R)
        numerator = dg * h - g * dh
        i = np.flatnonzero(np.sign(numerator[1:]) * np.sign(numerator[:-1]) < 0)
        found += list((R[i] + R[i + 1]) / 2)
    return np.sort(found)


@settings(max_examples=25)
@given(short_coefficients, short_coefficients)
def test_folds_are_the_extrema_of_the_height(c, c_star):
    system, model = System(c, c_star), UnlearningModel(c, c_star)
    folds = model.folds()
    scale = np.abs(system.g.coef).sum() * np.abs(system.h.coef).sum()
    if scale == 0:
        assert folds == ()
        return
    for f in folds:
        assert 0 < abs(f.R) < 1
        _, g, h, _, _, dg, dh, _ = system.polynomials(f.R)
        assert abs(dg * h - g * dh) <= 1e-9 * scale
        assert f.a == pytest.approx(g / h, rel=1e-9, abs=1e-9)
    reported = np.sort([f.R for f in folds])
    for R in every_fold(system):
        assert len(reported)
        assert np.min(np.abs(reported - R)) < 1e-4
    for f, other in zip(folds, model.critical_manifold().folds, strict=True):
        assert (f.R, f.a) == (other.R, other.a)


def test_a_jump_lands_on_an_attracting_piece_of_the_same_height():
    for c, c_star in CASES:
        system = System(c, c_star)
        for f in UnlearningModel(c, c_star).folds():
            if np.isnan(f.landing):
                continue
            if abs(f.landing) == 1:
                assert 0 < f.a / (system.g(f.landing) / system.h(f.landing)) < 1 or abs(
                    system.g(f.landing) / system.h(f.landing)
                ) > abs(f.a)
            else:
                assert system.g(f.landing) / system.h(f.landing) == pytest.approx(f.a, rel=1e-8)
                assert layer_slope(system, f.landing, f.a) < 0
            assert abs(f.landing - f.R) > 1e-6


def test_the_published_lower_fold_is_jumped_from_only_on_the_way_down():
    """From the left branch at its lower end (0.127, 8.36) the fibre leads to the right branch at the same height."""
    low = min((f for f in UnlearningModel(*PUBLISHED).folds() if f.R > 0), key=lambda f: f.R)
    system = System(*PUBLISHED)
    assert low.landing > 0.375
    assert low.landing == 1 or system.g(low.landing) / system.h(low.landing) == pytest.approx(low.a, rel=1e-8)


def test_no_activation_has_no_manifold():
    manifold = UnlearningModel((0, 0), (1, 1)).critical_manifold()
    assert manifold.folds == ()
    assert all(b.kind == "edge" for b in manifold.branches)


def test_no_branch_has_no_length():
    """c = .1, c* = 2.5: M(+-1) = 25, the height of the window, to rounding."""
    for c, c_star in [((0.1,), (2.5,)), ((0.1,), (-2.5,)), ((0.3,), (7.5,)), ((0.7,), (17.5,)), *CASES]:
        for branch in UnlearningModel(c, c_star).critical_manifold().branches:
            assert np.hypot(np.ptp(branch.R), np.ptp(branch.a)) > 1e-9
