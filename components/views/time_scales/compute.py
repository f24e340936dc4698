"""What view 3 computes: the mean-field run as it is integrated, what is drawn beside it, the sweep over epsilon."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic

import numpy as np

from components.core.formatting import format_number
from components.core.view import Chunk, Columns, column, scene
from components.ui.theme import LIGHT
from components.views.time_scales import captions, columns, conversion, figures
from components.views.time_scales import networks as network
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep, MeanFieldChunk, MeanFieldTrajectory, NetworkDistances, NetworkRecord, ResultCode

RTOL = 1e-8
EPS_POINTS = 7  # of a sweep
PAUSE = 0.25  # seconds between two versions of a sweep
SWEEP_END = 10.0  # horizon of its runs
# In pairs of neurons: the closed form couples all with all, a finite rank only through a few sums, the exact flow also
# moves every overlap. ReLU goes to m = 200, finite rank to 1,000, the exact flow to 50: some seconds each.
BUDGET = 45_000.0
STOPPED = "Ended here: what had been computed is shown. Any change begins anew."
PLANAR = {"color": LIGHT["ink"], "width": 2.4, "dash": "2px,5px"}
EXACT = {"color": LIGHT["muted"], "width": 1.8, "dash": "6px,3px"}


def cost(state: TimeScalesState) -> float:
    """What the runs cost at most, each bounded by the core's own step limit."""
    m = state.m
    run = float(m * m if state.activation == "relu" else 40 * m)
    exact = 16.0 * m * m if "overlaps" in state.layers else 0.0
    sweep = 0.5 * EPS_POINTS * state.seeds * run if state.panel == "sweep" else 0.0
    networks = network.work(state, network.horizon(state)) / network.MOST if network.network_sizes(state) else 0.0
    return max(run + exact + sweep, BUDGET * networks)  # each within a bound of its own


def times(state: TimeScalesState) -> np.ndarray:
    """When the runs are sampled."""
    return columns.times(state.eps, state.t)


def trajectory(state: TimeScalesState, overlaps: bool = False) -> MeanFieldTrajectory:
    """The whole run."""
    return state.model.trajectory(state.start, t=times(state), rtol=RTOL, overlaps=overlaps)


def sweeps(state: TimeScalesState) -> Iterator[EpsSweep]:
    """The sweep after each run."""
    seeds = tuple(range(state.seeds))
    return state.model.sweep_eps(epsilons(state), seeds, state.law, state.scale, SWEEP_END, RTOL)  # type: ignore[arg-type]


def epsilons(state: TimeScalesState) -> np.ndarray:
    """The values of epsilon of the sweep."""
    return np.geomspace(state.sweep[0], state.sweep[1], EPS_POINTS)


def stream(state: TimeScalesState) -> Iterator[Chunk]:
    """The cloud and the panels, the run piece by piece, what is drawn beside it, the sweep, the sentences."""
    model, start, t = state.model, state.start, times(state)
    neurons = columns.shown(start)
    alike = conversion.course(state, t) if "planar" in state.layers else None
    exact, simulated = "overlaps" in state.layers, "network" in state.layers
    yield Chunk("start", {"runs": 1 + (alike is not None) + exact + simulated})
    yield scene("cloud", figures.cloud(start, neurons, alike is not None))
    if state.panel == "sweep":
        yield scene("panels", figures.sweep_axes(epsilons(state)), more=True)
    elif state.panel == "network":
        yield scene("panels", figures.distance_axes(network.places(state)), more=True)
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
            yield Chunk("progress", {"done": piece.progress, "sentence": sentence, "stopped": STOPPED})
    whole = _joined(state, pieces)

    beside: list[str] = []
    index = 1
    if alike is not None:
        lines = figures.beside_traces(index, "planar system", state.panel, PLANAR, True)
        yield Chunk("trajectory", {"index": index, "traces": lines})
        yield _samples(index, {"t": t, "risk": alike.loss, "s": alike.R, "a": alike.a}, True)
        beside.append(captions.planar(whole, alike))
        index += 1
    if exact:
        lines = figures.beside_traces(index, f"exact, m = {state.m}", state.panel, EXACT, False)
        yield Chunk("trajectory", {"index": index, "traces": lines})
        flow = trajectory(state, overlaps=True)
        yield _samples(index, {"t": flow.t, "risk": flow.risk}, True)
        beside.append(captions.exact(whole, flow))
        index += 1
    if simulated:
        beside += yield from _simulated(state, index, neurons)
    if state.panel == "sweep":
        beside += captions.fits((yield from _swept(state)))
    if state.panel == "network":
        beside += captions.distances((yield from _compared(state)))

    told = captions.sentences(whole)
    said = {
        "runs": [text for text, _ in told],
        "fates": [look for _, look in told],
        "notes": [*captions.notes(state, whole, len(neurons)), *beside],
        "links": captions.links(state),
        "figures": {"cloud": captions.cloud(state, whole), "panels": captions.panels(state, whole)},
    }
    yield Chunk("text", said)
    yield Chunk("end", {"status": status(whole)})


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
    """The panels of the sweep, each time that a quarter of a second has brought more; returns the whole."""
    seen = -np.inf
    for found in sweeps(state):
        if found.progress >= 1:
            break
        if monotonic() > seen + PAUSE:
            yield scene("panels", figures.sweep(found), more=True)
            sentence = f"{format_number(100 * found.progress, 2)} % of the sweep is computed."
            yield Chunk("progress", {"done": found.progress, "sentence": sentence, "stopped": STOPPED})
            seen = monotonic()
    yield scene("panels", figures.sweep(found))
    return found


def _simulated(state: TimeScalesState, index: int, neurons: list[int]) -> Generator[Chunk, None, list[str]]:
    """The networks as they learn; returns what is said of them."""
    yield Chunk(
        "trajectory",
        {"index": index, "traces": figures.network_traces(index, state.model, state.start, neurons, state.panel)},
    )
    runs, t = network.networks(state), network.times(state)
    waiting: list[list[NetworkRecord]] = []
    seen: list[list[NetworkRecord]] = []
    since = monotonic()
    for found in network.streamed(runs, t):
        if found:
            waiting.append(found)
            seen.append(found)
        if monotonic() > since + PAUSE:
            if waiting:
                yield _samples(index, network.columns_of(state, waiting, neurons), False)
            waiting, since = [], monotonic()
            at = max(runs[-1].t, seen[-1][0].t if seen else 0.0)
            sentence = f"The networks learn: t = {format_number(at, 2)} of {format_number(float(t[-1]), 2)}."
            yield Chunk("progress", {"done": at / t[-1], "sentence": sentence, "stopped": STOPPED})
    yield _samples(index, network.columns_of(state, waiting, neurons) if waiting else {}, True)
    return captions.network(state, runs, seen)


def _compared(state: TimeScalesState) -> Generator[Chunk, None, NetworkDistances]:
    """The panels of distances, each time that more is known; returns the whole."""
    seen = -np.inf
    for found in network.distances(state):
        if monotonic() > seen + PAUSE:
            yield scene("panels", figures.distances(found), more=True)
            sentence = f"{format_number(100 * found.progress, 2)} % of the networks have learnt."
            yield Chunk("progress", {"done": found.progress, "sentence": sentence, "stopped": STOPPED})
            seen = monotonic()
    yield scene("panels", figures.distances(found))
    return found


def status(run: MeanFieldTrajectory) -> str:
    """How it was computed."""
    doubt = "" if run.code == ResultCode.SUCCESS else f" · stopped early: {run.code.name.lower().replace('_', ' ')}"
    kind = f"rank {len(run.model.sigma.sigma)}" if run.model.sigma.finite_rank else "closed form"
    return (
        f"Rodas5P in atanh s · {kind} · rtol {format_number(RTOL)} · {run.stats.steps} steps · {run.t.size} "
        f"samples{doubt}"
    )
