"""Columns of the trajectories of the Unlearning view, for streams and tables."""

from __future__ import annotations

import numpy as np

from components.core.view import Columns
from dynamics import FiniteWidthTrajectory, LimitPoint, Trajectory, local_exponents


def of_planar(run: Trajectory, panel: str) -> Columns:
    """Return the columns of a trajectory that all panels share, and those of this panel."""
    samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.excess}
    if panel == "law":
        samples |= sizes(run.R, run.a)
    if panel == "slopes":
        samples |= slopes(run.R, run.a, run.tau)
    if panel == "kernel":
        samples |= {"moved": run.movement.distance, "change": run.kernel.change, "share": run.kernel.share}
    return samples


def of_wide(run: FiniteWidthTrajectory, limit: LimitPoint, panel: str) -> Columns:
    """Return the same columns for the law of finite width; the excess loss is relative to infinite width and time."""
    samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.loss - limit.loss}
    if panel == "law":
        samples |= sizes(run.R, run.a)
    if panel == "slopes":
        samples |= slopes(run.R, run.a, run.tau)
    return samples


def slopes(R: np.ndarray, a: np.ndarray, tau: np.ndarray) -> dict[str, np.ndarray]:
    """Local exponents of R and a."""
    return {"slope_R": local_exponents(R, tau), "slope_a": local_exponents(a, tau)}


def sizes(R: np.ndarray, a: np.ndarray) -> dict[str, np.ndarray]:
    """Return |R| and |a|, for logarithmic axes and power laws."""
    return {"size_R": np.abs(R), "size_a": np.abs(a)}
