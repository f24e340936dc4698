"""Figures of the Time-scales view: the cloud of neurons in the (s, a) plane, the panels over time, the sweep over
epsilon.

They are pure functions from results to plain figures of plotly's schema. The `meta` of a trace of a trajectory contains
its columns; the client fills the trace from the stream.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from components.core.view import column
from components.views.time_scales.columns import LOG_START
from components.views.time_scales.networks import distance_means, ladder
from components.views.time_scales.panels import PANELS, TITLES
from dynamics import EpsSweep, MeanFieldModel, NetworkDistances
from dynamics.plotting.number_text import format_number, subscript
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import DEGREES, LIGHT
from dynamics.plotting.subplots import (
    PLAIN,
    POWER_TICKS,
    TICKS,
    axis_name,
    axis_of,
    band_trace,
    curve_meta,
    scatter,
    stacked_axes,
    time_trace,
)

RISK_FLOOR = 1e-6  # of the initial risk: lower end of logarithmic axes
LABEL_POSITIONS = ("end", "middle", "start")  # of plateaus, in turn: their labels do not overlap on a logarithmic axis
NETWORK, DOTS = LIGHT["network"], "2px,3px"
MARKS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x")


def neuron(a0: float) -> dict[str, Any]:
    """Return the line of a neuron, by the sign of its a_i(0)."""
    return {"color": LIGHT["positive" if a0 >= 0 else "negative"], "width": 1.4, "dash": "solid" if a0 >= 0 else "dash"}


# --- the cloud ---


def cloud(a0: np.ndarray, neurons: Sequence[int], planar: bool, run: int = 0) -> Figure:
    """Return the (s, a) plane with a mark at each neuron's start and, from the client, at its end."""
    colors = [neuron(float(a0[i]))["color"] for i in neurons]
    symbols = ["circle" if a0[i] >= 0 else "square" for i in neurons]
    marks = scatter(
        x=[0.0] * len(neurons),
        y=[float(a0[i]) for i in neurons],
        mode="markers",
        marker={
            "symbol": ["circle-open"] * len(neurons) + symbols,
            "size": [6] * len(neurons) + [9] * len(neurons),
            "opacity": 1,
            "color": colors * 2,
            "line": {"color": LIGHT["paper"], "width": 1},
        },
        hoverinfo="skip",
        name="neurons",
        cliponaxis=False,
        meta={"role": "marks", "ends": [{"run": run, "x": f"s{i}", "y": f"a{i}"} for i in neurons]},
    )
    axis = {**PLAIN, "showgrid": False, "zeroline": True, "zerolinecolor": LIGHT["grid"], "zerolinewidth": 1}
    layout = {
        "xaxis": {**axis, "title": {"text": "alignment  s"}},
        "yaxis": {**axis, "title": {"text": "second layer  a"}},
        "margin": {"l": 60, "r": 22, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": "zoom",
        "meta": {
            "extent": {
                f"{axis}axis": [*(f"{name}{i}" for i in neurons), *([name] if planar else [])]
                for axis, name in (("x", "s"), ("y", "a"))
            }
        },
    }
    return {"data": [marks], "layout": layout}


# --- the panels ---


def tops(model: MeanFieldModel, a0: np.ndarray) -> tuple[float, float, float]:
    """Return the upper ends of the axes of risk, terms and residuals: the risk never rises, so its initial value bounds
    every term.
    """
    phi, sigma = model.coefficients
    start = phi.copy()
    start[0] -= sigma[0] * float(np.mean(a0))
    outset = 0.5 * float(start @ start)
    term = max(0.5 * float(np.max(np.square([phi, start]))), 1e-12)
    return 1.2 * max(outset, float(model.plateaus(a0)[0]), 1e-12), 1.06 * term, 1.06 * math.sqrt(2 * term)


def panels(model: MeanFieldModel, a0: np.ndarray, neurons: Sequence[int], t_end: float, panel: str) -> Figure:
    """Return the rows of a panel over one time axis, without lines.

    Plateaus of the canonical order are level lines in the risk, predicted learning times vertical lines through all
    rows.
    """
    risk, term, _ = tops(model, a0)
    layout = stacked_axes(
        [TITLES[row] for row in PANELS[panel].rows], ("t", "t"), top=26
    )  # room for the names of predicted times
    layout["shapes"] = [*predicted(model, a0, LOG_START * min(model.eps, t_end), t_end)]
    for number, row in enumerate(PANELS[panel].rows):
        axis = axis_name(number)
        if row == "risk":
            layout[axis]["range"] = [0.0, risk]
            layout["shapes"] += plateaus(model, a0, axis_of(number))
        elif row == "terms":
            layout[axis]["range"] = [0.0, term]
        else:
            layout["meta"]["extent"][axis] = [f"{row}{i}" for i in neurons]
    return {"data": [], "layout": layout}


def plateaus(model: MeanFieldModel, a0: np.ndarray, axis: str) -> list[dict[str, Any]]:
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


def predicted(model: MeanFieldModel, a0: np.ndarray, t_start: float, t_end: float) -> list[dict[str, Any]]:
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
            "line": {"color": DEGREES[k][0], "width": 1, "dash": "dash"},
            "label": {
                "text": f"t{subscript(k)}",
                "textposition": "end",
                "textangle": 0,
                "yanchor": "bottom",
                "font": {"size": 12, "color": DEGREES[k][0]},
            },
        }
        for k, time in enumerate(model.predicted_times(a0))
        if math.isfinite(time) and t_start < time < t_end
    ]


def display(model: MeanFieldModel, a0: np.ndarray, panel: str) -> dict[str, Any]:
    """Return what the display parameters change in the panels."""
    risk, term, residual = tops(model, a0)
    linear = {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}}
    if "risk" not in PANELS[panel].rows:
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


def run_traces(model: MeanFieldModel, a0: np.ndarray, neurons: Sequence[int], panel: str) -> dict[str, list[Trace]]:
    """Return the lines of the mean-field run in each figure, still empty."""
    in_cloud = [
        scatter(
            x=[], y=[], mode="lines", line=neuron(float(a0[i])), name=f"neuron {i + 1}",
            meta=curve_meta(0, f"s{i}", f"a{i}"),
            hovertemplate=f"neuron {i + 1}<br>s = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>",
        )
        for i in neurons
    ]  # fmt: skip
    lines: list[Trace] = []
    for number, row in enumerate(PANELS[panel].rows):
        if row == "risk":
            lines.append(
                time_trace(0, "t", "risk", "risk", {"color": LIGHT["ink"], "width": 2, "dash": "solid"}, number)
            )
        elif row == "terms":
            for k in range(model.degrees + 1):
                color, dash = DEGREES[k]
                line = {"color": color, "width": 1.8, "dash": dash}
                lines.append(time_trace(0, "t", f"h{k}", f"degree {k}", line, number))
        else:
            for i in neurons:
                line = {**neuron(float(a0[i])), "width": 1.2}
                lines.append(time_trace(0, "t", f"{row}{i}", f"neuron {i + 1}", line, number))
    return {"cloud": in_cloud, "panels": lines}


def comparison_traces(run: int, name: str, panel: str, line: dict[str, Any], neuron: bool) -> dict[str, list[Trace]]:
    """Return the lines of another solution for comparison: its risk and, if it has one neuron, that neuron."""
    rows = ("risk", "a", "s") if neuron else ("risk",)
    lines = [
        time_trace(run, "t", row, name, line, number) for number, row in enumerate(PANELS[panel].rows) if row in rows
    ]
    hover = f"{name}<br>s = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    curve = scatter(x=[], y=[], mode="lines", line=line, name=name, meta=curve_meta(run, "s", "a"), hovertemplate=hover)
    return {"cloud": [curve] if neuron else [], "panels": lines}


def network_traces(
    run: int, model: MeanFieldModel, a0: np.ndarray, neurons: Sequence[int], panel: str
) -> dict[str, list[Trace]]:
    """Return the lines of the networks: the band of their risks and its mean, the means of the degrees; the first one's
    neurons, in the cloud too."""
    lines: list[Trace] = []
    thin = {"color": NETWORK, "width": 1, "dash": DOTS}
    for number, row in enumerate(PANELS[panel].rows):
        if row == "risk":
            line = {"color": NETWORK, "width": 2, "dash": DOTS}
            lines.append(band_trace(run, "t", ("low", "high"), "networks, least to largest", NETWORK, number))
            lines.append(time_trace(run, "t", "risk", "networks, mean", line, number))
        elif row == "terms":
            for k in range(model.degrees + 1):
                line = {"color": DEGREES[k][0], "width": 2, "dash": DOTS}
                lines.append(time_trace(run, "t", f"h{k}", f"networks, degree {k}", line, number))
        else:
            lines += [time_trace(run, "t", f"{row}{i}", f"network, neuron {i + 1}", thin, number) for i in neurons]
    in_cloud = [
        scatter(
            x=[], y=[], mode="lines", line=thin, name=f"network, neuron {i + 1}",
            meta=curve_meta(run, f"s{i}", f"a{i}"),
            hoverinfo="skip",
        )
        for i in neurons
    ]  # fmt: skip
    return {"cloud": in_cloud, "panels": lines}


# --- the sweep ---


def sweep(eps_sweep: EpsSweep) -> Figure:
    """Return the learning time of each degree over epsilon: medians over the starts as points, every start as a faint
    one, the fitted power law as a line."""
    data: list[Trace] = []
    for k in learnable_degrees(eps_sweep):
        color, dash = DEGREES[k]
        times = eps_sweep.times[:, :, k]
        finite = np.isfinite(times)
        eps = np.broadcast_to(eps_sweep.eps[:, None], times.shape)
        data.append(
            scatter(
                x=column(eps[finite]), y=column(times[finite]), mode="markers", name=f"degree {k}, each start",
                marker={"color": color, "size": 4, "opacity": 0.35, "symbol": MARKS[k]}, hoverinfo="skip",
            )
        )  # fmt: skip
        data.append(
            scatter(
                x=column(eps_sweep.eps), y=column(eps_sweep.medians[:, k]), mode="markers", name=f"degree {k}, median",
                marker={"color": color, "size": 9, "symbol": MARKS[k]},
                hovertemplate=f"degree {k}<br>ε = %{{x:.3g}}<br>t = %{{y:.4g}}<extra></extra>",
            )
        )  # fmt: skip
        fit = eps_sweep.fit(k)
        if math.isfinite(fit.slope):
            data.append(
                scatter(
                    x=column(eps_sweep.eps), y=column(fit.constant * eps_sweep.eps**fit.slope), mode="lines",
                    line={"color": color, "width": 1.2, "dash": dash}, name=f"degree {k}, fit", hoverinfo="skip",
                )
            )  # fmt: skip
    return {**sweep_axes(eps_sweep.eps), "data": data}


def sweep_axes(eps: np.ndarray) -> Figure:
    """Return the axes of the sweep over epsilon, a little wider than it, before there is anything in them."""
    axis = {"type": "log", "exponentformat": "power", "tickfont": {"size": POWER_TICKS}, "ticklabeloverflow": "allow"}
    low, high = float(np.log10(eps[0])), float(np.log10(eps[-1]))
    layout = {
        "xaxis": {**axis, "title": {"text": "ε"}, "range": [low - 0.1, high + 0.1], "fixedrange": True},
        "yaxis": {**axis, "title": {"text": "learning time"}, "fixedrange": True},
        "margin": {"l": 70, "r": 30, "t": 26, "b": 48},
        "hovermode": "closest",
        "dragmode": False,
    }
    return {"data": [], "layout": layout}


def learnable_degrees(eps_sweep: EpsSweep) -> list[int]:
    """Return the degrees of the target that can be learned."""
    phi = eps_sweep.model.coefficients[0]
    return [k for k in range(len(phi)) if phi[k] != 0 and eps_sweep.learnable[k]]


# --- the distances of networks ---


def distance_axes(sizes: Sequence[tuple[int, int, int]]) -> Figure:
    """Return the axes of distances over d (above) and over m (below), before there is anything in them."""
    axis = {"type": "log", "exponentformat": "power", "tickfont": {"size": POWER_TICKS}, "fixedrange": True}
    layout: dict[str, Any] = {
        "margin": {"l": 70, "r": 30, "t": 26, "b": 48},
        "hovermode": "closest",
        "dragmode": False,
    }
    for suffix, title, axis_index, domain in (("", "dimension  d", 1, [0.6, 1.0]), ("2", "neurons  m", 0, [0.0, 0.4])):
        values = np.log10([size[axis_index] for size in ladder(sizes, axis_index)])
        layout[f"xaxis{suffix}"] = {
            **axis, "title": {"text": title}, "anchor": f"y{suffix}",
            "range": [float(values.min()) - 0.1, float(values.max()) + 0.1],
            "tickvals": sorted({size[axis_index] for size in ladder(sizes, axis_index)}),
        }  # fmt: skip
        layout[f"yaxis{suffix}"] = {
            **axis, "title": {"text": ("to the exact flow", "to the mean field")[axis_index == 0]},
            "anchor": f"x{suffix}",
            "domain": domain, "dtick": "D2",
        }  # fmt: skip
    return {"data": [], "layout": layout}


def distances(network_distances: NetworkDistances) -> Figure:
    """Distances of networks, each run and their mean, over d and over m; beside them the exact flow's own."""
    sizes = [(size.m, size.d, size.batch) for size in network_distances.places]
    data: list[Trace] = []
    for suffix, axis_index, values in (("", 1, network_distances.to_exact), ("2", 0, network_distances.to_mean_field)):
        index = [sizes.index(size) for size in sorted(ladder(sizes, axis_index))]
        x = np.array([sizes[j][axis_index] for j in index], dtype=float)
        on = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        each, mean = values[index], distance_means(values[index])
        finite = np.isfinite(each)
        data.append(
            scatter(
                x=column(np.broadcast_to(x[:, None], each.shape)[finite]), y=column(each[finite]), mode="markers",
                name="each run", marker={"color": NETWORK, "size": 4, "opacity": 0.4}, hoverinfo="skip", **on,
            )
        )  # fmt: skip
        data.append(
            scatter(
                x=column(x), y=column(mean), mode="lines+markers", name="mean of the runs",
                marker={"color": NETWORK, "size": 9}, line={"color": NETWORK, "width": 1.2, "dash": DOTS},
                hovertemplate="%{x}: %{y:.4g}<extra></extra>", **on,
            )
        )  # fmt: skip
        if axis_index == 0:
            data.append(
                scatter(
                    x=column(x), y=column(network_distances.between[index]), mode="lines+markers", name="exact flow",
                    marker={"color": LIGHT["muted"], "size": 8, "symbol": "diamond-open"},
                    line={"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"},
                    hovertemplate="exact flow, m = %{x}: %{y:.4g}<extra></extra>", **on,
                )
            )  # fmt: skip
    return {**distance_axes(sizes), "data": data}
