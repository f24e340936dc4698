"""Figures of training: the R–a plane with laws as lines and networks, and panels over time, without samples."""

from __future__ import annotations

from typing import Any

from dynamics.planar import CriticalManifold, UnlearningModel
from dynamics.plotting import planar
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import (
    POWER_TICKS,
    TICKS,
    axis_name,
    band_trace,
    curve_meta,
    scatter,
    stacked_axes,
    time_trace,
)

NETWORK, DOTS = LIGHT["network"], "2px,3px"
ROWS = (("R", "R"), ("a", "a"), ("loss", "loss  L"), ("Q", "Q"))
LAWS: dict[str, dict[str, Any]] = {
    "planar": {"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"},
    "wide": {"color": LIGHT["ink"], "width": 2.2, "dash": "solid"},
}
NAMES = {"planar": "planar law, m → ∞", "wide": "law of this width"}
MODES = {"recursion": "discrete recursion", "population": "population gradient", "fresh": "networks of descent"}
COLUMNS = tuple(column for column, _ in ROWS)
REFERENCE_STYLES = {
    "recursion": (LIGHT["positive"], "9px,3px,2px,3px"),
    "population": (LIGHT["negative"], "4px,4px"),
    "fresh": (LIGHT["degree0"], "7px,3px"),
}
DEVIATION_TITLES = ("R − law", "a − law", "loss − law", "Q − R² − law")


def panel_display(runs: int) -> dict[str, Any]:
    """Return what the display parameters change in the panels, for as many runs: the time axis, and differences from
    the law in place of values.
    """
    columns = {f"{column}{end}": f"{column}_off{end}" for column in COLUMNS for end in ("", "_low", "_high")}
    columns |= {f"{column}_{mode}": f"{column}_{mode}_off" for column in COLUMNS for mode in REFERENCE_STYLES}
    columns |= {f"{column}_run{run}": f"{column}_run{run}_off" for column in COLUMNS for run in range(runs)}
    titles = {f"{axis_name(row)}.title.text": title for row, title in enumerate(DEVIATION_TITLES)}
    return {
        "axis": {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}},
        "panel": {"difference": {"layout": titles, "columns": columns}},
    }


def plane(model: UnlearningModel, manifold: CriticalManifold, view: planar.Window, run: planar.Run) -> Figure:
    """Return the R–a plane: critical manifold, folds, and the start."""
    figure = planar.plane(model, manifold, view, (run,))
    background = [trace for trace in figure["data"] if trace["name"] != "marks"]
    start = scatter(
        x=[run.R0], y=[run.a0], mode="markers", name="start", hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "circle", "size": 8, "color": run.color},
    )  # fmt: skip
    return {"data": [*background, start], "layout": figure["layout"]}


def panels() -> Figure:
    """Return the rows R, a, loss, Q over one time axis, without lines."""
    layout = stacked_axes([title for _, title in ROWS], ("tau", "τ"))
    for number, (column, _) in enumerate(ROWS):
        references = [f"{column}_{mode}" for mode in REFERENCE_STYLES]
        layout["meta"]["extent"][axis_name(number)] = [column, f"{column}_low", f"{column}_high", *references]
        layout[axis_name(number)]["tickfont"] = {"size": POWER_TICKS}
    return {"data": [], "layout": layout}


def law_traces(index: int, kind: str) -> dict[str, list[Trace]]:
    """Return the lines of a law in each figure, without data."""
    line, name = LAWS[kind], NAMES[kind]
    lines = [time_trace(index, "tau", column, name, line, row) for row, column in enumerate(COLUMNS)]
    return _layered(kind, {"plane": [_on_plane(index, name, line)], "panels": lines})


def network_traces(index: int, runs: int) -> dict[str, list[Trace]]:
    """Return the traces of the networks, without data: each run if there are several, their mean, bands of their range
    or of the expected error, single neurons, and other ways to learn.
    """
    line = {"color": NETWORK, "width": 2.6, "dash": DOTS}
    traces = _layered("single", {"plane": [_cloud(index)], "panels": []})
    for mode, (color, dash) in REFERENCE_STYLES.items():
        style, name = {"color": color, "width": 1.8, "dash": dash}, MODES[mode]
        lines = [time_trace(index, "tau", f"{column}_{mode}", name, style, row) for row, column in enumerate(COLUMNS)]
        plane = [_on_plane(index, name, style, f"_{mode}")]
        for figure, added_traces in _layered("beside", {"plane": plane, "panels": lines}).items():
            traces[figure] += added_traces
    for run in range(runs if runs > 1 else 0):
        name, thin = f"run {run + 1}", {"color": NETWORK, "width": 1.0}
        traces["plane"].append(_on_plane(index, name, thin, f"_run{run}"))
        for row, column in enumerate(COLUMNS):
            traces["panels"].append(time_trace(index, "tau", f"{column}_run{run}", name, thin, row))
    traces["plane"].append(_on_plane(index, "networks, mean", line))
    for row, column in enumerate(COLUMNS):
        ends = (f"{column}_low", f"{column}_high")
        traces["panels"].append(band_trace(index, "tau", ends, f"{column}, of all runs", NETWORK, row))
        traces["panels"].append(time_trace(index, "tau", column, "networks, mean", line, row))
    return traces


def _layered(layer: str, traces: dict[str, list[Trace]]) -> dict[str, list[Trace]]:
    """Return traces that the client shows while the overlay is chosen."""
    for each in traces.values():
        for trace in each:
            trace["meta"]["layer"] = layer
    return traces


def _cloud(run: int) -> Trace:
    """Single neurons at the cursor: small faint dots."""
    return scatter(
        x=[], y=[], mode="markers", name="single neurons", hoverinfo="skip", opacity=0.45,
        marker={"symbol": "circle", "size": 5, "color": NETWORK},
        line={"color": NETWORK}, meta={"run": run, "x": "R_single", "y": "a_single", "role": "cloud"},
    )  # fmt: skip


def _on_plane(run: int, name: str, line: dict[str, Any], end: str = "") -> Trace:
    hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    meta = curve_meta(run, f"R{end}", f"a{end}")
    return scatter(x=[], y=[], mode="lines", line=line, name=name, hovertemplate=hover, meta=meta)
