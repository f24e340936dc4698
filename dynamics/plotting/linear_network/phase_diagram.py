"""The phase diagram of linear networks: cells, the boundary of the kernel phase, the bar of the colors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np

from dynamics.linear_network.phase_diagram import BORDERS, PhaseDiagram
from dynamics.plotting.color_scales import COLOR_SCALE, color_bar, color_range
from dynamics.plotting.schema import Figure, Trace
from dynamics.typing import FloatArray

BOUNDARY = "#fefefe"  # on the colors of the map, which are the same in both themes
BAR_TICKS = 5  # of a logarithm
AXIS_NAMES = {
    "gamma": ("γ", "output scale"),
    "sigma_u": ("σᵤ", "scale of u"),
    "sigma_w": ("σ_w", "scale of w"),
    "eta_u": ("ηᵤ", "rate of u"),
    "eta_w": ("η_w", "rate of w"),
    "d": ("d", "width"),
    "y": ("y", "target"),
    "x_norm": ("|x|", "size of the input"),
}
"""Symbol and name of the hyperparameter on an axis."""


@dataclass(frozen=True)
class MapQuantity:
    """What the colors show.

    legend: of the color bar. values: of the map, of shape (ny, nx). log: whether the colors follow the logarithm.
    """

    legend: str
    values: Callable[[PhaseDiagram], FloatArray]
    log: bool = False


QUANTITIES = {
    "kernel": MapQuantity("kernel(∞) / kernel(0)", lambda map_: np.exp(map_.median), log=True),
    "angle": MapQuantity("change of |cos ζ|", lambda map_: map_.cos_change),
    "spread": MapQuantity("spread of ln kernel ratio", lambda map_: map_.spread),
}


def phase_diagram(
    map_: PhaseDiagram, quantity: str = "kernel", edges: Sequence[Sequence[float]] = (), cells: bool = True
) -> Figure:
    """Return a phase diagram with its boundary where the kernel ratio leaves 1 by 5 %.

    edges: of both axes, if they are not those of the map, whose widths are rounded. cells: whether they are part of the
    figure; the app draws them itself.
    """
    chosen = QUANTITIES[quantity]
    x_edges, y_edges = edges or ((map_.x[0], map_.x[-1]), (map_.y[0], map_.y[-1]))
    measured, low, high = color_range(chosen.values(map_), chosen.log)
    boundary = {
        "type": "contour", "x": map_.x, "y": map_.y, "z": map_.median, "showscale": False,
        "contours": {"coloring": "none", "start": BORDERS[0], "end": BORDERS[1], "size": BORDERS[1] - BORDERS[0]},
        "line": {"color": BOUNDARY, "width": 2}, "name": "boundary", "hoverinfo": "skip",
    }  # fmt: skip
    colors: dict[str, Any] = {"title": {"text": chosen.legend, "side": "right"}, "exponentformat": "power"}
    if chosen.log:
        ticks = np.linspace(low, high, BAR_TICKS).tolist()
        colors |= {"tickvals": ticks, "ticktext": [f"{10**tick:.2g}" for tick in ticks]}
    layout = {
        "xaxis": _axis(map_.x_name, x_edges),
        "yaxis": _axis(map_.y_name, y_edges),
        "margin": {"l": 70, "r": 90, "t": 14, "b": 52},
        "hovermode": False,
        "dragmode": False,
    }
    colored: list[Trace] = []
    if cells:
        x, y = _even(x_edges, map_.x.size), _even(y_edges, map_.y.size)
        grid = {"type": "heatmap", "x": x, "y": y, "z": measured, "name": "cells", "showscale": False}
        colored.append({**grid, "zmin": low, "zmax": high, "colorscale": COLOR_SCALE})
    return {"data": [*colored, boundary, color_bar(low, high, colors)], "layout": layout}


def _is_log(edges: Sequence[float]) -> bool:
    """Whether the values along an axis are even in their logarithm: as ``dynamics.phase_diagram`` spaces them."""
    return edges[0] > 0


def _even(edges: Sequence[float], count: int) -> FloatArray:
    """Return the middles of cells, evenly spaced on their axis."""
    low, high = edges
    return np.geomspace(low, high, count) if _is_log(edges) else np.linspace(low, high, count)


def _axis(name: str, edges: Sequence[float]) -> dict[str, Any]:
    symbol, title = AXIS_NAMES[name]
    return {
        "type": "log" if _is_log(edges) else "linear",
        "range": [log10(edge) for edge in edges] if _is_log(edges) else list(edges),
        "title": {"text": f"{symbol}, {title}"},
        "showgrid": False,
        "fixedrange": True,
        "exponentformat": "power",
    }
