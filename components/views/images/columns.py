"""The columns of the runs that the figures show: of each setting over epochs, of each group over what is varied.

A column is a mean over seeds, nan where no seed is near it; with `_low` and `_high` behind its name it is the least and
the largest of them. Of a group it is a table, a row for each epoch: what its settings were then, or as they last were
where they are not as far.
"""

from __future__ import annotations

import numpy as np

from components.core.network_groups import has_representative_mean
from components.core.view import Columns
from dynamics.images import ImageRuns

QUANTITIES = ("accuracy", "best", "train_accuracy", "train", "loss", "norm", "moved", "kernel", "turned", "R", "a")


def quantity(runs: ImageRuns, name: str) -> np.ndarray:
    """A quantity of every run, (settings, seeds, epochs). zeta and a number: the angle of that layer, in degrees."""
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
    """The quantities that its figures show: angles of all layers but the first where there are several."""
    layers = runs.settings[0].network.layers
    angles = tuple(f"zeta{k}" for k in range(2, layers + 1)) if runs.experiment == "scale" else ()
    return (*QUANTITIES, *angles)


def over_seeds(values: np.ndarray, axis: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, least and largest of those that are known; nan where none is, and the mean where none is near it."""
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    none = count == 0
    mean = np.where(known, values, 0.0).sum(axis=axis) / np.maximum(count, 1)
    low = np.where(known, values, np.inf).min(axis=axis)
    high = np.where(known, values, -np.inf).max(axis=axis)
    mean = np.where(has_representative_mean(values, axis), mean, np.nan)
    return tuple(np.where(none, np.nan, one) for one in (mean, low, high))  # type: ignore[return-value]


def of_setting(runs: ImageRuns, j: int) -> Columns:
    """Epochs that are known of a setting, and every quantity at them."""
    known = np.isfinite(runs.norm[j]).any(axis=0)
    columns: dict[str, np.ndarray] = {"epoch": runs.epochs[known]}
    for name in names(runs):
        mean, low, high = over_seeds(quantity(runs, name)[j][:, known], axis=0)
        columns |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    if runs.experiment == "unlearning" and known.any():
        columns |= {"R_start": columns["R"][:1], "a_start": columns["a"][:1]}
    return columns


def of_group(runs: ImageRuns, numbers: list[int]) -> Columns:
    """What is varied, of the settings that are known, and every quantity over it, a row for each epoch."""
    numbers = [j for j in numbers if np.isfinite(runs.norm[j]).any()]
    columns: dict[str, np.ndarray] = {
        "epoch": runs.epochs,
        "value": np.array([runs.settings[j].value for j in numbers], dtype=float),
    }
    if not numbers:
        return {}
    for name in names(runs):
        found = over_seeds(quantity(runs, name)[numbers])
        for suffix, values in zip(("", "_low", "_high"), found, strict=True):
            columns[name + suffix] = _carried(values, np.isfinite(found[1])).T
    return columns


def active_settings(runs: ImageRuns) -> dict[str, list[int]]:
    """The settings of each group of which at least one run goes, or would go, to its end; groups that have any."""
    ended = [sum(j == place for place, _, _ in runs.halted) == len(runs.seeds) for j in range(len(runs.settings))]
    groups = {name: [j for j in numbers if not ended[j]] for name, numbers in runs.groups.items()}
    return {name: numbers for name, numbers in groups.items() if numbers}


def _carried(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Each row with its value where it was last known in place of those after."""
    places = np.where(known, np.arange(values.shape[1]), 0)
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)
