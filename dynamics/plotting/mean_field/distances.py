"""Distances of networks to exact flow and mean field, over the dimension and over the width."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dynamics.plotting.mean_field.styles import DOTS, EXACT, NETWORK
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import POWER_TICKS, scatter, with_ranges
from dynamics.simulation import NetworkDistances
from dynamics.typing import FloatArray


def ladder(sizes: Sequence[tuple[int, int, int]], axis_index: int) -> list[tuple[int, int, int]]:
    """Return the sizes over d (axis_index 1) at the largest m, or over m (axis_index 0) at the largest d."""
    fixed = 1 - axis_index
    largest = max(size[fixed] for size in sizes)
    return [size for size in sizes if size[fixed] == largest]


def distance_means(values: FloatArray) -> FloatArray:
    """Return the mean over the runs that have ended, shape (places,); nan where there is none."""
    finite = np.isfinite(values)
    return np.where(finite.any(axis=1), np.nansum(values, axis=1) / np.maximum(finite.sum(axis=1), 1), np.nan)


def distance_axes(sizes: Sequence[tuple[int, int, int]], data: Sequence[Trace] = ()) -> Figure:
    """Return the axes of distances over d (above) and over m (below), with what is in them."""
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
    return with_ranges(data, layout)


def distances(network_distances: NetworkDistances) -> Figure:
    """Return distances of networks, each run and their mean, over d and over m; beside them the exact flow's own."""
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
                x=np.broadcast_to(x[:, None], each.shape)[finite], y=each[finite], mode="markers",
                name="each run", marker={"color": NETWORK, "size": 4, "opacity": 0.4}, hoverinfo="skip", **on,
            )
        )  # fmt: skip
        data.append(
            scatter(
                x=x, y=mean, mode="lines+markers", name="mean of the runs",
                marker={"color": NETWORK, "size": 9}, line={"color": NETWORK, "width": 1.2, "dash": DOTS},
                hovertemplate="%{x}: %{y:.4g}<extra></extra>", **on,
            )
        )  # fmt: skip
        if axis_index == 0:
            data.append(
                scatter(
                    x=x, y=network_distances.between[index], mode="lines+markers", name="exact flow",
                    marker={"color": LIGHT["muted"], "size": 8, "symbol": "diamond-open"}, line=EXACT,
                    hovertemplate="exact flow, m = %{x}: %{y:.4g}<extra></extra>", **on,
                )
            )  # fmt: skip
    return distance_axes(sizes, data)
