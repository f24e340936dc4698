"""Quantities of this view that stories may claim, and the elements of its figures that they may mark."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from components.core.annotation_targets import AnnotationTargets
from components.core.claims import Quantity, interpolate
from components.views.lab import records
from components.views.lab.state import LabState
from components.views.unlearning.lecture import MANIFOLD, model_of
from dynamics.plotting.training.picture import NETWORKS
from dynamics.simulation.law_comparison import noise_of_descent


@lru_cache(maxsize=32)
def _law_of_width(state: LabState) -> Any:
    return model_of(state).finite_width(state.m).trajectory(state.a, tau_end=state.tau)


def _recorded_column(state: LabState, name: str = "R") -> np.ndarray:
    """Return a column of the networks of the bundled record that the step replays, (times, runs)."""
    record = records.of(state)
    if record is None:
        raise ValueError("no finished run comes with this state")
    return np.asarray(record.history.seeds[name], dtype=float)


def _lab_neurons(state: LabState, run: int, name: str) -> np.ndarray:
    """R_i or a_i of all neurons of a run at the end of the finished record, ascending in R."""
    record = records.of(state)
    if record is None or not record.history.neurons:
        raise ValueError("no neurons come with this state")
    order = np.argsort(record.history.neurons["R"][run])
    return np.asarray(record.history.neurons[name][run][order], dtype=float)


@lru_cache(maxsize=32)
def _law_of(state: LabState, m: int) -> Any:
    return model_of(state).finite_width(m).trajectory(state.a, tau_end=state.tau)


def _estimate(state: LabState) -> Any:
    effect = noise_of_descent(state.problem)
    if effect is None or effect.estimate is None:
        raise ValueError("no estimate of the noise for this state")
    return effect.estimate


def _from_law(state: LabState, name: str) -> float:
    """Return the largest distance between the networks' mean and the law of their width."""
    record, law = records.of(state), _law_of_width(state)
    mean = _recorded_column(state, name).mean(axis=1)
    assert record is not None
    return float(np.abs(mean - np.interp(record.history.tau, law.tau, getattr(law, name))).max())


QUANTITIES: dict[str, Quantity] = {
    "fate": lambda state, _, __: model_of(state).fate(state.a).name.lower().replace("_", " "),
    "law R": lambda state, _, time: interpolate(_law_of_width(state), "tau", "R", time),
    "law R peak": lambda state, _, __: float(_law_of_width(state).R.max()),
    "law R peak time": lambda state, _, __: float(_law_of_width(state).tau[_law_of_width(state).R.argmax()]),
    "law R end": lambda state, _, __: float(_law_of_width(state).R[-1]),
    "law R end at half the width": lambda state, _, __: float(_law_of(state, state.m // 2).R[-1]),
    "law R at half the width": lambda state, _, time: interpolate(_law_of(state, state.m // 2), "tau", "R", time),
    "noise R end": lambda state, _, __: float(_estimate(state).R[-1]),
    "law loss end": lambda state, _, __: float(_law_of_width(state).loss[-1]),
    "law loss rise": lambda state, _, __: float(np.diff(_law_of_width(state).loss).max()),
    "halt R": lambda state, _, __: getattr(model_of(state).finite_width(state.m).halt(state.a), "R", math.nan),
    "networks": lambda state, _, __: _recorded_column(state).shape[1],
    "networks R peak": lambda state, _, __: float(_recorded_column(state).mean(axis=1).max()),
    "networks R end": lambda state, _, __: float(_recorded_column(state)[-1].mean()),
    "run R end": lambda state, run, _: float(_recorded_column(state)[-1, run]),
    "run loss end": lambda state, run, _: float(_recorded_column(state, "loss")[-1, run]),
    "neurons": lambda state, run, _: len(_lab_neurons(state, run, "R")),
    "neurons below 0": lambda state, run, _: int((_lab_neurons(state, run, "R") < 0).sum()),
    "least neuron R": lambda state, run, _: float(_lab_neurons(state, run, "R")[0]),
    "least neuron a": lambda state, run, _: float(_lab_neurons(state, run, "a")[0]),
    "second neuron R": lambda state, run, _: float(_lab_neurons(state, run, "R")[1]),
    "largest neuron R": lambda state, run, _: float(_lab_neurons(state, run, "R")[-1]),
    "networks from law": lambda state, _, __: _from_law(state, "R"),
    "networks loss from law": lambda state, _, __: _from_law(state, "loss"),
}


def targets(state: LabState) -> AnnotationTargets:
    """Return what a step with this state may mark."""
    lines = (*MANIFOLD, "planar law", "law of this width", "networks, mean")
    return AnnotationTargets(lines, NETWORKS + 1, (1, 4), ("R", "a", "loss") if state.panel == "course" else ())
