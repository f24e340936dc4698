"""What can be laid over the R–a plane: each layer a pure function from results of the core to traces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from components.core.formatting import format_number
from components.core.view import Trace, column, table
from components.ui.label_placement import roomiest_cell
from components.ui.subplots import scatter
from components.ui.theme import FATES, LIGHT
from components.views.unlearning.figures.styles import Window
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

NULLCLINE = 400  # points
LANDSCAPE = (121, 81)  # places of the loss, along R and a
LEVELS = 1.151  # between contours: half a decade of the distance from the loss at R = 0
NEAREST_LEVELS = (0.005, 0.3)  # of the loss at R = 0: about the distance of the nearest contours below it, above
ARROWS, TAIL = 0.075, 0.005  # of the window, from one arrow of the slow flow to the next; from its tail to its head
TINT = 0.16  # opacity of a basin
NAME_ROOM, NAME_HEIGHT = 1.5, 0.2  # rows that a basin's name needs above and below it; its height over its length
SYMBOLS = {
    EquilibriumKind.STABLE_NODE: "circle",
    EquilibriumKind.SADDLE: "x-thin",
    EquilibriumKind.UNSTABLE_NODE: "circle-open",
    EquilibriumKind.DEGENERATE: "diamond-open",
}
MET = 6  # pixels: plotly prefers the points of a line to a larger marker
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
    """The slow nullcline a = p/q, where a is at rest; nan where it jumps at its pole, R = 0."""
    points = np.linspace(*R, NULLCLINE)
    a = model.slow_nullcline_a(points)
    a[:-1][np.sign(points[:-1]) != np.sign(points[1:])] = np.nan
    return Curve(points, a)


def landscape_of(model: UnlearningModel, R: tuple[float, float], a: tuple[float, float]) -> Landscape:
    """The loss on a grid."""
    across, up = np.linspace(*R, LANDSCAPE[0]), np.linspace(*a, LANDSCAPE[1])
    return Landscape(across, up, model.loss(*np.meshgrid(across, up)))


def nullcline(curve: Curve, view: Window) -> Trace:
    """The slow nullcline."""
    line = {"color": LIGHT["muted"], "width": 1.4, "dash": "1px,4px"}
    hover = "slow nullcline<br>R = %{x:.4f}<br>a = %{y:.4f}<extra></extra>"
    x, y = column(curve.R), column(clip_far(curve.a, view))
    return scatter(x=x, y=y, mode="lines", line=line, name="slow nullcline", hovertemplate=hover)


def clip_far(a: np.ndarray, view: Window) -> np.ndarray:
    """Heights, nan where they are far outside the window: a line to them would only be long."""
    height = view.a[1] - view.a[0]
    return np.where((a > view.a[0] - 2 * height) & (a < view.a[1] + 2 * height), a, np.nan)


def equilibria(points: Sequence[Equilibrium], view: Window) -> list[Trace]:
    """Each equilibrium in the window: a node filled, a saddle a cross, a degenerate one a diamond; over it, unseen,
    what the pointer meets."""
    seen = [point for point in points if view.a[0] <= point.a <= view.a[1] and view.R[0] <= point.R <= view.R[1]]
    marker = {
        "symbol": [SYMBOLS[point.kind] for point in seen],
        "size": [9 if point.kind == EquilibriumKind.SADDLE else 8 for point in seen],
        "color": LIGHT["ink"],
        "opacity": 1,
        "line": {"color": LIGHT["ink"], "width": [2 * (point.kind != EquilibriumKind.STABLE_NODE) for point in seen]},
    }
    place = {"x": [point.R for point in seen], "y": [point.a for point in seen], "mode": "markers", "cliponaxis": False}
    words = {"text": [_described(point) for point in seen], "hovertemplate": "%{text}<extra></extra>"}
    return [
        scatter(**place, marker=marker, hoverinfo="skip", name="equilibria"),
        scatter(**place, marker={"size": MET, "color": "rgba(0,0,0,0)"}, name="equilibria, words", **words),
    ]


def _described(point: Equilibrium) -> str:
    """An equilibrium in words."""
    values = " and ".join(format_number(value, 4) for value in point.eigenvalues)
    least = ", the global minimum" if point.is_global_minimum else ""
    where = f"R = {format_number(point.R)}<br>a = {format_number(point.a)}"
    return f"{point.kind}<br>{where}<br>eigenvalues {values}<br>L = {format_number(point.loss)}{least}"


def separatrices(curves: Iterable[Separatrix]) -> list[Trace]:
    """Curves that part fates, each a trace that names what it parts."""
    line = {"color": LIGHT["separatrix"], "width": 1.6, "dash": "9px,3px,2px,3px"}
    return [
        scatter(
            x=column(curve.R),
            y=column(curve.a),
            mode="lines",
            line=line,
            name="separatrix",
            hovertemplate=f"separatrix<br>{separatrix_label(curve)}<extra></extra>",
        )
        for curve in curves
    ]


def separatrix_label(curve: Separatrix) -> str:
    """What a separatrix parts, in words: the limits seen on its two sides, and what fills a strip too thin to see."""
    limits = (*curve.limits, *curve.adjacent)
    both_signs = {limit.a for limit in limits if limit.fate == Fate.UNLEARNING} == {-np.inf, np.inf}
    one, other, *near = (_end(limit, curve.varies, both_signs) for limit in limits)
    strips = dict.fromkeys(end for end, strip in zip(near, curve.strips, strict=True) if strip)
    thin = " and of ".join(strips)
    if one == other and strips:
        return f"bounds a thin strip of {thin} within {one}"
    return f"parts {one} from {other}" + (f"; a thin strip of {thin} lies along it" if strips else "")


def _end(limit: LimitPoint, varies: bool, signed: bool) -> str:
    """A fate, and where R goes where that tells it from the like (``signed``: where a goes, of what unlearns)."""
    word = FATES[limit.fate].word
    if limit.fate == Fate.UNLEARNING and signed:
        return f"{word} (a → {'−' if limit.a < 0 else ''}∞)"
    if limit.fate in (Fate.UNLEARNING, Fate.UNDECIDED):
        return word
    if limit.fate == Fate.PARTIAL_ALIGNMENT and varies:
        return f"{word} (R {'<' if limit.R < 0 else '>'} 0)"
    return f"{word} (R → {format_number(limit.R, 3)})"


def orbits(found: Iterable[SingularOrbit], view: Window) -> list[Trace]:
    """The singular orbits of all runs: fast pieces dashed, slow ones solid."""
    pieces = [piece for orbit in found for piece in orbit.pieces]
    traces = []
    for fast in (True, False):
        mine = [piece for piece in pieces if piece.fast == fast]
        x = np.concatenate([np.append(piece.R, np.nan) for piece in mine]) if mine else np.empty(0)
        y = np.concatenate([np.append(piece.a, np.nan) for piece in mine]) if mine else np.empty(0)
        line = {"color": LIGHT["ink"], "width": 3.8, "dash": "7px,5px" if fast else "solid"}
        name = f"{ORBIT}, {'fast' if fast else 'slow'}"
        hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
        traces.append(
            scatter(x=column(x), y=column(clip_far(y, view)), mode="lines", line=line, name=name, hovertemplate=hover)
        )
    return traces


def arrows(model: UnlearningModel, manifold: CriticalManifold, view: Window) -> Trace:
    """The direction of the slow flow on the attracting branches of the critical manifold.

    An arrow's marker points from the point before it, which has no size.
    """
    width, height = view.R[1] - view.R[0], view.a[1] - view.a[0]
    x: list[float] = []
    y: list[float] = []
    for branch in manifold.branches:
        if branch.attracting:
            steps = np.hypot(np.diff(branch.R) / width, np.diff(branch.a) / height)
            gone = np.append(0.0, np.cumsum(steps))
            at = ARROWS * np.arange(0.5, gone[-1] / ARROWS)
            R, a = np.interp(at, gone, branch.R), np.interp(at, gone, branch.a)
            rises, climbs = model.vector_field(R, a)[1] > 0, np.interp(at + TAIL, gone, branch.a) > a
            at += np.where(rises == climbs, -TAIL, TAIL)
            pairs = np.stack([np.interp(at, gone, branch.R), R]), np.stack([np.interp(at, gone, branch.a), a])
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
    """The loss landscape as contours, close where the loss is close to that at R = 0, which decides fates."""
    start = model.initial_loss or float(landscape.loss.max()) or 1.0
    excess = (landscape.loss - model.initial_loss) / start
    heights = np.arcsinh(excess / np.where(excess < 0, *NEAREST_LEVELS))
    first, last = np.floor(heights.min() / LEVELS) + 0.5, np.ceil(heights.max() / LEVELS) - 0.5
    return {
        "type": "contour",
        "x": column(landscape.R),
        "y": column(landscape.a),
        "z": table(heights),
        "contours": {"coloring": "none", "start": LEVELS * first, "end": LEVELS * last, "size": LEVELS},
        "autocontour": False,
        "line": {"color": LIGHT["contour"], "width": 1, "smoothing": 0.6},
        "showscale": False,
        "hoverinfo": "skip",
        "name": "loss",
    }


def basins(model: UnlearningModel, fates: PhaseMap, taken: Sequence[float]) -> list[Trace]:
    """Where starts end, tinted by fate; the fate's name stands where its basin is widest, clear of the manifold
    and of the heights that are `taken`."""
    tinted = list(FATES)
    index = {int(fate): k for k, fate in enumerate(tinted)}
    kinds = np.vectorize(index.__getitem__)(fates.fate)
    last = len(tinted)
    scale = [[(k + side) / last, FATES[fate].colour] for k, fate in enumerate(tinted) for side in (0, 1)]
    tint = {
        "type": "heatmap",
        "x": column(fates.x),
        "y": column(fates.y),
        "z": table(kinds),
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
    for height in taken:
        clear &= np.abs(fates.y - height)[:, None] > step
    rooms = [(fate, *roomiest_cell((kinds == k) & clear, NAME_HEIGHT)) for k, fate in enumerate(tinted)]
    places = [(fate, i, j) for fate, i, j, room in rooms if room >= NAME_ROOM]
    names = scatter(
        x=[float(fates.x[i]) for _, i, _ in places],
        y=[float(fates.y[j]) for _, _, j in places],
        text=[f"{FATES[fate].glyph} {FATES[fate].word}" for fate, _, _ in places],
        textfont={"color": [FATES[fate].colour for fate, _, _ in places], "size": 12},
        mode="text",
        hoverinfo="skip",
        name="basins, names",
    )
    return [tint, names]


def backward_orbits(courses: Iterable[BackwardOrbit]) -> Trace:
    """Where the added points come from, backward in time to the window's edge."""
    courses = list(courses)
    x = np.concatenate([np.append(past.R, np.nan) for past in courses]) if courses else np.empty(0)
    y = np.concatenate([np.append(past.a, np.nan) for past in courses]) if courses else np.empty(0)
    line = {"color": LIGHT["muted"], "width": 1.8, "dash": "2px,3px"}
    hover = "before the start<br>R = %{x:.4f}<br>a = %{y:.4f}<extra></extra>"
    return scatter(x=column(x), y=column(y), mode="lines", line=line, name="past", hovertemplate=hover)
