"""Lines and marks that the figures share: of neurons by the sign of their start, of solutions for comparison."""

from __future__ import annotations

from typing import Any

from dynamics.plotting.style import DEGREES, LIGHT

DOTS = "2px,3px"
NETWORK = LIGHT["network"]
PLANAR = {"color": LIGHT["ink"], "width": 2.4, "dash": "2px,5px"}
EXACT = {"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"}


def neuron_line(a0: float) -> dict[str, Any]:
    """Return the line of a neuron, by the sign of its a_i(0)."""
    return {"color": LIGHT["positive" if a0 >= 0 else "negative"], "width": 1.4, "dash": "solid" if a0 >= 0 else "dash"}


def degree_style(k: int) -> tuple[str, str]:
    """Return color and dash of a degree; those of the first ones come again above the last one that has its own."""
    return DEGREES[k % len(DEGREES)]
