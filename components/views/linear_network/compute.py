"""What view 4 computes: the exact solution, gradient descent beside it, the phase diagram, the scaling."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic
from typing import Any

import numpy as np

from components.core.formatting import format_number, pluralize
from components.core.view import Chunk, Columns, column, scene
from components.views.linear_network import captions, columns, experiments, figures
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

SIDE = 200  # cells along an axis of the map
SCALES = tuple(10.0**k for k in range(1, 7))  # of the large number, where the exponents allow them
PAUSE = 0.1  # seconds between two signs of life of gradient descent
BUDGET = 1.0
SECONDS = {"course": 0.045, "map": 0.05, "scaling": 0.8, "activations": 3.0}  # of a core, by panel, at most about
MAP_SECONDS, NEURON_SECONDS, DESCENT_SECONDS = 0.02, 2e-6, 0.25  # more: of a start of the map, a neuron, descent
STOPPED = "Ended here: what had been computed is shown. Any change begins anew."


def cost(state: LinearNetworkState) -> float:
    """Nothing here can be dear: every part has a bound of its own, by the ranges of the parameters."""
    return 0.0


def seconds(state: LinearNetworkState) -> float:
    """About how many seconds of a core a picture takes at most."""
    own = SECONDS[state.panel] + MAP_SECONDS * state.seeds * (state.panel == "map")
    descents = 1 if "descent" in state.layers else 0
    return own + DESCENT_SECONDS * descents + NEURON_SECONDS * state.d * (1 + 2 * descents)


def axes(state: LinearNetworkState) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The axes of the map as the core takes them."""
    x, y = ((CORE.get(word, word), *edges) for word, edges in zip((state.x, state.y), state.map_edges, strict=True))
    return x, y


def map_of(state: LinearNetworkState, side: int = SIDE) -> PhaseDiagram:
    """The phase diagram over the seeds."""
    x, y = axes(state)
    return phase_diagram(
        x, y, (side, side), range(state.seed, state.seed + state.seeds), state.d, state.sigma_u, state.sigma_w,
        state.gamma, state.eta_u, state.eta_w, state.target, state.x_norm, state.aligned,
    )  # fmt: skip


def scales(state: LinearNetworkState) -> tuple[float, ...]:
    """The values of the large number at which networks are measured."""
    return tuple(scale for scale in SCALES if scale <= state.exponents.reach)


def measured(state: LinearNetworkState) -> Iterator[MeasuredExponents]:
    """Networks at growing values of the large number."""
    return measured_exponents(
        state.exponents, scales(state), range(state.seed, state.seed + state.seeds), state.target,
        None if state.grows == "width" else state.d,
    )  # fmt: skip


def until(state: LinearNetworkState, network: LinearNetwork) -> float:
    """How far the solution is followed: as far as gradient descent, where that is drawn over it."""
    drawn = "descent" in state.layers and state.panel == "course"
    return max(experiments.same(state, network).t_end if drawn else 0.0, horizon(state, network))


def stream(state: LinearNetworkState) -> Iterator[Chunk]:
    """The plane and the panels: the exact solution, then what is measured beside it, then the sentences."""
    network = state.network()
    run = network.solution(columns.times(until(state, network)))
    neurons = columns.drawn(network)
    with_descent = "descent" in state.layers and state.panel == "course"
    many = 2 * (len(experiments.ACTIVATIONS) + 1) if state.panel == "activations" else 0
    yield Chunk("start", {"runs": 1 + with_descent + many})
    yield scene("plane", figures.plane(network, run, neurons, "hyperbolas" in state.layers))
    beside: list[str] = []
    if state.panel == "map":
        map_ = map_of(state)
        yield scene("panels", figures.phase_map(state, map_), cells=figures.cells(state, map_))
        beside += captions.map_notes(state, map_)
    elif state.panel == "scaling":
        yield scene("panels", figures.scaling(None, state.grows == "width"), more=True)
    elif state.panel == "activations":
        starts = experiments.both(state, network)
        yield scene("panels", figures.activations([*map(captions.kind, starts)]), figures.display(run, loss=False))
    else:
        yield scene("panels", figures.panels(network), figures.display(run))
    yield Chunk("trajectory", {"index": 0, "traces": figures.run_traces(network, neurons, state.panel)})
    yield _samples(0, columns.of(run, neurons), True)

    if many:
        beside += yield from _activations(starts)
    elif with_descent:
        beside += yield from _descent(state, network)
    if "descent" in state.layers:
        beside += captions.leaving(state, network, largest_faithful_step(network))
    links: list[dict[str, str]] = []
    if state.panel == "scaling":
        said, links = yield from _scaling(state)
        beside += said
    told, look = captions.sentence(state, network)
    yield Chunk(
        "text",
        {
            "runs": [told],
            "fates": [look],
            "notes": [*beside, *captions.notes(state, network, run, len(neurons))],
            "links": links,
            "figures": {"plane": captions.plane(state, network, run), "panels": captions.panels(state, network, run)},
        },
    )
    yield Chunk("end", {"status": status(state, network, run)})


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _descent(state: LinearNetworkState, network: LinearNetwork) -> Generator[Chunk, None, list[str]]:
    """Gradient descent of this network as points; returns what is said of it."""
    made = experiments.same(state, network)
    yield Chunk("trajectory", {"index": 1, "traces": figures.descent_traces(state.panel)})
    found: list[DescentRecord] = []
    since = monotonic()
    for record in made.records("linear", experiments.sampled(made)):
        found.append(record)
        if monotonic() > since + PAUSE:
            yield _progress(record.progress, "Gradient descent")
            since = monotonic()
    yield _samples(1, columns.of_descent(found), True)
    return captions.descent(state, network, made, found)


def _activations(both: tuple[experiments.Row, experiments.Row]) -> Generator[Chunk, None, list[str]]:
    """The angles of all activations from both kinds of start; returns the sentences on them."""
    index = 1
    notes: list[str] = []
    for row, start in enumerate(both):
        yield Chunk("trajectory", {"index": index, "traces": figures.theory_traces(index, row)})
        fine = columns.times(start.wanted)
        zeta = np.array([exact.solution(fine).zeta for exact in start.experiment("linear").networks])
        yield _samples(index, {"t": fine, "zeta": np.degrees(columns.defined_mean(zeta.T))}, True)
        index += 1
        results: dict[str, tuple[experiments.Experiment, list[DescentRecord]]] = {}
        for activation in experiments.ACTIVATIONS:
            yield Chunk("trajectory", {"index": index, "traces": figures.activation_traces(index, row, activation)})
            made = start.experiment(activation)
            found: list[DescentRecord] = []
            results[activation] = made, found
            since = monotonic()
            for record in made.records(activation, experiments.sampled(made)):
                found.append(record)
                if monotonic() > since + PAUSE:
                    yield _progress(
                        index / (2 * len(experiments.ACTIVATIONS) + 2), f"Gradient descent, {figures.NAMES[activation]}"
                    )
                    since = monotonic()
            yield _samples(index, columns.of_many(found), True)
            notes += captions.halted(figures.NAMES[activation], found)
            index += 1
        notes += captions.activations(start, results, row)
    return [*notes, captions.ANGLE]


def _scaling(state: LinearNetworkState) -> Generator[Chunk, None, tuple[list[str], list[dict[str, str]]]]:
    """The measured points as they come; returns what is said of the phase, and ways to such networks."""
    try:
        runs = measured(state)
    except ValueError as error:
        yield scene("panels", figures.scaling(None, state.grows == "width"))
        return [f"{error}."], []
    for found in runs:
        if found.progress < 1:
            yield scene("panels", figures.scaling(found, state.grows == "width"), more=True)
            yield _progress(found.progress, "Networks of growing size")
    yield scene("panels", figures.scaling(found, state.grows == "width"))
    return captions.scaling(state, found, scales(state) != SCALES), captions.scaling_links(state)


def _progress(done: float, what: str) -> Chunk:
    return Chunk(
        "progress", {"done": done, "sentence": f"{what}: {format_number(100 * done, 2)} %.", "stopped": STOPPED}
    )


def status(state: LinearNetworkState, network: LinearNetwork, run: Any) -> str:
    """How it was computed."""
    kind = "closed form" if state.beta == 1.0 else "one scalar equation"
    doubt = f" · {run.undefined}" if run.undefined else ""
    return f"Exact, {kind} · {pluralize(run.t.size, 'sample')} · {pluralize(network.d, 'neuron')}{doubt}"
