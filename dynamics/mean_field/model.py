"""The mean-field model of learning time-scales: what a caller asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dynamics.activations import DEGREE_MAX, SERIES_MAX
from dynamics.hermite import hermite_norms
from dynamics.mean_field.eps_sweep import EpsSweep, sweep
from dynamics.mean_field.initialization import (
    SAMPLES_MAX,
    SEED_MAX,
    T_MAX,
    T_MIN,
    InitDistribution,
    initial_weights,
    sample_times,
    starting_weights,
)
from dynamics.mean_field.learning_times import learnable, plateaus, predicted_times
from dynamics.mean_field.problem import EPS_RANGE, RTOL_RANGE, SEEDS_MAX, SWEEP_MAX, WIDTH_MAX, MeanFieldProblem
from dynamics.mean_field.trajectory import MeanFieldChunk, MeanFieldTrajectory, TrajectorySpec, iter_chunks, solve
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_flag, check_instance, check_integer, check_integers, check_number


@dataclass(frozen=True)
class MeanFieldModel(MeanFieldProblem):
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

    @classmethod
    def from_planar(cls, c: ArrayLike, c_star: ArrayLike, eps: float, m: int = 1) -> MeanFieldModel:
        """The model whose neurons, all alike, follow the planar system of feature unlearning with coefficients
        c, c_star (of He_k from degree 1) and eps, at ``t = tau / eps``."""
        c, c_star = _planar_series("c", c), _planar_series("c_star", c_star)
        eps = check_number("eps", eps, 1.0 / EPS_RANGE[1], 1.0 / EPS_RANGE[0])
        phi, sigma = ((0.0, *(values * np.sqrt(hermite_norms(len(values))))) for values in (c_star, c))
        return cls(phi, sigma, 1.0 / eps, m)

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
        return iter_chunks(self._request(a0, seed, t_end, n, t, rtol, overlaps))

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
        return solve(request)

    def _request(
        self,
        a0: ArrayLike | None,
        seed: int,
        t_end: float,
        n: int,
        t: ArrayLike | None,
        rtol: float,
        overlaps: bool,
    ) -> TrajectorySpec:
        if check_flag("overlaps", overlaps):
            check_integer("m (with overlaps)", self.m, 1, WIDTH_MAX["overlaps"])
        t_end = check_number("t_end", t_end, T_MIN, T_MAX)
        times, t_end = (None, t_end) if t is None else sample_times(t)
        seed = check_integer("seed", seed, 0, SEED_MAX)
        return TrajectorySpec(
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
        start that differs from 0. See ``learning_times.learnable``."""
        return learnable(self, self._start(a0))

    def plateaus(self, a0: ArrayLike | None = None) -> FloatArray:
        """The risk once the degrees up to l are learned, ``1/2 sum_{k>l} phi_k^2`` plus the same of the degrees up to l
        that cannot be learned, for l = -1 ... K; shape (K + 2,). a0: as of ``learnable``."""
        return plateaus(self, self._start(a0))

    def predicted_times(self, a0: ArrayLike | None = None) -> FloatArray:
        """When each degree is learned as eps tends to 0, nan where no law is known; shape (K + 1,). a0: as of
        ``trajectory``; None: m different weights of both signs. See ``learning_times.predicted_times``."""
        return predicted_times(self, self._start(a0))

    def _start(self, a0: ArrayLike | None) -> FloatArray | None:
        return None if a0 is None else starting_weights(self.m, a0, 0)

    def sweep_eps(
        self,
        eps: ArrayLike = (1e-7, 3e-7, 1e-6, 3e-6, 1e-5),
        seeds: Sequence[int] = tuple(range(20)),
        law: InitDistribution = "uniform",
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


def _planar_series(name: str, given: ArrayLike) -> FloatArray:
    """Coefficients of He_k from degree 1 whose normalized ones, sqrt(k!) times as large, are within a series' range."""
    values = check_array(name, given, ndim=1, most=DEGREE_MAX)
    for k, (value, weight) in enumerate(zip(values.tolist(), hermite_norms(len(values)).tolist(), strict=True), 1):
        check_number(f"{name}_{k}", value, -SERIES_MAX / sqrt(weight), SERIES_MAX / sqrt(weight))
    return values
