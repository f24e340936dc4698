"""Gradient descent beside the exact solution: on the same network, and on networks with other activations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

import numpy as np

from components.linear_network.columns import FIRST
from components.linear_network.state import LinearNetworkState, horizon
from dynamics import DescentRecord, LinearNetwork, descent
from dynamics.linear_network.model import ENTRY_MAX

ACTIVATIONS = ("linear", "relu", "leaky_relu", "sigmoid", "swish")
POINTS = 40  # of gradient descent on the panels
OTHER = 0.9  # correlation of u and v from which the angle opens
BELOW, ABOVE = 0.2, 3.0  # |y| over |f(0)| where the angle opens, and where it closes
STABLE = 0.1  # of the stability limit: the step of the activations
STEPS_LEAST = 20
STEPS_MOST = 20_000  # of a run; a longer one ends earlier
SHARE = 1.0 / (2 * len(ACTIVATIONS))  # of the work, for each run of an activation
WORK = 60_000_000  # steps of a neuron, in all runs of a picture together


@dataclass(frozen=True)
class Experiment:
    """Gradient descent: the networks, their step, until when, and the time that was asked for."""

    networks: tuple[LinearNetwork, ...]
    step: float
    t_end: float
    wanted: float

    def until(self, t_end: float) -> Experiment:
        """The same to another time."""
        return experiment(self.networks, self.step, t_end, SHARE)

    def records(self, activation: str, t: np.ndarray) -> Iterator[DescentRecord]:
        """As it goes."""
        return descent(self.networks, self.step, self.t_end, activation, t=t)


def limit(network: LinearNetwork) -> float:
    """The smallest step at which descent is not stable at the start, at the end, or between."""
    steps = network.solution(np.append(np.linspace(0.0, 1.0, 9) / max(network.rate, 1e-300), np.inf)).step_limit
    good = steps[np.isfinite(steps) & (steps > 0)]
    return float(good.min()) if good.size else 1.0


def experiment(networks: tuple[LinearNetwork, ...], step: float, t_end: float, share: float = 1.0) -> Experiment:
    """With this step to this time, or as far as a share of the work allows."""
    count = min(STEPS_MOST, int(share * WORK / (len(networks) * networks[0].d)) or 1)
    return Experiment(networks, step, min(t_end, count * step), t_end)


def same(state: LinearNetworkState, network: LinearNetwork) -> Experiment:
    """On the network that is shown, for some steps at least: what is not stable shows after a few."""
    step = state.step * limit(network)
    return experiment((network,), step, max(horizon(state, network), STEPS_LEAST * step))


def other(state: LinearNetworkState, network: LinearNetwork) -> LinearNetworkState:
    """A state in which the angle goes the other way: opens where it closes, closes where it opens."""
    if abs(network.flow.f_end) > abs(network.start.f):
        start = replace_start(state, OTHER if state.target >= 0 else -OTHER)
        return start.model_copy(
            update={"target": float(np.clip(BELOW * start.network().start.f, -ENTRY_MAX, ENTRY_MAX))}
        )
    start = replace_start(state, 0.0)
    f0 = abs(start.network().start.f)
    return start.model_copy(update={"target": min(ABOVE * max(f0, 1e-12), ENTRY_MAX) if f0 > 0 else 1.0})


def replace_start(state: LinearNetworkState, aligned: float) -> LinearNetworkState:
    """The state with another correlation at the start."""
    return state.model_copy(update={"aligned": aligned})


def many(state: LinearNetworkState) -> Experiment:
    """Over seeds, at a step that is stable for all of them."""
    networks = tuple(state.network(seed=state.seed + k) for k in range(state.seeds))
    ends = [horizon(state, network) for network in networks]
    step = STABLE * min(map(limit, networks))
    return experiment(networks, step, float(np.median([end for end in ends if isfinite(end)])), SHARE)


def sampled(made: Experiment) -> np.ndarray:
    """When it is looked at: evenly on a linear axis and on a logarithmic one."""
    first = min(max(made.step, FIRST * made.t_end), made.t_end)
    return np.unique(
        np.concatenate([np.linspace(0.0, made.t_end, POINTS + 1), np.geomspace(first, made.t_end, POINTS)])
    )
