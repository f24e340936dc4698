"""What the panels and the map show: one object for each choice, from which its button, the cost, the color bar and the
texts follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dynamics.linear_network import PhaseDiagram


@dataclass(frozen=True)
class Panel:
    """A choice of the panels.

    label: of its button.
    description: for screen readers; the map has its own.
    seconds: of a core, an upper estimate.
    rows: how many figures it has, one above the other.
    """

    label: str
    description: str
    seconds: float
    rows: int = 1


PANELS = {
    "course": Panel("over time", "Output, loss, angle, kernel ratio and norms over time.", 0.045, 5),
    "map": Panel("phase diagram", "", 0.05),
    "scaling": Panel("scaling", "Kernel ratio and angle over the large number of a scaling.", 0.8, 2),
    "activations": Panel("activations", "The angle over time for five activations, from two starts.", 3.0),
}


@dataclass(frozen=True)
class MapQuantity:
    """A choice of the phase diagram.

    label: of its button.
    legend: of the color bar.
    average: over the starts.
    values: of the map, of shape (ny, nx).
    log: whether the colors follow the logarithm.
    """

    label: str
    legend: str
    average: str
    values: Callable[[PhaseDiagram], np.ndarray]
    log: bool = False


MAP_QUANTITIES = {
    "kernel": MapQuantity("kernel", "kernel(∞) / kernel(0)", "median", lambda map_: np.exp(map_.median), log=True),
    "angle": MapQuantity("angle", "change of |cos ζ|", "mean", lambda map_: map_.cos_change),
    "spread": MapQuantity("spread", "spread of ln kernel ratio", "standard deviation", lambda map_: map_.spread),
}
