"""Claims of a step of a story: a quantity of its state, and the value that it must have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np

from components.core.state import State

Quantity = Callable[[Any, int, float], Any]  # of a state, a run (or a number of its kind) and a time


@dataclass(frozen=True)
class Claim:
    """A quantity, the trajectory and time of it, and one of: a word; a value within a distance; a bound."""

    quantity: str
    run: int = 0
    time: float = 0.0
    word: str | None = None
    value: float | None = None
    within: float = 0.0
    above: float | None = None
    below: float | None = None

    @classmethod
    def read(cls, data: Any) -> Claim:
        """Return the claim of a table in a story. Raises ValueError with a sentence."""
        allowed_keys = {"quantity", "run", "time", "is", "value", "within", "above", "below"}
        if not isinstance(data, Mapping) or data.keys() - allowed_keys or not isinstance(data.get("quantity"), str):
            raise ValueError(f"each has a quantity and any of {', '.join(sorted(allowed_keys - {'quantity'}))}.")
        numbers = {name: data[name] for name in allowed_keys - {"quantity", "is"} if name in data}
        for name, number in numbers.items():
            if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
                raise ValueError(f"{name} must be a number.")
        if not 0 <= (run := numbers.get("run", 0)) <= 50 or run != int(run):
            raise ValueError("run must be a whole number in [0, 50].")
        conditions = {"is", "value", "above", "below"} & data.keys()
        if (
            not conditions
            or ("value" in conditions) != ("within" in data)
            or ("is" in conditions and not isinstance(data["is"], str))
        ):
            raise ValueError("it must be a word (is), a value within a distance, or above or below a number.")
        return cls(data["quantity"], word=data.get("is"), **{**numbers, "run": int(run)})

    def check(self, quantities: Mapping[str, Quantity], state: State) -> tuple[bool, Any]:
        """Return whether the claim holds for a state of the view with these quantities, and the value found.

        Raises ValueError with a sentence where there is no such value.
        """
        try:
            value = quantities[self.quantity](state, self.run, self.time)
        except IndexError:
            raise ValueError(f"run = {self.run} is more than there are.") from None
        if self.word is not None:
            return str(value) == self.word, value
        if isinstance(value, (str, Enum)):
            raise ValueError(f"its value is a word, here {value}: claim it by is.")
        is_close = self.value is None or abs(value - self.value) <= self.within
        return is_close and (self.above is None or value > self.above) and (
            self.below is None or value < self.below
        ), value

    @property
    def condition(self) -> str:
        """What the value must be, in words."""
        parts = [
            None if self.word is None else self.word,
            None if self.value is None else f"within {self.within:g} of {self.value:g}",
            None if self.above is None else f"above {self.above:g}",
            None if self.below is None else f"below {self.below:g}",
        ]
        return " and ".join(part for part in parts if part is not None)


def interpolate(run: Any, clock: str, column: str, time: float) -> float:
    """Return a column of a trajectory at a time; clock: the name of the column of times.

    Raises ValueError with a sentence where the time is outside the trajectory.
    """
    times = getattr(run, clock)
    if not times[0] <= time <= times[-1]:
        raise ValueError(f"time = {time:g} is outside [{times[0]:g}, {times[-1]:g}], the times of the run.")
    return float(np.interp(time, times, getattr(run, column)))
