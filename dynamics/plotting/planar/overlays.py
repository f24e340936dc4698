"""Overlays of the R–a plane: pure functions from results of the core to traces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dynamics import (
    BackwardOrbit,
    CriticalManifold,
    Equilibrium,
    EquilibriumKind,
    Fate,
    LimitPoint,
    PhaseMap,
    Separatrix,
    SingularOrbit,
    UnlearningModel,
)
from dynamics.plotting.color_scales import step_scale
from dynamics.plotting.label_placement import roomiest_cell
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.styles import Window
from dynamics.plotting.schema import Trace
from dynamics.plotting.style import FATES, LIGHT
from dynamics.plotting.subplots import scatter

NULLCLINE = 400  # points
LANDSCAPE = (121, 81)  # grid points of the loss, along R and a
LEVELS = 1.151  # between contours: half a decade of the distance from the loss at R = 0
NEAREST_LEVELS = (0.005, 0.3)  # of the loss at R = 0: about the distance of the nearest contours below it, above
ARROWS, TAIL = 0.075, 0.005  # of the window: distance between arrows of the slow flow; length of an arrow
TINT = 0.16  # opacity of a basin
MIN_NAME_ROWS, NAME_HEIGHT = 1.5, 0.2  # rows that a basin's name needs above and below it; its height over its length
SYMBOLS = {
    EquilibriumKind.STABLE_NODE: "circle",
    EquilibriumKind.SADDLE: "x-thin",
    EquilibriumKind.UNSTABLE_NODE: "circle-open",
    EquilibriumKind.DEGENERATE: "diamond-open",
}
POINTER_SIZE = 6  # pixels; for a larger marker plotly prefers the points of a line
ORBIT = "singular orbit, ε → 0"


@dataclass(frozen=True, eq=False)
class Curve:
    """Points R, a (n,)."""

    R: np.ndarray
    a: np.ndarray


@dataclass(frozen=True, eq=False)
class Landscape:
    """The loss (ny, nx) at R (nx,) and a (ny,)."""

    R: np.ndarray
    a: np.ndarray
    loss: np.ndarray


def nullcline_of(model: UnlearningModel, R: tuple[float, float]) -> Curve:
    """Return the slow nullcline a = p/q, where da/dτ = 0; nan at its pole, R = 0."""
    points = np.linspace(*R, NULLCLINE)
    a = model.slow_nullcline_a(points)
    a[:-1][np.sign(points[:-1]) != np.sign(points[1:])] = np.nan
    return Curve(points, a)


def landscape_of(model: UnlearningModel, R: tuple[float, float], a: tuple[float, float]) -> Landscape:
    """Return the loss on a grid."""
    across, up = np.linspace(*R, LANDSCAPE[0]), np.linspace(*a, LANDSCAPE[1])
    return Landscape(across, up, model.loss(*np.meshgrid(across, up)))


def nullcline(curve: Curve, view: Window) -> Trace:
    """Return the trace of the slow nullcline."""
    line = {"color": LIGHT["muted"], "width": 1.4, "dash": "1px,4px"}
    hover = "slow nullcline<br>R = %{x:.4f}<br>a = %{y:.4f}<extra></extra>"
    x, y = curve.R, clip_far(curve.a, view)
    return scatter(x=x, y=y, mode="lines", line=line, name="slow nullcline", hovertemplate=hover)


def clip_far(a: np.ndarray, view: Window) -> np.ndarray:
    """Return heights, nan far outside the window, where lines would only be long."""
    height = view.a[1] - view.a[0]
    return np.where((a > view.a[0] - 2 * height) & (a < view.a[1] + 2 * height), a, np.nan)


def equilibria(points: Sequence[Equilibrium], view: Window) -> list[Trace]:
    """Return a mark for each equilibrium in the window: a node filled, a saddle a cross, a degenerate one a diamond.

    An invisible larger mark over each takes the pointer.
    """
    visible = [point for point in points if view.a[0] <= point.a <= view.a[1] and view.R[0] <= point.R <= view.R[1]]
    marker = {
        "symbol": [SYMBOLS[point.kind] for point in visible],
        "size": [9 if point.kind == EquilibriumKind.SADDLE else 8 for point in visible],
        "color": LIGHT["ink"],
        "opacity": 1,
        "line": {
            "color": LIGHT["ink"],
            "width": [2 * (point.kind != EquilibriumKind.STABLE_NODE) for point in visible],
        },
    }
    position = {
        "x": [point.R for point in visible],
        "y": [point.a for point in visible],
        "mode": "markers",
        "cliponaxis": False,
    }
    hover = {"text": [_described(point) for point in visible], "hovertemplate": "%{text}<extra></extra>"}
    return [
        scatter(**position, marker=marker, hoverinfo="skip", name="equilibria"),
        scatter(**position, marker={"size": POINTER_SIZE, "color": "rgba(0,0,0,0)"}, name="equilibria, words", **hover),
    ]


def _described(point: Equilibrium) -> str:
    """Return the hover text of an equilibrium."""
    values = " and ".join(format_number(value, 4) for value in point.eigenvalues)
    least = ", the global minimum" if point.is_global_minimum else ""
    where = f"R = {format_number(point.R)}<br>a = {format_number(point.a)}"
    return f"{point.kind}<br>{where}<br>eigenvalues {values}<br>L = {format_number(point.loss)}{least}"


def separatrices(curves: Iterable[Separatrix]) -> list[Trace]:
    """Return a trace for each separatrix, with the fates that it separates in its hover text."""
    line = {"color": LIGHT["separatrix"], "width": 1.6, "dash": "9px,3px,2px,3px"}
    return [
        scatter(
            x=curve.R,
            y=curve.a,
            mode="lines",
            line=line,
            name="separatrix",
            hovertemplate=f"separatrix<br>{separatrix_label(curve)}<extra></extra>",
        )
        for curve in curves
    ]


def separatrix_label(curve: Separatrix) -> str:
    """Describe the fates on the two sides of a separatrix, and those in strips too thin to see."""
    limits = (*curve.limits, *curve.adjacent)
    both_signs = {limit.a for limit in limits if limit.fate == Fate.UNLEARNING} == {-np.inf, np.inf}
    left, right, *adjacent = (_end(limit, curve.varies, both_signs) for limit in limits)
    strips = dict.fromkeys(end for end, strip in zip(adjacent, curve.strips, strict=True) if strip)
    thin = " and of ".join(strips)
    if left == right and strips:
        return f"bounds a thin strip of {thin} within {left}"
    return f"parts {left} from {right}" + (f"; a thin strip of {thin} lies along it" if strips else "")


def _end(limit: LimitPoint, varies: bool, signed: bool) -> str:
    """Return a fate and, where that distinguishes it from others, the limit of R (``signed``: of a, for unlearning)."""
    word = FATES[limit.fate].word
    if limit.fate == Fate.UNLEARNING and signed:
        return f"{word} (a → {'−' if limit.a < 0 else ''}∞)"
    if limit.fate in (Fate.UNLEARNING, Fate.UNDECIDED):
        return word
    if limit.fate == Fate.PARTIAL_ALIGNMENT and varies:
        return f"{word} (R {'<' if limit.R < 0 else '>'} 0)"
    return f"{word} (R → {format_number(limit.R, 3)})"


def orbits(singular_orbits: Iterable[SingularOrbit], view: Window) -> list[Trace]:
    """Return the singular orbits of all trajectories: fast pieces dashed, slow ones solid."""
    pieces = [piece for orbit in singular_orbits for piece in orbit.pieces]
    traces = []
    for fast in (True, False):
        chosen = [piece for piece in pieces if piece.fast == fast]
        x = np.concatenate([np.append(piece.R, np.nan) for piece in chosen]) if chosen else np.empty(0)
        y = np.concatenate([np.append(piece.a, np.nan) for piece in chosen]) if chosen else np.empty(0)
        line = {"color": LIGHT["ink"], "width": 3.8, "dash": "7px,5px" if fast else "solid"}
        name = f"{ORBIT}, {'fast' if fast else 'slow'}"
        hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
        traces.append(scatter(x=x, y=clip_far(y, view), mode="lines", line=line, name=name, hovertemplate=hover))
    return traces


def arrows(model: UnlearningModel, manifold: CriticalManifold, view: Window) -> Trace:
    """Return arrows along the slow flow on the attracting branches of the critical manifold.

    The marker of an arrow points away from the preceding point, which has size 0.
    """
    width, height = view.R[1] - view.R[0], view.a[1] - view.a[0]
    x: list[float] = []
    y: list[float] = []
    for branch in manifold.branches:
        if branch.attracting:
            steps = np.hypot(np.diff(branch.R) / width, np.diff(branch.a) / height)
            length = np.append(0.0, np.cumsum(steps))
            at = ARROWS * np.arange(0.5, length[-1] / ARROWS)
            R, a = np.interp(at, length, branch.R), np.interp(at, length, branch.a)
            rises, climbs = model.vector_field(R, a)[1] > 0, np.interp(at + TAIL, length, branch.a) > a
            at += np.where(rises == climbs, -TAIL, TAIL)
            pairs = np.stack([np.interp(at, length, branch.R), R]), np.stack([np.interp(at, length, branch.a), a])
            inside = (view.a[0] < a) & (a < view.a[1]) & (view.R[0] < R) & (R < view.R[1])
            x += pairs[0][:, inside].T.ravel().tolist()
            y += pairs[1][:, inside].T.ravel().tolist()
    marker = {
        "symbol": "arrow",
        "size": [0, 10] * (len(x) // 2),
        "angleref": "previous",
        "color": LIGHT["ink"],
        "line": {"color": LIGHT["paper"], "width": 1},
        "opacity": 1,
    }
    return scatter(x=x, y=y, mode="markers", marker=marker, hoverinfo="skip", name="slow flow")


def contours(model: UnlearningModel, landscape: Landscape) -> Trace:
    """Return contours of the loss, dense near its value at R = 0, which decides fates."""
    start = model.initial_loss or float(landscape.loss.max()) or 1.0
    excess = (landscape.loss - model.initial_loss) / start
    heights = np.arcsinh(excess / np.where(excess < 0, *NEAREST_LEVELS))
    lowest, highest = np.floor(heights.min() / LEVELS) + 0.5, np.ceil(heights.max() / LEVELS) - 0.5
    return {
        "type": "contour",
        "x": landscape.R,
        "y": landscape.a,
        "z": heights,
        "contours": {"coloring": "none", "start": LEVELS * lowest, "end": LEVELS * highest, "size": LEVELS},
        "autocontour": False,
        "line": {"color": LIGHT["contour"], "width": 1, "smoothing": 0.6},
        "showscale": False,
        "hoverinfo": "skip",
        "name": "loss",
    }


def basins(model: UnlearningModel, fates: PhaseMap, avoid: Sequence[float]) -> list[Trace]:
    """Return the fates of all starts as colors, with the name of each fate at the widest place that is clear of the
    manifold and of the heights to `avoid`.
    """
    tinted = list(FATES)
    index = {int(fate): k for k, fate in enumerate(tinted)}
    indices = np.vectorize(index.__getitem__)(fates.fate)
    last = len(tinted)
    scale = step_scale([FATES[fate].color for fate in tinted])
    tint = {
        "type": "heatmap",
        "x": fates.x,
        "y": fates.y,
        "z": indices,
        "zmin": -0.5,
        "zmax": last - 0.5,
        "colorscale": scale,
        "showscale": False,
        "opacity": TINT,
        "hoverinfo": "skip",
        "name": "basins",
    }
    step = float(fates.y[1] - fates.y[0])
    clear = np.abs(fates.y[:, None] - model.critical_manifold_a(fates.x)) > step
    for height in avoid:
        clear &= np.abs(fates.y - height)[:, None] > step
    cells = [(fate, *roomiest_cell((indices == k) & clear, NAME_HEIGHT)) for k, fate in enumerate(tinted)]
    labels = [(fate, i, j) for fate, i, j, size in cells if size >= MIN_NAME_ROWS]
    names = scatter(
        x=[float(fates.x[i]) for _, i, _ in labels],
        y=[float(fates.y[j]) for _, _, j in labels],
        text=[f"{FATES[fate].glyph} {FATES[fate].word}" for fate, _, _ in labels],
        textfont={"color": [FATES[fate].color for fate, _, _ in labels], "size": 12},
        mode="text",
        hoverinfo="skip",
        name="basins, names",
    )
    return [tint, names]


def backward_orbits(orbits: Iterable[BackwardOrbit]) -> Trace:
    """Return the backward orbits of the clicked points, to the window's edge."""
    orbits = list(orbits)
    x = np.concatenate([np.append(orbit.R, np.nan) for orbit in orbits]) if orbits else np.empty(0)
    y = np.concatenate([np.append(orbit.a, np.nan) for orbit in orbits]) if orbits else np.empty(0)
    line = {"color": LIGHT["muted"], "width": 1.8, "dash": "2px,3px"}
    hover = "before the start<br>R = %{x:.4f}<br>a = %{y:.4f}<extra></extra>"
    return scatter(x=x, y=y, mode="lines", line=line, name="past", hovertemplate=hover)
