"""The (u, v) plane of a linear network: its neurons on their hyperbolas."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.solution import LinearSolution
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import PLAIN, scatter
from dynamics.typing import FloatArray

CURVE_POINTS = 60  # points of a hyperbola


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


def _edges(values: FloatArray) -> list[float]:
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
        x=u, y=v, mode="lines", line={"color": LIGHT["fibre"], "width": 1}, name="hyperbolas",
        hoverinfo="skip",
    )  # fmt: skip
