"""The epsilon study: thresholds and distances to the singular orbits over epsilon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from dynamics.planar.model import UnlearningModel
from dynamics.typing import FloatArray

EPSILONS = (1e-6, 10.0, 22)  # from, to, how many: three to a decade


@dataclass(frozen=True)
class StudyPoint:
    """One epsilon: the thresholds there, and of each run the distance to its singular orbit."""

    eps: float
    thresholds: FloatArray
    distances: tuple[float, ...]


def study(
    model: UnlearningModel,
    starts: Sequence[tuple[float, float]],
    bracket: tuple[float, float],
    tau_end: float,
    samples: int,
    rtol: float,
) -> Iterator[StudyPoint]:
    """Yield the points in the order of decreasing epsilon; the thresholds are those of the first start's R(0)."""
    for eps in np.geomspace(*EPSILONS)[::-1].tolist():
        other = UnlearningModel(model.c, model.c_star, eps)
        thresholds = other.thresholds(starts[0][1], bracket)
        runs = [other.trajectory(a0, R0, tau_end, samples, rtol=rtol) for a0, R0 in starts]
        yield StudyPoint(eps, thresholds[thresholds != 0], tuple(run.orbit_distance for run in runs))
