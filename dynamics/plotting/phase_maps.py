"""A phase map as a figure: cells, the boundaries between fates, the names of the fates, the bar of the colors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamics.planar.limits.limits import Fate
from dynamics.planar.maps.axes import Axis
from dynamics.planar.maps.phase_map import PhaseMap
from dynamics.plotting.color_scales import COLOR_SCALE, color_bar, color_range, step_scale
from dynamics.plotting.label_placement import roomiest_cell, run_length
from dynamics.plotting.number_text import subscript
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import FATES, LIGHT
from dynamics.plotting.subplots import scatter
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_text

NAME_HEIGHT = 0.25  # of a name, over its length
PALE = 0.55  # opacity of the colors of fates, which have their names on them
TICKS_OF_POWERS = 6  # on the bar of colors, at most about

_NAMES = {
    "c": ("c", "activation coefficient"),
    "c_star": ("c*", "target coefficient"),
    "a0": ("ā", "initial second layer"),
    "eps": ("ε", "ratio of time scales"),
    "R0": ("R₀", "initial alignment"),
}


@dataclass(frozen=True)
class MapColors:
    """What the colors of a map mean: the legend of their bar, and whether they follow the logarithm."""

    legend: str
    log: bool = False


COLORS = {
    "time": MapColors("time to the fate, τ", log=True),
    "lost": MapColors("alignment lost"),
    "R_inf": MapColors("R as τ → ∞"),
    "R": MapColors("R at τ"),
}
"""By the field of ``PhaseMap``; "fate" has names instead."""


def axis_symbol(name: str, k: int = 0) -> str:
    """Return the symbol of the parameter on an axis: "c*₃" for ("c_star", 3)."""
    symbol, _ = _NAMES[name]
    return f"{symbol}{subscript(k)}" if k else symbol


def axis_title(name: str, k: int = 0) -> str:
    """Return the name of the parameter on an axis."""
    _, title = _NAMES[name]
    return f"{title} of He{subscript(k)}" if k else title


def phase_map(map_: PhaseMap, quantity: str = "fate", legend: str = "", cells: bool = True) -> Figure:
    """Return a phase map as a figure.

    Parameters
    ----------
    map_ : PhaseMap
        The map; its boundaries are drawn if they were requested.
    quantity : {"fate", "R_inf", "time", "lost", "R"}, default "fate"
        What the colors show. It has to be among the requested quantities.
    legend : str, optional
        Legend of the colors; by default what the quantity is called.
    cells : bool, default True
        Whether the cells are part of the figure. The app draws them itself.

    Returns
    -------
    dict
        A figure of plotly's schema, for ``to_plotly``.

    Raises
    ------
    ValueError
        If the quantity is unknown, or not among those that were computed, or the legend is no text.

    Examples
    --------
    >>> from dynamics import phase_map as computed
    >>> from dynamics.plotting import phase_map
    >>> found = computed((1, 1), (1, -1), x=("c_star", 2, -1, 1), y=("a0", 0.1, 5), n=(3, 4))
    >>> [trace["name"] for trace in phase_map(found)["data"]]
    ['fate', 'names']
    """
    values, legend = values_of(map_, quantity), check_text("legend", legend)
    data = [_cells(map_, quantity, values)] if cells else []
    data += [*boundaries(map_), names(map_)]
    if values is not None:
        data.append(legend_bar(values, quantity, legend))
    layout = {
        "xaxis": _axis(map_.x_axis),
        "yaxis": _axis(map_.y_axis),
        "margin": {"l": 64, "r": 84 if values is not None else 24, "t": 32, "b": 56},
        "hovermode": "closest" if cells else False,
        "dragmode": "zoom",
    }
    return {"data": data, "layout": layout}


def values_of(map_: PhaseMap, quantity: str) -> FloatArray | None:
    """Return the values (ny, nx) that the colors show; None for the fates.

    Parameters
    ----------
    map_ : PhaseMap
        The map.
    quantity : {"fate", "R_inf", "time", "lost", "R"}
        What the colors show.

    Returns
    -------
    array (ny, nx) or None
        The values.

    Raises
    ------
    ValueError
        If the quantity is unknown, or not among those that were computed.
    """
    if check_choice("quantity", quantity, ("fate", *COLORS)) == "fate":
        return None
    values: FloatArray | None = getattr(map_, quantity)
    if values is None:
        raise ValueError(f'quantity "{quantity}" is not in this map: request it with quantities=("{quantity}",)')
    return values


def boundaries(map_: PhaseMap) -> list[Trace]:
    """Return the curves between fates, as one line."""
    if not map_.boundary:
        return []
    x, y = (np.concatenate([np.append(getattr(curve, name), np.nan) for curve in map_.boundary]) for name in "xy")
    line = {"color": LIGHT["ink"], "width": 1.6}
    return [scatter(x=x, y=y, mode="lines", line=line, name="boundaries", hoverinfo="skip")]


def names(map_: PhaseMap) -> Trace:
    """Return each fate's symbol and name at the roomiest place of its region.

    What draws it, and has the size in pixels, may omit names that do not fit: `rooms` are the width and height there,
    as fractions of the map's.
    """
    labels = []
    for fate in sorted(Fate):
        inside = map_.fate == fate
        if inside.any():
            i, j, _ = roomiest_cell(inside, NAME_HEIGHT)
            rooms = [run_length(inside[j], i) / map_.x.size, run_length(inside[:, i], j) / map_.y.size]
            labels.append((FATES[fate], float(map_.x[i]), float(map_.y[j]), rooms))
    return {
        "type": "scatter",
        "x": [x for _, x, _, _ in labels],
        "y": [y for _, _, y, _ in labels],
        "text": [f"{style.glyph} {style.word}" for style, _, _, _ in labels],
        "textfont": {"color": LIGHT["ink"], "size": 14},
        "mode": "text",
        "name": "names",
        "hoverinfo": "skip",
        "meta": {"role": "regions", "rooms": [rooms for _, _, _, rooms in labels]},
    }


def legend_bar(values: FloatArray, quantity: str, legend: str = "") -> Trace:
    """Return the bar of the colors; of a logarithm with ticks at powers of ten."""
    colors = COLORS[quantity]
    _, low, high = color_range(values, colors.log)
    bar: dict[str, Any] = {"title": {"text": legend or colors.legend, "side": "right"}}
    if colors.log:
        decades = list(range(int(np.ceil(low)), int(np.floor(high)) + 1))
        every = max(1, len(decades) // TICKS_OF_POWERS)
        bar |= {"tickvals": decades[::every], "ticktext": [f"10<sup>{d}</sup>" for d in decades[::every]]}
    return color_bar(low, high, bar)


def _cells(map_: PhaseMap, quantity: str, values: FloatArray | None) -> Trace:
    """The cells as a heatmap."""
    grid = {"type": "heatmap", "x": map_.x, "y": map_.y, "name": quantity, "showscale": False}
    if values is None:
        fates, count = [FATES[fate] for fate in sorted(Fate)], len(Fate)
        scale = step_scale([style.color for style in fates])
        words = np.array([style.word for style in fates])[map_.fate]
        hover = "%{x:.4g}, %{y:.4g}: %{customdata}<extra></extra>"
        limits = {"zmin": -0.5, "zmax": count - 0.5, "colorscale": scale, "opacity": PALE}
        return {**grid, **limits, "z": map_.fate, "customdata": words, "hovertemplate": hover}
    measured, low, high = color_range(values, COLORS[quantity].log)
    hover = "%{x:.4g}, %{y:.4g}: %{customdata:.4g}<extra></extra>"
    limits = {"zmin": low, "zmax": high, "colorscale": COLOR_SCALE}
    return {**grid, **limits, "z": measured, "customdata": values, "hovertemplate": hover}


def _axis(axis: Axis) -> dict[str, Any]:
    log = axis.name == "eps"
    edges = [axis.low, axis.high]
    return {
        "type": "log" if log else "linear",
        "range": np.log10(edges).tolist() if log else edges,
        "title": {"text": f"{axis_symbol(axis.name, axis.k)}, {axis_title(axis.name, axis.k)}"},
        "showgrid": False,
        "exponentformat": "power",
    }
