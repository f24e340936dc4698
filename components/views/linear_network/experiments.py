"""Gradient descent compared with the exact solution: on the same network, and on networks with other activations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from components.views.linear_network.columns import LOG_START
from components.views.linear_network.state import LinearNetworkState, horizon
from dynamics import DescentRecord, LinearNetwork, descent
from dynamics.interruption import checkpoint
from dynamics.linear_network import ACTIVATIONS as FUNCTIONS
from dynamics.linear_network.problem import ENTRY_MAX, step_limits

ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "swish")
STABILITY_POINTS = 9  # values of f, its ends included, at which stability is evaluated
POINTS = 40  # of gradient descent on the panels
DISALIGNING_CORRELATION = 0.9  # of u and v; from it the angle opens
BELOW, ABOVE = 0.2, 3.0  # y over f(0) for an opening and for a closing angle
STEP_FRACTION = 0.1  # of the stability limit: the step with other activations
MIN_STEPS = 20
MAX_STEPS = 20_000  # of a run; longer runs are cut
WORK_FRACTION = 1.0 / (2 * len(ACTIVATIONS))  # of the work, for each run of an activation
MAX_NEURON_STEPS = 60_000_000  # in all runs of a stream together

T = TypeVar("T")


@dataclass(frozen=True)
class Experiment:
    """Gradient descent: the networks, their step, the end of the runs, and the requested end."""

    networks: tuple[LinearNetwork, ...]
    step: float
    t_end: float
    requested_end: float

    def records(self, activation: str, t: np.ndarray) -> Iterator[DescentRecord]:
        """Yield the records of the runs."""
        return descent(self.networks, self.step, self.t_end, activation, t=t)


def limit(network: LinearNetwork) -> float:
    """Return the smallest step at which descent is unstable at the start, at the end, or between.

    Points at which the curvature is 0 or infinite are skipped.
    """
    flow = network.flow
    f = flow.f0 + (flow.f_end - flow.f0) * np.linspace(0.0, 1.0, STABILITY_POINTS)
    kernel = 2.0 * flow.g * np.hypot(f, flow.floor)
    steps = step_limits(network.beta, f - flow.y, kernel)
    finite = steps[np.isfinite(steps) & (steps > 0)]
    return float(finite.min()) if finite.size else 1.0


def experiment(networks: tuple[LinearNetwork, ...], step: float, t_end: float, fraction: float = 1.0) -> Experiment:
    """Return the experiment with this step up to this time, cut at a fraction of the work bound."""
    count = min(MAX_STEPS, int(fraction * MAX_NEURON_STEPS / (len(networks) * networks[0].d)) or 1)
    return Experiment(networks, step, min(t_end, count * step), t_end)


def same_network(state: LinearNetworkState, network: LinearNetwork) -> Experiment:
    """Return the experiment on the displayed network, with at least MIN_STEPS steps, which show instability."""
    step = state.step * limit(network)
    return experiment((network,), step, max(horizon(state, network), MIN_STEPS * step))


@dataclass(frozen=True)
class Row:
    """Runs from one kind of start, with each activation from the same weights.

    aligning: whether |y| is above |f(0)|, or below it. r: the correlation of u and v at the start. starts: the
    networks, whose targets are ignored. target: that of the state if networks may use it, else None. outputs, targets:
    f(0) and y of each network, by activation. requested_end: the requested end of the runs.
    """

    aligning: bool
    r: float
    starts: tuple[LinearNetwork, ...]
    target: float | None
    outputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    requested_end: float

    @property
    def factor(self) -> float:
        """y over f(0) of a network that does not use the target of the state."""
        return ABOVE if self.aligning else BELOW

    def of_kind(self, activation: str) -> np.ndarray:
        """Return which of the networks start as the row is called."""
        y, f0 = abs(self.targets[activation]), abs(self.outputs[activation])
        return y > f0 if self.aligning else y < f0

    def experiment(self, activation: str) -> Experiment:
        """Return gradient descent at a step that is stable for all of the networks."""
        targets = self.targets[activation].tolist()
        networks = tuple(replace(start, y=y) for start, y in zip(self.starts, targets, strict=True))
        step = STEP_FRACTION * min(min(limit(one), _limit(one, activation)) for one in with_checkpoints(networks))
        return experiment(networks, step, self.requested_end, WORK_FRACTION)


def both_rows(state: LinearNetworkState, network: LinearNetwork) -> tuple[Row, Row]:
    """Return the kind of start of the state, and the other kind.

    In the first row each network uses the target of the state if, with its own initial output, this is a start of this
    kind; otherwise, and in the second row, its target is a multiple of that output.
    """
    aligning = abs(network.flow.f_end) > abs(network.start.f)
    correlation = 0.0 if not aligning else DISALIGNING_CORRELATION if state.target >= 0 else -DISALIGNING_CORRELATION
    first_row = _row(state, aligning, use_state_target=True)
    second_row = _row(state.model_copy(update={"aligned": correlation}), not aligning, use_state_target=False)
    requested_end = max(first_row.requested_end, second_row.requested_end)
    return replace(first_row, requested_end=requested_end), replace(second_row, requested_end=requested_end)


def with_checkpoints(items: Iterable[T]) -> Iterator[T]:
    """Yield the items, each after a checkpoint: what is done for a network may take some hundredths of a second."""
    for item in items:
        checkpoint()
        yield item


def output(network: LinearNetwork, activation: str) -> float:
    """Return f(0) with an activation."""
    if activation == "linear":
        return network.start.f
    return network.gamma * float(network.u0 @ FUNCTIONS[activation][0](network.v0 * network.x_norm))


def _row(state: LinearNetworkState, aligning: bool, use_state_target: bool) -> Row:
    starts = tuple(state.network(seed=state.seed + k) for k in with_checkpoints(range(state.seeds)))
    outputs = {name: np.array([output(start, name) for start in with_checkpoints(starts)]) for name in ACTIVATIONS}
    targets = {name: _targets(f0, state.target, aligning, use_state_target) for name, f0 in outputs.items()}
    linear = [replace(start, y=y) for start, y in zip(starts, targets["linear"].tolist(), strict=True)]
    requested_end = float(np.median([horizon(state, linear_network) for linear_network in with_checkpoints(linear)]))
    return Row(
        aligning, state.aligned, starts, state.target if use_state_target else None, outputs, targets, requested_end
    )


def _targets(f0: np.ndarray, y: float, aligning: bool, use_state_target: bool) -> np.ndarray:
    factor = ABOVE if aligning else BELOW
    relative = np.where((f0 == 0.0) & aligning, 1.0, np.clip(factor * f0, -ENTRY_MAX, ENTRY_MAX))
    uses_state_target = use_state_target & (abs(y) > abs(f0) if aligning else abs(y) < abs(f0))
    return np.where(uses_state_target, y, relative)


def _limit(network: LinearNetwork, activation: str) -> float:
    """Return the step at which descent with an activation is unstable at the start, from its kernel there."""
    phi, slope = FUNCTIONS[activation]
    h = network.v0 * network.x_norm
    weights = network.eta_u * np.sum(phi(h) ** 2) + network.eta_w * network.rho * np.sum((network.u0 * slope(h)) ** 2)
    step = float(step_limits(network.beta, output(network, activation) - network.y, network.gamma**2 * weights))
    return step if step > 0.0 else np.inf  # at the target itself the curvature may be infinite


def record_times(experiment: Experiment) -> np.ndarray:
    """Return the record times: evenly spaced on a linear and on a logarithmic axis."""
    log_start = min(max(experiment.step, LOG_START * experiment.t_end), experiment.t_end)
    times = np.concatenate(
        [np.linspace(0.0, experiment.t_end, POINTS + 1), np.geomspace(log_start, experiment.t_end, POINTS)]
    )
    return np.unique(np.minimum(times, experiment.t_end))  # rounding may exceed the end
