"""Captions of the Phase map view: the fraction of each fate, the boundaries, the displayed quantity."""

from __future__ import annotations

import numpy as np

from components.views.phase_map.figures import legend, quantity
from components.views.phase_map.quantities import QUANTITIES
from components.views.phase_map.state import PhaseMapState
from components.views.unlearning.captions import IDEAL
from dynamics import Fate, PhaseMap
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import FATES


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
        sentences.append(f"Colors: {legend(state)}{span}. {QUANTITIES[state.quantity].meaning}")
    return sentences


def _percent(fraction: float) -> str:
    return "less than 0.1 %" if fraction < 1e-3 else f"{format_number(100 * fraction, 3)} %"
