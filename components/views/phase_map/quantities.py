"""What the map shows: one object for each choice, from which its button, color bar, cost and texts follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MapQuantity:
    """A choice of the map; its name is that of the field of `PhaseMap` that holds it.

    label: of its button.
    legend: of the color bar, which may contain {tau}, and what the values mean; empty for the fates themselves.
    log: whether the colors follow the logarithm.
    follows: whether each trajectory is followed further than its fate takes.
    """

    label: str
    legend: str = ""
    meaning: str = ""
    log: bool = False
    follows: bool = True


QUANTITIES = {
    "fate": MapQuantity("fate", follows=False),
    "time": MapQuantity(
        "time to it",
        "time to the fate, τ",
        "From that time on R stays within half of its largest distance from its limit.",
        log=True,
    ),
    "lost": MapQuantity(
        "alignment lost", "alignment lost", "The largest |R| on the way less the |R| that is left in the end."
    ),
    "R_inf": MapQuantity(
        "R, τ → ∞",
        "R as τ → ∞",
        "Where R ends: ±1 is full alignment; 0 is unlearning where |a| grows without bound, else no alignment.",
        follows=False,
    ),
    "R": MapQuantity("R at τ", "R at τ = {tau}", "Where R is at that time; the fate may still be far away."),
}
AT_A_TIME = tuple(name for name, quantity in QUANTITIES.items() if "{tau}" in quantity.legend)
