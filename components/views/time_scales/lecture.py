"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity, interpolate
from components.views.time_scales.panels import PANELS
from components.views.time_scales.state import TimeScalesState


@lru_cache(maxsize=32)
def _neurons(state: TimeScalesState) -> Any:
    return state.model.trajectory(a0=state.start, t_end=state.t)


def _terms(state: TimeScalesState) -> np.ndarray:
    """Return the contribution of each degree to the risk, (times, degrees)."""
    return np.asarray(0.5 * _neurons(state).residual ** 2)


QUANTITIES: dict[str, Quantity] = {
    "plateau": lambda state, run, _: float(state.model.plateaus()[run]),
    "risk": lambda state, _, time: interpolate(_neurons(state), "t", "risk", time),
    "risk begin": lambda state, _, __: float(_neurons(state).risk[0]),
    "risk end": lambda state, _, __: float(_neurons(state).risk[-1]),
    "risk rise": lambda state, _, __: float(np.diff(_neurons(state).risk).max()),
    "learning time": lambda state, run, _: float(_neurons(state).learning_times()[run]),
    "predicted time": lambda state, run, _: float(state.model.predicted_times()[run]),
    "term": lambda state, run, time: float(np.interp(time, _neurons(state).t, _terms(state)[:, run])),
    "term after": lambda state, run, time: float(_terms(state)[_neurons(state).t >= time, run].max()),
    "time over predicted": lambda state, run, _: float(
        _neurons(state).learning_times()[run] / state.model.predicted_times()[run]
    ),
}


def targets(state: TimeScalesState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    degrees = tuple(f"h{k}" for k in range(len(state.phi)))
    panel = PANELS[state.panel]
    columns = ("risk", *degrees) if "risk" in panel.rows else ()
    rows = len(panel.rows) or 1
    return AnnotationTargets(tuple(f"neuron {i + 1}" for i in range(state.m)), 1, (1, rows), columns)
