"""Cases that were once wrong: starts on repelling branches, invariant lines, tiny starts, thin windows of a fate."""

import numpy as np
import pytest

from dynamics import Fate, ResultCode, UnlearningModel
from tests.dynamics.cases import ONES, PUBLISHED


@pytest.mark.parametrize(
    ("c", "c_star", "eps", "a0", "R0", "end"),
    [
        ((1.6, 1, 0.3, 0.2, -2.9), (-0.7, 1.3, -1.6, -0.2, -1.3), 0.1, 15.38, 0.278, 1.0),
        ((-2.1, -2, -0.9, 0.5, -0.7), (-0.8, 1.7, -2.5, -1.7, 0.6), 1e-3, -2.92, 0.399, -0.516728),
    ],
)
def test_a_start_beside_the_repelling_branch_leaves_it(c, c_star, eps, a0, R0, end):
    run = UnlearningModel(c, c_star, eps).trajectory(a0, R0)
    assert run.R[-1] == pytest.approx(end, abs=1e-5)
    assert run.limit.R == pytest.approx(end, abs=1e-5)


def test_a_start_on_the_repelling_branch_ends_where_its_fate_says():
    random = np.random.default_rng(4)
    for _ in range(60):
        c, c_star = random.uniform(-3, 3, (2, 5)).round(1)
        model = UnlearningModel(c, c_star, 10.0 ** random.uniform(-4, 0))
        for branch in model.critical_manifold(n=60).branches:
            if branch.attracting or branch.kind == "edge":
                continue
            middle = len(branch.R) // 2
            run = model.trajectory(round(float(branch.a[middle]), 4), round(float(branch.R[middle]), 3), tau_end=1e8)
            assert run.code == ResultCode.SUCCESS
            if run.fate in (Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT):
                assert run.R[-1] == pytest.approx(run.limit.R, abs=1e-3)
            else:
                assert abs(run.R[-1]) < 0.3


def test_no_trajectory_crosses_the_line_R_0_where_it_is_at_rest():
    for c, c_star, eps, a0, R0 in (
        ((0, -0.91, 2.18, 0.42), (0, 0, -2.99, 0.03), 1.0454821e-6, -17.16, -0.585),
        ((0, 0.613, -0.901, 0.756), (30, 0, -60, 0), 1e-6, 5, -0.3),
    ):
        run = UnlearningModel(c, c_star, eps).trajectory(a0, R0, tau_end=7.9e7)
        assert np.all(run.R <= 0)
        assert run.fate == Fate.NO_ALIGNMENT


@pytest.mark.parametrize("a0", [1e-6, 1e-12, 1e-20, 1e-28])
def test_the_smallest_start_escapes_the_saddle_in_a_logarithm_of_time(a0):
    model = UnlearningModel(*PUBLISHED)
    # while both are small, a = a0 cosh tau
    expected = np.log(2e-3 / a0)
    tau = np.linspace(0, 1.5 * expected, 3000)
    run = model.trajectory(a0, tau=tau)
    assert run.fate == Fate.FULL_ALIGNMENT
    assert tau[np.argmax(run.a > 1e-3)] == pytest.approx(expected, abs=0.02)


def test_the_kind_of_an_equilibrium_does_not_depend_on_eps():
    random = np.random.default_rng(3)
    for _ in range(150):
        c, c_star = random.uniform(-3, 3, (2, 5)).round(2)
        kinds = {
            tuple(e.kind for e in UnlearningModel(c, c_star, eps).equilibria()) for eps in (10, 1, 0.1, 1e-3, 1e-6)
        }
        assert len(kinds) == 1


def test_a_level_inflection_is_not_a_fold():
    # c = (1, 1, 1), and A such that the numerator of M' has a double root at R
    B, k = np.array([1.0, 2.0, 6.0]), np.arange(1, 4)
    for R in (0.3, 0.5, 0.8):
        i, j = k[:, None], k[None, :]
        power = i + 2 * j - 3
        value = (i * j * (i - 2 * j) * B * R**power).sum(axis=1)
        slope = (i * j * (i - 2 * j) * B * power * R ** (power - 1.0)).sum(axis=1)
        A = np.cross(value, slope)
        A /= np.abs(A).max()
        model = UnlearningModel((1, 1, 1), A / B)
        beside = model.critical_manifold_a(np.array([R - 1e-2, R, R + 1e-2]))
        assert np.sign(beside[1] - beside[0]) == np.sign(beside[2] - beside[1])
        assert not any(abs(fold.R - R) < 1e-3 for fold in model.folds())


def test_thin_windows_of_a_fate_beside_the_line_at_rest_are_found():
    model = UnlearningModel((-2.4, -0.1, 0.4, 0.4), (0, 2.9, 0.2, 1.6), 0.1)
    wide, narrow = model.thresholds(0.11), model.thresholds(0.11, bracket=(-0.5, 0.5))
    # the lower one: the stable direction of (0, g'(0) / h'(0)) in the system over R, followed back by DOP853
    assert wide[0] == pytest.approx(-0.2091064, abs=1e-7)
    assert wide[1] == pytest.approx(0.03033, abs=1e-5)
    np.testing.assert_allclose(wide, narrow, atol=2e-6)


def test_with_nothing_to_learn_the_threshold_is_that_of_the_conserved_quantity():
    model = UnlearningModel(ONES, (0,), 0.5)
    low, high = model.thresholds(0.6)
    assert low == -high
    assert model.fate(0.999999 * high, 0.6) == Fate.PARTIAL_ALIGNMENT
    assert model.fate(1.000001 * high, 0.6) == Fate.NO_ALIGNMENT
    below = model.trajectory(0.9 * high, 0.6, tau_end=1e8)
    assert abs(below.a[-1]) < 1e-6 < below.R[-1]


def test_singular_orbits_that_start_on_an_invariant_line_stay_there():
    for c, c_star, a0, R0 in (
        ((0.494, 0, 0.529), (0, 0, 0.0376), 5, -1),
        ((0.0976, 0, 1.297, 0), (0.217, 0, -0.159, 0), 20, 1),
    ):
        orbit = UnlearningModel(c, c_star).singular_orbit(a0, R0)
        assert orbit.end == Fate.FULL_ALIGNMENT
        assert all(np.all(piece.R == R0) for piece in orbit.pieces)


def test_singular_orbits_that_meet_the_edge_at_the_end_of_a_branch_go_along_it():
    assert UnlearningModel((1, 1), (1, 0)).singular_orbit(0.2).end == Fate.UNLEARNING
    assert UnlearningModel((1, 0, 1), (0.7, 0, 0.7)).singular_orbit(5).end == Fate.FULL_ALIGNMENT


def test_a_model_cannot_be_changed_through_its_arrays():
    model = UnlearningModel(*PUBLISHED)
    for array in (model.coefficients, *model.overlaps, model.system.table):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
