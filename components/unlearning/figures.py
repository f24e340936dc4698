"""The figures of view 1: pure functions from results to `go.Figure` and traces.

A trace that belongs to a run carries, in `meta`, which run and which of its columns it shows; the
client fills it from the stream. `part` says what of the run: the line, its start or its end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.theme import FATES, LIGHT
from components.view import column
from dynamics import CriticalManifold, Limit, UnlearningModel

FIELD = (22, 16)  # arrows across and up: enough to see the flow, few enough to see the rest
ARROW = (0.021, 0.030)  # length of an arrow as a share of the window's width and height
ARROW_PATH = "M%.4g,%.4gL%.4g,%.4gM%.4g,%.4gL%.4g,%.4gL%.4g,%.4g"  # tail to tip; barb, tip, barb
HEAD = (0.4, 0.45)  # of an arrow: how far back and how far aside its barbs go
TOP_MARGIN = 1.08  # the window's top above the highest start or fold
LOWEST_TOP = 2.0  # a window reaches at least this far from a = 0
HIGHEST_TOP = 45.0  # folds above are not worth flattening the rest for
LABEL_ROOM = -0.2  # the window begins here, so that the starts' labels are clear of the axis
LABEL_GAP = 0.034  # labels of starts are kept this share of the window apart
LABEL_SHIFT = 0.013  # of a label from its start, as a share of the window
PANELS = (("R", "R", "yaxis"), ("a", "a", "yaxis2"), ("loss", "loss  L", "yaxis3"))


@dataclass(frozen=True)
class Window:
    """What the plane shows: R and a, from and to."""

    R: tuple[float, float]
    a: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """A trajectory as far as it is drawn before it is integrated: its name, its start, where it ends."""

    name: str
    R0: float
    a0: float
    limit: Limit


def window(model: UnlearningModel, runs: Sequence[Run]) -> Window:
    """The default window: every start, every finite end and the folds in it, one margin above.

    It opens to the left, or below, only where a run goes there: R takes the sign of a A_1.
    """
    heights = [run.a0 for run in runs] + [run.limit.a for run in runs if abs(run.limit.a) <= HIGHEST_TOP]
    negative_R = any(run.R0 < 0 or (run.R0 == 0 and run.a0 * model.A[0] < 0) for run in runs)
    low, high = min(0.0, *heights), max(0.0, *heights)
    for fold in model.folds():
        if low < 0 and -HIGHEST_TOP <= fold.a < low:
            low = fold.a
        if high > 0 and high < fold.a <= HIGHEST_TOP:
            high = fold.a
    if max(high, -low) < LOWEST_TOP:
        low, high = (-LOWEST_TOP, high) if high == 0 > low else (low, LOWEST_TOP)
    top, bottom = _nice(high * TOP_MARGIN), -_nice(-low * TOP_MARGIN)
    if top == 0:  # all starts negative: a little room beyond the line a = 0
        top = -0.03 * bottom
    if bottom == 0:
        bottom = -0.03 * top
    return Window((-1.03 if negative_R else LABEL_ROOM, 1.03), (bottom, top))


def _nice(height: float) -> float:
    """The height rounded up to two digits or so, lest the axis trembles under a moving slider."""
    if height <= 0:
        return 0.0
    step = 10 ** math.floor(math.log10(height)) / 4
    return math.ceil(height / step - 1e-9) * step


def plane(model: UnlearningModel, manifold: CriticalManifold, view: Window, runs: Sequence[Run]) -> go.Figure:
    """The R–a plane without its trajectories: field, fast fibres, critical manifold, folds, labelled starts."""
    figure = go.Figure(layout=_plane_layout(view))
    figure.add_shape(
        type="path",
        path=field_path(model, view),
        layer="below",
        line={"color": LIGHT["field"], "width": 1},
        name="field",
    )
    figure.add_trace(_fibres(runs, view))
    figure.add_traces(_manifold(manifold, view))
    figure.add_traces(_starts(model, runs, view))
    return figure


def _plane_layout(view: Window) -> dict[str, Any]:
    return {
        "xaxis": {"range": list(view.R), "title": {"text": "alignment  R"}, "showgrid": False},
        "yaxis": {"range": list(view.a), "title": {"text": "second layer  a"}, "showgrid": False},
        "margin": {"l": 56, "r": 22, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": "zoom",
        "shapes": [
            _line(x0=0, x1=0, y0=0, y1=1, yref="paper"),
            _line(x0=0, x1=1, y0=0, y1=0, xref="paper"),
        ],
    }


def _line(**ends: Any) -> dict[str, Any]:
    return {"type": "line", "layer": "below", "line": {"color": LIGHT["grid"], "width": 1}, **ends}


def field_path(model: UnlearningModel, view: Window) -> str:
    """The vector field as arrows of one length, all in one path: a trace of them takes three times as long to draw."""
    nx, ny = FIELD
    width, height = view.R[1] - view.R[0], view.a[1] - view.a[0]
    R = view.R[0] + width * (np.arange(nx) + 0.5) / nx
    R = R[np.abs(R) <= 1.0]
    a = view.a[0] + height * (np.arange(ny) + 0.5) / ny
    R_grid, a_grid = (grid.ravel() for grid in np.meshgrid(R, a))
    with np.errstate(all="ignore"):
        dR, da = model.vector_field(R_grid, a_grid)
        across, up = dR / width, da / height
        speed = np.hypot(across, up)
        moving = np.isfinite(speed) & (speed > 0)
        across, up = (np.where(moving, part / np.where(moving, speed, 1.0), 0.0) for part in (across, up))
    x_step, y_step = ARROW[0] * width * across, ARROW[1] * height * up
    x_aside, y_aside = -ARROW[0] * width * up, ARROW[1] * height * across
    tip = np.stack([R_grid + x_step / 2, a_grid + y_step / 2])
    tail = np.stack([R_grid - x_step / 2, a_grid - y_step / 2])
    back, aside = HEAD
    barb = [
        tip - back * np.stack([x_step, y_step]) + side * back * aside * np.stack([x_aside, y_aside]) for side in (2, -2)
    ]
    points = np.stack([tail, tip, barb[0], tip, barb[1]])[:, :, moving]  # (5, 2, arrows)
    return "".join(ARROW_PATH % tuple(arrow) for arrow in points.reshape(10, -1).T.tolist())


def _fibres(runs: Sequence[Run], view: Window) -> go.Scatter:
    """The fast fibre of each start: the level line a = ā, along which R moves first."""
    heights = sorted({run.a0 for run in runs if run.a0 != 0})
    x = [x for _ in heights for x in (max(view.R[0], -1.0) if view.R[0] < -0.5 else 0.0, 1.0, None)]
    y = [y for a in heights for y in (a, a, None)]
    line = {"color": LIGHT["fibre"], "width": 1, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="fast fibres")


def _manifold(manifold: CriticalManifold, view: Window) -> list[go.Scatter]:
    """Attracting pieces solid, repelling pieces dashed, folds as open circles."""
    height = view.a[1] - view.a[0]
    traces = []
    for attracting in (True, False):
        x: list[float] = []
        y: list[float] = []
        for branch in manifold.branches:
            if branch.attracting == attracting:
                near = (branch.a > view.a[0] - 2 * height) & (branch.a < view.a[1] + 2 * height)
                x += [*np.where(near, branch.R, np.nan), math.nan]
                y += [*np.where(near, branch.a, np.nan), math.nan]
        name = f"critical manifold, {'attracting' if attracting else 'repelling'}"
        line = {
            "color": LIGHT["manifold"],
            "width": 6 if attracting else 2,
            "dash": "solid" if attracting else "dash",
            "simplify": False,  # plotly would cut corners as coarse as the line is thick
        }
        hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
        traces.append(
            go.Scatter(
                x=column(np.array(x)), y=column(np.array(y)), mode="lines", line=line, name=name, hovertemplate=hover
            )
        )
    folds = [fold for fold in manifold.folds if view.a[0] <= fold.a <= view.a[1]]
    marker = {"symbol": "circle", "size": 9, "color": LIGHT["paper"], "line": {"color": LIGHT["manifold"], "width": 2}}
    hover = "fold<br>R = %{x:.5f}<br>a = %{y:.5f}<extra></extra>"
    points = {"x": [fold.R for fold in folds], "y": [fold.a for fold in folds]}
    traces.append(go.Scatter(**points, mode="markers", marker=marker, name="folds", hovertemplate=hover))
    return traces


def _starts(model: UnlearningModel, runs: Sequence[Run], view: Window) -> list[go.Scatter]:
    """A dot at each start, and its run's name where the run does not go."""
    colours = [FATES[run.limit.fate].colour for run in runs]
    R, a = [run.R0 for run in runs], [run.a0 for run in runs]
    going, _ = model.vector_field(R, a)
    sides = ["right" if speed < 0 else "left" for speed in going]
    shift = LABEL_SHIFT * (view.R[1] - view.R[0])
    beside = [x + (shift if side == "right" else -shift) for x, side in zip(R, sides, strict=True)]
    dots = go.Scatter(x=R, y=a, mode="markers", marker={"size": 6, "color": colours}, hoverinfo="skip", name="starts")
    names = go.Scatter(
        x=beside,
        y=label_heights(a, view),
        mode="text",
        text=[f"<b>{run.name}</b>" for run in runs],
        textposition=[f"middle {side}" for side in sides],
        textfont={"color": colours, "size": 13},
        hoverinfo="skip",
        name="labels",
        cliponaxis=False,
    )
    return [dots, names]


def label_heights(starts: Sequence[float], view: Window) -> list[float]:
    """The labels' heights: the starts' own, moved apart where they would overlap."""
    gap = LABEL_GAP * (view.a[1] - view.a[0])
    order = sorted(range(len(starts)), key=starts.__getitem__)
    heights = [starts[i] for i in order]
    for _ in range(len(starts)):
        for low in range(len(heights) - 1):
            short = gap - (heights[low + 1] - heights[low])
            if short > 1e-12:
                heights[low] -= short / 2
                heights[low + 1] += short / 2
    placed = dict(zip(order, heights, strict=True))
    return [placed[i] for i in range(len(starts))]


def run_traces(index: int, run: Run) -> dict[str, list[dict[str, Any]]]:
    """The traces of one run in each figure, still empty: coloured, dashed and marked by its fate."""
    style = FATES[run.limit.fate]
    name = run.name
    line = {"color": style.colour, "width": 2.4, "dash": style.dash}
    on_plane = f"{name}, {style.word}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    plane_traces = [
        go.Scatter(x=[], y=[], mode="lines", line=line, name=name, hovertemplate=on_plane, meta=_meta(index, "R", "a")),
        go.Scatter(
            x=[],
            y=[],
            mode="markers",
            marker={
                "symbol": style.symbol,
                "size": 12,
                "color": style.colour,
                "line": {"color": LIGHT["paper"], "width": 1},
            },
            hoverinfo="skip",
            name=f"{name}, end",
            cliponaxis=False,
            meta=_meta(index, "R", "a", "end"),
        ),
    ]
    panel_traces = [
        go.Scatter(
            x=[],
            y=[],
            mode="lines",
            line={**line, "width": 2},
            name=name,
            xaxis="x",
            yaxis=axis.replace("axis", ""),
            hovertemplate=f"{name}: %{{y:.5g}}<extra></extra>",
            meta=_meta(index, "tau", quantity),
        )
        for quantity, _, axis in PANELS
    ]
    return {
        "plane": [trace.to_plotly_json() for trace in plane_traces],
        "panels": [trace.to_plotly_json() for trace in panel_traces],
    }


def _meta(run: int, x: str, y: str, part: str = "line") -> dict[str, Any]:
    return {"run": run, "x": x, "y": y, "part": part}


TICKS = 12
POWER_TICKS = 9.6  # plotly draws powers of ten a quarter larger than it is told to


def panels(negative_R: bool) -> go.Figure:
    """R, a and the loss over one time axis, without their lines.

    `meta.extent` names the column from whose whole extent the client sets an axis's range, so that
    the axes stand still while a run is played.
    """
    share = 1 / len(PANELS)
    gap = 0.035
    layout: dict[str, Any] = {
        "xaxis": {
            "type": "log",
            "title": {"text": "time  τ"},
            "anchor": "y3",
            "exponentformat": "power",
            "tickfont": {"size": POWER_TICKS},
        },
        "margin": {"l": 70, "r": 30, "t": 14, "b": 48},
        "hovermode": "x",
        "dragmode": "zoom",
        "meta": {"extent": {"xaxis": "tau", "yaxis2": "a", "yaxis3": "loss"}},
    }
    for row, (quantity, title, axis) in enumerate(PANELS):
        layout[axis] = {
            "domain": [
                1 - (row + 1) * share + (gap if row < len(PANELS) - 1 else 0),
                1 - row * share - (gap if row else 0),
            ],
            "anchor": "x",
            "title": {"text": title},
            "fixedrange": True,
            "nticks": 5,
            "exponentformat": "power",
        }
        if quantity == "R":
            layout[axis]["range"] = [-1.04 if negative_R else -0.04, 1.04]
    return go.Figure(layout=layout)


PANEL_DISPLAY: dict[str, Any] = {
    "axis": {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}},
    "measure": {
        "excess": {
            "columns": {"loss": "excess"},
            "layout": {
                "yaxis3.type": "log",
                "yaxis3.title.text": "L − L<sub>∞</sub>",
                "yaxis3.tickfont.size": POWER_TICKS,
            },
        }
    },
}
