"""The two axes of a phase map: which parameter each varies, and from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arguments import whole, within
from ..hermite import Array
from .arguments import A0_MAX
from .model import COEFFICIENT_MAX, EPS_RANGE, K_MAX

BOUNDS = {
    "c": (-COEFFICIENT_MAX, COEFFICIENT_MAX),
    "c_star": (-COEFFICIENT_MAX, COEFFICIENT_MAX),
    "a0": (-A0_MAX, A0_MAX),
    "eps": EPS_RANGE,
    "R0": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Axis:
    """One axis: the parameter ``name`` ("c", "c_star", "a0", "eps", "R0"), for coefficients of degree ``k`` (else 0),
    from ``low`` to ``high``."""

    name: str
    k: int
    low: float
    high: float

    @property
    def of_model(self) -> bool:
        """Whether it varies the model, not only the start."""
        return self.name in ("c", "c_star", "eps")

    def samples(self, n: int) -> Array:
        """n values with both ends, evenly spaced; those of eps evenly in its logarithm."""
        if self.name == "eps":
            values = np.geomspace(self.low, self.high, n)
            values[0], values[-1] = self.low, self.high
            return values
        return np.linspace(self.low, self.high, n)


def axis(which: str, given: Sequence[Any]) -> Axis:
    """The axis from ("c", k, low, high), ("c_star", k, low, high), ("a0", low, high), ("eps", low, high) or
    ("R0", low, high). Raises ``ValueError``, which names the axis ``which`` ("x" or "y")."""
    name = given[0] if not isinstance(given, str) and len(given) else given
    if not isinstance(name, str) or name not in BOUNDS:
        raise ValueError(f"{which} = {given!r} is not an axis: one of {', '.join(BOUNDS)}")
    coefficient = name in ("c", "c_star")
    form = f"({name!r}, k, low, high)" if coefficient else f"({name!r}, low, high)"
    if len(given) != (4 if coefficient else 3):
        raise ValueError(f"{which} = {given!r} is not {form}")
    k = whole(f"{which}: k", given[1], 1, K_MAX) if coefficient else 0
    low, high = (within(f"{which}: {name}", value, *BOUNDS[name]) for value in given[-2:])
    if not low < high:
        raise ValueError(f"{which}: {name} from {low:g} to {high:g} does not increase")
    return Axis(name, k, low, high)
