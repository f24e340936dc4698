"""The map as a figure: axes, boundaries and names by plotly, the cells as a grid that the client colors."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.core.view import integers
from components.ui.heatmap_encoding import quantize
from components.views.phase_map.state import PhaseMapState
from dynamics import Fate, PhaseMap, plotting
from dynamics.plotting.color_scales import CIVIDIS
from dynamics.plotting.number_text import format_number
from dynamics.plotting.phase_maps import COLORS, PALE, values_of
from dynamics.plotting.schema import Figure
from dynamics.plotting.style import FATES


def cells(state: PhaseMapState, map_: PhaseMap) -> dict[str, Any]:
    """Return the grid: one byte for the fate of each cell, two for the quantity, row by row from the bottom."""
    (x, y), values = state.edges, quantity(state, map_)
    return {
        "n": [map_.x.size, map_.y.size],
        "x": x,
        "y": y,
        "fate": integers(map_.fate.astype("u1").ravel()),
        "fates": [{"color": style.color, "glyph": style.glyph, "word": style.word} for style in fate_styles()],
        "strength": PALE,
        "quantity": None
        if values is None
        else {**quantize(values, COLORS[state.quantity].log), "name": legend(state), "scale": CIVIDIS},
    }


def fate_styles() -> list[Any]:
    """Return the style of each fate, by its number."""
    return [FATES[fate] for fate in sorted(Fate)]


def color_quantity(state: PhaseMapState, map_: PhaseMap) -> str:
    """Return what the colors show: the fates as long as the quantity is not computed."""
    return "fate" if getattr(map_, state.quantity) is None else state.quantity


def quantity(state: PhaseMapState, map_: PhaseMap) -> np.ndarray | None:
    """Return the displayed quantity besides the fates, (ny, nx); None if there is none or it is not computed yet."""
    return values_of(map_, color_quantity(state, map_))


def legend(state: PhaseMapState) -> str:
    """Return the meaning of the colors."""
    if state.quantity == "fate":
        return ""
    at = f" = {format_number(state.tau)}" if state.quantity == "R" else ""
    return f"{COLORS[state.quantity].legend}{at}"


def figure(state: PhaseMapState, map_: PhaseMap) -> Figure:
    """Return axes, the boundaries between fates, the fates' names, and a color bar if a quantity is displayed."""
    return plotting.phase_map(map_, color_quantity(state, map_), legend(state), cells=False)
