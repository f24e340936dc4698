"""What the map shows: one object for each choice, from which its button, cost and texts follow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MapQuantity:
    """A choice of the map; its name is that of the field of `PhaseMap` that holds it.

    label: of its button.
    meaning: what the values mean, whose legend is that of `dynamics.plotting`; empty for the fates themselves.
    follows: whether each trajectory is followed further than its fate takes.
    at_a_time: whether it is taken at the state's time.
    """

    label: str
    meaning: str = ""
    follows: bool = True
    at_a_time: bool = False


QUANTITIES = {
    "fate": MapQuantity("fate", follows=False),
    "time": MapQuantity("time to it", "From that time on R stays within half of its largest distance from its limit."),
    "lost": MapQuantity("alignment lost", "The largest |R| on the way less the |R| that is left in the end."),
    "R_inf": MapQuantity(
        "R, τ → ∞",
        "Where R ends: ±1 is full alignment; 0 is unlearning where |a| grows without bound, else no alignment.",
        follows=False,
    ),
    "R": MapQuantity("R at τ", "Where R is at that time; the fate may still be far away.", at_a_time=True),
}
AT_A_TIME = tuple(name for name, quantity in QUANTITIES.items() if quantity.at_a_time)
