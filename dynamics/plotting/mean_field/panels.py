"""The panels over time: risk and its degrees, every a and every s."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dynamics.mean_field import MeanFieldModel
from dynamics.plotting.mean_field.quantities import LOG_START, TITLES
from dynamics.plotting.mean_field.styles import degree_style
from dynamics.plotting.number_text import format_number, subscript
from dynamics.plotting.schema import Figure
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import POWER_TICKS, TICKS, axis_name, axis_of, stacked_axes
from dynamics.typing import FloatArray

RISK_FLOOR = 1e-6  # of the initial risk: lower end of logarithmic axes
LABEL_POSITIONS = ("end", "middle", "start")  # of plateaus, in turn: their labels do not overlap on a logarithmic axis


def tops(model: MeanFieldModel, a0: FloatArray) -> tuple[float, float, float]:
    """Return the upper ends of the axes of risk, terms and residuals: the risk never rises, so its initial value bounds
    every term.
    """
    phi, sigma = model.coefficients
    start = phi.copy()
    start[0] -= sigma[0] * float(np.mean(a0))
    outset = 0.5 * float(start @ start)
    term = max(0.5 * float(np.max(np.square([phi, start]))), 1e-12)
    return 1.2 * max(outset, float(model.plateaus(a0)[0]), 1e-12), 1.06 * term, 1.06 * math.sqrt(2 * term)


def panels(model: MeanFieldModel, a0: FloatArray, neurons: Sequence[int], t_end: float, rows: Sequence[str]) -> Figure:
    """Return rows over one time axis, without lines.

    Plateaus of the canonical order are level lines in the risk, predicted learning times vertical lines through all
    rows.
    """
    risk, term, _ = tops(model, a0)
    layout = stacked_axes([TITLES[row] for row in rows], ("t", "t"), top=26)  # room for the names of predicted times
    layout["shapes"] = [*predicted(model, a0, LOG_START * min(model.eps, t_end), t_end)]
    for number, row in enumerate(rows):
        axis = axis_name(number)
        if row == "risk":
            layout[axis]["range"] = [0.0, risk]
            layout["shapes"] += plateaus(model, a0, axis_of(number))
        elif row == "terms":
            layout[axis]["range"] = [0.0, term]
        else:
            layout["meta"]["extent"][axis] = [f"{row}{i}" for i in neurons]
    return {"data": [], "layout": layout}


def plateaus(model: MeanFieldModel, a0: FloatArray, axis: str) -> list[dict[str, Any]]:
    """Return the plateaus of the risk as level lines with their heights."""
    heights = sorted({float(height) for height in model.plateaus(a0) if height > 0}, reverse=True)
    label = {"yanchor": "bottom", "font": {"size": 10.5, "color": LIGHT["muted"]}}
    return [
        {
            "type": "line",
            "layer": "below",
            "xref": "x domain",
            "x0": 0,
            "x1": 1,
            "yref": axis,
            "y0": height,
            "y1": height,
            "line": {"color": LIGHT["muted"], "width": 1, "dash": "dot"},
            "label": {**label, "text": format_number(height, 4), "textposition": LABEL_POSITIONS[number % 3]},
        }
        for number, height in enumerate(heights)
    ]


def predicted(model: MeanFieldModel, a0: FloatArray, t_start: float, t_end: float) -> list[dict[str, Any]]:
    """Return the predicted learning times as upright lines, one for each degree of which a law is known at this
    start."""
    return [
        {
            "type": "line",
            "layer": "below",
            "xref": "x",
            "x0": float(time),
            "x1": float(time),
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": degree_style(k)[0], "width": 1, "dash": "dash"},
            "label": {
                "text": f"t{subscript(k)}",
                "textposition": "end",
                "textangle": 0,
                "yanchor": "bottom",
                "font": {"size": 12, "color": degree_style(k)[0]},
            },
        }
        for k, time in enumerate(model.predicted_times(a0))
        if math.isfinite(time) and t_start < time < t_end
    ]


def panel_display(model: MeanFieldModel, a0: FloatArray, rows: Sequence[str]) -> dict[str, Any]:
    """Return what the display parameters change in rows: the time axis, the axis of the risk, terms or residuals."""
    risk, term, residual = tops(model, a0)
    linear = {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}}
    if "risk" not in rows:
        return {"axis": linear}
    logarithm = {
        path: value
        for axis, top in (("yaxis", risk), ("yaxis2", term))
        for path, value in (
            (f"{axis}.type", "log"),
            (f"{axis}.range", [math.log10(RISK_FLOOR * top), math.log10(top) + 0.1]),
            (f"{axis}.tickfont.size", POWER_TICKS),
        )
    }
    plain = {
        "yaxis2.type": "linear",
        "yaxis2.range": [-residual, residual],
        "yaxis2.title.text": "rₖ",
        "yaxis2.tickfont.size": TICKS,
    }
    columns = {f"h{k}": f"r{k}" for k in range(model.degrees + 1)}
    return {
        "axis": linear,
        "measure": {"log": {"layout": logarithm}},
        "terms": {"residuals": {"layout": plain, "columns": columns}},
    }
