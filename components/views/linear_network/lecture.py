"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity
from components.views.linear_network.panels import PANELS
from components.views.linear_network.state import LinearNetworkState
from dynamics import scaling_phase


@lru_cache(maxsize=32)
def _mechanism(state: LinearNetworkState) -> Any:
    return state.network().mechanism()


def _end(state: LinearNetworkState) -> Any:
    return state.network().solution([0.0, math.inf])


@lru_cache(maxsize=32)
def _grid(state: LinearNetworkState) -> Any:
    return state.network().solution([0.0, *np.geomspace(1e-3, 1e3, 4000)])


def _mapped_ratio(state: LinearNetworkState, _: int, gamma: float) -> float:
    """Return the median kernel ratio of the phase diagram at another output scale, given as the time."""
    changed = state.model_copy(update={"gamma": gamma})
    return float(np.median([changed.ensemble.network(state.seed + k).end.kernel_ratio for k in range(state.seeds)]))


QUANTITIES: dict[str, Quantity] = {
    "mechanisms": lambda state, _, __: ", ".join(_mechanism(state).names) or "kernel",
    "kernel ratio": lambda state, _, __: _mechanism(state).kernel_ratio,
    "map kernel ratio": _mapped_ratio,
    "kernel least": lambda state, _, __: float(_grid(state).kernel_ratio.min()),
    "f at kernel least": lambda state, _, __: float(_grid(state).f[_grid(state).kernel_ratio.argmin()]),
    "rescaling": lambda state, _, __: _mechanism(state).rescaling,
    "f begin": lambda state, _, __: float(_end(state).f[0]),
    "f end": lambda state, _, __: float(_end(state).f[-1]),
    "angle begin": lambda state, _, __: float(np.degrees(_end(state).zeta[0])),
    "angle end": lambda state, _, __: float(np.degrees(_end(state).zeta[-1])),
    "crosses zero": lambda state, _, __: str(_mechanism(state).crosses_zero).lower(),
    "phase": lambda state, _, __: scaling_phase(state.exponents).phase,
    "size power": lambda state, _, __: scaling_phase(state.exponents).size,
}


def targets(state: LinearNetworkState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    over_time = state.panel == "course"
    return AnnotationTargets(
        ("asymptotes", "hyperbolas"), 1, (1, PANELS[state.panel].rows),
        ("f", "loss", "zeta", "kernel") if over_time else (),
    )  # fmt: skip
