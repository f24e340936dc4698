"""The R–a plane of the Unlearning view: window, fast fibres, critical manifold, vector field, names and marks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynamics import CriticalManifold, UnlearningModel
from dynamics.plotting.label_placement import moved_apart
from dynamics.plotting.planar.styles import Run, Window
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.style import FATES, LIGHT
from dynamics.plotting.subplots import PLAIN, scatter
from dynamics.typing import FloatArray

FIELD = (22, 16)  # arrows across and up: enough to see the flow, few enough to see the rest
TOP_MARGIN = 1.08  # the window's top above the highest start or fold
LOWEST_TOP = 2.0  # a window reaches at least this far from a = 0
HIGHEST_TOP = 45.0  # folds above it are left out: they would flatten the rest
WINDOW_LEFT = -0.2  # lower end of R: leaves space for the labels of the starts
LABEL_GAP = 0.034  # smallest distance of labels, as a fraction of the window
LABEL_SPACE = "\N{NO-BREAK SPACE}"  # between a label and its start; it does not shrink with the window
LABEL_SHIFT = 0.006  # of a label from its start, as a fraction of the window


def window(model: UnlearningModel, runs: Sequence[Run], ends: Sequence[float] = ()) -> Window:
    """Return the default window: every start, every finite end (of the trajectories, and `ends`) and the folds in it,
    plus a margin at the top.

    It extends to the left, or below 0, only if a trajectory does: R takes the sign of a A_1.
    """
    finite = [height for height in (*(run.limit.a for run in runs), *ends) if abs(height) <= HIGHEST_TOP]
    heights = [run.a0 for run in runs] + finite
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
    return Window((-1.03 if negative_R else WINDOW_LEFT, 1.03), (bottom, top))


def union(first: Window, second: Window) -> Window:
    """Return the smallest window that contains both."""
    (left, right), (low, high) = zip(first.R, second.R, strict=True), zip(first.a, second.a, strict=True)
    return Window((min(left), max(right)), (min(low), max(high)))


def _nice(height: float) -> float:
    """Return the height rounded up to about two digits, so that the axis does not jitter while a slider moves."""
    if height <= 0:
        return 0.0
    step = 10.0 ** math.floor(math.log10(height)) / 4
    return math.ceil(height / step - 1e-9) * step


def plane(
    model: UnlearningModel,
    manifold: CriticalManifold,
    view: Window,
    runs: Sequence[Run],
    below: Sequence[Trace] = (),
    above: Sequence[Trace] = (),
) -> Figure:
    """Return the R–a plane without field and trajectories: fast fibres, critical manifold, folds, labeled starts.

    `runs`: those with a name and marks; the pinned one, of another model, is the last. `below`, `above`: overlays under
    and over the manifold.
    """
    background = [*below, _fibres(runs, view), *_manifold(manifold, view), *above]
    data = [*background, _names(model, runs, view), _marks(runs)]
    return {"data": data, "layout": _plane_layout(view)}


def _plane_layout(view: Window) -> dict[str, Any]:
    axis = {**PLAIN, "showgrid": False, "zeroline": True, "zerolinecolor": LIGHT["grid"], "zerolinewidth": 1}
    return {
        "xaxis": {**axis, "range": list(view.R), "title": {"text": "alignment  R"}},
        "yaxis": {**axis, "range": list(view.a), "title": {"text": "second layer  a"}},
        "margin": {"l": 56, "r": 22, "t": 14, "b": 48},
        "hovermode": "closest",
        "dragmode": "zoom",
    }


def field(model: UnlearningModel, view: Window) -> dict[str, Any]:
    """Return the vector field on a grid of the window: points, and directions of equal length in the window."""
    nx, ny = FIELD
    width, height = view.R[1] - view.R[0], view.a[1] - view.a[0]
    R = view.R[0] + width * (np.arange(nx) + 0.5) / nx
    R = R[np.abs(R) <= 1.0]
    a = view.a[0] + height * (np.arange(ny) + 0.5) / ny
    R_grid, a_grid = (grid.ravel() for grid in np.meshgrid(R, a))
    with np.errstate(all="ignore"):
        dR, da = model.vector_field(R_grid, a_grid)
        speed = np.hypot(dR / width, da / height)
        moving = np.isfinite(speed) & (speed > 0)
        across, up = dR[moving] / speed[moving], da[moving] / speed[moving]
    return {"x": R_grid[moving], "y": a_grid[moving], "across": across, "up": up, "color": LIGHT["field"]}


def _fibres(runs: Sequence[Run], view: Window) -> Trace:
    """Return the fast fibre of each start: the level line a = ā, along which R moves first."""
    heights = sorted({run.a0 for run in runs if run.a0 != 0 and run.kind == "planar"})
    x = [x for _ in heights for x in (max(view.R[0], -1.0) if view.R[0] < -0.5 else 0.0, 1.0, None)]
    y = [y for a in heights for y in (a, a, None)]
    line = {"color": LIGHT["fibre"], "width": 1, "dash": "dot"}
    return scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name="fast fibres")


def _manifold(manifold: CriticalManifold, view: Window) -> list[Trace]:
    """Return the critical manifold: attracting pieces solid, repelling pieces dashed, folds as open circles."""
    height = view.a[1] - view.a[0]
    traces = []
    for attracting in (True, False):
        x: list[float] = []
        y: list[float] = []
        for branch in manifold.branches:
            if branch.attracting == attracting:
                visible = (branch.a > view.a[0] - 2 * height) & (branch.a < view.a[1] + 2 * height)
                x += [*np.where(visible, branch.R, np.nan), math.nan]
                y += [*np.where(visible, branch.a, np.nan), math.nan]
        name = f"critical manifold, {'attracting' if attracting else 'repelling'}"
        line = {
            "color": LIGHT["manifold"],
            "width": 6 if attracting else 2,
            "dash": "solid" if attracting else "dash",
        }
        hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
        traces.append(scatter(x=np.array(x), y=np.array(y), mode="lines", line=line, name=name, hovertemplate=hover))
    folds = [fold for fold in manifold.folds if view.a[0] <= fold.a <= view.a[1]]
    marker = {"symbol": "circle", "size": 9, "color": LIGHT["paper"], "line": {"color": LIGHT["manifold"], "width": 2}}
    hover = "fold<br>R = %{x:.5f}<br>a = %{y:.5f}<extra></extra>"
    points = {"x": [fold.R for fold in folds], "y": [fold.a for fold in folds]}
    traces.append(scatter(**points, mode="markers", marker=marker, name="folds", hovertemplate=hover))
    return traces


def _names(model: UnlearningModel, runs: Sequence[Run], view: Window) -> Trace:
    """Return each trajectory's name at its start, on the side away from its motion."""
    speeds, _ = model.vector_field([run.R0 for run in runs], [run.a0 for run in runs])
    sides = ["right" if speed < 0 else "left" for speed in speeds]
    shift = LABEL_SHIFT * (view.R[1] - view.R[0])
    return scatter(
        x=[run.R0 + (shift if side == "right" else -shift) for run, side in zip(runs, sides, strict=True)],
        y=label_heights([run.a0 for run in runs], view),
        mode="text",
        text=[f"<b>{LABEL_SPACE}{run.name}{LABEL_SPACE}</b>" for run in runs],
        textposition=[f"middle {side}" for side in sides],
        textfont={"color": [run.color for run in runs], "size": 13},
        hoverinfo="skip",
        name="labels",
        cliponaxis=False,
        meta={"role": "names"},
    )


def _marks(runs: Sequence[Run]) -> Trace:
    """Return a dot at each start, and the symbol of the fate at each end.

    The client, which has the samples and the window, adds the positions of the ends.
    """
    styles = [FATES[run.limit.fate] for run in runs]
    colors = [run.color for run in runs]
    marker = {
        "symbol": ["circle"] * len(runs) + [style.symbol for style in styles],
        "size": [8] * len(runs) + [12] * len(runs),
        "opacity": 1,
        "color": colors * 2,
        "line": {"color": LIGHT["paper"], "width": 1},
    }
    return scatter(
        x=[run.R0 for run in runs],
        y=[run.a0 for run in runs],
        mode="markers",
        marker=marker,
        hoverinfo="skip",
        name="marks",
        cliponaxis=False,
        meta={"role": "marks", "x": "R", "y": "a"},
    )


def label_heights(starts: Sequence[float], view: Window) -> list[float]:
    """Return the heights of the labels: those of the starts, moved apart where they would overlap."""
    return moved_apart(starts, LABEL_GAP * (view.a[1] - view.a[0]))


# The field, as in assets/client/render/paths.mjs: lengths and distances of arrows in pixels, on axes of this size.
AXES = (640.0, 460.0)
ARROW, ARROW_DISTANCE, BARBS = 15.0, 22.0, (6.0, 2.7)


def arrows_of_field(field: Mapping[str, Any], layout: Mapping[str, Any]) -> Trace:
    """Return the field of directions as one line of arrows, of one length on a page."""
    x, y, across, up = (field[name] for name in ("x", "y", "across", "up"))
    (left, right), (low, high) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    units = np.array([(right - left) / AXES[0], (high - low) / AXES[1]])  # of the axes, per pixel
    ways = np.column_stack([across, up]) / units
    lengths = np.hypot(*ways.T)
    chosen = _sparse(x / units[0]) & _sparse(y / units[1]) & (lengths > 0)
    points = np.column_stack([x, y])[chosen] / units
    way = ways[chosen] / lengths[chosen, None]
    aside = way[:, ::-1] * (-1.0, 1.0)
    tip, tail, neck = points + 0.5 * ARROW * way, points - 0.5 * ARROW * way, points + (0.5 * ARROW - BARBS[0]) * way
    ends = (left / units[0], right / units[0]), (low / units[1], high / units[1])
    inside = np.ones(len(points), dtype=bool)
    for end in (tip, tail):
        for k, limits in enumerate(ends):
            inside &= (end[:, k] >= min(limits)) & (end[:, k] <= max(limits))
    gap = np.full_like(tip, np.nan)
    lines = np.stack([tail, tip, neck + BARBS[1] * aside, tip, neck - BARBS[1] * aside, gap], axis=1)[inside] * units
    flat = lines.reshape(-1, 2)
    line = {"color": field["color"], "width": 0.8, "dash": "solid"}
    return scatter(x=flat[:, 0], y=flat[:, 1], mode="lines", line=line, name="flow", hoverinfo="skip")


def _sparse(values: FloatArray) -> Any:
    """Whether each is in every n-th column of a grid, so that arrows do not overlap."""
    columns = np.unique(np.round(values, 2))
    if len(columns) < 2:
        return np.ones(values.shape, dtype=bool)
    every = max(1, int(-(-ARROW_DISTANCE // abs(columns[1] - columns[0]))))
    return np.isin(np.round(values, 2), columns[::every])
