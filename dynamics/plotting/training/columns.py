"""Columns of the trajectories in the figures of training: of the networks and of their laws."""

from __future__ import annotations

import numpy as np

from dynamics.planar import FiniteWidthTrajectory
from dynamics.simulation.law_comparison import LawComparison, differences, off_target
from dynamics.simulation.training_history import NAMES, Columns
from dynamics.typing import FloatArray


def network_columns(comparison: LawComparison) -> Columns:
    """Return the columns of the networks: each run, the means, the range; the deviations from the law and their bound;
    single neurons; other ways to learn.
    """
    history = comparison.history
    columns_by_name: dict[str, FloatArray] = {"tau": history.tau, **history.single}
    law = off_target(comparison.law)
    size = np.maximum(1.0, np.abs(law["a"]))
    for run_number in range(history.seeds["R"].shape[1] if history.seeds["R"].shape[1] > 1 else 0):
        run = {name: each[:, run_number] for name, each in history.seeds.items()}
        apart = differences(off_target(run), law, size)
        columns_by_name |= {f"{name}_run{run_number}": values for name, values in run.items()}
        columns_by_name |= {f"{name}_run{run_number}_off": values for name, values in apart.items()}
    for name in NAMES:
        each = history.seeds[name]
        columns_by_name |= {
            name: history.representative_mean(name),
            f"{name}_low": each.min(axis=1),
            f"{name}_high": each.max(axis=1),
        }
        columns_by_name |= {f"{name}_off": comparison.deviation[name], f"{name}_off_low": -comparison.error_bound[name]}
        columns_by_name |= {f"{name}_off_high": comparison.error_bound[name]}
        for mode, deviation in comparison.references.items():
            columns_by_name |= {f"{name}_{mode}": history.references[mode][name]}
            columns_by_name |= {f"{name}_{mode}_off": comparison.deviation[name] - deviation[name]}
    return columns_by_name


def law_columns(law: FiniteWidthTrajectory, overlap: FloatArray) -> Columns:
    """Return the law of the width, and the difference in the overlap that theory predicts."""
    return {"tau": law.tau, **{name: getattr(law, name) for name in NAMES}, "Q_off": overlap}


def planar_columns(law: FiniteWidthTrajectory, R: FloatArray, a: FloatArray, loss: FloatArray) -> Columns:
    """Return the planar law at the times of the law of the width, and its distance from that."""
    planar: Columns = {"R": R, "a": a, "loss": loss, "Q": R**2}
    wide = off_target({name: getattr(law, name) for name in NAMES})
    off = differences(off_target(planar), wide, np.maximum(1.0, np.abs(law.a)))
    return {"tau": law.tau, **planar, **{f"{name}_off": values for name, values in off.items()}}
