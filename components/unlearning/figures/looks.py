"""What the figures of view 1 share: what the plane shows, what a run is before it is integrated, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components.theme import FATES
from components.view import Trace
from dynamics import Limit

PLAIN = {"type": "linear", "ticklabeloverflow": "allow"}  # what plotly would otherwise find out at every drawing


@dataclass(frozen=True)
class Window:
    """What the plane shows: R and a, from and to."""

    R: tuple[float, float]
    a: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """A trajectory as far as it is drawn before it is integrated: its name, its start, where it ends."""

    name: str
    R0: float
    a0: float
    limit: Limit


def scatter(**properties: Any) -> Trace:
    """A scatter trace."""
    return {"type": "scatter", **properties}


def look(run: Run) -> dict[str, str]:
    """How a run is spoken of: its name, its fate, the colour of both."""
    fate = run.limit.fate
    return {"name": run.name, "fate": fate.name, "colour": FATES[fate].colour}
