"""The computation of a state: the stream and the exports share it."""

from __future__ import annotations

from components.views.time_scales.conversion import planar
from components.views.time_scales.state import TimeScalesState
from dynamics.plotting import MeanFieldPicture
from dynamics.plotting.mean_field.networks import MAX_WORK


def picture_of(state: TimeScalesState) -> MeanFieldPicture:
    """Return the picture of a state; it depends on the physical parameters and the overlays only."""
    return MeanFieldPicture.of(
        state.model,
        t_end=state.t,
        layers=layers_of(state),
        panel=state.panel,
        law=state.law,  # type: ignore[arg-type]
        scale=state.scale,
        seed=state.seed,
        sweep=(state.sweep[0], state.sweep[1]),
        seeds=state.seeds,
        dimension=state.dimension,
        batch=state.batch,
        runs=state.runs,
        first_layer=state.first,  # type: ignore[arg-type]
        max_work=MAX_WORK,
    )


def layers_of(state: TimeScalesState) -> tuple[str, ...]:
    """Return the layers that are drawn: the planar system only where the Unlearning view has it."""
    return tuple(layer for layer in state.layers if layer != "planar" or planar(state) is not None)
