"""Columns of the trajectories in the figures: of each setting over epochs, of each group over the varied parameter.

A column is the mean over seeds, nan where no seed is near the mean; the columns with the suffixes `_low` and `_high`
are the least and the largest value over seeds. Columns of a group are tables with one row per epoch: the values of its
settings at that epoch, or their last recorded values if they ended earlier.
"""

from __future__ import annotations

import numpy as np

from dynamics.images import ImageRuns
from dynamics.simulation.run_groups import has_representative_mean
from dynamics.typing import FloatArray

QUANTITIES = ("accuracy", "best", "train_accuracy", "train", "loss", "norm", "moved", "kernel", "turned", "R", "a")


def quantity(runs: ImageRuns, name: str) -> FloatArray:
    """Return a quantity of every run (settings, seeds, epochs). "zeta" and a number: the angle of that layer, in
    degrees.
    """
    if name.startswith("zeta"):
        return np.degrees(runs.zeta[..., int(name.removeprefix("zeta")) - 2])
    if name == "a":  # root of the mean square of the second layer's weights
        return runs.norms[..., 1] / np.sqrt([one.network.widths[0] for one in runs.settings])[:, None, None]
    if name == "best":
        return np.fmax.accumulate(runs.test_accuracy, axis=2)
    plain = {
        "accuracy": runs.test_accuracy, "train_accuracy": runs.train_accuracy, "train": runs.train_loss,
        "loss": runs.test_loss, "norm": runs.norm,
        "moved": runs.moved, "kernel": runs.kernel_ratio, "turned": runs.kernel_distance, "R": runs.signed_alignment,
    }  # fmt: skip
    return plain[name]


def names(runs: ImageRuns) -> tuple[str, ...]:
    """Return the quantities in the figures; for several layers, the angles of all layers but the first."""
    layers = runs.settings[0].network.layers
    angles = tuple(f"zeta{k}" for k in range(2, layers + 1)) if runs.experiment == "scale" else ()
    return (*QUANTITIES, *angles)


def over_seeds(values: FloatArray, axis: int = 1) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the mean, the least and the largest of the recorded values; nan where none is recorded, and a mean of nan
    where none is near it.
    """
    recorded = np.isfinite(values)
    count = recorded.sum(axis=axis)
    empty = count == 0
    mean = np.where(recorded, values, 0.0).sum(axis=axis) / np.maximum(count, 1)
    low = np.where(recorded, values, np.inf).min(axis=axis)
    high = np.where(recorded, values, -np.inf).max(axis=axis)
    mean = np.where(has_representative_mean(values, axis), mean, np.nan)
    return tuple(np.where(empty, np.nan, one) for one in (mean, low, high))  # type: ignore[return-value]


def of_setting(runs: ImageRuns, j: int) -> dict[str, FloatArray]:
    """Return the recorded epochs of a setting, and every quantity at them."""
    recorded = np.isfinite(runs.norm[j]).any(axis=0)
    columns: dict[str, FloatArray] = {"epoch": runs.epochs[recorded]}
    for name in names(runs):
        mean, low, high = over_seeds(quantity(runs, name)[j][:, recorded], axis=0)
        columns |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    if runs.experiment == "unlearning" and recorded.any():
        columns |= {"R_start": columns["R"][:1], "a_start": columns["a"][:1]}
    return columns


def of_group(runs: ImageRuns, numbers: list[int]) -> dict[str, FloatArray]:
    """Return the varied parameter of the recorded settings, and every quantity over it, with one row per epoch."""
    numbers = [j for j in numbers if np.isfinite(runs.norm[j]).any()]
    columns: dict[str, FloatArray] = {
        "epoch": runs.epochs,
        "value": np.array([runs.settings[j].value for j in numbers], dtype=float),
    }
    if not numbers:
        return {}
    for name in names(runs):
        statistics = over_seeds(quantity(runs, name)[numbers])
        for suffix, values in zip(("", "_low", "_high"), statistics, strict=True):
            columns[name + suffix] = _carried(values, np.isfinite(statistics[1])).T
    return columns


def active_settings(runs: ImageRuns) -> dict[str, list[int]]:
    """Return, for each group, the settings of which at least one run has not halted; without groups that have none."""
    ended = [sum(j == number for number, _, _ in runs.halted) == len(runs.seeds) for j in range(len(runs.settings))]
    groups = {name: [j for j in numbers if not ended[j]] for name, numbers in runs.groups.items()}
    return {name: numbers for name, numbers in groups.items() if numbers}


def _carried(values: FloatArray, recorded: FloatArray) -> FloatArray:
    """Return each row with its last recorded value in place of missing later ones."""
    latest = np.where(recorded, np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(latest, axis=1), axis=1)
