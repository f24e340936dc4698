"""What panels show of trajectories over time: one object for each row, from which axis, column and line follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from dynamics.planar.trajectories.exponents import local_exponents
from dynamics.typing import FloatArray

# What a row shows of an attribute of a trajectory, by the name of the transform.
TRANSFORMS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "value": lambda values, tau: values,
    "size": lambda values, tau: np.abs(values),
    "exponent": local_exponents,
}


@dataclass(frozen=True)
class Row:
    """A quantity over time: its column in streams and tables, the title of its axis, and what it is of a trajectory.

    Attributes
    ----------
    column, title : str
        Name of the column, and title of the axis.
    of : str
        Attribute of the trajectory, with dots where it is one of an attribute.
    transform : {"value", "size", "exponent"}
        What is shown of it.
    log : bool
        Whether the axis is logarithmic.
    range : tuple of float, optional
        Ends of the axis; None for the full extent.
    planar_only : bool
        Whether the law of finite width has no such quantity.
    """

    column: str
    title: str
    of: str
    transform: str = "value"
    log: bool = False
    range: tuple[float, float] | None = None
    planar_only: bool = False

    def values(self, run: Any) -> FloatArray:
        """Return the quantity at the samples of a trajectory."""
        found: FloatArray = TRANSFORMS[self.transform](attrgetter(self.of)(run), run.tau)
        return found


ALIGNMENT = Row("R", "R", "R", range=(-0.04, 1.04))
_EXPONENTS = (-1.1, 1.1)  # a trajectory that leaves R = 0 starts with 1; jumps exceed the range
ROWS = MappingProxyType(
    {
        "course": (ALIGNMENT, Row("a", "a", "a"), Row("loss", "loss  L", "loss")),
        "law": (Row("size_R", "|R|", "R", "size", log=True), Row("size_a", "|a|", "a", "size", log=True)),
        "slopes": (
            Row("slope_R", "d log |R| / d log τ", "R", "exponent", range=_EXPONENTS),
            Row("slope_a", "d log |a| / d log τ", "a", "exponent", range=_EXPONENTS),
        ),
        "kernel": (
            ALIGNMENT,
            Row("moved", "|w − w₀|", "movement.distance", planar_only=True),
            Row("change", "|Θ − Θ₀| / |Θ₀|", "kernel.change", log=True, planar_only=True),
            Row("share", "layer 2’s share", "kernel.share", range=(-0.04, 1.04), planar_only=True),
        ),
    }
)
"""Rows of the panels over time, from top to bottom."""
LAW_PANELS = ("law", "slopes")
"""Panels in which the asymptotic law of what unlearns is drawn."""
