"""What view 2 computes: the map, coarse first, finer and with more in it as it is computed."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

from components.numbers import shown
from components.phase_map import figures, texts
from components.phase_map.state import LIVE, PhaseMapState
from components.view import Chunk, scene
from dynamics import PhaseMap, phase_map_levels

RTOL = 1e-6
COURSE = 4  # what a cell costs where its whole course is followed, in cells of which only the fate is asked
BUDGET = float(COURSE * 512**2)
PAUSE = 0.3  # seconds between two versions of a map of 256 by 256 cells
STOPPED = "Ended here: the map is as fine as it had become. Any change begins anew."


def side(state: PhaseMapState) -> int:
    """Cells along an axis."""
    return int(state.detail)


def cost(state: PhaseMapState) -> float:
    """The number of cells, each bounded by the core's own step limit, in those of which only the fate is asked."""
    return float(side(state) ** 2 * (1 if state.quantity in ("fate", "R_inf") else COURSE))


def asked(state: PhaseMapState) -> tuple[str, ...]:
    """What the core is asked for: in a live map nothing but fates, for the next one is under way already."""
    return ("fate",) if state.detail == LIVE else (state.quantity, "boundary")


def levels(state: PhaseMapState) -> Iterator[PhaseMap]:
    """The map, refined; whoever stops asking stops the work."""
    n = side(state)
    x, y = state.axes
    return phase_map_levels(
        state.c, state.c_star, state.eps, x, y, (n, n), state.a, state.R0, asked(state), state.tau, RTOL
    )


def stream(state: PhaseMapState) -> Iterator[Chunk]:
    """The map each time that it has become visibly finer, how far it is, what is to be said of it."""
    yield Chunk("begin", {"runs": 0})
    shown_at, pause = None, PAUSE * (side(state) / 256) ** 2
    for map_ in levels(state):
        done = map_.progress >= 1.0
        now = monotonic()
        if done or (state.detail != LIVE and (shown_at is None or now > shown_at + pause)):
            yield scene("map", figures.figure(state, map_), cells=figures.cells(state, map_), more=not done)
            shown_at = monotonic()
        if not done:
            sentence = f"{shown(100 * map_.progress, 2)} % of the map is computed."
            yield Chunk("progress", {"done": map_.progress, "sentence": sentence, "stopped": STOPPED})
    yield Chunk("words", {"notes": texts.notes(state, map_), "figures": {"map": texts.described(state, map_)}})
    yield Chunk("end", {"status": status(state, map_)})


def status(state: PhaseMapState, map_: PhaseMap) -> str:
    """How it was computed."""
    edges = " · boundaries to 10⁻⁴ of the axes" if map_.boundary else ""
    return (
        f"Rodas5P in ρ = atanh R · rtol {shown(RTOL)} · {map_.x.size} × {map_.y.size} cells · "
        f"{map_.trajectories:,} trajectories integrated{edges}"
    )
