"""The figures of the Unlearning view: pure functions from results to figures and traces of plotly's schema.

They are plain dicts: to check names and values, `go.Figure` takes ten times as long as the core takes to compute them.
The tests build a `go.Figure` from every one of them.

The `meta` of a trace of a trajectory contains the index of the trajectory and the columns; the client fills the trace
from the stream. `part` tells the line from the marks of all trajectories.
"""

from components.views.unlearning.figures.comparison_overlay import halts, pinned_manifold
from components.views.unlearning.figures.layers import (
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
from components.views.unlearning.figures.limit import assigned, limit_panels
from components.views.unlearning.figures.panels import LAW_POINTS, PANEL_DISPLAY, law, panels
from components.views.unlearning.figures.plane import (
    FIELD,
    LABEL_GAP,
    WINDOW_LEFT,
    field,
    label_heights,
    plane,
    union,
    window,
)
from components.views.unlearning.figures.runs import run_traces
from components.views.unlearning.figures.styles import LINE_STYLES, Run, Window, trajectory_style

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
    "PANEL_DISPLAY",
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
