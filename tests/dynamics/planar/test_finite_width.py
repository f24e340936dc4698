"""The exact law of finite width: against all m neurons, an independent solver, its limits, and its own end."""

import math
from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, example, given, reject, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from dynamics import Fate, ResultCode, UnlearningModel
from dynamics.planar.finite_width.system import finite_system, spread
from tests.dynamics.cases import (
    DEGENERATE,
    DELAYED,
    PUBLISHED,
    alignment,
    coefficients,
    epsilon,
    height,
    horizon,
    short_coefficients,
)
from tests.stored import stored

TWO_TERMS = ((1, 0.5), (1, -0.6))
CALLS = 20_000  # of scipy's: some problems take it for ever


class TooLong(Exception):
    """scipy takes more calls than a test can wait for."""


width = st.one_of(st.floats(0.302, 9).map(lambda x: max(2.0, 10.0 ** round(x, 3))), st.sampled_from([2.0, 3.0, 1e9]))


class Series:
    """V, U and their derivatives, straight from the definition."""

    def __init__(self, c, c_star):
        K = max(len(c), len(c_star))
        self.c, self.c_star = np.zeros(K), np.zeros(K)
        self.c[: len(c)], self.c_star[: len(c_star)] = c, c_star
        self.factorials = np.array([float(factorial(k)) for k in range(1, K + 1)])
        self.V = np.polynomial.Polynomial(np.append(0, self.factorials * self.c * self.c_star))
        self.U = np.polynomial.Polynomial(np.append(0, self.factorials * self.c**2))
        self.dV, self.dU = self.V.deriv(), self.U.deriv()

    def loss(self, m, R, a, Q):
        constant = 0.5 * np.sum(self.factorials * self.c_star**2)
        return constant - a * self.V(R) + 0.5 * a**2 * ((1 - 1 / m) * self.U(Q) + self.U(1) / m)


@stored
def all_neurons(c, c_star, eps, m, a0, R0, tau):
    """a_i, <w_i, beta> and <w_i, w_j> of all m neurons, integrated: R, a, Q of the first, and how far they differ.

    For an explicit method there is no end of a stiff problem: then there is nothing.
    """
    series = Series(c, c_star)
    V, U, dV, dU = series.V, series.U, series.dV, series.dU

    calls = 0

    def rhs(_, y):
        nonlocal calls
        calls += 1
        if calls > CALLS:
            raise TooLong
        a, s, r = y[:m], y[m : 2 * m], y[2 * m :].reshape(m, m)
        pair = dU(r) * a / m
        da = V(s) - U(r) @ a / m
        ds = a * (dV(s) * (1 - s**2) - pair @ s + (pair * r).sum(1) * s)
        half = a[:, None] * (dV(s)[:, None] * (s - s[:, None] * r) - pair @ r + (pair * r).sum(1)[:, None] * r)
        return np.concatenate([da, ds / eps, ((half + half.T) / eps).ravel()])

    r0 = np.full((m, m), R0**2)
    np.fill_diagonal(r0, 1)
    y0 = np.concatenate([np.full(m, a0), np.full(m, R0), r0.ravel()])
    try:
        y = solve_ivp(rhs, (0, tau[-1]), y0, method="DOP853", rtol=1e-12, atol=1e-13, t_eval=tau).y
    except TooLong:
        return np.empty((4, 0))
    other = y[2 * m :].reshape(m, m, -1)[~np.eye(m, dtype=bool)]
    apart = np.ptp(y[:m], axis=0) + np.ptp(y[m : 2 * m], axis=0) + np.ptp(other, axis=0)
    return y[m], y[0], other[0], apart


@pytest.mark.stored
@pytest.mark.parametrize("m", range(2, 9))
def test_the_law_is_that_of_all_m_neurons(m):
    random = np.random.default_rng(m)
    tau = np.linspace(0, 20, 41)
    compared = 0
    for _ in range(4):
        c, c_star = random.uniform(-1.3, 1.3, (2, int(random.integers(1, 5)))).round(2)
        a0, R0, eps = round(random.uniform(-3, 3), 2), random.choice([0, 0.3, -0.5, 0.9]), random.choice([0.5, 1, 3])
        start = (float(eps), m, a0, float(R0))
        R, a, Q, apart = all_neurons(tuple(c.tolist()), tuple(c_star.tolist()), *start, tuple(tau.tolist()))
        if not R.size:
            continue
        run = UnlearningModel(c, c_star, eps).finite_width(m).trajectory(a0, R0, tau=tau, rtol=1e-11)
        # The symmetric state can be unstable: rounding then grows until the neurons part.
        allowed = 1e-8 + 30 * np.maximum.accumulate(apart)
        compared += (allowed < 1e-6).sum()
        for own, true in ((run.R, R), (run.a, a), (run.Q, Q)):
            assert np.all(np.abs(own[: len(true)] - true) <= allowed)
    assert compared > 60


def independent(c, c_star, eps, m, a0, R0, tau, method="LSODA"):
    """R, a, Q by scipy."""
    s = Series(c, c_star)
    V, U, dV, dU = (series.coef[::-1].tolist() for series in (s.V, s.U, s.dV, s.dU))
    U_1 = float(s.U(1))

    def at(series, x):  # of a float, which numpy's polynomials take twenty times as long for
        value = 0.0
        for coefficient in series:
            value = value * x + coefficient
        return value

    def geometry(rho, lam):
        R, w = math.tanh(rho), math.exp(min(lam, 100.0))
        S = math.cosh(max(min(rho, 350.0), -350.0)) ** -2
        return R, R * R + S * (w - 1) / (m - 1 + w), w

    calls = 0

    def rhs(_, y):
        nonlocal calls
        calls += 1
        if calls > (CALLS if method == "LSODA" else 4 * CALLS):
            raise TooLong
        rho, a, lam = y.tolist()
        R, Q, w = geometry(rho, lam)
        slope = at(dU, Q)
        return [
            a * (at(dV, R) - a * slope * R * (m - 1) / (m - 1 + w)) / eps,
            at(V, R) - a * ((1 - 1 / m) * at(U, Q) + U_1 / m),
            -2 * a * a * slope / eps,
        ]

    y0 = [np.arctanh(R0), a0, 0.0]
    with np.errstate(over="ignore", invalid="ignore"):  # scipy's trial steps may go anywhere
        solution = solve_ivp(rhs, (0, tau[-1]), y0, method, tau, rtol=3e-12, atol=1e-13)
    assert solution.success
    R, Q, _ = np.transpose([geometry(rho, lam) for rho, _, lam in solution.y.T])
    return np.array([R, solution.y[1], Q])


def times(tau_end):
    return np.append(0, np.logspace(-4, 0, 40) * tau_end)


@stored
def independent_values(*problem_and_end):
    """What `independent` gives, for a problem that is always the same."""
    *problem, tau_end, method = problem_and_end
    return independent(*problem, times(tau_end), method)


def check_against_scipy(c, c_star, eps, m, a0, R0, tau_end, method="LSODA", solve=independent_values):
    tau = times(tau_end)
    truth = solve(c, c_star, eps, m, a0, R0, tau_end, method)
    # what a start that differs by 1e-8 makes of it: the conditioning, above all of the time of a jump
    moved = solve(c, c_star, eps, m, a0 * (1 + 1e-8), R0, tau_end, method)
    run = UnlearningModel(c, c_star, eps).finite_width(m).trajectory(a0, R0, tau=tau)
    assert run.code == ResultCode.SUCCESS
    size = np.array([np.ones_like(tau), np.maximum(1, np.abs(truth[1])), np.ones_like(tau)])
    allowed = 1e-6 * size + 20 * np.maximum.accumulate(np.abs(moved - truth), axis=1)
    off = np.abs(np.array([run.R, run.a, run.Q]) - truth) / allowed
    assert off.max() <= 1, f"{off.max():.3g} times what is allowed at tau = {tau[off.max(axis=0).argmax()]:g}"


@settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(
    coefficients,
    coefficients,
    st.floats(-2, 1).map(lambda x: 10.0 ** round(x, 2)),
    width,
    height,
    alignment,
    st.floats(0, 3).map(lambda x: 10.0 ** round(x, 2)),
)
def test_random_problems_agree_with_an_independent_solver(c, c_star, eps, m, a0, R0, tau_end):
    try:
        check_against_scipy(c, c_star, eps, m, a0, R0, tau_end, solve=independent_values.__wrapped__)
    except TooLong:
        reject()


@pytest.mark.stored
@pytest.mark.parametrize("m", [2.0, 30.0, 1e4, 1e9])
@pytest.mark.parametrize(("problem", "a0"), [(PUBLISHED, 9), (PUBLISHED, 10), (DELAYED, 0.1), (TWO_TERMS, 2)])
def test_named_problems_agree_with_lsoda(problem, a0, m):
    check_against_scipy(*problem, 1.0, m, a0, 0.0, 10 if (problem, m) == (PUBLISHED, 2.0) else 1e4)


@pytest.mark.stored
@pytest.mark.parametrize(
    ("problem", "a0", "m"),
    [
        (PUBLISHED, 9, 30.0),
        (PUBLISHED, 10, 1e4),
        (PUBLISHED, 9, 1e9),
        (PUBLISHED, 10, 1e9),
        (DELAYED, 0.1, 2.0),
        (DELAYED, 0.1, 30.0),
        (TWO_TERMS, 2, 2.0),
        (TWO_TERMS, 2, 30.0),
        (TWO_TERMS, 2, 1e4),
        (TWO_TERMS, 2, 1e9),
    ],
)
def test_named_problems_agree_with_radau_where_the_first_layer_is_fast(problem, a0, m):
    check_against_scipy(*problem, 1e-3, m, a0, 0.0, 10, "Radau")


@settings(max_examples=200)
@given(coefficients, coefficients, epsilon, width, height, alignment, horizon)
@example((-1.0, 2.0, 1.0), (-2.0, 1.0, -1.5), 0.01, 3.1622776601683795, 1.0, 0.0, 1e5)
@example((0.25, *(0.0,) * 8, 1.0), (0.0,), 1.0, 10.0, 1.0, 0.0, 1.0)
@example((0.0, 0.0, 0.0, -2.0, 0.0, 1.25), (0.0, 0.0, 0.0, 0.0, 0.0, 1.0), 1e-6, 1e4, 0.0, 0.9999, 1.0)
def test_loss_never_increases_and_the_overlap_keeps_its_bounds(c, c_star, eps, m, a0, R0, tau_end):
    model = UnlearningModel(c, c_star, eps)
    run = model.finite_width(m).trajectory(a0, R0, tau_end)
    assert run.code == ResultCode.SUCCESS
    scale = max(1.0, run.loss[0], np.sum(Series(c, c_star).factorials * np.array(model.c_star) ** 2))
    assert np.max(np.diff(run.loss)) <= 1e-8 * scale
    assert np.all(np.abs(run.R) <= 1)
    # Q - R^2 = (1 - R^2)(e^lambda - 1)/(m - 1 + e^lambda), and lambda <= 0 is known to the tolerance of the run
    assert np.all(run.Q <= run.R**2 * (1 + 1e-15) + 1e-7 / (m - 1))
    assert np.all(run.Q >= run.R**2 - (1 - run.R**2) / (m - 1) - 1e-15)
    for values in (run.R, run.a):
        told_apart = np.diff(run.tau) > np.spacing(run.tau[1:])
        if np.ptp(values) > 1e-9:
            assert np.max(np.abs(np.diff(values))[told_apart]) <= 0.01 * np.ptp(values) * (1 + 1e-9)


@settings(max_examples=100)
@given(short_coefficients, short_coefficients, st.floats(2, 50), height, alignment)
def test_the_loss_is_the_population_loss_of_the_network(c, c_star, m, a0, R0):
    run = UnlearningModel(c, c_star).finite_width(m).trajectory(a0, R0, 100, n=30)
    s = Series(c, c_star)
    size = np.sum(s.factorials * s.c_star**2) + a0**2 * s.U(1) / m + np.abs(run.a).max() ** 2 * s.U(1)
    np.testing.assert_allclose(run.loss, s.loss(m, run.R, run.a, run.Q), rtol=1e-12, atol=1e-14 * size)


@settings(max_examples=200)
@given(
    coefficients,
    st.integers(2, 10**9),
    st.floats(-12, 0).map(lambda x: 10.0**x),
    st.floats(-300, 0).map(lambda x: 10.0**x),
)
def test_nothing_cancels_in_the_squared_output(c, m, R, w):
    """In rational arithmetic: m^2 times the squared output is a sum over pairs of neurons."""
    assume(R < 1)
    B = [factorial(k) * Fraction(x) ** 2 for k, x in enumerate(c, 1)]
    R_, w_ = Fraction(R), Fraction(w)
    S = 1 - R_ * R_
    Q = R_ * R_ + S * (w_ - 1) / (m - 1 + w_)
    W = sum(b * ((1 - Fraction(1, m)) * Q**k + Fraction(1, m)) for k, b in enumerate(B, 1))
    q = sum(b * R_ ** (2 * k) for k, b in enumerate(B, 1))
    table = finite_system(np.zeros(len(c)), np.array([float(b) for b in B]), 1.0, float(m)).table
    own_q, own_rest = spread(table, float(m), R, float(S), float(Q), w, 1 / (m - 1 + w))
    assert own_q == pytest.approx(float(q), rel=1e-13, abs=1e-300)
    assert own_rest == pytest.approx(float(W - q), rel=1e-12, abs=1e-300)


# --- limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("eps", [10.0, 1.0, 1e-2])
@pytest.mark.parametrize(("problem", "a0", "R0"), [(PUBLISHED, 5, 0), (PUBLISHED, 12, 0.1), (TWO_TERMS, 2, 0)])
def test_the_planar_law_is_approached_as_one_over_m(problem, a0, R0, eps):
    model = UnlearningModel(*problem, eps)
    tau = np.append(0, np.logspace(-4, 1, 100))
    planar = model.trajectory(a0, R0, tau=tau, rtol=1e-12)
    off = []
    for m in (1e6, 1e7):
        run = model.finite_width(m).trajectory(a0, R0, tau=tau, rtol=1e-12)
        off.append(m * max(np.abs(run.R - planar.R).max(), np.abs(run.a - planar.a).max()))
    assert off[0] == pytest.approx(off[1], rel=0.05)
    last = model.finite_width(1e9).trajectory(a0, R0, tau=tau)
    assert np.abs(last.R - planar.R).max() < 2e-9 * off[1] + 1e-6
    np.testing.assert_allclose(last.Q, last.R**2, atol=2e-9)


def test_the_course_of_small_a0_is_not_stuck_at_full_alignment():
    for eps in (0.1, 1e-3, 1e-6):
        assert UnlearningModel(*DELAYED, eps).finite_width(1e9).trajectory(0.1).R[-1] == pytest.approx(
            0.95009, abs=5e-6
        )


@pytest.mark.parametrize("m", [50.0, 1e9])
def test_an_alignment_of_1e_12_grows_exponentially_to_full_relative_accuracy(m):
    c, c_star = (0, 0.1), (0, 1.0)
    tau = np.linspace(0, 100, 41)
    run = UnlearningModel(c, c_star).finite_width(m).trajectory(0.5, 1e-12, tau=tau)
    A_2, rate = 0.2, 0.02 / m  # a = a0 exp(-U(1) tau/m) while R is small
    expected = 1e-12 * np.exp(2 * A_2 * 0.5 * -np.expm1(-rate * tau) / rate)
    small = expected < 1e-4
    assert small.sum() > 30
    np.testing.assert_allclose(run.R[small], expected[small], rtol=1e-6)


@pytest.mark.stored
@pytest.mark.parametrize("m", [2.0, 40.0, 1e9])
@pytest.mark.parametrize("eps", [10.0, 1.0, 1e-6])
@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_inputs(name, eps, m):
    c, c_star, a0, R0 = DEGENERATE[name]
    run = UnlearningModel(c, c_star, eps).finite_width(m).trajectory(a0, R0)
    assert run.code == ResultCode.SUCCESS
    assert run.stats.steps < 20_000
    for values in (run.R, run.a, run.Q, run.loss):
        assert np.all(np.isfinite(values))
    assert np.max(np.diff(run.loss)) <= 1e-8 * max(1.0, run.loss[0])
    if eps >= 1:  # of the stiff ones scipy's own answer is not good enough
        check_against_scipy(c, c_star, eps, m, a0, R0, 100)


def test_what_is_invariant_stays():
    for R0 in (1, -1):
        run = UnlearningModel(*PUBLISHED).finite_width(10).trajectory(3, R0, tau_end=1)
        np.testing.assert_array_equal(run.R, R0)
        np.testing.assert_array_equal(run.Q, 1)
        s = Series(*PUBLISHED)
        end = s.V(R0) / s.U(1)
        np.testing.assert_allclose(run.a, end + (3 - end) * np.exp(-s.U(1) * run.tau), rtol=1e-6, atol=1e-6)
    run = UnlearningModel(*PUBLISHED).finite_width(10).trajectory(0, 0)
    assert not run.R.any()
    assert not run.a.any()
    # no target and R = 0: the neurons repel each other, which the planar law does not know
    run = UnlearningModel((1,), (0,)).finite_width(5).trajectory(1, tau_end=1e3)
    assert not run.R.any()
    assert run.Q[-1] == pytest.approx(-0.25, abs=1e-9)


def test_the_width_is_checked():
    model = UnlearningModel(*PUBLISHED)
    for m in (1, 1.99, 1e10, float("nan"), "3", None):
        with pytest.raises(ValueError, match=r"^m must be a number between 2 and 1e\+09, not "):
            model.finite_width(m)
    with pytest.raises(ValueError, match="tolerance"):
        model.required_width(3, tolerance=0)
    with pytest.raises(ValueError, match="R0"):
        model.finite_width(3).halt(3, 2)


# --- where unlearning halts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("m", "R", "a", "half"), [(200, 0.1457, 5.572, 697), (2000, 0.0711, 12.797, 153), (20000, 0.0339, 28.287, None)]
)
def test_the_numbers_of_the_two_term_problem(m, R, a, half):
    finite = UnlearningModel(*TWO_TERMS).finite_width(m)
    run = finite.trajectory(2, tau_end=1e7)
    end = finite.halt(2)
    assert (end.R, end.a) == (pytest.approx(R, abs=5e-5), pytest.approx(a, abs=5e-4))
    assert (run.R[-1], run.a[-1], run.Q[-1]) == pytest.approx((end.R, end.a, end.Q), rel=1e-7)
    assert run.R.max() == pytest.approx(0.29, abs=0.005)
    if half is not None:
        after = run.tau[run.R.argmax()]
        halved = brentq(lambda t: finite.trajectory(2, tau=[0, t]).R[-1] - run.R.max() / 2, after, 2 * half)
        assert halved == pytest.approx(half, rel=5e-3)


@settings(max_examples=150)
@given(short_coefficients, short_coefficients, st.sampled_from([10.0, 1.0, 1e-2, 1e-6]), width, height, alignment)
def test_unlearning_halts_at_the_exact_end(c, c_star, eps, m, a0, R0):
    model = UnlearningModel(c, c_star, eps)
    finite = model.finite_width(m)
    end = finite.halt(a0, R0)
    assume(abs(R0) < 1)
    assert (end is None) == (model.fate(a0, R0) != Fate.UNLEARNING)
    assume(end is not None and end.fate in (Fate.PARTIAL_ALIGNMENT, Fate.FULL_ALIGNMENT))
    s = Series(c, c_star)
    assert end.Q == pytest.approx((m * end.R**2 - 1) / (m - 1), abs=1e-15)
    if end.fate == Fate.PARTIAL_ALIGNMENT:
        assert end.a * end.R * s.dU(end.Q) == pytest.approx(s.dV(end.R), rel=1e-6, abs=1e-9)
    if end.relaxation < 1e6 and end.tau < 1e6:
        run = finite.trajectory(a0, R0, 1e8)
        assert run.R[-1] == pytest.approx(end.R, rel=1e-5)
        assert run.a[-1] == pytest.approx(end.a, rel=1e-5)


nonzero = st.floats(0.1, 3).map(lambda x: round(x, 2))


@settings(max_examples=100)
@given(nonzero, nonzero, short_coefficients, short_coefficients, width, st.floats(3, 20).map(lambda x: round(x, 2)))
def test_every_end_of_an_unlearning_run_is_decided(c_1, c_star_1, c, c_star, m, size):
    c, c_star = (c_1, *c), (c_star_1, *c_star)
    model = UnlearningModel(c, c_star)
    a0 = size if model.A[1] <= 0 else -size  # the side on which a branch unlearns
    dU = Series(c, c_star).dU
    turns = [z.real for z in dU.roots() if abs(z.imag) < 1e-9 and -1 / (m - 1) - 1e-9 <= z.real <= 1e-9]
    assume(model.fate(a0) == Fate.UNLEARNING and not turns)
    assert model.finite_width(m).halt(a0).fate != Fate.UNDECIDED


def test_the_run_arrives_when_it_says_and_relaxes_as_fast_as_it_says():
    for m in (300, 1e4, 1e6):
        finite = UnlearningModel(*TWO_TERMS).finite_width(m)
        end = finite.halt(2)
        at = finite.trajectory(2, tau=end.tau * np.array([0, 0.99, 1, 1.01]), rtol=1e-10)
        away = np.maximum(np.abs(at.R / end.R - 1), np.abs(at.a / end.a - 1))
        assert away[1] > np.exp(-1) > away[3]
        assert away[2] == pytest.approx(np.exp(-1), rel=1e-5)
        late = finite.trajectory(2, tau=end.relaxation * np.array([0, 7, 8]), rtol=1e-12).a[1:] - end.a
        assert late[0] / late[1] == pytest.approx(np.e, rel=2e-3)


@pytest.mark.parametrize(
    ("problem", "a0", "R0"), [(TWO_TERMS, 2, 0), (((1, 1, 1), (1, 0, 0)), 2, 0), (((0, 1, 1), (0, 1, -1)), 5, 0.05)]
)
def test_the_end_tends_to_its_law(problem, a0, R0):
    model = UnlearningModel(*problem)
    off, slow = [], []
    for m in (1e5, 1e7, 1e9):
        end = model.finite_width(m).halt(a0, R0)
        assert end.fate == Fate.PARTIAL_ALIGNMENT
        off.append(abs(end.a / end.a_law - 1))
        slow.append(abs(end.relaxation / end.relaxation_law - 1))
    assert off[0] > off[1] > off[2]
    assert slow[0] > slow[1] > slow[2]
    assert off[2] < 0.25 * off[0]  # corrections are of order R, m^(-1/5) at the slowest
    assert slow[2] < 0.25 * slow[0]


@pytest.mark.parametrize("m", [2.0, 2.371, 2.5, 3.0, 5.0, 10.0])
@pytest.mark.parametrize(("c3", "c4", "R0"), [(3, -2, 0.5), (3, -2, 0.3), (2.5, -2, 0.4), (3, -2.5, 0.3)])
def test_a_zero_of_the_slope_of_U_at_which_neurons_rest_is_no_halt_by_certificate(c3, c4, R0, m):
    """c_1 = c_2 = 0: U'(Q) = 3 B_3 Q^2 + 4 B_4 Q^3 is 0 at Q = 0, without a change of sign, and Q cannot pass it. Where
    the end has Q0(R) < 0 it is that of the constant W = U(1)/m: V'(R) = 0, a = m V(R) / U(1)."""
    model = UnlearningModel((0, 0, c3, c4), (0, 0, -2, -1))
    A3, A4, B = -12.0 * c3, -24.0 * c4, 6.0 * c3**2 + 24.0 * c4**2
    R = -3.0 * A3 / (4.0 * A4)
    end = model.finite_width(m).halt(-3, R0)
    assert end is not None
    if m * R * R < 1.0:
        a = m * (A3 * R**3 + A4 * R**4) / B
        right = abs(end.R - R) < 1e-6 and abs(end.a / a - 1.0) < 1e-5 and abs(end.Q) < 1e-6
        assert end.fate == Fate.UNDECIDED or right
    else:
        assert end.fate == Fate.PARTIAL_ALIGNMENT
        assert end.Q == pytest.approx((m * end.R**2 - 1) / (m - 1))
        assert end.Q > 0


def test_two_neurons_that_can_cancel_are_not_halted():
    """An odd activation, m = 2: w_1 = -w_2 but for beta, and the squared output vanishes with R."""
    model = UnlearningModel((1, 0, 0.5), (1, 0, -0.6))
    assert model.fate(3) == Fate.UNLEARNING
    two, three = model.finite_width(2).halt(3), model.finite_width(2.1).halt(3)
    assert (two.fate, two.R, two.a) == (Fate.UNLEARNING, 0, np.inf)
    a = model.finite_width(2).trajectory(3, tau=[1e4, 1e6, 1e8]).a
    assert a[2] > 1.5 * a[1] > 2.25 * a[0]
    assert three.fate == Fate.PARTIAL_ALIGNMENT


def test_halting_is_only_for_runs_that_unlearn():
    model = UnlearningModel(*PUBLISHED)
    assert model.finite_width(1e6).halt(5) is None
    assert model.finite_width(1e6).halt(0) is None
    # a width this small learns what infinite width unlearns
    end = model.finite_width(50).halt(10)
    assert (end.fate, end.R, end.Q) == (Fate.FULL_ALIGNMENT, 1, 1)
    assert end.a == pytest.approx(149 / 153)


# --- from which width on -----------------------------------------------------------------------------------------


def stays_within(model, m, a0, R0, tau_end, tolerance):
    """The definition, by brute force: both ways, dense in time."""
    jumps = [run.trajectory(a0, R0, tau_end).tau for run in (model, model.finite_width(m))]
    tau = np.unique(np.concatenate([*jumps, np.logspace(-5, 0, 40_000) * tau_end]))
    one = model.trajectory(a0, R0, tau=tau, rtol=1e-10)
    two = model.finite_width(m).trajectory(a0, R0, tau=tau, rtol=1e-10)
    for own, other in ((one, two), (two, one)):
        early = np.searchsorted(other.tau, own.tau / (1 + tolerance))
        late = np.searchsorted(other.tau, own.tau * (1 + tolerance), "right")
        for R, a, first, last in zip(own.R, own.a, early, late, strict=True):
            near = slice(first, last)
            away = np.hypot(other.R[near] - R, (other.a[near] - a) / max(1, abs(a)))
            if away.min() > tolerance:
                return False
    return True


@pytest.mark.parametrize(("problem", "a0", "tau_end"), [(TWO_TERMS, 2, 1e3), (PUBLISHED, 9, 1e3), (PUBLISHED, 5, 10)])
def test_the_width_needed_is_where_the_definition_begins_to_hold(problem, a0, tau_end):
    model = UnlearningModel(*problem)
    m = model.required_width(a0, tau_end=tau_end)
    assert stays_within(model, 1.03 * m, a0, 0, tau_end, 0.05)
    assert not stays_within(model, 0.96 * m, a0, 0, tau_end, 0.05)


def test_the_width_needed_at_its_ends():
    model = UnlearningModel(*TWO_TERMS)
    assert model.required_width(0) == 2  # nothing moves
    assert UnlearningModel(*PUBLISHED).required_width(3, R0=1) == 2  # all neurons are the same
    assert UnlearningModel(*DEGENERATE["K = 10"][:2]).required_width(5) == np.inf
    assert model.required_width(2, tau_end=1e3) < model.required_width(2, tau_end=1e4) < 1e6
    assert model.required_width(2, tolerance=0.2) < model.required_width(2, tolerance=0.02)
