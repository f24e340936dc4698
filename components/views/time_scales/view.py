"""The Time-scales view: the mean-field system of many neurons, and its time scales."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.core.annotation_targets import AnnotationTargets
from components.core.citations import BERTHIER_2024, Paper
from components.core.help import Help
from components.core.theory_chapter import Chapter
from components.core.view import Chunk, Columns, Preset, View
from components.core.view_data import load_help, load_presets
from components.views.time_scales import compute, export, layout, lecture
from components.views.time_scales.state import TimeScalesState
from components.views.time_scales.symbols import CHAPTER


class TimeScalesView(View):
    """The cloud of neurons, its panels and its sentences."""

    name = "time_scales"
    path = "/time-scales"
    title = "Time-scales"
    State = TimeScalesState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, TimeScalesState)
    papers: ClassVar[tuple[Paper, ...]] = (BERTHIER_2024,)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.BUDGET
    max_seconds = 20.0
    time: ClassVar[tuple[str, str]] = ("t", "t")
    trajectory_axes: ClassVar[tuple[str, str]] = ("s", "a")

    def cost(self, state: TimeScalesState) -> float:
        return compute.cost(state)

    def compute(self, state: TimeScalesState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: TimeScalesState) -> Columns:
        return export.table(state)

    def export_data(self, state: TimeScalesState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: TimeScalesState) -> str:
        return export.python(state)

    def annotation_targets(self, state: TimeScalesState) -> AnnotationTargets:
        return lecture.targets(state)
