"""Plateaus of the risk of a trajectory, and its drops as degrees are learned, measured on the trajectory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dynamics import MeanFieldTrajectory

PLATEAU_TOLERANCE = 0.15  # of ½ φₖ²: distance of the risk from the plateau before degree k
MIN_PLATEAU_FACTOR = 1.5  # in time: shortest plateau
EARLY_FACTOR, ADDED_SAMPLES = (
    10.0,
    200,
)  # times the first sample: a degree learned earlier needs added samples; their number


@dataclass(frozen=True)
class RiskDrop:
    """The drop of the risk with a degree that is half learned at ``time``, from the level ``before`` to ``after``.

    ``plateau``: whether the risk stays on the first level and above the second until then.
    """

    degree: int
    time: float
    before: float
    after: float
    plateau: bool


@lru_cache(maxsize=1)
def risk_drops(run: MeanFieldTrajectory) -> tuple[RiskDrop, ...]:
    """Return the degrees that are learned after the start, in the order of this trajectory.

    A level is ``½ Σ φⱼ²`` over all degrees that are not learned yet.
    """
    terms = 0.5 * run.model.coefficients[0] ** 2
    times = run.learning_times()
    steps = []
    remaining = np.ones(len(terms), dtype=bool)
    for k in sorted(np.flatnonzero(np.isfinite(times)).tolist(), key=lambda k: float(times[k])):
        before = float(terms @ remaining)
        remaining[k] = False
        if times[k] > 0.0:
            steps.append((k, float(times[k]), before, float(terms @ remaining)))
    run = _sampled(run, [(time, after) for _, time, _, after in steps])
    return tuple(
        RiskDrop(k, time, before, after, _has_plateau(run, before, PLATEAU_TOLERANCE * float(terms[k]), time, after))
        for k, time, before, after in steps
    )


def _sampled(run: MeanFieldTrajectory, steps: list[tuple[float, float]]) -> MeanFieldTrajectory:
    """Return the trajectory with more samples, for steps (learning time, level after it).

    Samples are added before the first learning time, since large coefficients are learned long before ε, and at each
    learning time whose neighboring samples do not decide whether the risk is above the level after it.
    """
    positive_times = run.t[run.t > 0.0]
    if not steps or len(positive_times) == 0:
        return run
    early = min(time for time, _ in steps)
    is_early = early <= EARLY_FACTOR * positive_times[0]

    def is_doubtful(time: float, after: float) -> bool:
        at = int(np.searchsorted(run.t, time))
        return len(set(run.risk[at - 1 : at + 1] <= after)) > 1

    added_times = [time for time, after in steps if is_early or is_doubtful(time, after)]
    if not added_times:
        return run
    before = np.geomspace(1e-3 * early, EARLY_FACTOR * positive_times[0], ADDED_SAMPLES if is_early else 0)
    t = np.unique(np.concatenate([run.t, before, added_times]))
    return run.resample(t[t <= run.t_end])


def _has_plateau(run: MeanFieldTrajectory, level: float, tolerance: float, until: float, after: float) -> bool:
    """Return whether the risk stays near a level for long before that time, and has not fallen below ``after`` by
    then."""
    on = run.t[(abs(run.risk - level) <= tolerance) & (run.t < until)]
    if len(on) == 0 or float(np.interp(until, run.t, run.risk)) <= after:
        return False
    return bool(on[0] == 0.0 or on[-1] >= MIN_PLATEAU_FACTOR * on[0])
