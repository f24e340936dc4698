"""The panels of view 1: R, a and the loss over one time axis."""

from __future__ import annotations

from typing import Any

from components.unlearning.figures.looks import PLAIN
from components.view import Figure

PANELS = (("R", "R", "yaxis"), ("a", "a", "yaxis2"), ("loss", "loss  L", "yaxis3"))
TICKS = 12
POWER_TICKS = 9.6  # plotly draws powers of ten a quarter larger than it is told to


def panels(negative_R: bool) -> Figure:
    """R, a and the loss over one time axis, without their lines.

    `meta.extent` names the column from whose whole extent the client sets an axis's range, so that
    the axes stand still while a run is played.
    """
    share = 1 / len(PANELS)
    gap = 0.035
    layout: dict[str, Any] = {
        "xaxis": {
            **PLAIN,
            "type": "log",
            "title": {"text": "time  τ"},
            "anchor": "y3",
            "exponentformat": "power",
            "tickfont": {"size": POWER_TICKS},
        },
        "margin": {"l": 70, "r": 30, "t": 14, "b": 48},
        "hovermode": "x",
        "dragmode": "zoom",
        "meta": {"extent": {"xaxis": "tau", "yaxis2": "a", "yaxis3": "loss"}},
    }
    for row, (quantity, title, axis) in enumerate(PANELS):
        layout[axis] = {
            **PLAIN,
            "domain": [
                1 - (row + 1) * share + (gap if row < len(PANELS) - 1 else 0),
                1 - row * share - (gap if row else 0),
            ],
            "anchor": "x",
            "title": {"text": title},
            "fixedrange": True,
            "nticks": 5,
            "exponentformat": "power",
        }
        if quantity == "R":
            layout[axis]["range"] = [-1.04 if negative_R else -0.04, 1.04]
    return {"data": [], "layout": layout}


PANEL_DISPLAY: dict[str, Any] = {
    "axis": {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}},
    "measure": {
        "excess": {
            "columns": {"loss": "excess"},
            "layout": {
                "yaxis3.type": "log",
                "yaxis3.title.text": "L − L<sub>∞</sub>",
                "yaxis3.tickfont.size": POWER_TICKS,
            },
        }
    },
}
