"""Computation of the Linear network view: the exact solution, gradient descent, the phase diagram, the scaling."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic
from typing import Any

import numpy as np

from components.core.formatting import pluralize
from components.core.view import Chunk, Columns, column, scene
from components.views.linear_network import alt_text, captions, columns, experiments, figures
from components.views.linear_network.panels import PANELS
from components.views.linear_network.state import CORE, LinearNetworkState, horizon
from dynamics import (
    DescentRecord,
    LinearNetwork,
    MeasuredExponents,
    PhaseDiagram,
    largest_faithful_step,
    measured_exponents,
    phase_diagram,
)
from dynamics.plotting.number_text import format_number

MAP_CELLS = 200  # along an axis of the map
SCALES = tuple(10.0**k for k in range(1, 7))  # of the large number, where the exponents allow them
PROGRESS_INTERVAL_SECONDS = 0.1
BUDGET = 1.0
MAP_SECONDS, NEURON_SECONDS, DESCENT_SECONDS = 0.02, 2e-6, 0.25  # additional: of a start of the map, a neuron, descent
STOPPED_MESSAGE = "Ended here: what had been computed is shown. Any change begins anew."


def cost(state: LinearNetworkState) -> float:
    """Return 0: every part has a bound of its own, by the ranges of the parameters."""
    return 0.0


def seconds(state: LinearNetworkState) -> float:
    """Return an upper estimate of the seconds of a core."""
    panel_seconds = PANELS[state.panel].seconds + MAP_SECONDS * state.seeds * (state.panel == "map")
    descents = 1 if "descent" in state.layers else 0
    return panel_seconds + DESCENT_SECONDS * descents + NEURON_SECONDS * state.d * (1 + 2 * descents)


def axes(state: LinearNetworkState) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the axes of the map in the form of the core."""
    x, y = ((CORE.get(word, word), *edges) for word, edges in zip((state.x, state.y), state.map_edges, strict=True))
    return x, y


def map_of(state: LinearNetworkState, size: int = MAP_CELLS) -> PhaseDiagram:
    """Return the phase diagram over the seeds."""
    x, y = axes(state)
    return phase_diagram(
        x, y, (size, size), range(state.seed, state.seed + state.seeds), state.d, state.sigma_u, state.sigma_w,
        state.gamma, state.eta_u, state.eta_w, state.target, state.x_norm, state.aligned,
    )  # fmt: skip


def scales(state: LinearNetworkState) -> tuple[float, ...]:
    """Return the values of the large number at which networks are measured."""
    return tuple(scale for scale in SCALES if scale <= state.exponents.reach)


def measured(state: LinearNetworkState) -> Iterator[MeasuredExponents]:
    """Networks at growing values of the large number."""
    return measured_exponents(
        state.exponents, scales(state), range(state.seed, state.seed + state.seeds), state.target,
        None if state.grows == "width" else state.d,
    )  # fmt: skip


def until(state: LinearNetworkState, network: LinearNetwork) -> float:
    """Return the end time of the solution: that of gradient descent if it is shown."""
    with_descent = "descent" in state.layers and state.panel == "course"
    return max(experiments.same_network(state, network).t_end if with_descent else 0.0, horizon(state, network))


def stream(state: LinearNetworkState) -> Iterator[Chunk]:
    """Yield the plane and the panels, the exact solution, the measurements, the sentences."""
    network = state.network()
    run = network.solution(columns.times(until(state, network)))
    neurons = columns.selected_neurons(network)
    with_descent = "descent" in state.layers and state.panel == "course"
    activation_runs = 2 * (len(experiments.ACTIVATIONS) + 1) if state.panel == "activations" else 0
    yield Chunk("start", {"runs": 1 + with_descent + activation_runs})
    yield scene("plane", figures.plane(network, run, neurons, "hyperbolas" in state.layers))
    notes: list[str] = []
    if state.panel == "map":
        map_ = map_of(state)
        yield scene("panels", figures.phase_map(state, map_), cells=figures.cells(state, map_))
        notes += captions.map_notes(state, map_)
    elif state.panel == "scaling":
        yield scene("panels", figures.scaling(None, state.grows == "width"), more=True)
    elif state.panel == "activations":
        starts = experiments.both_rows(state, network)
        yield scene("panels", figures.activations([*map(captions.kind, starts)]), figures.display(run, loss=False))
    else:
        yield scene("panels", figures.panels(network), figures.display(run))
    yield Chunk("trajectory", {"index": 0, "traces": figures.run_traces(network, neurons, state.panel)})
    yield _samples(0, columns.of(run, neurons), True)

    if activation_runs:
        notes += yield from _activations(starts)
    elif with_descent:
        notes += yield from _descent(state, network)
    if "descent" in state.layers:
        notes += captions.departure(state, network, largest_faithful_step(network))
    links: list[dict[str, str]] = []
    if state.panel == "scaling":
        scaling_notes, links = yield from _scaling(state)
        notes += scaling_notes
    sentence, style = captions.sentence(state, network)
    yield Chunk(
        "text",
        {
            "runs": [sentence],
            "fates": [style],
            "notes": [*notes, *captions.notes(state, network, run, len(neurons))],
            "links": links,
            "figures": {"plane": alt_text.plane(state, network, run), "panels": alt_text.panels(state, network, run)},
        },
    )
    yield Chunk("end", {"status": status(state, network, run)})


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _descent(state: LinearNetworkState, network: LinearNetwork) -> Generator[Chunk, None, list[str]]:
    """Yield gradient descent of this network as points; return its sentences."""
    experiment = experiments.same_network(state, network)
    yield Chunk("trajectory", {"index": 1, "traces": figures.descent_traces(state.panel)})
    descent_records: list[DescentRecord] = []
    since = monotonic()
    for record in experiment.records("linear", experiments.record_times(experiment)):
        descent_records.append(record)
        if monotonic() > since + PROGRESS_INTERVAL_SECONDS:
            yield _progress(record.progress, "Gradient descent")
            since = monotonic()
    yield _samples(1, columns.of_descent(descent_records), True)
    return captions.descent(state, network, experiment, descent_records)


def _activations(rows: tuple[experiments.Row, experiments.Row]) -> Generator[Chunk, None, list[str]]:
    """Yield the angles of all activations from both kinds of start; return their sentences."""
    index = 1
    notes: list[str] = []
    for row, start in enumerate(rows):
        yield Chunk("trajectory", {"index": index, "traces": figures.theory_traces(index, row)})
        fine = columns.times(start.requested_end)
        exact = experiments.with_checkpoints(start.experiment("linear").networks)
        zeta = np.array([network.solution(fine).zeta for network in exact])
        yield _samples(index, {"t": fine, "zeta": np.degrees(columns.defined_mean(zeta.T))}, True)
        index += 1
        results: dict[str, tuple[experiments.Experiment, list[DescentRecord]]] = {}
        for activation in experiments.ACTIVATIONS:
            yield Chunk("trajectory", {"index": index, "traces": figures.activation_traces(index, row, activation)})
            compared = start.experiment(activation)
            descent_records: list[DescentRecord] = []
            results[activation] = compared, descent_records
            since = monotonic()
            for record in compared.records(activation, experiments.record_times(compared)):
                descent_records.append(record)
                if monotonic() > since + PROGRESS_INTERVAL_SECONDS:
                    yield _progress(
                        index / (2 * len(experiments.ACTIVATIONS) + 2), f"Gradient descent, {figures.NAMES[activation]}"
                    )
                    since = monotonic()
            yield _samples(index, columns.of_many(descent_records), True)
            notes += captions.halted(figures.NAMES[activation], descent_records)
            index += 1
        notes += captions.activations(start, results, row)
    return [*notes, captions.ANGLE]


def _scaling(state: LinearNetworkState) -> Generator[Chunk, None, tuple[list[str], list[dict[str, str]]]]:
    """Yield the measured points; return the sentences on the phase, and links to such networks."""
    try:
        runs = measured(state)
    except ValueError as error:
        yield scene("panels", figures.scaling(None, state.grows == "width"))
        return [f"{error}."], []
    for exponents in runs:
        if exponents.progress < 1:
            yield scene("panels", figures.scaling(exponents, state.grows == "width"), more=True)
            yield _progress(exponents.progress, "Networks of growing size")
    yield scene("panels", figures.scaling(exponents, state.grows == "width"))
    return captions.scaling(state, exponents, scales(state) != SCALES), captions.scaling_links(state)


def _progress(progress: float, what: str) -> Chunk:
    return Chunk(
        "progress",
        {"done": progress, "sentence": f"{what}: {format_number(100 * progress, 2)} %.", "stopped": STOPPED_MESSAGE},
    )


def status(state: LinearNetworkState, network: LinearNetwork, run: Any) -> str:
    """Describe the computation."""
    kind = "closed form" if state.beta == 1.0 else "one scalar equation"
    doubt = f" · {run.undefined}" if run.undefined else ""
    return f"Exact, {kind} · {pluralize(run.t.size, 'sample')} · {pluralize(network.d, 'neuron')}{doubt}"
