"""Sentences of the Real images view: what was measured, what the papers say, and how it was computed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from components.core.formatting import format_duration as about_time
from components.core.formatting import pluralize
from components.views.images import alt_text
from components.views.images.experiment_captions import CAPTIONS
from components.views.images.experiments import EXPERIMENTS
from components.views.images.image_store import DatasetInfo
from components.views.images.state import ImagesState
from dynamics.images import ImageRuns, SavedResults
from dynamics.plotting.images.columns import active_settings
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import LIGHT

ABSENT = (
    "The images {} are not kept on this server: they were never given to it, or have made room for others. "
    "Choose the file again, or go back to the digits."
)
ENDED = "Every network ends early, so there is nothing to tell."
WAITING = {"color": LIGHT["muted"], "fate": "waiting"}
ABSENCE = {"color": LIGHT["undecided"], "fate": "absent"}


def text_data(
    state: ImagesState, runs: ImageRuns, about: DatasetInfo | None, notes: Sequence[str], extra: str = ""
) -> dict[str, Any]:
    """Return the sentences of a result, its notes, its links and a text for each figure."""
    captions = CAPTIONS[state.experiment]
    sentences, fates = captions.describe(state, runs) if active_settings(runs) else ([ENDED], [ABSENCE])
    described = [*_halted(runs), *notes, settings(state, about), *captions.notes(state, runs, about)]
    notes = [*described, *([extra] if extra else [])]
    return {
        "runs": sentences,
        "fates": fates,
        "notes": notes,
        "links": captions.links(state),
        "figures": alt_text.figures(state),
    }


def before_results(state: ImagesState, reason: str, about: DatasetInfo | None) -> dict[str, Any]:
    """Return the text that is shown before there are results. reason: why the state cannot be computed; "" if it
    can."""
    if reason:
        return {"runs": [reason], "fates": [ABSENCE], "notes": [], "figures": alt_text.figures(state)}
    arguments = state.arguments()
    networks = len(state.values) * len(state.groups) * len(arguments["seeds"])
    sentence = (
        f"{pluralize(networks, 'network is', 'networks are')} training for {pluralize(arguments['epochs'], 'epoch')}"
        f"{' each' if networks > 1 else ''} on {about.summary if about else 'images'}; results appear as they come in."
    )
    notes = [settings(state, about)]
    notes += [] if state.bundled else ["There are no kept results for these settings: they are computed live."]
    return {"runs": [sentence], "fates": [WAITING], "notes": notes, "figures": alt_text.figures(state)}


def settings(state: ImagesState, about: DatasetInfo | None) -> str:
    """Describe the networks and their training, with every parameter."""
    arguments = state.arguments(about.values) if about else state.arguments()
    depth = arguments.get("depth", 2)
    width = (
        f" of {pluralize(arguments['width'], 'neuron')}{' each' if depth > 2 else ''}" if "width" in arguments else ""
    )
    layers = f"Networks of {depth} layers of weights, {depth - 1} hidden{width}"
    training = CAPTIONS[state.experiment].training(state, arguments)
    return f"{layers}: {training}; {pluralize(arguments['epochs'], 'epoch')}."


def progress(runs: ImageRuns) -> str:
    """Describe the progress of a job."""
    count = len(runs.settings) * len(runs.seeds)
    done = int(np.isfinite(runs.norm[:, :, -1]).sum()) + len(runs.halted)
    return f"Networks trained: {done} of {count}."


def provenance(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe when and with which versions bundled results were computed."""
    tools = ", ".join(f"{tool} {number}" for tool, number in saved.versions.items())
    return (
        f"Kept results: computed on {saved.date} with {tools}; {_seeds(runs)}, split of the images by seed "
        f"{saved.split_seed}; {_networks(runs)} in {format_number(saved.seconds[name], 3)} s."
    )


def replay(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe bundled results, for the line with the button that computes them again."""
    return f"Kept results of {saved.date}: {_networks(runs)}, computed in {about_time(saved.seconds[name])}."


def status(saved: SavedResults, name: str, runs: ImageRuns) -> str:
    """Describe how the results were computed."""
    how = "computed live" if name == "live" else "kept results"
    return (
        f"{how} of {saved.date} · {_networks(runs)}, {_seeds(runs)} · "
        f"learnt from {runs.images} · {format_number(saved.seconds[name], 3)} s · lines: means over seeds, where one "
        "is "
        "near; bands: from the least to the largest"
    )


def _halted(runs: ImageRuns) -> list[str]:
    """Return a note on the runs that have diverged."""
    if not runs.halted:
        return []
    j, i, sentence = runs.halted[0]
    symbol = EXPERIMENTS[runs.experiment].axes.symbol
    which = (
        f"{runs.settings[j].group}, {symbol} = {format_number(float(runs.settings[j].value), 4)}, seed {runs.seeds[i]}"
    )
    return [
        f"{pluralize(len(runs.halted), 'network ends', 'networks end')} early. What is known is shown until then, and "
        f"not over {symbol} where no seed comes to its end; the first ({which}): {sentence}"
    ]


def _networks(runs: ImageRuns) -> str:
    return pluralize(len(runs.settings) * len(runs.seeds), "network")


def _seeds(runs: ImageRuns) -> str:
    return f"{'seed' if len(runs.seeds) == 1 else 'seeds'} {', '.join(map(str, runs.seeds))}"
