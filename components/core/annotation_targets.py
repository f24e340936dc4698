"""Elements of the figures that a step of a story may mark; they follow from the state without a computation."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from components.core.state import State

Window = tuple[float, float, float, float]  # across from and to, upward from and to


@dataclass(frozen=True)
class AnnotationTargets:
    """Lines of the first figure, number of trajectories, number of rows of the first and the last figure, columns of a
    trajectory that may be drawn on, and the window of the first figure if the state has one.
    """

    lines: tuple[str, ...]
    runs: int
    rows: tuple[int, int]
    columns: tuple[str, ...] = ()
    window: Window = (-math.inf, math.inf, -math.inf, math.inf)


def with_window(targets: AnnotationTargets, state: State) -> AnnotationTargets:
    """Return the targets with the window of the state, if it has one."""
    window = getattr(state, "window", None)
    return replace(targets, window=window) if window and len(window) == 4 else targets
