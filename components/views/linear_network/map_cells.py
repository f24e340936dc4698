"""The phase diagram as a grid that the client colors."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.core.view import integers
from components.ui.heatmap_encoding import quantize
from dynamics import Fate
from dynamics.linear_network import BORDERS
from dynamics.plotting import LinearNetworkPicture
from dynamics.plotting.color_scales import CIVIDIS
from dynamics.plotting.linear_network.phase_diagram import QUANTITIES
from dynamics.plotting.style import FATES

# Mechanisms have the colors of their effect on the alignment.
STYLES = {
    "alignment": FATES[Fate.FULL_ALIGNMENT],
    "disalignment": FATES[Fate.UNLEARNING],
    "rescaling": FATES[Fate.PARTIAL_ALIGNMENT],
    "kernel": FATES[Fate.NO_ALIGNMENT],
}
# Cells of the map: the change of the kernel.
CELLS = (
    ("kernel", "kernel phase: it ends within 5 % of its initial value"),
    ("alignment", "feature learning: the kernel grows"),
    ("disalignment", "feature learning: the kernel shrinks"),
    ("rescaling", "undefined: nothing moves, or a kernel of 0"),
)


def cells(picture: LinearNetworkPicture) -> dict[str, Any]:
    """Return what becomes of the kernel in each cell, and the quantity."""
    map_, quantity = picture.phase_diagram, QUANTITIES[picture.quantity]
    median = map_.median
    kind = np.select([np.isnan(median), median > BORDERS[1], median < BORDERS[0]], [3, 1, 2], 0).astype("u1")
    x, y = picture.map_edges
    return {
        "n": [map_.x.size, map_.y.size],
        "x": x,
        "y": y,
        "fate": integers(kind.ravel()),
        "fates": [{"color": STYLES[name].color, "glyph": STYLES[name].glyph, "word": word} for name, word in CELLS],
        "strength": 1.0,
        "quantity": {
            **quantize(quantity.values(map_), quantity.log), "name": quantity.legend, "scale": CIVIDIS,
        },
    }  # fmt: skip
