"""Activations and their Hermite coefficients in the normalized polynomials h_k = He_k / sqrt(k!).

``sigma = sum_k sigma_k h_k`` from degree 0, with ``E[h_j(G) h_k(G)] = delta_jk`` for a standard Gaussian G, so
``sigma_k = E[sigma(G) h_k(G)]`` and ``U(r) = E[sigma(X) sigma(Y)] = sum_k sigma_k^2 r^k`` for X, Y of correlation r.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import pi, sqrt
from typing import Any

import numpy as np
from numpy.polynomial.polynomial import polyval
from numpy.typing import ArrayLike
from scipy.special import erf, expit, roots_hermitenorm

from dynamics.jit import compiled
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_choice, check_floats, check_integer

DEGREE_MAX = 40
NAMES = ("relu", "erf", "tanh", "swish")
SERIES_MAX = 1e6  # of a coefficient
_NODES = 400  # of the quadrature: exact to rounding for the degrees below
_NEGLIGIBLE = 1e-12  # share of sum k^2 sigma_k^2, about U''(1), that is left out; of U(1) it is far less
_COEFFICIENTS_MAX = 10_000  # degree up to which coefficients are computed
_BY_QUADRATURE = (
    "tanh",
    "swish",
)  # at most _SMOOTH_DEGREES degrees: the quadrature is wrong near the number of its nodes
_SMOOTH_DEGREES = 200  # of a smooth activation, at which the slowest series (tanh) is negligible
_PIECE = 1024  # numbers that a polynomial is worked out for together: a few rows of them stay in the first cache


def normalized_hermite(degree: int, x: ArrayLike) -> FloatArray:
    """``h_0(x) ... h_degree(x)``, shape (degree + 1, *x.shape)."""
    points = np.asarray(x, dtype=float)
    h = np.empty((degree + 1, *points.shape))
    h[0] = 1.0
    if degree:
        h[1] = points
    for k in range(1, degree):
        h[k + 1] = (points * h[k] - sqrt(k) * h[k - 1]) / sqrt(k + 1)
    return h


def relu_coefficients(degree: int) -> FloatArray:
    """``sigma_0 ... sigma_degree`` of max(x, 0), in closed form: ``He_{k-2}(0) / sqrt(2 pi k!)`` from degree 2."""
    sigma = np.zeros(degree + 1)
    sigma[0] = 1.0 / sqrt(2.0 * pi)
    sigma[1:2] = 0.5
    for k in range(2, degree + 1, 2):
        # He_{k-2}(0)^2 / k! from one even degree to the next
        sigma[k] = 1.0 / sqrt(4.0 * pi) if k == 2 else -sigma[k - 2] * (k - 3) / sqrt(k * (k - 1))
    return sigma


def _erf_coefficients(degree: int) -> FloatArray:
    # E[erf' h_{k-1}] = sqrt(k) sigma_k, and erf' is a Gaussian: the ratio of one odd degree to the next
    sigma = np.zeros(degree + 1)
    sigma[1:2] = 2.0 / sqrt(3.0 * pi)
    for k in range(3, degree + 1, 2):
        sigma[k] = -sigma[k - 2] * (2.0 / 3.0) * (k - 2) / sqrt(k * (k - 1))
    return sigma


def _by_quadrature(function: Callable[[FloatArray], FloatArray]) -> Callable[[int], FloatArray]:
    def coefficients(degree: int) -> FloatArray:
        nodes, weights = roots_hermitenorm(_NODES)
        return np.asarray(normalized_hermite(degree, nodes) @ (weights / weights.sum() * function(nodes)))

    return coefficients


def _tanh_coefficients(degree: int) -> FloatArray:
    sigma = _by_quadrature(np.tanh)(degree)
    sigma[::2] = 0.0
    return sigma


def _swish_coefficients(degree: int) -> FloatArray:
    sigma = _by_quadrature(lambda x: x * expit(x))(degree)
    sigma[3::2] = 0.0  # x expit(x) - x/2 is even
    return sigma


_COEFFICIENTS: dict[str, Callable[[int], FloatArray]] = {
    "relu": relu_coefficients,
    "erf": _erf_coefficients,
    "tanh": _tanh_coefficients,
    "swish": _swish_coefficients,
}


@dataclass(frozen=True)
class Activation(Result):
    """Represent an activation sigma, by name or as a polynomial.

    ``sigma = sum_k sigma_k h_k`` in the normalized Hermite polynomials ``h_k = He_k / sqrt(k!)`` from degree 0, with
    ``E[h_j(G) h_k(G)] = delta_jk`` for a standard Gaussian G. ``Activation.of`` makes one from a name or from
    coefficients.

    Parameters
    ----------
    name : {"relu", "erf", "tanh", "swish", "polynomial"}
        The activation.
    polynomial : sequence of 1 to 41 floats in [-1e6, 1e6], default ()
        For "polynomial" the coefficients sigma_0, sigma_1, ... of the h_k; () for the others.

    Raises
    ------
    ValueError
        If the name is unknown, or the coefficients do not belong to it.

    Examples
    --------
    >>> from dynamics import Activation
    >>> relu = Activation.of("relu")
    >>> relu.coefficients(2).round(4)
    array([0.3989, 0.5   , 0.2821])
    >>> relu.norm2, float(relu.kernel(1.0))  # E[sigma^2], which is U(1)
    (0.5, 0.5)
    """

    name: str
    polynomial: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if check_choice("name", self.name, (*NAMES, "polynomial")) == "polynomial":
            object.__setattr__(self, "polynomial", series("polynomial", self.polynomial))
        elif self.polynomial != ():
            raise ValueError(f"polynomial must be () for {self.name}, which has no coefficients of its own")

    @classmethod
    def of(cls, given: Activation | str | ArrayLike) -> Activation:
        """Make an activation from a name or from coefficients.

        Parameters
        ----------
        given : Activation, str or array_like
            An activation (returned as it is), a name, "relu", "erf" (erf x), "tanh" or "swish" (x / (1 + exp(-x))), or
            1 to 41 coefficients sigma_0, sigma_1, ... of the h_k, in [-1e6, 1e6].

        Returns
        -------
        Activation
            The activation.

        Raises
        ------
        ValueError
            If the name is unknown, if there are no coefficients or more than 41, or if one is no number of the range.

        Examples
        --------
        >>> from dynamics import Activation
        >>> Activation.of((0, 1)).value([2.0, 3.0])  # the identity
        array([2., 3.])
        """
        if isinstance(given, Activation):
            return given
        if isinstance(given, str):
            return cls(check_choice("activation", given, NAMES))
        if callable(given):
            names = ", ".join(map(repr, NAMES))
            raise ValueError(f"activation must be one of {names} or a sequence of coefficients, not {given!r:.60}")
        return cls("polynomial", series("activation", given))

    @property
    def finite_rank(self) -> bool:
        """Whether U is a polynomial: exactly, or (erf, tanh, swish) to rounding (bool)."""
        return self.name != "relu"

    @cached_property
    def sigma(self) -> FloatArray:
        """Coefficients sigma_0 ... sigma_K in the h_k (array (K + 1,)).

        They are all of a polynomial, and all of a smooth activation that are not negligible in U, U' and U''.

        Raises
        ------
        ValueError
            For "relu", whose series converges too slowly.
        """
        if self.name == "polynomial":
            return _frozen(np.array(self.polynomial))
        if not self.finite_rank:
            raise ValueError("the Hermite series of relu is not cut: U has a closed form")
        full = _COEFFICIENTS[self.name](_SMOOTH_DEGREES)
        left = np.cumsum(((np.arange(len(full)) * full) ** 2)[::-1])[::-1]
        return _frozen(full[: int(np.argmax(left < _NEGLIGIBLE * left[0])) or len(full)])

    def coefficients(self, degree: int) -> FloatArray:
        """Return the coefficients ``sigma_0 ... sigma_degree`` in the h_k.

        Parameters
        ----------
        degree : int, 0 to 10,000; 0 to 200 for "tanh" and "swish"
            Highest degree.

        Returns
        -------
        array (degree + 1,)
            The coefficients; 0 above the degree of a polynomial.

        Raises
        ------
        ValueError
            If degree is outside its range.

        Examples
        --------
        >>> from dynamics import Activation
        >>> Activation.of("tanh").coefficients(3).round(3)
        array([ 0.   ,  0.606,  0.   , -0.148])
        """
        highest = _SMOOTH_DEGREES if self.name in _BY_QUADRATURE else _COEFFICIENTS_MAX
        degree = check_integer("degree", degree, 0, highest)
        if self.name == "polynomial":
            padded = np.zeros(degree + 1)
            count = min(degree + 1, len(self.polynomial))
            padded[:count] = self.polynomial[:count]
            return padded
        return _COEFFICIENTS[self.name](degree)

    @cached_property
    def norm2(self) -> float:
        """``E[sigma(G)^2] = U(1)`` for a standard Gaussian G (float)."""
        return 0.5 if self.name == "relu" else float(np.sum(self.sigma**2))

    @cached_property
    def slope_norm2(self) -> float:
        """``E[sigma'(G)^2] = U'(1)`` for a standard Gaussian G (float)."""
        return 0.5 if self.name == "relu" else float(np.sum(np.arange(len(self.sigma)) * self.sigma**2))

    def kernel(self, r: ArrayLike) -> FloatArray:
        """Return ``U(r) = E[sigma(X) sigma(Y)] = sum_k sigma_k^2 r^k`` for standard Gaussians X, Y of correlation r.

        Parameters
        ----------
        r : array_like
            Correlations, of any shape; they are clipped to [-1, 1].

        Returns
        -------
        array
            U(r), of the shape of r.
        """
        within: FloatArray = np.clip(check_array("r", r), -1.0, 1.0)
        if self.name == "relu":
            root = np.sqrt((1.0 - within) * (1.0 + within))
            return np.asarray((root + within * (pi - np.arccos(within))) / (2.0 * pi))
        return np.asarray(polyval(within, self.sigma**2))

    def value(self, x: Any) -> Any:
        """Return sigma at x.

        Parameters
        ----------
        x : array_like
            Arguments, of any shape.

        Returns
        -------
        array
            sigma(x), of the shape and floating-point type of x; double precision for other numbers.
        """
        x = check_floats("x", x)
        if self.name == "relu":
            return np.maximum(x, 0)
        if self.name == "erf":
            return erf(x)
        if self.name == "tanh":
            return np.tanh(x)
        if self.name == "swish":
            return x * expit(x)
        return _clenshaw(np.asarray(self.polynomial, dtype=x.dtype), x)

    def slope(self, x: Any) -> Any:
        """Return sigma' at x.

        Parameters
        ----------
        x : array_like
            Arguments, of any shape.

        Returns
        -------
        array
            sigma'(x), of the shape and floating-point type of x; for relu it is 0 at 0.
        """
        slope = np.array(check_floats("x", x))
        self.both(slope, np.empty_like(slope))
        return slope

    def both(self, x: Any, value: Any) -> None:
        """Compute sigma and sigma' at x in place.

        Parameters
        ----------
        x : contiguous array of floats
            Arguments; overwritten by sigma'(x).
        value : contiguous array of floats
            Overwritten by sigma(x); of the shape and type of x.

        Raises
        ------
        ValueError
            If an array is not contiguous or not of floats, or if shapes or types differ.
        """
        for name, array in (("x", x), ("value", value)):
            if type(array) is not np.ndarray or array.dtype.kind != "f" or not array.flags.c_contiguous:
                raise ValueError(f"{name} must be a contiguous array of floats, not {type(array).__name__}")
        if (value.shape, value.dtype) != (x.shape, x.dtype):
            raise ValueError(f"value must have the shape {x.shape} and type {x.dtype} of x, not {value.shape}")
        if self.name == "relu":
            np.maximum(x, 0, out=value)
            np.sign(value, out=x)
        elif self.name == "erf":
            erf(x, out=value)
            np.multiply(x, -x, out=x)
            np.exp(x, out=x)
            x *= x.dtype.type(2.0 / sqrt(pi))
        elif self.name == "tanh":
            np.tanh(x, out=value)
            np.multiply(value, -value, out=x)
            x += 1
        elif self.name == "swish":
            gate = expit(x)
            np.multiply(x, gate, out=value)
            np.multiply(value, 1 - gate, out=x)
            x += gate
        else:
            _series_and_slope(self._recurrence.astype(x.dtype), x.reshape(-1), value.reshape(-1))

    @cached_property
    def _recurrence(self) -> FloatArray:
        """Of ``h_k = x r_k h_{k-1} - p_k h_{k-2}``, for k = 0 ... K, rows r_k, p_k, sigma_k and, of the slope
        (h_k' = sqrt(k) h_{k-1}), sqrt(k) sigma_k."""
        k = np.arange(float(len(self.polynomial)))
        above = np.maximum(k, 1.0)
        return np.array(
            [1.0 / np.sqrt(above), np.sqrt((above - 1.0) / above), self.polynomial, np.sqrt(k) * self.polynomial]
        )


def series(name: str, given: ArrayLike) -> tuple[float, ...]:
    """The coefficients of a series in h_k from degree 0, checked. Raises ValueError with a sentence."""
    return tuple(check_array(name, given, -SERIES_MAX, SERIES_MAX, ndim=1, most=DEGREE_MAX + 1).tolist())


def _clenshaw(coefficients: Any, x: Any) -> Any:
    """``sum_k coefficients[k] h_k(x)`` by Clenshaw's recurrence."""
    one = x.dtype.type
    ahead, further = np.zeros_like(x), np.zeros_like(x)
    for k in range(len(coefficients) - 1, 0, -1):
        ahead, further = (
            coefficients[k] + ahead * x * one(1.0 / sqrt(k + 1)) - further * one(sqrt((k + 1) / (k + 2))),
            ahead,
        )
    return coefficients[0] + ahead * x - further * one(sqrt(0.5))


@compiled
def _series_and_slope(recurrence: Any, x: Any, value: Any) -> None:
    """The series at x (n,) into value, its slope into x; see ``Activation._recurrence``."""
    K = recurrence.shape[1] - 1
    before, now, slope = np.empty_like(x[:_PIECE]), np.empty_like(x[:_PIECE]), np.empty_like(x[:_PIECE])
    for start in range(0, len(x), _PIECE):
        at, out = x[start : start + _PIECE], value[start : start + _PIECE]
        n = len(at)
        out[:] = recurrence[2, 0]
        for i in range(n):
            before[i], now[i], slope[i] = 0, 1, 0
        for k in range(1, K + 1):
            ratio, past, term, steep = recurrence[0, k], recurrence[1, k], recurrence[2, k], recurrence[3, k]
            for i in range(n):
                h = at[i] * ratio * now[i] - past * before[i]
                slope[i] += steep * now[i]
                out[i] += term * h
                before[i], now[i] = now[i], h
        for i in range(n):
            at[i] = slope[i]


def _frozen(values: FloatArray) -> FloatArray:
    values.setflags(write=False)
    return values
