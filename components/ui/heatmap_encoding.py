"""A quantity over the cells of a map, as the client colors it."""

from __future__ import annotations

from typing import Any

import numpy as np

from components.core.view import integers
from dynamics.plotting.color_scales import color_range

NONE = 65535  # a cell of which the quantity is not finite


def quantize(values: np.ndarray, log: bool) -> dict[str, Any]:
    """A quantity in whole numbers from 0 at its least to NONE - 1 at its greatest, or in those of its logarithm."""
    measured, low, high = color_range(values, log)
    finite = np.isfinite(measured)
    steps = np.full(values.shape, NONE, np.uint16)
    steps[finite] = np.rint((measured[finite] - low) / (high - low) * (NONE - 1))
    return {"values": integers(steps.ravel()), "low": low, "high": high, "log": log}
