"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

import numpy as np

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity
from components.views.images.compute import results as image_results
from components.views.images.state import ImagesState
from dynamics.plotting.images import panel_rows
from dynamics.plotting.images.columns import quantity


def _time_series(state: ImagesState, run: int, name: str) -> np.ndarray:
    """Return the mean over seeds of a quantity of one setting, over epochs. Settings are numbered group by group."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    values = quantity(results[1], name)[run]
    return np.asarray(np.nanmean(values, axis=0))


def _peak(state: ImagesState, run: int) -> float:
    return float(np.nanmax(_time_series(state, run, "R")))


def _seeds(state: ImagesState, run: int, name: str) -> np.ndarray:
    """Return a quantity of each seed at the end."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    return np.asarray(quantity(results[1], name)[run, :, -1])


def _every(state: ImagesState, name: str) -> np.ndarray:
    """Return a quantity of every network at the end."""
    results = image_results(state)
    if results is None:
        raise ValueError("no results come with this state")
    return np.asarray(quantity(results[1], name)[:, :, -1])


QUANTITIES: dict[str, Quantity] = {
    "least training accuracy": lambda state, run, _: float(_seeds(state, run, "train_accuracy").min()),
    "least training accuracy of all": lambda state, _, __: float(_every(state, "train_accuracy").min()),
    "training loss": lambda state, run, _: float(_time_series(state, run, "train")[-1]),
    "least accuracy": lambda state, run, _: float(_seeds(state, run, "accuracy").min()),
    "largest accuracy": lambda state, run, _: float(_seeds(state, run, "accuracy").max()),
    "norm begin": lambda state, run, _: float(_time_series(state, run, "norm")[0]),
    "accuracy": lambda state, run, _: float(_time_series(state, run, "accuracy")[-1]),
    "best accuracy": lambda state, run, _: float(_time_series(state, run, "best")[-1]),
    "norm": lambda state, run, _: float(_time_series(state, run, "norm")[-1]),
    "distance": lambda state, run, _: float(_time_series(state, run, "moved")[-1]),
    "kernel ratio": lambda state, run, _: float(_time_series(state, run, "kernel")[-1]),
    "last angle begin": lambda state, run, _: float(_time_series(state, run, f"zeta{state.depth}")[0]),
    "last angle end": lambda state, run, _: float(_time_series(state, run, f"zeta{state.depth}")[-1]),
    "R peak": lambda state, run, _: _peak(state, run),
    "R end": lambda state, run, _: float(_time_series(state, run, "R")[-1]),
    "R lost": lambda state, run, _: float(1 - _time_series(state, run, "R")[-1] / _peak(state, run)),
    "a end": lambda state, run, _: float(_time_series(state, run, "a")[-1]),
    "loss rise": lambda state, run, _: float(np.diff(_time_series(state, run, "train")).max()),
    "loss end": lambda state, run, _: float(_time_series(state, run, "loss")[-1]),
}


def targets(state: ImagesState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    runs = (len(state.values) + 1) * len(state.groups)
    return AnnotationTargets((), runs, (len(state.shape.axes.quantities) or 1, len(panel_rows(state.shape))))
