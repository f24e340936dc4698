"""Alternative text of the figures of the Real images view, for screen readers."""

from __future__ import annotations

from components.core.formatting import format_number
from components.views.images.figures import VARIED
from components.views.images.state import ImagesState


def figures(state: ImagesState) -> dict[str, str]:
    """Return the texts of the figures for a screen reader."""
    values = ", ".join(format_number(value, 4) for value in state.values)
    symbol, what = VARIED[state.experiment]
    plane = {
        "scale": "Test and training accuracy, weight norm and the angles of all layers but the first",
        "width": "Best test accuracy and relative distance from the start",
        "initialisation": "Best test accuracy, relative distance from the start and kernel ratio",
        "unlearning": "R–a plane: alignment of the first layer across, second layer up",
    }[state.experiment]
    panels = {
        "scale": "Angles of all layers but the first, test accuracy and weight norm",
        "unlearning": "R, a, test loss and kernel distance",
    }.get(state.experiment, "The chosen quantity, a row for each choice of γ and η,")
    return {
        "plane": f"{plane}, for the {what} {values}.",
        "panels": f"{panels} over training, a line for each {symbol}.",
    }
