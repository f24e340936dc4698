"""Networks beside a mean field: runs for comparison with it, and their distances to it over d and m."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, log

import numpy as np

from dynamics.mean_field import MeanFieldModel
from dynamics.mean_field.initialization import InitDistribution
from dynamics.plotting.mean_field.quantities import LOG_START
from dynamics.simulation import (
    NetworkDistances,
    NetworkRecord,
    SphericalSGD,
    compare_networks,
    make_network,
    run_in_lockstep,
)
from dynamics.simulation.sgd import ENTRIES_MAX, WORK_MAX, Start, TrainingSetup
from dynamics.typing import FloatArray

LOG_RECORDS, LINEAR_RECORDS = 100, 40  # on each kind of axis
HALVINGS = 3  # of d and of m, in the panel of distances
MIN_DIMENSION = 8
HORIZON_STEPS = 40  # of a bisection in ln t
WORK_SLICE_SECONDS = 0.05  # of work without a record
MAX_WORK = 1e12  # multiply-adds: less than half a minute
RECORD = 4e6  # multiply-adds in the time of a record of one neuron
MAX_EXACT_WIDTH = 53  # neurons of the exact flow in the panel of distances

Size = tuple[int, int, int]  # m, d, batch


@dataclass(frozen=True, eq=False)
class Networks:
    """Networks that learn the target of a mean-field model, and the time that they may take.

    Attributes
    ----------
    model : MeanFieldModel
        The model.
    a0 : array (m,)
        Second layer at the start.
    t_end : float
        The horizon of the mean field.
    dimension, batch, runs : int
        Dimension of the inputs, samples of a batch, and how many networks.
    first : {"sphere", "orthonormal"}
        The requested start of the first layer.
    law, scale, seed : str, float, int
        How the second layer starts in networks of another width.
    over_time, over_sizes : bool
        Whether networks are shown over time, and their distances over d and m.
    max_work : float
        Multiply-adds of all of them, by an estimate; they end before the horizon if it takes more.
    """

    model: MeanFieldModel
    a0: FloatArray
    t_end: float
    dimension: int
    batch: int
    runs: int
    first: Start
    law: InitDistribution
    scale: float
    seed: int
    over_time: bool
    over_sizes: bool
    max_work: float = MAX_WORK

    @property
    def start(self) -> Start:
        """Start of the first layer, orthonormal only if m < d (str)."""
        return "orthonormal" if self.first == "orthonormal" and self.model.m < self.dimension else "sphere"

    @property
    def own_size(self) -> list[Size]:
        """The (m, d, batch) of the networks over time (list of one tuple)."""
        return [(self.model.m, self.dimension, self.batch)]

    @cached_property
    def distance_sizes(self) -> list[Size]:
        """The (m, d, batch) of the panel of distances (list of tuple).

        d is halved at this m and d / batch, then m at this d.
        """
        m, d, batch = min(self.model.m, MAX_EXACT_WIDTH), self.dimension, self.batch
        min_dimension = m + 1 if self.start == "orthonormal" else MIN_DIMENSION
        dims = sorted({d, *(d >> k for k in range(1, HALVINGS + 1) if d >> k >= min_dimension)})
        over_d = [(m, size, max(1, round(batch * size / d))) for size in dims]
        return over_d + [(size, d, batch) for size in sorted({m >> k for k in range(1, HALVINGS + 1)} - {0})]

    @property
    def sizes(self) -> list[Size]:
        """The (m, d, batch) of all networks that are shown (list of tuple)."""
        return (self.own_size if self.over_time else []) + (self.distance_sizes if self.over_sizes else [])

    @cached_property
    def work(self) -> Callable[[float], float]:
        """The estimate of the multiply-adds of all networks until t, as a function of t (callable)."""
        return self.work_of(self.sizes)

    def work_of(self, sizes: Sequence[Size]) -> Callable[[float], float]:
        """Return that estimate for some of the sizes; what does not depend on t is computed once."""
        square, records = float(np.mean(self.a0**2)), LOG_RECORDS + LINEAR_RECORDS
        model = self.model
        problems: list[tuple[TrainingSetup, float]] = []
        for m, d, batch in sizes:
            if max(m * d, batch * d, batch * m) > ENTRIES_MAX:
                return lambda t: WORK_MAX
            record_work = records * (float(m * m) * (d + 60) + RECORD)  # it has all overlaps, and U of each
            problems.append((TrainingSetup.of(model.phi, model.sigma, model.eps, m, d, batch), record_work))
        return lambda t: (
            self.runs
            * sum(problem.steps(t, square, records) * problem.work + record_work for problem, record_work in problems)
        )

    def work_limit(self, sizes: Sequence[Size]) -> float:
        """Return the multiply-adds after which networks of some of the sizes halt: their share of twice `max_work`.

        All together are estimated to take at most `max_work` until `horizon`.
        """
        return 2.0 * self.max_work * self.work_of(sizes)(self.horizon) / self.work(self.horizon)

    @cached_property
    def horizon(self) -> float:
        """End time of the networks: that of the mean field, or less if `max_work` requires it (float)."""
        if self.work(self.t_end) <= self.max_work:
            return self.t_end
        low, high = log(LOG_START * min(self.model.eps, self.t_end)), log(self.t_end)
        for _ in range(HORIZON_STEPS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.work(exp(middle)) <= self.max_work else (low, middle)
        rounded = float(f"{exp(low):.2g}")
        return rounded if self.work(rounded) <= self.max_work else exp(low)

    @property
    def times(self) -> FloatArray:
        """Record times of the networks (array (n,))."""
        log_start, end = LOG_START * min(self.model.eps, self.t_end), self.horizon
        log_times = np.geomspace(log_start, end, LOG_RECORDS)[:-1]
        return np.unique(np.append(log_times, np.linspace(0.0, end, LINEAR_RECORDS + 1)[1:]))

    def make(self) -> list[SphericalSGD]:
        """Return the networks, each with the same a_i(0), its own first layer and its own batches."""
        model, limit = self.model, self.work_limit(self.own_size) / self.runs
        return [
            make_network(
                model.phi, model.sigma, model.eps, model.m, self.dimension, self.batch, self.a0, run,
                start=self.start, most=limit,
            )
            for run in range(self.runs)
        ]  # fmt: skip

    def records(self, networks: Sequence[SphericalSGD]) -> Iterator[list[NetworkRecord]]:
        """Yield the records of all networks at each time, and empty lists between; end if one of them halts."""
        for records in run_in_lockstep(networks, self.times, WORK_SLICE_SECONDS):
            if any(record.halted for record in records):
                return
            yield records

    def distances(self) -> Iterator[NetworkDistances]:
        """Yield the distances of networks from exact flow and mean field, at each of the sizes."""
        model, sizes = self.model, self.distance_sizes
        return compare_networks(
            model.phi, model.sigma, model.eps, sizes, self.runs, self.law, self.scale, self.seed, self.horizon,
            self.start, self.work_limit(sizes),
        )  # fmt: skip
