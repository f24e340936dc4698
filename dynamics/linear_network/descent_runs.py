"""Gradient descent to compare with the exact solution: of the same network, and of networks with other activations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import TypeVar

import numpy as np

from dynamics.interruption import checkpoint
from dynamics.linear_network.ensemble import LinearEnsemble
from dynamics.linear_network.gradient_descent import ACTIVATIONS as FUNCTIONS
from dynamics.linear_network.gradient_descent import DescentRecord, descent
from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.problem import ENTRY_MAX, step_limits
from dynamics.typing import FloatArray

ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "swish")
STABILITY_POINTS = 9  # values of f, its ends included, at which stability is evaluated
POINTS = 40  # records on each kind of axis
LOG_START = 1e-4  # of the end: start of a logarithmic axis
DISALIGNING_CORRELATION = 0.9  # of u and v; from it the angle opens
BELOW, ABOVE = 0.2, 3.0  # y over f(0) for an opening and for a closing angle
STEP_FRACTION = 0.1  # of the stability limit: the step with other activations
MIN_STEPS = 20  # of the same network: they show instability
MAX_STEPS = 20_000  # of a run; longer runs are cut
WORK_FRACTION = 1.0 / (2 * len(ACTIVATIONS))  # of the work, for each run of an activation
MAX_NEURON_STEPS = 60_000_000  # in all runs of a picture together
END_RESIDUAL = 1e-4  # of the initial error: it is left at the usual end, but for END_FACTOR
END_FACTOR = 1.6
END_RANGE = (1e-12, 1e12)

T = TypeVar("T")


@dataclass(frozen=True)
class DescentRun:
    """Gradient descent: the networks, their step, the end of the runs, and the requested end."""

    networks: tuple[LinearNetwork, ...]
    step: float
    t_end: float
    requested_end: float

    @property
    def times(self) -> FloatArray:
        """Record times: evenly spaced on a linear and on a logarithmic axis."""
        log_start = min(max(self.step, LOG_START * self.t_end), self.t_end)
        times = np.concatenate([np.linspace(0.0, self.t_end, POINTS + 1), np.geomspace(log_start, self.t_end, POINTS)])
        return np.unique(np.minimum(times, self.t_end))  # rounding may exceed the end

    def records(self, activation: str) -> Iterator[DescentRecord]:
        """Yield the records of the runs."""
        return descent(self.networks, self.step, self.t_end, activation, t=self.times)


def usual_end(network: LinearNetwork) -> float:
    """Return END_FACTOR times the time at which END_RESIDUAL of the change is left."""
    final_error = abs(network.flow.f_end - network.y)
    initial_error = abs(network.start.f - network.y)
    fraction = (
        (final_error + END_RESIDUAL * (initial_error - final_error)) / initial_error if initial_error > 0 else 1.0
    )
    time = network.time_to(fraction) if 0.0 < fraction < 1.0 else 0.0
    if not (isfinite(time) and time > 0):
        time = 1.0 / network.rate if 0.0 < network.rate < inf else 1.0
    return float(f"{min(max(END_FACTOR * time, END_RANGE[0]), END_RANGE[1]):.3g}")


def stability_limit(network: LinearNetwork) -> float:
    """Return the smallest step at which descent is unstable at the start, at the end, or between.

    Points at which the curvature is 0 or infinite are skipped.
    """
    flow = network.flow
    f = flow.f0 + (flow.f_end - flow.f0) * np.linspace(0.0, 1.0, STABILITY_POINTS)
    kernel = 2.0 * flow.g * np.hypot(f, flow.floor)
    steps = step_limits(network.beta, f - flow.y, kernel)
    finite = steps[np.isfinite(steps) & (steps > 0)]
    return float(finite.min()) if finite.size else 1.0


def bounded_run(networks: tuple[LinearNetwork, ...], step: float, t_end: float, fraction: float = 1.0) -> DescentRun:
    """Return the run with this step up to this time, cut at a fraction of the work bound."""
    count = min(MAX_STEPS, int(fraction * MAX_NEURON_STEPS / (len(networks) * networks[0].d)) or 1)
    return DescentRun(networks, step, min(t_end, count * step), t_end)


def same_network(network: LinearNetwork, relative_step: float, t_end: float) -> DescentRun:
    """Return descent of a network with a step relative to its stability limit, for at least MIN_STEPS steps."""
    step = relative_step * stability_limit(network)
    return bounded_run((network,), step, max(t_end, MIN_STEPS * step))


@dataclass(frozen=True)
class ActivationRuns:
    """Descent from one kind of start, with each activation from the same weights.

    aligning: whether |y| is above |f(0)|, or below it. alignment: the correlation of u and v at the start. starts: the
    networks, whose targets are ignored. target: that of the ensemble if networks may use it, else None. outputs,
    targets: f(0) and y of each network, by activation. requested_end: the requested end of the runs.
    """

    aligning: bool
    alignment: float
    starts: tuple[LinearNetwork, ...]
    target: float | None
    outputs: Mapping[str, FloatArray]
    targets: Mapping[str, FloatArray]
    requested_end: float

    @property
    def factor(self) -> float:
        """y over f(0) of a network that does not use the target of the ensemble."""
        return ABOVE if self.aligning else BELOW

    def of_kind(self, activation: str) -> FloatArray:
        """Return which of the networks start from this kind of start."""
        y, f0 = abs(self.targets[activation]), abs(self.outputs[activation])
        return np.asarray(y > f0 if self.aligning else y < f0)

    def descent(self, activation: str) -> DescentRun:
        """Return gradient descent at a step that is stable for all of the networks."""
        targets = self.targets[activation].tolist()
        networks = tuple(replace(start, y=y) for start, y in zip(self.starts, targets, strict=True))
        limits = (min(stability_limit(one), activation_limit(one, activation)) for one in with_checkpoints(networks))
        return bounded_run(networks, STEP_FRACTION * min(limits), self.requested_end, WORK_FRACTION)


def activation_runs(
    network: LinearNetwork, ensemble: LinearEnsemble, seeds: Sequence[int], t_end: float | None
) -> tuple[ActivationRuns, ActivationRuns]:
    """Return descent from the kind of start of a network of the ensemble, and from the other kind.

    In the first each network uses the target of the ensemble if, with its own initial output, this is a start of this
    kind; otherwise, and in the second, its target is a multiple of that output. Without a time, the runs end at the
    median of the usual ends.
    """
    aligning = abs(network.flow.f_end) > abs(network.start.f)
    correlation = 0.0 if not aligning else DISALIGNING_CORRELATION if ensemble.y >= 0 else -DISALIGNING_CORRELATION
    first = _runs(ensemble, seeds, t_end, aligning, use_target=True)
    second = _runs(replace(ensemble, alignment=correlation), seeds, t_end, not aligning, use_target=False)
    requested_end = max(first.requested_end, second.requested_end)
    return replace(first, requested_end=requested_end), replace(second, requested_end=requested_end)


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


def _runs(
    ensemble: LinearEnsemble, seeds: Sequence[int], t_end: float | None, aligning: bool, use_target: bool
) -> ActivationRuns:
    starts = tuple(ensemble.network(seed) for seed in with_checkpoints(seeds))
    outputs = {name: np.array([output(start, name) for start in with_checkpoints(starts)]) for name in ACTIVATIONS}
    targets = {name: _targets(f0, ensemble.y, aligning, use_target) for name, f0 in outputs.items()}
    linear = [replace(start, y=y) for start, y in zip(starts, targets["linear"].tolist(), strict=True)]
    ends = [usual_end(one) for one in with_checkpoints(linear)] if t_end is None else [t_end]
    return ActivationRuns(
        aligning, ensemble.alignment, starts, ensemble.y if use_target else None, outputs, targets,
        float(np.median(ends)),
    )  # fmt: skip


def _targets(f0: FloatArray, y: float, aligning: bool, use_target: bool) -> FloatArray:
    factor = ABOVE if aligning else BELOW
    relative = np.where((f0 == 0.0) & aligning, 1.0, np.clip(factor * f0, -ENTRY_MAX, ENTRY_MAX))
    uses_target = use_target & (abs(y) > abs(f0) if aligning else abs(y) < abs(f0))
    return np.where(uses_target, y, relative)


def activation_limit(network: LinearNetwork, activation: str) -> float:
    """Return the step at which descent with an activation is unstable at the start, from its kernel there."""
    phi, slope = FUNCTIONS[activation]
    h = network.v0 * network.x_norm
    weights = network.eta_u * np.sum(phi(h) ** 2) + network.eta_w * network.rho * np.sum((network.u0 * slope(h)) ** 2)
    step = float(step_limits(network.beta, output(network, activation) - network.y, network.gamma**2 * weights))
    return step if step > 0.0 else inf  # at the target itself the curvature may be infinite
