"""Sentences on the epsilon study: the limits of the thresholds as epsilon tends to 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dynamics import ThresholdLimit
from dynamics.plotting.number_text import format_number

LIMIT_TEXTS = {
    "saddle": "the height of a slow saddle",
    "fold": "the height of a fold",
    "start": "where the start is at rest",
    "line": "the height at which the line R = 0, at rest, turns from attracting to repelling",
}


def notes(threshold_limits: Sequence[ThresholdLimit]) -> list[str]:
    """Describe each limit and how it is approached."""
    if not threshold_limits:
        return ["As ε → 0 no ā in the sliders' range parts two fates, but for ā = 0."]
    sentences = []
    for limit in threshold_limits:
        term = ""
        if np.isfinite(limit.coefficient):
            sign = "−" if limit.coefficient < 0 else "+"
            power = "" if limit.kind == "saddle" else "^(2/3)"
            term = f": ā_c ≈ {format_number(limit.a0, 6)} {sign} {format_number(abs(limit.coefficient), 3)} ε{power}"
        sentences.append(f"As ε → 0, ā_c → {format_number(limit.a0, 7)}, {LIMIT_TEXTS[limit.kind]}{term}.")
    return sentences
