"""Alternative text of the figures of the Real images view, for screen readers."""

from __future__ import annotations

from components.views.images.experiments import EXPERIMENTS
from components.views.images.state import ImagesState
from dynamics.plotting.number_text import format_number


def figures(state: ImagesState) -> dict[str, str]:
    """Return the texts of the figures for a screen reader."""
    values = ", ".join(format_number(value, 4) for value in state.values)
    experiment = EXPERIMENTS[state.experiment]
    return {
        "plane": f"{experiment.plane}, for the {experiment.axes.name} {values}.",
        "panels": f"{experiment.panels} over training, a line for each {experiment.axes.symbol}.",
    }
