"""Panels of the epsilon study: each threshold with its limit and approach; the distances to the singular orbits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dynamics import ThresholdLimit
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.epsilon_study import EPSILONS, StudyPoint
from dynamics.plotting.planar.styles import Run
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import PLAIN, POWER_TICKS, axis_name, axis_of, row_axis, scatter, with_ranges

MAX_THRESHOLD_ROWS = 3
MAX_DEVIATION = 0.5  # of max(1, |limit|); beyond it the first term predicts nothing
APPROACH_POINTS = 60


def limit_panels(
    points: Sequence[StudyPoint], limits: Sequence[ThresholdLimit], runs: Sequence[Run], present: float
) -> Figure:
    """Return the panels over epsilon with these points of the study, and a line at the present epsilon."""
    eps, ends = [point.eps for point in points], EPSILONS[:2]
    thresholds, distances = [point.thresholds for point in points], [point.distances for point in points]
    rows = list(limits[:MAX_THRESHOLD_ROWS])
    data: list[Trace] = []
    for number, limit in enumerate(rows):
        data += _threshold(number, limit, *assigned(eps, thresholds, limit, limits), ends)
    for index, run in enumerate(runs):
        data.append(
            scatter(
                x=list(eps),
                y=[values[index] or None for values in distances],
                mode="lines+markers",
                line={**run.line, "width": 1.6},
                marker={"size": 4, "color": run.color},
                name=run.name,
                xaxis="x",
                yaxis=axis_of(len(rows)),
                hovertemplate=f"{run.name}: %{{y:.3g}}<extra></extra>",
            )
        )
    return with_ranges(data, _layout(rows, present, ends))


def assigned(
    eps: Sequence[float], thresholds: Sequence[np.ndarray], limit: ThresholdLimit, limits: Sequence[ThresholdLimit]
) -> tuple[list[float], list[float]]:
    """Return, at each epsilon, the threshold nearest to a limit unless another limit is nearer."""
    x, y = [], []
    for at, values in zip(eps, thresholds, strict=True):
        for value in values.tolist():
            nearest = min(limits, key=lambda other: abs(other.a0 - value))
            rivals = [other for other in values.tolist() if abs(other - limit.a0) < abs(value - limit.a0)]
            if nearest is limit and not rivals:
                x.append(at)
                y.append(value)
    return x, y


def _threshold(
    number: int, limit: ThresholdLimit, eps: list[float], values: list[float], ends: tuple[float, float]
) -> list[Trace]:
    """Return a threshold, its limit as a horizontal line, and the first term of the approach as a thin curve."""
    axes = {"xaxis": "x", "yaxis": axis_of(number)}
    points = np.geomspace(*ends, APPROACH_POINTS)
    curve = limit.approach(points)
    valid = np.abs(curve - limit.a0) < MAX_DEVIATION * max(1.0, abs(limit.a0))
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
            x=points[valid].tolist(),
            y=curve[valid].tolist(),
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
        log = {"type": "log", "tickfont": {"size": POWER_TICKS}} if last else {}
        layout[axis_name(number)] = {**row_axis(number, count, title), **log}
    return layout
