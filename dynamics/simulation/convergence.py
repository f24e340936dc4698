"""How far networks are from their mean field and from the exact flow of as many neurons, over dimension and width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dynamics.activations import Activation, series
from dynamics.mean_field.initialization import INIT_DISTRIBUTIONS, T_MAX, T_MIN, InitDistribution, initial_weights
from dynamics.mean_field.model import MeanFieldModel
from dynamics.mean_field.problem import WIDTH_MAX
from dynamics.mean_field.trajectory import MeanFieldTrajectory
from dynamics.results import Result
from dynamics.simulation.network import make_network
from dynamics.simulation.sgd import BATCH_MAX, DIMENSION_MAX, STARTS, WORK_MAX, SphericalSGD, Start, run_in_lockstep
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_integer, check_number, check_sequence

PLACES_MAX, RUNS_MAX = 50, 100
SAMPLES = 60  # at which two risks are compared
_WORK_SLICE_SECONDS = 0.05


@dataclass(frozen=True)
class NetworkSize:
    """Hold the size of a network and of its batches.

    Attributes
    ----------
    m : int
        Neurons.
    d : int
        Dimensions of the input.
    batch : int
        Samples of a batch.
    """

    m: int
    d: int
    batch: int


@dataclass(frozen=True, eq=False)
class NetworkDistances(Result):
    """Hold the distances of networks to their laws: the largest difference of two risks over a run.

    Attributes
    ----------
    places : tuple of NetworkSize
        Sizes of the networks.
    to_exact, to_mean_field : array (places, runs)
        Distances of the network to the exact flow of m neurons and to the mean field; nan if they are not computed yet,
        if the run has halted, or if an integration stopped early.
    between : array (places,)
        Distances of the exact flow to the mean field.
    work : float
        Multiply-adds that are done.
    of : float
        Multiply-adds of the whole.
    halted : str
        Why a run has halted; empty if none has.
    """

    places: tuple[NetworkSize, ...]
    to_exact: FloatArray
    to_mean_field: FloatArray
    between: FloatArray
    work: float
    of: float
    halted: str

    @property
    def progress(self) -> float:
        """Share of the work that is done (float)."""
        return min(1.0, self.work / self.of)


def compare_networks(
    phi: ArrayLike,
    activation: Activation | str | ArrayLike,
    eps: float,
    places: Sequence[tuple[int, int, int]],
    runs: int = 4,
    law: InitDistribution = "uniform",
    scale: float = 1.0,
    seed: int = 0,
    t_end: float = 10.0,
    start: Start = "sphere",
    most: float = WORK_MAX,
) -> Iterator[NetworkDistances]:
    """Compare networks of several sizes with the exact flow and with the mean field.

    At each place (m, d, batch) the network is run several times from the same a_i(0), with other first layers and
    batches. Runs go through the places in turn. The result is given some twenty times a second; the last one is whole.
    To stop the work, stop iterating.

    Parameters
    ----------
    phi, activation, eps
        See ``MeanFieldModel``.
    places : sequence of 1 to 50 tuples (m, d, batch)
        Neurons (1 to 200), dimensions (2 to 20,000) and batch sizes (1 to 100,000).
    runs : int, 1 to 100, default 4
        Runs at each place.
    law : {"uniform", "normal", "alike"}, default "uniform"
        Distribution of a_i(0), see ``initial_weights``.
    scale : float, default 1
        Scale of a_i(0), see ``initial_weights``.
    seed : int, 0 to 2**32 - 1, default 0
        Seed of a_i(0).
    t_end : float in [1e-12, 1e6], default 10
        Last time.
    start : {"sphere", "orthonormal"}, default "sphere"
        First layer at the start, see ``simulate_network``.
    most : float in [0, 1e15], default 1e15
        Multiply-adds of all networks together; those that are left when it is used up halt after a step.

    Yields
    ------
    NetworkDistances
        The distances as far as they are known.

    Raises
    ------
    ValueError
        If an argument is outside its range; raised by the call, before the iteration.

    Examples
    --------
    >>> from dynamics import compare_networks
    >>> *_, found = compare_networks((1, -1, 2 / 3), "relu", 1.0, [(5, 25, 100), (5, 100, 400)], runs=2)
    >>> found.to_exact.shape
    (2, 2)
    >>> near, far = found.to_exact.mean(axis=1)
    >>> bool(far < near)  # the distance falls as d grows
    True
    """
    sizes = tuple(
        _place(f"places[{i}]", place)
        for i, place in enumerate(check_sequence("places", places, 1, PLACES_MAX, "places (m, d, batch)"))
    )
    law, start = check_choice("law", law, INIT_DISTRIBUTIONS), check_choice("start", start, STARTS)
    runs = check_integer("runs", runs, 1, RUNS_MAX)
    t_end = check_number("t_end", t_end, T_MIN, T_MAX)
    most = check_number("most", most, 0.0, WORK_MAX)
    models = [MeanFieldModel(series("phi", phi), Activation.of(activation), eps, place.m) for place in sizes]
    starts = [initial_weights(place.m, seed, law, scale) for place in sizes]
    times = np.geomspace(1e-2 * min(models[0].eps, t_end), t_end, SAMPLES)
    times[-1] = t_end

    def network(j: int, run: int, left: float) -> SphericalSGD:
        place = sizes[j]
        return make_network(
            phi, activation, eps, place.m, place.d, place.batch, starts[j], run, start=start, most=max(0.0, left)
        )

    works = [
        network(j, 0, most).problem.check_cost(t_end, float(np.mean(starts[j] ** 2)), SAMPLES)
        for j in range(len(sizes))
    ]

    def compared() -> Iterator[NetworkDistances]:
        to_exact, to_mean_field = (np.full((len(sizes), runs), np.nan) for _ in range(2))
        between, done, halted, left = np.full(len(sizes), np.nan), 0.0, "", most

        def distances_so_far(under_way: float = 0.0) -> NetworkDistances:
            exact, mean_field, apart = (values.copy() for values in (to_exact, to_mean_field, between))
            return NetworkDistances(sizes, exact, mean_field, apart, done + under_way, runs * sum(works), halted)

        risks: list[tuple[FloatArray, FloatArray]] = []
        for run in range(runs):
            for j, model in enumerate(models):
                if run == 0:
                    exact = _whole(model.trajectory(starts[j], t=times, overlaps=True))
                    mean_field = _whole(model.trajectory(starts[j], t=times))
                    risks.append((exact, mean_field))
                    between[j] = np.max(abs(exact - mean_field))
                simulated = network(j, run, left)
                seen: list[float] = []
                for found in run_in_lockstep([simulated], times, _WORK_SLICE_SECONDS):
                    seen += [record.risk for record in found]
                    if not found:
                        yield distances_so_far(min(simulated.steps * simulated.problem.work, works[j]))
                halted, left = halted or simulated.halted, left - simulated.steps * simulated.problem.work
                if not simulated.halted:
                    for distances, risk in zip((to_exact, to_mean_field), risks[j], strict=True):
                        distances[j, run] = np.max(abs(np.array(seen) - risk))
                done += works[j]
                yield distances_so_far()

    return compared()


def _whole(run: MeanFieldTrajectory) -> FloatArray:
    """The risk (SAMPLES,) of a run; nan where its integration stopped early."""
    return np.pad(run.risk, (0, SAMPLES - run.risk.size), constant_values=np.nan)


def _place(name: str, given: object) -> NetworkSize:
    m, d, batch = check_sequence(name, given, 3, 3, "integers (m, d, batch)")
    return NetworkSize(
        check_integer(f"{name}: m", m, 1, WIDTH_MAX["overlaps"]),
        check_integer(f"{name}: d", d, 2, DIMENSION_MAX),
        check_integer(f"{name}: batch", batch, 1, BATCH_MAX),
    )
