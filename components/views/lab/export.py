"""Exports of the Lab: its data, and a script that computes and plots them."""

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
from components.views.lab import captions, compute, records
from components.views.lab.law_comparison import compare_with_law
from components.views.lab.state import RECORDS, LabState
from components.views.lab.training_history import NAMES, TrainingHistory
from dynamics.plotting.style import LIGHT

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _AFTER_HEAD = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _AFTER_HEAD.partition("# --- numbers ---\n")[2]


def table(state: LabState) -> Columns:
    """Return the law of this width and the planar law; with networks, at the times of their records, and with their
    mean, standard deviation, the columns of each seed, and other ways to learn.

    Raises InvalidLink.
    """
    return _table(state, networks(state))


def _table(state: LabState, recorded: Networks | None) -> Columns:
    law = compute.Laws(state).wide
    if recorded is not None:
        law = state.model.finite_width(state.m).trajectory(
            state.a, 0.0, state.tau, tau=recorded.history.tau, rtol=compute.RTOL
        )
    run = state.model.trajectory(state.a, 0.0, tau=law.tau, rtol=compute.RTOL)
    laws = {
        "tau": law.tau, "R": law.R, "a": law.a, "Q": law.Q, "loss": law.loss, "R_planar": run.R, "a_planar": run.a,
        "loss_planar": run.loss,
    }  # fmt: skip
    return laws if recorded is None else {**laws, **_columns(state, recorded.history)}


def _columns(state: LabState, history: TrainingHistory) -> Columns:
    columns_by_name: dict[str, np.ndarray] = {}
    for name in NAMES:
        columns_by_name |= {f"{name}_networks": history.mean(name), f"{name}_networks_sd": history.spread(name)}
        columns_by_name |= {
            f"{name}_seed{seed}": each for seed, each in zip(state.seeds, history.seeds[name].T, strict=True)
        }
        columns_by_name |= {f"{name}_{mode}": columns[name] for mode, columns in history.references.items()}
    return columns_by_name


def document(state: LabState) -> Mapping[str, Any]:
    """Return the table, the networks with all neurons at the end, the expectations of theory, the measurements, and the
    convention of the coefficients.

    Raises InvalidLink.
    """
    recorded = networks(state)
    laws = compute.Laws(state).wide
    return {
        "coefficients": captions.CONVENTION,
        "table": {name: np.ascontiguousarray(values) for name, values in _table(state, recorded).items()},
        "networks": None if recorded is None else _described(state, recorded),
        "expected": captions.expected(state),
        "measured": []
        if recorded is None
        else captions.measured(state, compare_with_law(state, recorded.history, laws)),
        "work": compute.cost(state),
    }


def _described(state: LabState, recorded: Networks) -> Mapping[str, Any]:
    history = recorded.history
    single = {name: np.ascontiguousarray(values) for name, values in history.single.items()}
    neurons = {f"{name}_neurons": np.ascontiguousarray(values) for name, values in history.neurons.items()}
    counts = {"steps": history.steps, "samples": history.samples, "halted": history.halted}
    return {**recorded.about, "seeds": state.seeds, **counts, "tau": history.tau, "single_neurons": single, **neurons}


@dataclass(frozen=True, eq=False)
class Networks:
    """The recorded networks of a state, and their origin: date and versions of a bundled record, or the status of a
    job.
    """

    history: TrainingHistory
    about: Mapping[str, Any]


def networks(state: LabState) -> Networks | None:
    """Return the networks that the figure of a state shows: the bundled record, or the checkpoint of its job.

    Raises InvalidLink if the store of the jobs does not answer.
    """
    record = records.of(state) if state.watched == "auto" else None
    if record is not None:
        origin = {"date": record.date, "versions": dict(record.versions), "seconds": record.seconds}
        return Networks(record.history, {"status": "replay", **origin})
    if state.watched == "off":
        return None
    try:
        checkpoint = last_checkpoint("lab", state)
    except StoreError as error:
        raise InvalidLink([ParameterError("query", "", "a run that can be read", str(error))]) from None
    return Networks(compute.history_in(checkpoint[1]), {"status": checkpoint[0]}) if checkpoint else None


def python(state: LabState) -> str:
    """Return a script that trains the same networks with `dynamics` and plots them over their laws."""
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
        "COLORS": (LIGHT["ink"], LIGHT["muted"], LIGHT["network"]),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""Networks that learn a single-index target, over the laws that predict them.\n\n'
    source = "Model: Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly and the package `dynamics`.\n"
    source += "C and C_STAR are coefficients of the probabilists' Hermite polynomials He_k, k = 1, 2, ...\n"
    return f'{about}{source}Link: /lab?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
