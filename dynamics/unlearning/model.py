"""The single-index model at infinite width: one object that answers every question about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from ..hermite import Array, overlaps, weights
from . import trajectory as trajectories
from .planar import Planar, planar
from .trajectory import Trajectory, TrajectoryChunk

K_MAX = 10
COEFFICIENT_MAX = 100.0
EPS_RANGE = (1e-6, 10.0)
A0_MAX = 1e3
TAU_MAX = 1e8
SAMPLES_MAX = 100_000
RTOL_RANGE = (1e-13, 1e-3)


def _within(name: str, value: float, low: float, high: float) -> float:
    number = float(value)
    if not low <= number <= high:  # also false for nan
        raise ValueError(f"{name} = {number:g} is outside [{low:g}, {high:g}]")
    return number


def _coefficients(name: str, values: Sequence[float]) -> tuple[float, ...]:
    numbers = tuple(float(v) for v in values)
    if not 1 <= len(numbers) <= K_MAX:
        raise ValueError(f"{name} has {len(numbers)} coefficients; it takes 1 to {K_MAX}")
    for k, number in enumerate(numbers, 1):
        _within(f"{name}_{k}", number, -COEFFICIENT_MAX, COEFFICIENT_MAX)
    return tuple(number + 0.0 for number in numbers)  # no -0.0: equal models hash alike


@dataclass(frozen=True)
class UnlearningModel:
    """Feature unlearning in a two-layer network: the planar fast-slow system for (R, a).

    Target ``sum_k c*_k He_k(<beta, x>)``, student ``(1/m) sum_i a_i sigma(<w_i, x>)`` with
    ``sigma = sum_k c_k He_k``; R is the alignment <w_i, beta>, a the second-layer weight, and::

        eps dR/dtau = a (1 - R^2) (g - a h)      da/dtau = p - a q

    Parameters
    ----------
    c, c_star : sequences of 1 to 10 floats within [-100, 100]
        Coefficients of He_1, He_2, ... of activation and target. They may differ in length; what is
        missing is 0.
    eps : float in [1e-6, 10]
        Ratio of the first layer's time scale to the second's; 1 is the paper's own system.

    Raises
    ------
    ValueError
        Naming the parameter, its value and its range.

    Source: Imai, Nishiyama & Imaizumi, *Dichotomy of Feature Learning and Unlearning*,
    arXiv:2602.07378.
    """

    c: tuple[float, ...]
    c_star: tuple[float, ...]
    eps: float = 1.0

    def __init__(self, c: Sequence[float], c_star: Sequence[float], eps: float = 1.0) -> None:
        own, target = _coefficients("c", c), _coefficients("c_star", c_star)
        K = max(len(own), len(target))
        object.__setattr__(self, "c", own + (0.0,) * (K - len(own)))
        object.__setattr__(self, "c_star", target + (0.0,) * (K - len(target)))
        object.__setattr__(self, "eps", _within("eps", eps, *EPS_RANGE))

    # --- the system ------------------------------------------------------------------------------

    @property
    def K(self) -> int:
        """The highest degree."""
        return len(self.c)

    @cached_property
    def coefficients(self) -> Array:
        """Rows k!, c_k, c*_k; shape (3, K)."""
        return np.array([weights(self.K), self.c, self.c_star])

    @cached_property
    def _overlaps(self) -> tuple[Array, Array]:
        return overlaps(np.array(self.c), np.array(self.c_star))

    @property
    def A(self) -> tuple[float, ...]:
        """``A_k = k! c_k c*_k``, k = 1 ... K."""
        return tuple(self._overlaps[0].tolist())

    @property
    def B(self) -> tuple[float, ...]:
        """``B_k = k! c_k^2``, k = 1 ... K."""
        return tuple(self._overlaps[1].tolist())

    @cached_property
    def system(self) -> Planar:
        """The compiled core's view of this model."""
        return planar(*self._overlaps, self.eps)

    # --- solutions -------------------------------------------------------------------------------

    def trajectory(
        self,
        a0: float,
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> Trajectory:
        """The solution from alignment R0 and second-layer weight a0.

        Sampled at exactly ``tau`` (increasing, from 0 on; it overrides ``tau_end`` and ``n``), or at 0
        and n log-spaced times up to ``tau_end`` with as many between them as it takes for R and a
        each to move less than 1 % of their range from sample to sample.

        Raises ``ValueError`` for arguments out of range: |a0| <= 1e3, |R0| <= 1,
        0 < tau_end <= 1e8, 2 <= n <= 1e5, 1e-13 <= rtol <= 1e-3.
        """
        a0 = _within("a0", a0, -A0_MAX, A0_MAX)
        R0 = _within("R0", R0, -1.0, 1.0)
        rtol = _within("rtol", rtol, *RTOL_RANGE)
        times = None
        if tau is not None:
            times = np.array(tau, dtype=float)
            if times.ndim != 1 or not 1 <= len(times) <= SAMPLES_MAX:
                raise ValueError(f"tau takes 1 to {SAMPLES_MAX} times in one dimension")
            if not (np.diff(times) > 0).all() or not times[0] >= 0 or not times[-1] <= TAU_MAX:
                raise ValueError(f"tau has to increase within [0, {TAU_MAX:g}]")
            tau_end = float(times[-1])
        elif not (isfinite(tau_end) and 0 < tau_end <= TAU_MAX):
            raise ValueError(f"tau_end = {tau_end:g} is outside (0, {TAU_MAX:g}]")
        n = int(_within("n", n, 2, SAMPLES_MAX))
        return trajectories.solve(self, a0, R0, float(tau_end), n, times, rtol)

    def trajectories(
        self,
        a0s: Iterable[float],
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        tau: ArrayLike | None = None,
        rtol: float = 1e-8,
    ) -> tuple[Trajectory, ...]:
        """One ``trajectory`` for each start in ``a0s``."""
        return tuple(self.trajectory(a0, R0, tau_end, n, tau, rtol) for a0 in a0s)

    def stream(
        self,
        a0s: Iterable[float],
        R0: float = 0.0,
        tau_end: float = 1e4,
        n: int = 400,
        rtol: float = 1e-8,
        chunk: int = 256,
    ) -> Iterator[TrajectoryChunk]:
        """The same trajectories in pieces of at most ``chunk`` samples, each integrated when asked
        for: whoever stops asking stops the work."""
        size = int(_within("chunk", chunk, 1, SAMPLES_MAX))
        for index, a0 in enumerate(a0s):
            yield from trajectories.chunks(
                index, self.trajectory(a0, R0, tau_end, n, rtol=rtol), size
            )
