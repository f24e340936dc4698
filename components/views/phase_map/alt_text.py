"""Alternative text of the map, for screen readers."""

from __future__ import annotations

from itertools import groupby

from components.views.phase_map.captions import notes
from components.views.phase_map.state import PhaseMapState, symbol
from dynamics import Fate, PhaseMap
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import FATES


def phase_map(state: PhaseMapState, map_: PhaseMap) -> str:
    """Describe the map for a screen reader: its window, the fractions, and the order of the fates in three columns."""
    (left, right), (low, high) = state.edges
    x, y = symbol(state.x), symbol(state.y)
    sentences = [
        f"Phase map over {x} from {format_number(left, 3)} to {format_number(right, 3)} "
        f"and {y} from {format_number(low, 3)} to {format_number(high, 3)}.",
        *notes(state, map_),
    ]
    for i in (0, map_.x.size // 2, map_.x.size - 1):
        sentences.append(f"At {x} = {format_number(float(map_.x[i]), 3)}, upward: {_upward(map_, i, y)}.")
    sentences.append("The marker is a button: arrows move it, Enter opens its run.")
    return " ".join(sentences)


def _upward(map_: PhaseMap, i: int, y: str) -> str:
    pieces: list[str] = []
    row = 0
    for fate, cells in groupby(map_.fate[:, i].tolist()):
        begin = f" from {y} = {format_number(float(map_.y[row]), 3)}" if row else ""
        pieces.append(FATES[Fate(fate)].word + begin)
        row += len(list(cells))
    return ", then ".join(pieces)
