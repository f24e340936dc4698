"""Figures of the planar system: pure functions from results to figures and traces of plotly's schema.

They are plain dicts: to check names and values, `go.Figure` takes ten times as long as the core takes to compute them.

The `meta` of a trace of a trajectory contains the index of the trajectory and the columns; the client fills the trace
from the stream. `part` tells the line from the marks of all trajectories.
"""

from dynamics.plotting.planar.comparison_overlay import halts, pinned_manifold
from dynamics.plotting.planar.limit import assigned, limit_panels
from dynamics.plotting.planar.overlays import (
    ARROWS,
    LANDSCAPE,
    LEVELS,
    NEAREST_LEVELS,
    NULLCLINE,
    SYMBOLS,
    TAIL,
    TINT,
    Curve,
    Landscape,
    arrows,
    backward_orbits,
    basins,
    contours,
    equilibria,
    landscape_of,
    nullcline,
    nullcline_of,
    orbits,
    separatrices,
    separatrix_label,
)
from dynamics.plotting.planar.panels import LAW_POINTS, law, panel_display, panels
from dynamics.plotting.planar.plane import (
    FIELD,
    LABEL_GAP,
    WINDOW_LEFT,
    field,
    label_heights,
    plane,
    union,
    window,
)
from dynamics.plotting.planar.runs import run_traces
from dynamics.plotting.planar.styles import LINE_STYLES, Run, Window, trajectory_style

__all__ = [
    "ARROWS",
    "FIELD",
    "LABEL_GAP",
    "LANDSCAPE",
    "LAW_POINTS",
    "LEVELS",
    "LINE_STYLES",
    "NEAREST_LEVELS",
    "NULLCLINE",
    "SYMBOLS",
    "TAIL",
    "TINT",
    "WINDOW_LEFT",
    "Curve",
    "Landscape",
    "Run",
    "Window",
    "arrows",
    "assigned",
    "backward_orbits",
    "basins",
    "contours",
    "equilibria",
    "field",
    "halts",
    "label_heights",
    "landscape_of",
    "law",
    "limit_panels",
    "nullcline",
    "nullcline_of",
    "orbits",
    "panel_display",
    "panels",
    "pinned_manifold",
    "plane",
    "run_traces",
    "separatrices",
    "separatrix_label",
    "trajectory_style",
    "union",
    "window",
]
