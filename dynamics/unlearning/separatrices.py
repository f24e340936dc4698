"""Separatrices: the curves in the plane (R, a) on whose two sides solutions end differently.

Basins are bounded by the stable manifolds of the saddles with |R| < 1, of those with a = 0 too: for
A_1 != 0 the manifold through (0, 0) parts the starts with a0 > 0 from those with a0 < 0.

Where A_1 = 0 the line R = 0 is at rest and is itself a separatrix: it parts R > 0 from R < 0. If A_2 != 0
it repels between a = 0 and ``a = 2 A_2 / B_1`` and attracts beyond. With time measured by int R dtau both ends
are hyperbolic saddles of ::

    eps dR = a (2 A_2 - a B_1) + O(R)        da = R (A_2 - a B_1) + O(R^2)

and their stable manifolds, on R > 0 and on R < 0, part what is absorbed by the line from what is not.

Not covered, because no saddle marks it: the boundary of what a degenerate equilibrium with R != 0
absorbs, what ends on R = 0 where A_1 = A_2 = 0, and the boundary between the two ways in which R and a
die away where the activation sees nothing of the target (A = 0).
The blow-up of the line is this project's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..hermite import Array
from ..results import Result
from . import limits
from .equilibria import Equilibrium, EquilibriumKind
from .limits import Fate, Limit
from .stable_manifolds import NEIGHBOURS, curve_of, followed_from, stable_manifold

if TYPE_CHECKING:
    from .model import UnlearningModel

_BESIDE = 1e-6  # of the distance scale: a start this far beside a saddle tells the fate of its side
_BLOWN_UP = 1e-5  # where a manifold of the blown-up line R = 0 is joined to its linearisation
_UP_THE_CURVE = 0.02  # |R| at which the sides of such a manifold are looked at
_ON_THE_LINE = 1e-3  # a manifold that ends this close to R = 0, at rest, ends on it


@dataclass(frozen=True, eq=False)
class Separatrix(Result):
    """Points R, a (n,), in order along a curve inside |R| <= 1, |a| <= a_max; neighbours are at most 1 % of
    that window apart.

    ``saddle``: whose stable manifold it is; None for a piece of the line R = 0 at rest. A manifold that
    leaves the window and returns is several curves; one that creeps along R = +-1 ends where R is that in
    floating point. ``limits``: where starts on its left and on its right
    (for who walks in the order of the points, R to the right and a upward) end.
    """

    R: Array
    a: Array
    saddle: Equilibrium | None
    limits: tuple[Limit, Limit]

    @property
    def fates(self) -> tuple[Fate, Fate]:
        """The names of ``limits``: on the left, on the right."""
        return self.limits[0].fate, self.limits[1].fate

    @property
    def separates(self) -> bool:
        """Whether the limits (R, a) on the two sides differ."""
        left, right = self.limits
        same = np.allclose((left.R, left.a), (right.R, right.a), rtol=1e-6, atol=1e-9, equal_nan=True)
        return left.fate != right.fate or not same


def separatrices(model: UnlearningModel, a_max: float) -> tuple[Separatrix, ...]:
    """Every separatrix inside the window, by the R of its equilibrium; see ``UnlearningModel.separatrices``."""
    A, B = model.overlaps
    if not B.any() or not A.any():
        return ()
    found: list[Separatrix] = []
    for saddle in model.equilibria():
        if saddle.kind == EquilibriumKind.SADDLE and abs(saddle.R) < 1.0:
            # a manifold may leave the window and return: it is followed as far as thresholds are
            followed = stable_manifold(model, saddle, 4.0 * max(a_max, abs(saddle.a)) + 100.0)
            sides = _sides(model, (np.arctanh(saddle.R), saddle.a), followed.stable, followed.unstable)
            before, after = (curve_of(rows, a_max) for rows in followed.halves)
            middle = np.array([[saddle.R], [saddle.a]])
            found += _inside(np.hstack([before[:, ::-1], middle, after]), a_max, saddle, sides)
    if A[0] == 0.0:
        found += _of_the_line_at_rest(model, a_max, found)
    return tuple(found)


def _sides(
    model: UnlearningModel, point: tuple[float, float], along: Array, across: Array, beside: float = _BESIDE
) -> tuple[Limit, Limit]:
    """The limits on the left and on the right of a manifold that passes a point (rho, a)."""
    left = across * np.sign(along[0] * across[1] - along[1] * across[0])
    step = beside * min(1.0, max(abs(point[0]), abs(point[1]), 1e-3))
    one, other = (
        limits.limit(model, float(point[1] + s * step * left[1]), float(np.tanh(point[0] + s * step * left[0])))
        for s in (1.0, -1.0)
    )
    return one, other


def _inside(
    points: Array, a_max: float, saddle: Equilibrium | None, sides: tuple[Limit, Limit]
) -> Iterator[Separatrix]:
    """The parts of a curve (2, n) that are in the window."""
    shown = np.abs(points[1]) <= a_max * (1.0 + 1e-9)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], shown.astype(int), [0]])))
    for begin, end in zip(ends[::2], ends[1::2], strict=True):
        if end - begin > 1:
            R, a = points[:, begin:end]
            yield Separatrix(R, np.clip(a, -a_max, a_max), saddle, sides)


def _of_the_line_at_rest(model: UnlearningModel, a_max: float, found: list[Separatrix]) -> list[Separatrix]:
    """Where A_1 = 0: the curves into the ends of what repels on the line R = 0, and the line itself."""
    curves = [curve for height in _turns(model) for curve in _into_the_line(model, height, a_max)]
    ends = [(s.R[i], s.a[i]) for s in [*found, *curves] for i in (0, -1)]
    cuts = {-a_max, a_max, *(h for h in _turns(model) if abs(h) < a_max)}
    cuts |= {float(a) for R, a in ends if abs(R) < _ON_THE_LINE and abs(a) < a_max}
    heights = np.array(sorted(cuts))
    heights = heights[np.diff(heights, append=np.inf) > 1e-6 * a_max]
    pieces = []
    for low, high in zip(heights[:-1], heights[1:], strict=True):
        sides = _sides(model, (0.0, 0.5 * (low + high)), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
        a = np.linspace(low, high, 2 + int((high - low) / (2.0 * a_max * NEIGHBOURS)))
        pieces.append(Separatrix(np.zeros(len(a)), a, None, sides))
    return curves + pieces


def _turns(model: UnlearningModel) -> list[float]:
    """The heights at which the line R = 0 turns from attracting to repelling, where A_1 = 0."""
    A, B = model.overlaps
    if model.K == 1 or A[1] == 0.0:
        return []
    return [0.0] if B[0] == 0.0 else [0.0, float(2.0 * A[1] / B[0])]


def _into_the_line(model: UnlearningModel, height: float, a_max: float) -> Iterator[Separatrix]:
    """The two curves that end in (0, height), one from each side of R = 0."""
    A, B = model.overlaps
    third = A[2] if model.K > 2 else 0.0
    J = np.array([[3.0 * height * third, 2.0 * (A[1] - height * B[0])], [model.eps * (A[1] - height * B[0]), 0.0]])
    # on R < 0 the measure int R dtau of time runs backward, and stable is what else is unstable
    values, vectors = np.linalg.eig(J)
    ends = Equilibrium(0.0, height, EquilibriumKind.DEGENERATE, (0.0, 0.0), model.initial_loss, False)
    for side in (1.0, -1.0):
        toward, across = vectors.T if values[0] * side < 0.0 else vectors.T[::-1]
        toward = side * toward * np.sign(toward[0])
        start = (float(_BLOWN_UP * toward[0]), float(height + _BLOWN_UP * toward[1]))
        far = 4.0 * max(a_max, abs(height)) + 100.0
        followed = followed_from(model, start, toward, across, 0.0, far, 1e15)
        curve = curve_of(followed.halves[1], a_max)
        # The sides as seen a little up the curve: at its end next to nothing moves, and what the line absorbs
        # there is not decided.
        R, a = curve[:, np.argmax(np.abs(curve[0]) > _UP_THE_CURVE)]
        sides = _sides(model, (float(np.arctanh(R)), float(a)), toward, across, _UP_THE_CURVE)
        yield from _inside(np.hstack([[[0.0], [height]], curve]), a_max, ends, sides)
