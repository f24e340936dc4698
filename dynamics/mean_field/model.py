"""The mean-field model of learning time-scales: what a caller asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..activations import DEGREE_MAX, SERIES_MAX, Activation, series
from ..arguments import check_array, check_flag, check_instance, check_integer, check_integers, check_number
from ..hermite import Array, weights
from ..results import Result
from .closed_form import closed_form
from .finite_rank import finite_rank
from .learning import learnable, plateaus, predicted_times
from .overlap_flow import OverlapFlow, overlap_flow
from .starts import (
    NEURONS_MAX,
    SAMPLES_MAX,
    SEED_MAX,
    T_MAX,
    T_MIN,
    Groups,
    Law,
    grouped,
    initial_weights,
    sample_times,
    starting_weights,
)
from .sweep import EpsSweep, sweep
from .trajectory import MeanFieldChunk, MeanFieldTrajectory, Request, chunks, collect

EPS_RANGE = (1e-8, 10.0)
WIDTH_MAX = {"finite rank": NEURONS_MAX, "closed form": 1_000, "overlaps": 200}
SWEEP_MAX, SEEDS_MAX = 200, 1_000
RTOL_RANGE = (1e-13, 1e-3)


@dataclass(frozen=True)
class MeanFieldModel(Result):
    """m neurons learning a single-index target, in the mean field of each other. Make it as
    ``MeanFieldModel(phi, activation, eps, m)``.

    phi: coefficients ``phi_0, phi_1, ...`` of the target in the normalised Hermite polynomials ``h_k``.
    activation: "relu", "erf", "tanh", "swish", or coefficients ``sigma_0, sigma_1, ...`` in ``h_k``.
    eps: ratio of the second layer's time scale to the first's, 1e-8 to 10.
    m: neurons, up to 10,000, of ReLU up to 1,000.

    ::

        eps da_i/dt = V(s_i) - (1/m) sum_j a_j U(s_i s_j)             V(s) = sum phi_k sigma_k s^k
          ds_i/dt   = a_i (1 - s_i^2) [V'(s_i) - (1/m) sum_j a_j s_j U'(s_i s_j)]    U(r) = sum sigma_k^2 r^k

    Source: Berthier, Montanari & Zhou, "Learning time-scales in two-layers neural networks", arXiv:2303.00055. Here
    small eps means a fast second layer: with all neurons alike and no degree 0 this is the planar system of feature
    unlearning with eps replaced by 1/eps, at t = tau/eps (``from_planar``).

    Raises ValueError, naming argument, value and range.
    """

    phi: tuple[float, ...] = (1.0, -1.0, 2.0 / 3.0)
    activation: Activation | str | tuple[float, ...] = "relu"
    eps: float = 1e-3
    m: int = 10

    def __post_init__(self) -> None:
        object.__setattr__(self, "phi", series("phi", self.phi))
        activation = Activation.of(self.activation)
        object.__setattr__(self, "activation", activation)
        object.__setattr__(self, "eps", check_number("eps", self.eps, *EPS_RANGE))
        kind = "finite rank" if activation.finite_rank else "closed form"
        object.__setattr__(self, "m", check_integer("m", self.m, 1, WIDTH_MAX[kind]))

    @classmethod
    def from_planar(cls, c: ArrayLike, c_star: ArrayLike, eps: float, m: int = 1) -> MeanFieldModel:
        """The model whose neurons, all alike, follow the planar system of feature unlearning with coefficients
        c, c_star (of He_k from degree 1) and eps, at ``t = tau / eps``."""
        c, c_star = _planar_series("c", c), _planar_series("c_star", c_star)
        eps = check_number("eps", eps, 1.0 / EPS_RANGE[1], 1.0 / EPS_RANGE[0])
        phi, sigma = ((0.0, *(values * np.sqrt(weights(len(values))))) for values in (c_star, c))
        return cls(phi, sigma, 1.0 / eps, m)

    @property
    def planar(self) -> tuple[Array, Array, float] | None:
        """c, c_star and eps of the planar system that neurons that are all alike follow; None where it is none: a
        degree 0 in target or activation, or an activation that is no polynomial."""
        sigma = np.array(self.sigma.polynomial)
        if self.sigma.name != "polynomial" or sigma[0] != 0.0 or self.phi[0] != 0.0:
            return None
        K = max(len(sigma), len(self.phi), 2) - 1
        root = np.sqrt(weights(K))
        return (
            self.sigma.coefficients(K)[1:] / root,
            np.pad(self.phi[1:], (0, K + 1 - len(self.phi))) / root,
            1 / self.eps,
        )

    @property
    def sigma(self) -> Activation:
        """The activation."""
        assert isinstance(self.activation, Activation)  # made one when the model was
        return self.activation

    @cached_property
    def degrees(self) -> int:
        """The highest degree K that is looked at one by one: the target's, or that of a polynomial activation."""
        return max(len(self.phi), len(self.sigma.polynomial)) - 1

    @cached_property
    def coefficients(self) -> Array:
        """phi_k and sigma_k for k = 0 ... K, shape (2, K + 1)."""
        K = self.degrees
        return np.array([np.pad(self.phi, (0, K + 1 - len(self.phi))), self.sigma.coefficients(K)])

    def groups(self, a0: Array) -> Groups:
        """Which neurons that start at a0 (m,) stay alike."""
        return grouped(starting_weights(self.m, a0, 0), self.sigma.finite_rank and not self.sigma.sigma[::2].any())

    def system(self, counts: Array) -> Any:
        """The compiled core's view of the mean-field system of groups of ``counts`` (n,) neurons that are alike."""
        weights = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX) / self.m
        if self.sigma.finite_rank:
            return finite_rank(np.array(self.phi), self.sigma.sigma, self.eps, weights)
        phi, sigma = self.coefficients
        return closed_form(phi, sigma, self.eps, weights)

    def overlap_system(self, counts: Array) -> OverlapFlow:
        """The compiled core's view of the exact flow of such groups."""
        counts = check_array("counts", counts, 1.0, float(self.m), ndim=1, most=NEURONS_MAX)
        phi, sigma = self.coefficients
        U = self.sigma.sigma**2 if self.sigma.finite_rank else np.empty(0)
        return overlap_flow(phi, sigma, self.sigma.norm2, U, self.eps, counts)

    def stream(
        self,
        a0: ArrayLike | None = None,
        seed: int = 0,
        t_end: float = 10.0,
        n: int = 400,
        t: ArrayLike | None = None,
        rtol: float = 1e-8,
        overlaps: bool = False,
    ) -> Iterator[MeanFieldChunk]:
        """The solution that ``trajectory`` gives, piece by piece as it is integrated. Whoever asks no further stops
        the work; a piece takes some 50 ms."""
        return chunks(self._request(a0, seed, t_end, n, t, rtol, overlaps))

    def trajectory(
        self,
        a0: ArrayLike | None = None,
        seed: int = 0,
        t_end: float = 10.0,
        n: int = 400,
        t: ArrayLike | None = None,
        rtol: float = 1e-8,
        overlaps: bool = False,
    ) -> MeanFieldTrajectory:
        """The solution from s_i(0) = 0 and a_i(0), to ``t_end``.

        a0: m weights, or one for all; if None, uniform on [-1, 1] by the seed (``initial_weights``). Neurons with equal
            weights stay equal exactly.
        n: samples at log-spaced times; between them as many more as it takes for no s_i to move by more than 0.01 and
        no a_i by more than 1 % of the largest. t: increasing times to sample at instead, from 0 or later.
        rtol: error allowed to a step.
        overlaps: the exact flow of m <= 200 neurons, which also carries their overlaps r_ij (orthonormal and
        orthogonal to beta at the start), instead of its mean field r_ij = s_i s_j.

        Raises ValueError, naming argument, value and range.
        """
        request = self._request(a0, seed, t_end, n, t, rtol, overlaps)
        return collect(request)

    def _request(
        self,
        a0: ArrayLike | None,
        seed: int,
        t_end: float,
        n: int,
        t: ArrayLike | None,
        rtol: float,
        overlaps: bool,
    ) -> Request:
        if check_flag("overlaps", overlaps):
            check_integer("m (with overlaps)", self.m, 1, WIDTH_MAX["overlaps"])
        times = None if t is None else sample_times(t)
        t_end = check_number("t_end", t_end, T_MIN, T_MAX)
        if times is not None:
            t_end = float(times[-1]) or T_MIN
            if t_end < T_MIN:
                raise ValueError(f"t must end at 0 or between {T_MIN:g} and {T_MAX:g}, not at {t_end:g}")
        seed = check_integer("seed", seed, 0, SEED_MAX)
        return Request(
            self,
            starting_weights(self.m, a0, seed),
            t_end,
            check_integer("n", n, 2, SAMPLES_MAX),
            times,
            check_number("rtol", rtol, *RTOL_RANGE),
            bool(overlaps),
        )

    def learnable(self, a0: ArrayLike | None = None) -> NDArray[np.bool_]:
        """Which degrees can be learned from s_i = 0, shape (K + 1,). a0: the start, as of ``trajectory``; None: any
        start that differs from 0. See ``learning.learnable``."""
        return learnable(self, self._start(a0))

    def plateaus(self, a0: ArrayLike | None = None) -> Array:
        """The risk once the degrees up to l are learned, ``1/2 sum_{k>l} phi_k^2`` plus the same of the degrees up to l
        that cannot be learned, for l = -1 ... K; shape (K + 2,). a0: as of ``learnable``."""
        return plateaus(self, self._start(a0))

    def predicted_times(self, a0: ArrayLike | None = None) -> Array:
        """When each degree is learned as eps tends to 0, nan where no law is known; shape (K + 1,). a0: as of
        ``trajectory``; None: m different weights of both signs. See ``learning.predicted_times``."""
        return predicted_times(self, self._start(a0))

    def _start(self, a0: ArrayLike | None) -> Array | None:
        return None if a0 is None else starting_weights(self.m, a0, 0)

    def sweep_eps(
        self,
        eps: ArrayLike = (1e-7, 3e-7, 1e-6, 3e-6, 1e-5),
        seeds: Sequence[int] = tuple(range(20)),
        law: Law = "uniform",
        scale: float = 1.0,
        t_end: float = 10.0,
        rtol: float = 1e-8,
        executor: Executor | None = None,
    ) -> Iterator[EpsSweep]:
        """Learning times over eps and over seeds of a_i(0): the sweep after each run, the last one whole.

        eps: 1 to 200 values, sorted for the result; seeds, law, scale: the starts, see ``initial_weights``.
        executor: any ``concurrent.futures.Executor``; a seed's runs are submitted to it together. Whoever asks no
        further stops the work.

        Raises ValueError, naming argument, value and range, when it is called.
        """
        values = np.sort(check_array("eps", eps, *EPS_RANGE, ndim=1, most=SWEEP_MAX))
        if not (values[1:] > values[:-1]).all():
            raise ValueError("eps must be different numbers")
        seeds = check_integers("seeds", seeds, 0, SEED_MAX, 1, SEEDS_MAX)
        if executor is not None:
            check_instance("executor", executor, Executor)
        starts = [initial_weights(self.m, seed, law, scale) for seed in seeds]
        models = [replace(self, eps=float(value)) for value in values]
        t_end, rtol = check_number("t_end", t_end, T_MIN, T_MAX), check_number("rtol", rtol, *RTOL_RANGE)
        return sweep(models, seeds, starts, t_end, rtol, executor)


def _planar_series(name: str, given: ArrayLike) -> Array:
    """Coefficients of He_k from degree 1 whose normalized ones, sqrt(k!) times as large, are within a series' range."""
    values = check_array(name, given, ndim=1, most=DEGREE_MAX)
    for k, (value, weight) in enumerate(zip(values.tolist(), weights(len(values)).tolist(), strict=True), 1):
        check_number(f"{name}_{k}", value, -SERIES_MAX / sqrt(weight), SERIES_MAX / sqrt(weight))
    return values
