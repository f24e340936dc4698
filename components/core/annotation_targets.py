"""What a step of a story may mark in a figure, known from the state without computing it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from components.core.state import State

Window = tuple[float, float, float, float]  # across from and to, upward from and to


@dataclass(frozen=True)
class AnnotationTargets:
    """Lines of the first figure, how many runs there are, how many rows the first and the last figure have, the columns
    of a run of which one may be drawn, and the first figure's window where the state has one."""

    lines: tuple[str, ...]
    runs: int
    rows: tuple[int, int]
    columns: tuple[str, ...] = ()
    window: Window = (-math.inf, math.inf, -math.inf, math.inf)


def with_window(targets: AnnotationTargets, state: State) -> AnnotationTargets:
    """Return the targets with the window of the state, if it has one."""
    window = getattr(state, "window", None)
    return replace(targets, window=window) if window and len(window) == 4 else targets
