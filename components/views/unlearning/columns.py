"""Columns of the trajectories of the Unlearning view, for streams and tables."""

from __future__ import annotations

from components.core.view import Columns
from components.views.unlearning.panels import PANELS
from dynamics import FiniteWidthTrajectory, LimitPoint, Trajectory


def of_planar(run: Trajectory, panel: str) -> Columns:
    """Return the columns of a trajectory that all panels share, and those of this panel."""
    samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.excess}
    return samples | {row.column: row.values(run) for row in PANELS[panel].rows if row.column not in samples}


def of_wide(run: FiniteWidthTrajectory, limit: LimitPoint, panel: str) -> Columns:
    """Return the same columns for the law of finite width; the excess loss is relative to infinite width and time."""
    samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": run.loss - limit.loss}
    rows = [row for row in PANELS[panel].rows if row.column not in samples and not row.planar_only]
    return samples | {row.column: row.values(run) for row in rows}
