"""Separatrices: the curves in the plane (R, a) on whose two sides solutions end differently.

Basins are bounded by the stable manifolds of the saddles with |R| < 1, of those with a = 0 too: for
A_1 != 0 the manifold through (0, 0) parts the starts with a0 > 0 from those with a0 < 0.

Where A_1 = 0 the line R = 0 is at rest and is itself a separatrix: it parts R > 0 from R < 0. Between a = 0 and
a = M(0) it repels, beyond it attracts; the stable manifolds of these two points of the blown-up line, on R > 0 and on
R < 0, part what is absorbed by the line from what is not (see ``stable_manifolds.into_the_line``).

Starts immediately beside a stable manifold end where the two branches of its saddle's unstable manifold do, all along
it. But separatrices run into each other, backward in time: what they enclose becomes a strip that is too thin for any
eye, or for floating point. So the ends are computed twice: beside the saddle, and at a distance that can be drawn all
along the curve, which is cut where they change: that can only be where the starts beside it cross another curve.

Not covered, because no saddle marks it: the boundary of what a degenerate equilibrium with R != 0
absorbs, what ends on R = 0 where A_1 = A_2 = 0, and the boundary between the two ways in which R and a
die away where the activation sees nothing of the target (A = 0).
The blow-up of the line is this project's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.jit import compiled
from dynamics.planar.batches import batch_integrator
from dynamics.planar.limits import limits
from dynamics.planar.limits.limits import Fate, LimitPoint
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.equilibria import Equilibrium, EquilibriumKind
from dynamics.planar.structure.equilibria import equilibria as find_equilibria
from dynamics.planar.structure.stable_manifolds import (
    NEIGHBORS,
    curve_of,
    into_the_line,
    stable_manifold,
    turns_of_the_line,
)
from dynamics.results import Result
from dynamics.typing import FloatArray

VISIBLE = 1e-3  # of the window: how far beside a curve its ``limits`` are looked at

_SADDLE_DISTANCE = 1e-6  # of the distance scale: a start this far beside a saddle tells the fate of its side
_UP_THE_CURVE = 0.02  # |R| at which the sides of a curve into the line R = 0 are looked at
_ON_THE_LINE = 1e-3  # a manifold that ends this close to R = 0, at rest, ends on it
_RTOL = 1e-6  # of the trajectories from beside a curve
_CURVE_RTOL = 1e-8  # of the curves: they are within 1e-6 of the window; thresholds are computed more tightly
_NEAR = 0.5 * VISIBLE  # of the window: pieces of lines that are nearer may cross, for curves bend between their points
_UNDECIDED = int(Fate.UNDECIDED)  # for compiled functions
_GROUP = 8  # pieces of a line that are compared with those of another by their bounding box first


@dataclass(frozen=True, eq=False)
class Separatrix(Result):
    """Hold a curve in the plane inside |R| <= 1, |a| <= a_max, on whose two sides solutions may end differently.

    Points are within 1e-6 of the window of the exact curve, and neighbors at most 1 % of it apart. A manifold that
    leaves the window and returns is several curves, and so is one on whose sides the limits change. One that creeps
    along R = +-1 ends where R is +-1 in floating point.

    All pairs are of the left and the right, seen in the order of the points, with R to the right and a upward.

    Attributes
    ----------
    R, a : array (n,)
        Points, in order along the curve.
    saddle : Equilibrium or None
        The saddle whose stable manifold it is; None for a piece of the line R = 0 at rest.
    limits : tuple of two LimitPoints
        Limits of starts at 1e-3 of the window beside the curve, all along it, except at its first and last point and
        where it is closer than that to R = +-1.
    adjacent : tuple of two LimitPoints
        Limits of starts as close to the curve as one likes. One that differs from that of ``limits`` fills a strip
        thinner than 1e-3 of the window, see ``strips``.
    varies : bool
        Whether R and a of the limits are examples that vary along the curve (if a single c_k is not zero). The height a
        at which the line R = 0 absorbs is always an example.
    """

    R: FloatArray
    a: FloatArray
    saddle: Equilibrium | None
    limits: tuple[LimitPoint, LimitPoint]
    adjacent: tuple[LimitPoint, LimitPoint]
    varies: bool

    @property
    def fates(self) -> tuple[Fate, Fate]:
        """Fates of ``limits`` on the left and on the right (tuple of two Fates)."""
        return self.limits[0].fate, self.limits[1].fate

    @property
    def strips(self) -> tuple[bool, bool]:
        """Whether a strip of another limit lies along the left and the right side (tuple of two bools).

        Such a strip is thinner than 1e-3 of the window.
        """
        left, right = (self._differ(*pair) for pair in zip(self.adjacent, self.limits, strict=True))
        return left, right

    @property
    def separates(self) -> bool:
        """Whether the limits (R, a) right beside the curve differ (bool).

        If these are not certain, it is whether those of ``limits`` differ.
        """
        certain = Fate.UNDECIDED not in (self.adjacent[0].fate, self.adjacent[1].fate)
        return self._differ(*(self.adjacent if certain else self.limits))

    def _differ(self, one: LimitPoint, other: LimitPoint) -> bool:
        """Whether two limits are certain and not one; where they vary along the curve, not of one kind."""
        if one.fate != other.fate:
            return Fate.UNDECIDED not in (one.fate, other.fate)
        if one.fate in (Fate.NO_ALIGNMENT, Fate.UNDECIDED):  # the line R = 0 absorbs at any height
            return False
        if self.varies:
            return bool(np.sign(one.R) != np.sign(other.R))
        return not (
            isclose(one.R, other.R, rel_tol=1e-6, abs_tol=1e-9) and isclose(one.a, other.a, rel_tol=1e-6, abs_tol=1e-9)
        )


def separatrices(model: PlanarProblem, a_max: float) -> tuple[Separatrix, ...]:
    """Every separatrix inside the window, by the R of its equilibrium; see ``UnlearningModel.separatrices``."""
    A, B = model.overlaps
    if not B.any() or not A.any():
        return ()
    equilibria = find_equilibria(model)
    curves: list[_Curve] = []
    for saddle in equilibria:
        if saddle.kind == EquilibriumKind.SADDLE and abs(saddle.R) < 1.0:
            # a manifold may leave the window and return: it is followed as far as thresholds are
            followed = stable_manifold(model, saddle, 4.0 * max(a_max, abs(saddle.a)) + 100.0, _CURVE_RTOL)
            adjacent = _sides(model, (np.arctanh(saddle.R), saddle.a), followed.stable, followed.unstable)
            before, after = (curve_of(rows, a_max) for rows in followed.halves)
            middle = np.array([[saddle.R], [saddle.a]])
            curves += _inside(np.hstack([before[:, ::-1], middle, after]), a_max, saddle, adjacent)
    if A[0] == 0.0:
        curves += _of_the_line_at_rest(model, a_max, curves)
    # what absorbs a part of the plane without being a saddle's has a boundary that is none of these curves
    all_known = A[0] != 0.0 and not any(e.kind == EquilibriumKind.DEGENERATE for e in equilibria)
    scale = np.array([[0.5], [0.5 / a_max]])
    others = [np.stack([curve.R, curve.a]) * scale for curve in curves]
    known_others = others if all_known and np.count_nonzero(B) > 1 else None
    given = batch_integrator.models(np.array([model.c]), np.array([model.c_star]), np.array([model.eps]))
    return tuple(piece for curve in curves for piece in _cut(model, given, curve, a_max, known_others))


@dataclass(frozen=True, eq=False)
class _Curve:
    """A curve in the window, and where starts end that are as close to its left and its right as one likes."""

    R: FloatArray
    a: FloatArray
    saddle: Equilibrium | None
    adjacent: tuple[LimitPoint, LimitPoint]


def _sides(
    model: PlanarProblem,
    point: tuple[float, float],
    along: FloatArray,
    across: FloatArray,
    beside: float = _SADDLE_DISTANCE,
) -> tuple[LimitPoint, LimitPoint]:
    """The limits on the left and on the right of a manifold that passes a point (rho, a)."""
    left = across * np.sign(along[0] * across[1] - along[1] * across[0])
    step = beside * min(1.0, max(abs(point[0]), abs(point[1]), 1e-3))
    one, other = (
        limits.limit(model, float(point[1] + s * step * left[1]), float(np.tanh(point[0] + s * step * left[0])))
        for s in (1.0, -1.0)
    )
    return one, other


def _inside(
    points: FloatArray, a_max: float, saddle: Equilibrium | None, adjacent: tuple[LimitPoint, LimitPoint]
) -> Iterator[_Curve]:
    """The parts of a curve (2, n) that are in the window."""
    visible = np.abs(points[1]) <= a_max * (1.0 + 1e-9)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], visible.astype(int), [0]])))
    for begin, end in zip(ends[::2], ends[1::2], strict=True):
        if end - begin > 1:
            R, a = points[:, begin:end]
            yield _Curve(R, np.clip(a, -a_max, a_max), saddle, adjacent)


@compiled
def _apart(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """The distance of a point to a segment."""
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    t = min(1.0, max(0.0, ((x - x0) * dx + (y - y0) * dy) / square)) if square > 0.0 else 0.0
    return sqrt((x - x0 - t * dx) ** 2 + (y - y0 - t * dy) ** 2)


@compiled
def _boxes(points: Any) -> Any:
    """Lowest x, highest x, lowest y and highest y of every ``_GROUP`` pieces of a line (2, n), as rows."""
    pieces = points.shape[1] - 1
    boxes = np.empty(((pieces + _GROUP - 1) // _GROUP, 4))
    for k in range(len(boxes)):
        first = k * _GROUP
        for row in (0, 1):
            low = high = points[row, first]
            for i in range(first + 1, min(pieces, first + _GROUP) + 1):
                low, high = min(low, points[row, i]), max(high, points[row, i])
            boxes[k, 2 * row], boxes[k, 2 * row + 1] = low, high
    return boxes


@compiled
def _boxes_are_near(one: Any, other: Any) -> Any:
    """Whether bounding boxes are ``_NEAR`` to each other."""
    return (
        one[0] - other[1] <= _NEAR
        and other[0] - one[1] <= _NEAR
        and one[2] - other[3] <= _NEAR
        and other[2] - one[3] <= _NEAR
    )


@compiled
def _pieces_are_near(one: Any, i: int, other: Any, j: int) -> Any:
    """Whether the pieces of two lines (2, n) after these points cross or are ``_NEAR`` to each other."""
    x0, y0, x1, y1 = one[0, i], one[1, i], one[0, i + 1], one[1, i + 1]
    X0, Y0, X1, Y1 = other[0, j], other[1, j], other[0, j + 1], other[1, j + 1]
    if min(x0, x1) - max(X0, X1) > _NEAR or min(X0, X1) - max(x0, x1) > _NEAR:
        return False
    if min(y0, y1) - max(Y0, Y1) > _NEAR or min(Y0, Y1) - max(y0, y1) > _NEAR:
        return False
    side0 = (X1 - X0) * (y0 - Y0) - (Y1 - Y0) * (x0 - X0)
    side1 = (X1 - X0) * (y1 - Y0) - (Y1 - Y0) * (x1 - X0)
    side2 = (x1 - x0) * (Y0 - y0) - (y1 - y0) * (X0 - x0)
    side3 = (x1 - x0) * (Y1 - y0) - (y1 - y0) * (X1 - x0)
    crosses = side0 * side1 < 0.0 and side2 * side3 < 0.0
    return (
        crosses
        or min(
            _apart(x0, y0, X0, Y0, X1, Y1),
            _apart(x1, y1, X0, Y0, X1, Y1),
            _apart(X0, Y0, x0, y0, x1, y1),
            _apart(X1, Y1, x0, y0, x1, y1),
        )
        <= _NEAR
    )


@compiled
def _are_near(line: Any, other: Any) -> Any:
    """Of points (2, n) along a line, whether the piece before or after them is ``_NEAR`` to another line (2, m)."""
    near = np.zeros(line.shape[1], np.bool_)
    pieces, other_pieces = line.shape[1] - 1, other.shape[1] - 1
    groups, other_groups = _boxes(line), _boxes(other)
    for k in range(len(groups)):
        for m in range(len(other_groups)):
            if not _boxes_are_near(groups[k], other_groups[m]):
                continue
            for i in range(k * _GROUP, min((k + 1) * _GROUP, pieces)):
                if near[i] and near[i + 1]:
                    continue
                for j in range(m * _GROUP, min((m + 1) * _GROUP, other_pieces)):
                    if _pieces_are_near(line, i, other, j):
                        near[i] = near[i + 1] = True
                        break
    return near


@compiled
def _beside(R: Any, a: Any, a_max: float) -> Any:
    """Starts ``VISIBLE`` of the window beside the points of a curve, and which of them are inside |R| < 1.

    They are an array (2, 2, n) of the side (left, right), the coordinate (R, a) and the point. Along R = +-1 one side
    is too narrow to be seen, and what is seen of the other would be named without it: then neither is inside.
    """
    n = len(R)
    starts, inside = np.empty((2, 2, n)), np.empty(n, np.bool_)
    for i in range(n):
        before, after = max(i - 1, 0), min(i + 1, n - 1)
        x, y = R[after] - R[before], (a[after] - a[before]) / a_max  # along the curve
        size = max(sqrt(x * x + y * y), 1e-300)
        left_R, left_a = -2.0 * VISIBLE * y / size, 2.0 * VISIBLE * x / size * a_max  # the window is 2 by 2 a_max
        starts[0, 0, i], starts[0, 1, i] = R[i] + left_R, a[i] + left_a
        starts[1, 0, i], starts[1, 1, i] = R[i] - left_R, a[i] - left_a
        inside[i] = max(abs(starts[0, 0, i]), abs(starts[1, 0, i])) < 1.0
    return starts, inside


def _alone(starts: FloatArray, others: list[FloatArray] | None, a_max: float) -> NDArray[np.bool_]:
    """Of the starts (2, 2, n) on either side of a curve, whether no curve is ``_NEAR`` to the line through them, as an
    array (2, n): there limits do not change, for they do so only where the start crosses a separatrix.

    others: points (2, m) of all curves in units of the window; None if not all are found.
    """
    near = np.full((2, starts.shape[2]), others is None)
    lines = starts * np.array([[0.5], [0.5 / a_max]])
    for points in others or ():
        for side, line in enumerate(lines):
            near[side] |= _are_near(line, points)
    return ~near


def _cut(
    model: PlanarProblem, given: batch_integrator.Models, curve: _Curve, a_max: float, others: list[FloatArray] | None
) -> Iterator[Separatrix]:
    """A curve in pieces, on whose sides the limits at ``VISIBLE`` of the window stay the same."""
    R, a = curve.R, curve.a
    starts, inside = _beside(R, a, a_max)
    fates, ends = _ends(model, given, starts, inside, _alone(starts, others, a_max))
    varies = bool(np.count_nonzero(model.overlaps[1]) == 1)
    begin = 0
    for end in _changes(fates, np.sign(ends) if varies else ends):
        seen = []
        for side, near in enumerate(curve.adjacent):
            certain = begin + np.flatnonzero(fates[side, begin:end] != Fate.UNDECIDED)
            middle = certain[len(certain) // 2] if len(certain) else -1
            if middle < 0 or (
                not varies and _is_end_of(near, model, int(fates[side, middle]), float(ends[side, middle]))
            ):
                seen.append(near)
            else:
                seen.append(limits.limit(model, float(starts[side, 1, middle]), float(starts[side, 0, middle])))
        piece = slice(begin, end + 1)
        yield Separatrix(R[piece], a[piece], curve.saddle, (seen[0], seen[1]), curve.adjacent, varies)
        begin = end


def _is_end_of(limit: LimitPoint, model: PlanarProblem, fate: int, end: float) -> bool:
    """Whether a limit is that of a fate and an end of ``_ends``; never on R = 0, which absorbs at any height."""
    if limit.fate != fate or fate in (Fate.NO_ALIGNMENT, Fate.UNDECIDED):
        return False
    if fate == Fate.UNLEARNING:
        return float(np.sign(limit.a)) == end * limits.runaway_sign(model, 1.0)
    return limit.R == end


def _ends(
    model: PlanarProblem,
    given: batch_integrator.Models,
    starts: FloatArray,
    inside: NDArray[np.bool_],
    alone: NDArray[np.bool_],
) -> tuple[NDArray[np.int8], FloatArray]:
    """Fates, and the R at which they end, of starts beside a curve: arrays (2, n), see ``_beside``.

    What is not ``inside`` is undecided. Where they unlearn, the end is the sign of a in units of that for R > 0.
    """
    fates, ends = np.full(alone.shape, Fate.UNDECIDED, np.int8), np.full(alone.shape, np.nan)
    chosen = _first_probes(inside, alone)
    _settle(model, given, starts, chosen, fates, ends)
    rest = _fill_between(inside, chosen, fates, ends)
    _settle(model, given, starts, rest, fates, ends)
    return fates, ends


@compiled
def _first_probes(inside: Any, alone: Any) -> Any:
    """The starts whose fates are needed before those of the others can be decided, as an array (2, n).

    They are those that are not ``alone``, and the first and the last of each stretch that is.
    """
    chosen = np.zeros(alone.shape, np.bool_)
    for side in range(2):
        last = -1
        for i in range(len(inside)):
            if not inside[i]:
                continue
            if last < 0 or not alone[side, i] or not alone[side, last]:
                chosen[side, i] = True
                if last >= 0:
                    chosen[side, last] = True
            last = i
        if last >= 0:
            chosen[side, last] = True
    return chosen


@compiled
def _fill_between(inside: Any, chosen: Any, fates: Any, ends: Any) -> Any:
    """Write the fates of stretches at both of whose ends they are the same; the others that are not chosen."""
    rest = np.zeros(chosen.shape, np.bool_)
    for side in range(2):
        last = -1
        for i in range(len(inside)):
            if not chosen[side, i]:
                continue
            if last >= 0:
                fate, end = fates[side, last], ends[side, last]
                same = fate != _UNDECIDED and fate == fates[side, i] and end == ends[side, i]
                for j in range(last + 1, i):
                    if inside[j] and same:
                        fates[side, j], ends[side, j] = fate, end
                    elif inside[j]:
                        rest[side, j] = True
            last = i
    return rest


@compiled
def _changes(fates: Any, ends: Any) -> Any:
    """The points (m,) at which a curve is cut: where a fate or an end on a side is another than at the certain point
    before it; and the last point."""
    found = np.empty(fates.shape[1], np.int64)
    last = np.full(2, -1)
    count = 0
    for i in range(fates.shape[1]):
        changes = False
        for side in range(2):
            if fates[side, i] == _UNDECIDED:
                continue
            j = last[side]
            changes |= j >= 0 and (fates[side, i] != fates[side, j] or ends[side, i] != ends[side, j])
            last[side] = i
        if changes and i < fates.shape[1] - 1:
            found[count] = i
            count += 1
    found[count] = fates.shape[1] - 1
    return found[: count + 1]


def _settle(
    model: PlanarProblem,
    given: batch_integrator.Models,
    starts: FloatArray,
    chosen: NDArray[np.bool_],
    fates: NDArray[np.int8],
    ends: FloatArray,
) -> None:
    """Write the fates and ends of the chosen starts."""
    count = np.count_nonzero(chosen)
    if count == 0:
        return
    found, out = np.empty(count, np.int8), np.empty((4, count))
    R, a = starts[:, 0][chosen], starts[:, 1][chosen]
    batch_integrator.classify_batch(*given, np.zeros(count, np.int64), R, a, 0.0, False, _RTOL, found, out)
    unlearns = found == Fate.UNLEARNING
    out[0, unlearns] = np.copysign(1.0, out[0, unlearns]) ** model.first_degree
    fates[chosen], ends[chosen] = found, out[0]


def _of_the_line_at_rest(model: PlanarProblem, a_max: float, found: list[_Curve]) -> list[_Curve]:
    """Where A_1 = 0: the curves into the ends of what repels on the line R = 0, and the line itself."""
    turns = turns_of_the_line(model)
    curves = [curve for height in turns for curve in _into_the_line(model, height, a_max)]
    ends = [(s.R[i], s.a[i]) for s in [*found, *curves] for i in (0, -1)]
    cuts = {-a_max, 0.0, a_max, *(h for h in turns if abs(h) < a_max)}
    cuts |= {float(a) for R, a in ends if abs(R) < _ON_THE_LINE and abs(a) < a_max}
    heights = np.array(sorted(cuts))
    heights = heights[np.diff(heights, append=np.inf) > 1e-6 * a_max]
    pieces: list[_Curve] = []
    for low, high in zip(heights[:-1], heights[1:], strict=True):
        adjacent = _sides(model, (0.0, 0.5 * (low + high)), np.array([0.0, 1.0]), np.array([1.0, 0.0]))
        a = np.linspace(low, high, 2 + int((high - low) / (2.0 * a_max * NEIGHBORS)))
        pieces.append(_Curve(np.zeros(len(a)), a, None, adjacent))
    return curves + pieces


def _into_the_line(model: PlanarProblem, height: float, a_max: float) -> Iterator[_Curve]:
    """The two curves that end in (0, height), one from each side of R = 0."""
    ends = Equilibrium(0.0, height, EquilibriumKind.DEGENERATE, (0.0, 0.0), model.initial_loss, False)
    for side in (1.0, -1.0):
        followed = into_the_line(model, height, side, 4.0 * max(a_max, abs(height)) + 100.0, _CURVE_RTOL)
        curve = curve_of(followed.halves[1], a_max)
        # The sides a little up the curve: at its end next to nothing moves, and what the line absorbs is not decided.
        up = max(1, int(np.argmax(np.abs(curve[0]) > _UP_THE_CURVE)))
        R, a = curve[:, up]
        along = np.array([np.arctanh(R) - np.arctanh(curve[0, up - 1]), a - curve[1, up - 1]])
        across = np.array([-along[1], along[0]]) / np.hypot(*along)
        for beside in (_SADDLE_DISTANCE, 1e-4, _UP_THE_CURVE):
            adjacent = _sides(model, (float(np.arctanh(R)), float(a)), along, across, beside)
            if Fate.UNDECIDED not in (adjacent[0].fate, adjacent[1].fate):
                break
        yield from _inside(np.hstack([[[0.0], [height]], curve]), a_max, ends, adjacent)
