"""A figure as it stands on the page of a state: display values applied, axes with their ranges, runs in their lines.

The same rules as in assets/35_drawing.js, at the end of all runs. What the page draws on layers of its own is part of
the figure here: the cells of a map and the field of directions.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, log10
from typing import Any

import numpy as np

from components.core.state import State
from components.core.view import View
from components.export.stream_result import StreamResult, numbers
from components.ui.heatmap_encoding import NONE
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import TEMPLATES

DECADES = 1e-12  # of the largest: below, a logarithmic axis shows nothing
# The field, as in assets/30_overlay.js: lengths and distances of arrows in pixels, on axes of this size.
AXES = (640.0, 460.0)
ARROW, ARROW_DISTANCE, BARBS = 15.0, 22.0, (6.0, 2.7)


def page_figure(view: View, state: State, name: str, picture: StreamResult) -> Figure:
    """Return one figure of a view by its name, from what its stream brought."""
    scene = picture.scenes[name]
    changed: dict[str, Any] = {}
    renamed: dict[str, str] = {}
    for parameter, choices in scene["display"].items():
        patch = choices.get(str(getattr(state, parameter)), {})
        changed |= patch.get("layout", {})
        renamed |= patch.get("columns", {})
    layout = _copied(scene["figure"]["layout"])
    for path, value in changed.items():
        node = layout
        *steps, last = path.split(".")
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    for axis, columns in layout.get("meta", {}).get("extent", {}).items():
        names = [renamed.get(column, column) for column in ([columns] if isinstance(columns, str) else columns)]
        layout[axis]["range"] = extent(picture, names, layout[axis].get("type") == "log", view.time[0])
    _apply_zoom(layout, getattr(state, view.figures[name].window, None))
    template = TEMPLATES["light"]["layout"]
    for axis in [key for key in layout if key.startswith(("xaxis", "yaxis"))]:
        layout[axis] = _merged(template[axis[:5]], layout[axis])
    traces = _traces(state, name, picture, layout, renamed)
    for axis in [key for key in layout if key.startswith(("xaxis", "yaxis"))]:
        if not layout[axis].get("range"):
            layout[axis]["range"] = _autorange(axis, layout[axis], traces)
    under = [*_cells(scene.get("cells"), layout), *_field(scene.get("field"), layout)]
    return {
        "data": [*under, *(_add_end_markers(trace, picture, layout, renamed) for trace in traces)],
        "layout": layout,
    }


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
    stops = [[(k + edge) / count, fate["color"]] for k, fate in enumerate(cells["fates"]) for edge in (0, 1)]
    limits = {"zmin": -0.5, "zmax": count - 0.5, "colorscale": stops, "opacity": cells["strength"]}
    return [{**made, **limits, "z": numbers(cells["fate"]).reshape(ny, nx)}]


def _middles(ends: Any, count: int, axis: Mapping[str, Any]) -> np.ndarray:
    """The middles of cells between those of the outermost, evenly spaced on an axis."""
    first, last = numbers(ends).tolist()
    return np.geomspace(first, last, count) if axis.get("type") == "log" else np.linspace(first, last, count)


def _field(field: Mapping[str, Any] | None, layout: Mapping[str, Any]) -> list[Trace]:
    """The field of directions as one line of arrows of equal length on the page."""
    if not field:
        return []
    x, y, across, up = (numbers(field[name]) for name in ("x", "y", "across", "up"))
    (left, right), (low, high) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    units = np.array([(right - left) / AXES[0], (high - low) / AXES[1]])  # of the axes, per pixel
    ways = np.column_stack([across, up]) / units
    lengths = np.hypot(*ways.T)
    chosen = _sparse(x / units[0]) & _sparse(y / units[1]) & (lengths > 0)
    points = np.column_stack([x, y])[chosen] / units
    way = ways[chosen] / lengths[chosen, None]
    aside = way[:, ::-1] * (-1.0, 1.0)
    tip, tail, neck = points + 0.5 * ARROW * way, points - 0.5 * ARROW * way, points + (0.5 * ARROW - BARBS[0]) * way
    ends = (left / units[0], right / units[0]), (low / units[1], high / units[1])
    inside = np.ones(len(points), dtype=bool)
    for end in (tip, tail):
        for k, limits in enumerate(ends):
            inside &= (end[:, k] >= min(limits)) & (end[:, k] <= max(limits))
    gap = np.full_like(tip, np.nan)
    lines = np.stack([tail, tip, neck + BARBS[1] * aside, tip, neck - BARBS[1] * aside, gap], axis=1)[inside] * units
    line = {"color": field["color"], "width": 0.8, "dash": "solid"}
    flat = lines.reshape(-1, 2)
    return [
        {"type": "scatter", "x": flat[:, 0], "y": flat[:, 1], "mode": "lines", "line": line, "name": "flow",
         "hoverinfo": "skip"}
    ]  # fmt: skip


def _sparse(values: np.ndarray) -> np.ndarray:
    """Whether each is in every n-th column of a grid, so that arrows do not overlap."""
    columns = np.unique(np.round(values, 2))
    if len(columns) < 2:
        return np.ones(values.shape, dtype=bool)
    every = max(1, int(-(-ARROW_DISTANCE // abs(columns[1] - columns[0]))))
    return np.isin(np.round(values, 2), columns[::every])


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in changes.items():
        both[key] = _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return both


def extent(picture: StreamResult, names: list[str], log: bool, time: str) -> list[float]:
    """Return the range of some columns over all runs."""
    columns = [
        run["columns"][name].ravel() for run in picture.runs.values() for name in names if name in run["columns"]
    ]
    values = np.concatenate(columns) if columns else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return [-1.0, 1.0] if log else [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = log10(max(low, high * DECADES)), log10(high)
    if names[0] == time:
        return [low, high]
    margin = 0.07 * (high - low) or max(abs(high), 1) * 0.05
    step = 10 ** floor(log10(high - low + 2 * margin)) / 5
    return [floor((low - margin) / step) * step, ceil((high + margin) / step) * step]


def _apply_zoom(layout: dict[str, Any], window: tuple[float, ...] | None) -> None:
    """Set the ranges to the state's window, if it has one."""
    if not window or layout["xaxis"].get("fixedrange"):
        return
    for axis, ends in (("xaxis", window[:2]), ("yaxis", window[2:])):
        log = layout[axis].get("type") == "log"
        if ends and not (log and ends[0] <= 0):
            layout[axis]["range"] = [log10(end) for end in ends] if log else list(ends)


def _traces(
    state: State, name: str, picture: StreamResult, layout: Mapping[str, Any], renamed: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return all traces, lines under marks and names; those of runs with their columns."""
    layers = getattr(state, "layers", ())
    data = picture.scenes[name]["figure"]["data"]
    runs = [
        trace
        for _, run in sorted(picture.runs.items())
        for trace in run["traces"].get(name, [])
        if not (trace.get("meta") or {}).get("layer") or trace["meta"]["layer"] in layers
    ]
    traces = []
    for source in (
        *(trace for trace in data if trace.get("mode") == "lines" or trace["type"] != "scatter"),
        *runs,
        *(trace for trace in data if trace.get("mode") != "lines" and trace["type"] == "scatter"),
    ):
        trace = dict(source)
        meta = trace.get("meta") or {}
        if meta.get("role") in ("line", "cloud"):
            columns = picture.runs[meta["run"]]["columns"]
            x, y, low = (_row(columns, renamed.get(meta.get(end, ""), meta.get(end))) for end in ("x", "y", "from"))
            if len(x) != len(y):  # a column that this run has not
                x = y = low = np.empty(0)
            if meta.get("from"):
                x, y = np.concatenate([x, x[::-1]]), np.concatenate([y, low[::-1]])
            trace |= {"x": x, "y": y}
        elif trace["type"] == "scatter":
            trace |= {"x": numbers(trace["x"]), "y": numbers(trace["y"])}
        traces.append(trace)
    return traces


def _row(columns: Mapping[str, np.ndarray], name: str | None) -> np.ndarray:
    """Return a column; of a table its last row."""
    values = columns.get(name or "", np.empty(0))
    return values[-1] if values.ndim == 2 and len(values) else values.ravel()


def _autorange(axis: str, style: Mapping[str, Any], traces: list[dict[str, Any]]) -> list[float]:
    """Return the range of what is on an axis, with some room, where neither server nor state says one."""
    letter, log = axis[0], style.get("type") == "log"
    short = axis.replace("axis", "")
    columns = [trace[letter] for trace in traces if trace.get(f"{letter}axis", letter) == short and "x" in trace]
    values = np.concatenate([numbers(values) for values in columns]) if columns else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return [-1.0, 1.0] if log else [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = log10(low), log10(high)
    margin = 0.06 * (high - low) or max(abs(high), 1) * 0.05
    return [low - margin, high + margin]


def _add_end_markers(
    trace: dict[str, Any], picture: StreamResult, layout: Mapping[str, Any], renamed: Mapping[str, str]
) -> dict[str, Any]:
    """Return a trace with what only the runs know: where they end."""
    meta = trace.get("meta") or {}
    if meta.get("role") != "marks":
        return trace
    starts = len(trace["x"])
    symbols = list(trace["marker"]["symbol"])
    lines = meta.get("ends") or [{"run": run, "x": meta["x"], "y": meta["y"]} for run in range(starts)]
    ends = []
    for index, line in enumerate(lines):
        columns = picture.runs.get(line["run"], {}).get("columns", {})
        x, y = (_row(columns, renamed.get(line[end], line[end])) for end in "xy")
        ends.append(_end(x, y, layout["yaxis"]["range"], symbols[starts + index]))
        symbols[starts + index] = ends[-1][2]
    return {
        **trace,
        "x": np.append(trace["x"], [end[0] for end in ends]),
        "y": np.append(trace["y"], [end[1] for end in ends]),
        "marker": {**trace["marker"], "symbol": symbols},
    }


def _end(x: np.ndarray, y: np.ndarray, heights: list[float], symbol: str) -> tuple[float, float, str]:
    """Return the last point of a run, or where it leaves through the top or bottom edge, with an arrow."""
    low, high = heights
    inside = (y >= low) & (y <= high)
    if not inside.any():
        return np.nan, np.nan, symbol
    k = len(y) - 1
    if inside[k]:
        return float(x[k]), float(y[k]), symbol
    edge = high if y[k] > high else low
    k = int(np.flatnonzero(inside)[-1])
    fraction = (edge - y[k]) / (y[k + 1] - y[k] or 1.0)
    open_ = "" if symbol == "triangle-up" else "-open"
    return float(x[k] + fraction * (x[k + 1] - x[k])), edge, f"triangle-{'up' if edge == high else 'down'}{open_}"
