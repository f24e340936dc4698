"""The figures of view 1: pure functions from results to figures and traces of plotly's schema.

They are plain dicts: `go.Figure`, which the tests build of every one of them, takes ten times as long
to check names and values as the core takes to compute them.

A trace that belongs to a run carries, in `meta`, which run and which of its columns it shows; the
client fills it from the stream. `part` says what of it: the line, or the marks of all runs.
"""

from components.unlearning.figures.ghosts import halts, pinned_manifold
from components.unlearning.figures.layers import (
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
    basins,
    contours,
    equilibria,
    landscape_of,
    nullcline,
    nullcline_of,
    orbits,
    parted,
    pasts,
    separatrices,
)
from components.unlearning.figures.limit import assigned, limit_panels
from components.unlearning.figures.looks import KINDS, Run, Window, look
from components.unlearning.figures.panels import LAW_POINTS, PANEL_DISPLAY, PANELS, law, panels
from components.unlearning.figures.plane import (
    FIELD,
    LABEL_GAP,
    LABEL_ROOM,
    field,
    label_heights,
    plane,
    union,
    window,
)
from components.unlearning.figures.runs import run_traces

__all__ = [
    "ARROWS",
    "FIELD",
    "KINDS",
    "LABEL_GAP",
    "LABEL_ROOM",
    "LANDSCAPE",
    "LAW_POINTS",
    "LEVELS",
    "NEAREST_LEVELS",
    "NULLCLINE",
    "PANELS",
    "PANEL_DISPLAY",
    "SYMBOLS",
    "TAIL",
    "TINT",
    "Curve",
    "Landscape",
    "Run",
    "Window",
    "arrows",
    "assigned",
    "basins",
    "contours",
    "equilibria",
    "field",
    "halts",
    "label_heights",
    "landscape_of",
    "law",
    "limit_panels",
    "look",
    "nullcline",
    "nullcline_of",
    "orbits",
    "panels",
    "parted",
    "pasts",
    "pinned_manifold",
    "plane",
    "run_traces",
    "separatrices",
    "union",
    "window",
]
