"""Fates: those of the theory, those of degenerate inputs, and those of random problems against long runs."""

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from scipy.optimize import brentq

from dynamics import Fate, UnlearningModel
from tests.dynamics.cases import (
    DELAYED,
    FOLD_CASE,
    NO_NEGATIVE_TERM,
    ONES,
    OUTER_SADDLE,
    PARTIAL,
    PUBLISHED,
    SADDLE_CASE,
    TWO_THRESHOLDS,
    epsilon,
    height,
    short_coefficients,
)
from tests.dynamics.reference import System, integrate

UNLEARNING, FULL, PARTLY, NONE = Fate.UNLEARNING, Fate.FULL_ALIGNMENT, Fate.PARTIAL_ALIGNMENT, Fate.NO_ALIGNMENT


@pytest.mark.parametrize(
    ("problem", "eps", "a0", "fate"),
    [
        (PUBLISHED, 1, 5, FULL),
        (PUBLISHED, 1, 9, FULL),
        (PUBLISHED, 1, 10, UNLEARNING),
        (PUBLISHED, 1, 9.31174, FULL),
        (PUBLISHED, 1, 9.31176, UNLEARNING),
        (PUBLISHED, 1e-6, 9.3123, FULL),
        (PUBLISHED, 1e-6, 9.3124, UNLEARNING),
        (PARTIAL, 1, 5, PARTLY),
        (DELAYED, 1, 0.1, PARTLY),
        (DELAYED, 1e-3, 0.1, PARTLY),
        (DELAYED, 1e-6, 0.1, PARTLY),
        (FOLD_CASE, 1e-3, -5.25, FULL),
        (FOLD_CASE, 1e-3, -5.4, PARTLY),
        (FOLD_CASE, 1, 3.7, FULL),
        (FOLD_CASE, 1, 3.75, UNLEARNING),
        (OUTER_SADDLE, 1e-3, 0.44, UNLEARNING),
        (OUTER_SADDLE, 1e-6, 0.44, UNLEARNING),
        (TWO_THRESHOLDS, 1e-6, 0.2, FULL),
        (TWO_THRESHOLDS, 1e-6, 0.3, PARTLY),
        (TWO_THRESHOLDS, 1e-6, 3.2, PARTLY),
        (TWO_THRESHOLDS, 1e-6, 3.3, UNLEARNING),
        (NO_NEGATIVE_TERM, 1, 0.5, UNLEARNING),
        (NO_NEGATIVE_TERM, 1e-6, -20, UNLEARNING),
        ((ONES, ONES), 1, 0.5, FULL),
        ((ONES, ONES), 1, 20, FULL),
        ((ONES, (2, 4, 6, 8, 10)), 1, 1, FULL),
        (SADDLE_CASE, 1e-3, 4, FULL),
        (SADDLE_CASE, 1e-3, 5, UNLEARNING),
    ],
)
def test_fates_of_the_theory(problem, eps, a0, fate):
    assert UnlearningModel(*problem, eps).fate(a0) == fate


@pytest.mark.parametrize("eps", [1e-3, 1e-6])
def test_below_the_outer_saddle_it_learns(eps):
    assert UnlearningModel(*OUTER_SADDLE, eps).fate(0.40) in (FULL, PARTLY)


@pytest.mark.parametrize("eps", [10.0, 1.0, 1e-6])
@pytest.mark.parametrize(
    ("c", "c_star", "a0", "R0", "fate"),
    [
        ((1, 1, 1), (0, 1, 1), 3, 0, NONE),  # A_1 = 0 and R0 = 0
        ((0, 1, 1), (1, -1, 1), 4, 0, NONE),
        (*PUBLISHED, 0, 0, NONE),
        ((0, 0, 0), (1, -1, 1), 2, 0, NONE),
        (ONES, (0, 0), 3, 0, NONE),
        (ONES, (0, 0), 0, 0, NONE),
        ((0, 1, 0, 1), (0, 1, 0, -1), 5, 0, NONE),  # only even
        (ONES, ONES, 3, 0, FULL),
        ((1,), (1,), 2, 0, PARTLY),  # a line of equilibria
        ((1,), (1,), 0.5, 0, PARTLY),
        ((1, 0, 0), (-2, 1, 1), -1, 0, PARTLY),
        (ONES, ONES, 1, 1, FULL),
        (*PUBLISHED, 3, 1, FULL),
        (*PUBLISHED, 3, -1, FULL),
    ],
)
def test_fates_of_degenerate_inputs(c, c_star, a0, R0, fate, eps):
    assert UnlearningModel(c, c_star, eps).fate(a0, R0) == fate


@pytest.mark.parametrize(("c", "height"), [((1, 1, 1), 5.979), (ONES, 5.9803)])
def test_without_a_linear_term_it_can_end_on_the_line_of_no_alignment(c, height):
    model = UnlearningModel(c, (0, 1, 0.5))
    limit = model.limit(6, 0.3)
    assert limit.fate == NONE
    assert limit.R == pytest.approx(0, abs=1e-9)
    assert limit.a == pytest.approx(height, abs=5e-4)
    assert limit.a == pytest.approx(integrate(System(c, (0, 1, 0.5)), 6, 0.3, 1e4).plane(1e4)[1][0], rel=1e-6)
    assert model.fate(6, 0.3) == NONE


@pytest.mark.parametrize("eps", [10.0, 1.0, 1e-3])
@pytest.mark.parametrize("a0", [0.3, 1.0, 4.0])
def test_one_term_ends_where_its_conserved_quantity_says(a0, eps):
    """c = c* = (1): -eps/2 ln(1 - R^2) - a^2/2 is conserved and a R = 1 at the end."""
    # with s = -ln(1 - R^2), which stays finite where R rounds to 1
    s = brentq(lambda s: eps / 2 * s - 0.5 / -np.expm1(-s) + a0**2 / 2, 1e-9, 1e9, xtol=1e-14)
    R = np.sqrt(-np.expm1(-s))
    limit = UnlearningModel((1,), (1,), eps).limit(a0)
    assert limit.fate == PARTLY
    assert limit.R == pytest.approx(R, abs=1e-6)
    assert limit.a == pytest.approx(1 / R, rel=1e-6)


def test_only_odd_terms_treat_both_signs_alike():
    for c_star in [(1, 0, -1), (1, 0, 1), (1, 0, -3)]:
        for a0 in (0.5, 3, 10):
            model = UnlearningModel((1, 0, 1), c_star)
            assert model.fate(a0) == model.fate(-a0)


def test_limits_are_where_the_fate_says():
    limit = UnlearningModel(*PUBLISHED).limit(5)
    assert (limit.fate, limit.R) == (FULL, 1)
    assert limit.a == pytest.approx(0.9738562091503269, rel=1e-9)
    limit = UnlearningModel(*PUBLISHED).limit(10)
    assert (limit.fate, limit.R, limit.a) == (UNLEARNING, 0, np.inf)
    assert limit.loss == pytest.approx(76)
    limit = UnlearningModel((1, 0.5), (1, 0.6)).limit(-2)
    assert (limit.fate, limit.a) == (UNLEARNING, -np.inf)
    limit = UnlearningModel(*PARTIAL).limit(5)
    assert limit.R == pytest.approx(0.08644, abs=5e-6)
    assert limit.a == pytest.approx(12.5765, abs=5e-5)
    limit = UnlearningModel(*DELAYED, 1e-3).limit(0.1)
    assert limit.R == pytest.approx(0.95009, abs=5e-6)


def test_a_run_knows_its_fate_or_says_that_it_is_undecided():
    model = UnlearningModel(*PUBLISHED)
    assert model.trajectory(9.3, tau_end=1e-4).fate in (FULL, Fate.UNDECIDED)
    assert model.trajectory(9, tau_end=1e4).fate == FULL
    assert model.trajectory(10, tau_end=1e4).fate == UNLEARNING
    assert model.trajectory(10, tau_end=1e4).limit.fate == UNLEARNING


def test_a_decided_run_agrees_with_the_fate_of_its_start():
    for a0 in np.linspace(0.5, 20, 14):
        model = UnlearningModel(*PUBLISHED, 0.1)
        assert model.trajectory(a0, tau_end=1e6).fate in (model.fate(a0), Fate.UNDECIDED)
        assert model.trajectory(a0, tau_end=1.0).fate in (model.fate(a0), Fate.UNDECIDED)


def test_partial_alignment_is_told_long_before_it_is_reached():
    assert UnlearningModel(*PARTIAL).trajectory(5, tau_end=1000).fate == PARTLY


def equilibrium_ahead(system, R):
    """Whether the slow flow has a zero between 0 and R, at which a run on its way to 0 could end."""
    flow = np.trim_zeros((system.p * system.h - system.g * system.q).coef, "f")
    zeros = np.roots(flow[::-1])
    return any(abs(zero.imag) < 1e-9 and 0 < zero.real / R < 1 for zero in zeros)


def what_a_long_run_says(c, c_star, eps, a0, R0):
    """The fate from the state at tau = 1e8 and where it is heading; None where even that is too early."""
    system = System(c, c_star, eps)
    late = np.array([1e6, 1e7, 1e8])
    orbit = integrate(system, a0, R0, late[-1])
    (R0, R1, R2), (_, a1, a2) = orbit.plane(late)
    rho = orbit(late[1:])[0]
    moved = abs(R2 - R1) + abs(a2 - a1) / max(1, abs(a2))
    still = 1e-9 * abs(rho[0])  # where the target is the activation rho grows for ever, in the end below rounding
    if abs(rho[1]) > 12 and abs(rho[1]) >= abs(rho[0]) - still and moved < 1e-6:
        return FULL
    if moved < 1e-9:
        if abs(R2) <= 1e-5:
            return NONE
        return PARTLY if abs(rho[1]) < 6 else None  # as close to 1 as that, it may be on its way there
    power = (
        R0 * R1 * R2 != 0 and abs(np.log(abs(R2 / R1)) / np.log(abs(R1 / R0)) - 1) < 0.03
    )  # the same in both decades
    if power and abs(a2) > 1.2 * abs(a1) and abs(R2) < abs(R1) and abs(R2) < 0.2 and not equilibrium_ahead(system, R2):
        k = 1 + next(i for i, x in enumerate(system.c) if x)
        alpha0 = system.c_star[k - 1] / system.c[k - 1]
        if abs(a2 * R2**k / alpha0 - 1) < 0.1:
            return UNLEARNING
    return None


@settings(max_examples=25)
@given(short_coefficients, short_coefficients, epsilon, height)
@example((2.0, 1.0), (2.0, 1.0), 1e-6, 0.1)
@example((1.0, 0.0, 1.006), (1.0, 0.0, 1.006), 0.01, 0.1)
@example((-0.062, 0.0, 0.004, 3.0), (-2.0, 0.0, 1.0), 1.0, 0.1)
@example((1.0, 1.0), (-2.0, 0.008), 1.0, 0.1)  # on its way to R = -0.004, at which no run arrives
@example((1.0, 1.0), (-2.0, 0.004), 1.0, 0.1)
def test_fates_of_random_problems_are_those_of_long_runs(c, c_star, eps, a0):
    assume(c[0] * c_star[0] != 0 and a0 != 0)
    # one term alone: a line of equilibria, on which R can be 1 - 1e-27; it has its own test
    assume(np.count_nonzero(c) > 1)
    seen = what_a_long_run_says(c, c_star, eps, a0, 0.0)
    fate = UnlearningModel(c, c_star, eps).fate(a0)
    assert fate in (UNLEARNING, FULL, PARTLY, Fate.UNDECIDED)
    if seen is not None:
        assert fate == seen


@settings(max_examples=200)
@given(short_coefficients, short_coefficients, epsilon, height)
def test_three_fates_are_exhaustive_from_zero_alignment(c, c_star, eps, a0):
    assume(c[0] * c_star[0] != 0 and a0 != 0)
    # one term alone: a line of equilibria, on which R can be 1 - 1e-27; it has its own test
    assume(np.count_nonzero(c) > 1)
    limit = UnlearningModel(c, c_star, eps).limit(a0)
    assert limit.fate in (UNLEARNING, FULL, PARTLY)
    if limit.fate == FULL:
        assert abs(limit.R) == 1
        assert np.sign(limit.R) == np.sign(a0 * c[0] * c_star[0])
    if limit.fate == PARTLY:
        assert 0 < abs(limit.R) < 1
        system = System(c, c_star)
        size = np.sum(system.factorials * (np.abs(system.c) * (1 + abs(limit.a)) + np.abs(system.c_star)) ** 2)
        assert abs(system.da_dtau(limit.R, limit.a)) < 1e-6 * size
        assert abs(system.dR_dtau(limit.R, limit.a)) < 1e-6 * size * max(1, abs(limit.a))
    if limit.fate == UNLEARNING:
        assert limit.R == 0
        assert np.isinf(limit.a)
        assert UnlearningModel(c, c_star).asymptotics(int(np.sign(a0 * c[0] * c_star[0]))).unlearns


@settings(max_examples=60)
@given(short_coefficients, short_coefficients, epsilon, height)
def test_fates_keep_the_symmetry(c, c_star, eps, a0):
    flipped = tuple(-x if k % 2 == 0 else x for k, x in enumerate(c_star, start=1))
    assert UnlearningModel(c, c_star, eps).fate(a0, 0.2) == UnlearningModel(c, flipped, eps).fate(-a0, -0.2)
