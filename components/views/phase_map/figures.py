"""The map as a figure: axes, boundaries and names by plotly, the cells as a grid that the client colors."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.core.formatting import format_number
from components.core.view import Figure, Trace, column, integers
from components.ui.heatmap_encoding import SCALE, colorbar, quantize
from components.ui.label_placement import roomiest_cell, run_length
from components.ui.theme import FATES, LIGHT
from components.views.phase_map.quantities import QUANTITIES
from components.views.phase_map.state import PhaseMapState, symbol, title
from dynamics import Fate, PhaseMap

NAME_HEIGHT = 0.25  # of a name, over its length
PALE = 0.55  # opacity of the colors of fates, which have their names on them


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
        else {**quantize(values, QUANTITIES[state.quantity].log), "name": legend(state), "scale": SCALE},
    }


def fate_styles() -> list[Any]:
    """Return the style of each fate, by its number."""
    return [FATES[fate] for fate in sorted(Fate)]


def quantity(state: PhaseMapState, map_: PhaseMap) -> np.ndarray | None:
    """Return the displayed quantity besides the fates, (ny, nx); None if there is none or it is not computed yet."""
    values: np.ndarray | None = getattr(map_, state.quantity) if QUANTITIES[state.quantity].legend else None
    return values


def legend(state: PhaseMapState) -> str:
    """Return the meaning of the colors."""
    return QUANTITIES[state.quantity].legend.format(tau=format_number(state.tau))


def code(state: PhaseMapState, values: np.ndarray) -> dict[str, Any]:
    """Return a quantity in the encoding of its colors, times by their logarithm."""
    return quantize(values, QUANTITIES[state.quantity].log)


def figure(state: PhaseMapState, map_: PhaseMap) -> Figure:
    """Return axes, the boundaries between fates, the fates' names, and a color bar if a quantity is displayed."""
    data = [*boundaries(map_), names(map_)]
    values = quantity(state, map_)
    if values is not None:
        data.append(legend_bar(state, code(state, values)))
    layout = {
        "xaxis": _axis(state.x, state.edges[0]),
        "yaxis": _axis(state.y, state.edges[1]),
        "margin": {"l": 64, "r": 84 if values is not None else 24, "t": 32, "b": 56},
        "hovermode": False,
        "dragmode": "zoom",
    }
    return {"data": data, "layout": layout}


def _axis(axis: str, edges: tuple[float, float]) -> dict[str, Any]:
    log = axis == "eps"
    return {
        "type": "log" if log else "linear",
        "range": np.log10(edges).tolist() if log else list(edges),
        "title": {"text": f"{symbol(axis)}, {title(axis)}"},
        "showgrid": False,
        "exponentformat": "power",
    }


def boundaries(map_: PhaseMap) -> list[Trace]:
    """Return the curves between fates, as one line."""
    if not map_.boundary:
        return []
    x, y = (np.concatenate([np.append(getattr(curve, name), np.nan) for curve in map_.boundary]) for name in "xy")
    line = {"color": LIGHT["ink"], "width": 1.6}
    return [{"type": "scatter", "x": column(x), "y": column(y), "mode": "lines", "line": line, "name": "boundaries"}]


def names(map_: PhaseMap) -> Trace:
    """Return each fate's symbol and name at the roomiest place of its region.

    The client, which has the size in pixels, omits names that do not fit: `rooms` are the width and height there, as
    fractions of the map's.
    """
    labels = []
    for fate in sorted(Fate):
        inside = map_.fate == fate
        if inside.any():
            i, j, _ = roomiest_cell(inside, NAME_HEIGHT)
            rooms = [run_length(inside[j], i) / map_.x.size, run_length(inside[:, i], j) / map_.y.size]
            labels.append((FATES[fate], float(map_.x[i]), float(map_.y[j]), rooms))
    return {
        "type": "scatter",
        "x": [x for _, x, _, _ in labels],
        "y": [y for _, _, y, _ in labels],
        "text": [f"{style.glyph} {style.word}" for style, _, _, _ in labels],
        "textfont": {"color": LIGHT["ink"], "size": 14},
        "mode": "text",
        "name": "names",
        "meta": {"role": "regions", "rooms": [rooms for _, _, _, rooms in labels]},
    }


def legend_bar(state: PhaseMapState, coding: dict[str, Any]) -> Trace:
    """Return the color bar; for times with a tick at each power of ten, or at some of them."""
    low, high = coding["low"], coding["high"]
    colors: dict[str, Any] = {"title": {"text": legend(state), "side": "right"}}
    if coding["log"]:
        decades = list(range(int(np.ceil(low)), int(np.floor(high)) + 1))
        every = max(1, len(decades) // 6)
        colors |= {"tickvals": decades[::every], "ticktext": [f"10<sup>{d}</sup>" for d in decades[::every]]}
    return colorbar(coding, colors)
