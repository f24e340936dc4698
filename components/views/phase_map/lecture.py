"""Quantities that stories claim of this view, and what they may mark in its figures."""

from __future__ import annotations

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity
from components.views.phase_map.state import LIVE, PhaseMapState
from dynamics import UnlearningModel


def _phase_map(state: PhaseMapState, _: int, __: float) -> str:
    model = UnlearningModel(state.c, state.c_star, state.eps)
    return model.fate(state.a, state.R0).name.lower().replace("_", " ")


def _mapped_at(state: PhaseMapState, _: int, x: float) -> str:
    """The fate where the map's first axis has another value, given as the time."""
    field, place = (state.varied()[state.x][part] for part in ("field", "index"))
    values = getattr(state, field)
    moved = x if place is None else [*values[:place], x, *values[place + 1 :]]
    return _phase_map(type(state).make({**state.model_dump(), field: moved}), 0, 0.0)


QUANTITIES: dict[str, Quantity] = {
    "fate": _phase_map,
    "fate at x": _mapped_at,
    "threshold": lambda state, run, _: UnlearningModel(state.c, state.c_star, state.eps).thresholds(state.R0)[run],
}


def targets(state: PhaseMapState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    return AnnotationTargets(() if state.detail == LIVE else ("boundaries",), 0, (1, 1))
