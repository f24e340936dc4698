"""Computation of the Time-scales view: the mean-field trajectory, comparisons, the sweep over epsilon."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from time import monotonic

import numpy as np

from components.core.view import Chunk, Columns, column, scene
from components.views.time_scales import alt_text, captions
from components.views.time_scales.plan import picture_of
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep, MeanFieldChunk, MeanFieldTrajectory, NetworkDistances, NetworkRecord, ResultCode
from dynamics.mean_field.trajectory import iter_chunks, joined
from dynamics.plotting import mean_field as figures
from dynamics.plotting.mean_field.picture import EPS_POINTS, MEAN_FIELD, RTOL, MeanFieldPicture
from dynamics.plotting.mean_field.quantities import columns, network_columns
from dynamics.plotting.number_text import format_number

REDRAW_INTERVAL_SECONDS = 0.25
# In pairs of neurons: the closed form couples all with all, a finite rank only through a few sums, the exact flow also
# moves every overlap. ReLU goes to m = 200, finite rank to 1,000, the exact flow to 50: a few seconds each.
BUDGET = 45_000.0
STOPPED_MESSAGE = "Ended here: what had been computed is shown. Any change begins anew."


def cost(state: TimeScalesState) -> float:
    """Return the largest cost of the runs, each bounded by the step limit of the core."""
    m, networks = state.m, picture_of(state).networks
    run = float(m * m if state.activation == "relu" else 40 * m)
    exact = 16.0 * m * m if "overlaps" in state.layers else 0.0
    sweep = 0.5 * EPS_POINTS * state.seeds * run if state.panel == "sweep" else 0.0
    work = networks.work(networks.horizon) / networks.max_work
    return max(run + exact + sweep, BUDGET * work)  # each within a bound of its own


def stream(state: TimeScalesState) -> Iterator[Chunk]:
    """Yield the cloud and the panels, the trajectory piece by piece, the comparisons, the sweep, the sentences."""
    picture = picture_of(state)
    yield Chunk("start", {"runs": len(picture.kinds)})
    yield scene("cloud", picture.empty_cloud())
    yield scene("panels", picture.empty_panels(), picture.display, more=not picture.rows)
    run = yield from _integrated(picture)
    comparison_notes: list[str] = []
    for index, kind in enumerate(picture.kinds[1:], 1):
        yield Chunk("trajectory", {"index": index, "traces": picture.traces(kind)})
        if kind == "network":
            comparison_notes += yield from _simulated(picture, index)
            continue
        yield _samples(index, picture.samples(kind), True)
        if kind == "planar" and picture.planar:
            comparison_notes.append(captions.planar(run, picture.planar))
        if kind == "overlaps" and picture.exact:
            comparison_notes.append(captions.exact(run, picture.exact))
    if state.panel == "sweep":
        comparison_notes += captions.fits((yield from _swept(picture)))
    if state.panel == "network":
        comparison_notes += captions.distances((yield from _compared(picture)))

    sentences = captions.sentences(run)
    text_data = {
        "runs": [text for text, _ in sentences],
        "fates": [style for _, style in sentences],
        "notes": [*captions.notes(state, run, len(picture.neurons)), *comparison_notes],
        "links": captions.links(state),
        "figures": {"cloud": alt_text.cloud(state, run), "panels": alt_text.panels(state, run)},
    }
    yield Chunk("text", text_data)
    yield Chunk("end", {"status": status(run)})


def _samples(index: int, samples: Columns, last: bool) -> Chunk:
    return Chunk(
        "trace", {"index": index, "columns": {name: column(values) for name, values in samples.items()}, "last": last}
    )


def _progress(done: float, sentence: str) -> Chunk:
    return Chunk("progress", {"done": done, "sentence": sentence, "stopped": STOPPED_MESSAGE})


def _integrated(picture: MeanFieldPicture) -> Generator[Chunk, None, MeanFieldTrajectory]:
    """Yield the mean field as it is integrated; return it."""
    yield Chunk("trajectory", {"index": 0, "traces": picture.traces(MEAN_FIELD)})
    pieces: list[MeanFieldChunk] = []
    for piece in iter_chunks(picture.request):
        pieces.append(piece)
        yield _samples(0, columns(picture.model, piece, picture.neurons), piece.last)
        if not piece.last:
            done = f"{format_number(100 * piece.progress, 2)} % of the run is integrated."
            yield _progress(piece.progress, done)
    return joined(picture.request, pieces)


def _swept(picture: MeanFieldPicture) -> Generator[Chunk, None, EpsSweep]:
    """Yield the panels of the sweep every REDRAW_INTERVAL_SECONDS; return the finished sweep."""
    last_redraw = -np.inf
    for sweep in picture.sweeps():
        if sweep.progress >= 1:
            break
        if monotonic() > last_redraw + REDRAW_INTERVAL_SECONDS:
            yield scene("panels", figures.sweep(sweep), more=True)
            yield _progress(sweep.progress, f"{format_number(100 * sweep.progress, 2)} % of the sweep is computed.")
            last_redraw = monotonic()
    yield scene("panels", figures.sweep(sweep))
    return sweep


def _simulated(picture: MeanFieldPicture, index: int) -> Generator[Chunk, None, list[str]]:
    """Yield the records of the networks; return their sentences."""
    networks = picture.networks.make()
    end = picture.networks.horizon
    pending: list[list[NetworkRecord]] = []
    all_records: list[list[NetworkRecord]] = []
    since = monotonic()
    for records in picture.networks.records(networks):
        if records:
            pending.append(records)
            all_records.append(records)
        if monotonic() > since + REDRAW_INTERVAL_SECONDS:
            if pending:
                yield _samples(index, network_columns(picture.model, pending, picture.neurons), False)
            pending, since = [], monotonic()
            at = max(networks[-1].t, all_records[-1][0].t if all_records else 0.0)
            yield _progress(at / end, f"The networks learn: t = {format_number(at, 2)} of {format_number(end, 2)}.")
    yield _samples(index, network_columns(picture.model, pending, picture.neurons), True)
    return captions.network(picture, networks, all_records)


def _compared(picture: MeanFieldPicture) -> Generator[Chunk, None, NetworkDistances]:
    """Yield the panels of distances every REDRAW_INTERVAL_SECONDS; return the finished distances."""
    last_redraw = -np.inf
    for distances in picture.networks.distances():
        if monotonic() > last_redraw + REDRAW_INTERVAL_SECONDS:
            yield scene("panels", figures.distances(distances), more=True)
            done = f"{format_number(100 * distances.progress, 2)} % of the networks have learnt."
            yield _progress(distances.progress, done)
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
