"""What view 5 gives away: its numbers, and a script that computes and draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from components.core.state import InvalidLink, ParameterError
from components.core.view import Columns
from components.jobs.last_checkpoint import last_checkpoint
from components.jobs.store import StoreError
from components.ui.theme import LIGHT
from components.views.lab import captions, compute, records
from components.views.lab.law_comparison import compare_with_law
from components.views.lab.state import RECORDS, LabState
from components.views.lab.training_history import NAMES, TrainingHistory

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _REST = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _REST.partition("# --- numbers ---\n")[2]


def table(state: LabState) -> Columns:
    """The law of this width and the planar law; where networks are known, at the times of their records, with the mean
    over them, their standard deviation and each of them by its seed, and other ways to learn. Raises InvalidLink."""
    return _table(state, networks(state))


def _table(state: LabState, found: Networks | None) -> Columns:
    law = compute.Laws(state).wide
    if found is not None:
        law = state.model.finite_width(state.m).trajectory(
            state.a, 0.0, state.tau, tau=found.course.tau, rtol=compute.RTOL
        )
    run = state.model.trajectory(state.a, 0.0, tau=law.tau, rtol=compute.RTOL)
    laws = {
        "tau": law.tau, "R": law.R, "a": law.a, "Q": law.Q, "loss": law.loss, "R_planar": run.R, "a_planar": run.a,
        "loss_planar": run.loss,
    }  # fmt: skip
    return laws if found is None else {**laws, **_columns(state, found.course)}


def _columns(state: LabState, course: TrainingHistory) -> Columns:
    made: dict[str, np.ndarray] = {}
    for name in NAMES:
        made |= {f"{name}_networks": course.mean(name), f"{name}_networks_sd": course.spread(name)}
        made |= {f"{name}_seed{seed}": each for seed, each in zip(state.seeds, course.seeds[name].T, strict=True)}
        made |= {f"{name}_{mode}": columns[name] for mode, columns in course.beside.items()}
    return made


def document(state: LabState) -> Mapping[str, Any]:
    """The table; the networks, with all neurons at the end, where any are known; what theory expects of them, what was
    measured; what the coefficients are of. Raises InvalidLink."""
    found = networks(state)
    laws = compute.Laws(state).wide
    return {
        "coefficients": captions.CONVENTION,
        "table": {name: np.ascontiguousarray(values) for name, values in _table(state, found).items()},
        "networks": None if found is None else _described(state, found),
        "expected": captions.expected(state),
        "measured": [] if found is None else captions.measured(state, compare_with_law(state, found.course, laws)),
        "work": compute.cost(state),
    }


def _described(state: LabState, found: Networks) -> Mapping[str, Any]:
    course = found.course
    single = {name: np.ascontiguousarray(values) for name, values in course.single.items()}
    neurons = {f"{name}_neurons": np.ascontiguousarray(values) for name, values in course.neurons.items()}
    counts = {"steps": course.steps, "samples": course.samples, "halted": course.halted}
    return {**found.about, "seeds": state.seeds, **counts, "tau": course.tau, "single_neurons": single, **neurons}


@dataclass(frozen=True, eq=False)
class Networks:
    """What is known of the networks of a state, and how: about a replay, when and by what it was computed; about a run,
    how it stands."""

    course: TrainingHistory
    about: Mapping[str, Any]


def networks(state: LabState) -> Networks | None:
    """The networks that the picture of a state shows: the record that comes with it, or its run as far as it is kept.
    Raises InvalidLink where the store of the runs does not answer."""
    record = records.of(state) if state.watched == "auto" else None
    if record is not None:
        made = {"date": record.date, "versions": dict(record.versions), "seconds": record.seconds}
        return Networks(record.course, {"status": "replay", **made})
    if state.watched == "off":
        return None
    try:
        found = last_checkpoint("lab", state)
    except StoreError as fault:
        raise InvalidLink([ParameterError("query", "", "a run that can be read", str(fault))]) from None
    return Networks(compute.course_in(found[1]), {"status": found[0]}) if found else None


def python(state: LabState) -> str:
    """A script that trains the same networks with `dynamics`, and draws them over their laws."""
    parameters = {
        "C": state.c,
        "C_STAR": state.c_star,
        "A0": state.a,
        "M": state.m,
        "D": state.d,
        "BATCH": state.batch,
        "GAMMA": None if state.step is None else state.step * state.m,
        "NOISE": state.noise,
        "SEEDS": state.seeds,
        "MODE": state.mode,
        "START": state.start,
        "TAU_END": state.tau,
        "RECORDS": RECORDS,
        "COLOURS": (LIGHT["ink"], LIGHT["muted"], LIGHT["network"]),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""Networks that learn a single-index target, over the laws that predict them.\n\n'
    source = "Model: Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly and the package `dynamics`.\n"
    source += "C and C_STAR are coefficients of the probabilists' Hermite polynomials He_k, k = 1, 2, ...\n"
    return f'{about}{source}Link: /lab?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
