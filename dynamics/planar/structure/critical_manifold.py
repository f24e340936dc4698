"""The critical manifold: where the fast variable R is at rest, and whether it attracts.

It consists of the curve ``a = M(R) = g / h`` and the lines ``R = +-1`` and ``a = 0``. On the curve a branch
attracts where |M| decreases as |R| grows; ``R = +-1`` attracts where a lies strictly between 0 and
M(+-1); ``a = 0``, a whole fast fibre at rest, is never normally hyperbolic and is not listed. Where
M' = 0 the manifold folds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dynamics.planar.polynomials import curvature, fast_polynomial, fold_polynomial, g_polynomial, values
from dynamics.planar.problem import PlanarProblem, once_per_problem
from dynamics.polynomials import real_roots
from dynamics.results import Result
from dynamics.typing import FloatArray

_NO_LENGTH = 1e-12  # of the window: a branch shorter than this is none
_TWINS = 1e-7  # a double root is known to the square root of the rounding error


@dataclass(frozen=True, eq=False)
class Branch(Result):
    """Hold a piece of the critical manifold of one stability, from smaller to larger |R| (or |a|).

    Attributes
    ----------
    R, a : array (n,)
        Points.
    attracting : bool
        Whether it attracts.
    kind : {"curve", "edge"}
        A part of a = M(R), or of R = +-1.
    """

    R: FloatArray
    a: FloatArray
    attracting: bool
    kind: Literal["curve", "edge"]


@dataclass(frozen=True)
class Fold:
    """Hold an extremum (R, a) of M, where an attracting branch ends.

    A solution that reaches it jumps along the fast fiber, outward from a minimum of |M|, inward from a maximum.

    Attributes
    ----------
    R, a : float
        The fold.
    landing : float
        Alignment at which the jump lands; nan for a degenerate fold.
    """

    R: float
    a: float
    landing: float


@dataclass(frozen=True, eq=False)
class CriticalManifold(Result):
    """Hold all branches with |a| up to the requested height, and the folds.

    Attributes
    ----------
    branches : tuple of Branch
        The branches.
    folds : tuple of Fold
        The folds, by increasing R.
    """

    branches: tuple[Branch, ...]
    folds: tuple[Fold, ...]


def fast_roots(model: PlanarProblem, a: float, low: float = -1.0, high: float = 1.0) -> FloatArray:
    """Where the fast flow at height a is at rest: roots in R of g - a h within [low, high]."""
    return real_roots(fast_polynomial(*model.overlaps, a), low, high)


def fold_alignments(model: PlanarProblem) -> FloatArray:
    """R of every fold, increasing, R = 0 and R = +-1 excluded."""
    A, B = model.overlaps
    polynomial = fold_polynomial(A, B)
    roots = real_roots(polynomial, -1.0, 1.0)
    # A double root is two by rounding; count them as one.
    roots = roots[np.diff(roots, append=np.inf) > _TWINS]
    # An extremum, not a level inflection: M' changes sign from one side to the other.
    middles = np.concatenate([[-1.0], 0.5 * (roots[1:] + roots[:-1]), [1.0]])
    signs = np.sign(values(polynomial, middles))
    extrema: FloatArray = roots[(np.abs(roots) < 1.0) & (roots != 0.0) & (signs[1:] != signs[:-1])]
    return extrema


@once_per_problem
def folds(model: PlanarProblem) -> tuple[Fold, ...]:
    """Every fold, by increasing R."""
    R = fold_alignments(model)
    return tuple(
        Fold(float(x), float(a), landing(model, float(x), float(a)))
        for x, a in zip(R, model.critical_manifold_a(R), strict=True)
    )


def landing(model: PlanarProblem, R: float, a: float) -> float:
    """Where the jump from the fold (R, a) lands; nan for a degenerate fold."""
    # The fast flow a (g - a h) has a double root here: beside it its sign is that of its curvature.
    direction = np.sign(a * curvature(*model.overlaps, R, a))
    if direction == 0.0:
        return np.nan
    others = fast_roots(model, a)
    beyond = others[(others - R) * direction > 1e-6 * abs(R)]
    return float(beyond[np.argmin(np.abs(beyond - R))]) if len(beyond) else float(direction)


def critical_manifold(model: PlanarProblem, n: int, a_max: float | None) -> CriticalManifold:
    """Branches of about n points in all; see ``UnlearningModel.critical_manifold``."""
    A, B = model.overlaps
    all_folds = folds(model)
    if a_max is None:
        a_max = max([25.0, *(1.5 * abs(fold.a) for fold in all_folds)])
    if not B.any():
        return CriticalManifold((), ())
    cuts = np.unique(
        np.concatenate(
            [
                [-1.0, 0.0, 1.0],
                [fold.R for fold in all_folds],
                real_roots(g_polynomial(A), -1.0, 1.0),
                fast_roots(model, a_max),
                fast_roots(model, -a_max),
            ]
        )
    )
    low, high = cuts[:-1], cuts[1:]
    visible = (high - low > _NO_LENGTH) & (np.abs(model.critical_manifold_a(0.5 * (low + high))) <= a_max)
    outward = low >= 0.0
    inner, outer = np.where(outward, low, high)[visible], np.where(outward, high, low)[visible]
    # Chebyshev points: dense where a branch ends, at a fold or at the window.
    angle = np.linspace(0.0, np.pi, max(24, n // max(1, len(inner))))
    R = inner[:, None] + np.outer(outer - inner, 0.5 * (1.0 - np.cos(angle)))
    a = model.critical_manifold_a(R)
    middle = len(angle) // 2
    falls = np.abs(a[:, middle + 1]) < np.abs(a[:, middle - 1])
    branches = []
    for points, heights, attracting in zip(R, a, falls, strict=True):
        # At R = 0 the curve has no height.
        first = int(np.isnan(heights[0]) or abs(heights[0]) > 1.001 * a_max)
        branches.append(Branch(points[first:], heights[first:], bool(attracting), "curve"))
    for side in (-1.0, 1.0):
        branches += edge(model, side, a_max)
    return CriticalManifold(tuple(branches), all_folds)


def edge(model: PlanarProblem, side: float, a_max: float) -> list[Branch]:
    """The line R = side, cut where its stability changes: at a = 0 and at a = M(side)."""
    height = float(model.critical_manifold_a(side))
    # a height that is that of the window to rounding is no cut: a branch would have no length
    inside = abs(height) < a_max * (1.0 - _NO_LENGTH)
    cuts = sorted({-a_max, a_max, 0.0, *([height] if inside else [])})
    return [
        Branch(
            np.full(2, side),
            np.array([low, high]),
            bool(min(0.0, height) < 0.5 * (low + high) < max(0.0, height)),
            "edge",
        )
        for low, high in zip(cuts[:-1], cuts[1:], strict=True)
    ]
