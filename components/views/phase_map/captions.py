"""Captions of the Phase map view: the fraction of each fate, the boundaries, the displayed quantity."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from components.core.formatting import format_number
from components.ui.theme import FATES
from components.views.phase_map.figures import legend, quantity
from components.views.phase_map.quantities import QUANTITIES
from components.views.phase_map.state import PhaseMapState, symbol
from components.views.unlearning.captions import IDEAL
from dynamics import Fate, PhaseMap


def fate_fractions(map_: PhaseMap) -> list[tuple[Fate, float]]:
    """Return the fraction of the map that each fate has, the largest first."""
    fractions = [(fate, float(np.mean(map_.fate == fate))) for fate in Fate]
    return sorted(((fate, fraction) for fate, fraction in fractions if fraction > 0), key=lambda pair: -pair[1])


def notes(state: PhaseMapState, map_: PhaseMap) -> list[str]:
    """Return sentences on the map as a whole."""
    listed = ", ".join(
        f"{FATES[fate].glyph} {FATES[fate].word} {_percent(fraction)}" for fate, fraction in fate_fractions(map_)
    )
    sentences = [f"Of this map: {listed}."]
    if (map_.fate == Fate.UNLEARNING).any():
        sentences.append(IDEAL)
    values = quantity(state, map_)
    if values is not None:
        finite = values[np.isfinite(values)]
        span = (
            f" from {format_number(finite.min(), 3)} to {format_number(finite.max(), 3)}"
            if finite.size
            else ": nowhere known"
        )
        sentences.append(f"Colours: {legend(state)}{span}. {QUANTITIES[state.quantity].meaning}")
    return sentences


def described(state: PhaseMapState, map_: PhaseMap) -> str:
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


def _percent(fraction: float) -> str:
    return "less than 0.1 %" if fraction < 1e-3 else f"{format_number(100 * fraction, 3)} %"
