"""The Linear network view: the linear network with its exact solution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.core.annotation_targets import AnnotationTargets
from components.core.citations import XU_2025, Paper
from components.core.help import Help
from components.core.theory_chapter import Chapter
from components.core.view import Chunk, Columns, Preset, View
from components.core.view_data import load_help, load_presets
from components.views.linear_network import compute, export, layout, lecture
from components.views.linear_network.state import LinearNetworkState
from components.views.linear_network.symbols import CHAPTER


class LinearNetworkView(View):
    """The plane of the neurons, its panels and its sentences."""

    name = "linear_network"
    path = "/linear-network"
    title = "Linear network"
    State = LinearNetworkState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, LinearNetworkState)
    papers: ClassVar[tuple[Paper, ...]] = (XU_2025,)
    help: ClassVar[Help] = load_help(__file__)
    chapter: ClassVar[Chapter] = CHAPTER
    controls = layout.CONTROLS
    compact_controls = layout.MAIN
    figures = layout.FIGURES
    quantities = lecture.QUANTITIES
    max_cost = compute.BUDGET
    time: ClassVar[tuple[str, str]] = ("t", "t")
    trajectory_axes: ClassVar[tuple[str, str]] = ("f", "loss")

    def cost(self, state: LinearNetworkState) -> float:
        return compute.cost(state)

    def seconds(self, state: LinearNetworkState) -> float:
        return compute.seconds(state)

    def export_seconds(self, state: LinearNetworkState, kind: str) -> float:
        return 2.0 * compute.seconds(state) + 0.1

    def compute(self, state: LinearNetworkState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: LinearNetworkState) -> Columns:
        return export.table(state)

    def export_data(self, state: LinearNetworkState) -> Mapping[str, Any]:
        return export.document(state)

    def export_script(self, state: LinearNetworkState) -> str:
        return export.python(state)

    def annotation_targets(self, state: LinearNetworkState) -> AnnotationTargets:
        return lecture.targets(state)
