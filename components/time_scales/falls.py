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
class Fall:
    """How the risk falls with a degree that is half learned at ``time``: from the level ``before`` to ``after``, and
    whether it rests on the first of these (``plateau``) and stays above the second until then."""

    degree: int
    time: float
    before: float
    after: float
    plateau: bool


@lru_cache(maxsize=1)
def falls(run: MeanFieldTrajectory) -> tuple[Fall, ...]:
    """The degrees that are learned after the start, in the order of this run. A level is ``½ Σ φⱼ²`` over all degrees
    that are not learned yet."""
    shares = 0.5 * run.model.coefficients[0] ** 2
    times = run.learning_times()
    run = _sampled(run, times)
    found = []
    left = np.ones(len(shares), dtype=bool)
    for k in sorted(np.flatnonzero(np.isfinite(times)).tolist(), key=lambda k: float(times[k])):
        before = float(shares @ left)
        left[k] = False
        after, time = float(shares @ left), float(times[k])
        if time > 0.0:
            found.append(Fall(k, time, before, after, _rests(run, before, NEAR * float(shares[k]), time, after)))
    return tuple(found)


def _sampled(run: MeanFieldTrajectory, times: np.ndarray) -> MeanFieldTrajectory:
    """The run with samples from before its first learning time: large coefficients are learned long before ε."""
    early, first = times[times > 0.0], run.t[run.t > 0.0]
    if len(early) == 0 or len(first) == 0 or early.min() > EARLY * first[0]:
        return run
    t = np.union1d(run.t, np.geomspace(1e-3 * early.min(), EARLY * first[0], ADDED))
    return run.model.trajectory(run.a0, t=t[t <= run.t_end], rtol=run.rtol, overlaps=run.overlaps)


def _rests(run: MeanFieldTrajectory, level: float, near: float, until: float, after: float) -> bool:
    """Whether the risk stays near a level for long before that time, and has not fallen below ``after`` by then."""
    on = run.t[(abs(run.risk - level) <= near) & (run.t < until)]
    if len(on) == 0 or float(np.interp(until, run.t, run.risk)) <= after:
        return False
    return bool(on[0] == 0.0 or on[-1] >= LONG * on[0])
