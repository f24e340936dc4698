"""Equilibria of the planar system: all of them, from polynomial roots, classified by the Jacobian.

They are the crossings of the nullclines (roots of p h - g q, at a = M(R)), the points R = +-1 with
a = p/q, and those with a = 0 (roots of p). The system is a gradient flow in the metric
diag(eps/(1 - R^2), 1), so every eigenvalue is real.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from dynamics.planar.limits.loss_profile import NEAR_EDGE
from dynamics.planar.polynomials import equilibrium_polynomial, p_polynomial
from dynamics.planar.problem import PlanarProblem, once_per_problem
from dynamics.polynomials import real_roots
from dynamics.typing import FloatArray

_ROUNDING = 1e-13  # of the terms that it is made of: a determinant smaller than that is zero


class EquilibriumKind(StrEnum):
    """Name the type of an equilibrium, by the signs of its two eigenvalues.

    Attributes
    ----------
    STABLE_NODE
        Both are negative.
    SADDLE
        One is negative, one positive.
    UNSTABLE_NODE
        Both are positive.
    DEGENERATE
        At least one is zero.
    """

    STABLE_NODE = "stable node"
    SADDLE = "saddle"
    UNSTABLE_NODE = "unstable node"
    DEGENERATE = "degenerate"


@dataclass(frozen=True)
class Equilibrium:
    """Hold an isolated equilibrium (R, a).

    Attributes
    ----------
    R, a : float
        The equilibrium.
    kind : EquilibriumKind
        Its type.
    eigenvalues : tuple of two floats
        Eigenvalues of the Jacobian of (R, a), increasing, in units of 1/tau.
    loss : float
        Its loss.
    is_global_minimum : bool
        Whether no point of the plane has a smaller loss.
    """

    R: float
    a: float
    kind: EquilibriumKind
    eigenvalues: tuple[float, float]
    loss: float
    is_global_minimum: bool


def crossings(model: PlanarProblem) -> FloatArray:
    """R strictly inside (-1, 1), R = 0 excluded, where the nullclines cross; increasing."""
    roots = real_roots(equilibrium_polynomial(*model.overlaps), -1.0, 1.0)
    inner: FloatArray = roots[(np.abs(roots) < 1.0 - NEAR_EDGE) & (roots != 0.0)]
    return inner


def at_zero_weight(model: PlanarProblem) -> FloatArray:
    """R strictly inside (-1, 1) where p = 0: equilibria with a = 0; R = 0 only where it is
    isolated (A_1 != 0)."""
    A, _ = model.overlaps
    roots = real_roots(p_polynomial(A), -1.0, 1.0)
    inner: FloatArray = roots[np.abs(roots) < 1.0 - NEAR_EDGE]
    return inner if A[0] != 0.0 else inner[inner != 0.0]


@once_per_problem
def equilibria(model: PlanarProblem) -> tuple[Equilibrium, ...]:
    """All isolated equilibria, and those on R = +-1 even where a line of them ends there, by increasing
    R; see ``lines`` for the lines."""
    A, B = model.overlaps
    if not B.any() or not A.any():
        return tuple(_classified(model, [(s, 0.0) for s in (-1.0, 1.0)])) if B.any() else ()
    points = [(float(R), float(model.critical_manifold_a(R))) for R in crossings(model)]
    points += [(float(R), 0.0) for R in at_zero_weight(model)]
    points += [(side, float(model.slow_nullcline_a(side))) for side in (-1.0, 1.0)]
    return tuple(_classified(model, sorted(set(points))))


def lines(model: PlanarProblem) -> tuple[str, ...]:
    """The continua of equilibria that there are, each as a sentence."""
    A, B = model.overlaps
    if not B.any():
        return ("Every point is an equilibrium: the activation is zero.",)
    found = []
    if A[0] == 0.0:
        found.append("Every point with R = 0 is an equilibrium: c_1 c*_1 = 0.")
    if not A.any():
        found.append("Every point with a = 0 is an equilibrium: activation and target are orthogonal.")
    elif np.count_nonzero(B) == 1:
        k = int(np.flatnonzero(B)[0]) + 1
        ratio = model.c_star[k - 1] / model.c[k - 1]
        found.append(f"Every point with a R^{k} = {ratio:g} is an equilibrium: one c_k is not zero.")
    return tuple(found)


def _jacobians_and_sizes(model: PlanarProblem, R: FloatArray, a: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Jacobians (2, 2, n) of (dR/dtau, da/dtau) with respect to (R, a) in points (n,), and the sums of the moduli of
    the terms that each entry is made of."""
    A, B = model.overlaps
    k = np.arange(1, model.K + 1)
    R_ = R[:, None]
    powers_A, powers_h = R_ ** np.maximum(k - 2.0, 0.0), R_ ** (2.0 * k - 2)
    dg, dh = k * (k - 1) * A * powers_A, k * (2 * k - 1) * B * powers_h
    g, h = k * A * R_ ** (k - 1.0), k * B * R_ ** (2.0 * k - 1)
    q = B * R_ ** (2.0 * k)
    slope = 1.0 - R * R

    def entries(sums: FloatArray, a: FloatArray, R: FloatArray, minus: float) -> FloatArray:
        dg, dh, g, h, q = sums
        fast, mixed = g + minus * a * h, g + minus * 2 * a * h
        first = a * (slope * (dg + minus * a * dh) + minus * 2 * R * fast) / model.eps
        return np.array([[first, slope * mixed / model.eps], [mixed, minus * q]])

    series = np.array([dg, dh, g, h, q])
    return entries(series.sum(axis=2), a, R, -1.0), entries(np.abs(series).sum(axis=2), np.abs(a), np.abs(R), 1.0)


def _classified(model: PlanarProblem, points: list[tuple[float, float]]) -> list[Equilibrium]:
    R, a = np.array(points).T
    losses = model.loss(R, a)
    J, size = _jacobians_and_sizes(model, R, a)
    # Gradient flow: scaling by the metric makes J symmetric, so the eigenvalues are real.
    mean, half = 0.5 * (J[0, 0] + J[1, 1]), 0.5 * (J[0, 0] - J[1, 1])
    radius = np.sqrt(half * half + np.maximum(0.0, J[0, 1] * J[1, 0]))
    determinant = J[0, 0] * J[1, 1] - J[0, 1] * J[1, 0]
    # the eigenvalue of larger modulus without cancellation, the other from the determinant
    large = np.where(mean >= 0, mean + radius, mean - radius)
    small = np.divide(determinant, large, out=np.zeros_like(large), where=large != 0.0)
    # Whether the determinant is zero does not depend on eps: both of its terms go as 1/eps.
    rounding = _ROUNDING * (size[0, 0] * size[1, 1] + size[0, 1] * size[1, 0])
    degenerate = np.abs(determinant) <= rounding
    # The infimum over the plane is reached at an equilibrium, or by running away along R = 0.
    least = losses <= min(losses.min(), model.runaway_loss) + 1e-12 * model.initial_loss
    found = []
    for i, (low, high) in enumerate(np.sort([large, small], axis=0).T.tolist()):
        kind = EquilibriumKind.DEGENERATE if degenerate[i] else _kind(low, high)
        found.append(Equilibrium(*points[i], kind, (low, high), float(losses[i]), bool(least[i])))
    return found


def _kind(low: float, high: float) -> EquilibriumKind:
    if high < 0:
        return EquilibriumKind.STABLE_NODE
    return EquilibriumKind.UNSTABLE_NODE if low > 0 else EquilibriumKind.SADDLE
