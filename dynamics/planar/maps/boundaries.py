"""The curves between the fates of a phase map: found by bisection on the edges of its grid, then joined.

On an edge there may be more than two fates: where a third one is met, both of its ends are found. Fates that only a
single value has (a coefficient, an a0 or an R0 of exactly 0) and those narrower than can be told apart count as none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dynamics.interruption import checkpoint
from dynamics.planar.limits.limits import Fate
from dynamics.planar.maps.axes import Axis
from dynamics.planar.maps.plan import MapSpec
from dynamics.results import Result
from dynamics.typing import FloatArray

TOLERANCE = 1e-4  # of the range of an axis

_PROBE_DISTANCE = 2e-4  # of the range: where the fates on the two sides of a point are those that it names
_THIN = 2.5e-4  # of the range: an interval of a third fate narrower than this is none
_SPECIAL = 1e-9  # of the range: as close to 0 a value counts as 0

_FATES = tuple(Fate)  # to look one up takes a tenth of the time that Fate(number) takes

Fates = NDArray[np.int8]
Node = tuple[Any, ...]  # an edge (i, j, whether it goes up) and the number of a change on it, or the center of a square
Links = dict[Node, list[Node]]
Crossings = dict[tuple[int, int, bool], list[tuple[FloatArray, tuple[Fate, Fate]]]]


@dataclass(frozen=True, eq=False)
class Boundary(Result):
    """Hold a curve between two fates of a phase map.

    Where it crosses the lines of the grid it is exact to 1e-4 of the ranges: there, starts 2e-4 of the range to its two
    sides along the line have the two fates. Where more than two fates meet, curves end in the middle of the cell.

    Attributes
    ----------
    x, y : array (k,)
        The points of the curve.
    fates : tuple of two Fates
        The fates that it separates.
    """

    x: FloatArray
    y: FloatArray
    fates: tuple[Fate, Fate]


@dataclass(frozen=True, eq=False)
class _Changes:
    """Changes of fate on edges: between ``low`` and ``high`` (n,), from 0 to 1 along edge number ``edge``, the fate is
    no longer ``before`` but ``after``."""

    edge: NDArray[np.int64]
    low: FloatArray
    high: FloatArray
    before: Fates
    after: Fates

    def where(self, mask: NDArray[np.bool_]) -> _Changes:
        return _Changes(self.edge[mask], self.low[mask], self.high[mask], self.before[mask], self.after[mask])

    def with_others(self, *others: _Changes) -> _Changes:
        """All of them, by edge and place."""
        parts = [self, *others]
        edge, low, high, before, after = (
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("edge", "low", "high", "before", "after")
        )
        order = np.lexsort((low, edge))
        return _Changes(edge[order], low[order], high[order], before[order], after[order])


def boundaries(
    plan: MapSpec, x: FloatArray, y: FloatArray, fate: Fates, fates_at: Callable[[FloatArray, FloatArray], Fates]
) -> Iterator[tuple[float, tuple[Boundary, ...], int]]:
    """After each round of bisection the share of the work that is done, and in the end, at 1, the curves; how many
    trajectories it took to find them."""
    special = np.zeros(fate.shape, bool)
    special[:, _special(plan.x, x)] = special[_special(plan.y, y)] = True
    special_j, special_i = np.nonzero(special)
    integrated = len(special_i)

    def generic(x: FloatArray, y: FloatArray) -> Fates:
        return fates_at(_off_special(plan.x, x), _off_special(plan.y, y))

    if integrated:
        fate = fate.copy()
        fate[special] = generic(x[special_i], y[special_j])
    across_j, across_i = np.nonzero(fate[:, 1:] != fate[:, :-1])
    up_j, up_i = np.nonzero(fate[1:] != fate[:-1])
    i, j = np.concatenate([across_i, up_i]), np.concatenate([across_j, up_j])
    up = np.arange(len(i)) >= len(across_i)
    if not len(i):
        yield 1.0, (), integrated
        return
    ends = [np.stack([_coordinate(plan.x, x[i + o * ~up]), _coordinate(plan.y, y[j + o * up])]) for o in (0, 1)]
    cells = np.where(up, 1.0 / (len(y) - 1), 1.0 / (len(x) - 1))  # of the ranges

    def point(edge: NDArray[np.int64], t: FloatArray) -> tuple[FloatArray, FloatArray]:
        at = ends[0][:, edge] + t * (ends[1] - ends[0])[:, edge]
        return _value(plan.x, at[0]), _value(plan.y, at[1])

    def fates_on(edge: NDArray[np.int64], t: FloatArray) -> Fates:
        return generic(*point(edge, t))

    m = len(i)
    changes = _Changes(np.arange(m), np.zeros(m), np.ones(m), fate[j, i], fate[j + up, i + ~up])
    rounds = max(0, int(np.ceil(np.log2(cells.max() / TOLERANCE))))
    for done in range(rounds):
        yield done / (rounds + 1), (), integrated
        integrated += len(changes.edge)
        changes = _halved(changes, fates_on)
    yield rounds / (rounds + 1), (), integrated
    missed, probed = _missed(changes, cells, fates_on)
    integrated += probed
    while len(missed.edge) and np.any((missed.high - missed.low) * cells[missed.edge] > TOLERANCE):
        integrated += len(missed.edge)
        missed = _halved(missed, fates_on)
    changes = changes.with_others(missed)
    edges, places, pairs = zip(*_distinguished(changes, cells), strict=True)
    points = np.stack(point(np.array(edges), np.array(places)), axis=1)
    crossings: Crossings = defaultdict(list)
    for edge, at, pair in zip(edges, points, pairs, strict=True):
        crossings[int(i[edge]), int(j[edge]), bool(up[edge])].append((at, pair))
    yield 1.0, tuple(_joined(fate.shape, crossings)), integrated


def _coordinate(axis: Axis, values: FloatArray) -> FloatArray:
    """What an axis is even in."""
    return np.log(values) if axis.name == "eps" else values


def _value(axis: Axis, coordinates: FloatArray) -> FloatArray:
    return np.exp(coordinates) if axis.name == "eps" else coordinates


def _special(axis: Axis, values: FloatArray) -> NDArray[np.bool_]:
    """Where a fate may be that of one value alone."""
    room = _SPECIAL * (axis.high - axis.low)
    at_zero = (np.abs(values) <= room) & (axis.name != "eps")
    return at_zero | ((axis.name == "R0") & (np.abs(values) >= 1.0 - room))


def _off_special(axis: Axis, values: FloatArray) -> FloatArray:
    """Values a little off those that are special: by much less than the last bracket of a bisection."""
    shift = 1e-2 * TOLERANCE * (axis.high - axis.low)
    moved = np.where(values + shift > axis.high, values - shift, values + shift)
    return np.where(_special(axis, values), moved, values)


def _halved(changes: _Changes, fates_on: Callable[[NDArray[np.int64], FloatArray], Fates]) -> _Changes:
    """Each change in half the room; two where a third fate is met."""
    middle = 0.5 * (changes.low + changes.high)
    found = fates_on(changes.edge, middle)
    later, third = found == changes.before, (found != changes.before) & (found != changes.after)
    first = _Changes(
        changes.edge,
        np.where(later, middle, changes.low),
        np.where(later, changes.high, middle),
        changes.before,
        np.where(third, found, changes.after),
    )
    second = _Changes(changes.edge, middle, changes.high, found, changes.after).where(third)
    return first.with_others(second) if third.any() else first


def _missed(
    changes: _Changes, cells: FloatArray, fates_on: Callable[[NDArray[np.int64], FloatArray], Fates]
) -> tuple[_Changes, int]:
    """The changes close to others that a bisection has passed by, and how many trajectories it took to see that."""
    edge, n = changes.edge, len(changes.edge)
    place = 0.5 * (changes.low + changes.high)
    same = edge[1:] == edge[:-1]
    # what is known of the fates before and after: from the change before, or the edge's begin, to the next one
    begin = np.zeros(n)
    begin[1:][same] = changes.high[:-1][same]
    end = np.ones(n)
    end[:-1][same] = changes.low[1:][same]
    found: list[_Changes] = []
    probed = 0
    for sign, fates in ((-1.0, changes.before), (1.0, changes.after)):
        at = place + sign * _PROBE_DISTANCE / cells[edge]
        inside = np.flatnonzero((at > begin) & (at < end))
        probed += len(inside)
        seen = fates_on(edge[inside], at[inside])
        wrong = seen != fates[inside]
        k, t, other = inside[wrong], at[inside][wrong], seen[wrong]
        near, far = (changes.low[k], begin[k]) if sign < 0 else (changes.high[k], end[k])
        for bound in (near, far):
            after = bound > t
            found.append(
                _Changes(
                    edge[k],
                    np.minimum(bound, t),
                    np.maximum(bound, t),
                    np.where(after, other, fates[k]),
                    np.where(after, fates[k], other),
                )
            )
    return found[0].with_others(*found[1:]), probed


def _distinguished(changes: _Changes, cells: FloatArray) -> Iterator[tuple[int, float, tuple[Fate, Fate]]]:
    """Edge, place and fates of each change, by edge and place, without the fates between two that are too close."""
    cuts = np.flatnonzero(np.diff(changes.edge)) + 1
    place = 0.5 * (changes.low + changes.high)
    for group in np.split(np.arange(len(place)), cuts):
        checkpoint()  # a map may have hundreds of thousands of edges
        edge = int(changes.edge[group[0]])
        points = place[group].tolist()
        fates = [int(changes.before[group[0]]), *changes.after[group].tolist()]
        while len(points) > 1:
            narrowest = int(np.argmin(np.diff(points)))
            if (points[narrowest + 1] - points[narrowest]) * cells[edge] >= _THIN:
                break
            points[narrowest : narrowest + 2] = [0.5 * (points[narrowest] + points[narrowest + 1])]
            del fates[narrowest + 1]
            if fates[narrowest] == fates[narrowest + 1]:
                del points[narrowest], fates[narrowest]
        for k, t in enumerate(points):
            yield edge, t, _pair(fates[k], fates[k + 1])


def _joined(shape: tuple[int, ...], crossings: Crossings) -> list[Boundary]:
    """Segments within the squares of the grid, strung together by the points on the edges that they share."""
    links: dict[tuple[Fate, Fate], Links] = defaultdict(lambda: defaultdict(list))
    points: dict[Node, FloatArray] = {
        (*edge, k): point for edge, found in crossings.items() for k, (point, _) in enumerate(found)
    }
    squares = {(i, j) for i, j, up in crossings} | {(i - 1, j) for i, j, up in crossings if up}
    squares |= {(i, j - 1) for i, j, up in crossings if not up}
    ny, nx = shape
    for i, j in sorted(squares):
        checkpoint()
        if not (0 <= i < nx - 1 and 0 <= j < ny - 1):
            continue
        nodes: dict[tuple[Fate, Fate], list[Node]] = defaultdict(list)
        for edge in ((i, j, False), (i + 1, j, True), (i, j + 1, False), (i, j, True)):
            for k, (_, pair) in enumerate(crossings.get(edge, ())):
                nodes[pair].append((*edge, k))
        center: Node = ("center", i, j)
        meeting = [node for found in nodes.values() if len(found) % 2 for node in found]
        if meeting:
            points[center] = np.mean([points[node] for node in meeting], axis=0)
        for pair, found in nodes.items():
            if len(found) % 2:
                for node in found:
                    _link(links[pair], node, center)
            else:  # where two fates meet in a saddle, two corners of one are kept apart
                for one, other in zip(found[::2], found[1::2], strict=True):
                    _link(links[pair], one, other)
    curves = []
    for pair, neighbors in links.items():
        for chain in _chains(neighbors):
            x, y = np.stack([points[node] for node in chain], axis=1)
            curves.append(Boundary(x, y, pair))
    return curves


def _pair(one: int, other: int) -> tuple[Fate, Fate]:
    return _FATES[min(one, other)], _FATES[max(one, other)]


def _link(neighbors: Links, one: Node, other: Node) -> None:
    neighbors[one].append(other)
    neighbors[other].append(one)


def _chains(neighbors: Links) -> list[list[Node]]:
    """The paths of a graph: from its ends and branchings first, then its circles."""
    left = {node: list(others) for node, others in neighbors.items()}
    chains = []
    starts = [node for node, others in neighbors.items() if len(others) != 2] + list(neighbors)
    for start in starts:
        checkpoint()
        while left[start]:
            chain = [start]
            while True:
                here = chain[-1]
                if not left[here] or (len(chain) > 1 and len(neighbors[here]) != 2):
                    break
                following = left[here].pop()
                left[following].remove(here)
                chain.append(following)
            chains.append(chain)
    return chains
