"""Types that the figures share: the window of the plane, a trajectory before integration, line styles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from dynamics import LimitPoint
from dynamics.plotting.style import FATES, LIGHT


@dataclass(frozen=True)
class Window:
    """The window of the plane: ranges of R and a."""

    R: tuple[float, float]
    a: tuple[float, float]


@dataclass(frozen=True)
class Run:
    """A trajectory before integration: its name, its start and its limit.

    A "wide" one is that of the law of finite width, with the limit of the planar law. "pinned" is the pinned one of a
    comparison.
    """

    name: str
    R0: float
    a0: float
    limit: LimitPoint
    kind: Literal["planar", "wide", "pinned"] = "planar"

    @property
    def color(self) -> str:
        """The color of all its marks and lines."""
        return LIGHT["muted"] if self.kind == "pinned" else FATES[self.limit.fate].color

    @property
    def line(self) -> dict[str, Any]:
        """Its line in the plane."""
        width, dash = LINE_STYLES.get(self.kind, (2.4, FATES[self.limit.fate].dash))
        return {"color": self.color, "width": width, "dash": dash}


LINE_STYLES = {"wide": (1.4, "2px,3px"), "pinned": (2.2, "7px,2px,1px,2px")}  # width and dash of their lines


def trajectory_style(run: Run) -> dict[str, str]:
    """Return the name, the fate and the color of a trajectory."""
    return {"name": run.name, "fate": run.limit.fate.name, "color": run.color}
