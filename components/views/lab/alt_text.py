"""Alternative text of the figures of the Lab, for screen readers."""

from __future__ import annotations

from components.core.formatting import pluralize
from components.views.lab.state import LabState
from dynamics.plotting.number_text import format_number


def plane(state: LabState) -> str:
    """Describe the plane for a screen reader."""
    return (
        f"R–a plane from R = 0, a = {format_number(state.a, 3)}: the critical manifold, the planar law and the exact "
        "law of "
        f"{state.m} neurons, both for vanishing noise, {pluralize(state.runs, 'trained network')}"
        f"{' and their mean where one is near it' if state.runs > 1 else ''}, and single neurons."
    )


def panels(state: LabState) -> str:
    """Describe the panels for a screen reader."""
    return (
        f"R, a, loss and the neurons' overlap Q over time, to τ = {format_number(state.tau, 3)}: laws and networks "
        "as lines, a "
        "band from the least to the largest run; or their differences from the law of this width, over the band "
        "allowed for chance, width and batches."
    )
