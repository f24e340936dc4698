"""The figures of view 5's second page: quantities over what is varied, or the R–a plane, and panels over training."""

from __future__ import annotations

import re
from math import acos, degrees, log10, sqrt
from typing import Any

from components.core.formatting import format_number
from components.core.view import Figure, Trace
from components.ui.subplots import (
    TICKS,
    axis_name,
    axis_of,
    band_trace,
    curve_meta,
    scatter,
    stacked_axes,
    time_trace,
)
from components.ui.theme import DEGREES, LIGHT, steps
from components.views.images.state import ImagesState
from dynamics.images import Setting

VARIED = {
    "scale": ("σ", "initialization scale σ"),
    "width": ("n", "width n"),
    "initialisation": ("κ", "factor of the scales κ"),
    "unlearning": ("a", "second layer at the start"),
}
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
LOGARITHMIC = ("norm", "moved", "kernel")
SMALL = 10  # of nine numbers on a phone's axis
DASHED = "6px,3px"
ROOMY = 4  # rows that have room for the usual numbers
FULL = 5  # layers whose angles leave room for the norm under them
GROUPS = {"width": ("best", "moved"), "initialisation": ("best", "moved", "kernel"), "scale": ("accuracy", "norm")}
COURSE = ("R", "a", "loss", "turned")  # of unlearning
SHORT = {"halves": "later half of the classes +1", "halves, reversed": "earlier half +1"}
SHARES = ("accuracy", "best")
TRAINING = (LIGHT["muted"], DASHED)  # the training accuracy, beside that of the test images
APART = 0.07  # of an axis, between two of its numbers
BOTTOM, DEEP_BOTTOM = 104, 126  # pixels for names of lines under a figure; for four rows of them on a phone
FEW = 4  # layers of a network whose names fit in BOTTOM


def angle_title(k: int) -> str:
    """The angle of a layer."""
    return f"ζ{'₀₁₂₃₄₅₆₇₈'[k]} in °"


def panel_rows(state: ImagesState) -> list[tuple[str, str | None]]:
    """What each row over training shows: a quantity, of one group or of all."""
    if state.experiment == "scale":
        angles = [(f"zeta{k}", None) for k in range(2, state.depth + 1)]
        return [*angles, ("accuracy", None), *([("norm", None)] if state.depth < FULL else [])]
    if state.experiment == "unlearning":
        return [(name, None) for name in COURSE]
    return [("shown", group) for group in state.groups] or [("shown", "")]


def powers(name: str) -> dict[str, Any]:
    """A logarithmic axis with its powers of ten, and where a quantity stays within two of them with threes."""
    within = (1, 3) if name == "norm" else (1,)
    marks = [step * 10.0**power for power in range(-9, 10) for step in within]
    written = [f"{mark:g}" if 1e-4 < mark < 1e5 else format_number(mark, 1) for mark in marks]
    return {"type": "log", "tickvals": marks, "ticktext": written}


def raised(text: str) -> str:
    """A sentence's powers as plotly raises them."""
    return re.sub(r"\^(?:\(([^)]*)\)|(\w+))", lambda found: f"<sup>{found[1] or found[2]}</sup>", text)


def title(name: str) -> str:
    """A quantity on an axis."""
    return angle_title(int(name.removeprefix("zeta"))) if name.startswith("zeta") else TITLES[name]


# --- the hero ---


def plane(state: ImagesState) -> Figure:
    """The axes of the figure over what is varied; of unlearning those of the R–a plane."""
    if state.experiment == "unlearning":
        layout = stacked_axes(["a, second layer"], ("R", "R"), log=False)
        layout["xaxis"]["title"]["text"] = "R, alignment with the task's direction"
        layout["hovermode"] = "closest"
        layout["meta"]["extent"] = {"xaxis": "R", "yaxis": "a"}
    else:
        names = hero(state)
        layout = stacked_axes([title(name) if name != "zeta" else "ζ in °" for name in names], ("value", ""), log=True)
        layout["xaxis"] |= {
            "title": {"text": VARIED[state.experiment][1]},
            "tickfont": {"size": SMALL},
            **_ticks(state),
        }
        for number, name in enumerate(names):
            columns = [f"zeta{k}" for k in range(2, state.depth + 1)] if name == "zeta" else [name]
            extent = [column + suffix for column in columns for suffix in ("", "_low", "_high")]
            _measure(layout, number, name, extent)
        if state.experiment == "scale":
            layout["shapes"] = [_chance(state, len(names) - 1)]
    if state.experiment != "unlearning":
        few = state.experiment == "scale" and state.depth <= FEW
        _named(layout, BOTTOM if few else DEEP_BOTTOM)
    count = 1 if state.experiment == "unlearning" else len(hero(state))
    return {"data": _axes(count), "layout": layout}


def hero(state: ImagesState) -> tuple[str, ...]:
    """The rows of the figure over what is varied."""
    return (*GROUPS[state.experiment], *(("zeta",) if state.experiment == "scale" else ()))


def _chance(state: ImagesState, row: int) -> dict[str, Any]:
    """The angle of weights that are drawn afresh."""
    at = degrees(acos(1.0 / sqrt(state.arguments()["width"])))
    return {
        "type": "line", "layer": "below", "xref": "x domain", "x0": 0, "x1": 1, "yref": axis_of(row), "y0": at,
        "y1": at, "line": {"color": LIGHT["muted"], "width": 1, "dash": "dot"},
        "label": {"text": "chance", "textposition": "start", "yanchor": "top",
                  "font": {"size": 11, "color": LIGHT["muted"]}},
    }  # fmt: skip


def group_traces(state: ImagesState, index: int, place: int) -> dict[str, list[Trace]]:
    """The lines of a group over what is varied, in the figure's rows, still empty: its means, and bands."""
    if state.experiment == "unlearning":
        return {"plane": [], "panels": []}
    drawn: list[Trace] = []
    for row, name in enumerate(hero(state)):
        if name == "zeta":
            for k in range(2, state.depth + 1):
                colour, dash = DEGREES[(k - 2) % len(DEGREES)]
                drawn += _over_value(index, f"zeta{k}", f"layer {k}", (colour, dash), row, True)
        else:
            colour, dash = (LIGHT["ink"], "solid") if state.experiment == "scale" else DEGREES[place]
            if name == "accuracy":
                drawn += _over_value(index, "train_accuracy", "training", TRAINING, row, True)
                drawn += _over_value(index, name, "test", (colour, dash), row, True)
                continue
            label = title(name) if state.experiment == "scale" else raised(state.groups[place])
            drawn += _over_value(index, name, label, (colour, dash), row, state.experiment != "scale" and row == 0)
    return {"plane": drawn, "panels": []}


def _over_value(index: int, name: str, label: str, look: tuple[str, str], row: int, named: bool) -> list[Trace]:
    colour, dash = look
    line = {"color": colour, "width": 2.2, "dash": dash}
    marker = {"color": colour, "size": 6}
    spread = band_trace(index, "value", (f"{name}_low", f"{name}_high"), f"{label}, seeds", colour, row)
    mean = time_trace(index, "value", name, label, line, row, mode="lines+markers", marker=marker)
    return [{**spread, "showlegend": False}, {**mean, "showlegend": named}]


# --- over training ---


def panels(state: ImagesState) -> tuple[Figure, dict[str, Any]]:
    """The rows over epochs, without their lines; what the display parameters change in them."""
    shown_rows = panel_rows(state)
    layout = stacked_axes([title(name) if name != "shown" else "" for name, _ in shown_rows], ("epoch", "epoch"))
    epochs = max(2, state.arguments()["epochs"])
    layout["xaxis"] |= {"title": {"text": "epochs of training"}, "range": [0.0, log10(epochs)]}
    for number, (name, group) in enumerate(shown_rows):
        axis = layout[axis_name(number)]
        _measure(layout, number, name, [name, f"{name}_low", f"{name}_high"])
        if len(shown_rows) > ROOMY:
            axis["nticks"] = 4
        if group:
            layout.setdefault("annotations", []).append(_label(group, number))
    _named(layout, BOTTOM)
    linear = {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS, "xaxis.range": [0.0, epochs]}
    display: dict[str, Any] = {"axis": {"linear": {"layout": linear}}}
    if any(name == "shown" for name, _ in shown_rows):
        display["shown"] = {name: _choice(name, len(shown_rows)) for name in ("accuracy", "moved", "loss", "kernel")}
    return {"data": [*_axes(len(shown_rows)), *_dashed(state)], "layout": layout}, display


def _choice(name: str, count: int) -> dict[str, Any]:
    """What is another where this quantity is shown."""
    layout: dict[str, Any] = {}
    for number in range(count):
        layout[f"{axis_name(number)}.title.text"] = TITLES[name]
        if name in LOGARITHMIC:
            layout |= {f"{axis_name(number)}.{key}": value for key, value in powers(name).items()}
    return {"layout": layout, "columns": {f"shown{end}": f"{name}{end}" for end in ("", "_low", "_high")}}


def _measure(layout: dict[str, Any], row: int, name: str, extent: list[str]) -> None:
    """The axis of a quantity: shares from 0 to 1, otherwise as far as these columns go."""
    axis = layout[axis_name(row)]
    axis["title"]["font"] = {"size": 12}
    if name in SHARES:
        axis["range"] = [0.0, 1.03]
    else:
        layout["meta"]["extent"][axis_name(row)] = extent
    if name in LOGARITHMIC:
        axis |= powers(name)


def _ticks(state: ImagesState) -> dict[str, Any]:
    """What is varied is what is written on its axis, as far as there is room."""
    values = state.values
    span = log10(values[-1] / values[0]) or 1.0
    written = [values[0]]
    for value in values[1:]:
        if log10(value / written[-1]) > APART * span:
            written.append(value)
    return {"tickvals": written, "ticktext": [format_number(value, 4) for value in written], "tickangle": 0}


def _dashed(state: ImagesState) -> list[Trace]:
    """What the dashes of unlearning mean, among the names of the lines."""
    if len(state.groups) < 2 or state.experiment != "unlearning":
        return []
    line = {"color": LIGHT["muted"], "width": 1.8, "dash": DASHED}
    return [scatter(x=[None], y=[None], mode="lines", line=line, name=SHORT["halves, reversed"], showlegend=True)]


def _label(text: str, row: int) -> dict[str, Any]:
    return {
        "text": raised(text), "xref": "x domain", "yref": f"{axis_of(row)} domain", "x": 0.01, "y": 1.02,
        "xanchor": "left", "yanchor": "top", "showarrow": False, "font": {"size": 12, "color": LIGHT["muted"]},
    }  # fmt: skip


def setting_traces(state: ImagesState, index: int, setting: Setting) -> dict[str, list[Trace]]:
    """The lines of a setting over training and, of unlearning, its course in the plane, still empty."""
    values = state.values
    colour, dash = steps(len(values))[values.index(float(setting.value))]
    symbol = VARIED[state.experiment][0]
    label = f"{symbol} = {format_number(float(setting.value), 4)}"
    unlearning = state.experiment == "unlearning"
    if unlearning:
        dash = "solid" if setting.group == "halves" else DASHED
    line = {"color": colour, "width": 1.8, "dash": dash}
    lines: list[Trace] = []
    in_rows = panel_rows(state)
    first = next(number for number, (_, group) in enumerate(in_rows) if group in (None, setting.group))
    for number, (name, group) in enumerate(in_rows):
        if group not in (None, setting.group):
            continue
        spread = band_trace(
            index, "epoch", (f"{name}_low", f"{name}_high"), f"{label}, seeds", colour, number, opacity=0.15
        )
        named = number == first and setting.group == state.groups[0]
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
    """The legend under the axes, within this width in pixels."""
    layout["showlegend"] = True
    layout["legend"] = {
        "orientation": "h", "x": 0, "xref": "paper", "y": 0, "yref": "container", "yanchor": "bottom",
        "font": {"size": 11}, "itemclick": False, "itemdoubleclick": False,
    }  # fmt: skip
    layout["margin"] = {**layout["margin"], "b": bottom}


def _axes(count: int) -> list[Trace]:
    """A row has axes from the beginning only if there is a trace on them, however empty."""
    return [
        scatter(x=[None], y=[None], yaxis=axis_of(number), showlegend=False, hoverinfo="skip")
        for number in range(count)
    ]
