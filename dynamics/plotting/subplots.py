"""What the figures of several views share: axes, rows over one time axis, lines that the client fills from a run."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np

from dynamics.plotting.schema import Figure, Trace

PLAIN = {"type": "linear", "ticklabeloverflow": "allow"}  # what plotly would otherwise find out at every drawing
TICKS = 12
POWER_TICKS = 9.6  # plotly draws powers of ten a quarter larger than their size states
GAP = 0.035  # half of it, between two rows, as a share of the height
MARGIN = 0.06  # of the extent of data, beyond its ends


def scatter(**properties: Any) -> Trace:
    """A scatter trace. Its line has all its samples: plotly would cut corners as coarse as the line is thick."""
    if "line" in properties:
        properties["line"] = {**properties["line"], "simplify": False}
    return {"type": "scatter", **properties}


def with_ranges(data: Sequence[Trace], layout: dict[str, Any]) -> Figure:
    """The figure of a layout, in which an axis without a range gets that of its data, with some room.

    Renderers find ranges by rules of their own: a figure looks the same in all of them only if it states its ranges.
    """
    ranges = {
        name: {**axis, "range": _data_range(data, name, axis.get("type") == "log")}
        for name, axis in layout.items()
        if name[1:5] == "axis" and "range" not in axis
    }
    return {"data": list(data), "layout": {**layout, **ranges}}


def _data_range(data: Sequence[Trace], name: str, log: bool) -> list[float]:
    letter, short = name[0], name.replace("axis", "")
    columns = [np.asarray(trace[letter], float) for trace in data if trace.get(f"{letter}axis", letter) == short]
    values = np.concatenate([np.empty(0), *columns])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size:
        return [-1.0, 1.0] if log else [0.0, 1.0]
    low, high = float(values.min()), float(values.max())
    if log:
        low, high = log10(low), log10(high)
    margin = MARGIN * (high - low) or max(abs(high), 1) * 0.05
    return [low - margin, high + margin]


def axis_name(row: int) -> str:
    """The y axis of a row, as the layout calls it."""
    return "yaxis" if row == 0 else f"yaxis{row + 1}"


def axis_of(row: int) -> str:
    """The y axis of a row, as a trace calls it."""
    return "y" if row == 0 else f"y{row + 1}"


def row_axis(number: int, count: int, title: str) -> dict[str, Any]:
    """The y axis of one of several rows, from top to bottom."""
    last = number == count - 1
    return {
        **PLAIN,
        "domain": [1 - (number + 1) / count + (0 if last else GAP), 1 - number / count - (GAP if number else 0)],
        "anchor": "x",
        "title": {"text": title},
        "fixedrange": True,
        "nticks": 5,
        "exponentformat": "power",
    }


def stacked_axes(titles: Sequence[str], clock: tuple[str, str], log: bool = True, top: int = 14) -> dict[str, Any]:
    """The layout of rows with these titles over one time axis: its column and symbol, and whether it is logarithmic.

    `meta.extent` names the columns from whose whole extent the client sets an axis's range, so that the axes stand
    still while a run is played; here that of time alone.
    """
    kind = {"type": "log", "tickfont": {"size": POWER_TICKS}} if log else {}
    layout: dict[str, Any] = {
        "xaxis": {
            **PLAIN,
            **kind,
            "title": {"text": f"time  {clock[1]}"},
            "anchor": axis_of(len(titles) - 1),
            "exponentformat": "power",
        },
        "margin": {"l": 70, "r": 30, "t": top, "b": 48},
        "hovermode": "x",
        "dragmode": "zoom",
        "meta": {"extent": {"xaxis": clock[0]}},
    }
    for number, title in enumerate(titles):
        layout[axis_name(number)] = row_axis(number, len(titles), title)
    return layout


def time_trace(run: int, clock: str, column: str, label: str, line: dict[str, Any], row: int = 0, **more: Any) -> Trace:
    """A column of a run over its time, in a row, still empty."""
    return scatter(
        x=[],
        y=[],
        **{"mode": "lines", **more},
        line=line,
        name=label,
        xaxis="x",
        yaxis=axis_of(row),
        hovertemplate=f"{label}: %{{y:.4g}}<extra></extra>",
        meta=curve_meta(run, clock, column),
    )


def band_trace(
    run: int, clock: str, columns: tuple[str, str], label: str, color: str, row: int = 0, opacity: float = 0.25
) -> Trace:
    """What lies between two columns of a run, the lower one first, over its time; still empty."""
    low, high = columns
    made = time_trace(run, clock, high, label, {"color": color, "width": 0, "dash": "solid"}, row)
    made["meta"]["from"] = low
    return {**made, "fill": "toself", "fillcolor": color, "opacity": opacity, "hoverinfo": "skip"}


def empty_trace(row: int) -> Trace:
    """A trace that shows nothing: plotly draws the axes of a row only if it has a trace."""
    return scatter(x=[None], y=[None], yaxis=axis_of(row), name="axes", showlegend=False, hoverinfo="skip")


def curve_meta(run: int, x: str, y: str) -> dict[str, Any]:
    """By which the client knows which columns of which run a line shows."""
    return {"run": run, "x": x, "y": y, "role": "line"}
