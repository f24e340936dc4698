"""Networks of the Time-scales view: runs for comparison with the mean field, and their distances to it over d and m."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import exp, log

import numpy as np

from components.core.view import Columns
from components.views.time_scales.columns import LOG_START
from components.views.time_scales.state import TimeScalesState
from dynamics import NetworkDistances, NetworkRecord, SphericalSGD, compare_networks, make_network, run_in_lockstep
from dynamics.mean_field.trajectory import residuals
from dynamics.simulation.sgd import ENTRIES_MAX, WORK_MAX, Start, TrainingSetup

LOG, LINEAR = 100, 40  # records on each kind of axis
HALVINGS = 3  # of d and of m, in the panel of distances
MIN_DIMENSION = 8
HORIZON_STEPS = 40  # of a bisection in ln t
WORK_SLICE_SECONDS = 0.05  # of work without a record
MAX_WORK = 1e12  # multiply-adds: less than half a minute
RECORD = 4e6  # multiply-adds in the time of a record of one neuron
MAX_EXACT_WIDTH = 53  # neurons of the exact flow in the panel of distances


def start(state: TimeScalesState) -> Start:
    """Return the initialization of the first layer: orthonormal only if m < d."""
    return "orthonormal" if state.first == "orthonormal" and state.m < state.dimension else "sphere"


def horizon(state: TimeScalesState) -> float:
    """Return the end time of the networks: the state's horizon, or less if `MAX_WORK` requires it."""
    until = works(state)
    if until(state.t) <= MAX_WORK:
        return state.t
    low, high = log(LOG_START * min(state.eps, state.t)), log(state.t)
    for _ in range(HORIZON_STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if until(exp(middle)) <= MAX_WORK else (low, middle)
    return float(f"{exp(low):.2g}") if until(float(f"{exp(low):.2g}")) <= MAX_WORK else exp(low)


def times(state: TimeScalesState) -> np.ndarray:
    """Return the record times of the networks."""
    log_start, end = LOG_START * min(state.eps, state.t), horizon(state)
    return np.unique(np.append(np.geomspace(log_start, end, LOG)[:-1], np.linspace(0.0, end, LINEAR + 1)[1:]))


def networks(state: TimeScalesState) -> list[SphericalSGD]:
    """Return the runs, each from the same a_i(0), with its own first layer and batches."""
    return [
        make_network(
            state.phi, state.core_activation, state.eps, state.m, state.dimension, state.batch, state.start, run,
            start=start(state), most=work_limit(state, own_size(state)) / state.runs,
        )
        for run in range(state.runs)
    ]  # fmt: skip


def distance_sizes(state: TimeScalesState) -> list[tuple[int, int, int]]:
    """Return the (m, d, batch) of the panel of distances: d halved at this m and d / batch, then m halved at this d."""
    m, d, batch = min(state.m, MAX_EXACT_WIDTH), state.dimension, state.batch
    min_dimension = m + 1 if start(state) == "orthonormal" else MIN_DIMENSION
    dims = sorted({d, *(d >> k for k in range(1, HALVINGS + 1) if d >> k >= min_dimension)})
    over_d = [(m, size, max(1, round(batch * size / d))) for size in dims]
    return over_d + [(size, d, batch) for size in sorted({m >> k for k in range(1, HALVINGS + 1)} - {0})]


def distances(state: TimeScalesState) -> Iterator[NetworkDistances]:
    """Yield the distances of networks from exact flow and mean field, at each of the sizes."""
    return compare_networks(
        state.phi, state.core_activation, state.eps, distance_sizes(state), state.runs, state.law, state.scale,  # type: ignore[arg-type]
        state.seed, horizon(state), start(state), work_limit(state, distance_sizes(state)),
    )  # fmt: skip


def own_size(state: TimeScalesState) -> list[tuple[int, int, int]]:
    """Return (m, d, batch) of the state itself."""
    return [(state.m, state.dimension, state.batch)]


def network_sizes(state: TimeScalesState) -> list[tuple[int, int, int]]:
    """Return (m, d, batch) of all networks that the figure shows."""
    sizes = own_size(state) if "network" in state.layers else []
    return sizes + (distance_sizes(state) if state.panel == "network" else [])


def work(state: TimeScalesState, t: float) -> float:
    """Estimate the multiply-adds of the state's networks until t; more than `MAX_WORK` if one is too large."""
    return works(state)(t)


def work_limit(state: TimeScalesState, sizes: list[tuple[int, int, int]]) -> float:
    """Return the multiply-adds after which networks of some of the sizes halt: their share of twice `MAX_WORK`.

    All together are estimated to take at most `MAX_WORK` until `horizon`.
    """
    end = horizon(state)
    return 2.0 * MAX_WORK * works(state, sizes)(end) / works(state)(end)


def works(state: TimeScalesState, sizes: Sequence[tuple[int, int, int]] | None = None) -> Callable[[float], float]:
    """Return that estimate as a function of t, for some of the sizes; what does not depend on t is computed once."""
    square = float(np.mean(state.start**2))
    problems: list[tuple[TrainingSetup, float]] = []
    for m, d, batch in network_sizes(state) if sizes is None else sizes:
        if max(m * d, batch * d, batch * m) > ENTRIES_MAX:
            return lambda t: WORK_MAX
        record_work = (LOG + LINEAR) * (float(m * m) * (d + 60) + RECORD)  # it has all overlaps, and U of each
        problems.append((TrainingSetup.of(state.phi, state.core_activation, state.eps, m, d, batch), record_work))
    return lambda t: (
        state.runs
        * sum(problem.steps(t, square, LOG + LINEAR) * problem.work + record_work for problem, record_work in problems)
    )


def columns_of(state: TimeScalesState, all_records: list[list[NetworkRecord]], neurons: list[int]) -> Columns:
    """Return columns over the records of all runs.

    They are time; the mean, least and largest risk of the runs; residual and term of each degree, means over the runs;
    a and s of the selected neurons of the first run.
    """
    model = state.model
    risk = np.array([[record.risk for record in records] for records in all_records])
    residual = np.array(
        [
            residuals(model, np.array([r.a for r in records]), np.array([r.s for r in records]))
            for records in all_records
        ]
    )  # (times, runs, degrees)
    columns = {
        "t": np.array([records[0].t for records in all_records]),
        "risk": risk.mean(axis=1), "low": risk.min(axis=1), "high": risk.max(axis=1),
    }  # fmt: skip
    for k in range(residual.shape[2]):
        columns |= {f"r{k}": residual[:, :, k].mean(axis=1), f"h{k}": 0.5 * np.mean(residual[:, :, k] ** 2, axis=1)}
    for i in neurons:
        columns |= {f"a{i}": np.array([records[0].a[i] for records in all_records])}
        columns |= {f"s{i}": np.array([records[0].s[i] for records in all_records])}
    return columns


def streamed(runs: list[SphericalSGD], t: np.ndarray) -> Iterator[list[NetworkRecord]]:
    """Yield the records of all runs at each time, and empty lists between; end if one of them halts."""
    for records in run_in_lockstep(runs, t, WORK_SLICE_SECONDS):
        if any(record.halted for record in records):
            return
        yield records


def ladder(sizes: Sequence[tuple[int, int, int]], axis_index: int) -> list[tuple[int, int, int]]:
    """Return the sizes over d (axis_index 1) at the largest m, or over m (axis_index 0) at the largest d."""
    fixed = 1 - axis_index
    largest = max(size[fixed] for size in sizes)
    return [size for size in sizes if size[fixed] == largest]


def distance_means(values: np.ndarray) -> np.ndarray:
    """Return the mean over the runs that have ended, shape (places,); nan where there is none."""
    finite = np.isfinite(values)
    return np.where(finite.any(axis=1), np.nansum(values, axis=1) / np.maximum(finite.sum(axis=1), 1), np.nan)
