"""The Phase map view: the map of fates over any two parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.core.annotation_targets import AnnotationTargets
from components.core.citations import IMAI_2026, Paper
from components.core.help import Help
from components.core.theory_chapter import Chapter
from components.core.view import Chunk, Columns, Preset, View
from components.core.view_data import load_help, load_presets
from components.views.phase_map import compute, export, layout, lecture
from components.views.phase_map.state import LIVE, PhaseMapState
from components.views.unlearning.symbols import CHAPTER


class PhaseMapView(View):
    """The map, and the trajectory that is marked in it."""

    name = "phase_map"
    path = "/phase-map"
    title = "Phase map"
    State = PhaseMapState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, PhaseMapState)
    papers: ClassVar[tuple[Paper, ...]] = (IMAI_2026,)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    symbols_of = "unlearning"
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.BUDGET
    drag_overrides: ClassVar[Mapping[str, Any]] = {"detail": LIVE}

    def cost(self, state: PhaseMapState) -> float:
        return compute.cost(state)

    def seconds(self, state: PhaseMapState) -> float:
        return compute.seconds(state)

    def compute(self, state: PhaseMapState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: PhaseMapState) -> Columns:
        return export.table(state)

    def export_data(self, state: PhaseMapState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: PhaseMapState) -> str:
        return export.python(state)

    def annotation_targets(self, state: PhaseMapState) -> AnnotationTargets:
        return lecture.targets(state)
