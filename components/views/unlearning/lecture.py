"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity, interpolate
from components.views.unlearning.panels import PANELS
from components.views.unlearning.state import UnlearningState
from dynamics import UnlearningModel
from dynamics.planar.fates.decay import critical_decay, end_with_decay

MANIFOLD = ("critical manifold, attracting", "critical manifold, repelling", "fast fibres")
LAYERS = {"sep": "separatrix", "null": "slow nullcline", "past": "past"}


@lru_cache(maxsize=64)
def _planar(state: UnlearningState, run: int) -> Any:
    model = UnlearningModel(state.c, state.c_star, state.eps)
    R0, a0 = state.starts[run]
    return model.trajectory(a0, R0, tau_end=state.tau)


def model_of(state: Any) -> UnlearningModel:
    return UnlearningModel(state.c, state.c_star, getattr(state, "eps", 1.0))


@lru_cache(maxsize=64)
def _wide(state: UnlearningState, run: int) -> Any:
    R0, a0 = state.starts[run]
    return model_of(state).finite_width(state.width or 0).trajectory(a0, R0, tau_end=state.tau)


def _halt(state: UnlearningState, run: int) -> Any:
    R0, a0 = state.starts[run]
    return model_of(state).finite_width(state.width or 0).halt(a0, R0)


FIRST_EXAMPLE = UnlearningModel(
    (1.0,) * 5, (1.0, -1.0, 1.0, 1.0, 1.0)
)  # the first example of the first story, from ā = 10
SMALL_EXAMPLE = UnlearningModel((1.0, 0.5), (1.0, -0.6))


@lru_cache(maxsize=8)
def _decayed(decay: float) -> tuple[float, float]:
    """Return (R, a) where the first example ends with a decay of the second layer."""
    landing = float(FIRST_EXAMPLE.trajectory(10.0).R.max())
    halts = decay < critical_decay(FIRST_EXAMPLE, 1, landing)
    return end_with_decay(FIRST_EXAMPLE, decay) if halts else (1.0, float(FIRST_EXAMPLE.slow_nullcline_a(1.0)))


def _coefficient(values: Any, degree: int) -> float:
    """Return the value that belongs to a degree. Raises ValueError with a sentence where there is none."""
    if not 1 <= degree <= len(values):
        raise ValueError(f"run is the degree here, from 1 to {len(values)}, not {degree}.")
    return float(values[degree - 1])


def _law(state: UnlearningState, run: int) -> Any:
    return model_of(state).asymptotics(int(np.sign(_planar(state, run).R[-1])) or 1)


QUANTITIES: dict[str, Quantity] = {
    "fate": lambda state, run, _: _planar(state, run).fate.name.lower().replace("_", " "),
    "threshold": lambda state, run, _: model_of(state).thresholds(state.R0)[run],
    "thresholds": lambda state, _, __: len(model_of(state).thresholds(state.R0)),
    "threshold limit": lambda state, run, _: [limit.a0 for limit in model_of(state).threshold_limits()][run],
    "fold R": lambda state, run, _: model_of(state).folds()[run].R,
    "fold a": lambda state, run, _: model_of(state).folds()[run].a,
    "R": lambda state, run, time: interpolate(_planar(state, run), "tau", "R", time),
    "a": lambda state, run, time: interpolate(_planar(state, run), "tau", "a", time),
    "loss": lambda state, run, time: interpolate(_planar(state, run), "tau", "loss", time),
    "R end": lambda state, run, _: float(_planar(state, run).R[-1]),
    "a end": lambda state, run, _: float(_planar(state, run).a[-1]),
    "R peak": lambda state, run, _: float(np.abs(_planar(state, run).R).max()),
    "loss begin": lambda state, run, _: float(_planar(state, run).loss[0]),
    "loss end": lambda state, run, _: float(_planar(state, run).loss[-1]),
    "loss limit": lambda state, run, _: _planar(state, run).limit.loss,
    "loss rise": lambda state, run, _: float(np.diff(_planar(state, run).loss).max()),
    "R exponent": lambda state, run, _: _law(state, run).R_exponent,
    "a exponent": lambda state, run, _: _law(state, run).a_exponent,
    "fitted R exponent": lambda state, run, _: getattr(_planar(state, run).power_fit, "R_exponent", math.nan),
    "A": lambda state, degree, _: _coefficient(model_of(state).A, degree),
    "width R": lambda state, run, time: interpolate(_wide(state, run), "tau", "R", time),
    "width R peak": lambda state, run, _: float(np.abs(_wide(state, run).R).max()),
    "width R last": lambda state, run, _: float(_wide(state, run).R[-1]),
    "width R end": lambda state, run, _: _halt(state, run).R,
    "width a end": lambda state, run, _: _halt(state, run).a,
    "first example, width R end": lambda _, __, m: getattr(FIRST_EXAMPLE.finite_width(m).halt(10.0), "R", math.nan),
    "first example, decay R end": lambda _, __, decay: _decayed(decay)[0],
    "first example, decay a end": lambda _, __, decay: _decayed(decay)[1],
    "small example, thresholds above 0": lambda _, __, ___: int((SMALL_EXAMPLE.thresholds() > 0).sum()),
}


def targets(state: UnlearningState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    columns = tuple(row.column for row in PANELS[state.panel].rows)
    lines = (*MANIFOLD, *(line for layer, line in LAYERS.items() if layer in state.layers))
    runs = len(state.starts) * (1 if state.width is None else 2) + (state.pinned is not None)
    return AnnotationTargets(lines, runs, (1, max(1, len(columns))), columns)
