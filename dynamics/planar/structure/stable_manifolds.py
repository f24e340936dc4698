"""Stable manifolds of saddles: followed backward in time, where they attract, whatever eps is."""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh
from typing import Any

import numpy as np

from dynamics.coordinates import alignment
from dynamics.integrators import rosenbrock
from dynamics.integrators.arrays import longer, wider
from dynamics.interruption import checkpoint
from dynamics.jit import compiled
from dynamics.planar.integration.integration import first_step
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.equilibria import Equilibrium
from dynamics.planar.system import planar, sums_and_slopes
from dynamics.typing import FloatArray

_OFFSET = 1e-7  # of the distance scale: where a stable manifold is joined to its linearization
RTOL = 1e-10  # errors of a height: 1e-9 at most, for backward in time the manifold attracts
_STEP_BUDGET = 20_000
_CROSSINGS = 16

_BLOWN_UP = 1e-5  # where a manifold of the blown-up line R = 0 is joined to its linearization

NEIGHBORS = 0.01  # of the window: the most that neighboring points of a curve are apart
_THINNED = 0.25  # of NEIGHBORS: points closer than that are left out


@dataclass(frozen=True, eq=False)
class StableManifold:
    """The two halves of a stable manifold as records of backward solutions in (rho, a), and the
    directions (rho, a) at its equilibrium: ``stable`` into the second half, ``unstable`` across it."""

    halves: tuple[FloatArray, FloatArray]
    stable: FloatArray
    unstable: FloatArray


@compiled
def followed(backward: Any, rho: float, a: float, a_max: float, tau_max: float, rtol: float) -> Any:
    """The record of a backward solution until |a| > a_max, |rho| > 400, tau_max or the step budget."""
    y = np.array([rho, a])
    state = rosenbrock.initial_state(0.0, first_step(backward, y, 1.0))
    work = rosenbrock.workspace(backward)
    rows = np.empty((512, 10))
    count = 0
    for _ in range(_STEP_BUDGET):
        t0 = state[0]
        if rosenbrock.step(backward, state, y, work, tau_max, rtol) != 0:
            break
        if count + 1 == len(rows):
            rows = longer(rows)
        rosenbrock.save_step(work, state, t0, rows[count])
        count += 1
        if abs(y[1]) > a_max or abs(y[0]) > 400.0 or state[0] >= tau_max:
            break
    rows[count] = 0.0
    rows[count, 0] = state[0]
    rows[count, 2], rows[count, 3] = y[0], y[1]
    return rows[: count + 1].copy()


def stable_manifold(model: PlanarProblem, saddle: Equilibrium, a_max: float, rtol: float = RTOL) -> StableManifold:
    """The stable manifold of a saddle inside |R| < 1, out to |a| = a_max."""
    _, g, q, h, dg, dh = sums_and_slopes(model.system.table, saddle.R)
    slope, mixed = 1.0 - saddle.R**2, g - 2.0 * saddle.a * h
    fast = saddle.a * (dg - saddle.a * dh) * slope  # there is no term with g - a h: it is zero here
    J = np.array([[fast / model.eps, mixed / model.eps], [mixed * slope, -q]])  # in (rho, a)
    stable, unstable = (_eigenvector(J, value) for value in saddle.eigenvalues)
    offset = _OFFSET * min(1.0, max(abs(saddle.a), abs(saddle.R), 1e-3))
    tau_max = 1e6 / abs(saddle.eigenvalues[0]) + 1e6
    return followed_from(model, (atanh(saddle.R), saddle.a), stable, unstable, offset, a_max, tau_max, rtol)


def followed_from(
    model: PlanarProblem,
    point: tuple[float, float],
    stable: FloatArray,
    unstable: FloatArray,
    offset: float,
    a_max: float,
    tau_max: float,
    rtol: float,
) -> StableManifold:
    """Both halves from a point (rho, a), joined at ``offset`` along the direction ``stable``."""
    checkpoint()
    backward = planar(*model.overlaps, model.eps, time_direction=-1)
    before, after = (
        followed(backward, point[0] + step * stable[0], point[1] + step * stable[1], a_max, tau_max, rtol)
        for step in (-offset, offset)
    )
    return StableManifold((before, after), stable, unstable)


def turns_of_the_line(model: PlanarProblem) -> list[float]:
    """The heights at which the line R = 0 turns from attracting to repelling, where A_1 = 0: 0 and M(0).

    With s the lower of the first powers of R g and R h, ``g - a h = R^(s-1) (s A_s - a k B_k) + O(R^s)``, s = 2 k.
    Empty where A_s = 0, so that the two heights are one, or no such power is left.
    """
    A, B = model.overlaps
    s, leading = _lowest_powers(model)
    if leading == 0.0:
        return []
    k = s // 2
    if s % 2 or B[k - 1] == 0.0:
        return [0.0]
    return [0.0, float(2.0 * A[s - 1] / B[k - 1])]


def _lowest_powers(model: PlanarProblem) -> tuple[int, float]:
    """The lower of the first powers of R g and R h, and A of that degree."""
    A, B = model.overlaps
    powers = [*(np.flatnonzero(A) + 1), *(2 * (np.flatnonzero(B) + 1))]
    s = int(min(powers, default=0))
    return s, float(A[s - 1]) if 0 < s <= model.K else 0.0


def into_the_line(model: PlanarProblem, height: float, side: float, a_max: float, rtol: float = RTOL) -> StableManifold:
    """The curve on the side sign(R) = side that ends in (0, height), one of ``turns_of_the_line``; its second half.

    With time measured by int R^(s-1) dtau that point is a hyperbolic saddle of::

        eps dR = a (s A_s - a k B_k) + a (s + 1) A_(s+1) R + O(R^2)        da = R (A_s - a B_k) + O(R^2)
    """
    A, B = model.overlaps
    s, leading = _lowest_powers(model)
    b = B[s // 2 - 1] if s % 2 == 0 else 0.0
    following = A[s] if s < model.K else 0.0
    J = np.array(
        [[(s + 1) * height * following, s * (leading - height * b)], [model.eps * (leading - height * b), 0.0]]
    )
    values, vectors = np.linalg.eig(J)
    # for even s that measure of time runs backward on R < 0, and stable is what else is unstable
    forward = side if s % 2 == 0 else 1.0
    toward, across = vectors.T if values[0] * forward < 0.0 else vectors.T[::-1]
    toward = side * toward * np.sign(toward[0])
    start = (float(_BLOWN_UP * toward[0]), float(height + _BLOWN_UP * toward[1]))
    return followed_from(model, start, toward, across, 0.0, a_max, 1e30, rtol)


def _eigenvector(J: FloatArray, value: float) -> FloatArray:
    """From the better conditioned row of (J - value) v = 0."""
    rows = J - value * np.eye(2)
    row = rows[np.argmax(np.abs(rows).sum(axis=1) / (np.abs(J).sum(axis=1) + 1e-300))]
    vector: FloatArray = np.array([-row[1], row[0]]) / np.hypot(*row)
    return vector


@compiled
def crossings_of(rows: Any, rho0: float) -> Any:
    """Heights at which a record crosses rho = rho0."""
    found = np.empty(_CROSSINGS)
    count = 0
    for i in range(len(rows) - 1):
        before, after = rows[i, 2] - rho0, rows[i + 1, 2] - rho0
        if before != 0.0 and before * after <= 0.0 and count < _CROSSINGS:
            low, high = 0.0, 1.0
            for _bisection in range(60):
                middle = 0.5 * (low + high)
                if (rosenbrock.evaluate_dense(rows, i, middle, 0, 2) - rho0) * before > 0.0:
                    low = middle
                else:
                    high = middle
            found[count] = rosenbrock.evaluate_dense(rows, i, high, 1, 2)
            count += 1
    return found[:count].copy()


@compiled
def curve_of(rows: Any, a_max: float) -> Any:
    """Points R, a of shape (2, n) along a record, neighbors in the window |R| <= 1, |a| <= a_max at most
    ``NEIGHBORS`` of its width and height apart; where it crosses |a| = a_max there is a point."""
    out = np.empty((2, 256))
    out[0, 0] = alignment(rows[0, 2])[0]
    out[1, 0] = rows[0, 3]
    count = 1
    ahead = np.empty(64)
    for i in range(len(rows) - 1):
        reached = 0.0
        depth = 0
        ahead[0] = 1.0
        while depth >= 0:
            theta = ahead[depth]
            R = alignment(rosenbrock.evaluate_dense(rows, i, theta, 0, 2))[0]
            a = rosenbrock.evaluate_dense(rows, i, theta, 1, 2)
            R_last, a_last = out[0, count - 1], out[1, count - 1]
            moved = 0.5 * max(abs(R - R_last), abs(a - a_last) / a_max)
            inside, was_inside = abs(a) <= a_max, abs(a_last) <= a_max
            leaves = inside != was_inside
            too_far = leaves or (inside and moved > 0.9 * NEIGHBORS)
            if too_far and depth < 60 and theta - reached > 1e-14:
                depth += 1
                ahead[depth] = 0.5 * (reached + theta)
                continue
            reached = theta
            depth -= 1
            last = depth < 0 and i == len(rows) - 2
            if moved > _THINNED * NEIGHBORS or leaves or last:
                if count == out.shape[1]:
                    out = wider(out)
                out[0, count], out[1, count] = R, a
                count += 1
    return out[:, :count].copy()
