"""Computation of the Linear network view: the exact solution, gradient descent, the phase diagram, the scaling."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic

from components.core.formatting import pluralize
from components.core.view import Chunk, Columns, column, encoded, scene
from components.views.linear_network import alt_text, captions
from components.views.linear_network.map_cells import cells
from components.views.linear_network.panels import PANELS
from components.views.linear_network.plan import picture_of
from components.views.linear_network.state import LinearNetworkState
from dynamics import DescentRecord, largest_faithful_step
from dynamics.linear_network.descent_runs import ACTIVATIONS, DescentRun
from dynamics.plotting.linear_network import columns
from dynamics.plotting.linear_network import panels as figures
from dynamics.plotting.linear_network.picture import SCALES, LinearNetworkPicture
from dynamics.plotting.number_text import format_number

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


def stream(state: LinearNetworkState) -> Iterator[Chunk]:
    """Yield the plane and the panels, the exact solution, the measurements, the sentences."""
    picture = picture_of(state)
    network, run = picture.network, picture.solution
    activation_count = 2 * (len(ACTIVATIONS) + 1) if state.panel == "activations" else 0
    yield Chunk("start", {"runs": 1 + picture.with_descent + activation_count})
    yield scene("plane", picture.empty_plane())
    notes: list[str] = []
    if state.panel == "map":
        yield scene("panels", picture.empty_panels(cells=False), cells=cells(picture))
        notes += captions.map_notes(state, picture.phase_diagram)
    else:
        yield scene("panels", picture.empty_panels(), picture.panel_display, more=state.panel == "scaling")
    yield Chunk("trajectory", {"index": 0, "traces": encoded(picture.run_traces())})
    yield _samples(0, picture.columns(), True)

    if activation_count:
        notes += yield from _activations(picture)
    elif picture.with_descent:
        notes += yield from _descent(state, picture)
    if "descent" in state.layers:
        notes += captions.departure(state, network, largest_faithful_step(network))
    links: list[dict[str, str]] = []
    if state.panel == "scaling":
        scaling_notes, links = yield from _scaling(state, picture)
        notes += scaling_notes
    sentence, style = captions.sentence(state, network)
    yield Chunk(
        "text",
        {
            "runs": [sentence],
            "fates": [style],
            "notes": [*notes, *captions.notes(state, network, run, len(picture.neurons))],
            "links": links,
            "figures": {"plane": alt_text.plane(state, network, run), "panels": alt_text.panels(state, network, run)},
        },
    )
    yield Chunk("end", {"status": status(picture)})


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _descent(state: LinearNetworkState, picture: LinearNetworkPicture) -> Generator[Chunk, None, list[str]]:
    """Yield gradient descent of this network as points; return its sentences."""
    run = picture.descent
    yield Chunk("trajectory", {"index": 1, "traces": figures.descent_traces(picture.panel)})
    descent_records: list[DescentRecord] = []
    since = monotonic()
    for record in run.records("linear"):
        descent_records.append(record)
        if monotonic() > since + PROGRESS_INTERVAL_SECONDS:
            yield _progress(record.progress, "Gradient descent")
            since = monotonic()
    yield _samples(1, columns.of_descent(descent_records), True)
    return captions.descent(state, picture.network, run, descent_records)


def _activations(picture: LinearNetworkPicture) -> Generator[Chunk, None, list[str]]:
    """Yield the angles of all activations from both kinds of start; return their sentences."""
    index = 1
    notes: list[str] = []
    for row, runs in enumerate(picture.activation_runs):
        yield Chunk("trajectory", {"index": index, "traces": figures.theory_traces(index, row)})
        yield _samples(index, picture.theory_columns(runs), True)
        index += 1
        results: dict[str, tuple[DescentRun, list[DescentRecord]]] = {}
        for activation in ACTIVATIONS:
            yield Chunk("trajectory", {"index": index, "traces": figures.activation_traces(index, row, activation)})
            compared = runs.descent(activation)
            descent_records: list[DescentRecord] = []
            results[activation] = compared, descent_records
            since = monotonic()
            for record in compared.records(activation):
                descent_records.append(record)
                if monotonic() > since + PROGRESS_INTERVAL_SECONDS:
                    yield _progress(
                        index / (2 * len(ACTIVATIONS) + 2), f"Gradient descent, {figures.NAMES[activation]}"
                    )
                    since = monotonic()
            yield _samples(index, columns.of_many(descent_records), True)
            notes += captions.halted(figures.NAMES[activation], descent_records)
            index += 1
        notes += captions.activations(runs, results, row)
    return [*notes, captions.ANGLE]


def _scaling(
    state: LinearNetworkState, picture: LinearNetworkPicture
) -> Generator[Chunk, None, tuple[list[str], list[dict[str, str]]]]:
    """Yield the measured points; return the sentences on the phase, and links to such networks."""
    try:
        measured = picture.scaling()
    except ValueError as error:
        yield scene("panels", picture.scaling_panels(None))
        return [f"{error}."], []
    for exponents in measured:
        if exponents.progress < 1:
            yield scene("panels", picture.scaling_panels(exponents), more=True)
            yield _progress(exponents.progress, "Networks of growing size")
    yield scene("panels", picture.scaling_panels(exponents))
    return captions.scaling(state, exponents, picture.scales != SCALES), captions.scaling_links(state)


def _progress(progress: float, what: str) -> Chunk:
    return Chunk(
        "progress",
        {"done": progress, "sentence": f"{what}: {format_number(100 * progress, 2)} %.", "stopped": STOPPED_MESSAGE},
    )


def status(picture: LinearNetworkPicture) -> str:
    """Describe the computation."""
    network, run = picture.network, picture.solution
    kind = "closed form" if network.beta == 1.0 else "one scalar equation"
    doubt = f" · {run.undefined}" if run.undefined else ""
    return f"Exact, {kind} · {pluralize(run.t.size, 'sample')} · {pluralize(network.d, 'neuron')}{doubt}"
