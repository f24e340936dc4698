"""Thresholds: every start a0 at which the fate changes, for a given R0.

Basins are bounded by the stable manifolds of saddles, and where A_1 = 0 by the curves into the two ends of
what the line R = 0, then at rest, repels. Each is followed backward in time, where it is attracting, to the
line R = R0: it crosses at the threshold, whatever eps is. What has no saddle (degenerate equilibria) is
found by comparing fates on a grid and bisecting. As eps goes to 0 the crossings tend to the heights of
the slow saddles, of the folds and of those ends.
"""

from __future__ import annotations

from math import atanh

import numpy as np

from dynamics.planar.limits.limits import Fate, level_threshold, limit
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.equilibria import Equilibrium, EquilibriumKind, equilibria
from dynamics.planar.structure.stable_manifolds import crossings_of, into_the_line, stable_manifold, turns_of_the_line
from dynamics.typing import FloatArray

TOLERANCE = 1e-6  # of max(1, |threshold|)

_PROBE_DISTANCES = (
    0.5,
    1.0,
    2.0,
    4.0,
)  # of TOLERANCE: where the sides of a height are looked at until the fate is certain
_SHARES = (0.5, 0.25, 0.75, 0.1, 0.9)  # of a bracket: where it is parted, the first at which the fate is certain
_GRID = 1.25  # about 32 starts over the sliders' range: a check, the crossings are what finds thresholds


def stable_manifold_crossings(model: PlanarProblem, saddle: Equilibrium, R0: float, a_max: float) -> list[float]:
    """Heights where the stable manifold of a saddle inside |R| < 1 crosses R = R0."""
    halves = stable_manifold(model, saddle, a_max).halves
    found = [float(a) for rows in halves for a in crossings_of(rows, atanh(R0))]
    return [*found, saddle.a] if saddle.R == R0 else found


def thresholds(model: PlanarProblem, R0: float, low: float, high: float) -> FloatArray:
    """Every a0 in (low, high) where the fate changes, sorted; error <= TOLERANCE max(1, |a0|)."""
    A, B = model.overlaps
    if abs(R0) == 1.0 or not B.any() or (R0 == 0.0 and A[0] == 0.0):
        return np.empty(0)
    if not A.any():
        height = level_threshold(model, R0)
        return np.array([a for a in (-height, height) if low < a < high])
    a_max = 4.0 * max(abs(low), abs(high)) + 100.0
    candidates = [0.0] if R0 == 0.0 else []
    for saddle in equilibria(model):
        if saddle.kind == EquilibriumKind.SADDLE and abs(saddle.R) < 1.0:
            candidates += stable_manifold_crossings(model, saddle, R0, a_max)
    if A[0] == 0.0:
        for height in turns_of_the_line(model):
            rows = into_the_line(model, height, float(np.sign(R0)), a_max).halves[1]
            candidates += crossings_of(rows, atanh(R0)).tolist()
    found = _parting(model, R0, [a for a in candidates if low < a < high])
    probes = _beside_the_line(model) if A[0] == 0.0 else np.empty(0)
    return np.array(sorted(found + _between(model, R0, [low, *found, high], probes)))


def _beside_the_line(model: PlanarProblem) -> FloatArray:
    """Starts between which the fate may change where A_1 = 0: thresholds gather at the heights at which the line R = 0
    turns from attracting to repelling."""
    steps = 10.0 ** -np.linspace(0.0, 6.0, 13)
    scales = [turn for turn in turns_of_the_line(model) if turn != 0.0]
    return np.concatenate([steps, -steps, *(turn * (1.0 + sign * steps) for turn in scales for sign in (1.0, -1.0))])


def _parting(model: PlanarProblem, R0: float, heights: list[float]) -> list[float]:
    """Those on whose two sides certain fates differ; heights that are one to the tolerance count as one."""
    groups: list[list[float]] = []
    for a in sorted(heights):
        if groups and a - groups[-1][-1] <= TOLERANCE * max(1.0, abs(a)):
            groups[-1].append(a)
        else:
            groups.append([a])
    found = []
    for group in groups:
        below, above = _beside(model, group[0], R0, -1.0), _beside(model, group[-1], R0, 1.0)
        if below != above and Fate.UNDECIDED not in (below, above):
            found.append(0.5 * (group[0] + group[-1]))
    return found


def _beside(model: PlanarProblem, a: float, R0: float, sign: float) -> Fate:
    """The fate beside a start, as close to it as one is certain."""
    for share in _PROBE_DISTANCES:
        fate = limit(model, a + sign * share * TOLERANCE * max(1.0, abs(a)), R0).fate
        if fate != Fate.UNDECIDED:
            return fate
    return Fate.UNDECIDED


def _between(model: PlanarProblem, R0: float, heights: list[float], probes: FloatArray) -> list[float]:
    """Changes of fate that no stable manifold accounts for: between neighbors of a grid and ``probes``."""
    found = []
    for left, right in zip(heights[:-1], heights[1:], strict=True):
        # a strip beside a threshold can be thin: each end is approached as closely as its own size allows
        low, high = left + TOLERANCE * max(1.0, abs(left)), right - TOLERANCE * max(1.0, abs(right))
        if high - low < 2.0 * TOLERANCE * max(1.0, abs(left), abs(right)):
            continue
        even = np.linspace(low, high, max(3, int((right - left) / _GRID)))
        grid = np.union1d(even, probes[(probes > low) & (probes < high)]).tolist()
        # an undecided start says nothing: it must not come between two that are certain
        certain = [(a, fate) for a in grid if (fate := limit(model, a, R0).fate) != Fate.UNDECIDED]
        for one, other in zip(certain[:-1], certain[1:], strict=True):
            found += _bisected(model, R0, one, other)
    return found


def _bisected(model: PlanarProblem, R0: float, one: tuple[float, Fate], other: tuple[float, Fate]) -> list[float]:
    """The changes of fate between two starts (a0, fate): more than one where it changes to a third one first."""
    found: list[float] = []
    for _ in Fate:
        if one[1] == other[1]:
            break
        low, high = one[0], other
        while high[0] - low > 0.5 * TOLERANCE * max(1.0, abs(low)):
            for share in _SHARES:
                a = low + share * (high[0] - low)
                fate = limit(model, a, R0).fate
                if fate != Fate.UNDECIDED:
                    break
            else:
                break  # all of it is undecided
            if fate == one[1]:
                low = a
            else:
                high = (a, fate)
        found.append(0.5 * (low + high[0]))
        one = high
    return found
