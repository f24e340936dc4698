"""The columns of a run that the figures of view 1 show: what a stream carries, and a table gives away."""

from __future__ import annotations

import numpy as np

from components.core.view import Columns
from dynamics import FiniteWidthTrajectory, LimitPoint, Trajectory, local_exponents


def of_planar(run: Trajectory, panel: str) -> Columns:
    """What every panel shows of a run, and what that one does."""
    course = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.excess}
    if panel == "law":
        course |= sizes(run.R, run.a)
    if panel == "slopes":
        course |= slopes(run.R, run.a, run.tau)
    if panel == "kernel":
        course |= {"moved": run.movement.distance, "change": run.kernel.change, "share": run.kernel.share}
    return course


def of_wide(run: FiniteWidthTrajectory, limit: LimitPoint, panel: str) -> Columns:
    """The same of the law of finite width; the excess is that over the loss at infinite width and time."""
    course = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.loss - limit.loss}
    if panel == "law":
        course |= sizes(run.R, run.a)
    if panel == "slopes":
        course |= slopes(run.R, run.a, run.tau)
    return course


def slopes(R: np.ndarray, a: np.ndarray, tau: np.ndarray) -> dict[str, np.ndarray]:
    """Local exponents of R and a."""
    return {"slope_R": local_exponents(R, tau), "slope_a": local_exponents(a, tau)}


def sizes(R: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    """|R| and |a|: what a logarithmic axis shows, and a law speaks of."""
    return {"size_R": np.abs(R), "size_a": np.abs(a)}
