"""View 3: the mean-field system of many neurons, and its time scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.citations import BERTHIER_2024, Paper
from components.guide import Guide
from components.time_scales import compute, export, layout
from components.time_scales.guide import GUIDE
from components.time_scales.presets import PRESETS
from components.time_scales.state import TimeScalesState
from components.view import Chunk, Columns, Preset, View


class TimeScalesView(View):
    """The cloud of neurons, its panels and its sentences."""

    name = "time_scales"
    path = "/time-scales"
    title = "Time-scales"
    State = TimeScalesState
    presets: ClassVar[tuple[Preset, ...]] = PRESETS
    papers: ClassVar[tuple[Paper, ...]] = (BERTHIER_2024,)
    guide: ClassVar[Guide] = GUIDE
    controls = layout.CONTROLS
    main = layout.MAIN
    figures = layout.FIGURES
    budget = compute.BUDGET
    longest = 20.0
    time: ClassVar[tuple[str, str]] = ("t", "t")
    course: ClassVar[tuple[str, str]] = ("s", "a")

    def cost(self, state: TimeScalesState) -> float:
        return compute.cost(state)

    def compute(self, state: TimeScalesState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: TimeScalesState) -> Columns:
        return export.table(state)

    def document(self, state: TimeScalesState) -> Mapping[str, Any]:
        return export.document(state)

    def python(self, state: TimeScalesState) -> str:
        return export.python(state)
