"""View 1: the explorer of feature unlearning, the root page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.citations import IMAI_2026, Paper
from components.guide import Guide
from components.unlearning import compute, export, layout
from components.unlearning.guide import GUIDE
from components.unlearning.presets import PRESETS
from components.unlearning.state import UnlearningState
from components.view import Chunk, Columns, Preset, View


class UnlearningView(View):
    """The R–a plane, its panels and its sentences."""

    name = "unlearning"
    path = "/"
    title = "Unlearning"
    State = UnlearningState
    presets: ClassVar[tuple[Preset, ...]] = PRESETS
    papers: ClassVar[tuple[Paper, ...]] = (IMAI_2026,)
    guide: ClassVar[Guide] = GUIDE
    controls = layout.CONTROLS
    main = layout.MAIN
    figures = layout.FIGURES
    budget = compute.STREAM_COST
    longest = 4.0

    def cost(self, state: UnlearningState) -> float:
        return compute.cost(state)

    def seconds(self, state: UnlearningState) -> float:
        return super().seconds(state) + compute.high(state)

    def compute(self, state: UnlearningState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: UnlearningState) -> Columns:
        return export.table(state)

    def document(self, state: UnlearningState) -> Mapping[str, Any]:
        return export.document(state)

    def python(self, state: UnlearningState) -> str:
        return export.python(state)
