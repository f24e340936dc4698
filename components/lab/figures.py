"""The figures of view 5: the R–a plane with laws as lines and networks as a band, and panels over time."""

from __future__ import annotations

from typing import Any

from components.plots import POWER_TICKS, TICKS, axis_name, band, course, over, rows, scatter
from components.theme import LIGHT
from components.unlearning import figures as planar
from components.view import Figure, Trace
from dynamics import CriticalManifold, UnlearningModel

NETWORK, DOTS = LIGHT["network"], "2px,3px"
ROWS = (("R", "R"), ("a", "a"), ("loss", "loss  L"), ("Q", "Q"))
LAWS: dict[str, dict[str, Any]] = {
    "planar": {"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"},
    "wide": {"color": LIGHT["ink"], "width": 2.2, "dash": "solid"},
}
NAMES = {"planar": "planar law, m → ∞", "wide": "law of this width"}
DISPLAY = {"axis": {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}}}


def plane(model: UnlearningModel, manifold: CriticalManifold, view: planar.Window, run: planar.Run) -> Figure:
    """The R–a plane: critical manifold, folds, and the start."""
    figure = planar.plane(model, manifold, view, (run,))
    ground = [trace for trace in figure["data"] if trace["name"] != "marks"]
    start = scatter(
        x=[run.R0], y=[run.a0], mode="markers", name="start", hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "circle", "size": 8, "color": run.colour},
    )  # fmt: skip
    return {"data": [*ground, start], "layout": figure["layout"]}


def panels() -> Figure:
    """The rows R, a, loss, Q over one time axis, without their lines."""
    layout = rows([title for _, title in ROWS], ("tau", "τ"))
    for number, (column, _) in enumerate(ROWS):
        layout["meta"]["extent"][axis_name(number)] = [column, f"{column}_low", f"{column}_high"]
        layout[axis_name(number)]["tickfont"] = {"size": POWER_TICKS}
    return {"data": [], "layout": layout}


def law_traces(index: int, kind: str) -> dict[str, list[Trace]]:
    """The lines of a law in each figure, still empty."""
    line, name = LAWS[kind], NAMES[kind]
    lines = [over(index, "tau", column, name, line, row) for row, (column, _) in enumerate(ROWS)]
    return {"plane": [_on_plane(index, name, line)], "panels": lines}


def network_traces(index: int) -> dict[str, list[Trace]]:
    """The networks: means over neurons and seeds, and bands from the least to the largest of the seeds."""
    line = {"color": NETWORK, "width": 2.6, "dash": DOTS}
    lines: list[Trace] = []
    for row, (column, _) in enumerate(ROWS):
        lines.append(band(index, "tau", (f"{column}_low", f"{column}_high"), f"{column}, of all runs", NETWORK, row))
        lines.append(over(index, "tau", column, f"networks, {column}", line, row))
    return {"plane": [_on_plane(index, "networks, mean", line)], "panels": lines}


def _on_plane(run: int, name: str, line: dict[str, Any]) -> Trace:
    hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    meta = course(run, "R", "a")
    return scatter(x=[], y=[], mode="lines", line=line, name=name, hovertemplate=hover, meta=meta)
