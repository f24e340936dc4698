"""Where the risk of a run rests, and how it falls as degrees are learned: read off the run itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dynamics import MeanFieldTrajectory

NEAR = 0.15  # of ½ φₖ²: the risk is on the plateau before degree k as long as it is that near
LONG = 1.5  # the factor in time for which it stays there, at least
EARLY, ADDED = 10.0, 200  # first samples by which nothing may be learned yet; samples added before them where it is


@dataclass(frozen=True)
class RiskDrop:
    """How the risk falls with a degree that is half learned at ``time``: from the level ``before`` to ``after``, and
    whether it rests on the first of these (``plateau``) and stays above the second until then."""

    degree: int
    time: float
    before: float
    after: float
    plateau: bool


@lru_cache(maxsize=1)
def risk_drops(run: MeanFieldTrajectory) -> tuple[RiskDrop, ...]:
    """The degrees that are learned after the start, in the order of this run. A level is ``½ Σ φⱼ²`` over all degrees
    that are not learned yet."""
    shares = 0.5 * run.model.coefficients[0] ** 2
    times = run.learning_times()
    steps = []
    left = np.ones(len(shares), dtype=bool)
    for k in sorted(np.flatnonzero(np.isfinite(times)).tolist(), key=lambda k: float(times[k])):
        before = float(shares @ left)
        left[k] = False
        if times[k] > 0.0:
            steps.append((k, float(times[k]), before, float(shares @ left)))
    run = _sampled(run, [(time, after) for _, time, _, after in steps])
    return tuple(
        RiskDrop(k, time, before, after, _rests(run, before, NEAR * float(shares[k]), time, after))
        for k, time, before, after in steps
    )


def _sampled(run: MeanFieldTrajectory, steps: list[tuple[float, float]]) -> MeanFieldTrajectory:
    """The run with more samples, for steps (learning time, level after it): before the first learning time, for large
    coefficients are learned long before ε; and at each learning time where the samples beside it do not tell whether
    the risk is above the level after it."""
    first = run.t[run.t > 0.0]
    if not steps or len(first) == 0:
        return run
    early = min(time for time, _ in steps)
    is_early = early <= EARLY * first[0]

    def is_doubtful(time: float, after: float) -> bool:
        at = int(np.searchsorted(run.t, time))
        return len(set(run.risk[at - 1 : at + 1] <= after)) > 1

    added = [time for time, after in steps if is_early or is_doubtful(time, after)]
    if not added:
        return run
    before = np.geomspace(1e-3 * early, EARLY * first[0], ADDED if is_early else 0)
    t = np.unique(np.concatenate([run.t, before, added]))
    return run.resample(t[t <= run.t_end])


def _rests(run: MeanFieldTrajectory, level: float, near: float, until: float, after: float) -> bool:
    """Whether the risk stays near a level for long before that time, and has not fallen below ``after`` by then."""
    on = run.t[(abs(run.risk - level) <= near) & (run.t < until)]
    if len(on) == 0 or float(np.interp(until, run.t, run.risk)) <= after:
        return False
    return bool(on[0] == 0.0 or on[-1] >= LONG * on[0])
