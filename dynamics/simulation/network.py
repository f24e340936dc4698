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
    """The network that ``simulate_network`` runs, to be advanced and measured by hand. most: multiply-adds after which
    it halts."""
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
    """A two-layer network of m neurons in d dimensions that learns the target phi by stochastic gradient descent on
    the sphere (``dynamics.simulation.sgd``), at the times of its mean field: records at t, one after the other.

    phi, activation, eps, m: as of ``MeanFieldModel``. batch: fresh samples a step. a0: as of
    ``MeanFieldModel.trajectory``; if None, the weights that it draws from this seed. seed: also of first layer and
    batches; the same seed gives the same run.
    n: records at log-spaced times to ``t_end``; t: increasing times instead. With a fixed ``step`` records are after
    whole steps, the last excepted. step: None adapts it to curvature and speed.
    noise: standard deviation of the labels'. start: "sphere" (independent and uniform) or "orthonormal" (and
    orthogonal to the target's direction, as the exact flow starts). dtype: of the batches and the first layer.

    Whoever asks no further stops the work. A run that diverges ends with a record whose ``halted`` says so.
    Raises ValueError, naming argument, value and range, when it is called.
    """
    run = make_network(phi, activation, eps, m, d, batch, a0, seed, step, noise, start, dtype)
    t_end, n = check_number("t_end", t_end, T_MIN, T_MAX), check_integer("n", n, 2, SAMPLES_MAX)
    if t is None:
        times = np.geomspace(min(1e-2 * run.problem.shortest_time_scale, 1e-2 * t_end), t_end, n)
        times[-1] = t_end
    else:
        times, _ = sample_times(t)
    run.problem.check_cost(float(times[-1]), float(np.mean(run.a**2)))
    return (record for (record,) in run_in_lockstep([run], round_to_steps(times, run.problem.step)))
