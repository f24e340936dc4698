"""The mean-field model of learning time-scales: what a caller asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from importlib import import_module
from math import sqrt
from typing import Any

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
    """Model m neurons that learn a single-index target in the mean field of each other.

    ::

        eps da_i/dt = V(s_i) - (1/m) sum_j a_j U(s_i s_j)             V(s) = sum phi_k sigma_k s^k
          ds_i/dt   = a_i (1 - s_i^2) [V'(s_i) - (1/m) sum_j a_j s_j U'(s_i s_j)]    U(r) = sum sigma_k^2 r^k

    Here s_i is the alignment of neuron i with the target's direction and a_i its second-layer weight.

    Parameters
    ----------
    phi : sequence of 1 to 41 floats in [-1e6, 1e6], default (1, -1, 2/3)
        Coefficients ``phi_0, phi_1, ...`` of the target in the normalized Hermite polynomials ``h_k = He_k /
        sqrt(k!)``.
    activation : Activation, str or sequence of float, default "relu"
        "relu", "erf", "tanh", "swish", or 1 to 41 coefficients ``sigma_0, sigma_1, ...`` in ``h_k``.
    eps : float in [1e-8, 10], default 1e-3
        Ratio of the second layer's time scale to the first's.
    m : int, default 10
        Neurons, 1 to 10,000; of ReLU 1 to 1,000.

    Raises
    ------
    ValueError
        If an argument is outside its range. The message names the argument, its value and the range.

    Notes
    -----
    Small eps means a fast second layer. With all neurons alike and no degree 0 this is the planar system of feature
    unlearning with eps replaced by 1/eps, at t = tau/eps, see ``from_planar``.

    References
    ----------
    Berthier, Montanari & Zhou, "Learning time-scales in two-layers neural networks", arXiv:2303.00055.

    Examples
    --------
    >>> from dynamics import MeanFieldModel
    >>> model = MeanFieldModel(phi=(1, -1, 2 / 3), activation="relu", eps=1e-4, m=10)
    >>> run = model.trajectory(seed=1)
    >>> run.a.shape == run.s.shape == (len(run.t), 10)
    True
    >>> model.plateaus().round(4)
    array([1.2222, 0.7222, 0.2222, 0.    ])
    """

    @classmethod
    def from_planar(cls, c: ArrayLike, c_star: ArrayLike, eps: float, m: int = 1) -> MeanFieldModel:
        """Make the model whose neurons, all alike, follow the planar system, at ``t = tau / eps``.

        The planar system is that of feature unlearning, see ``UnlearningModel``.

        Parameters
        ----------
        c, c_star : array_like of 1 to 40 floats
            Coefficients of activation and target in He_k from degree 1.
        eps : float in [0.1, 1e8]
            The planar eps; the model's is 1/eps.
        m : int, default 1
            Neurons, 1 to 10,000.

        Returns
        -------
        MeanFieldModel
            The model.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel, UnlearningModel
        >>> model = MeanFieldModel.from_planar((1, 1), (1, -1), eps=1.0)
        >>> model.trajectory(a0=2.0, t=(0, 1, 2)).s[:, 0].round(5)
        array([0.     , 0.15976, 0.15837])
        >>> UnlearningModel((1, 1), (1, -1)).trajectory(a0=2.0, tau=(0, 1, 2)).R.round(5)
        array([0.     , 0.15976, 0.15837])
        """
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
        """Return the solution of ``trajectory`` in pieces, as it is integrated.

        A piece takes about 50 ms. To stop the work, stop iterating.

        Parameters
        ----------
        a0, seed, t_end, n, t, rtol, overlaps
            See ``trajectory``.

        Yields
        ------
        MeanFieldChunk
            Consecutive samples; a chunk may be empty.

        Raises
        ------
        ValueError
            If an argument is outside its range; raised by the call, before the iteration.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> model = MeanFieldModel((0, 1), (0, 1), m=2)
        >>> chunks = list(model.stream(seed=1, t_end=1.0))
        >>> bool(chunks[-1].last), chunks[-1].progress
        (True, 1.0)
        """
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
        """Return the solution from s_i(0) = 0 and a_i(0).

        It is sampled at exactly ``t`` if that is given. Otherwise it is sampled at 0 and at n log-spaced times, with as
        many samples between them as it takes for no s_i to move by more than 0.01 and no a_i by more than 1 % of the
        largest.

        Parameters
        ----------
        a0 : float or array_like (m,), optional
            Weights a_i(0) in [-1e3, 1e3], or one for all; by default uniform on [-1, 1] by the seed, see
            ``initial_weights``. Neurons with equal weights stay equal exactly.
        seed : int, 0 to 2**32 - 1, default 0
            Seed of the weights.
        t_end : float in [1e-12, 1e6], default 10
            Last time, in units of the first layer's time scale.
        n : int, 2 to 100,000, default 400
            Number of log-spaced samples.
        t : array_like (k,), optional
            Times to sample at, increasing, from 0 to 1e6, at most 100,000. They override ``t_end`` and ``n``.
        rtol : float in [1e-13, 1e-3], default 1e-8
            Relative error that is allowed to a step.
        overlaps : bool, default False
            Whether to integrate the exact flow of m <= 200 neurons, which also carries their overlaps r_ij (orthonormal
            and orthogonal to beta at the start), instead of its mean field r_ij = s_i s_j.

        Returns
        -------
        MeanFieldTrajectory
            The samples, and the analyses of the solution.

        Raises
        ------
        ValueError
            If an argument is outside its range. The message names the argument, its value and the range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> model = MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-4, m=10)
        >>> run = model.trajectory(seed=1)
        >>> print(f"{run.risk[0]:.2f} {run.risk[-1]:.3f}")
        1.21 0.001
        >>> run.learning_times().round(4)  # of the degrees 0, 1 and 2
        array([0.0004, 0.0738, 0.3473])
        """
        request = self._request(a0, seed, t_end, n, t, rtol, overlaps)
        return solve(request)

    def plot(
        self,
        a0: ArrayLike | None = None,
        t_end: float = 10.0,
        layers: Sequence[str] = (),
        panel: str = "course",
    ) -> Any:
        """Draw the solution over time with plotly; a notebook displays what is returned.

        ``dynamics.plotting.MeanFieldPicture`` has the cloud of neurons, other networks and sweeps, and print besides.

        Parameters
        ----------
        a0 : float or array_like (m,), optional
            Weights a_i(0), as in ``trajectory``.
        t_end : float in [1e-12, 1e6], default 10
            Last time.
        layers : sequence of str, default ()
            What is drawn beside the mean field: "planar", "overlaps", "network", see ``MeanFieldPicture.of``.
        panel : {"course", "risk", "neurons", "sweep", "network"}, default "course"
            What is shown, see ``MeanFieldPicture.of``.

        Returns
        -------
        plotly.graph_objects.Figure
            The picture, to be changed or written to a file.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        ImportError
            If plotly is not installed; the message says how it is.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-3).plot(panel="risk").layout.yaxis.title.text
        'risk'
        """
        plotting = import_module("dynamics.plotting")  # which imports this module
        picture = plotting.MeanFieldPicture.of(self, a0, t_end, layers, panel)
        return plotting.to_plotly(picture.panels())

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
        """Return which degrees can be learned from s_i = 0; the others stay in the risk, exactly.

        A degree with sigma_k = 0 is none of the network's. If sigma_1 phi_1 = 0, then V'(0) = 0 and s_i = 0 is
        invariant: of a target of information exponent 2 or above only degree 0 is learned, though a network with s_i(0)
        != 0 may learn more. If all a_i(0) = 0 and sigma_0 phi_0 = 0, nothing moves.

        Parameters
        ----------
        a0 : float or array_like (m,), optional
            Weights at the start, as in ``trajectory``; by default any start that differs from 0.

        Returns
        -------
        bool array (K + 1,)
            Whether each degree can be learned.

        Raises
        ------
        ValueError
            If a0 is outside its range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> MeanFieldModel((0, 0, 1), "relu").learnable()  # information exponent 2
        array([ True, False, False])
        """
        return learnable(self, self._start(a0))

    def plateaus(self, a0: ArrayLike | None = None) -> FloatArray:
        """Return the risk once the degrees up to l are learned, for l = -1 ... K.

        It is ``1/2 sum_{k>l} phi_k^2``, plus ``1/2 phi_k^2`` of each degree k <= l that cannot be learned.

        Parameters
        ----------
        a0 : float or array_like (m,), optional
            As in ``learnable``.

        Returns
        -------
        array (K + 2,)
            The risks.

        Raises
        ------
        ValueError
            If a0 is outside its range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> MeanFieldModel((1, -1, 2 / 3), "relu").plateaus().round(4)
        array([1.2222, 0.7222, 0.2222, 0.    ])
        """
        return plateaus(self, self._start(a0))

    def predicted_times(self, a0: ArrayLike | None = None) -> FloatArray:
        """Return the time at which each degree is learned as eps tends to 0, in the canonical order.

        Degree 0: ``eps ln 2 / sigma_0^2``, at which a mean weight that starts at 0 has halved that degree's residual.
        Degree 1: ``sqrt(eps) ln(1/eps) / (4 |sigma_1 phi_1|)``. Degree k >= 2: ``eps^(1/(2k))``, of which only the
        exponent is predicted: the constant is not known, and for k >= 3 it needs a number of neurons that grows as eps
        falls.

        Parameters
        ----------
        a0 : float or array_like (m,), optional
            Weights at the start, as in ``trajectory``; by default m different weights of both signs.

        Returns
        -------
        array (K + 1,)
            The times; nan where no law is known: for eps >= 1; for fewer than three different starts (two neurons learn
            degree 2 of ReLU in a time of order 1, and one neuron degree 1); for a degree k with sigma_j phi_j = 0 for
            one of j = k or j = 1 ... k - 1; for an even degree k >= 2 if sigma_0 = 0 and no a_i(0) has the sign of
            sigma_k phi_k.

        Raises
        ------
        ValueError
            If a0 is outside its range.

        Notes
        -----
        The constant of degree 0 and the conditions are this project's.

        References
        ----------
        Berthier, Montanari & Zhou, arXiv:2303.00055.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-4).predicted_times().round(4)
        array([0.0004, 0.0461, 0.1   ])
        """
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
        """Compute learning times over eps and over seeds of a_i(0).

        The sweep is given after each run; the last one is whole. To stop the work, stop iterating.

        Parameters
        ----------
        eps : array_like of 1 to 200 different floats in [1e-8, 10], default (1e-7, 3e-7, 1e-6, 3e-6, 1e-5)
            Values of eps; they are sorted for the result.
        seeds : sequence of 1 to 1,000 ints, default 0 ... 19
            Seeds of the starts.
        law : {"uniform", "normal", "alike"}, default "uniform"
            Distribution of the starts, see ``initial_weights``.
        scale : float, default 1
            Scale of the starts, see ``initial_weights``.
        t_end : float in [1e-12, 1e6], default 10
            Last time of a run.
        rtol : float in [1e-13, 1e-3], default 1e-8
            Relative error that is allowed to a step.
        executor : concurrent.futures.Executor, optional
            Where runs are computed; those of a seed are submitted together.

        Yields
        ------
        EpsSweep
            The sweep as far as it is known.

        Raises
        ------
        ValueError
            If an argument is outside its range; raised by the call, before the iteration.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> model = MeanFieldModel((1, -1, 2 / 3), "relu", m=10)
        >>> *_, sweep = model.sweep_eps((1e-3, 1e-2, 1e-1), seeds=(0, 1))
        >>> sweep.times.shape, sweep.progress
        ((3, 2, 3), 1.0)
        >>> print(f"{sweep.fit(0).slope:.2f}")  # the time of degree 0 is of order eps
        0.98
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
