"""Separatrices: the curves in the plane (R, a) on whose two sides solutions end differently.

Basins are bounded by the stable manifolds of the saddles with |R| < 1, of those with a = 0 too: for
A_1 != 0 the manifold through (0, 0) parts the starts with a0 > 0 from those with a0 < 0.

Where A_1 = 0 the line R = 0 is at rest and is itself a separatrix: it parts R > 0 from R < 0. Between a = 0 and
a = M(0) it repels, beyond it attracts; the stable manifolds of these two points of the blown-up line, on R > 0 and on
R < 0, part what is absorbed by the line from what is not (see ``stable_manifolds.into_the_line``).

Starts immediately beside a stable manifold end where the two branches of its saddle's unstable manifold do, all along
it. But separatrices run into each other, backward in time: what they enclose becomes a strip that is too thin for any
eye, or for floating point. So the ends are looked at twice: beside the saddle, and at a distance that can be drawn, at
each point of the curve, which is cut where they change.

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
from numpy.typing import NDArray

from ..hermite import Array
from ..results import Result
from . import batches, limits
from .equilibria import Equilibrium, EquilibriumKind
from .limits import Fate, Limit
from .stable_manifolds import NEIGHBOURS, curve_of, into_the_line, stable_manifold, turns_of_the_line

if TYPE_CHECKING:
    from .model import UnlearningModel

VISIBLE = 1e-3  # of the window: how far beside a curve its ``limits`` are looked at

_BESIDE = 1e-6  # of the distance scale: a start this far beside a saddle tells the fate of its side
_UP_THE_CURVE = 0.02  # |R| at which the sides of a curve into the line R = 0 are looked at
_ON_THE_LINE = 1e-3  # a manifold that ends this close to R = 0, at rest, ends on it
_RTOL = 1e-6  # of the trajectories from beside a curve


@dataclass(frozen=True, eq=False)
class Separatrix(Result):
    """Points R, a (n,), in order along a curve inside |R| <= 1, |a| <= a_max; neighbours are at most 1 % of
    that window apart.

    ``saddle``: whose stable manifold it is; None for a piece of the line R = 0 at rest. A manifold that
    leaves the window and returns is several curves, and so is one on whose sides the limits change; one that creeps
    along R = +-1 ends where R is that in floating point.

    All pairs are of the left and the right (for who walks in the order of the points, R to the right and a upward).
    ``limits``: where starts end that are ``VISIBLE`` of the window beside the curve, all along it but for its first
    and last point and for where it is closer than that to R = +-1. ``adjacent``: where starts end that are as close
    to it as one likes; what is not that of ``limits`` fills a strip thinner than ``VISIBLE`` (see ``strips``).
    ``varies``: whether their R and a are examples that vary along the curve (where a single c_k is not zero). Of what
    the line R = 0 absorbs a is always an example.
    """

    R: Array
    a: Array
    saddle: Equilibrium | None
    limits: tuple[Limit, Limit]
    adjacent: tuple[Limit, Limit]
    varies: bool

    @property
    def fates(self) -> tuple[Fate, Fate]:
        """The names of ``limits``: on the left, on the right."""
        return self.limits[0].fate, self.limits[1].fate

    @property
    def strips(self) -> tuple[bool, bool]:
        """Whether a strip of another limit, thinner than ``VISIBLE``, lies along its left and its right."""
        left, right = (self._differ(*pair) for pair in zip(self.adjacent, self.limits, strict=True))
        return left, right

    @property
    def separates(self) -> bool:
        """Whether the limits (R, a) right beside it differ; where these are not certain, those that are seen."""
        certain = Fate.UNDECIDED not in (self.adjacent[0].fate, self.adjacent[1].fate)
        return self._differ(*(self.adjacent if certain else self.limits))

    def _differ(self, one: Limit, other: Limit) -> bool:
        """Whether two limits are certain and not one; where they vary along the curve, not of one kind."""
        if one.fate != other.fate:
            return Fate.UNDECIDED not in (one.fate, other.fate)
        if one.fate in (Fate.NO_ALIGNMENT, Fate.UNDECIDED):  # the line R = 0 absorbs at any height
            return False
        if self.varies:
            return bool(np.sign(one.R) != np.sign(other.R))
        return not np.allclose((one.R, one.a), (other.R, other.a), rtol=1e-6, atol=1e-9)


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
            adjacent = _sides(model, (np.arctanh(saddle.R), saddle.a), followed.stable, followed.unstable)
            before, after = (curve_of(rows, a_max) for rows in followed.halves)
            middle = np.array([[saddle.R], [saddle.a]])
            found += _inside(model, np.hstack([before[:, ::-1], middle, after]), a_max, saddle, adjacent)
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
    model: UnlearningModel, points: Array, a_max: float, saddle: Equilibrium | None, adjacent: tuple[Limit, Limit]
) -> Iterator[Separatrix]:
    """The parts of a curve (2, n) that are in the window, each cut where the limits on its sides change."""
    shown = np.abs(points[1]) <= a_max * (1.0 + 1e-9)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], shown.astype(int), [0]])))
    for begin, end in zip(ends[::2], ends[1::2], strict=True):
        if end - begin > 1:
            R, a = points[:, begin:end]
            a = np.clip(a, -a_max, a_max)
            yield from _cut(model, R, a, a_max, saddle, adjacent)


def _cut(
    model: UnlearningModel, R: Array, a: Array, a_max: float, saddle: Equilibrium | None, adjacent: tuple[Limit, Limit]
) -> Iterator[Separatrix]:
    """A curve in pieces, on whose sides the limits at ``VISIBLE`` of the window stay the same."""
    along = np.stack([np.gradient(R), np.gradient(a / a_max)])
    along /= np.maximum(np.hypot(*along), 1e-300)
    step = 2.0 * VISIBLE * np.stack([-along[1], along[0] * a_max])  # to the left; the window is 2 wide, 2 a_max high
    starts = [np.stack([R, a]) + sign * step for sign in (1.0, -1.0)]
    # along R = +-1 one side is too narrow to be seen, and what is seen of the other would be named without it
    within = np.maximum(np.abs(starts[0][0]), np.abs(starts[1][0])) < 1.0
    ends = [_ends(model, side[0], side[1], within) for side in starts]
    # where the end is not certain, that of the point before counts, at the beginning that of the first certain one
    filled = [side[_last_certain(side)] if (side >= 0).any() else side for side in ends]
    changes = np.flatnonzero((np.diff(filled[0]) != 0) | (np.diff(filled[1]) != 0)) + 1
    cuts = [0, *changes.tolist(), len(R) - 1]
    varies = bool(np.count_nonzero(model.overlaps[1]) == 1)
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        if begin == end:
            continue
        seen = []
        for side, points, near in zip(ends, starts, adjacent, strict=True):
            certain = begin + np.flatnonzero(side[begin:end] >= 0)
            if len(certain):
                at = points[:, certain[len(certain) // 2]]
                seen.append(limits.limit(model, float(at[1]), float(at[0])))
            else:
                seen.append(near)
        piece = slice(begin, end + 1)
        yield Separatrix(R[piece], a[piece], saddle, (seen[0], seen[1]), adjacent, varies)


def _ends(model: UnlearningModel, R: Array, a: Array, within: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Numbers (n,), the same where starts (R, a) have the same limit; -1 where it is not certain or not ``within``."""
    found = np.full(len(R), -1)
    inside = np.flatnonzero(within)
    given = batches.models(np.array([model.c]), np.array([model.c_star]), np.array([model.eps]))
    job = np.zeros(len(inside), np.int64)
    fate, out = np.empty(len(inside), np.int8), np.empty((4, len(inside)))
    batches.settle(*given, job, R[inside], a[inside], 0.0, False, _RTOL, fate, out)
    end = np.sign(out[0]) if np.count_nonzero(model.overlaps[1]) == 1 else out[0]
    unlearns = np.flatnonzero(fate == Fate.UNLEARNING)
    end[unlearns] = _runaway_signs(model, R[inside[unlearns]], a[inside[unlearns]])
    sure = fate != Fate.UNDECIDED
    _, numbers = np.unique(np.stack([fate[sure], end[sure]]), axis=1, return_inverse=True)
    found[inside[sure]] = numbers
    return found


def _runaway_signs(model: UnlearningModel, R: Array, a: Array) -> Array:
    """The sign of a, as it runs away, from starts (R, a) along a curve: where it changes is found by bisection."""
    sign = np.zeros(len(R))
    open_ = [(0, len(R) - 1)] if len(R) else []
    while open_:
        low, high = open_.pop()
        for i in (low, high):
            sign[i] = sign[i] or np.sign(limits.limit(model, float(a[i]), float(R[i])).a)
        if sign[low] == sign[high] or high - low <= 1:
            sign[low + 1 : high] = sign[low]
        else:
            middle = (low + high) // 2
            open_ += [(low, middle), (middle, high)]
    return sign


def _last_certain(ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each point the last one up to it, else the first one, whose end is certain."""
    index = np.where(ends >= 0, np.arange(len(ends)), -1)
    last: NDArray[np.int64] = np.maximum.accumulate(index)
    return np.where(last < 0, np.argmax(ends >= 0), last)


def _of_the_line_at_rest(model: UnlearningModel, a_max: float, found: list[Separatrix]) -> list[Separatrix]:
    """Where A_1 = 0: the curves into the ends of what repels on the line R = 0, and the line itself."""
    turns = turns_of_the_line(model)
    curves = [curve for height in turns for curve in _into_the_line(model, height, a_max)]
    ends = [(s.R[i], s.a[i]) for s in [*found, *curves] for i in (0, -1)]
    cuts = {-a_max, 0.0, a_max, *(h for h in turns if abs(h) < a_max)}
    cuts |= {float(a) for R, a in ends if abs(R) < _ON_THE_LINE and abs(a) < a_max}
    heights = np.array(sorted(cuts))
    heights = heights[np.diff(heights, append=np.inf) > 1e-6 * a_max]
    pieces: list[Separatrix] = []
    for low, high in zip(heights[:-1], heights[1:], strict=True):
        adjacent = _sides(model, (0.0, 0.5 * (low + high)), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
        a = np.linspace(low, high, 2 + int((high - low) / (2.0 * a_max * NEIGHBOURS)))
        pieces += _cut(model, np.zeros(len(a)), a, a_max, None, adjacent)
    return curves + pieces


def _into_the_line(model: UnlearningModel, height: float, a_max: float) -> Iterator[Separatrix]:
    """The two curves that end in (0, height), one from each side of R = 0."""
    ends = Equilibrium(0.0, height, EquilibriumKind.DEGENERATE, (0.0, 0.0), model.initial_loss, False)
    for side in (1.0, -1.0):
        curve = curve_of(into_the_line(model, height, side, 4.0 * max(a_max, abs(height)) + 100.0).halves[1], a_max)
        # The sides a little up the curve: at its end next to nothing moves, and what the line absorbs is not decided.
        up = max(1, int(np.argmax(np.abs(curve[0]) > _UP_THE_CURVE)))
        R, a = curve[:, up]
        along = np.array([np.arctanh(R) - np.arctanh(curve[0, up - 1]), a - curve[1, up - 1]])
        across = np.array([-along[1], along[0]]) / np.hypot(*along)
        for beside in (_BESIDE, 1e-4, _UP_THE_CURVE):
            adjacent = _sides(model, (float(np.arctanh(R)), float(a)), along, across, beside)
            if Fate.UNDECIDED not in (adjacent[0].fate, adjacent[1].fate):
                break
        yield from _inside(model, np.hstack([[[0.0], [height]], curve]), a_max, ends, adjacent)
