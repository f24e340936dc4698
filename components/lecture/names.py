"""What a step may name of its picture: lines, runs, rows and columns, known of a state without computing it.

A test holds these tables against the pictures themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from components.images.figures import hero, panel_rows
from components.lab.compute import NETWORKS
from components.phase_map.state import LIVE
from components.state import State
from components.unlearning.figures.panels import PANELS

Window = tuple[float, float, float, float]  # across from and to, upward from and to


@dataclass(frozen=True)
class Named:
    """Lines of the first figure, how many runs there are, how many rows the first and the last figure have, the columns
    of a run of which one may be drawn, and the first figure's window where the state has one."""

    lines: tuple[str, ...]
    runs: int
    rows: tuple[int, int]
    columns: tuple[str, ...] = ()
    window: Window = (-math.inf, math.inf, -math.inf, math.inf)


MANIFOLD = ("critical manifold, attracting", "critical manifold, repelling", "fast fibres")
LAYERS = {"sep": "separatrix", "null": "slow nullcline", "past": "past"}


def _unlearning(state: Any) -> Named:
    columns = tuple(row.column for row in PANELS.get(state.panel, ()))
    lines = (*MANIFOLD, *(line for layer, line in LAYERS.items() if layer in state.layers))
    runs = len(state.starts) * (1 if state.width is None else 2) + (state.pinned is not None)
    return Named(lines, runs, (1, max(1, len(columns))), columns)


def _phase_map(state: Any) -> Named:
    return Named(() if state.detail == LIVE else ("boundaries",), 0, (1, 1))


def _time_scales(state: Any) -> Named:
    degrees = tuple(f"h{k}" for k in range(len(state.phi)))
    columns = ("risk", *degrees) if state.panel in ("course", "risk") else ()
    rows = {"course": 4, "risk": 2, "neurons": 2}.get(state.panel, 1)
    return Named(tuple(f"neuron {i + 1}" for i in range(state.m)), 1, (1, rows), columns)


def _linear_network(state: Any) -> Named:
    course = state.panel == "course"
    return Named(
        ("asymptotes", "hyperbolas"), 1, (1, {"course": 5, "scaling": 2}.get(state.panel, 1)),
        ("f", "loss", "zeta", "kernel") if course else (),
    )  # fmt: skip


def _lab(state: Any) -> Named:
    lines = (*MANIFOLD, "planar law", "law of this width", "networks, mean")
    return Named(lines, NETWORKS + 1, (1, 4), ("R", "a", "loss") if state.panel == "course" else ())


def _images(state: Any) -> Named:
    runs = (len(state.values) + 1) * len(state.groups)
    return Named((), runs, (1 if state.experiment == "unlearning" else len(hero(state)), len(panel_rows(state))))


NAMED: dict[str, Callable[[Any], Named]] = {
    "unlearning": _unlearning,
    "phase_map": _phase_map,
    "time_scales": _time_scales,
    "linear_network": _linear_network,
    "lab": _lab,
    "images": _images,
}


def named(view: str, state: State) -> Named:
    """What a step with this state may name."""
    found, window = NAMED[view](state), getattr(state, "window", None)
    return replace(found, window=window) if window and len(window) == 4 else found
