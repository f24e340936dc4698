"""Exports of the Real images view: its data, and a script that computes and plots them."""

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
_HEAD, _, _AFTER_HEAD = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _AFTER_HEAD.partition("# --- numbers ---\n")[2]


def table(state: ImagesState) -> Columns:
    """Return a row for each record of each setting: the number of its group, the varied parameter, the epoch, and each
    quantity as mean and standard deviation over seeds and for each seed.

    Raises InvalidLink if there are no results.
    """
    return _table(_results(state)[1])


def _table(runs: ImageRuns) -> Columns:
    groups = {name: number for number, name in enumerate(runs.groups)}
    records = len(runs.epochs)
    columns_by_name: dict[str, np.ndarray] = {
        "group": np.repeat([groups[setting.group] for setting in runs.settings], records),
        "value": np.repeat([float(setting.value) for setting in runs.settings], records),
        "epoch": np.tile(runs.epochs, len(runs.settings)),
    }
    for name in columns.names(runs):
        values = columns.quantity(runs, name)
        mean, spread = mean_and_spread(values)
        columns_by_name |= {name: mean.ravel(), f"{name}_sd": spread.ravel()}
        columns_by_name |= {f"{name}_seed{seed}": values[:, i].ravel() for i, seed in enumerate(runs.seeds)}
    return columns_by_name


def document(state: ImagesState) -> Mapping[str, Any]:
    """Return the table, the groups, settings, training parameters, seeds and halted runs, and how the results were
    computed.
    """
    saved, runs = _results(state)
    name = next(name for name, result in saved.runs.items() if result is runs)
    return {
        "table": {key: np.ascontiguousarray(values) for key, values in _table(runs).items()},
        "groups": list(runs.groups),
        "settings": [asdict(setting) for setting in runs.settings],
        "plan": asdict(runs.plan),
        "seeds": runs.seeds,
        "halted": runs.halted,
        "learnt_from": runs.images,
        "computed": {"date": saved.date, "versions": dict(saved.versions), "seconds": saved.seconds[name]},
        "status": captions.status(saved, name, runs),
    }


def python(state: ImagesState) -> str:
    """Return a script that trains the same networks with `dynamics` and plots them."""
    dataset = compute.about(state)
    parameters = {
        "EXPERIMENT": state.experiment,
        "ARGUMENTS": state.arguments(dataset.values) if dataset else state.arguments(),
        "IMAGES": "images.npz" if state.images else None,
        "MAX_IMAGES": state.most,
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    title = '"""Networks on real images: an experiment, its mean and spread over seeds.\n\n'
    images_line = f"Put your own images (hash {state.images}) beside it as images.npz.\n" if state.images else ""
    source = (
        "Experiments: Xu & Ziyin, arXiv:2401.07085; Imai, Nishiyama & Imaizumi, arXiv:2602.07378. Needs numpy, plotly "
        "and the package\n`dynamics` with its extra `images`.\n"
    )
    return f'{title}{source}{images_line}Link: /lab/images?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'


def _results(state: ImagesState) -> tuple[SavedResults, ImageRuns]:
    saved = compute.results(state)
    if saved is None:
        raise InvalidLink([ParameterError("query", "", "kept or finished results", ABSENT)])
    return saved
