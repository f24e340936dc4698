"""What view 3 asks of networks themselves: a few runs beside the mean field, and their distances to it over d and m."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import exp, log

import numpy as np

from components.core.view import Columns
from components.views.time_scales.columns import FIRST
from components.views.time_scales.state import TimeScalesState
from dynamics import NetworkDistances, NetworkRecord, SphericalSGD, compare_networks, make_network, run_in_lockstep
from dynamics.mean_field.trajectory import residuals
from dynamics.simulation.sgd import ENTRIES_MAX, WORK_MAX, Start, TrainingSetup

LOG, LINEAR = 100, 40  # records on each kind of axis
HALVINGS = 3  # of d and of m, in the panel of distances
LEAST_D = 8
HORIZON_STEPS = 40  # of a bisection in ln t
BREATH = 0.05  # seconds of work between two signs of life
MOST = 1e12  # multiply-adds of a picture: less than half a minute
EXACT_MOST = 53  # neurons of the exact flow in the panel of distances


def start(state: TimeScalesState) -> Start:
    """How the first layer starts: orthonormal only where there is room for it."""
    return "orthonormal" if state.first == "orthonormal" and state.m < state.dimension else "sphere"


def horizon(state: TimeScalesState) -> float:
    """Until when the networks learn: the state's horizon, or as far as `MOST` allows."""
    until = works(state)
    if until(state.t) <= MOST:
        return state.t
    low, high = log(FIRST * min(state.eps, state.t)), log(state.t)
    for _ in range(HORIZON_STEPS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if until(exp(middle)) <= MOST else (low, middle)
    return float(f"{exp(low):.2g}") if until(float(f"{exp(low):.2g}")) <= MOST else exp(low)


def times(state: TimeScalesState) -> np.ndarray:
    """When networks are looked at."""
    first, end = FIRST * min(state.eps, state.t), horizon(state)
    return np.unique(np.append(np.geomspace(first, end, LOG)[:-1], np.linspace(0.0, end, LINEAR + 1)[1:]))


def networks(state: TimeScalesState) -> list[SphericalSGD]:
    """The runs, each from the same a_i(0), with its own first layer and batches."""
    return [
        make_network(
            state.phi, state.core_activation, state.eps, state.m, state.dimension, state.batch, state.start, run,
            start=start(state), most=MOST,
        )
        for run in range(state.runs)
    ]  # fmt: skip


def places(state: TimeScalesState) -> list[tuple[int, int, int]]:
    """(m, d, batch) of the panel of distances: d halved at this m and this d / batch, then m halved at this d."""
    m, d, batch = min(state.m, EXACT_MOST), state.dimension, state.batch
    least = m + 1 if start(state) == "orthonormal" else LEAST_D
    dims = sorted({d, *(d >> k for k in range(1, HALVINGS + 1) if d >> k >= least)})
    over_d = [(m, each, max(1, round(batch * each / d))) for each in dims]
    return over_d + [(each, d, batch) for each in sorted({m >> k for k in range(1, HALVINGS + 1)} - {0})]


def distances(state: TimeScalesState) -> Iterator[NetworkDistances]:
    """How far networks are from exact flow and mean field, at each of the places."""
    return compare_networks(
        state.phi, state.core_activation, state.eps, places(state), state.runs, state.law, state.scale,  # type: ignore[arg-type]
        state.seed, horizon(state), start(state),
    )  # fmt: skip


def network_sizes(state: TimeScalesState) -> list[tuple[int, int, int]]:
    """Return (m, d, batch) of all networks that the figure shows."""
    own = [(state.m, state.dimension, state.batch)] if "network" in state.layers else []
    return own + (places(state) if state.panel == "network" else [])


def work(state: TimeScalesState, t: float) -> float:
    """About how many multiply-adds the picture's networks take until t; more than `MOST` where one is too large."""
    return works(state)(t)


def works(state: TimeScalesState) -> Callable[[float], float]:
    """The same as a function of t: what does not depend on it is found out once."""
    square = float(np.mean(state.start**2))
    problems: list[tuple[TrainingSetup, float]] = []
    for m, d, batch in network_sizes(state):
        if max(m * d, batch * d, batch * m) > ENTRIES_MAX:
            return lambda t: WORK_MAX
        looked = (LOG + LINEAR) * float(m * m) * (d + 60)  # a record has all overlaps, and U of each
        problems.append((TrainingSetup.of(state.phi, state.core_activation, state.eps, m, d, batch), looked))
    return lambda t: state.runs * sum(one.steps(t, square) * one.work + looked for one, looked in problems)


def columns_of(state: TimeScalesState, found: list[list[NetworkRecord]], neurons: list[int]) -> Columns:
    """Over records of all runs: time; the risk, its mean over the runs and where it is largest and least; residual and
    term of each degree, means over the runs; a and s of the first run's neurons that are drawn."""
    model = state.model
    risk = np.array([[record.risk for record in records] for records in found])
    left = np.array(
        [residuals(model, np.array([r.a for r in records]), np.array([r.s for r in records])) for records in found]
    )  # (times, runs, degrees)
    made = {
        "t": np.array([records[0].t for records in found]),
        "risk": risk.mean(axis=1), "low": risk.min(axis=1), "high": risk.max(axis=1),
    }  # fmt: skip
    for k in range(left.shape[2]):
        made |= {f"r{k}": left[:, :, k].mean(axis=1), f"h{k}": 0.5 * np.mean(left[:, :, k] ** 2, axis=1)}
    for i in neurons:
        made |= {f"a{i}": np.array([records[0].a[i] for records in found])}
        made |= {f"s{i}": np.array([records[0].s[i] for records in found])}
    return made


def streamed(runs: list[SphericalSGD], t: np.ndarray) -> Iterator[list[NetworkRecord]]:
    """The records of all runs at each time, and empty lists between; ends where one of them halts."""
    for found in run_in_lockstep(runs, t, BREATH):
        if any(record.halted for record in found):
            return
        yield found


def ladder(places: Sequence[tuple[int, int, int]], place: int) -> list[tuple[int, int, int]]:
    """The places over d (place 1) at the largest m, or over m (place 0) at the largest d."""
    fixed = 1 - place
    most = max(one[fixed] for one in places)
    return [one for one in places if one[fixed] == most]


def distance_means(values: np.ndarray) -> np.ndarray:
    """The mean over the runs that have ended, shape (places,); nan where there is none."""
    seen = np.isfinite(values)
    return np.where(seen.any(axis=1), np.nansum(values, axis=1) / np.maximum(seen.sum(axis=1), 1), np.nan)
