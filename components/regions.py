"""Where in a region of a map its name has room."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt


def widest(inside: np.ndarray, height: float) -> tuple[int, int, float]:
    """The column and row that are farthest from the edge of a region (and of the map), and how far in rows, where a
    name, which is long, needs more room across: a row counts as much as `height` columns."""
    depth = distance_transform_edt(np.pad(inside, 1), sampling=(1.0, height))
    row, place = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return int(place) - 1, int(row) - 1, float(depth[row, place])
