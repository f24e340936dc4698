"""Exports of the Phase map view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import IMAI_2026
from components.core.view import Columns
from components.views.phase_map.captions import fate_fractions
from components.views.phase_map.compute import RTOL, cells_per_axis, levels
from components.views.phase_map.figures import fate_styles, legend, quantity
from components.views.phase_map.state import PhaseMapState, symbol
from components.views.unlearning.state import POLYNOMIALS
from dynamics import PhaseMap


def finished_map(state: PhaseMapState) -> PhaseMap:
    """Return the finished map."""
    *_, last = levels(state)
    return last


def table(state: PhaseMapState) -> Columns:
    """Return a row for each cell: its position, its fate, and the displayed quantity; from the bottom, left to
    right."""
    map_ = finished_map(state)
    X, Y = np.meshgrid(map_.x, map_.y)
    columns = {
        state.x: X.ravel(),
        state.y: Y.ravel(),
        "fate": np.array([style.word for style in fate_styles()])[map_.fate.ravel()],
    }
    values = quantity(state, map_)
    return columns if values is None else columns | {state.quantity: values.ravel()}


def document(state: PhaseMapState) -> Mapping[str, Any]:
    """Return the axes, the fates and the quantity as tables (rows from the bottom), the boundaries, the fractions of
    the fates.
    """
    map_ = finished_map(state)
    values = quantity(state, map_)
    return {
        "polynomials": POLYNOMIALS,
        "c": state.c,
        "c_star": state.c_star,
        "x": {"parameter": state.x, "values": map_.x},
        "y": {"parameter": state.y, "values": map_.y},
        "fates": {str(number): style.word for number, style in enumerate(fate_styles())},
        "fate": map_.fate,
        "quantity": None if values is None else {"name": legend(state), "values": values},
        "boundaries": [
            {"fates": [fate.name for fate in curve.fates], "x": curve.x, "y": curve.y} for curve in map_.boundary or ()
        ],
        "shares": {fate.name: fraction for fate, fraction in fate_fractions(map_)},
        "trajectories": map_.trajectories,
    }


def python(state: PhaseMapState) -> str:
    """Return a script that computes and draws the map. Only numbers and choices of the state enter it."""
    x, y = state.axes
    arguments = {
        "c": state.c,
        "c_star": state.c_star,
        "eps": state.eps,
        "x": x,
        "y": y,
        "n": (cells_per_axis(state), cells_per_axis(state)),
        "a0": state.a,
        "R0": state.R0,
        "quantities": (state.quantity, "boundary"),
        "tau_end": state.tau,
        "rtol": RTOL,
    }
    lines = "\n".join(f"    {name}={value!r}," for name, value in arguments.items())
    return f'''"""{symbol(state.y)} over {symbol(state.x)}: a phase map of feature unlearning, and its figure as HTML.

Link: /phase-map?{state.query()}
{fill("Model: " + IMAI_2026.citation, 110)}
"""

import numpy as np

from dynamics import Fate, phase_map
from dynamics.plotting import phase_map as figure_of, to_plotly

# c and c_star: coefficients of {POLYNOMIALS}; degree 1 first.
# The fates are int8 (ny, nx), rows from below; further quantities are of the same shape, nan where unknown.
found = phase_map(
{lines}
)
for fate in Fate:
    print(f"{{fate.name.replace('_', ' ').lower():18}} {{np.mean(found.fate == fate):8.2%}}")
print(f"{{len(found.boundary or ())}} boundaries, {{found.trajectories}} trajectories integrated")
try:
    to_plotly(figure_of(found, {state.quantity!r}, {legend(state)!r})).write_html("phase_map_map.html")
except ImportError as error:
    print(error)
'''
