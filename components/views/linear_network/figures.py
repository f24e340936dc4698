"""Figures of the Linear network view: the (u, v) plane with all neurons on their hyperbolas, panels over time, the
phase diagram, the scaling with width, and the activations.

They are pure functions from results to plain figures of plotly's schema. The `meta` of a trace of a trajectory contains
its columns; the client fills the trace from the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, log10, sqrt
from typing import Any

import numpy as np

from components.core.view import column, integers, table
from components.ui.heatmap_encoding import quantize
from components.views.linear_network.experiments import ACTIVATIONS
from components.views.linear_network.panels import MAP_QUANTITIES
from components.views.linear_network.state import AXES, LinearNetworkState
from dynamics import Fate, LinearNetwork, LinearSolution, MeasuredExponents, PhaseDiagram
from dynamics.linear_network import BORDERS
from dynamics.plotting.color_scales import CIVIDIS, color_bar
from dynamics.plotting.number_text import format_number
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import FATES, LIGHT
from dynamics.plotting.subplots import (
    PLAIN,
    POWER_TICKS,
    axis_name,
    axis_of,
    band_trace,
    curve_meta,
    scatter,
    stacked_axes,
    time_trace,
)

LOSS_FLOOR = 1e-8  # of the largest loss: lower end of its logarithmic axis
POINTS = LIGHT["network"]
CURVE_POINTS = 60  # points of a hyperbola
ROWS = (
    ("f", "f", (("f", "output f", "solid"),)),
    ("loss", "loss", (("loss", "loss", "solid"),)),
    ("zeta", "ζ in °", (("zeta", "angle ζ", "solid"),)),
    ("kernel", "kernel ratio", (("kernel", "kernel over that at the start", "solid"),)),
    ("norms", "norms", (("un", "|u|", "solid"), ("vn", "|v|", "7px,3px"))),
)
COLORS = {"un": LIGHT["positive"], "vn": LIGHT["negative"]}
# Mechanisms have the colors of their effect on the alignment.
STYLES = {
    "alignment": FATES[Fate.FULL_ALIGNMENT],
    "disalignment": FATES[Fate.UNLEARNING],
    "rescaling": FATES[Fate.PARTIAL_ALIGNMENT],
    "kernel": FATES[Fate.NO_ALIGNMENT],
}
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
# Cells of the map: the change of the kernel.
CELLS = (
    ("kernel", "kernel phase: it ends within 5 % of its initial value"),
    ("alignment", "feature learning: the kernel grows"),
    ("disalignment", "feature learning: the kernel shrinks"),
    ("rescaling", "undefined: nothing moves, or a kernel of 0"),
)
BOUNDARY = "#fefefe"  # on the colors of the map, which are the same in both themes


# --- the plane ---


def neuron(network: LinearNetwork, i: int) -> dict[str, Any]:
    """Return the line of a neuron: on a branch that crosses the v axis, or one that crosses the u axis."""
    upright = bool(network.p[i] * network.q[i] >= 0)
    return {
        "color": LIGHT["positive" if upright else "negative"],
        "width": 1.6,
        "dash": "solid" if upright else "dash",
    }


def plane(network: LinearNetwork, run: LinearSolution, neurons: Sequence[int], hyperbolas: bool) -> Figure:
    """Return the (u, v) plane: asymptotes, hyperbolas, and from the client a mark at each neuron's start and end."""
    u, v = run.u(neurons), run.v(neurons)
    edges = [_edges(u), _edges(v)]
    data = [asymptotes(network, edges)]
    if hyperbolas:
        data.append(branches(network, neurons, edges))
    colors = [neuron(network, i)["color"] for i in neurons]
    symbols = ["circle" if network.p[i] * network.q[i] >= 0 else "square" for i in neurons]
    data.append(
        scatter(
            x=u[0].tolist(), y=v[0].tolist(), mode="markers", hoverinfo="skip", name="neurons", cliponaxis=False,
            marker={
                "symbol": ["circle-open"] * len(neurons) + symbols, "size": [6] * len(neurons) + [9] * len(neurons),
                "opacity": 1, "color": colors * 2, "line": {"color": LIGHT["paper"], "width": 1},
            },
            meta={"role": "marks", "ends": [{"run": 0, "x": f"u{i}", "y": f"v{i}"} for i in neurons]},
        )
    )  # fmt: skip
    axis = {**PLAIN, "showgrid": False, "zeroline": True, "zerolinecolor": LIGHT["grid"], "zerolinewidth": 1}
    layout = {
        "xaxis": {**axis, "title": {"text": "uᵢ"}, "range": edges[0]},
        "yaxis": {**axis, "title": {"text": "vᵢ = ⟨wᵢ, x⟩ / |x|"}, "range": edges[1]},
        "margin": {"l": 64, "r": 22, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": "zoom",
    }
    return {"data": data, "layout": layout}


def _edges(values: np.ndarray) -> list[float]:
    low, high = float(values.min()), float(values.max())
    margin = 0.08 * (high - low) or 0.1 * max(abs(high), 1e-12)
    return [low - margin, high + margin]


def asymptotes(network: LinearNetwork, edges: Sequence[Sequence[float]]) -> Trace:
    """Return the lines v / sqrt(eta_w) = +-u / sqrt(eta_u): to the first neurons of an aligning network tend, y > 0."""
    slope = sqrt(network.eta_w / network.eta_u)
    extent = max(map(abs, edges[0]))
    x = [-extent, extent, None, -extent, extent]
    y = [-slope * extent, slope * extent, None, slope * extent, -slope * extent]
    line = {"color": LIGHT["manifold"], "width": 1.6, "dash": "6px,3px"}
    return scatter(x=x, y=y, mode="lines", line=line, name="asymptotes", hoverinfo="skip")


def branches(network: LinearNetwork, neurons: Sequence[int], edges: Sequence[Sequence[float]]) -> Trace:
    """Return the branch of its hyperbola on which each neuron stays, as far as the window goes, as one line."""
    p, q = network.p[neurons], network.q[neurons]
    extent = 2.0 * max(max(map(abs, edges[0])) / sqrt(network.eta_u), max(map(abs, edges[1])) / sqrt(network.eta_w))
    with np.errstate(divide="ignore"):
        high = np.log(extent) - np.log(np.maximum(abs(p), 1e-300))
        low = np.log(np.maximum(abs(q), 1e-300)) - np.log(extent)
    theta = low + (high - low) * np.linspace(0.0, 1.0, CURVE_POINTS)[:, None]
    theta = np.clip(theta, -300.0, 300.0)
    grown, shrunk = p * np.exp(theta), q * np.exp(-theta)
    u, v = (
        np.vstack([0.5 * sqrt(rate) * (grown + sign * shrunk), np.full(len(neurons), np.nan)]).T.ravel()
        for rate, sign in ((network.eta_u, -1.0), (network.eta_w, 1.0))
    )
    return scatter(
        x=column(u), y=column(v), mode="lines", line={"color": LIGHT["fibre"], "width": 1}, name="hyperbolas",
        hoverinfo="skip",
    )  # fmt: skip


# --- the panels over time ---


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


def display(run: LinearSolution, loss: bool = True) -> dict[str, Any]:
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


def activations(titles: Sequence[str]) -> Figure:
    """Two rows of angles over time, without their lines: the start that is chosen, and one of the other kind."""
    layout = stacked_axes(["ζ of u, φ(Wx) in °"] * 2, ("t", "t"), log=False)
    for number, title in enumerate(titles):
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
    # plotly draws the axes of a row only if it has a trace.
    lower = scatter(x=[None], y=[None], yaxis="y2", showlegend=False, hoverinfo="skip")
    return {"data": [lower], "layout": layout}


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


# --- the phase diagram ---


def values_of(state: LinearNetworkState, map_: PhaseDiagram) -> np.ndarray:
    """Return the displayed quantity of the map, (ny, nx)."""
    return MAP_QUANTITIES[state.shown].values(map_)


def cells(state: LinearNetworkState, map_: PhaseDiagram) -> dict[str, Any]:
    """Return the grid as the client colors it: what becomes of the kernel in each cell, and the quantity."""
    median = map_.median
    kind = np.select([np.isnan(median), median > BORDERS[1], median < BORDERS[0]], [3, 1, 2], 0).astype("u1")
    x, y = state.map_edges
    return {
        "n": [map_.x.size, map_.y.size],
        "x": x,
        "y": y,
        "fate": integers(kind.ravel()),
        "fates": [{"color": STYLES[name].color, "glyph": STYLES[name].glyph, "word": word} for name, word in CELLS],
        "strength": 1.0,
        "quantity": {**code(state, map_), "name": MAP_QUANTITIES[state.shown].legend, "scale": CIVIDIS},
    }


def code(state: LinearNetworkState, map_: PhaseDiagram) -> dict[str, Any]:
    """Return the displayed quantity in the encoding of its colors: kernel ratios by their logarithm."""
    return quantize(values_of(state, map_), MAP_QUANTITIES[state.shown].log)


def phase_map(state: LinearNetworkState, map_: PhaseDiagram) -> Figure:
    """Return the axes of the phase diagram, its boundary where the kernel ratio leaves 1 by 5 %, its color bar."""
    grid = code(state, map_)
    line = {"color": BOUNDARY, "width": 2}
    boundary = {
        "type": "contour", "x": column(map_.x), "y": column(map_.y), "z": table(map_.median), "showscale": False,
        "contours": {"coloring": "none", "start": BORDERS[0], "end": BORDERS[1], "size": BORDERS[1] - BORDERS[0]},
        "line": line, "name": "boundary", "hoverinfo": "skip",
    }  # fmt: skip
    low, high = grid["low"], grid["high"]
    colors: dict[str, Any] = {
        "title": {"text": MAP_QUANTITIES[state.shown].legend, "side": "right"},
        "exponentformat": "power",
    }
    if grid["log"]:
        ticks = np.linspace(low, high, 5).tolist()
        colors |= {"tickvals": ticks, "ticktext": [f"{10**tick:.2g}" for tick in ticks]}
    layout = {
        "xaxis": _map_axis(state.x, state.map_edges[0]),
        "yaxis": _map_axis(state.y, state.map_edges[1]),
        "margin": {"l": 70, "r": 90, "t": 14, "b": 52},
        "hovermode": False,
        "dragmode": False,
    }
    return {"data": [boundary, color_bar(low, high, colors)], "layout": layout}


def _map_axis(name: str, edges: tuple[float, float]) -> dict[str, Any]:
    log = AXES[name]["bounds"][0] > 0
    return {
        "type": "log" if log else "linear",
        "range": [log10(edge) for edge in edges] if log else list(edges),
        "title": {"text": f"{AXES[name]['symbol']}, {AXES[name]['title']}"},
        "showgrid": False,
        "fixedrange": True,
        "exponentformat": "power",
    }


# --- the scaling ---


def scaling(exponents: MeasuredExponents | None, width: bool) -> Figure:
    """Return how far the kernel moves (above) and the angle at both ends (below), over the large number."""
    axis = {"type": "log", "exponentformat": "power", "tickfont": {"size": POWER_TICKS}, "fixedrange": True}
    growing = "width  d = κ" if width else "scale  κ"
    layout: dict[str, Any] = {
        "xaxis": {**axis, "title": {"text": growing}, "anchor": "y2", "dtick": 1},
        "yaxis": {**axis, "title": {"text": "|kernel ratio − 1|"}, "domain": [0.54, 1.0], "anchor": "x"},
        "yaxis2": {**axis, "title": {"text": "|cos ζ|"}, "domain": [0.0, 0.46], "anchor": "x"},
        "margin": {"l": 74, "r": 24, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": False,
    }
    if exponents is None:
        return {"data": [], "layout": layout}
    scales, ratio = exponents.scales, abs(exponents.kernel_excess)
    for name, values in (("yaxis", ratio), ("yaxis2", abs(np.array([exponents.cos_start, exponents.cos_end])))):
        layout[name]["dtick"] = _ticks(values)
    data = [*_measured(scales, ratio, "y", POINTS, "circle", "measured")]
    exponent = exponents.phase.excess if exponents.phase.size > 0 else exponents.phase.ratio
    middle = np.median(ratio, axis=1)
    if middle[-1] > 0 and isfinite(middle[-1]):
        data.append(_power(scales, middle[-1], exponent, "y", {"color": LIGHT["ink"], "width": 1.4, "dash": "6px,3px"}))
    for values, color, symbol, name, power in (
        (abs(exponents.cos_start), LIGHT["negative"], "square-open", "start", exponents.phase.cos_start),
        (abs(exponents.cos_end), LIGHT["positive"], "circle", "end", exponents.phase.cos_end),
    ):
        data += _measured(scales, values, "y2", color, symbol, name)
        last = float(np.median(values[-1]))
        if last > 0 and isfinite(last):
            data.append(_power(scales, last, power, "y2", {"color": color, "width": 1.2, "dash": "6px,3px"}))
    return {"data": data, "layout": layout}


def _ticks(values: np.ndarray) -> Any:
    """Return how far apart the ticks of a logarithmic axis are: decades, several of them, or 2 and 5 within one."""
    positive = values[np.isfinite(values) & (values > 0)]
    decades = float(np.log10(positive.max() / positive.min())) if positive.size else 1.0
    return max(1, round(decades / 5)) if decades > 1.5 else "D2"


def _measured(scales: np.ndarray, values: np.ndarray, axis: str, color: str, symbol: str, name: str) -> list[Trace]:
    each = np.broadcast_to(scales[:, None], values.shape)
    positive = np.isfinite(values) & (values > 0)
    faint = {"color": color, "size": 4, "opacity": 0.35, "symbol": symbol}
    return [
        scatter(x=column(each[positive]), y=column(values[positive]), mode="markers", marker=faint, yaxis=axis,
                name=f"{name}, each start", hoverinfo="skip"),
        scatter(x=column(scales), y=column(np.median(values, axis=1)), mode="markers", yaxis=axis,
                name=f"{name}, median", marker={"color": color, "size": 9, "symbol": symbol},
                hovertemplate=f"{name}, κ = %{{x:.3g}}: %{{y:.4g}}<extra></extra>"),
    ]  # fmt: skip


def _power(scales: np.ndarray, last: float, exponent: float, axis: str, line: dict[str, Any]) -> Trace:
    return scatter(
        x=column(scales), y=column(last * (scales / scales[-1]) ** exponent), mode="lines", line=line, yaxis=axis,
        name=f"predicted power {format_number(exponent + 0.0, 3)}", hoverinfo="skip",
    )  # fmt: skip
