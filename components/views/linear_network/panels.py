"""What the panels and the map show: one object for each choice, from which its button, the cost, the color bar and the
texts follow.
"""

from __future__ import annotations

from dataclasses import dataclass


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
    average: over the starts.
    """

    label: str
    average: str


MAP_QUANTITIES = {
    "kernel": MapQuantity("kernel", "median"),
    "angle": MapQuantity("angle", "mean"),
    "spread": MapQuantity("spread", "standard deviation"),
}
"""Legend and values are those of the library's quantity of the same name."""
