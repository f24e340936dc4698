"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity
from components.views.phase_map.state import LIVE, PhaseMapState
from dynamics import UnlearningModel


def _phase_map(state: PhaseMapState, _: int, __: float) -> str:
    model = UnlearningModel(state.c, state.c_star, state.eps)
    return model.fate(state.a, state.R0).name.lower().replace("_", " ")


def _mapped_at(state: PhaseMapState, _: int, x: float) -> str:
    """Return the fate where the map's first axis has another value, given as the time."""
    field, index = (state.varied()[state.x][part] for part in ("field", "index"))
    values = getattr(state, field)
    changed = x if index is None else [*values[:index], x, *values[index + 1 :]]
    return _phase_map(type(state).make({**state.model_dump(), field: changed}), 0, 0.0)


QUANTITIES: dict[str, Quantity] = {
    "fate": _phase_map,
    "fate at x": _mapped_at,
    "threshold": lambda state, run, _: UnlearningModel(state.c, state.c_star, state.eps).thresholds(state.R0)[run],
}


def targets(state: PhaseMapState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    return AnnotationTargets(() if state.detail == LIVE else ("boundaries",), 0, (1, 1))
