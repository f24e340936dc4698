"""Figures of the planar system: pure functions from results to figures and traces of plotly's schema.

They are plain dicts: to check names and values, `go.Figure` takes ten times as long as the core takes to compute them.

The `meta` of a trace of a trajectory contains the index of the trajectory and the columns: `dynamics.plotting.filling`
fills the trace, or the client from the stream.
"""

from dynamics.plotting.planar.comparison_overlay import halts, pinned_manifold
from dynamics.plotting.planar.limit import assigned, limit_panels
from dynamics.plotting.planar.overlays import (
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
from dynamics.plotting.planar.panels import law, panel_display, panels
from dynamics.plotting.planar.plane import (
    LABEL_GAP,
    WINDOW_LEFT,
    field,
    label_heights,
    plane,
    union,
    window,
)
from dynamics.plotting.planar.runs import run_traces
from dynamics.plotting.planar.styles import Run, Window, trajectory_style

__all__ = [
    "LABEL_GAP",
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
