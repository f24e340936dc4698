"""The sweep over epsilon: the learning time of each degree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dynamics.mean_field import EpsSweep
from dynamics.plotting.mean_field.styles import degree_style
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.subplots import POWER_TICKS, scatter, with_ranges
from dynamics.typing import FloatArray

MARKS = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross", "x")


def sweep(eps_sweep: EpsSweep) -> Figure:
    """Return the learning time of each degree over epsilon: medians over the starts as points, every start as a faint
    one, the fitted power law as a line."""
    data: list[Trace] = []
    for k in learnable_degrees(eps_sweep):
        color, dash = degree_style(k)
        times = eps_sweep.times[:, :, k]
        finite = np.isfinite(times)
        eps = np.broadcast_to(eps_sweep.eps[:, None], times.shape)
        data.append(
            scatter(
                x=eps[finite], y=times[finite], mode="markers", name=f"degree {k}, each start",
                marker={"color": color, "size": 4, "opacity": 0.35, "symbol": MARKS[k % len(MARKS)]}, hoverinfo="skip",
            )
        )  # fmt: skip
        data.append(
            scatter(
                x=eps_sweep.eps, y=eps_sweep.medians[:, k], mode="markers", name=f"degree {k}, median",
                marker={"color": color, "size": 9, "symbol": MARKS[k % len(MARKS)]},
                hovertemplate=f"degree {k}<br>ε = %{{x:.3g}}<br>t = %{{y:.4g}}<extra></extra>",
            )
        )  # fmt: skip
        fit = eps_sweep.fit(k)
        if math.isfinite(fit.slope):
            data.append(
                scatter(
                    x=eps_sweep.eps, y=fit.constant * eps_sweep.eps**fit.slope, mode="lines",
                    line={"color": color, "width": 1.2, "dash": dash}, name=f"degree {k}, fit", hoverinfo="skip",
                )
            )  # fmt: skip
    return sweep_axes(eps_sweep.eps, data)


def sweep_axes(eps: FloatArray, data: Sequence[Trace] = ()) -> Figure:
    """Return the axes of the sweep over epsilon, a little wider than it, with what is in them."""
    axis = {"type": "log", "exponentformat": "power", "tickfont": {"size": POWER_TICKS}, "ticklabeloverflow": "allow"}
    low, high = float(np.log10(eps[0])), float(np.log10(eps[-1]))
    layout = {
        "xaxis": {**axis, "title": {"text": "ε"}, "range": [low - 0.1, high + 0.1], "fixedrange": True},
        "yaxis": {**axis, "title": {"text": "learning time"}, "fixedrange": True},
        "margin": {"l": 70, "r": 30, "t": 26, "b": 48},
        "hovermode": "closest",
        "dragmode": False,
    }
    return with_ranges(data, layout)


def learnable_degrees(eps_sweep: EpsSweep) -> list[int]:
    """Return the degrees of the target that can be learned."""
    phi = eps_sweep.model.coefficients[0]
    return [k for k in range(len(phi)) if phi[k] != 0 and eps_sweep.learnable[k]]
