"""Where in a region of a map its name has room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import distance_transform_edt

GOOD_ENOUGH = 0.98  # of the greatest distance from the edge, which is as good


def roomiest_cell(inside: np.ndarray, height: float) -> tuple[int, int, float]:
    """The column and row that are farthest from the edge of a region (and of the map), and how far in rows, where a
    name, which is long, needs more room across: a row counts as much as `height` columns."""
    depth = distance_transform_edt(np.pad(inside, 1), sampling=(1.0, height))
    rows, columns = np.nonzero(depth >= GOOD_ENOUGH * depth.max())  # a strip has many: in the middle of them
    middle = np.argmin(np.hypot(rows - rows.mean(), height * (columns - columns.mean())))
    row, place = int(rows[middle]), int(columns[middle])
    return place - 1, row - 1, float(depth[row, place])


def run_length(inside: np.ndarray, place: int) -> int:
    """How many neighbors of a place in a row are inside with it, as many on either side."""
    outside = np.flatnonzero(~inside)
    left, right = outside[outside < place], outside[outside > place]
    before = left[-1] if left.size else -1
    after = right[0] if right.size else inside.size
    return int(2 * min(place - before, after - place) - 1)


def moved_apart(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights, moved apart until each has this distance from the next, as far as as many rounds reach."""
    order = sorted(range(len(heights)), key=heights.__getitem__)
    moved = [heights[i] for i in order]
    for _ in range(len(moved)):
        for low in range(len(moved) - 1):
            short = gap - (moved[low + 1] - moved[low])
            if short > 1e-12:
                moved[low] -= short / 2
                moved[low + 1] += short / 2
    placed = dict(zip(order, moved, strict=True))
    return [placed[i] for i in range(len(heights))]
