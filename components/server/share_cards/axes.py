"""Axes: conversion of values to pixels, and ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np

from dynamics.plotting.number_text import format_number

TICK_DISTANCE = {"x": 95.0, "y": 46.0}  # pixels, about
MAX_PIXELS = 1e5  # positions are clipped here


@dataclass(frozen=True)
class Axis:
    """One axis: `ends` in its numbers (powers of ten, if `log`), at the pixels `start` and `stop`."""

    log: bool
    ends: tuple[float, float]
    start: float
    stop: float

    @classmethod
    def of(cls, style: Mapping[str, Any], start: float, stop: float) -> Axis:
        low, high = (float(end) for end in style["range"])
        return cls(style.get("type") == "log", (low, high if high != low else low + 1.0), start, stop)

    def pixels(self, values: Any) -> np.ndarray:
        """Return the positions of values in pixels: nan if undefined, far away for minus infinity."""
        numbers = np.asarray(values, dtype=float)
        with np.errstate(all="ignore"):
            at = np.where(numbers > 0, np.log10(numbers), np.where(numbers == 0, -1e9, np.nan)) if self.log else numbers
            low, high = self.ends
            position = self.start + (at - low) / (high - low) * (self.stop - self.start)
        return np.clip(position, -MAX_PIXELS, MAX_PIXELS)

    @property
    def length(self) -> float:
        """The length in pixels."""
        return abs(self.stop - self.start)

    def contains(self, value: float) -> bool:
        """Return whether a value is between the ends."""
        low, high = sorted((self.start, self.stop))
        return bool(low - 0.5 <= float(self.pixels(value)) <= high + 0.5)


def ticks(axis: Axis, style: Mapping[str, Any], letter: str) -> list[tuple[float, str]]:
    """Return the values of ticks, and their labels."""
    max_ticks = max(2, floor(axis.length / TICK_DISTANCE[letter]))
    if style.get("tickvals"):
        values = [float(value) for value in style["tickvals"]]
        texts = [str(text) for text in style.get("ticktext") or [format_number(value, 4) for value in values]]
        visible = [(value, text) for value, text in zip(values, texts, strict=True) if axis.contains(value)]
        return visible[:: ceil(len(visible) / (2 * max_ticks))] if visible else []
    return (
        _powers(axis, max_ticks)
        if axis.log
        else _even(min(axis.ends), max(axis.ends), min(max_ticks, style.get("nticks") or max_ticks))
    )


def _even(low: float, high: float, max_ticks: int) -> list[tuple[float, str]]:
    for count in (max_ticks, max_ticks + 1, max_ticks + 2):  # a row that is low has two all the same
        min_step = (high - low) / count
        ten = 10.0 ** floor(log10(min_step))
        step = next(factor * ten for factor in (1, 2, 5, 10) if factor * ten >= min_step * (1 - 1e-9))
        values = [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]
        if len(values) > 1:
            break
    return [(value, _label(value, step)) for value in values]


def _label(value: float, step: float) -> str:
    """Format a tick value with the resolution of the step."""
    if value == 0:
        return "0"
    if not 1e-3 <= abs(step) or abs(value) >= 1e5:
        return format_number(value, 3)
    return f"{value:.{max(0, -floor(log10(step) + 1e-9))}f}".replace("-", "−")


def _powers(axis: Axis, max_ticks: int) -> list[tuple[float, str]]:
    low, high = sorted(axis.ends)
    decades = range(ceil(low - 1e-9), floor(high + 1e-9) + 1)
    if len(decades) > 1:
        every = ceil(len(decades) / max_ticks)
        return [(10.0**power, power_text(power)) for power in decades if power % every == 0]
    steps = [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in (1, 2, 5)]
    inside = [(value, format_number(value, 2)) for value in steps if low - 1e-9 <= log10(value) <= high + 1e-9]
    if len(inside) > 1:
        return inside
    return [(value, text) for value, text in _even(10**low, 10**high, max_ticks) if value > 0]


def power_text(power: int) -> str:
    """Return a power of ten."""
    if -3 < power < 4:
        return f"{10.0**power:g}"
    return f"10<sup>{str(power).replace('-', '−')}</sup>"
