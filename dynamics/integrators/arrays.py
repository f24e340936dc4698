"""Arrays that grow, for compiled code. Element by element: the compiler takes seconds for assigning slices."""

from typing import Any

import numpy as np

from dynamics.jit import compiled


@compiled
def longer(rows: Any) -> Any:
    """A copy of rows (n, width) with room for twice as many."""
    grown = np.empty((2 * rows.shape[0], rows.shape[1]))
    for i in range(rows.shape[0]):
        for j in range(rows.shape[1]):
            grown[i, j] = rows[i, j]
    return grown


@compiled
def wider(columns: Any) -> Any:
    """A copy of columns (height, n) with room for twice as many."""
    grown = np.empty((columns.shape[0], 2 * columns.shape[1]))
    for i in range(columns.shape[0]):
        for j in range(columns.shape[1]):
            grown[i, j] = columns[i, j]
    return grown
