"""Computation of the Phase map view: the map, coarse first, then refined."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from components.core.metering import Threads
from components.core.view import Chunk, scene
from components.views.phase_map import alt_text, captions, figures
from components.views.phase_map.quantities import QUANTITIES
from components.views.phase_map.state import LIVE, PhaseMapState
from dynamics import PhaseMap, phase_map_levels
from dynamics.plotting.number_text import format_number

RTOL = 1e-6
TRAJECTORY_COST = 4  # of a cell whose full trajectory is integrated, relative to one of which only the fate is computed
BUDGET = float(TRAJECTORY_COST * 512**2)
# Seconds of a core, upper estimates: of a cell, by the method for its fate; of the boundaries, for a line of cells.
SECONDS_BY_THRESHOLDS, SECONDS_PLAIN, SECONDS_FOLLOWED, SECONDS_PER_LINE = 2e-6, 1.5e-5, 2.2e-5, 5e-3
REDRAW_INTERVAL_SECONDS = 0.3  # of a map of 256 by 256 cells
STOPPED_MESSAGE = "Ended here: the map is as fine as it had become. Any change begins anew."


def cells_per_axis(state: PhaseMapState) -> int:
    """Return the number of cells along an axis."""
    return int(state.detail)


def cost(state: PhaseMapState) -> float:
    """Return the number of cells, each bounded by the step limit of the core, in units of a cell of which only the fate
    is computed.
    """
    return float(cells_per_axis(state) ** 2 * (TRAJECTORY_COST if QUANTITIES[state.quantity].follows else 1))


def seconds(state: PhaseMapState) -> float:
    """Return an upper estimate of the seconds of a core, for the cells and along the boundaries.

    Both grow with the number of degrees.
    """
    n = cells_per_axis(state)
    x, y = state.axes
    plain = not QUANTITIES[state.quantity].follows
    by_thresholds = plain and state.R0 == 0.0 and "a0" in (x[0], y[0]) and "R0" not in (x[0], y[0])
    cell = SECONDS_BY_THRESHOLDS if by_thresholds else SECONDS_PLAIN if plain else SECONDS_FOLLOWED
    boundary_seconds = 0.0 if state.detail == LIVE else n * SECONDS_PER_LINE
    return max(1.0, len(state.c) / 5.0) * (n * n * cell + boundary_seconds)


def requested_quantities(state: PhaseMapState) -> tuple[str, ...]:
    """Return the quantities to compute: fates alone in a live map, since the next map is requested already."""
    return ("fate",) if state.detail == LIVE else (state.quantity, "boundary")


def levels(state: PhaseMapState) -> Iterator[PhaseMap]:
    """Yield the map, refined step by step; closing the generator stops the work."""
    n = cells_per_axis(state)
    x, y = state.axes
    threads = Threads()
    try:
        yield from phase_map_levels(
            state.c,
            state.c_star,
            state.eps,
            x,
            y,
            (n, n),
            state.a,
            state.R0,
            requested_quantities(state),
            state.tau,
            RTOL,
            threads,
        )
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def stream(state: PhaseMapState) -> Iterator[Chunk]:
    """Yield the map each time that it is visibly finer, the progress, the sentences."""
    yield Chunk("start", {"runs": 0})
    last_redraw, redraw_interval = None, REDRAW_INTERVAL_SECONDS * (cells_per_axis(state) / 256) ** 2
    for map_ in levels(state):
        finished = map_.progress >= 1.0
        now = monotonic()
        if finished or (state.detail != LIVE and (last_redraw is None or now > last_redraw + redraw_interval)):
            yield scene("map", figures.figure(state, map_), cells=figures.cells(state, map_), more=not finished)
            last_redraw = monotonic()
        if not finished:
            sentence = f"{format_number(100 * map_.progress, 2)} % of the map is computed."
            yield Chunk("progress", {"done": map_.progress, "sentence": sentence, "stopped": STOPPED_MESSAGE})
    yield Chunk("text", {"notes": captions.notes(state, map_), "figures": {"map": alt_text.phase_map(state, map_)}})
    yield Chunk("end", {"status": status(state, map_)})


def status(state: PhaseMapState, map_: PhaseMap) -> str:
    """Describe the computation."""
    edges = " · boundaries to 10⁻⁴ of the axes" if map_.boundary else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {format_number(RTOL)} · {map_.x.size} × {map_.y.size} cells · "
        f"{map_.trajectories:,} trajectories integrated{edges}"
    )
