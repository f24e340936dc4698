"""Exports of the Phase map view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from components.core.view import Columns
from components.views.phase_map.captions import fate_fractions
from components.views.phase_map.compute import RTOL, cells_per_axis, levels
from components.views.phase_map.figures import fate_styles, legend, quantity
from components.views.phase_map.state import PhaseMapState, symbol
from components.views.unlearning.state import POLYNOMIALS
from dynamics import PhaseMap

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _AFTER_HEAD = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _AFTER_HEAD.partition("# --- numbers ---\n")[2]


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
    """Return a script that computes the map with `dynamics` and draws it."""
    x, y = state.axes
    parameters = {
        "C": state.c,
        "C_STAR": state.c_star,
        "EPS": state.eps,
        "A0": state.a,
        "R0": state.R0,
        "X": x,
        "Y": y,
        "N": (cells_per_axis(state), cells_per_axis(state)),
        "QUANTITY": state.quantity,
        "LEGEND": legend(state),
        "TAU_END": state.tau,
        "RTOL": RTOL,
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = f'"""{symbol(state.y)} over {symbol(state.x)}: a phase map of feature unlearning.\n\n'
    source = "Model: Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly and the package `dynamics`.\n"
    source += f"C and C_STAR: coefficients of {POLYNOMIALS}; degree 1 first.\n"
    return f'{about}{source}Link: /phase-map?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
