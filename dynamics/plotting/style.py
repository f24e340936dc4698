"""What colors, dashes and markers mean, in a light and a dark theme; the same in every figure.

Figures are built with the light palette. Where they are drawn in the dark, each light color is exchanged for its dark
partner, so no two roles may share a light color.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dynamics.planar.limits.limits import Fate

LIGHT = {
    "paper": "#ffffff",
    "ink": "#1f2328",
    "muted": "#5c636d",
    "grid": "#eceef1",
    "field": "#b9c0ca",
    "fibre": "#d3d8de",
    "contour": "#c6cdd6",
    "separatrix": "#4a4f57",
    "manifold": "#008f68",
    "full": "#c25100",
    "partial": "#c4459c",
    "unlearning": "#0a4da2",
    "none": "#6b6f76",
    "undecided": "#7d7461",
    "degree0": "#00699c",
    "degree1": "#b3471e",
    "degree2": "#6a51a3",
    "degree3": "#3f7d20",
    "degree4": "#8c2d62",
    "degree5": "#7a6000",
    "degree6": "#4c5a67",
    "positive": "#8a5a00",
    "negative": "#3654c4",
    "network": "#b8005c",
    "step0": "#2f3f9e",
    "step1": "#5340a8",
    "step2": "#7a3fae",
    "step3": "#a03aa0",
    "step4": "#bf3585",
    "step5": "#d13d63",
    "step6": "#cf4a38",
    "step7": "#b85f0e",
    "step8": "#8f7300",
}
DARK = {
    "paper": "#16181c",
    "ink": "#e6e8eb",
    "muted": "#9aa3ad",
    "grid": "#262a30",
    "field": "#4d5560",
    "fibre": "#343a43",
    "contour": "#3d4651",
    "separatrix": "#c2c7ce",
    "manifold": "#3fd6a4",
    "full": "#ff8c42",
    "partial": "#f7a8d8",
    "unlearning": "#4b97ee",
    "none": "#a3a8b0",
    "undecided": "#c0b69e",
    "degree0": "#5cc0f0",
    "degree1": "#ff9468",
    "degree2": "#b9a5f0",
    "degree3": "#8fd06c",
    "degree4": "#f08cc4",
    "degree5": "#dcc04e",
    "degree6": "#a9b8c7",
    "positive": "#e6b04f",
    "negative": "#90a6ff",
    "network": "#ff7ab8",
    "step0": "#8e9bff",
    "step1": "#ab97ff",
    "step2": "#c892ff",
    "step3": "#e58bf0",
    "step4": "#ff86cf",
    "step5": "#ff8ba8",
    "step6": "#ff9a83",
    "step7": "#ffb060",
    "step8": "#e8c545",
}
TO_DARK = {LIGHT[role]: DARK[role] for role in LIGHT}

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class FateStyle:
    """How a fate is drawn: color, dash and end marker, and the glyph of that marker in text."""

    color: str
    dash: str
    symbol: str
    glyph: str
    word: str


FATES: dict[Fate, FateStyle] = {
    Fate.FULL_ALIGNMENT: FateStyle(LIGHT["full"], "solid", "circle", "●", "full alignment"),
    Fate.PARTIAL_ALIGNMENT: FateStyle(LIGHT["partial"], "dashdot", "diamond", "◆", "partial alignment"),
    Fate.UNLEARNING: FateStyle(LIGHT["unlearning"], "12px,3px", "triangle-up", "▲", "unlearning"),
    Fate.NO_ALIGNMENT: FateStyle(LIGHT["none"], "dot", "square", "■", "no alignment"),
    Fate.UNDECIDED: FateStyle(LIGHT["undecided"], "4px,4px", "x", "✕", "undecided"),
}

# How each degree of a target is drawn: its color and its dash.
DEGREES = tuple(
    zip(
        (LIGHT[f"degree{k}"] for k in range(7)),
        ("solid", "7px,3px", "dot", "9px,3px,2px,3px", "4px,4px", "12px,3px", "2px,5px"),
        strict=True,
    )
)

STEPS = tuple(LIGHT[f"step{k}"] for k in range(9))
"""Colors in an order, for the values of one parameter."""


def steps(count: int) -> list[tuple[str, str]]:
    """How each of some values in their order is drawn: its color, spread over all there are, and its dash."""
    dashes = [dash for _, dash in DEGREES]
    places = [round(k * (len(STEPS) - 1) / max(count - 1, 1)) for k in range(count)]
    return [(STEPS[place], dashes[k % len(dashes)]) for k, place in enumerate(places)]


def template(palette: dict[str, str]) -> dict[str, Any]:
    """A slim plotly template: thin axes, no box, the palette's ink."""
    axis = {
        "gridcolor": palette["grid"],
        "linecolor": palette["muted"],
        "tickcolor": palette["muted"],
        "zeroline": False,
        "showline": True,
        "linewidth": 1,
        "ticks": "outside",
        "ticklen": 4,
        "tickfont": {"size": 12},
        "title": {"font": {"size": 14}, "standoff": 6},
    }
    hover = {"bgcolor": palette["paper"], "bordercolor": palette["muted"], "font": {"color": palette["ink"]}}
    return {
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 13, "color": palette["ink"]},
            "xaxis": axis,
            "yaxis": axis,
            "hoverlabel": hover,
            "showlegend": False,
            "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": palette["muted"], "activecolor": palette["ink"]},
        }
    }


TEMPLATES = {"light": template(LIGHT), "dark": template(DARK)}
