"""Checks of the arguments that several methods share."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from dynamics.typing import FloatArray
from dynamics.validation import check_integer, check_interval, check_items, check_number, check_times

A0_MAX = 1e3
WIDTH_RANGE = (2.0, 1e9)
TAU_MIN, TAU_MAX = 1e-20, 1e8
SAMPLES_MAX = 100_000
RTOL_RANGE = (1e-13, 1e-3)


def start(a0: float, R0: float) -> tuple[float, float]:
    """A start (a0, R0)."""
    return check_number("a0", a0, -A0_MAX, A0_MAX), check_number("R0", R0, -1.0, 1.0)


def starts(a0s: Iterable[float]) -> list[float]:
    """Starts a0, at most 100,000."""
    items = check_items("a0s", a0s, SAMPLES_MAX)
    return [check_number(f"a0s[{i}]", item, -A0_MAX, A0_MAX) for i, item in enumerate(items)]


def starts_between(bracket: tuple[float, float]) -> tuple[float, float]:
    """A bracket of starts a0."""
    return check_interval("bracket", bracket, -A0_MAX, A0_MAX)


def request(
    a0: float, R0: float, tau_end: float, n: int, tau: ArrayLike | None, rtol: float
) -> tuple[float, float, float, int, FloatArray | None, float]:
    """Return the validated arguments of a trajectory: a0, R0, tau_end, n, the times or None, rtol."""
    a0, R0 = start(a0, R0)
    rtol = check_number("rtol", rtol, *RTOL_RANGE)
    tau_end = check_number("tau_end", tau_end, TAU_MIN, TAU_MAX)
    n = check_integer("n", n, 2, SAMPLES_MAX)
    if tau is None:
        return a0, R0, tau_end, n, None, rtol
    times = np.array(check_times("tau", tau, TAU_MAX, SAMPLES_MAX))
    if 0 < times[-1] < TAU_MIN:
        raise ValueError(f"tau must end at 0 or between {TAU_MIN:g} and {TAU_MAX:g}, not at {float(times[-1])!r}")
    return a0, R0, float(times[-1]), n, times, rtol
