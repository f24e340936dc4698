"""What view 2 computes: the map, coarse first, finer and with more in it as it is computed."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from components.core.formatting import format_number
from components.core.metering import Threads
from components.core.view import Chunk, scene
from components.views.phase_map import captions, figures
from components.views.phase_map.state import LIVE, PhaseMapState
from dynamics import PhaseMap, phase_map_levels

RTOL = 1e-6
COURSE = 4  # what a cell costs where its whole course is followed, in cells of which only the fate is asked
BUDGET = float(COURSE * 512**2)
# Seconds of a core, at most about: of a cell, by how its fate is found; of the boundaries, for a line of cells.
SECONDS_BY_THRESHOLDS, SECONDS_PLAIN, SECONDS_FOLLOWED, SECONDS_OF_A_LINE = 2e-6, 1.5e-5, 2.2e-5, 5e-3
PAUSE = 0.3  # seconds between two versions of a map of 256 by 256 cells
STOPPED = "Ended here: the map is as fine as it had become. Any change begins anew."


def side(state: PhaseMapState) -> int:
    """Cells along an axis."""
    return int(state.detail)


def cost(state: PhaseMapState) -> float:
    """The number of cells, each bounded by the core's own step limit, in those of which only the fate is asked."""
    return float(side(state) ** 2 * (1 if state.quantity in ("fate", "R_inf") else COURSE))


def seconds(state: PhaseMapState) -> float:
    """About how many seconds of a core the map takes at most: for its cells and along its boundaries, more of both
    where there are many degrees."""
    n = side(state)
    x, y = state.axes
    plain = state.quantity in ("fate", "R_inf")
    by_thresholds = plain and state.R0 == 0.0 and "a0" in (x[0], y[0]) and "R0" not in (x[0], y[0])
    cell = SECONDS_BY_THRESHOLDS if by_thresholds else SECONDS_PLAIN if plain else SECONDS_FOLLOWED
    along = 0.0 if state.detail == LIVE else n * SECONDS_OF_A_LINE
    return max(1.0, len(state.c) / 5.0) * (n * n * cell + along)


def requested_quantities(state: PhaseMapState) -> tuple[str, ...]:
    """Return the quantities to compute: fates alone in a live map, since the next map is requested already."""
    return ("fate",) if state.detail == LIVE else (state.quantity, "boundary")


def levels(state: PhaseMapState) -> Iterator[PhaseMap]:
    """The map, refined; closing the generator stops the work."""
    n = side(state)
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
    """The map each time that it has become visibly finer, how far it is, what is to be said of it."""
    yield Chunk("start", {"runs": 0})
    shown_at, pause = None, PAUSE * (side(state) / 256) ** 2
    for map_ in levels(state):
        done = map_.progress >= 1.0
        now = monotonic()
        if done or (state.detail != LIVE and (shown_at is None or now > shown_at + pause)):
            yield scene("map", figures.figure(state, map_), cells=figures.cells(state, map_), more=not done)
            shown_at = monotonic()
        if not done:
            sentence = f"{format_number(100 * map_.progress, 2)} % of the map is computed."
            yield Chunk("progress", {"done": map_.progress, "sentence": sentence, "stopped": STOPPED})
    yield Chunk("text", {"notes": captions.notes(state, map_), "figures": {"map": captions.described(state, map_)}})
    yield Chunk("end", {"status": status(state, map_)})


def status(state: PhaseMapState, map_: PhaseMap) -> str:
    """How it was computed."""
    edges = " · boundaries to 10⁻⁴ of the axes" if map_.boundary else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {format_number(RTOL)} · {map_.x.size} × {map_.y.size} cells · "
        f"{map_.trajectories:,} trajectories integrated{edges}"
    )
