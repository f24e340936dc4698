"""Gradient descent compared with the exact solution: on the same network, and on networks with other activations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from components.views.linear_network.columns import FIRST
from components.views.linear_network.state import LinearNetworkState, horizon
from dynamics import DescentRecord, LinearNetwork, descent
from dynamics.linear_network import ACTIVATIONS as FUNCTIONS
from dynamics.linear_network.problem import ENTRY_MAX

ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "swish")
BETWEEN = 9  # points of the way of f, its ends included, at which stability is looked at
POINTS = 40  # of gradient descent on the panels
OTHER = 0.9  # correlation of u and v from which the angle opens
BELOW, ABOVE = 0.2, 3.0  # y over f(0) where the angle opens, and where it closes
STABLE = 0.1  # of the stability limit: the step of the activations
STEPS_LEAST = 20
STEPS_MOST = 20_000  # of a run; a longer one ends earlier
SHARE = 1.0 / (2 * len(ACTIVATIONS))  # of the work, for each run of an activation
WORK = 60_000_000  # steps of a neuron, in all runs of a picture together


@dataclass(frozen=True)
class Experiment:
    """Gradient descent: the networks, their step, the end of the runs, and the end that was wanted."""

    networks: tuple[LinearNetwork, ...]
    step: float
    t_end: float
    wanted: float

    def records(self, activation: str, t: np.ndarray) -> Iterator[DescentRecord]:
        """As it goes."""
        return descent(self.networks, self.step, self.t_end, activation, t=t)


def limit(network: LinearNetwork) -> float:
    """The smallest step at which descent is not stable at the start, at the end, or at points between, by the
    curvature ``beta (beta + 1) |f - y|^(beta - 1) kernel`` where that is neither 0 nor infinite."""
    flow, beta = network.flow, network.beta
    f = flow.f0 + (flow.f_end - flow.f0) * np.linspace(0.0, 1.0, BETWEEN)
    kernel = 2.0 * flow.g * np.hypot(f, flow.floor)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = 2.0 / (beta * (beta + 1.0) * abs(f - flow.y) ** (beta - 1.0) * kernel)
    good = steps[np.isfinite(steps) & (steps > 0)]
    return float(good.min()) if good.size else 1.0


def experiment(networks: tuple[LinearNetwork, ...], step: float, t_end: float, share: float = 1.0) -> Experiment:
    """With this step to this time, or as far as a share of the work allows."""
    count = min(STEPS_MOST, int(share * WORK / (len(networks) * networks[0].d)) or 1)
    return Experiment(networks, step, min(t_end, count * step), t_end)


def same(state: LinearNetworkState, network: LinearNetwork) -> Experiment:
    """On the network that is shown, for at least a few steps: what is not stable shows after a few."""
    step = state.step * limit(network)
    return experiment((network,), step, max(horizon(state, network), STEPS_LEAST * step))


@dataclass(frozen=True)
class Row:
    """Runs from one kind of start, with each activation from the same weights.

    aligning: whether |y| is above |f(0)|, or below it. r: the correlation of u and v at the start. starts: the
    networks, whose targets do not count. target: that of the state where networks may keep it, else None. outputs,
    targets: f(0) and y of each of them, by activation. wanted: the end of the runs that is wanted.
    """

    aligning: bool
    r: float
    starts: tuple[LinearNetwork, ...]
    target: float | None
    outputs: Mapping[str, np.ndarray]
    targets: Mapping[str, np.ndarray]
    wanted: float

    @property
    def factor(self) -> float:
        """y over f(0) of a network that does not keep the target of the state."""
        return ABOVE if self.aligning else BELOW

    def of_kind(self, activation: str) -> np.ndarray:
        """Which of the networks start as the row is called."""
        y, f0 = abs(self.targets[activation]), abs(self.outputs[activation])
        return y > f0 if self.aligning else y < f0

    def experiment(self, activation: str) -> Experiment:
        """Gradient descent at a step that is stable for all of the networks."""
        targets = self.targets[activation].tolist()
        networks = tuple(replace(start, y=y) for start, y in zip(self.starts, targets, strict=True))
        step = STABLE * min(min(limit(one), _limit(one, activation)) for one in networks)
        return experiment(networks, step, self.wanted, SHARE)


def both(state: LinearNetworkState, network: LinearNetwork) -> tuple[Row, Row]:
    """The kind of start that is shown, and the other kind.

    In the first row each network keeps the target of the state where that makes a start of this kind, by its own
    output at the start; elsewhere, and in the second row, its target is a multiple of that output.
    """
    aligning = abs(network.flow.f_end) > abs(network.start.f)
    other = 0.0 if not aligning else OTHER if state.target >= 0 else -OTHER
    first = _row(state, aligning, keep=True)
    second = _row(state.model_copy(update={"aligned": other}), not aligning, keep=False)
    wanted = max(first.wanted, second.wanted)
    return replace(first, wanted=wanted), replace(second, wanted=wanted)


def output(network: LinearNetwork, activation: str) -> float:
    """f(0) with an activation."""
    if activation == "linear":
        return network.start.f
    return network.gamma * float(network.u0 @ FUNCTIONS[activation][0](network.v0 * network.x_norm))


def _row(state: LinearNetworkState, aligning: bool, keep: bool) -> Row:
    starts = tuple(state.network(seed=state.seed + k) for k in range(state.seeds))
    outputs = {name: np.array([output(start, name) for start in starts]) for name in ACTIVATIONS}
    targets = {name: _targets(f0, state.target, aligning, keep) for name, f0 in outputs.items()}
    linear = [replace(start, y=y) for start, y in zip(starts, targets["linear"].tolist(), strict=True)]
    wanted = float(np.median([horizon(state, one) for one in linear]))
    return Row(aligning, state.aligned, starts, state.target if keep else None, outputs, targets, wanted)


def _targets(f0: np.ndarray, y: float, aligning: bool, keep: bool) -> np.ndarray:
    factor = ABOVE if aligning else BELOW
    own = np.where((f0 == 0.0) & aligning, 1.0, np.clip(factor * f0, -ENTRY_MAX, ENTRY_MAX))
    kept = keep & (abs(y) > abs(f0) if aligning else abs(y) < abs(f0))
    return np.where(kept, y, own)


def _limit(network: LinearNetwork, activation: str) -> float:
    """The step at which descent with an activation is not stable at the start, from its kernel there."""
    phi, slope = FUNCTIONS[activation]
    h = network.v0 * network.x_norm
    weights = network.eta_u * np.sum(phi(h) ** 2) + network.eta_w * network.rho * np.sum((network.u0 * slope(h)) ** 2)
    residual = abs(output(network, activation) - network.y)
    if residual == 0.0 or weights == 0.0:
        return np.inf
    kernel = network.gamma**2 * float(weights)
    return float(2.0 / (network.beta * (network.beta + 1.0) * residual ** (network.beta - 1.0) * kernel))


def sampled(made: Experiment) -> np.ndarray:
    """When it is looked at: evenly on a linear axis and on a logarithmic one."""
    first = min(max(made.step, FIRST * made.t_end), made.t_end)
    times = np.concatenate([np.linspace(0.0, made.t_end, POINTS + 1), np.geomspace(first, made.t_end, POINTS)])
    return np.unique(np.minimum(times, made.t_end))  # rounding may lead beyond the end
