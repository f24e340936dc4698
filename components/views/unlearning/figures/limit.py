"""The panels of epsilon: each threshold over it, with its limit and approach; the distance to the singular orbits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.core.formatting import format_number
from components.core.view import Figure, Trace
from components.ui.subplots import GAP, PLAIN, POWER_TICKS, axis_name, axis_of, scatter
from components.ui.theme import LIGHT
from components.views.unlearning.figures.styles import Run
from dynamics import ThresholdLimit

ROWS = 3  # thresholds that have a row
FAR = 0.5  # of max(1, |limit|): from there on the first term predicts nothing
APPROACH = 60  # points of its curve


def limit_panels(
    eps: Sequence[float],
    thresholds: Sequence[np.ndarray],
    distances: Sequence[Sequence[float]],
    found: Sequence[ThresholdLimit],
    runs: Sequence[Run],
    present: float,
    ends: tuple[float, float],
) -> Figure:
    """Over epsilon from `ends[0]` to `ends[1]`: what has been computed so far (thresholds and distances at `eps`)."""
    rows = list(found[:ROWS])
    data: list[Trace] = []
    for number, limit in enumerate(rows):
        data += _threshold(number, limit, *assigned(eps, thresholds, limit, found), ends)
    for index, run in enumerate(runs):
        data.append(
            scatter(
                x=list(eps),
                y=[values[index] or None for values in distances],
                mode="lines+markers",
                line={**run.line, "width": 1.6},
                marker={"size": 4, "color": run.colour},
                name=run.name,
                xaxis="x",
                yaxis=axis_of(len(rows)),
                hovertemplate=f"{run.name}: %{{y:.3g}}<extra></extra>",
            )
        )
    return {"data": data, "layout": _layout(rows, present, ends)}


def assigned(
    eps: Sequence[float], thresholds: Sequence[np.ndarray], limit: ThresholdLimit, found: Sequence[ThresholdLimit]
) -> tuple[list[float], list[float]]:
    """At each epsilon the threshold nearest to a limit, unless it is nearer to another one."""
    x, y = [], []
    for at, values in zip(eps, thresholds, strict=True):
        for value in values.tolist():
            nearest = min(found, key=lambda other: abs(other.a0 - value))
            rivals = [other for other in values.tolist() if abs(other - limit.a0) < abs(value - limit.a0)]
            if nearest is limit and not rivals:
                x.append(at)
                y.append(value)
    return x, y


def _threshold(
    number: int, limit: ThresholdLimit, eps: list[float], values: list[float], ends: tuple[float, float]
) -> list[Trace]:
    """A threshold, its limit as a level line, the first term of the approach as a thin curve."""
    axes = {"xaxis": "x", "yaxis": axis_of(number)}
    points = np.geomspace(*ends, APPROACH)
    curve = limit.approach(points)
    near = np.abs(curve - limit.a0) < FAR * max(1.0, abs(limit.a0))
    muted = {"color": LIGHT["muted"], "width": 1}
    return [
        scatter(
            x=list(ends),
            y=[limit.a0] * 2,
            mode="lines",
            line={**muted, "dash": "dot"},
            name="limit",
            hovertemplate=f"ε → 0: {format_number(limit.a0, 7)}<extra></extra>",
            **axes,
        ),
        scatter(
            x=points[near].tolist(),
            y=curve[near].tolist(),
            mode="lines",
            line={**muted, "dash": "solid"},
            name="approach",
            hovertemplate="first term: %{y:.7g}<extra></extra>",
            **axes,
        ),
        scatter(
            x=eps,
            y=values,
            mode="markers",
            marker={"size": 6, "color": LIGHT["ink"], "symbol": "circle"},
            name="threshold",
            cliponaxis=False,
            hovertemplate="ā<sub>c</sub> = %{y:.7g}<extra></extra>",
            **axes,
        ),
    ]


def _layout(rows: Sequence[ThresholdLimit], present: float, ends: tuple[float, float]) -> dict[str, Any]:
    count = len(rows) + 1
    layout: dict[str, Any] = {
        "xaxis": {
            **PLAIN,
            "type": "log",
            "title": {"text": "ratio of time scales  ε"},
            "anchor": axis_of(count - 1),
            "exponentformat": "power",
            "tickfont": {"size": POWER_TICKS},
            "range": np.log10(ends).tolist(),
            "fixedrange": True,
        },
        "margin": {"l": 80, "r": 30, "t": 14, "b": 48},
        "hovermode": "x",
        "dragmode": False,
        "shapes": [
            {
                "type": "line",
                "x0": present,
                "x1": present,
                "y0": 0,
                "y1": 1,
                "yref": "paper",
                "line": {"color": LIGHT["manifold"], "width": 1.5, "dash": "dot"},
            }
        ],
    }
    for number in range(count):
        last = number == count - 1
        title = "distance to orbit" if last else f"ā<sub>c</sub> → {format_number(rows[number].a0, 5)}"
        layout[axis_name(number)] = {
            **PLAIN,
            "type": "log" if last else "linear",
            "domain": [1 - (number + 1) / count + (0 if last else GAP), 1 - number / count - (GAP if number else 0)],
            "anchor": "x",
            "title": {"text": title},
            "fixedrange": True,
            "nticks": 5,
            "exponentformat": "power",
            **({"tickfont": {"size": POWER_TICKS}} if last else {}),
        }
    return layout
