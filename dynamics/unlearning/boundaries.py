"""The curves between the fates of a phase map: found by bisection on the edges of its grid, then joined."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..hermite import Array
from ..results import Result
from .limits import Fate

if TYPE_CHECKING:
    from .phase_map import Plan

TOLERANCE = 1e-4  # of the range of an axis

Fates = NDArray[np.int8]
Node = tuple[Any, ...]  # an edge (i, j, whether it goes up), or the centre of a square
Links = dict[Node, list[Node]]


@dataclass(frozen=True, eq=False)
class Boundary(Result):
    """A curve between two fates: ``x``, ``y`` (k,), exact to 1e-4 of the ranges where it crosses the grid's lines.

    Where more than two fates meet, curves end in the middle of the cell.
    """

    x: Array
    y: Array
    fates: tuple[Fate, Fate]


def boundaries(
    plan: Plan, x: Array, y: Array, fate: Fates, fates_at: Callable[[Array, Array], Fates]
) -> Iterator[tuple[float, tuple[Boundary, ...], int]]:
    """After each round of bisection the share of the work that is done, and in the end, at 1, the curves; how many
    trajectories it took to find them."""
    across_j, across_i = np.nonzero(fate[:, 1:] != fate[:, :-1])
    up_j, up_i = np.nonzero(fate[1:] != fate[:-1])
    low = np.concatenate([np.stack([across_i, across_j]), np.stack([up_i, up_j])], axis=1)
    high = low.copy()
    high[0, : len(across_i)] += 1
    high[1, len(across_i) :] += 1
    if not low.shape[1]:
        yield 1.0, (), 0
        return
    for share, found, integrated in _bisected(plan, x, y, fate, low, high, fates_at):
        if share < 1.0:
            yield share, (), integrated
        else:
            crossings = {(int(i), int(j), bool(k >= len(across_i))): found[:, k] for k, (i, j) in enumerate(low.T)}
            yield 1.0, tuple(_joined(fate, crossings)), integrated


def _bisected(
    plan: Plan, x: Array, y: Array, fate: Fates, low: NDArray[np.int64], high: NDArray[np.int64],
    fates_at: Callable[[Array, Array], Fates],
) -> Iterator[tuple[float, Array, int]]:  # fmt: skip
    """Where the fate at the low end of each edge (2, k) ends: after each round its share, points (2, k), and the
    trajectories so far."""
    own = fate[low[1], low[0]]
    coordinates = [np.log(x) if plan.x.name == "eps" else x, np.log(y) if plan.y.name == "eps" else y]
    near, far = (
        np.stack([values[index] for values, index in zip(coordinates, end, strict=True)]) for end in (low, high)
    )
    cell = max(1.0 / (len(x) - 1), 1.0 / (len(y) - 1))
    rounds = max(0, int(np.ceil(np.log2(cell / TOLERANCE))))
    for done in range(rounds):
        yield done / rounds, near, done * low.shape[1]
        middle = 0.5 * (near + far)
        same = fates_at(*_values(plan, middle)) == own
        near, far = np.where(same, middle, near), np.where(same, far, middle)
    yield 1.0, np.stack(_values(plan, 0.5 * (near + far))), rounds * low.shape[1]


def _values(plan: Plan, points: Array) -> tuple[Array, Array]:
    x, y = points
    return np.exp(x) if plan.x.name == "eps" else x, np.exp(y) if plan.y.name == "eps" else y


def _joined(fate: Fates, crossings: dict[tuple[int, int, bool], Array]) -> list[Boundary]:
    """Segments within the squares of the grid, strung together by the edges that they share."""
    links: dict[tuple[Fate, Fate], Links] = defaultdict(lambda: defaultdict(list))
    points: dict[Node, Array] = {**crossings}
    squares = {(i, j) for i, j, up in crossings} | {(i - 1, j) for i, j, up in crossings if up}
    squares |= {(i, j - 1) for i, j, up in crossings if not up}
    ny, nx = fate.shape
    for i, j in sorted(squares):
        if not (0 <= i < nx - 1 and 0 <= j < ny - 1):
            continue
        edges = [(i, j, False), (i + 1, j, True), (i, j + 1, False), (i, j, True)]
        corners = [
            (fate[j, i], fate[j, i + 1]), (fate[j, i + 1], fate[j + 1, i + 1]),
            (fate[j + 1, i], fate[j + 1, i + 1]), (fate[j, i], fate[j + 1, i]),
        ]  # fmt: skip
        crossed = [(edge, _pair(*pair)) for edge, pair in zip(edges, corners, strict=True) if edge in crossings]
        pairs = {pair for _, pair in crossed}
        if len(crossed) == 2:
            (one, pair), (other, _) = crossed
            _link(links[pair], one, other)
        elif len(crossed) == 4 and len(pairs) == 1:  # a saddle of two fates: the two corners of one are kept apart
            for k in (0, 2):
                _link(links[crossed[k][1]], crossed[k][0], crossed[k + 1][0])
        else:
            centre: Node = ("centre", i, j)
            points[centre] = np.mean([crossings[edge] for edge, _ in crossed], axis=0)
            for edge, pair in crossed:
                _link(links[pair], edge, centre)
    curves = []
    for pair, neighbours in links.items():
        for chain in _chains(neighbours):
            x, y = np.stack([points[node] for node in chain], axis=1)
            curves.append(Boundary(x, y, pair))
    return curves


def _pair(one: int, other: int) -> tuple[Fate, Fate]:
    return Fate(min(one, other)), Fate(max(one, other))


def _link(neighbours: Links, one: Node, other: Node) -> None:
    neighbours[one].append(other)
    neighbours[other].append(one)


def _chains(neighbours: Links) -> list[list[Node]]:
    """The paths of a graph: from its ends and branchings first, then its circles."""
    left = {node: list(others) for node, others in neighbours.items()}
    chains = []
    starts = [node for node, others in neighbours.items() if len(others) != 2] + list(neighbours)
    for start in starts:
        while left[start]:
            chain = [start]
            while True:
                here = chain[-1]
                if not left[here] or (len(chain) > 1 and len(neighbours[here]) != 2):
                    break
                following = left[here].pop()
                left[following].remove(here)
                chain.append(following)
            chains.append(chain)
    return chains
