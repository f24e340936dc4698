"""Thresholds as eps goes to 0: where they tend to, and how they get there.

Singular orbits change their fate in a0 only at heights of the slow saddles, of the folds, of the start's own
alignment and, where A_1 = 0, of the point M(0) at which the line R = 0, then at rest, turns from attracting to
repelling: one orbit is followed in each interval between these. At a slow saddle, whose place does not depend on
eps, the threshold is where its stable manifold, a fast fibre to leading order, meets R = R0::

    a_c = a_s - eps int_{rho(R0)}^{rho(R_s)} (p - a q) / (a (g - a h)) drho + O(eps^2)        at a = a_s

and at a fold, with H_f = H(R_f), kappa = M''(R_f)/2, K_f = |M_f| (1 - R_f^2) h(R_f), -2.33811 the first zero of Ai::

    a_c = M_f - sign(kappa) 2.33811 (eps |H_f|)^(2/3) / (K_f^2 |kappa|)^(1/3) + o(eps^(2/3))

It is one only where the slow flow leads away from it, kappa H_f > 0: else the orbits on its two sides jump alike.

Source: this project's; the passage of a fold is that of Krupa & Szmolyan, SIAM J. Math. Anal. 33:286, 2001.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atanh, inf
from typing import Literal

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import ArrayLike

from dynamics.planar.limits.limits import Fate
from dynamics.planar.problem import PlanarProblem
from dynamics.planar.structure.critical_manifold import folds
from dynamics.planar.structure.equilibria import equilibria
from dynamics.planar.structure.singular_orbit import singular_orbit
from dynamics.planar.structure.stable_manifolds import turns_of_the_line
from dynamics.typing import FloatArray
from dynamics.validation import check_array

_AIRY = 2.338107410459767  # minus the first zero of Ai
_NODES = 60  # of the quadrature: the integrand is smooth
_SAME = 1e-9  # heights, relative to max(1, |a|), that are one
_STEP = 1e-3  # of R, for M'': its error is then 1e-6 of M'' or so


Kind = Literal["saddle", "fold", "start", "line"]


@dataclass(frozen=True)
class ThresholdLimit:
    """Hold the limit of a threshold as eps -> 0: ``a_c ~ a0 + coefficient eps^power``.

    Attributes
    ----------
    a0 : float
        Limit of the threshold.
    R : float
        Alignment of what causes it.
    kind : {"saddle", "fold", "start", "line"}
        What causes it: a slow saddle, a fold, the start's own alignment, or the point of the line R = 0 (at rest if
        A_1 = 0) at which that turns from attracting to repelling.
    coefficient : float
        Coefficient of the approach; nan for "start" and "line", where it is not known.
    power : float
        Power of eps: 1 for a saddle, 2/3 for a fold.
    fates : tuple of two Fates
        Fates of the singular orbits just below and just above.
    """

    a0: float
    R: float
    kind: Kind
    coefficient: float
    power: float
    fates: tuple[Fate, Fate]

    def approach(self, eps: ArrayLike) -> FloatArray:
        """Return the predicted threshold.

        Parameters
        ----------
        eps : array_like
            Values from 0 on, of any shape.

        Returns
        -------
        array
            ``a0 + coefficient eps^power``, of the shape of eps.
        """
        return np.asarray(self.a0 + self.coefficient * check_array("eps", eps, 0.0, inf) ** self.power)


def threshold_limits(model: PlanarProblem, R0: float, low: float, high: float) -> tuple[ThresholdLimit, ...]:
    """Every height in (low, high) at which singular orbits change their fate, by increasing a0."""
    A, B = model.overlaps
    if abs(R0) == 1.0 or not B.any() or (R0 == 0.0 and A[0] == 0.0):
        return ()
    found: dict[float, tuple[float, Kind]] = {0.0: (R0, "start")}
    start = float(model.critical_manifold_a(R0))
    if R0 != 0.0 and np.isfinite(start):
        found[start] = (R0, "start")
    found |= {point.a: (point.R, "saddle") for point in equilibria(model) if 0.0 < abs(point.R) < 1.0}
    found |= {fold.a: (fold.R, "fold") for fold in folds(model)}
    if A[0] == 0.0:
        found |= dict.fromkeys(turns_of_the_line(model), (0.0, "line"))
    heights = _apart([a for a in found if low < a < high])
    ends = [low, *heights, high]
    fates = [_fate_within(model, a, b, R0) for a, b in zip(ends[:-1], ends[1:], strict=True)]
    limits = []
    for a, below, above in zip(heights, fates[:-1], fates[1:], strict=True):
        if below != above and a != 0.0:
            R, kind = found[a]
            coefficient, power = _approach(model, R0, R, a, kind)
            limits.append(ThresholdLimit(a, R, kind, coefficient, power, (below, above)))
    return tuple(limits)


def _fate_within(model: PlanarProblem, low: float, high: float, R0: float) -> Fate:
    """The end of the singular orbits from between two heights: of the first of some that has a certain one."""
    ends = (singular_orbit(model, low + share * (high - low), R0).end for share in (0.5, 0.3, 0.8))
    return next((end for end in ends if end != Fate.UNDECIDED), Fate.UNDECIDED)


def _apart(heights: list[float]) -> list[float]:
    """Sorted, without those that are one with their neighbor."""
    distinct: list[float] = []
    for a in sorted(heights):
        if not distinct or a - distinct[-1] > _SAME * max(1.0, abs(a)):
            distinct.append(a)
    return distinct


def _approach(model: PlanarProblem, R0: float, R: float, a: float, kind: str) -> tuple[float, float]:
    """Coefficient and power of eps in the first term of the approach."""
    if kind == "saddle":
        return _at_saddle(model, R0, R, a), 1.0
    if kind == "fold":
        return _at_fold(model, R, a), 2.0 / 3.0
    return float("nan"), float("nan")


def _at_saddle(model: PlanarProblem, R0: float, R: float, a: float) -> float:
    nodes, weights = leggauss(_NODES)
    middle, half = 0.5 * (atanh(R) + atanh(R0)), 0.5 * (atanh(R) - atanh(R0))
    p, g, q, h = model.sums(np.tanh(middle + half * nodes))
    return float(-half * np.sum(weights * (p - a * q) / (a * (g - a * h))))


def _at_fold(model: PlanarProblem, R: float, a: float) -> float:
    step = _STEP * min(abs(R), 1.0 - abs(R))
    before, at, after = model.critical_manifold_a(R + step * np.arange(-1.0, 2.0))
    kappa = 0.5 * float(before - 2.0 * at + after) / step**2
    _, _, _, h = model.sums(R)
    speed = abs(a) * (1.0 - R * R) * float(h)
    turn = abs(float(model.slow_flow(R)))
    return float(-np.sign(kappa) * _AIRY * turn ** (2.0 / 3.0) / (speed**2 * abs(kappa)) ** (1.0 / 3.0))
