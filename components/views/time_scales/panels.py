"""What the panels show: one object for each choice, from which its button, the rows and the text follow."""

from __future__ import annotations

from dataclasses import dataclass

from dynamics.plotting.mean_field.quantities import ROWS


@dataclass(frozen=True)
class Panel:
    """A choice of the panels.

    label: of its button.
    description: for screen readers.
    rows: over time, from top to bottom; none for a study.
    """

    label: str
    description: str
    rows: tuple[str, ...] = ()


PANELS = {
    "course": Panel("all", "Risk, its degrees, every a and every s over time.", ROWS["course"]),
    "risk": Panel("risk", "Risk and its degrees over time.", ROWS["risk"]),
    "neurons": Panel("aᵢ, sᵢ", "Every a and every s over time.", ROWS["neurons"]),
    "sweep": Panel("ε", "Learning time of each degree over ε: medians over the starts, with fitted power laws."),
    "network": Panel(
        "d, m", "Distances of networks to the exact flow over the dimension, and to the mean field over the width."
    ),
}
OVER_TIME = tuple(name for name, panel in PANELS.items() if panel.rows)
WITH_RISK = tuple(name for name, panel in PANELS.items() if "risk" in panel.rows)
