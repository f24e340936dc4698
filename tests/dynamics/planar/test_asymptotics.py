"""The law of unlearning as tau grows."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dynamics import Fate, UnlearningModel
from tests.dynamics.cases import NO_NEGATIVE_TERM, ONES, PUBLISHED, SADDLE_CASE, coefficient, short_coefficients
from tests.dynamics.reference import System, integrate

RUNAWAYS = [
    # c, c*, a0, R0: all of them unlearn
    (*PUBLISHED, 10, 0),
    (*SADDLE_CASE, 8, 0),
    ((1, 0.5), (1, 0.6), -2, 0),
    ((1, 0.5), (1, -0.6), 2, 0),
    (*NO_NEGATIVE_TERM, 2, 0),
    (*NO_NEGATIVE_TERM, -2, 0),
    ((0, 1, 1), (0, 1, -1), 10, 0.2),
    ((0, 1, 0, 1), (0, 1, 0, -1), 10, 0.2),
]


def series(c, c_star, terms=8):
    """k, alpha (of a R^k) and h (of the slow flow), in exact arithmetic; None where there is no runaway branch."""
    K = max(len(c), len(c_star))
    c = [Fraction(x) for x in c] + [Fraction(0)] * (K - len(c))
    s = [Fraction(x) for x in c_star] + [Fraction(0)] * (K - len(c_star))
    n = 3 * K + terms
    A = [Fraction(0)] + [factorial(i) * c[i - 1] * s[i - 1] for i in range(1, K + 1)] + [Fraction(0)] * (2 * n)
    B = [Fraction(0)] + [factorial(i) * c[i - 1] ** 2 for i in range(1, K + 1)] + [Fraction(0)] * (2 * n)
    k = next((i for i in range(1, K + 1) if c[i - 1]), None)
    j = next((i for i in range(1, K + 1) if A[i]), None)
    if k is None or j != k:
        return None
    # a R^k = (g / R^(k-1)) / (h / R^(2k-1)) as a power series: divide term by term
    top = [(i + k) * A[i + k] for i in range(n)]
    bottom = [Fraction(0)] * n  # h / R^(2k-1) = sum_i i B_i R^(2i-2k)
    for i in range(k, K + 1):
        bottom[2 * i - 2 * k] = i * B[i]
    alpha = []
    for i in range(n):
        alpha.append((top[i] - sum(alpha[u] * bottom[i - u] for u in range(i))) / bottom[0])
    # H = p - a q, with q / R^k = sum_i B_i R^(2i-k)
    h = []
    for i in range(n):
        h.append(A[i] - sum(alpha[i - (2 * u - k)] * B[u] for u in range(k, K + 1) if i - (2 * u - k) >= 0))
    assert not any(h[: k + 1])
    return k, alpha, h


def first(h):
    return next((i for i, x in enumerate(h) if x), None)


@settings(max_examples=150)
@given(short_coefficients, short_coefficients, st.sampled_from([1, -1]))
def test_the_law_follows_from_the_exact_series(c, c_star, sign):
    law = UnlearningModel(c, c_star).asymptotics(sign=sign)
    found = series(c, c_star)
    if found is None:
        assert law.p is None
        assert not law.unlearns
        return
    k, alpha, h = found
    p = first(h)
    assert law.k == k
    assert law.alpha0 == pytest.approx(float(alpha[0]), rel=1e-12)
    assert law.p == p
    if p is None:
        assert not law.unlearns
        return
    assert law.h_p == pytest.approx(float(h[p]), rel=1e-9)
    assert law.unlearns == (h[p] * alpha[0] * sign ** (p + k) > 0)
    if law.unlearns:
        assert law.R_exponent == pytest.approx(-1 / (p + k), rel=1e-14)
        assert law.a_exponent == pytest.approx(k / (p + k), rel=1e-14)
        R_prefactor = float((p + k) * abs(h[p]) / (k * abs(alpha[0]))) ** (-1 / (p + k))
        assert abs(law.R_prefactor) == pytest.approx(R_prefactor, rel=1e-9)
        assert abs(law.a_prefactor) == pytest.approx(abs(float(alpha[0])) * R_prefactor**-k, rel=1e-9)
        assert law.a_sign == np.sign(float(alpha[0])) * sign**k
        system = System(c, c_star)
        left = system.factorials * system.c_star**2
        left[k - 1] = 0
        assert law.loss_limit == pytest.approx(0.5 * left.sum(), rel=1e-12, abs=1e-12)


@given(st.lists(coefficient, min_size=4, max_size=6), st.lists(coefficient, min_size=4, max_size=6))
def test_the_first_two_coefficients_of_the_slow_flow(c, c_star):
    """h_{k+1} = -A_{k+1}/k and h_{k+2} = A_k B_{k+1}/(k B_k) - 2 A_{k+2}/k."""
    found = series(c, c_star)
    if found is None:
        return
    k, _, h = found
    model = UnlearningModel(c, c_star)
    A, B = (*model.A, 0, 0), (*model.B, 0, 0)
    assert float(h[k + 1]) == pytest.approx(-A[k] / k, rel=1e-12, abs=1e-12)
    expected = A[k - 1] * B[k] / (k * B[k - 1]) - 2 * A[k + 1] / k
    assert float(h[k + 2]) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_generic_case_unlearns_by_the_sign_of_the_quadratic_term():
    for second in (-0.5, 0.5):
        model = UnlearningModel(ONES, (1, second, 1, 1, 1))
        up, down = model.asymptotics(1), model.asymptotics(-1)
        assert (up.k, up.p) == (1, 2)
        assert up.unlearns == (second < 0)
        assert down.unlearns == (second > 0)
        assert up.h_p == pytest.approx(-2 * second)


def test_without_a_quadratic_target_it_unlearns_all_the_same():
    for sign in (1, -1):
        law = UnlearningModel(*NO_NEGATIVE_TERM).asymptotics(sign)
        assert (law.k, law.p, law.unlearns) == (1, 3, True)
        assert law.h_p == pytest.approx(2.0)
        assert law.loss_limit == 0
    for a0 in (-15, -2, -0.1, 0.1, 2, 15):
        assert UnlearningModel(*NO_NEGATIVE_TERM).fate(a0) == Fate.UNLEARNING


@pytest.mark.parametrize(
    ("c", "c_star", "k", "p"),
    [
        (*PUBLISHED, 1, 2),
        ((1, 1, 1), (1, 0, 0), 1, 3),
        ((1, 0, 1), (1, 0, -1), 1, 3),
        ((0, 1, 1), (0, 1, -1), 2, 3),
        ((0, 1, 0, 1), (0, 1, 0, -1), 2, 4),
        ((1, 1), (0, 1), 1, None),  # j = 2k: the manifold is finite at 0
        ((0, 1, 1), (0, 0, 1), 2, None),  # k < j < 2k: always to larger R
        ((0, 1), (1, 1), 2, None),  # one term only: a line of equilibria
        ((0, 0), (1, 1), None, None),
    ],
)
def test_k_and_p_of_cases_done_by_hand(c, c_star, k, p):
    law = UnlearningModel(c, c_star).asymptotics()
    assert (law.k, law.p) == (k, p)


def test_the_published_problem_at_a_million():
    law = UnlearningModel(*PUBLISHED).asymptotics()
    leading = abs(law.a_prefactor) * 1e6**law.a_exponent
    assert leading == pytest.approx(181.7, abs=0.05)
    assert leading + law.a_next == pytest.approx(175.2, abs=0.05)
    assert law.loss_limit == pytest.approx(76)


def test_a_negative_start():
    law = UnlearningModel((1, 0.5), (1, 0.6)).asymptotics(-1)
    run = UnlearningModel((1, 0.5), (1, 0.6)).trajectory(-2, tau_end=1e6)
    assert law.unlearns
    assert law.a_sign == -1
    assert run.a[-1] == pytest.approx(-120.8, abs=0.05)
    # what the law is at tau = 1e6
    assert law.a(1e6) < 0
    assert law.R(1e6) < 0


@pytest.mark.parametrize(("c", "c_star", "a0", "R0"), RUNAWAYS)
@pytest.mark.parametrize("eps", [1.0, 1e-3])
def test_the_solution_tends_to_the_law(c, c_star, a0, R0, eps):
    orbit = integrate(System(c, c_star, eps), a0, R0, 1e8)
    tau = np.array([1e6, 1e8])
    R, a = orbit.plane(tau)
    law = UnlearningModel(c, c_star, eps).asymptotics(sign=int(np.sign(R[-1])))
    assert law.unlearns
    # relative distances fall like R ~ tau^(-1/(p+k)), the law's next term in R
    order = 100 ** (1 / (law.p + law.k))
    for value, leading in (
        (np.abs(R), abs(law.R_prefactor) * tau**law.R_exponent),
        (np.abs(a), abs(law.a_prefactor) * tau**law.a_exponent),
    ):
        off = np.abs(value / leading - 1)
        assert off[1] < 0.1
        assert off[1] < 1.25 * off[0] / order or off[1] < 1e-4
    assert np.sign(a[-1]) == law.a_sign
    assert np.all(np.sign(law.a(tau)) == np.sign(a))
    assert np.all(np.sign(law.R(tau)) == np.sign(R))


@pytest.mark.parametrize(("c", "c_star", "a0", "R0"), RUNAWAYS)
def test_the_next_coefficient_of_a_is_the_right_one(c, c_star, a0, R0):
    """What is left after two terms is small beside the second, tau^((k-1)/(p+k)): it falls like R does."""
    orbit = integrate(System(c, c_star), a0, R0, 1e8)
    tau = np.array([1e6, 1e8])
    R, a = orbit.plane(tau)
    law = UnlearningModel(c, c_star).asymptotics(sign=int(np.sign(R[-1])))
    rest = (a - law.a_prefactor * tau**law.a_exponent) / tau ** ((law.k - 1) / (law.p + law.k))
    missing = np.abs(rest - law.a_next)
    assert missing[1] < missing[0] * 100 ** (-0.8 / (law.p + law.k))
    np.testing.assert_allclose(
        law.a(tau), law.a_prefactor * tau**law.a_exponent + law.a_next * tau ** ((law.k - 1) / (law.p + law.k))
    )


@pytest.mark.parametrize(("c", "c_star", "a0", "R0"), RUNAWAYS)
def test_the_loss_tends_to_what_the_other_terms_leave(c, c_star, a0, R0):
    model = UnlearningModel(c, c_star)
    run = model.trajectory(a0, R0, tau=[1.0, 1e6, 1e8])
    law = model.asymptotics(sign=int(np.sign(run.R[-1])))
    excess = run.loss - law.loss_limit
    assert excess[2] > -1e-9
    # the excess is a power of R at least, and R falls by 100^(1/(p + k))
    assert excess[2] < 1.2 * excess[1] * 100 ** (-1 / (law.p + law.k))
    assert model.limit(a0, R0).loss == pytest.approx(law.loss_limit, abs=1e-9)


def test_slopes_of_the_alignment_with_a_vanishing_first_term():
    """Slopes of R: k = 2, p = 3: -0.197 (law -1/5); k = 2, p = 4: -0.1669 (law -1/6)."""
    for c, c_star, p in [((0, 1, 1), (0, 1, -1), 3), ((0, 1, 0, 1), (0, 1, 0, -1), 4)]:
        run = UnlearningModel(c, c_star).trajectory(10, 0.2, tau=[1e6, 1e8])
        slope = np.diff(np.log(run.R))[0] / np.log(100)
        assert slope == pytest.approx(-1 / (p + 2), abs=0.01)


def test_an_unlearning_branch_needs_the_first_terms_to_agree():
    assert not UnlearningModel((1, 1), (0, 1)).asymptotics().unlearns
    assert not UnlearningModel((0, 1, 1), (0, 0, 1)).asymptotics().unlearns
    assert not UnlearningModel((0, 0), (1, 1)).asymptotics().unlearns
