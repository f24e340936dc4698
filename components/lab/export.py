"""What view 5 gives away: its numbers, and a script that computes and draws them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from components.lab import compute, texts
from components.lab.state import RECORDS, LabState
from components.theme import LIGHT
from components.view import Columns

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _REST = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _REST.partition("# --- numbers ---\n")[2]


def table(state: LabState) -> Columns:
    """A row for each sample of the law of this width, with the planar law at the same times. The networks take minutes:
    the script computes them."""
    law = compute.Laws(state).wide
    run = state.model.trajectory(state.a, 0.0, tau=law.tau)
    return {
        "tau": law.tau, "R": law.R, "a": law.a, "Q": law.Q, "loss": law.loss, "R_planar": run.R, "a_planar": run.a,
        "loss_planar": run.loss,
    }  # fmt: skip


def document(state: LabState) -> Mapping[str, Any]:
    """The table, and what theory expects of the networks."""
    return {
        "table": {name: np.ascontiguousarray(values) for name, values in table(state).items()},
        "expected": texts.expected(state),
        "work": compute.cost(state),
    }


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
        "SEEDS": tuple(range(state.seed, state.seed + state.runs)),
        "MODE": state.mode,
        "START": state.start,
        "TAU_END": state.tau,
        "RECORDS": RECORDS,
        "COLOURS": (LIGHT["ink"], LIGHT["muted"], LIGHT["network"]),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""Networks that learn a single-index target, over the laws that predict them.\n\n'
    source = "Model: Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly and the package `dynamics`.\n"
    return f'{about}{source}Link: /lab?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
