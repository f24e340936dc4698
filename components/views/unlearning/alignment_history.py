"""How R moves along a run, in words, and whether the numbers of a run can be trusted at all."""

from __future__ import annotations

import numpy as np

from components.core.formatting import format_number
from components.ui.theme import FATES
from dynamics import Fate, PeakAlignment, ResultCode, Trajectory
from dynamics.planar.limits.limits import limit as find_limit

TURN = 0.004  # of the range of R: a smaller turn is not told
SETTLED = 0.002  # of the range of R: so close to its limit the end of the curve is not told apart from it
ERROR = 0.02  # estimated error, in (R, a / max(1, |a|)), from which on a sentence warns of it
_APART = 0.02  # of R: ends this far apart are two
_NEAR_ONE = 1e-12  # 1 - |R| below this is lost in rounding


def turning_points(R: np.ndarray) -> list[float]:
    """The first value, those where R turns by more than ``LOCK_TIMEOUT_SECONDS`` of its range, and the last one."""
    least = TURN * float(np.ptp(R))
    points = [float(R[0])]
    low = high = points[0]
    rising: bool | None = None
    for value in R.tolist():
        low, high = min(low, value), max(high, value)
        if rising is not True and value > low + least:
            if rising is False:
                points.append(low)
            rising, high = True, value
        elif rising is not False and value < high - least:
            if rising is True:
                points.append(high)
            rising, low = False, value
    return [*points, float(R[-1])]


def movement(run: Trajectory, end: float, peak: PeakAlignment | None = None) -> str:
    """How R goes from its start over its turning points to ``end``, its limit; ``peak`` is what is certain of the
    largest |R|."""
    values = turning_points(run.R)
    if peak and values:
        at = int(np.argmax(np.abs(values)))
        if abs(abs(values[at]) - peak.peak) < 0.01 * peak.peak and 0 < at < len(values) - 1:
            values[at] = float(np.copysign(peak.peak, values[at]))
    size = max(float(np.ptp([*values, end])), 1e-300)
    settled = abs(values[-1] - end) <= SETTLED * size
    if settled:
        values[-1] = end
    digits = _digits(values)
    parts: list[str] = []
    for before, after in zip(values[:-1], values[1:], strict=True):
        if after == before:
            continue
        start = f" from {format_number(before, digits)}" if not parts and before != 0 else ""
        parts.append(f"{'rises' if after > before else 'falls'}{start} to {format_number(after, digits)}")
    if settled:
        return _joined(parts or [f"stays at {format_number(end, digits)}"])
    last = parts.pop() if parts else f"is at {format_number(values[-1], digits)}"
    return _joined([*parts, f"{last} by τ = {format_number(run.tau_end, 3)}", f"tends to {format_number(end, 4)}"])


def _digits(values: list[float]) -> int:
    """As many digits as it takes to tell neighbouring values apart, three at least."""
    for digits in (3, 4, 5):
        texts = [format_number(value, digits) for value in values]
        if all(a != b for a, b in zip(texts[:-1], texts[1:], strict=True)):
            return digits
    return 6


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def doubt(run: Trajectory) -> str:
    """Why the fate of a run cannot be stated; nothing where curve, limit and error estimate agree.

    The curve and the limit are two integrations. They contradict each other where the curve stopped early or is
    below the limit's loss, and where its end has another limit.
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
    """Whether the limit of the curve's end is another one than that of its start."""
    model, limit = run.model, run.limit
    R, a = float(run.R[-1]), float(run.a[-1])
    if R == 0.0 or abs(run.R0) == 1.0 or abs(a) > 1e3:
        return False
    if 1.0 - abs(R) < _NEAR_ONE:  # how near it is does not show: only a line that keeps what is on it decides
        side = float(np.sign(R))
        rest, turn = float(model.slow_nullcline_a(side)), float(model.critical_manifold_a(side))
        kept = min(0.0, turn) < a < max(0.0, turn) and min(0.0, turn) < rest < max(0.0, turn)
        return kept and limit.R != side
    end = find_limit(model, a, R)
    if end.fate == Fate.UNDECIDED:
        return False
    return end.fate != limit.fate or abs(end.R - limit.R) > _APART
