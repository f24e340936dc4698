"""The arguments that several questions share, checked: a value out of range is named, with its range."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ..arguments import whole, within
from ..hermite import Array

A0_MAX = 1e3
WIDTH_RANGE = (2.0, 1e9)
TAU_MIN, TAU_MAX = 1e-20, 1e8
SAMPLES_MAX = 100_000
RTOL_RANGE = (1e-13, 1e-3)


def start(a0: float, R0: float) -> tuple[float, float]:
    """A start (a0, R0)."""
    return within("a0", a0, -A0_MAX, A0_MAX), within("R0", R0, -1.0, 1.0)


def request(
    a0: float, R0: float, tau_end: float, n: int, tau: ArrayLike | None, rtol: float
) -> tuple[float, float, float, int, Array | None, float]:
    """What a trajectory is asked for: a0, R0, tau_end, n, the times or None, rtol."""
    a0, R0 = start(a0, R0)
    rtol = within("rtol", rtol, *RTOL_RANGE)
    times = None
    if tau is not None:
        times = np.array(tau, dtype=float)
        if times.ndim != 1 or not 1 <= len(times) <= SAMPLES_MAX:
            raise ValueError(f"tau of shape {times.shape} is not 1 to {SAMPLES_MAX} times in one dimension")
        if not (times[1:] > times[:-1]).all() or not 0 <= times[0] <= times[-1] <= TAU_MAX:
            raise ValueError(
                f"tau from {float(times[0])!r} to {float(times[-1])!r} does not increase within [0, {TAU_MAX:g}]"
            )
        if 0 < times[-1] < TAU_MIN:
            raise ValueError(f"tau up to {float(times[-1])!r} ends before {TAU_MIN:g}")
        tau_end = float(times[-1])
    else:
        tau_end = within("tau_end", tau_end, TAU_MIN, TAU_MAX)
    n = whole("n", n, 2, SAMPLES_MAX)
    return a0, R0, tau_end, n, times, rtol
