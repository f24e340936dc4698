"""The Real images view: networks on real images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.core.annotation_targets import AnnotationTargets
from components.core.citations import IMAI_2026, XU_2025, Paper
from components.core.help import Help
from components.core.theory_chapter import Chapter
from components.core.view import Chunk, Columns, Preset, View
from components.core.view_data import load_help, load_presets
from components.views.images import compute, export, layout, lecture
from components.views.images.state import ImagesState
from components.views.lab import TABS
from components.views.linear_network.symbols import CHAPTER

RESULTS_SECONDS = 0.2  # of a core, for bundled results; networks are trained in a job


class ImagesView(View):
    """Varied parameter, training, and the networks in both figures."""

    name = "images"
    path = "/lab/images"
    title = "Lab"
    State = ImagesState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, ImagesState)
    papers: ClassVar[tuple[Paper, ...]] = (XU_2025, IMAI_2026)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.MAX_WORK
    max_seconds = 900.0
    time: ClassVar[tuple[str, str]] = ("epoch", "epoch")
    sibling_views: ClassVar[tuple[tuple[str, str], ...]] = TABS
    has_jobs: ClassVar[bool] = True

    def cost(self, state: ImagesState) -> float:
        return compute.cost(state)

    def seconds(self, state: ImagesState) -> float:
        return RESULTS_SECONDS

    def job_seconds(self, state: ImagesState) -> float:
        return super().seconds(state)

    def is_reproducible(self, state: ImagesState) -> bool:
        return False  # images that were sent may be gone, and optional packages may be missing

    def compute(self, state: ImagesState) -> Iterator[Chunk]:
        return compute.stream(state)

    def run_job(self, state: ImagesState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        return compute.run(state, checkpoint)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: ImagesState) -> Columns:
        return export.table(state)

    def export_data(self, state: ImagesState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: ImagesState) -> str:
        return export.python(state)

    def annotation_targets(self, state: ImagesState) -> AnnotationTargets:
        return lecture.targets(state)
