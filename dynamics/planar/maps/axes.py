"""The two axes of a phase map: which parameter each varies, and from where to where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dynamics.planar.problem import COEFFICIENT_MAX, EPS_RANGE, K_MAX
from dynamics.planar.validation import A0_MAX, SAMPLES_MAX
from dynamics.typing import FloatArray
from dynamics.validation import check_choice, check_integer, check_number, check_sequence

BOUNDS = {
    "c": (-COEFFICIENT_MAX, COEFFICIENT_MAX),
    "c_star": (-COEFFICIENT_MAX, COEFFICIENT_MAX),
    "a0": (-A0_MAX, A0_MAX),
    "eps": EPS_RANGE,
    "R0": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Axis:
    """Describe one axis of a phase map.

    Attributes
    ----------
    name : {"c", "c_star", "a0", "eps", "R0"}
        The parameter that varies.
    k : int
        Degree of the coefficient for "c" and "c_star", else 0.
    low, high : float
        First and last value.
    """

    name: str
    k: int
    low: float
    high: float

    @property
    def of_model(self) -> bool:
        """Whether the axis varies the model, not only the start (bool)."""
        return self.name in ("c", "c_star", "eps")

    def samples(self, n: int) -> FloatArray:
        """Return evenly spaced values with both ends; those of eps are evenly spaced in the logarithm.

        Parameters
        ----------
        n : int, 2 to 100,000
            Number of values.

        Returns
        -------
        array (n,)
            The values, increasing.

        Raises
        ------
        ValueError
            If n is outside its range.
        """
        n = check_integer("n", n, 2, SAMPLES_MAX)
        if self.name == "eps":
            values = np.geomspace(self.low, self.high, n)
            values[0], values[-1] = self.low, self.high
            return values
        return np.linspace(self.low, self.high, n)


def axis(which: str, given: Sequence[Any]) -> Axis:
    """The axis from ("c", k, low, high), ("c_star", k, low, high), ("a0", low, high), ("eps", low, high) or
    ("R0", low, high). Raises ``ValueError``, which names the axis ``which`` ("x" or "y")."""
    name, *rest = check_sequence(which, given, 3, 4, "items, the first of them a name")
    name = check_choice(f"{which}[0]", name, tuple(BOUNDS))
    coefficient = name in ("c", "c_star")
    if len(rest) != (3 if coefficient else 2):
        form = f"({name!r}, k, low, high)" if coefficient else f"({name!r}, low, high)"
        raise ValueError(f"{which} must be {form}, not of {len(rest) + 1} items")
    k = check_integer(f"{which}: k", rest[0], 1, K_MAX) if coefficient else 0
    low, high = (check_number(f"{which}: {name}", value, *BOUNDS[name]) for value in rest[-2:])
    if not low < high:
        raise ValueError(f"{which}: {name} must increase, not run from {low:g} to {high:g}")
    return Axis(name, k, low, high)
