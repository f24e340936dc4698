"""Exports of the Lab: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import IMAI_2026
from components.core.state import InvalidLink, ParameterError
from components.core.view import Columns
from components.jobs.last_checkpoint import last_checkpoint
from components.jobs.store import StoreError
from components.views.lab import captions, compute, records
from components.views.lab.state import LabState
from dynamics.simulation.training_history import NAMES, TrainingHistory


def table(state: LabState) -> Columns:
    """Return the law of this width and the planar law; with networks, at the times of their records, and with their
    mean, standard deviation, the columns of each seed, and other ways to learn.

    Raises InvalidLink.
    """
    return _table(state, networks(state))


def _table(state: LabState, recorded: Networks | None) -> Columns:
    problem = state.problem
    law = problem.law if recorded is None else problem.law_at(recorded.history.tau)
    run = problem.planar_law_at(law.tau)
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
    recorded, picture = networks(state), compute.picture_of(state)
    return {
        "coefficients": captions.CONVENTION,
        "table": {name: np.ascontiguousarray(values) for name, values in _table(state, recorded).items()},
        "networks": None if recorded is None else _described(state, recorded),
        "expected": captions.expected(state),
        "measured": [] if recorded is None else captions.measured(state, picture.comparison(recorded.history)),
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
    """Return a script that trains and draws the same networks. Only numbers and choices of the state enter it."""
    problem = state.problem
    fields = {
        **{name: getattr(problem, name) for name in ("m", "d", "batch", "gamma")},
        "c": state.c,
        "c_star": state.c_star,
        **{name: getattr(problem, name) for name in ("a0", "tau_end", "noise", "seeds", "mode", "start")},
        "layers": state.layers,
    }
    arguments = "\n".join(f"    {name}={value!r}," for name, value in fields.items())
    display = f"{state.axis!r}, {state.panel!r}{f', {state.span!r}' if state.span else ''}"
    return f'''"""Networks that learn a single-index target, with their laws: numbers, and figures as HTML.

Link: /lab?{state.query()}
{fill("Model: " + IMAI_2026.citation, 110)}
c and c_star are coefficients of the probabilists' Hermite polynomials He_k, k = 1, 2, ...
"""

from dynamics.plotting import TrainingPicture, to_plotly

picture = TrainingPicture.of(
{arguments}
)
history = picture.history  # R, a, loss and Q of each run, and those of other ways to learn
print("networks end at R =", history.seeds["R"][-1], "a =", history.seeds["a"][-1], history.halted)
print("law of this width: R =", picture.law.R[-1], "a =", picture.law.a[-1])
try:
    to_plotly(picture.plane({state.window or ()!r})).write_html("lab_plane.html")
    to_plotly(picture.panels({display})).write_html("lab_panels.html")
except ImportError as error:
    print(error)
'''
