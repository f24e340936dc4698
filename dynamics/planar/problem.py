"""The planar problem: parameters, coefficient tables, vector field and loss. Every analysis takes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TypeVar

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike

from dynamics.hermite import coefficient_products, hermite_norms
from dynamics.planar.polynomials import equilibrium_polynomial, evaluate_pgqh, safe_divide, values
from dynamics.planar.system import Planar, planar
from dynamics.results import Result
from dynamics.typing import FloatArray
from dynamics.validation import check_alike, check_array, check_number, check_sequence

T = TypeVar("T")

K_MAX = 10
COEFFICIENT_MAX = 100.0
EPS_RANGE = (1e-6, 10.0)


def _frozen(array: FloatArray) -> FloatArray:
    """The array, read-only: a model is immutable."""
    array.setflags(write=False)
    return array


def _coefficients(name: str, values: Sequence[float]) -> tuple[float, ...]:
    items = check_sequence(name, values, 1, K_MAX)
    low, high = -COEFFICIENT_MAX, COEFFICIENT_MAX
    numbers = [check_number(f"{name}_{k}", item, low, high) for k, item in enumerate(items, 1)]
    return tuple(number + 0.0 for number in numbers)  # no -0.0: equal models hash alike


@dataclass(frozen=True)
class PlanarProblem(Result):
    """Represent the planar system: its parameters, polynomials, vector field and loss.

    ``UnlearningModel`` adds the analyses.

    Parameters
    ----------
    c, c_star : sequence of 1 to 10 floats in [-100, 100]
        Coefficients of He_1, He_2, ... of activation and target.
    eps : float in [1e-6, 10], default 1
        Ratio of the first layer's time scale to the second's.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """

    c: tuple[float, ...]
    c_star: tuple[float, ...]
    eps: float = 1.0

    def __init__(self, c: Sequence[float], c_star: Sequence[float], eps: float = 1.0) -> None:
        own, target = _coefficients("c", c), _coefficients("c_star", c_star)
        K = max(len(own), len(target))
        object.__setattr__(self, "c", own + (0.0,) * (K - len(own)))
        object.__setattr__(self, "c_star", target + (0.0,) * (K - len(target)))
        object.__setattr__(self, "eps", check_number("eps", eps, *EPS_RANGE))

    # --- the system ------------------------------------------------------------------------------

    @property
    def K(self) -> int:
        """Highest degree (int)."""
        return len(self.c)

    @cached_property
    def coefficients(self) -> FloatArray:
        """Rows k!, c_k and c*_k for k = 1 ... K (array (3, K)), read-only."""
        return _frozen(np.array([hermite_norms(self.K), self.c, self.c_star]))

    @cached_property
    def overlaps(self) -> tuple[FloatArray, FloatArray]:
        """``A_k = k! c_k c*_k`` and ``B_k = k! c_k^2`` for k = 1 ... K (tuple of two arrays (K,)), read-only."""
        A, B = coefficient_products(np.array(self.c), np.array(self.c_star))
        return _frozen(A), _frozen(B)

    @property
    def A(self) -> tuple[float, ...]:
        """``A_k = k! c_k c*_k`` for k = 1 ... K (tuple of K floats)."""
        return tuple(self.overlaps[0].tolist())

    @property
    def B(self) -> tuple[float, ...]:
        """``B_k = k! c_k^2`` for k = 1 ... K (tuple of K floats)."""
        return tuple(self.overlaps[1].tolist())

    @cached_property
    def system(self) -> Planar:
        """Parameters and coefficient tables for the compiled core (Planar, a named tuple)."""
        return planar(*self.overlaps, self.eps)

    @property
    def first_degree(self) -> int:
        """First degree k with c_k != 0; K + 1 if there is none (int)."""
        return next((k for k, c in enumerate(self.c, 1) if c != 0.0), self.K + 1)

    @property
    def has_runaway_branch(self) -> bool:
        """Whether a branch of the critical manifold with a R^k -> c*_k / c_k leads to infinity (bool)."""
        k = self.first_degree
        return k <= self.K and self.c_star[k - 1] != 0.0

    @cached_property
    def initial_loss(self) -> float:
        """Loss at R = 0, ``1/2 sum k! c*_k^2``, whatever a is (float)."""
        w, _, c_star = self.coefficients
        return float(0.5 * np.sum(w * c_star**2))

    @cached_property
    def runaway_loss(self) -> float:
        """Loss as R -> 0 and a R^k -> alpha0, ``1/2 sum_{i != k} i! c*_i^2`` with k the first degree (float)."""
        w, _, c_star = self.coefficients
        others = np.arange(1, self.K + 1) != self.first_degree
        return float(0.5 * np.sum((w * c_star**2)[others]))

    # --- the plane -------------------------------------------------------------------------------

    def sums(self, R: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the polynomials p, g, q and h of the vector field.

        ``p = sum A_k R^k``, ``g = sum k A_k R^(k-1)``, ``q = sum B_k R^(2k)`` and ``h = sum k B_k R^(2k-1)``.

        Parameters
        ----------
        R : array_like
            Alignments, of any shape.

        Returns
        -------
        p, g, q, h : array
            Each of the shape of R.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> p, g, q, h = UnlearningModel((1, 1), (1, -1)).sums(0.5)
        >>> print(p, g, q, h)
        0.0 -1.0 0.375 1.0
        """
        alignment = check_array("R", R)
        # a copy, for numba compiles anew for an array that may not be written to
        p, g, q, h = evaluate_pgqh(self.system.table, alignment.flatten())
        shape = alignment.shape
        return p.reshape(shape), g.reshape(shape), q.reshape(shape), h.reshape(shape)

    def vector_field(self, R: ArrayLike, a: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the velocities of R and a.

        Parameters
        ----------
        R, a : array_like
            Alignments and second-layer weights; they are broadcast.

        Returns
        -------
        dR, da : array
            ``dR/dtau`` and ``da/dtau``, of the broadcast shape.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> dR, da = UnlearningModel((1, 1), (1, -1)).vector_field(0.5, 2.0)
        >>> print(f"{dR:.3f} {da:.3f}")
        -4.500 -0.750
        """
        alignment, weight = check_alike(R=R, a=a)
        p, g, q, h = self.sums(alignment)
        fast = weight * (1.0 - alignment * alignment) * (g - weight * h)
        return fast / self.eps, p - weight * q

    def transverse_growth_rate(self, R: ArrayLike, a: ArrayLike) -> FloatArray:
        """Return the rate at which one neuron off the common alignment departs from the others.

        Of infinitely many neurons on the critical manifold, one whose alignment differs a little from the others'
        departs from them at the rate ``a (1 - R^2) [V''(R) - a R^2 U''(R^2)] / eps``. Where the rate is positive, the
        state of neurons that are all alike, which the planar system describes, is unstable.

        Parameters
        ----------
        R, a : array_like
            Alignments and second-layer weights; they are broadcast.

        Returns
        -------
        array
            The rate in units of 1/tau, of the broadcast shape.

        Notes
        -----
        The formula is this project's.
        """
        alignment, weight = check_alike(R=R, a=a)
        A, B = (Polynomial((0.0, *sums)).deriv(2) for sums in self.overlaps)
        square = alignment * alignment
        return np.asarray(weight * (1.0 - square) * (A(alignment) - weight * square * B(square)) / self.eps)

    def loss(self, R: ArrayLike, a: ArrayLike) -> FloatArray:
        """Return the population loss ``L = 1/2 sum_k k! (c*_k - a c_k R^k)^2``.

        Parameters
        ----------
        R, a : array_like
            Alignments and second-layer weights; they are broadcast.

        Returns
        -------
        array
            The loss, of the broadcast shape.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> UnlearningModel((1, 1), (1, -1)).loss([0.0, 1.0], 1.0)
        array([1.5, 4. ])
        """
        alignment, weight = check_alike(R=R, a=a)
        w, c, c_star = self.coefficients
        powers = alignment[..., None] ** np.arange(1, self.K + 1)
        gaps = c_star - weight[..., None] * c * powers
        return np.asarray(0.5 * (gaps * gaps) @ w)

    def critical_manifold_a(self, R: ArrayLike) -> FloatArray:
        """Return the height ``M(R) = g/h`` of the critical manifold.

        Parameters
        ----------
        R : array_like
            Alignments, of any shape.

        Returns
        -------
        array
            M(R), of the shape of R; nan where h = 0.
        """
        _, g, _, h = self.sums(R)
        return safe_divide(g, h)

    def slow_nullcline_a(self, R: ArrayLike) -> FloatArray:
        """Return the height ``N(R) = p/q`` of the slow nullcline.

        Parameters
        ----------
        R : array_like
            Alignments, of any shape.

        Returns
        -------
        array
            N(R), of the shape of R; nan where q = 0.
        """
        p, _, q, _ = self.sums(R)
        return safe_divide(p, q)

    def slow_flow(self, R: ArrayLike) -> FloatArray:
        """Return the slow flow ``H(R) = p - M q``, which is da/dtau on the critical manifold.

        It is computed without cancellation.

        Parameters
        ----------
        R : array_like
            Alignments, of any shape.

        Returns
        -------
        array
            H(R), of the shape of R; nan where h = 0.
        """
        alignment = check_array("R", R)
        _, _, _, h = self.sums(alignment)
        product = values(equilibrium_polynomial(*self.overlaps), alignment.ravel())
        return safe_divide(product.reshape(alignment.shape), h)


def once_per_problem(function: Callable[[PlanarProblem], T]) -> Callable[[PlanarProblem], T]:
    """Decorate an analysis so that a problem keeps its result."""
    name = f"_{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def cached(problem: PlanarProblem) -> T:
        if name not in problem.__dict__:
            problem.__dict__[name] = function(problem)
        result: T = problem.__dict__[name]
        return result

    return cached
