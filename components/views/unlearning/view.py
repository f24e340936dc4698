"""The Unlearning view: the explorer of feature unlearning, the root page."""

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
from components.views.unlearning import compute, export, layout, lecture
from components.views.unlearning.state import UnlearningState
from components.views.unlearning.symbols import CHAPTER


class UnlearningView(View):
    """The R–a plane, its panels and its sentences."""

    name = "unlearning"
    path = "/"
    title = "Unlearning"
    State = UnlearningState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, UnlearningState)
    papers: ClassVar[tuple[Paper, ...]] = (IMAI_2026,)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.STREAM_COST
    max_seconds = 4.0

    def __init__(self, links: compute.Links = compute.no_links) -> None:
        self._links = links

    def cost(self, state: UnlearningState) -> float:
        return compute.cost(state)

    def seconds(self, state: UnlearningState) -> float:
        return super().seconds(state) + compute.far_start_seconds(state)

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        return compute.stream(state, self._links)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: UnlearningState) -> Columns:
        return export.table(state)

    def export_data(self, state: UnlearningState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: UnlearningState) -> str:
        return export.python(state)

    def annotation_targets(self, state: UnlearningState) -> AnnotationTargets:
        return lecture.targets(state)
