"""How strong a decay of the second layer unlearning withstands, and which width that needs.

With a term ``-lambda a`` in da/dtau (weight decay, a constant term of the activation; to leading order also noise and
finite width) the critical manifold stays, and on it ``da/dtau = M (Lambda - lambda)`` with
``Lambda = H/M = (p h - g q)/g``. On the runaway branch Lambda tends to 0 as R -> 0, so every ``lambda > 0`` halts
unlearning, where Lambda = lambda; and above the largest Lambda of the branch nothing holds a run there: it returns to
larger |R|.

Source: this project's.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import numpy as np
from numpy.polynomial import polynomial as poly
from numpy.typing import ArrayLike

from dynamics.planar.fates.asymptotics import asymptotics
from dynamics.planar.polynomials import equilibrium_polynomial, safe_divide
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.critical_manifold import fold_alignments
from dynamics.planar.structure.equilibria import at_zero_weight, crossings
from dynamics.polynomials import real_roots
from dynamics.typing import FloatArray

_GRID = 400  # points of |R|, twice: all along the branch, then beside the best of them
_FIRST = 1e-6  # of the branch: the smallest |R| that is looked at


def branch_end(model: PlanarProblem, sign: int) -> float:
    """Return |R| where the runaway branch of ``sign(R) = sign`` ends: at a fold, an equilibrium, a zero of M, or 1."""
    ends = [*fold_alignments(model), *crossings(model), *at_zero_weight(model), *_zeros_of_M(model)]
    return float(min([1.0, *(sign * end for end in ends if sign * end > 0.0)]))


def _zeros_of_M(model: PlanarProblem) -> FloatArray:
    """R in (-1, 1), R = 0 excluded, where g = M h = 0."""
    A, _ = model.overlaps
    roots = real_roots(np.arange(1, model.K + 1) * A, -1.0, 1.0)
    zeros: FloatArray = roots[(np.abs(roots) < 1.0) & (roots != 0.0)]
    return zeros


def withstood_decay(model: PlanarProblem, R: ArrayLike) -> FloatArray:
    """Return Lambda(R) = H/M, the decay that holds a run on the critical manifold at rest at R; shape of R."""
    alignment = np.asarray(R, float)
    _, g, _, _ = model.sums(alignment)
    return safe_divide(poly.polyval(alignment, equilibrium_polynomial(*model.overlaps)), g)


def resting_width(model: PlanarProblem, R: ArrayLike) -> FloatArray:
    """Return the width whose exact law rests at R, to leading order in 1/m; shape of R.

    At width m the second layer's drag is ``W = q + w/m`` and the manifold's slope of U is taken at
    ``Q = R^2 - (1 - R^2)/m``; put into the equation of equilibria, ``V' W = V R U'(Q)``, this asks for
    ``m = [g w + p R (1 - R^2) U''(R^2)] / (p h - g q)``. As R -> 0 (k = 1) that is ``(U(1) - B_1) / Lambda``.
    """
    alignment = np.asarray(R, float)
    U = np.append(0.0, model.overlaps[1])
    p, g, _, _ = model.sums(alignment)
    x = alignment * alignment
    w = U.sum() - poly.polyval(x, U) - (1.0 - x) * poly.polyval(x, poly.polyder(U))
    bend = p * alignment * (1.0 - x) * poly.polyval(x, poly.polyder(U, 2))
    return safe_divide(g * w + bend, poly.polyval(alignment, equilibrium_polynomial(*model.overlaps)))


def critical_decay(model: PlanarProblem, sign: int = 1, beyond: float = 0.0) -> float:
    """Return the largest Lambda on the runaway branch with ``sign(R) = sign``, at |R| >= ``beyond``.

    nan where nothing unlearns there, inf where the branch reaches a = 0. A run that lands on the branch at
    |R| = ``beyond`` stays on it where the decay is smaller, in the limit eps -> 0, and leaves it where it is larger.
    """
    if asymptotics(model, sign).unlearns and sign * branch_end(model, sign) in _zeros_of_M(model):
        return inf
    return _largest(model, sign, beyond, lambda R: withstood_decay(model, R))


def critical_width(model: PlanarProblem, sign: int = 1, beyond: float = 0.0) -> float:
    """Return the width above which a run that lands on the runaway branch at |R| = ``beyond`` stays on it.

    To leading order in 1/m; nan where nothing unlearns on that side.
    """
    largest = _largest(model, sign, beyond, lambda R: safe_divide(np.ones_like(R), resting_width(model, R)))
    return 1.0 / largest if largest > 0.0 else nan


def end_with_decay(model: PlanarProblem, decay: float, sign: int = 1) -> tuple[float, float]:
    """Return (R, a) where ``decay`` halts unlearning: on the runaway branch, nearest to R = 0, with Lambda = decay.

    (nan, nan) where nothing unlearns on that side, or no point of the branch has Lambda = decay.
    """
    if not asymptotics(model, sign).unlearns:
        return nan, nan
    A, B = model.overlaps
    low, high = sorted((0.0, sign * branch_end(model, sign)))
    rest = poly.polysub(equilibrium_polynomial(A, B), decay * np.arange(1, model.K + 1) * A)
    roots = real_roots(rest, low, high)
    inner = roots[(roots != 0.0) & (np.abs(roots) < 1.0)]
    if not len(inner):
        return nan, nan
    R = float(inner[np.argmin(np.abs(inner))])
    return R, float(model.critical_manifold_a(R))


def _largest(model: PlanarProblem, sign: int, beyond: float, function: Callable[[FloatArray], FloatArray]) -> float:
    """The largest value on the branch outward from ``beyond``."""
    if not asymptotics(model, sign).unlearns:
        return nan
    end = branch_end(model, sign)
    if not beyond < end:
        return nan
    low, high = max(beyond, _FIRST * end), end
    for _ in range(2):
        R = np.unique(np.concatenate([np.geomspace(low, high, _GRID), np.linspace(low, high, _GRID)]))
        values = function(sign * R)
        best = int(np.nanargmax(values))
        low, high = R[max(best - 1, 0)], R[min(best + 1, len(R) - 1)]
    return float(values[best])
