"""What view 2 gives away: its numbers, and a script that computes and draws them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from components.core.view import Columns
from components.ui.heatmap_encoding import SCALE
from components.views.phase_map.captions import shares
from components.views.phase_map.compute import RTOL, levels, side
from components.views.phase_map.figures import PALE, legend, looks, quantity
from components.views.phase_map.state import PhaseMapState, symbol, title
from components.views.unlearning.state import POLYNOMIALS
from dynamics import PhaseMap

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _REST = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _REST.partition("# --- numbers ---\n")[2]


def whole(state: PhaseMapState) -> PhaseMap:
    """The finished map."""
    *_, last = levels(state)
    return last


def table(state: PhaseMapState) -> Columns:
    """A row for each cell: where it is, its fate, and the quantity that is shown; from below, left to right."""
    map_ = whole(state)
    X, Y = np.meshgrid(map_.x, map_.y)
    columns = {
        state.x: X.ravel(),
        state.y: Y.ravel(),
        "fate": np.array([look.word for look in looks()])[map_.fate.ravel()],
    }
    values = quantity(state, map_)
    return columns if values is None else columns | {state.quantity: values.ravel()}


def document(state: PhaseMapState) -> Mapping[str, Any]:
    """The axes, the fates and the quantity as tables (rows from below), the boundaries, the shares of the fates."""
    map_ = whole(state)
    values = quantity(state, map_)
    return {
        "polynomials": POLYNOMIALS,
        "c": state.c,
        "c_star": state.c_star,
        "x": {"parameter": state.x, "values": map_.x},
        "y": {"parameter": state.y, "values": map_.y},
        "fates": {str(number): look.word for number, look in enumerate(looks())},
        "fate": map_.fate,
        "quantity": None if values is None else {"name": legend(state), "values": values},
        "boundaries": [
            {"fates": [fate.name for fate in curve.fates], "x": curve.x, "y": curve.y} for curve in map_.boundary or ()
        ],
        "shares": {fate.name: share for fate, share in shares(map_)},
        "trajectories": map_.trajectories,
    }


def python(state: PhaseMapState) -> str:
    """A script that computes the map with `dynamics` and draws it."""
    x, y = state.axes
    parameters = {
        "C": state.c,
        "C_STAR": state.c_star,
        "EPS": state.eps,
        "A0": state.a,
        "R0": state.R0,
        "X": x,
        "Y": y,
        "N": (side(state), side(state)),
        "QUANTITY": state.quantity,
        "TAU_END": state.tau,
        "RTOL": RTOL,
        "TITLES": (f"{symbol(state.x)}, {title(state.x)}", f"{symbol(state.y)}, {title(state.y)}"),
        "LEGEND": legend(state) if state.quantity != "fate" else "",
        "FATES": tuple((look.word, look.colour) for look in looks()),
        "PALE": PALE,
        "SCALE": tuple(SCALE),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = f'"""{symbol(state.y)} over {symbol(state.x)}: a phase map of feature unlearning.\n\n'
    source = "Model: Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly and the package `dynamics`.\n"
    source += f"C and C_STAR: coefficients of {POLYNOMIALS}; degree 1 first.\n"
    return f'{about}{source}Link: /phase-map?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
