"""Colors of a quantity over the cells of a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dynamics.plotting.schema import Trace
from dynamics.typing import FloatArray

CIVIDIS = (
    "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
)  # fmt: skip
"""Even to the eye, color-blind or not; from the least value to the greatest."""
COLOR_SCALE = [[k / (len(CIVIDIS) - 1), color] for k, color in enumerate(CIVIDIS)]


def color_range(values: FloatArray, log: bool) -> tuple[FloatArray, float, float]:
    """Return what the colors follow, the values or their decimal logarithms, and the ends of its range."""
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = np.log10(values) if log else values
    finite = measured[np.isfinite(measured)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return measured, low, low + ((high - low) or 1.0)


def color_bar(low: float, high: float, bar: Mapping[str, Any]) -> Trace:
    """Return the bar of the colors, with these properties of plotly's: plotly draws one beside points, of which there
    are none.
    """
    marker = {
        "color": [low],
        "cmin": low,
        "cmax": high,
        "colorscale": COLOR_SCALE,
        "showscale": True,
        "colorbar": {"thickness": 12, "outlinewidth": 0, **bar},
    }
    return {"type": "scatter", "x": [None], "y": [None], "mode": "markers", "marker": marker, "name": "colors"}


def step_scale(colors: Sequence[str]) -> list[list[Any]]:
    """Return a scale with a step for each color, for the numbers 0, 1, … from -1/2 to their number less 1/2."""
    return [[(number + edge) / len(colors), color] for number, color in enumerate(colors) for edge in (0, 1)]
