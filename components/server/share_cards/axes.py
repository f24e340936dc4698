"""Axes: from a figure's numbers to pixels, and the ticks that a reader is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np

from components.core.formatting import format_number

APART = {"x": 95.0, "y": 46.0}  # pixels from one tick to the next, about
FAR = 1e5  # pixels: beyond, where exactly does not matter


@dataclass(frozen=True)
class Axis:
    """One axis: `ends` in its numbers (powers of ten, if `log`), at the pixels `start` and `stop`."""

    log: bool
    ends: tuple[float, float]
    start: float
    stop: float

    @classmethod
    def of(cls, looks: Mapping[str, Any], start: float, stop: float) -> Axis:
        low, high = (float(end) for end in looks["range"])
        return cls(looks.get("type") == "log", (low, high if high != low else low + 1.0), start, stop)

    def pixels(self, values: Any) -> np.ndarray:
        """Where numbers are; nan where they are nowhere, far away where they are at minus infinity."""
        given = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):
            at = np.where(given > 0, np.log10(given), np.where(given == 0, -1e9, np.nan)) if self.log else given
            low, high = self.ends
            found = self.start + (at - low) / (high - low) * (self.stop - self.start)
        return np.clip(found, -FAR, FAR)

    @property
    def length(self) -> float:
        """In pixels."""
        return abs(self.stop - self.start)

    def shows(self, value: float) -> bool:
        """Whether a number is between the ends."""
        low, high = sorted((self.start, self.stop))
        return bool(low - 0.5 <= float(self.pixels(value)) <= high + 0.5)


def ticks(axis: Axis, looks: Mapping[str, Any], letter: str) -> list[tuple[float, str]]:
    """Where ticks are, in the axis's numbers, and what is written at them."""
    most = max(2, floor(axis.length / APART[letter]))
    if looks.get("tickvals"):
        values = [float(value) for value in looks["tickvals"]]
        texts = [str(text) for text in looks.get("ticktext") or [format_number(value, 4) for value in values]]
        seen = [(value, text) for value, text in zip(values, texts, strict=True) if axis.shows(value)]
        return seen[:: ceil(len(seen) / (2 * most))] if seen else []
    return (
        _powers(axis, most)
        if axis.log
        else _even(min(axis.ends), max(axis.ends), min(most, looks.get("nticks") or most))
    )


def _even(low: float, high: float, most: int) -> list[tuple[float, str]]:
    for count in (most, most + 1, most + 2):  # a row that is low has two all the same
        least = (high - low) / count
        ten = 10.0 ** floor(log10(least))
        step = next(factor * ten for factor in (1, 2, 5, 10) if factor * ten >= least * (1 - 1e-9))
        values = [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
        if len(values) > 1:
            break
    return [(value, _written(value, step)) for value in values]


def _written(value: float, step: float) -> str:
    """A number at a tick, as fine as the ticks are apart."""
    if value == 0:
        return "0"
    if not 1e-3 <= abs(step) or abs(value) >= 1e5:
        return format_number(value, 3)
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}".replace("-", "−")


def _powers(axis: Axis, most: int) -> list[tuple[float, str]]:
    low, high = sorted(axis.ends)
    decades = range(ceil(low - 1e-9), floor(high + 1e-9) + 1)
    if len(decades) > 1:
        every = ceil(len(decades) / most)
        return [(10.0**power, power_text(power)) for power in decades if power % every == 0]
    steps = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in (1, 2, 5)]
    inside = [(value, format_number(value, 2)) for value in steps if low - 1e-9 <= log10(value) <= high + 1e-9]
    if len(inside) > 1:
        return inside
    return [(value, text) for value, text in _even(10**low, 10**high, most) if value > 0]


def power_text(power: int) -> str:
    """A power of ten."""
    if -3 < power < 4:
        return f"{10.0**power:g}"
    return f"10<sup>{str(power).replace('-', '−')}</sup>"
