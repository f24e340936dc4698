"""What view 5's second page gives away: its numbers, and a script that computes and draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from components.core.state import InvalidLink, ParameterError
from components.core.view import Columns
from components.views.images import captions, columns, compute
from components.views.images.state import ImagesState
from dynamics.images import ImageRuns, SavedResults, mean_and_spread

ABSENT = (
    "The networks of these settings have not been computed here to their end: watch them until they are, and save the "
    "data then. The Python computes them as well."
)
_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _REST = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _REST.partition("# --- numbers ---\n")[2]


def table(state: ImagesState) -> Columns:
    """A row for each record of each setting: number of its group, what is varied, epoch; each quantity as its mean and
    standard deviation over seeds, and of each seed. Raises InvalidLink where nothing is known."""
    return _table(_known(state)[1])


def _table(runs: ImageRuns) -> Columns:
    groups = {name: number for number, name in enumerate(runs.groups)}
    records = len(runs.epochs)
    found: dict[str, np.ndarray] = {
        "group": np.repeat([groups[one.group] for one in runs.settings], records),
        "value": np.repeat([float(one.value) for one in runs.settings], records),
        "epoch": np.tile(runs.epochs, len(runs.settings)),
    }
    for name in columns.names(runs):
        values = columns.quantity(runs, name)
        mean, spread = mean_and_spread(values)
        found |= {name: mean.ravel(), f"{name}_sd": spread.ravel()}
        found |= {f"{name}_seed{seed}": values[:, place].ravel() for place, seed in enumerate(runs.seeds)}
    return found


def document(state: ImagesState) -> Mapping[str, Any]:
    """The table; groups by their number, settings, training, seeds, halted runs; by what it was computed."""
    kept, runs = _known(state)
    name = next(name for name, found in kept.runs.items() if found is runs)
    return {
        "table": {key: np.ascontiguousarray(values) for key, values in _table(runs).items()},
        "groups": list(runs.groups),
        "settings": [asdict(one) for one in runs.settings],
        "plan": asdict(runs.plan),
        "seeds": runs.seeds,
        "halted": runs.halted,
        "learnt_from": runs.images,
        "computed": {"date": kept.date, "versions": dict(kept.versions), "seconds": kept.seconds[name]},
        "status": captions.status(kept, name, runs),
    }


def python(state: ImagesState) -> str:
    """A script that trains the same networks with `dynamics`, and draws them."""
    known = compute.about(state)
    parameters = {
        "EXPERIMENT": state.experiment,
        "ARGUMENTS": state.arguments(known.values) if known else state.arguments(),
        "IMAGES": "images.npz" if state.images else None,
        "MOST": state.most,
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""Networks on real images: an experiment, its mean and spread over seeds.\n\n'
    own = f"Put your own images (hash {state.images}) beside it as images.npz.\n" if state.images else ""
    source = (
        "Experiments: Xu & Ziyin, arXiv:2401.07085; Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly "
        "and the package\n`dynamics` with its extra `images`.\n"
    )
    return f'{about}{source}{own}Link: /lab/images?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'


def _known(state: ImagesState) -> tuple[SavedResults, ImageRuns]:
    found = compute.results(state)
    if found is None:
        raise InvalidLink([ParameterError("query", "", "kept or finished results", ABSENT)])
    return found
