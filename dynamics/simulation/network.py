"""The network itself beside its mean field: projected gradient descent on fresh Gaussian batches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from dynamics.activations import Activation
from dynamics.mean_field.initialization import SAMPLES_MAX, SEED_MAX, T_MAX, T_MIN, sample_times, starting_weights
from dynamics.simulation.sgd import (
    STARTS,
    WORK_MAX,
    Dtype,
    NetworkRecord,
    SphericalSGD,
    Start,
    TrainingSetup,
    round_to_steps,
    run_in_lockstep,
)
from dynamics.validation import check_choice, check_integer, check_number


def make_network(
    phi: ArrayLike,
    activation: Activation | str | ArrayLike,
    eps: float,
    m: int,
    d: int,
    batch: int,
    a0: ArrayLike | None = None,
    seed: int = 0,
    step: float | None = None,
    noise: float = 0.0,
    start: Start = "sphere",
    dtype: Dtype = "float32",
    most: float = WORK_MAX,
) -> SphericalSGD:
    """Make the network that ``simulate_network`` runs, to be advanced and measured by hand.

    Parameters
    ----------
    phi, activation, eps, m, d, batch, a0, seed, step, noise, start, dtype
        See ``simulate_network``.
    most : float in [0, 1e15], default 1e15
        Multiply-adds after which it halts.

    Returns
    -------
    SphericalSGD
        The network at t = 0.

    Raises
    ------
    ValueError
        If an argument is outside its range.

    Examples
    --------
    >>> from dynamics import make_network
    >>> network = make_network((0, 1), (0, 1), eps=1.0, m=2, d=10, batch=50, step=0.01)
    >>> network.advance(1.0), network.steps, network.measure().t
    (True, 100, 1.0)
    """
    problem = TrainingSetup.of(phi, activation, eps, m, d, batch, noise, step, dtype)
    seed = check_integer("seed", seed, 0, SEED_MAX)
    start = check_choice("start", start, STARTS)
    return SphericalSGD(problem, starting_weights(problem.m, a0, seed), start, seed, most)


def simulate_network(
    phi: ArrayLike,
    activation: Activation | str | ArrayLike,
    eps: float,
    m: int,
    d: int,
    batch: int,
    a0: ArrayLike | None = None,
    seed: int = 0,
    t_end: float = 10.0,
    n: int = 200,
    t: ArrayLike | None = None,
    step: float | None = None,
    noise: float = 0.0,
    start: Start = "sphere",
    dtype: Dtype = "float32",
) -> Iterator[NetworkRecord]:
    """Train a two-layer network on a single-index target by stochastic gradient descent on the sphere.

    The network has m neurons in d dimensions. Its times are those of its mean field. To stop the work, stop iterating.

    Parameters
    ----------
    phi : sequence of 1 to 41 floats
        Coefficients of the target, see ``MeanFieldModel``.
    activation : Activation, str or sequence of float
        The activation, see ``MeanFieldModel``.
    eps : float in [1e-8, 1e8]
        Ratio of the second layer's time scale to the first's.
    m : int, 1 to 10,000
        Neurons. Each of m d, batch d and batch m is at most 50,000,000.
    d : int, 2 to 20,000
        Dimensions of the input.
    batch : int, 1 to 100,000
        Fresh samples of a step.
    a0 : float or array_like (m,), optional
        Weights a_i(0) in [-1e3, 1e3], or one for all; by default those that ``MeanFieldModel.trajectory`` draws from
        this seed.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of a_i(0), first layer and batches. The same seed gives the same run.
    t_end : float in [1e-12, 1e6], default 10
        Last time.
    n : int, 2 to 100,000, default 200
        Number of records at log-spaced times.
    t : array_like (k,), optional
        Times of the records, increasing, from 0 to 1e6. They override ``t_end`` and ``n``.
    step : float in [1e-12, 1e6], optional
        Time of a step; by default it is adapted to curvature and speed. With a fixed step records are taken after whole
        steps, except for the last.
    noise : float in [0, 1e6], default 0
        Standard deviation of the labels' noise.
    start : {"sphere", "orthonormal"}, default "sphere"
        First layer at the start: independent and uniform on the sphere, or orthonormal and orthogonal to the target's
        direction, as the exact flow starts (needs m < d).
    dtype : {"float32", "float64"}, default "float32"
        Type of the batches and the first layer.

    Yields
    ------
    NetworkRecord
        The network at each time. A run that diverges ends with a record whose ``halted`` says so.

    Raises
    ------
    ValueError
        If an argument is outside its range, or if the run takes too many steps; raised by the call, before the
        iteration.

    References
    ----------
    Berthier, Montanari & Zhou, arXiv:2303.00055; Imai, Nishiyama & Imaizumi, arXiv:2602.07378.

    Examples
    --------
    >>> from dynamics import simulate_network
    >>> records = list(simulate_network((0, 1), (0, 1), eps=1.0, m=2, d=10, batch=50, t_end=1.0, n=3))
    >>> records[-1].t, records[-1].s.shape, records[-1].risk < records[0].risk
    (1.0, (2,), True)
    """
    run = make_network(phi, activation, eps, m, d, batch, a0, seed, step, noise, start, dtype)
    t_end, n = check_number("t_end", t_end, T_MIN, T_MAX), check_integer("n", n, 2, SAMPLES_MAX)
    if t is None:
        times = np.geomspace(min(1e-2 * run.problem.shortest_time_scale, 1e-2 * t_end), t_end, n)
        times[-1] = t_end
    else:
        times, _ = sample_times(t)
    run.problem.check_cost(float(times[-1]), float(np.mean(run.a**2)), len(times))
    return (record for (record,) in run_in_lockstep([run], round_to_steps(times, run.problem.step)))
