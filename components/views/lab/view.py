"""The Lab: real networks that learn, compared with the laws that predict them."""

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
from components.views.lab import TABS, compute, export, layout, lecture
from components.views.lab.state import LabState
from components.views.unlearning.symbols import CHAPTER

LAWS_SECONDS = 0.05  # of a core, for the laws; networks are trained in a job


class LabView(View):
    """The plane, its panels, and the networks in both."""

    name = "lab"
    path = "/lab"
    title = "Lab"
    State = LabState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, LabState)
    papers: ClassVar[tuple[Paper, ...]] = (IMAI_2026,)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.MAX_WORK
    sibling_views: ClassVar[tuple[tuple[str, str], ...]] = TABS
    max_seconds = 120.0
    has_jobs: ClassVar[bool] = True

    def cost(self, state: LabState) -> float:
        return compute.cost(state)

    def seconds(self, state: LabState) -> float:
        return LAWS_SECONDS

    def job_seconds(self, state: LabState) -> float:
        return super().seconds(state)

    def compute(self, state: LabState) -> Iterator[Chunk]:
        return compute.stream(state)

    def run_job(self, state: LabState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        return compute.run(state, checkpoint)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: LabState) -> Columns:
        return export.table(state)

    def export_data(self, state: LabState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: LabState) -> str:
        return export.python(state)

    def annotation_targets(self, state: LabState) -> AnnotationTargets:
        return lecture.targets(state)
