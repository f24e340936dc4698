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
    """Parameters of the planar system with its polynomials, vector field and loss.

    ``UnlearningModel`` adds the analyses; see there for the parameters.
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
        """The highest degree."""
        return len(self.c)

    @cached_property
    def coefficients(self) -> FloatArray:
        """Rows k!, c_k, c*_k; shape (3, K)."""
        return _frozen(np.array([hermite_norms(self.K), self.c, self.c_star]))

    @cached_property
    def overlaps(self) -> tuple[FloatArray, FloatArray]:
        """``A_k = k! c_k c*_k`` and ``B_k = k! c_k^2``, each (K,)."""
        A, B = coefficient_products(np.array(self.c), np.array(self.c_star))
        return _frozen(A), _frozen(B)

    @property
    def A(self) -> tuple[float, ...]:
        """``A_k = k! c_k c*_k``, k = 1 ... K."""
        return tuple(self.overlaps[0].tolist())

    @property
    def B(self) -> tuple[float, ...]:
        """``B_k = k! c_k^2``, k = 1 ... K."""
        return tuple(self.overlaps[1].tolist())

    @cached_property
    def system(self) -> Planar:
        """The compiled core's view of this model."""
        return planar(*self.overlaps, self.eps)

    @property
    def first_degree(self) -> int:
        """The first k with c_k != 0 (K + 1 if there is none)."""
        return next((k for k, c in enumerate(self.c, 1) if c != 0.0), self.K + 1)

    @property
    def has_runaway_branch(self) -> bool:
        """Whether a branch of the critical manifold with a R^k -> c*_k / c_k leads to infinity."""
        k = self.first_degree
        return k <= self.K and self.c_star[k - 1] != 0.0

    @cached_property
    def initial_loss(self) -> float:
        """``1/2 sum k! c*_k^2``: the loss at R = 0, whatever a is."""
        w, _, c_star = self.coefficients
        return float(0.5 * np.sum(w * c_star**2))

    @cached_property
    def runaway_loss(self) -> float:
        """``1/2 sum_{i != k} i! c*_i^2`` with k the first degree: the loss as R -> 0, a R^k -> alpha0."""
        w, _, c_star = self.coefficients
        others = np.arange(1, self.K + 1) != self.first_degree
        return float(0.5 * np.sum((w * c_star**2)[others]))

    # --- the plane -------------------------------------------------------------------------------

    def sums(self, R: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """``p, g, q, h`` at R, each of R's shape."""
        alignment = check_array("R", R)
        # a copy, for numba compiles anew for an array that may not be written to
        p, g, q, h = evaluate_pgqh(self.system.table, alignment.flatten())
        shape = alignment.shape
        return p.reshape(shape), g.reshape(shape), q.reshape(shape), h.reshape(shape)

    def vector_field(self, R: ArrayLike, a: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """``(dR/dtau, da/dtau)`` at alignments R and second-layer weights a, broadcast."""
        alignment, weight = check_alike(R=R, a=a)
        p, g, q, h = self.sums(alignment)
        fast = weight * (1.0 - alignment * alignment) * (g - weight * h)
        return fast / self.eps, p - weight * q

    def transverse_growth_rate(self, R: ArrayLike, a: ArrayLike) -> FloatArray:
        """The rate at which, of infinitely many neurons on the critical manifold, one whose alignment is a little off
        departs from the others, ``a (1 - R^2) [V''(R) - a R^2 U''(R^2)] / eps``; R and a broadcast.

        Where it is positive the state of neurons that are all alike, which the planar system describes, is unstable.
        Source: this project's.
        """
        alignment, weight = check_alike(R=R, a=a)
        A, B = (Polynomial((0.0, *sums)).deriv(2) for sums in self.overlaps)
        square = alignment * alignment
        return np.asarray(weight * (1.0 - square) * (A(alignment) - weight * square * B(square)) / self.eps)

    def loss(self, R: ArrayLike, a: ArrayLike) -> FloatArray:
        """``L = 1/2 sum_k k! (c*_k - a c_k R^k)^2`` at R and a, broadcast."""
        alignment, weight = check_alike(R=R, a=a)
        w, c, c_star = self.coefficients
        powers = alignment[..., None] ** np.arange(1, self.K + 1)
        gaps = c_star - weight[..., None] * c * powers
        return np.asarray(0.5 * (gaps * gaps) @ w)

    def critical_manifold_a(self, R: ArrayLike) -> FloatArray:
        """``M(R) = g/h``, the critical manifold's a at R; nan where h = 0."""
        _, g, _, h = self.sums(R)
        return safe_divide(g, h)

    def slow_nullcline_a(self, R: ArrayLike) -> FloatArray:
        """``N(R) = p/q``, the slow nullcline's a at R; nan where q = 0."""
        p, _, q, _ = self.sums(R)
        return safe_divide(p, q)

    def slow_flow(self, R: ArrayLike) -> FloatArray:
        """``H(R) = p - M q``, da/dtau on the critical manifold, without cancellation; nan where
        h = 0."""
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
