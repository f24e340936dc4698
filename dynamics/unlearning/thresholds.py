"""Thresholds: every start a0 at which the fate changes, for a given R0.

Basins are bounded by the stable manifolds of saddles. Each is followed backward in time, where it is
attracting, from its saddle to the line R = R0: it crosses at the threshold, whatever eps is. What has no
saddle (the line R = 0 at rest, degenerate equilibria) is found by comparing fates on a grid and
bisecting. As eps goes to 0 the crossings tend to the heights of the slow saddles and of the folds.
"""

from __future__ import annotations

from math import atanh
from typing import TYPE_CHECKING

import numpy as np

from ..hermite import Array
from .equilibria import Equilibrium, EquilibriumKind
from .limits import Fate, level_threshold
from .stable_manifolds import crossings_of, stable_manifold

if TYPE_CHECKING:
    from .model import UnlearningModel

TOLERANCE = 1e-6  # of max(1, |threshold|)

_GRID = 1.25  # about 32 starts over the sliders' range: a check, the crossings are what finds thresholds


def stable_manifold_crossings(model: UnlearningModel, saddle: Equilibrium, R0: float, a_max: float) -> list[float]:
    """Heights where the stable manifold of a saddle inside |R| < 1 crosses R = R0."""
    halves = stable_manifold(model, saddle, a_max).halves
    found = [float(a) for rows in halves for a in crossings_of(rows, atanh(R0))]
    return [*found, saddle.a] if saddle.R == R0 else found


def thresholds(model: UnlearningModel, R0: float, low: float, high: float) -> Array:
    """Every a0 in (low, high) where the fate changes, sorted; error <= TOLERANCE max(1, |a0|)."""
    A, B = model.overlaps
    if abs(R0) == 1.0 or not B.any() or (R0 == 0.0 and A[0] == 0.0):
        return np.empty(0)
    if not A.any():
        height = level_threshold(model, R0)
        return np.array([a for a in (-height, height) if low < a < high])
    a_max = 4.0 * max(abs(low), abs(high)) + 100.0
    candidates = [0.0] if R0 == 0.0 else []
    for saddle in model.equilibria():
        if saddle.kind == EquilibriumKind.SADDLE and abs(saddle.R) < 1.0:
            candidates += stable_manifold_crossings(model, saddle, R0, a_max)
    found = [a for a in sorted(set(candidates)) if low < a < high and _changes(model, a, R0)]
    probes = _beside_the_line(model) if A[0] == 0.0 else np.empty(0)
    return np.array(sorted(found + _between(model, R0, [low, *found, high], probes)))


def _beside_the_line(model: UnlearningModel) -> Array:
    """Starts between which the fate may change where A_1 = 0: the line R = 0 at rest attracts between
    heights that no saddle marks, a = 0 and M(0) = 2 A_2 / B_1, and thresholds gather there."""
    A, B = model.overlaps
    steps = 10.0 ** -np.linspace(0.0, 6.0, 13)
    around = [steps, -steps]
    if model.K > 1 and A[1] != 0.0 and B[0] != 0.0:
        turn = 2.0 * A[1] / B[0]
        around += [turn * (1.0 + steps), turn * (1.0 - steps)]
    return np.concatenate(around)


def _changes(model: UnlearningModel, a: float, R0: float) -> bool:
    delta = 0.5 * TOLERANCE * max(1.0, abs(a))
    return model.fate(a - delta, R0) != model.fate(a + delta, R0)


def _between(model: UnlearningModel, R0: float, known: list[float], probes: Array) -> list[float]:
    """Changes of fate that no stable manifold accounts for: between neighbours of a grid and ``probes``."""
    found = []
    for left, right in zip(known[:-1], known[1:], strict=True):
        delta = TOLERANCE * max(1.0, abs(left), abs(right))
        if right - left < 4.0 * delta:
            continue
        even = np.linspace(left + delta, right - delta, max(3, int((right - left) / _GRID)))
        grid = np.union1d(even, probes[(probes > left + delta) & (probes < right - delta)])
        fates = [model.fate(float(a), R0) for a in grid]
        for i in range(len(grid) - 1):
            if fates[i] != fates[i + 1] and Fate.UNDECIDED not in (fates[i], fates[i + 1]):
                found.append(_bisected(model, R0, float(grid[i]), float(grid[i + 1]), fates[i]))
    return found


def _bisected(model: UnlearningModel, R0: float, low: float, high: float, at_low: Fate) -> float:
    while high - low > 0.5 * TOLERANCE * max(1.0, abs(low)):
        middle = 0.5 * (low + high)
        if model.fate(middle, R0) == at_low:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
