"""What the panels show: one object for each choice, from which its button, the rows and the text follow."""

from __future__ import annotations

from dataclasses import dataclass

TITLES = {"risk": "risk", "terms": "½ rₖ²", "a": "aᵢ", "s": "sᵢ"}  # of the axes, by the row


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
    "course": Panel("all", "Risk, its degrees, every a and every s over time.", ("risk", "terms", "a", "s")),
    "risk": Panel("risk", "Risk and its degrees over time.", ("risk", "terms")),
    "neurons": Panel("aᵢ, sᵢ", "Every a and every s over time.", ("a", "s")),
    "sweep": Panel("ε", "Learning time of each degree over ε: medians over the starts, with fitted power laws."),
    "network": Panel(
        "d, m", "Distances of networks to the exact flow over the dimension, and to the mean field over the width."
    ),
}
OVER_TIME = tuple(name for name, panel in PANELS.items() if panel.rows)
WITH_RISK = tuple(name for name, panel in PANELS.items() if "risk" in panel.rows)
