"""The epsilon study: thresholds and distances to the singular orbits over epsilon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from components.views.unlearning.plan import RTOL, SAMPLES, ComputationPlan
from components.views.unlearning.state import EPS
from dynamics import ThresholdLimit, UnlearningModel
from dynamics.plotting.number_text import format_number

POINTS = 22  # of epsilon, three to a decade


@dataclass(frozen=True)
class Point:
    """One epsilon: the thresholds there, and of each run the distance to its singular orbit."""

    eps: float
    thresholds: np.ndarray
    distances: tuple[float, ...]


def points(picture: ComputationPlan) -> Iterator[Point]:
    """Yield the points in the order of decreasing epsilon."""
    model = picture.model
    for eps in np.geomspace(*EPS, POINTS)[::-1].tolist():
        other = UnlearningModel(model.c, model.c_star, eps)
        thresholds = other.thresholds(picture.starts[0].R0, picture.threshold_bracket)
        runs = [other.trajectory(run.a0, run.R0, picture.tau_end, SAMPLES, rtol=RTOL) for run in picture.starts]
        yield Point(eps, thresholds[thresholds != 0], tuple(run.orbit_distance for run in runs))


def limits(picture: ComputationPlan) -> tuple[ThresholdLimit, ...]:
    """Return the limits of the thresholds as epsilon tends to 0."""
    return picture.model.threshold_limits(picture.starts[0].R0, picture.threshold_bracket)


LIMIT_TEXTS = {
    "saddle": "the height of a slow saddle",
    "fold": "the height of a fold",
    "start": "where the start is at rest",
    "line": "the height at which the line R = 0, at rest, turns from attracting to repelling",
}


def notes(threshold_limits: Sequence[ThresholdLimit]) -> list[str]:
    """Describe each limit and how it is approached."""
    if not threshold_limits:
        return ["As ε → 0 no ā in the sliders' range parts two fates, but for ā = 0."]
    sentences = []
    for limit in threshold_limits:
        term = ""
        if np.isfinite(limit.coefficient):
            sign = "−" if limit.coefficient < 0 else "+"
            power = "" if limit.kind == "saddle" else "^(2/3)"
            term = f": ā_c ≈ {format_number(limit.a0, 6)} {sign} {format_number(abs(limit.coefficient), 3)} ε{power}"
        sentences.append(f"As ε → 0, ā_c → {format_number(limit.a0, 7)}, {LIMIT_TEXTS[limit.kind]}{term}.")
    return sentences
