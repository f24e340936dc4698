"""Figures of experiments on images: quantities over the varied parameter or the R–a plane, and panels over training."""

from __future__ import annotations

import re
from math import acos, degrees, log10, sqrt
from typing import Any

from dynamics.images import Setting
from dynamics.plotting.images.experiments import ExperimentShape
from dynamics.plotting.number_text import format_number
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import DEGREES, LIGHT, steps
from dynamics.plotting.subplots import (
    TICKS,
    axis_name,
    axis_of,
    band_trace,
    curve_meta,
    empty_trace,
    scatter,
    stacked_axes,
    time_trace,
)

TITLES = {
    "accuracy": "accuracy",
    "train_accuracy": "training accuracy",
    "best": "best accuracy",
    "train": "training loss",
    "loss": "test loss",
    "norm": "norm",
    "moved": "distance",
    "kernel": "kernel ratio",
    "turned": "kernel distance",
    "R": "R",
    "a": "a",
}
PANEL_QUANTITIES = ("accuracy", "moved", "loss", "kernel")
LOGARITHMIC = ("norm", "moved", "kernel")
SMALL_FONT = 10  # pixels; nine numbers fit on a phone's axis
DASHED = "6px,3px"
MAX_ROWS_FULL_TICKS = 4  # more rows get fewer ticks
MIN_DEPTH_WITHOUT_NORM = 5  # layers; from here on the angles take the place of the norm
UNLEARNING_ROWS = ("R", "a", "loss", "turned")
SHORT = {"halves": "later half of the classes +1", "halves, reversed": "earlier half +1"}
ACCURACIES = ("accuracy", "best")
TRAINING = (LIGHT["muted"], DASHED)  # the training accuracy
MIN_TICK_DISTANCE = 0.07  # of an axis
BOTTOM, DEEP_BOTTOM = 104, 126  # pixels for names of lines under a figure; for four rows of them on a phone
MAX_DEPTH_SHORT_LEGEND = 4  # layers; more names do not fit in BOTTOM


def angle_title(k: int) -> str:
    """Return the axis title of the angle of layer k."""
    return f"ζ{'₀₁₂₃₄₅₆₇₈'[k]} in °"


def panel_rows(shape: ExperimentShape) -> list[tuple[str, str | None]]:
    """Return the rows over training: each a quantity, and the group it is of, or None for all."""
    if shape.experiment == "scale":
        angles = [(f"zeta{k}", None) for k in range(2, shape.depth + 1)]
        return [*angles, ("accuracy", None), *([("norm", None)] if shape.depth < MIN_DEPTH_WITHOUT_NORM else [])]
    if shape.experiment == "unlearning":
        return [(name, None) for name in UNLEARNING_ROWS]
    return [("shown", group) for group in shape.groups] or [("shown", "")]


def powers(name: str) -> dict[str, Any]:
    """Return a logarithmic axis with labels at the powers of ten; for a quantity within two of them also at 3 times
    these.
    """
    within = (1, 3) if name == "norm" else (1,)
    marks = [step * 10.0**power for power in range(-9, 10) for step in within]
    labels = [f"{mark:g}" if 1e-4 < mark < 1e5 else format_number(mark, 1) for mark in marks]
    return {"type": "log", "tickvals": marks, "ticktext": labels}


def superscripts(text: str) -> str:
    """Return a text with its powers in plotly's superscript markup."""
    return re.sub(r"\^(?:\(([^)]*)\)|(\w+))", lambda match: f"<sup>{match[1] or match[2]}</sup>", text)


def title(name: str) -> str:
    """Return the axis title of a quantity."""
    return angle_title(int(name.removeprefix("zeta"))) if name.startswith("zeta") else TITLES[name]


# --- over what is varied ---


def plane(shape: ExperimentShape) -> Figure:
    """Return the axes of the figure over the varied parameter; for unlearning those of the R–a plane."""
    if shape.experiment == "unlearning":
        layout = stacked_axes(["a, second layer"], ("R", "R"), log=False)
        layout["xaxis"]["title"]["text"] = "R, alignment with the task's direction"
        layout["hovermode"] = "closest"
        layout["meta"]["extent"] = {"xaxis": "R", "yaxis": "a"}
    else:
        names = shape.axes.quantities
        layout = stacked_axes([title(name) if name != "zeta" else "ζ in °" for name in names], ("value", ""), log=True)
        layout["xaxis"] |= {
            "title": {"text": shape.axes.name},
            "tickfont": {"size": SMALL_FONT},
            **_ticks(shape),
        }
        for number, name in enumerate(names):
            columns = [f"zeta{k}" for k in range(2, shape.depth + 1)] if name == "zeta" else [name]
            extent = [column + suffix for column in columns for suffix in ("", "_low", "_high")]
            _measure(layout, number, name, extent)
        if shape.experiment == "scale":
            layout["shapes"] = [_chance(shape, len(names) - 1)]
    if shape.experiment != "unlearning":
        short = shape.experiment == "scale" and shape.depth <= MAX_DEPTH_SHORT_LEGEND
        _named(layout, BOTTOM if short else DEEP_BOTTOM)
    count = 1 if shape.experiment == "unlearning" else len(shape.axes.quantities)
    return {"data": [empty_trace(row) for row in range(count)], "layout": layout}


def _chance(shape: ExperimentShape, row: int) -> dict[str, Any]:
    """Return a line at the angle of independently drawn weights."""
    at = degrees(acos(1.0 / sqrt(shape.width)))
    return {
        "type": "line", "layer": "below", "xref": "x domain", "x0": 0, "x1": 1, "yref": axis_of(row), "y0": at,
        "y1": at, "line": {"color": LIGHT["muted"], "width": 1, "dash": "dot"},
        "label": {"text": "chance", "textposition": "start", "yanchor": "top",
                  "font": {"size": 11, "color": LIGHT["muted"]}},
    }  # fmt: skip


def group_traces(shape: ExperimentShape, index: int, group: int) -> dict[str, list[Trace]]:
    """Return a group's lines over the varied parameter, still without data: means and bands."""
    if shape.experiment == "unlearning":
        return {"plane": [], "panels": []}
    traces: list[Trace] = []
    for row, name in enumerate(shape.axes.quantities):
        if name == "zeta":
            for k in range(2, shape.depth + 1):
                color, dash = DEGREES[(k - 2) % len(DEGREES)]
                traces += _over_value(index, f"zeta{k}", f"layer {k}", (color, dash), row, True)
        else:
            color, dash = (LIGHT["ink"], "solid") if shape.experiment == "scale" else DEGREES[group % len(DEGREES)]
            if name == "accuracy":
                traces += _over_value(index, "train_accuracy", "training", TRAINING, row, True)
                traces += _over_value(index, name, "test", (color, dash), row, True)
                continue
            label = title(name) if shape.experiment == "scale" else superscripts(shape.groups[group])
            traces += _over_value(index, name, label, (color, dash), row, shape.experiment != "scale" and row == 0)
    return {"plane": traces, "panels": []}


def _over_value(index: int, name: str, label: str, style: tuple[str, str], row: int, named: bool) -> list[Trace]:
    color, dash = style
    line = {"color": color, "width": 2.2, "dash": dash}
    marker = {"color": color, "size": 6}
    spread = band_trace(index, "value", (f"{name}_low", f"{name}_high"), f"{label}, seeds", color, row)
    mean = time_trace(index, "value", name, label, line, row, mode="lines+markers", marker=marker)
    return [{**spread, "showlegend": False}, {**mean, "showlegend": named}]


# --- over training ---


def panels(shape: ExperimentShape) -> tuple[Figure, dict[str, Any]]:
    """Return the rows over epochs, without lines, and what the display parameters change in them."""
    rows = panel_rows(shape)
    layout = stacked_axes([title(name) if name != "shown" else "" for name, _ in rows], ("epoch", "epoch"))
    epochs = max(2, shape.epochs)
    layout["xaxis"] |= {"title": {"text": "epochs of training"}, "range": [0.0, log10(epochs)]}
    for number, (name, group) in enumerate(rows):
        axis = layout[axis_name(number)]
        _measure(layout, number, name, [name, f"{name}_low", f"{name}_high"])
        if len(rows) > MAX_ROWS_FULL_TICKS:
            axis["nticks"] = 4
        if group:
            layout.setdefault("annotations", []).append(_label(group, number))
    _named(layout, BOTTOM)
    linear = {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS, "xaxis.range": [0.0, epochs]}
    display: dict[str, Any] = {"axis": {"linear": {"layout": linear}}}
    if any(name == "shown" for name, _ in rows):
        display["shown"] = {name: _choice(name, len(rows)) for name in PANEL_QUANTITIES}
    return {"data": [*map(empty_trace, range(len(rows))), *_dashed(shape)], "layout": layout}, display


def _choice(name: str, count: int) -> dict[str, Any]:
    """Return the changes of layout and columns for this quantity."""
    layout: dict[str, Any] = {}
    for number in range(count):
        layout[f"{axis_name(number)}.title.text"] = TITLES[name]
        if name in LOGARITHMIC:
            layout |= {f"{axis_name(number)}.{key}": value for key, value in powers(name).items()}
    return {"layout": layout, "columns": {f"shown{end}": f"{name}{end}" for end in ("", "_low", "_high")}}


def _measure(layout: dict[str, Any], row: int, name: str, extent: list[str]) -> None:
    """Set the axis of a quantity: 0 to 1 for accuracies, otherwise the extent of these columns."""
    axis = layout[axis_name(row)]
    axis["title"]["font"] = {"size": 12}
    if name in ACCURACIES:
        axis["range"] = [0.0, 1.03]
    else:
        layout["meta"]["extent"][axis_name(row)] = extent
    if name in LOGARITHMIC:
        axis |= powers(name)


def _ticks(shape: ExperimentShape) -> dict[str, Any]:
    """Return ticks at the varied values, as far as their labels fit."""
    values = shape.values
    span = log10(values[-1] / values[0]) or 1.0
    ticks = [values[0]]
    for value in values[1:]:
        if log10(value / ticks[-1]) > MIN_TICK_DISTANCE * span:
            ticks.append(value)
    return {"tickvals": ticks, "ticktext": [format_number(value, 4) for value in ticks], "tickangle": 0}


def _dashed(shape: ExperimentShape) -> list[Trace]:
    """Return the legend entry of the dashed lines of unlearning."""
    if len(shape.groups) < 2 or shape.experiment != "unlearning":
        return []
    line = {"color": LIGHT["muted"], "width": 1.8, "dash": DASHED}
    return [scatter(x=[None], y=[None], mode="lines", line=line, name=SHORT["halves, reversed"], showlegend=True)]


def _label(text: str, row: int) -> dict[str, Any]:
    return {
        "text": superscripts(text), "xref": "x domain", "yref": f"{axis_of(row)} domain", "x": 0.01, "y": 1.02,
        "xanchor": "left", "yanchor": "top", "showarrow": False, "font": {"size": 12, "color": LIGHT["muted"]},
    }  # fmt: skip


def setting_traces(shape: ExperimentShape, index: int, setting: Setting) -> dict[str, list[Trace]]:
    """Return the lines of a setting over training and, for unlearning, its trajectory in the plane, without data."""
    values = shape.values
    color, dash = steps(len(values))[values.index(float(setting.value))]
    symbol = shape.axes.symbol
    label = f"{symbol} = {format_number(float(setting.value), 4)}"
    unlearning = shape.experiment == "unlearning"
    if unlearning:
        dash = "solid" if setting.group == "halves" else DASHED
    line = {"color": color, "width": 1.8, "dash": dash}
    lines: list[Trace] = []
    rows = panel_rows(shape)
    first_row = next(number for number, (_, group) in enumerate(rows) if group in (None, setting.group))
    for number, (name, group) in enumerate(rows):
        if group not in (None, setting.group):
            continue
        spread = band_trace(
            index, "epoch", (f"{name}_low", f"{name}_high"), f"{label}, seeds", color, number, opacity=0.15
        )
        named = number == first_row and setting.group == shape.groups[0]
        mean = time_trace(index, "epoch", name, label, line, number)
        lines += [{**spread, "showlegend": False}, {**mean, "showlegend": named}]
    return {"plane": _on_plane(index, label, line) if unlearning else [], "panels": lines}


def _on_plane(index: int, label: str, line: dict[str, Any]) -> list[Trace]:
    hover = f"{label}<br>R = %{{x:.3f}}<br>a = %{{y:.3f}}<extra></extra>"
    start = scatter(
        x=[], y=[], mode="markers", name=f"{label}, start", hoverinfo="skip", line=line, showlegend=False,
        marker={"symbol": "circle", "size": 8, "color": line["color"]}, meta=curve_meta(index, "R_start", "a_start"),
    )  # fmt: skip
    path = scatter(
        x=[], y=[], mode="lines", line={**line, "width": 2.4}, name=label, hovertemplate=hover, showlegend=False,
        meta=curve_meta(index, "R", "a"),
    )  # fmt: skip
    return [path, start]


def _named(layout: dict[str, Any], bottom: int) -> None:
    """Put the legend under the axes, in a margin of this many pixels."""
    layout["showlegend"] = True
    layout["legend"] = {
        "orientation": "h", "x": 0, "xref": "paper", "y": 0, "yref": "container", "yanchor": "bottom",
        "font": {"size": 11}, "itemclick": False, "itemdoubleclick": False,
    }  # fmt: skip
    layout["margin"] = {**layout["margin"], "b": bottom}
