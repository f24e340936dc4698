"""A quantity over the cells of a map, as the client colors it."""

from __future__ import annotations

from typing import Any

import numpy as np
from plotly.colors import sequential

from components.core.view import integers

NONE = 65535  # a cell of which the quantity is not finite
SCALE = list(sequential.Cividis)  # even to the eye, color-blind or not


def quantize(values: np.ndarray, log: bool) -> dict[str, Any]:
    """A quantity in whole numbers from 0 at its least to NONE - 1 at its greatest, or in those of its logarithm."""
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = np.log10(values) if log else values
    finite = np.isfinite(measured)
    low, high = (float(measured[finite].min()), float(measured[finite].max())) if finite.any() else (0.0, 1.0)
    span = high - low or 1.0
    steps = np.full(values.shape, NONE, np.uint16)
    steps[finite] = np.rint((measured[finite] - low) / span * (NONE - 1))
    return {"values": integers(steps.ravel()), "low": low, "high": low + span, "log": log}


def colorbar(code: dict[str, Any], colors: dict[str, Any]) -> dict[str, Any]:
    """The color bar, with these properties of plotly's: plotly draws one beside points, of which there are none."""
    marker = {
        "color": [code["low"]],
        "cmin": code["low"],
        "cmax": code["high"],
        "colorscale": [[k / (len(SCALE) - 1), color] for k, color in enumerate(SCALE)],
        "showscale": True,
        "colorbar": {"thickness": 12, "outlinewidth": 0, **colors},
    }
    return {"type": "scatter", "x": [None], "y": [None], "mode": "markers", "marker": marker, "name": "colors"}
