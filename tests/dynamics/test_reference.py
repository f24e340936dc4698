"""The reference itself, against other people's solvers and against closed forms."""

import mpmath
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from tests.dynamics.cases import DELAYED, PARTIAL, PUBLISHED
from tests.dynamics.reference import System, compare, integrate, solve
from tests.stored import stored

EVEN, GEOMETRIC = np.linspace(0, 1, 50)[1:], np.logspace(-6, 0, 40)  # times over the last one


@stored
def by_scipy(c, c_star, eps, a0, tau_end, method, rtol, atol):
    """rho and a by a method of scipy: at even times by the explicit one, which takes no Jacobian."""
    system = System(c, c_star, eps)
    tau = tau_end * (EVEN if method == "DOP853" else GEOMETRIC)
    jacobian = {} if method == "DOP853" else {"jac": lambda t, y: system.jacobian(y[0], y[1])}
    found = solve_ivp(
        lambda t, y: system.rhs(y[0], y[1]), (0, tau_end), (0, a0), method, tau, rtol=rtol, atol=atol, **jacobian
    )
    assert found.success
    return found.y


@stored
def by_taylor(c, c_star, eps, a0, tau):
    """rho and a at a time by a Taylor method in more than twenty digits."""
    system = System(c, c_star, eps)
    A, B = [mpmath.mpf(float(x)) for x in system.A], [mpmath.mpf(float(x)) for x in system.B]

    def rhs(tau, y):
        R, a = mpmath.tanh(y[0]), y[1]
        drho = a * sum((k + 1) * R**k * (A[k] - a * B[k] * R ** (k + 1)) for k in range(5)) / system.eps
        return [drho, sum(R ** (k + 1) * (A[k] - a * B[k] * R ** (k + 1)) for k in range(5))]

    with mpmath.workdps(22):
        rho, a = mpmath.odefun(rhs, 0, [mpmath.mpf(0), mpmath.mpf(a0)], tol=mpmath.mpf("1e-16"))(mpmath.mpf(str(tau)))
    return float(rho), float(a)


@pytest.mark.stored
@pytest.mark.parametrize(
    ("c", "c_star", "eps", "a0", "tau_end"),
    [
        (*PUBLISHED, 1.0, 5, 50),
        (*PUBLISHED, 1.0, 9, 50),
        (*PUBLISHED, 1.0, 10, 50),
        (*PUBLISHED, 0.1, 9, 20),
        (*PARTIAL, 1.0, 5, 50),
    ],
)
def test_the_reference_agrees_with_an_explicit_method_of_order_eight(c, c_star, eps, a0, tau_end):
    other = by_scipy(c, c_star, eps, a0, tau_end, "DOP853", 1e-12, 1e-13)
    rho, a = integrate(System(c, c_star, eps), a0, 0, tau_end)(tau_end * EVEN)
    np.testing.assert_allclose(np.tanh(rho), np.tanh(other[0]), atol=1e-10)
    np.testing.assert_allclose(a, other[1], atol=1e-9)


@pytest.mark.stored
@pytest.mark.parametrize(("c", "c_star", "a0"), [(*PUBLISHED, 9), (*PUBLISHED, 10), (*DELAYED, 0.1)])
@pytest.mark.parametrize("method", ["Radau", "LSODA"])
def test_the_reference_agrees_with_stiff_methods_at_small_eps(c, c_star, a0, method):
    other = by_scipy(c, c_star, 1e-4, a0, 1e3, method, 1e-10, 1e-12)
    # scipy's own error at this tolerance; the orbit clause of `compare` takes care of the jumps
    misses = compare(solve(c, c_star, 1e-4, a0, 0, 1e3), 1e3 * GEOMETRIC, np.tanh(other[0]), other[1], tol=1e-6)
    assert not misses, str(misses)


@pytest.mark.stored
def test_the_reference_agrees_with_a_taylor_method_in_twenty_digits():
    rho, a = by_taylor(*PUBLISHED, 0.5, 2, 0.1)
    mine = integrate(System(*PUBLISHED, 0.5), 2, 0, 0.1)(0.1)
    assert float(mine[0][0]) == pytest.approx(rho, abs=1e-12)
    assert float(mine[1][0]) == pytest.approx(a, abs=1e-12)


def test_the_reference_conserves_what_one_term_conserves():
    system = System((0, 2.0), (0, 1.5), 1e-3)
    orbit = integrate(system, 1.0, 0.2, 1e3)
    rho, a = orbit(np.logspace(-4, 3, 100))
    conserved = 1e-3 * np.log(np.cosh(rho)) - a**2
    np.testing.assert_allclose(conserved, 1e-3 * np.log(np.cosh(np.arctanh(0.2))) - 1.0, atol=1e-11)


def test_two_orders_and_tolerances_give_the_same_solution():
    tau = np.logspace(-6, 4, 500)
    for a0 in (5, 9, 10):
        system = System(*PUBLISHED, 1e-3)
        one, two = (
            integrate(system, a0, 0, 1e4, 7, 1e-13).plane(tau),
            integrate(system, a0, 0, 1e4, 5, 1e-12).plane(tau),
        )
        np.testing.assert_allclose(one, two, rtol=1e-10, atol=1e-11)


def test_the_spread_shows_how_well_the_problem_is_conditioned():
    tau = np.logspace(-6, 4, 500)
    assert max(x.max() for x in solve(*PUBLISHED, 1.0, 5).spread(tau)) < 1e-9
    assert solve(*PUBLISHED, 1.0, 9.3117517).spread(tau)[0].max() > 1e-6
