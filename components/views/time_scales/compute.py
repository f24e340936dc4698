"""Computation of the Time-scales view: the mean-field trajectory, comparisons, the sweep over epsilon."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic

import numpy as np

from components.core.view import Chunk, Columns, column, scene
from components.views.time_scales import alt_text, captions, columns, conversion, figures
from components.views.time_scales import networks as network
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep, MeanFieldChunk, MeanFieldTrajectory, NetworkDistances, NetworkRecord, ResultCode
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import LIGHT

RTOL = 1e-8
EPS_POINTS = 7  # of a sweep
REDRAW_INTERVAL_SECONDS = 0.25
SWEEP_END = 10.0  # horizon of its runs
# In pairs of neurons: the closed form couples all with all, a finite rank only through a few sums, the exact flow also
# moves every overlap. ReLU goes to m = 200, finite rank to 1,000, the exact flow to 50: a few seconds each.
BUDGET = 45_000.0
STOPPED_MESSAGE = "Ended here: what had been computed is shown. Any change begins anew."
PLANAR = {"color": LIGHT["ink"], "width": 2.4, "dash": "2px,5px"}
EXACT = {"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"}


def cost(state: TimeScalesState) -> float:
    """Return the largest cost of the runs, each bounded by the step limit of the core."""
    m = state.m
    run = float(m * m if state.activation == "relu" else 40 * m)
    exact = 16.0 * m * m if "overlaps" in state.layers else 0.0
    sweep = 0.5 * EPS_POINTS * state.seeds * run if state.panel == "sweep" else 0.0
    networks = network.work(state, network.horizon(state)) / network.MAX_WORK if network.network_sizes(state) else 0.0
    return max(run + exact + sweep, BUDGET * networks)  # each within a bound of its own


def times(state: TimeScalesState) -> np.ndarray:
    """Return the sample times."""
    return columns.times(state.eps, state.t)


def trajectory(state: TimeScalesState, overlaps: bool = False) -> MeanFieldTrajectory:
    """Return the complete trajectory."""
    return state.model.trajectory(state.start, t=times(state), rtol=RTOL, overlaps=overlaps)


def sweeps(state: TimeScalesState) -> Iterator[EpsSweep]:
    """Yield the sweep after each run."""
    seeds = tuple(range(state.seeds))
    return state.model.sweep_eps(epsilons(state), seeds, state.law, state.scale, SWEEP_END, RTOL)  # type: ignore[arg-type]


def epsilons(state: TimeScalesState) -> np.ndarray:
    """Return the values of epsilon of the sweep."""
    return np.geomspace(state.sweep[0], state.sweep[1], EPS_POINTS)


def stream(state: TimeScalesState) -> Iterator[Chunk]:
    """Yield the cloud and the panels, the trajectory piece by piece, the comparisons, the sweep, the sentences."""
    model, start, t = state.model, state.start, times(state)
    neurons = columns.selected_neurons(start)
    planar = conversion.planar_trajectory(state, t) if "planar" in state.layers else None
    exact, simulated = "overlaps" in state.layers, "network" in state.layers
    yield Chunk("start", {"runs": 1 + (planar is not None) + exact + simulated})
    yield scene("cloud", figures.cloud(start, neurons, planar is not None))
    if state.panel == "sweep":
        yield scene("panels", figures.sweep_axes(epsilons(state)), more=True)
    elif state.panel == "network":
        yield scene("panels", figures.distance_axes(network.distance_sizes(state)), more=True)
    else:
        panel = figures.panels(model, start, neurons, state.t, state.panel)
        yield scene("panels", panel, figures.display(model, start, state.panel))

    yield Chunk("trajectory", {"index": 0, "traces": figures.run_traces(model, start, neurons, state.panel)})
    pieces: list[MeanFieldChunk] = []
    for piece in model.stream(start, t=t, rtol=RTOL):
        pieces.append(piece)
        yield _samples(0, columns.of(model, piece.t, piece.a, piece.s, piece.risk, neurons), piece.last)
        if not piece.last:
            sentence = f"{format_number(100 * piece.progress, 2)} % of the run is integrated."
            yield Chunk("progress", {"done": piece.progress, "sentence": sentence, "stopped": STOPPED_MESSAGE})
    run = _joined(state, pieces)

    comparison_notes: list[str] = []
    index = 1
    if planar is not None:
        lines = figures.comparison_traces(index, "planar system", state.panel, PLANAR, True)
        yield Chunk("trajectory", {"index": index, "traces": lines})
        yield _samples(index, {"t": t, "risk": planar.loss, "s": planar.R, "a": planar.a}, True)
        comparison_notes.append(captions.planar(run, planar))
        index += 1
    if exact:
        lines = figures.comparison_traces(index, f"exact, m = {state.m}", state.panel, EXACT, False)
        yield Chunk("trajectory", {"index": index, "traces": lines})
        flow = trajectory(state, overlaps=True)
        yield _samples(index, {"t": flow.t, "risk": flow.risk}, True)
        comparison_notes.append(captions.exact(run, flow))
        index += 1
    if simulated:
        comparison_notes += yield from _simulated(state, index, neurons)
    if state.panel == "sweep":
        comparison_notes += captions.fits((yield from _swept(state)))
    if state.panel == "network":
        comparison_notes += captions.distances((yield from _compared(state)))

    sentences = captions.sentences(run)
    text_data = {
        "runs": [text for text, _ in sentences],
        "fates": [style for _, style in sentences],
        "notes": [*captions.notes(state, run, len(neurons)), *comparison_notes],
        "links": captions.links(state),
        "figures": {"cloud": alt_text.cloud(state, run), "panels": alt_text.panels(state, run)},
    }
    yield Chunk("text", text_data)
    yield Chunk("end", {"status": status(run)})


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _joined(state: TimeScalesState, pieces: list[MeanFieldChunk]) -> MeanFieldTrajectory:
    arrays = {name: np.concatenate([getattr(p, name) for p in pieces]) for name in ("t", "a", "s", "risk", "spread")}
    return MeanFieldTrajectory(
        state.model,
        state.start,
        state.t,
        RTOL,
        False,
        **arrays,
        code=pieces[-1].code,
        stats=pieces[-1].stats,
        half_times=pieces[-1].half_times,
    )


def _swept(state: TimeScalesState) -> Generator[Chunk, None, EpsSweep]:
    """Yield the panels of the sweep every REDRAW_INTERVAL_SECONDS; return the finished sweep."""
    last_redraw = -np.inf
    for sweep in sweeps(state):
        if sweep.progress >= 1:
            break
        if monotonic() > last_redraw + REDRAW_INTERVAL_SECONDS:
            yield scene("panels", figures.sweep(sweep), more=True)
            sentence = f"{format_number(100 * sweep.progress, 2)} % of the sweep is computed."
            yield Chunk("progress", {"done": sweep.progress, "sentence": sentence, "stopped": STOPPED_MESSAGE})
            last_redraw = monotonic()
    yield scene("panels", figures.sweep(sweep))
    return sweep


def _simulated(state: TimeScalesState, index: int, neurons: list[int]) -> Generator[Chunk, None, list[str]]:
    """Yield the records of the networks; return their sentences."""
    yield Chunk(
        "trajectory",
        {"index": index, "traces": figures.network_traces(index, state.model, state.start, neurons, state.panel)},
    )
    runs, t = network.networks(state), network.times(state)
    pending: list[list[NetworkRecord]] = []
    all_records: list[list[NetworkRecord]] = []
    since = monotonic()
    for records in network.streamed(runs, t):
        if records:
            pending.append(records)
            all_records.append(records)
        if monotonic() > since + REDRAW_INTERVAL_SECONDS:
            if pending:
                yield _samples(index, network.columns_of(state, pending, neurons), False)
            pending, since = [], monotonic()
            at = max(runs[-1].t, all_records[-1][0].t if all_records else 0.0)
            sentence = f"The networks learn: t = {format_number(at, 2)} of {format_number(float(t[-1]), 2)}."
            yield Chunk("progress", {"done": at / t[-1], "sentence": sentence, "stopped": STOPPED_MESSAGE})
    yield _samples(index, network.columns_of(state, pending, neurons) if pending else {}, True)
    return captions.network(state, runs, all_records)


def _compared(state: TimeScalesState) -> Generator[Chunk, None, NetworkDistances]:
    """Yield the panels of distances every REDRAW_INTERVAL_SECONDS; return the finished distances."""
    last_redraw = -np.inf
    for distances in network.distances(state):
        if monotonic() > last_redraw + REDRAW_INTERVAL_SECONDS:
            yield scene("panels", figures.distances(distances), more=True)
            sentence = f"{format_number(100 * distances.progress, 2)} % of the networks have learnt."
            yield Chunk("progress", {"done": distances.progress, "sentence": sentence, "stopped": STOPPED_MESSAGE})
            last_redraw = monotonic()
    yield scene("panels", figures.distances(distances))
    return distances


def status(run: MeanFieldTrajectory) -> str:
    """Describe the computation."""
    doubt = "" if run.code == ResultCode.SUCCESS else f" · stopped early: {run.code.name.lower().replace('_', ' ')}"
    kind = f"rank {len(run.model.sigma.sigma)}" if run.model.sigma.finite_rank else "closed form"
    return (
        f"Rodas5P in atanh s · {kind} · rtol {format_number(RTOL)} · {run.stats.steps} steps · {run.t.size} "
        f"samples{doubt}"
    )
