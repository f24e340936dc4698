"""Figures whose lines are columns of runs, filled with them: complete, as they stand on a page of the app.

A figure that is streamed has lines without samples: the ``meta`` of a line names its run and columns, ``meta.extent``
of a layout the columns whose whole extent an axis shows. The app's client fills them in while runs arrive, by the same
rules (assets/client/render/figure_traces.mjs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Any

import numpy as np

from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import TEMPLATES
from dynamics.typing import FloatArray

DECADES = 1e-12  # of the largest: below, a logarithmic axis shows nothing
MARGIN = 0.07  # of an extent, beyond its ends


@dataclass(frozen=True)
class FilledRun:
    """A run: its lines in a figure, still empty, and its columns by their names."""

    traces: Sequence[Trace]
    columns: Mapping[str, FloatArray]


@dataclass(frozen=True)
class Display:
    """What display parameters change: values of the layout by their paths, and columns that replace others."""

    layout: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, choices: Mapping[str, Any], chosen: Mapping[str, Any]) -> Display:
        """Return the changes of the chosen value of each parameter, by the names of parameters and values."""
        patches = [values.get(str(chosen.get(name)), {}) for name, values in choices.items()]
        layout = {path: value for patch in patches for path, value in patch.get("layout", {}).items()}
        return cls(layout, {old: new for patch in patches for old, new in patch.get("columns", {}).items()})


def fill(
    figure: Figure,
    runs: Mapping[int, FilledRun],
    display: Display = Display(),
    window: Sequence[float] = (),
    time: str = "tau",
) -> Figure:
    """Return a figure with the samples of its runs, axes with their ranges, and the template's look.

    Parameters
    ----------
    figure : dict
        The figure, with empty lines of runs or without.
    runs : mapping of int to FilledRun
        The runs by their numbers.
    display : Display, optional
        What is changed in the layout and among the columns.
    window : sequence of 2 or 4 floats, optional
        Ends of the first x axis, and of the first y axis, if they are not those of the figure.
    time : str, default "tau"
        The column of time, whose extent has no margin.

    Returns
    -------
    dict
        The figure, for ``to_plotly`` and ``to_matplotlib``.
    """
    layout = _copied(figure["layout"])
    for path, value in display.layout.items():
        node = layout
        *steps, last = path.split(".")
        for step in steps:
            node = node.setdefault(step, {})
        node[last] = value
    for axis, columns in layout.get("meta", {}).get("extent", {}).items():
        names = [display.columns.get(one, one) for one in ([columns] if isinstance(columns, str) else columns)]
        layout[axis]["range"] = extent(runs, names, layout[axis].get("type") == "log", time)
    _apply_window(layout, window)
    template = TEMPLATES["light"]["layout"]
    for axis in [key for key in layout if key.startswith(("xaxis", "yaxis"))]:
        layout[axis] = _merged(template[axis[:5]], layout[axis])
    traces = _filled_traces(figure["data"], runs, display.columns)
    traces = [_with_ends(trace, runs, layout, display.columns) for trace in traces]
    return {"data": traces, "layout": layout}


def numbers(values: Any) -> FloatArray:
    """Numbers, nan where there are none."""
    if isinstance(values, np.ndarray):
        return values
    return np.array([np.nan if value is None else value for value in (() if values is None else values)], dtype=float)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(base)
    for key, value in changes.items():
        both[key] = _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return both


def extent(runs: Mapping[int, FilledRun], names: Sequence[str], log: bool, time: str) -> list[float]:
    """Return the range of some columns over all runs."""
    columns = [run.columns[name].ravel() for run in runs.values() for name in names if name in run.columns]
    values = np.concatenate(columns) if columns else np.empty(0)
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return [-1.0, 1.0] if log else [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = log10(max(low, high * DECADES)), log10(high)
    if names[0] == time:
        return [low, high]
    margin = MARGIN * (high - low) or max(abs(high), 1) * 0.05
    step = 10.0 ** floor(log10(high - low + 2 * margin)) / 5
    return [floor((low - margin) / step) * step, ceil((high + margin) / step) * step]


def _apply_window(layout: dict[str, Any], window: Sequence[float]) -> None:
    if not window or layout["xaxis"].get("fixedrange"):
        return
    for axis, ends in (("xaxis", window[:2]), ("yaxis", window[2:])):
        log = layout[axis].get("type") == "log"
        if ends and not (log and ends[0] <= 0):
            layout[axis]["range"] = [log10(end) for end in ends] if log else list(ends)


def _filled_traces(data: Sequence[Trace], runs: Mapping[int, FilledRun], renamed: Mapping[str, str]) -> list[Trace]:
    """Return all traces, lines under marks and names; those of runs with their columns."""
    lines = [trace for trace in data if trace.get("mode") == "lines" or trace["type"] != "scatter"]
    marks = [trace for trace in data if trace.get("mode") != "lines" and trace["type"] == "scatter"]
    of_runs = [trace for _, run in sorted(runs.items()) for trace in run.traces]
    found = []
    for source in (*lines, *of_runs, *marks):
        trace, meta = dict(source), source.get("meta") or {}
        if meta.get("role") in ("line", "cloud"):
            columns = runs[meta["run"]].columns
            x, y, low = (_row(columns, renamed.get(meta.get(end, ""), meta.get(end))) for end in ("x", "y", "from"))
            if len(x) != len(y):  # a column that this run has not
                x = y = low = np.empty(0)
            if meta.get("from"):
                x, y = np.concatenate([x, x[::-1]]), np.concatenate([y, low[::-1]])
            trace |= {"x": x, "y": y}
        elif trace["type"] == "scatter":
            trace |= {"x": numbers(trace["x"]), "y": numbers(trace["y"])}
        found.append(trace)
    return found


def _row(columns: Mapping[str, FloatArray], name: str | None) -> FloatArray:
    """Return a column; of a table its last row."""
    values = columns.get(name or "", np.empty(0))
    return values[-1] if values.ndim == 2 and len(values) else values.ravel()


def _with_ends(
    trace: Trace, runs: Mapping[int, FilledRun], layout: Mapping[str, Any], renamed: Mapping[str, str]
) -> Trace:
    """Return a trace of marks with what only the runs tell: where they end."""
    meta = trace.get("meta") or {}
    if meta.get("role") != "marks":
        return trace
    starts = len(trace["x"])
    symbols = list(trace["marker"]["symbol"])
    lines = meta.get("ends") or [{"run": run, "x": meta["x"], "y": meta["y"]} for run in range(starts)]
    ends = []
    for index, line in enumerate(lines):
        columns = runs[line["run"]].columns if line["run"] in runs else {}
        x, y = (_row(columns, renamed.get(line[end], line[end])) for end in "xy")
        ends.append(_end(x, y, layout["yaxis"]["range"], symbols[starts + index]))
        symbols[starts + index] = ends[-1][2]
    return {
        **trace,
        "x": np.append(trace["x"], [end[0] for end in ends]),
        "y": np.append(trace["y"], [end[1] for end in ends]),
        "marker": {**trace["marker"], "symbol": symbols},
    }


def _end(x: FloatArray, y: FloatArray, heights: Sequence[float], symbol: str) -> tuple[float, float, str]:
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
    hollow = "" if symbol == "triangle-up" else "-open"
    return float(x[k] + fraction * (x[k + 1] - x[k])), edge, f"triangle-{'up' if edge == high else 'down'}{hollow}"
