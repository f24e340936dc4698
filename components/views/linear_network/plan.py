"""The picture of a state: the stream and the exports share it."""

from __future__ import annotations

from components.views.linear_network.state import LinearNetworkState
from dynamics.plotting import LinearNetworkPicture


def picture_of(state: LinearNetworkState) -> LinearNetworkPicture:
    """Return the picture of a state; it depends on the physical parameters and the overlays only."""
    ensemble = state.ensemble
    return LinearNetworkPicture.of(
        ensemble.network(state.seed),
        ensemble,
        range(state.seed, state.seed + state.seeds),
        state.t,
        state.layers,
        state.panel,
        state.step,
        state.map_axes,
        state.shown,
        state.exponents,
    )
