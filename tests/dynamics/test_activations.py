"""Hermite coefficients of the activations against adaptive quadrature and published closed forms."""

from math import asin, exp, inf, pi, sqrt

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermeval
from scipy.integrate import quad

from dynamics import MeanFieldModel
from dynamics.activations import NAMES, Activation, normalized_hermite

FACTORIALS = np.cumprod([1.0, *range(1, 13)])


@pytest.mark.parametrize("name", NAMES)
def test_coefficients_are_projections(name):
    activation = Activation.of(name)
    sigma = activation.coefficients(12)
    for k in range(13):
        basis = np.eye(13)[k] / sqrt(FACTORIALS[k])

        def integrand(x, basis=basis):
            return float(activation.value(np.array(x)) * hermeval(x, basis)) * exp(-x * x / 2) / sqrt(2 * pi)

        truth = quad(integrand, -14, 0, epsabs=1e-12)[0] + quad(integrand, 0, 14, epsabs=1e-12)[0]
        assert sigma[k] == pytest.approx(truth, abs=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_high_degrees_are_accurate_or_refused(name):
    """Against Parseval: what the degrees above leave of E[sigma^2] is positive, and falls with the degree."""
    activation = Activation.of(name)
    highest = 10_000 if name in ("relu", "erf") else 200

    def integrand(x):
        return float(activation.value(np.array(x))) ** 2 * exp(-x * x / 2) / sqrt(2 * pi)

    square = quad(integrand, -14, 14, points=[0], epsabs=1e-14)[0]
    sigma = activation.coefficients(highest)
    left = square - np.cumsum(sigma**2)
    assert np.all(left > -1e-13)
    assert left[-1] < (1e-5 if name == "relu" else 1e-13)
    bound = np.sqrt(left[:-1] + 1e-15) + 1e-12  # of each coefficient, by what those before it leave
    assert np.all(abs(sigma[1:]) <= bound)
    with pytest.raises(ValueError, match=rf"degree must .*{highest}"):
        activation.coefficients(highest + 1)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "relu"])
def test_what_is_cut_of_a_smooth_activation_is_below_rounding(name):
    activation = Activation.of(name)
    square = quad(lambda x: float(activation.value(np.array(x))) ** 2 * exp(-x * x / 2) / sqrt(2 * pi), -inf, inf)[0]
    assert activation.norm2 == pytest.approx(square, rel=1e-8)
    slope = quad(
        lambda x: float(activation.slope(np.array(x))) ** 2 * exp(-x * x / 2) / sqrt(2 * pi), -14, 14, epsabs=1e-13
    )[0]
    assert np.sum(np.arange(len(activation.sigma)) * activation.sigma**2) == pytest.approx(slope, rel=1e-11)


def test_closed_forms_of_the_correlation():
    erf = Activation.of("erf").sigma
    relu = Activation.of("relu").coefficients(4000)
    for r in (-0.9, -0.3, 0.0, 0.5, 0.99):
        assert np.polynomial.polynomial.polyval(r, erf**2) == pytest.approx(2 / pi * asin(2 * r / 3), abs=1e-14)
        U = (sqrt(1 - r * r) + r * (pi - np.arccos(r))) / (2 * pi)
        assert np.polynomial.polynomial.polyval(r, relu**2) == pytest.approx(U, abs=1e-9)


def test_a_polynomial_is_the_sum_of_its_terms():
    coefficients = (0.3, -1.0, 0.5, 0.25, -0.7)
    activation = Activation.of(coefficients)
    x = np.linspace(-4, 4, 41)
    assert np.allclose(activation.value(x), coefficients @ normalized_hermite(4, x), rtol=1e-13, atol=1e-13)
    assert list(activation.coefficients(6)) == [*coefficients, 0.0, 0.0]
    assert list(activation.coefficients(1)) == [0.3, -1.0]


@pytest.mark.parametrize("given", [*NAMES, (0.3, -1.0, 0.5), (2.0,)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slopes_are_derivatives_in_the_type_of_the_argument(given, dtype):
    activation = Activation.of(given)
    x = np.linspace(-3, 3, 24)
    h = 1e-5
    difference = (activation.value(x + h) - activation.value(x - h)) / (2 * h)
    assert np.allclose(activation.slope(x), difference, atol=1e-8)
    single = x.astype(dtype)
    assert activation.value(single).dtype == activation.slope(single).dtype == dtype
    assert np.allclose(activation.slope(single), activation.slope(x), atol=1e-5)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("gelu", "activation must be one of 'relu', 'erf', 'tanh', 'swish', not 'gelu'"),
        ((), r"activation must be an array of 1 to 41 numbers in 1 dimension, not an array of shape \(0,\)"),
        ((1.0, float("nan")), "activation must be numbers between -1e.06 and 1e.06, not nan"),
        ([[1.0]], r"not \[\[1.0\]\]"),
        ((0.0,) * 42, r"of 1 to 41 numbers in 1 dimension, not an array of shape \(42,\)"),
    ],
)
def test_a_bad_activation_is_named(given, said):
    with pytest.raises(ValueError, match=said):
        Activation.of(given)


def test_a_function_as_activation_is_refused_with_what_is_allowed():
    allowed = (
        r"activation must be one of 'relu', 'erf', 'tanh', 'swish' or a sequence of coefficients, not <ufunc 'tanh'>"
    )
    for make in (Activation.of, lambda given: MeanFieldModel((1, -1), activation=given)):
        with pytest.raises(ValueError, match=allowed):
            make(np.tanh)
