"""Panels of a linear network over time: the exact solution, gradient descent, and networks with other activations.

The `meta` of a trace of a trajectory contains its columns: `dynamics.plotting.filling` fills the trace, or the client
from the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np

from dynamics.linear_network.descent_runs import ACTIVATIONS, ActivationRuns
from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.solution import LinearSolution
from dynamics.plotting.linear_network.plane import neuron
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import (
    POWER_TICKS,
    axis_name,
    axis_of,
    band_trace,
    curve_meta,
    empty_trace,
    scatter,
    stacked_axes,
    time_trace,
)

LOSS_FLOOR = 1e-8  # of the largest loss: lower end of its logarithmic axis
POINTS = LIGHT["network"]
ROWS = (
    ("f", "f", (("f", "output f", "solid"),)),
    ("loss", "loss", (("loss", "loss", "solid"),)),
    ("zeta", "ζ in °", (("zeta", "angle ζ", "solid"),)),
    ("kernel", "kernel ratio", (("kernel", "kernel over that at the start", "solid"),)),
    ("norms", "norms", (("un", "|u|", "solid"), ("vn", "|v|", "7px,3px"))),
)
COLORS = {"un": LIGHT["positive"], "vn": LIGHT["negative"]}
ACTIVATION_STYLES = dict(
    zip(
        ACTIVATIONS,
        (
            (POINTS, "2px,3px"), (LIGHT["degree0"], "solid"), (LIGHT["degree1"], "7px,3px"),
            (LIGHT["degree2"], "9px,3px,2px,3px"), (LIGHT["degree3"], "12px,3px"),
        ),
        strict=True,
    )
)  # fmt: skip
NAMES = {"linear": "linear", "relu": "ReLU", "leaky_relu": "leaky ReLU", "sigmoid": "sigmoid", "swish": "swish"}


def panels(network: LinearNetwork) -> Figure:
    """Return the rows f, loss, angle, kernel, norms, without their lines: the target as a level line."""
    layout = stacked_axes([title for _, title, _ in ROWS], ("t", "t"), log=False)
    for number, (_, _, lines) in enumerate(ROWS):
        layout["meta"]["extent"][axis_name(number)] = [name for name, _, _ in lines]
    anchor = "top" if network.y > network.start.f else "bottom"  # where the line is far from f, and within the panel
    layout["shapes"] = [
        {
            "type": "line", "layer": "below", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y",
            "y0": network.y, "y1": network.y, "line": {"color": LIGHT["muted"], "width": 1, "dash": "dot"},
            "label": {"text": "y", "textposition": "start", "yanchor": anchor,
                      "font": {"size": 11, "color": LIGHT["muted"]}},
        }
    ]  # fmt: skip
    return {"data": [], "layout": layout}


def panel_display(run: LinearSolution, loss: bool = True) -> dict[str, Any]:
    """Return what the display parameters change in the panels over time, where they have the loss and where not."""
    logarithmic = {"log": {"layout": {"xaxis.type": "log", "xaxis.tickfont.size": POWER_TICKS}}}
    if not loss:
        return {"axis": logarithmic}
    top = float(run.loss.max())
    floor = max(LOSS_FLOOR * top, 1e-300)
    edges = [log10(floor), log10(max(top, 2 * floor)) + 0.1]
    losses = {"yaxis2.type": "log", "yaxis2.range": edges, "yaxis2.tickfont.size": POWER_TICKS}
    return {"axis": logarithmic, "measure": {"log": {"layout": losses}}}


def run_traces(network: LinearNetwork, neurons: Sequence[int], panel: str) -> dict[str, list[Trace]]:
    """Return the lines of the exact solution in each figure, still empty."""
    in_plane = [
        scatter(
            x=[], y=[], mode="lines", line=neuron(network, i), name=f"neuron {i + 1}",
            meta=curve_meta(0, f"u{i}", f"v{i}"),
            hovertemplate=f"neuron {i + 1}<br>u = %{{x:.4g}}<br>v = %{{y:.4g}}<extra></extra>",
        )
        for i in neurons
    ]  # fmt: skip
    return {"plane": in_plane, "panels": _lines(0, panel, "lines", "")}


def descent_traces(panel: str) -> dict[str, list[Trace]]:
    """Return the points of gradient descent in the panels, still without their values."""
    return {"plane": [], "panels": _lines(1, panel, "markers", "descent, ")}


def _lines(run: int, panel: str, mode: str, prefix: str) -> list[Trace]:
    if panel != "course":
        return []
    lines = []
    for number, (_, _, columns) in enumerate(ROWS):
        for name, label, dash in columns:
            color = COLORS.get(name, LIGHT["ink"]) if mode == "lines" else POINTS
            line = {"color": color, "width": 1.8, "dash": dash}
            lines.append(time_trace(run, "t", name, prefix + label, line, number, **_mode_style(mode, color)))
    return lines


def _mode_style(mode: str, color: str) -> dict[str, Any]:
    """As a line, or as open points."""
    marker = {"marker": {"color": color, "size": 5.5, "symbol": "circle-open"}} if mode == "markers" else {}
    return {"mode": mode, **marker}


# --- the activations ---


def activation_title(runs: ActivationRuns) -> str:
    """Return the title of the runs from one kind of start."""
    fits = np.concatenate([runs.of_kind(name) for name in ACTIVATIONS])
    name, sign = ("aligning", ">") if runs.aligning else ("disaligning", "<")
    some = "" if fits.all() else f" in {int(fits.sum())} of {fits.size} networks"
    return f"{name} start: |y| {sign} |f(0)|{some}"


def activation_panels(both: Sequence[ActivationRuns]) -> Figure:
    """Return two rows of angles over time, without their lines: the start that is chosen, and one of the other kind."""
    layout = stacked_axes(["ζ of u, φ(Wx) in °"] * 2, ("t", "t"), log=False)
    for number, title in enumerate(map(activation_title, both)):
        layout[axis_name(number)]["range"] = [0.0, 180.0]
        layout[axis_name(number)]["tickvals"] = [0, 45, 90, 135, 180]
        layout.setdefault("annotations", []).append(
            {
                "text": title, "xref": "x domain", "yref": f"{axis_of(number)} domain",
                "x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "showarrow": False,
                "font": {"size": 12, "color": LIGHT["muted"]},
            }
        )  # fmt: skip
    layout["showlegend"] = True
    layout["legend"] = {"orientation": "h", "x": 0, "y": -0.12, "yanchor": "top", "font": {"size": 11}}
    layout["margin"] = {"l": 62, "r": 24, "t": 14, "b": 96}
    return {"data": [empty_trace(1)], "layout": layout}


def theory_traces(run: int, row: int) -> dict[str, list[Trace]]:
    """Return the exact angle of linear networks in a row."""
    line = {"color": LIGHT["ink"], "width": 2.4, "dash": "solid"}
    angle = time_trace(run, "t", "zeta", "theory", line, row)
    return {"plane": [], "panels": [{**angle, "showlegend": row == 0}]}


def activation_traces(run: int, row: int, activation: str) -> dict[str, list[Trace]]:
    """Return the angle of u and phi(W x) in gradient descent with an activation: its mean over starts, and a band of a
    standard deviation."""
    color, dash = ACTIVATION_STYLES[activation]
    name, line = NAMES[activation], {"color": color, "width": 2, "dash": dash}
    spread = band_trace(run, "t", ("low", "high"), f"{name}, spread", color, row, opacity=0.15)
    mode = "markers" if activation == "linear" else "lines"
    mean = time_trace(run, "t", "zeta", name, line, row, **_mode_style(mode, color))
    return {"plane": [], "panels": [{**spread, "showlegend": False}, {**mean, "showlegend": row == 0}]}
