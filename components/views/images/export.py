"""Exports of the Real images view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import IMAI_2026, XU_2025
from components.core.state import InvalidLink, ParameterError
from components.core.view import Columns
from components.views.images import captions, compute
from components.views.images.state import ImagesState
from dynamics.images import ImageRuns, SavedResults, mean_and_spread
from dynamics.plotting.images import columns

ABSENT = (
    "The networks of these settings have not been computed here to their end: watch them until they are, and save the "
    "data then. The Python computes them as well."
)


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
    """Return a script that trains and draws the same networks. Only numbers and choices of the state enter it."""
    dataset = compute.about(state)
    arguments = state.arguments(dataset.values) if dataset else state.arguments()
    lines = "\n".join(f"    {name}={value!r}," for name, value in arguments.items())
    hint = f"Put your own images (hash {state.images}) beside it as images.npz.\n" if state.images else ""
    source = 'read_images("images.npz")' if state.images else "load_digits()"
    display = f"{state.axis!r}, {state.shown!r}{f', {state.span!r}' if state.span else ''}"
    return f'''"""An experiment with networks on real images: its numbers, and its figures as HTML.

Link: /lab/images?{state.query()}
{fill(f"Experiments: {XU_2025.citation}; {IMAI_2026.citation}", 110)}
{hint}It needs the extra `images` of the package.
"""

from dynamics.images import EXPERIMENTS, {source.partition("(")[0]}
from dynamics.plotting import ImagesPicture, to_plotly

sweep = EXPERIMENTS[{state.experiment!r}](
{lines}
)
for runs in sweep.run({source}.split(most={state.most})):
    print(f"\\r{{100 * runs.progress:.0f}} %", end="")
print()
for j, setting in enumerate(runs.settings):  # values of each seed
    trained = " ".join(f"{{value:.3f}}" for value in runs.train_accuracy[j, :, -1])
    tested = " ".join(f"{{value:.3f}}" for value in runs.best_accuracy[j])
    label = f"{{setting.group}}, {{runs.varied}} = {{setting.value:g}}"
    print(f"{{label}}: training accuracy {{trained}}; best test accuracy {{tested}}")
picture = ImagesPicture.of(runs)
try:
    to_plotly(picture.plane({state.window or ()!r})).write_html("images_plane.html")
    to_plotly(picture.panels({display})).write_html("images_panels.html")
except ImportError as error:
    print(error)
'''


def _results(state: ImagesState) -> tuple[SavedResults, ImageRuns]:
    saved = compute.results(state)
    if saved is None:
        raise InvalidLink([ParameterError("query", "", "kept or finished results", ABSENT)])
    return saved
