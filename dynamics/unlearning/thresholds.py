"""Thresholds: every start a0 at which the fate changes, for a given R0.

Basins are bounded by the stable manifolds of saddles. Each is followed backward in time, where it is
attracting, from its saddle to the line R = R0: it crosses at the threshold, whatever eps is. What has no
saddle (the line R = 0 at rest, degenerate equilibria) is found by comparing fates on a grid and
bisecting. As eps goes to 0 the crossings tend to the heights of the slow saddles and of the folds.
"""

from __future__ import annotations

from math import atanh
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import rosenbrock
from ..compiling import compiled
from ..hermite import Array
from .equilibria import Equilibrium, EquilibriumKind, jacobian
from .integration import first_step
from .limits import Fate, level_threshold
from .planar import planar

if TYPE_CHECKING:
    from .model import UnlearningModel

TOLERANCE = 1e-6  # of max(1, |threshold|)

_OFFSET = 1e-7  # of the distance scale: where a stable manifold is joined to its linearisation
_RTOL = 1e-10  # errors of a height: 1e-9 at most, for backward in time the manifold attracts
_STEP_BUDGET = 20_000
_CROSSINGS = 16
_GRID = 1.25  # about 32 starts over the sliders' range: a check, the crossings are what finds thresholds


@compiled
def _followed(backward: Any, rho: float, a: float, rho0: float, a_max: float, tau_max: float) -> Any:
    """Heights at which a backward solution crosses rho = rho0."""
    y = np.array([rho, a])
    state = rosenbrock.start(0.0, first_step(backward, y, 1.0))
    work = rosenbrock.workspace(backward)
    found = np.empty(_CROSSINGS)
    count = 0
    rows = np.empty((2, 10))
    for _ in range(_STEP_BUDGET):
        t0 = state[0]
        before = y[0] - rho0
        code = rosenbrock.step(backward, state, y, work, tau_max, _RTOL)
        if code != 0:
            break
        after = y[0] - rho0
        if before != 0.0 and before * after <= 0.0:
            rosenbrock.keep(work, state, t0, rows[0])
            rows[1, 2], rows[1, 3] = y[0], y[1]
            low, high = t0, state[0]
            for _bisection in range(60):
                middle = 0.5 * (low + high)
                if (rosenbrock.interpolate(rows, 0, middle, 0, 2) - rho0) * before > 0.0:
                    low = middle
                else:
                    high = middle
            found[count] = rosenbrock.interpolate(rows, 0, high, 1, 2)
            count += 1
            if count == _CROSSINGS:
                break
        if abs(y[1]) > a_max or abs(y[0]) > 400.0 or state[0] >= tau_max:
            break
    return found[:count]


def stable_manifold_crossings(model: UnlearningModel, saddle: Equilibrium, R0: float, a_max: float) -> list[float]:
    """Heights where the stable manifold of a saddle inside |R| < 1 crosses R = R0."""
    A, B = model.overlaps
    slope = 1.0 - saddle.R**2
    J = jacobian(model, saddle.R, saddle.a)
    J = np.array([[J[0, 0], J[0, 1] / slope], [J[1, 0] * slope, J[1, 1]]])  # in (rho, a)
    stable = saddle.eigenvalues[0]
    # the better conditioned row of (J - stable) v = 0
    rows = J - stable * np.eye(2)
    row = rows[np.argmax(np.abs(rows).sum(axis=1) / (np.abs(J).sum(axis=1) + 1e-300))]
    vector = np.array([-row[1], row[0]])
    vector /= np.hypot(*vector)
    offset = _OFFSET * min(1.0, max(abs(saddle.a), abs(saddle.R), 1e-3))
    backward = planar(A, B, model.eps, time_direction=-1)
    rho = atanh(saddle.R)
    found = []
    for sign in (-1.0, 1.0):
        start = np.array([rho, saddle.a]) + sign * offset * vector
        tau_max = 1e6 / abs(stable) + 1e6
        found += list(_followed(backward, start[0], start[1], atanh(R0), a_max, tau_max))
    if saddle.R == R0:
        found.append(saddle.a)
    return [float(a) for a in found]


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
