"""A figure as it stands on the page of a state, at the end of all runs.

What the page draws on layers of its own is part of the figure here: the cells of a map and the field of directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from components.core.state import State
from components.core.view import View
from components.export.stream_result import StreamResult
from components.ui.heatmap_encoding import NONE
from dynamics.plotting.color_scales import step_scale
from dynamics.plotting.filling import Display, FilledRun, fill, numbers
from dynamics.plotting.planar.plane import arrows_of_field
from dynamics.plotting.schema import Figure, Trace


def page_figure(view: View, state: State, name: str, picture: StreamResult) -> Figure:
    """Return one figure of a view by its name, from what its stream brought."""
    scene = picture.scenes[name]
    layers = getattr(state, "layers", ())
    runs = {
        index: FilledRun(
            [
                trace
                for trace in run["traces"].get(name, [])
                if not (trace.get("meta") or {}).get("layer") or trace["meta"]["layer"] in layers
            ],
            run["columns"],
        )
        for index, run in picture.runs.items()
    }
    window = getattr(state, view.figures[name].window, None) or ()
    display = Display.of(scene["display"], dict(state))
    figure = fill(scene["figure"], runs, display, window, view.time[0])
    layout = figure["layout"]
    under = _cells(scene.get("cells"), layout)
    if scene.get("field"):
        field = {key: numbers(scene["field"][key]) for key in ("x", "y", "across", "up")}
        under.append(arrows_of_field({**field, "color": scene["field"]["color"]}, layout))
    return {"data": [*under, *figure["data"]], "layout": layout}


def _cells(cells: Mapping[str, Any] | None, layout: Mapping[str, Any]) -> list[Trace]:
    """The cells of a map as a heatmap."""
    if not cells:
        return []
    nx, ny = cells["n"]
    x, y = (_middles(cells[letter], count, layout[f"{letter}axis"]) for letter, count in (("x", nx), ("y", ny)))
    made = {"type": "heatmap", "x": x, "y": y, "name": "cells", "showscale": False}
    quantity = cells["quantity"]
    if quantity:
        codes, scale = numbers(quantity["values"]).reshape(ny, nx), quantity["scale"]
        low, high = quantity["low"], quantity["high"]
        z = np.where(codes == NONE, np.nan, low + codes / (NONE - 1) * (high - low))
        stops = [[k / (len(scale) - 1), color] for k, color in enumerate(scale)]
        return [{**made, "z": z, "zmin": low, "zmax": high, "colorscale": stops}]
    count = len(cells["fates"])
    stops = step_scale([fate["color"] for fate in cells["fates"]])
    limits = {"zmin": -0.5, "zmax": count - 0.5, "colorscale": stops, "opacity": cells["strength"]}
    return [{**made, **limits, "z": numbers(cells["fate"]).reshape(ny, nx)}]


def _middles(ends: Any, count: int, axis: Mapping[str, Any]) -> np.ndarray:
    """The middles of cells between those of the outermost, evenly spaced on an axis."""
    first, last = numbers(ends).tolist()
    return np.geomspace(first, last, count) if axis.get("type") == "log" else np.linspace(first, last, count)
