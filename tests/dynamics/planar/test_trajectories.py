"""Trajectories against the reference, and what is true of every trajectory."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings

from dynamics import ResultCode, UnlearningModel
from tests.dynamics.cases import (
    DEGENERATE,
    EPSILONS,
    ONES,
    PRESETS,
    PUBLISHED,
    SADDLE_CASE,
    alignment,
    coefficients,
    epsilon,
    height,
    horizon,
)
from tests.dynamics.reference import System, compare, orbit_distance, solve
from tests.parameters import half_of_product


def check_against_the_reference(c, c_star, eps, a0, R0, tau_end, n=400):
    trajectory = UnlearningModel(c, c_star, eps).trajectory(a0, R0, tau_end=tau_end, n=n, rtol=1e-8)
    assert trajectory.code == ResultCode.SUCCESS
    truth = solve(c, c_star, eps, a0, R0, tau_end)
    misses = compare(truth, trajectory.tau, trajectory.R, trajectory.a)
    assert not misses, f"worst {misses.worst:.3g}: {misses}"
    return trajectory


# --- against truth -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "eps"), half_of_product(PRESETS, EPSILONS))
def test_every_preset_agrees_with_the_reference(start, eps):
    c, c_star, a0, R0 = start
    check_against_the_reference(c, c_star, eps, a0, R0, 1e4)


@pytest.mark.parametrize("eps", [1.0, 1e-6])
@pytest.mark.parametrize(("c", "c_star", "a0", "R0"), PRESETS[7:10] + PRESETS[12:15] + PRESETS[17:18] + PRESETS[23:])
def test_presets_agree_with_the_reference_up_to_the_longest_time(c, c_star, a0, R0, eps):
    check_against_the_reference(c, c_star, eps, a0, R0, 1e8)


@pytest.mark.parametrize(("name", "eps"), half_of_product(DEGENERATE, [10.0, 1.0, 1e-4, 1e-6]))
def test_every_degenerate_input_agrees_with_the_reference(name, eps):
    c, c_star, a0, R0 = DEGENERATE[name]
    check_against_the_reference(c, c_star, eps, a0, R0, 1e5)


@settings(max_examples=60)
@given(coefficients, coefficients, epsilon, height, alignment, horizon)
# R leaves 1 for a time of 1e5, then moves within 10: the start's eleventh digit is seen in when it does
@example((0.0, 1.0, *(0.0,) * 7, 1.0), (0.0, 1.0), 1.0, 0.0, 0.9999, 1e6)
def test_random_problems_agree_with_the_reference(c, c_star, eps, a0, R0, tau_end):
    check_against_the_reference(c, c_star, eps, a0, R0, tau_end, n=100)


@pytest.mark.parametrize("offset", [1e-3, -1e-3, 1e-5, -1e-5])
@pytest.mark.parametrize(("problem", "threshold"), [(PUBLISHED, 9.311752), (SADDLE_CASE, None)])
def test_trajectories_beside_the_separatrix_agree_with_the_reference(problem, threshold, offset):
    model = UnlearningModel(*problem)
    if threshold is None:
        threshold = model.thresholds(bracket=(1, 20))[-1]
    check_against_the_reference(*problem, 1.0, threshold + offset, 0, 1e4)


def test_the_learning_course_of_small_a0_is_not_stuck_at_full_alignment():
    for eps in (0.1, 1e-3, 1e-6):
        assert UnlearningModel(ONES, (1, -1, 2.5, 1, 1), eps).trajectory(0.1).R[-1] == pytest.approx(0.95009, abs=5e-6)


def test_the_tolerance_governs_the_error():
    truth = solve(*PUBLISHED, 1.0, 9, 0, 1e4)
    tau = np.logspace(-2, 4, 200)
    R_true, a_true = truth.first.plane(tau)
    model, errors = UnlearningModel(*PUBLISHED), []
    for rtol in (1e-4, 1e-6, 1e-8, 1e-10):
        run = model.trajectory(9, tau=tau, rtol=rtol)
        errors.append(max(np.abs(run.R - R_true).max(), (np.abs(run.a - a_true) / np.maximum(1, np.abs(a_true))).max()))
        assert errors[-1] < 100 * rtol
    assert all(later < earlier for earlier, later in zip(errors, errors[1:], strict=False)), errors


def test_the_error_attribute_is_an_honest_estimate_of_the_error_of_the_orbit():
    for a0 in (5, 9, 10):
        truth = solve(*PUBLISHED, 0.1, a0)
        for rtol in (1e-5, 1e-8):
            run = UnlearningModel(*PUBLISHED, 0.1).trajectory(a0, rtol=rtol)
            some = slice(1, None, 3)
            true = max(
                orbit_distance(truth, R, a, tau * 0.99, min(tau * 1.01, truth.end))[0]
                for tau, R, a in zip(run.tau[some], run.R[some], run.a[some], strict=True)
            )
            assert true / 3 - 1e-10 <= run.error <= 3 * true + 1e-10


def test_the_published_courses():
    model = UnlearningModel(*PUBLISHED)
    assert model.trajectory(5).R[-1] == pytest.approx(1, abs=1e-9)
    assert model.trajectory(9).R[-1] == pytest.approx(1, abs=1e-9)
    run = model.trajectory(10, tau_end=1e6)
    assert run.a[-1] == pytest.approx(175.03, abs=0.005)
    assert run.R.max() > 5 * run.R[-1]


def test_partial_alignment_is_reached_slowly():
    model = UnlearningModel(ONES, (1, 1, -1, -2, 1))
    assert model.trajectory(5, tau=[1000.0]).R[0] == pytest.approx(0.0921, abs=5e-5)
    run = model.trajectory(5, tau_end=1e6)
    assert run.R.max() == pytest.approx(0.15, abs=0.005)
    assert run.R[-1] == pytest.approx(0.08644, abs=5e-6)
    assert run.a[-1] == pytest.approx(12.5765, abs=5e-5)


# --- invariants over the whole slider range ----------------------------------------------------------------------


def run(c, c_star, eps, a0, R0, tau_end, **options):
    trajectory = UnlearningModel(c, c_star, eps).trajectory(a0, R0, tau_end=tau_end, **options)
    assert trajectory.code == ResultCode.SUCCESS
    assert np.all(np.isfinite(trajectory.R))
    assert np.all(np.isfinite(trajectory.a))
    return trajectory


everything = given(coefficients, coefficients, epsilon, height, alignment, horizon)


@settings(max_examples=300)
@everything
def test_loss_never_increases_along_a_trajectory(c, c_star, eps, a0, R0, tau_end):
    loss = run(c, c_star, eps, a0, R0, tau_end).loss
    # errors of 1e-8 in (R, a), on the scale of the largest term of the loss
    system = System(c, c_star)
    scale = max(1.0, loss[0], np.sum(system.factorials * system.c_star**2))
    assert np.max(np.diff(loss)) <= 1e-8 * scale


@settings(max_examples=200)
@everything
def test_alignment_stays_between_minus_one_and_one(c, c_star, eps, a0, R0, tau_end):
    assert np.max(np.abs(run(c, c_star, eps, a0, R0, tau_end).R)) <= 1


@settings(max_examples=200)
@given(coefficients, coefficients, epsilon, height, horizon)
def test_alignment_takes_the_sign_of_a0_A1_and_a_keeps_its_sign(c, c_star, eps, a0, tau_end):
    A_1 = c[0] * c_star[0]
    # (0, 0) is a saddle: at A_1 of the order of rounding nothing has moved yet
    assume(A_1 != 0 and a0 != 0)
    trajectory = run(c, c_star, eps, a0, 0.0, tau_end)
    assert np.all(np.sign(trajectory.R[1:]) == np.sign(a0 * A_1))
    assert np.all(np.sign(trajectory.a) == np.sign(a0))


@settings(max_examples=150)
@everything
def test_turning_R_and_a_round_equals_flipping_the_even_target_coefficients(c, c_star, eps, a0, R0, tau_end):
    flipped = tuple(-x if k % 2 == 0 else x for k, x in enumerate(c_star, start=1))
    one = run(c, c_star, eps, a0, R0, tau_end)
    two = run(c, flipped, eps, -a0, -R0, tau_end)
    np.testing.assert_array_equal(one.tau, two.tau)
    np.testing.assert_allclose(two.R, -one.R, rtol=0, atol=1e-12)
    np.testing.assert_allclose(two.a, -one.a, rtol=1e-12, atol=1e-12)


@settings(max_examples=100)
@given(coefficients, epsilon, height, alignment, horizon)
def test_one_term_conserves_a_quantity(c, eps, a0, R0, tau_end):
    k = len(c)
    single = (0,) * (k - 1) + (c[-1] or 1.0,)
    target = (*c[:-1], 1.5)
    trajectory = run(single, target, eps, a0, R0, tau_end)
    # eps ln cosh rho - k a^2 / 2, and ln cosh rho = -ln(1 - R^2)/2
    assume(np.max(np.abs(trajectory.R)) < 0.9999)
    conserved = -eps / 2 * np.log1p(-(trajectory.R**2)) - k * trajectory.a**2 / 2
    scale = np.maximum(1.0, k * trajectory.a**2)
    assert np.max(np.abs(conserved - conserved[0]) / scale) < 1e-6


@settings(max_examples=100)
@everything
def test_samples_are_closer_than_one_percent_of_the_range(c, c_star, eps, a0, R0, tau_end):
    trajectory = run(c, c_star, eps, a0, R0, tau_end)
    # Late and at small eps a jump may be over within a few units in the last place of its time.
    told_apart = np.diff(trajectory.tau) > np.spacing(trajectory.tau[1:])
    for values in (trajectory.R, trajectory.a):
        extent = np.ptp(values)
        if extent > 1e-9:
            assert np.max(np.abs(np.diff(values))[told_apart]) <= 0.01 * extent * (1 + 1e-9)


def test_samples_of_fast_jumps_are_apart_only_where_no_time_lies_between():
    """At eps = 1e-6 and high degree a jump late in a run takes less than the spacing of floating-point numbers."""
    random = np.random.default_rng(7)
    apart = 0
    for K in [7, 8, 10] * 200:
        c, c_star = random.uniform(-2, 2, K).round(1), random.uniform(-3, 3, K).round(1)
        found = run(c, c_star, 1e-6, random.uniform(-15, 15), random.uniform(-0.9, 0.9), 1e6)
        for values in (found.R, found.a):
            moves = np.abs(np.diff(values))
            far = moves > np.maximum(0.01 * np.ptp(values) * (1 + 1e-9), 2.0**-46 * np.abs(values).max())
            assert np.all(found.tau[1:][far] == np.nextafter(found.tau[:-1][far], np.inf))
            apart += np.sum(far)
    assert apart > 0  # else this has seen none


@settings(max_examples=60)
@everything
def test_the_loss_is_that_of_the_model(c, c_star, eps, a0, R0, tau_end):
    trajectory = run(c, c_star, eps, a0, R0, tau_end, n=50)
    expected = System(c, c_star).loss(trajectory.R, trajectory.a)
    terms = System(c, c_star)
    size = np.sum(terms.factorials * (np.abs(terms.c_star) + np.abs(terms.c)) ** 2)
    np.testing.assert_allclose(trajectory.loss, expected, rtol=1e-11, atol=1e-15 * size)


# --- the form of a result ----------------------------------------------------------------------------------------


def test_times_start_at_zero_end_at_the_horizon_and_increase():
    trajectory = UnlearningModel(*PUBLISHED).trajectory(9, tau_end=1234.5, n=100)
    assert trajectory.tau[0] == 0
    assert trajectory.tau[-1] == 1234.5
    assert np.all(np.diff(trajectory.tau) > 0)
    assert len(trajectory.tau) >= 100
    assert trajectory.tau.shape == trajectory.R.shape == trajectory.a.shape == trajectory.loss.shape
    assert trajectory.R[0] == 0
    assert trajectory.a[0] == 9


def test_a_jump_is_resolved():
    """At eps = 1 and a0 = 9 the jump comes at tau = 134, between two of 100 log-spaced times."""
    trajectory = UnlearningModel(*PUBLISHED).trajectory(9, n=20)
    assert np.max(np.abs(np.diff(trajectory.R))) <= 0.01 * np.ptp(trajectory.R) * (1 + 1e-9)


def test_given_times_are_returned_exactly():
    for tau in ([0.0, 0.1, 0.3, 77.7, 1e5], [1e-7], [3.0], list(np.linspace(0, 200, 1001)), [0.0]):
        trajectory = UnlearningModel(*PUBLISHED).trajectory(9, tau=tau)
        np.testing.assert_array_equal(trajectory.tau, tau)
        truth = solve(*PUBLISHED, 1.0, 9, 0, max(1.0, tau[-1]))
        misses = compare(truth, trajectory.tau, trajectory.R, trajectory.a)
        assert not misses, str(misses)


def test_many_trajectories_are_the_same_as_each_alone():
    model = UnlearningModel(*PUBLISHED)
    a0s = (5, 9, 10, -3, 0)
    together = model.trajectories(a0s, R0=0.1, tau_end=1e3, n=50)
    assert len(together) == len(a0s)
    for a0, one in zip(a0s, together, strict=True):
        alone = model.trajectory(a0, R0=0.1, tau_end=1e3, n=50)
        for name in ("tau", "R", "a", "loss"):
            np.testing.assert_array_equal(getattr(one, name), getattr(alone, name))


def test_the_stream_carries_the_same_trajectories_in_chunks():
    model = UnlearningModel(*PUBLISHED)
    a0s = (5, 9, 10)
    chunks = list(model.stream(a0s, tau_end=1e3, n=300, chunk=64))
    assert [c.index for c in chunks] == sorted(c.index for c in chunks)
    for i, one in enumerate(model.trajectories(a0s, tau_end=1e3, n=300)):
        mine = [c for c in chunks if c.index == i]
        assert [c.last for c in mine] == [False] * (len(mine) - 1) + [True]
        assert all(1 <= len(c.tau) <= 64 for c in mine)
        assert [c.start for c in mine] == list(np.cumsum([0] + [len(c.tau) for c in mine[:-1]]))
        assert mine[-1].trajectory.code == ResultCode.SUCCESS
        assert mine[-1].trajectory.stats == one.stats
        tau = np.concatenate([c.tau for c in mine])
        assert tau[0] == 0
        assert tau[-1] == 1e3
        assert np.all(np.diff(tau) > 0)
        truth = solve(*PUBLISHED, 1.0, a0s[i], 0, 1e3)
        misses = compare(truth, tau, np.concatenate([c.R for c in mine]), np.concatenate([c.a for c in mine]))
        assert not misses, str(misses)
        a = np.concatenate([c.a for c in mine])
        R = np.concatenate([c.R for c in mine])
        np.testing.assert_allclose(
            np.concatenate([c.loss for c in mine]), System(*PUBLISHED).loss(R, a), rtol=1e-12, atol=1e-13
        )


def test_the_first_chunk_does_not_wait_for_the_last_trajectory():
    stream = UnlearningModel(*PUBLISHED).stream(tuple(np.linspace(1, 20, 500)), tau_end=1e8)
    assert next(stream).index == 0
    stream.close()


def test_the_statistics_are_those_of_a_stiff_solver():
    for eps in EPSILONS:
        stats = UnlearningModel(*PUBLISHED, eps).trajectory(9, tau_end=1e8).stats
        assert 20 < stats.steps < 5000
        assert stats.rejected < stats.steps
        assert stats.evaluations > stats.steps


def test_at_full_alignment_a_follows_its_closed_form():
    """R = +-1 is invariant; there a relaxes to N at the rate U(1)."""
    system = System(*PUBLISHED)
    for R0 in (1, -1):
        trajectory = UnlearningModel(*PUBLISHED).trajectory(3, R0=R0, tau_end=1)
        N, U = system.p(R0) / system.q(R0), system.q(1)
        np.testing.assert_array_equal(trajectory.R, R0)
        np.testing.assert_allclose(trajectory.a, N + (3 - N) * np.exp(-U * trajectory.tau), rtol=1e-6, atol=1e-6)


def test_nothing_moves_at_a_rest_point():
    for c, c_star, a0, R0 in [
        ((1, 1), (0, 1), 3, 0),
        (*PUBLISHED, 0, 0),
        ((0, 0), (1, 1), 2, 0.3),
        (ONES, ONES, 1, 1),
        ((1,), (1,), 2, 0.5),
    ]:
        trajectory = UnlearningModel(c, c_star).trajectory(a0, R0, tau_end=1e6)
        np.testing.assert_allclose(trajectory.R, R0, atol=1e-12)
        np.testing.assert_allclose(trajectory.a, a0, atol=1e-12)
        assert trajectory.code == ResultCode.SUCCESS


def test_a_run_is_the_same_every_time():
    model = UnlearningModel(*PUBLISHED)
    one, two = model.trajectory(9.1), UnlearningModel(*PUBLISHED).trajectory(9.1)
    np.testing.assert_array_equal(one.R, two.R)
    np.testing.assert_array_equal(one.a, two.a)
