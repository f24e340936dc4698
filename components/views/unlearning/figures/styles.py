"""What the figures of view 1 share: what the plane shows, what a run is before it is integrated, how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from components.ui.theme import FATES, LIGHT
from dynamics import LimitPoint


@dataclass(frozen=True)
class Window:
    """What the plane shows: R and a, from and to."""

    R: tuple[float, float]
    a: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """A trajectory as far as it is drawn before it is integrated: its name, its start, where it ends.

    A "wide" one is that of the law of finite width; its limit is that of the planar law. "pinned" is A of a comparison.
    """

    name: str
    R0: float
    a0: float
    limit: LimitPoint
    kind: Literal["planar", "wide", "pinned"] = "planar"

    @property
    def colour(self) -> str:
        """The colour of all that is drawn of it."""
        return LIGHT["muted"] if self.kind == "pinned" else FATES[self.limit.fate].colour

    @property
    def line(self) -> dict[str, Any]:
        """Its line in the plane."""
        width, dash = LINE_STYLES.get(self.kind, (2.4, FATES[self.limit.fate].dash))
        return {"color": self.colour, "width": width, "dash": dash}


LINE_STYLES = {"wide": (1.4, "2px,3px"), "pinned": (2.2, "7px,2px,1px,2px")}  # width and dash of their lines


def trajectory_style(run: Run) -> dict[str, str]:
    """How a run is spoken of: its name, its fate, the colour of both."""
    return {"name": run.name, "fate": run.limit.fate.name, "colour": run.colour}
