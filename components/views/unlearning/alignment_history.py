"""Sentences on R along a trajectory, and checks whether the numbers of a trajectory can be trusted."""

from __future__ import annotations

import numpy as np

from dynamics import Fate, PeakAlignment, ResultCode, Trajectory
from dynamics.planar.limits.limits import limit as find_limit
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import FATES

MIN_TURN = 0.004  # of the range of R; a smaller extremum is not described
LIMIT_TOLERANCE = 0.002  # of the range of R; a curve that ends closer to its limit counts as having reached it
ERROR = 0.02  # estimated error, in (R, a / max(1, |a|)), above which a sentence warns of it
_LIMIT_DISTANCE = 0.02  # of R: ends this far apart are two
_NEAR_ONE = 1e-12  # 1 - |R| below this is lost in rounding


def turning_points(R: np.ndarray) -> list[float]:
    """Return the first value of R, its extrema that differ by more than ``MIN_TURN`` of its range, and its last
    value."""
    min_change = MIN_TURN * float(np.ptp(R))
    points = [float(R[0])]
    low = high = points[0]
    rising: bool | None = None
    for value in R.tolist():
        low, high = min(low, value), max(high, value)
        if rising is not True and value > low + min_change:
            if rising is False:
                points.append(low)
            rising, high = True, value
        elif rising is not False and value < high - min_change:
            if rising is True:
                points.append(high)
            rising, low = False, value
    return [*points, float(R[-1])]


def movement(run: Trajectory, end: float, peak: PeakAlignment | None = None) -> str:
    """Describe R from its start over its extrema to ``end``, its limit; ``peak`` is the verified maximum of |R|."""
    values = turning_points(run.R)
    if peak and values:
        at = int(np.argmax(np.abs(values)))
        if abs(abs(values[at]) - peak.peak) < 0.01 * peak.peak and 0 < at < len(values) - 1:
            values[at] = float(np.copysign(peak.peak, values[at]))
    size = max(float(np.ptp([*values, end])), 1e-300)
    at_limit = abs(values[-1] - end) <= LIMIT_TOLERANCE * size
    if at_limit:
        values[-1] = end
    digits = _digits(values)
    parts: list[str] = []
    for before, after in zip(values[:-1], values[1:], strict=True):
        if after == before:
            continue
        start = f" from {format_number(before, digits)}" if not parts and before != 0 else ""
        parts.append(f"{'rises' if after > before else 'falls'}{start} to {format_number(after, digits)}")
    if at_limit:
        return _joined(parts or [f"stays at {format_number(end, digits)}"])
    last = parts.pop() if parts else f"is at {format_number(values[-1], digits)}"
    return _joined([*parts, f"{last} by τ = {format_number(run.tau_end, 3)}", f"tends to {format_number(end, 4)}"])


def _digits(values: list[float]) -> int:
    """Return the number of digits that distinguishes neighboring values, at least three."""
    for digits in (3, 4, 5):
        texts = [format_number(value, digits) for value in values]
        if all(a != b for a, b in zip(texts[:-1], texts[1:], strict=True)):
            return digits
    return 6


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def doubt(run: Trajectory) -> str:
    """Return why the fate of a trajectory cannot be stated; "" if curve, limit and error estimate agree.

    Curve and limit are two integrations. They contradict each other if the curve stopped early, if its loss is below
    that of the limit, or if the limit of its end is another one.
    """
    limit = run.limit
    if limit.fate == Fate.UNDECIDED:
        return ""
    if run.code != ResultCode.SUCCESS:
        return f"the integration stopped early, at τ = {format_number(float(run.tau[-1]), 3)}"
    word = FATES[limit.fate].word
    if float(run.loss[-1]) < limit.loss - 1e-6 * max(run.model.initial_loss, float(run.loss[0])) or _elsewhere(run):
        where = f"R = {format_number(float(run.R[-1]), 3)}, a = {format_number(float(run.a[-1]), 4)}"
        return f"the curve ends at {where}, and a second integration says {word}; the two disagree"
    if run.error > ERROR:
        return f"the estimated error of the curve is {format_number(run.error, 1)}; a second integration says {word}"
    return ""


def _elsewhere(run: Trajectory) -> bool:
    """Return whether the limit of the curve's end differs from that of the start."""
    model, limit = run.model, run.limit
    R, a = float(run.R[-1]), float(run.a[-1])
    if R == 0.0 or abs(run.R0) == 1.0 or abs(a) > 1e3:
        return False
    if 1.0 - abs(R) < _NEAR_ONE:  # rounding hides the distance to the line; only an invariant line decides
        side = float(np.sign(R))
        nullcline_a, manifold_a = float(model.slow_nullcline_a(side)), float(model.critical_manifold_a(side))
        invariant = min(0.0, manifold_a) < a < max(0.0, manifold_a) and min(0.0, manifold_a) < nullcline_a < max(
            0.0, manifold_a
        )
        return invariant and limit.R != side
    end = find_limit(model, a, R)
    if end.fate == Fate.UNDECIDED:
        return False
    return end.fate != limit.fate or abs(end.R - limit.R) > _LIMIT_DISTANCE
