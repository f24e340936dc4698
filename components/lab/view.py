"""View 5: real networks that learn, beside the laws that predict them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from dash.development.base_component import Component

from components.citations import IMAI_2026, Paper
from components.guide import Guide
from components.lab import TABS, compute, export, layout
from components.lab.guide import GUIDE
from components.lab.presets import PRESETS
from components.lab.state import LabState
from components.view import Chunk, Columns, Preset, View

LAWS_SECONDS = 0.05  # of a core, for the laws; the networks are a run


class LabView(View):
    """The plane, its panels, and the networks that come into them."""

    name = "lab"
    path = "/lab"
    title = "Lab"
    State = LabState
    presets: ClassVar[tuple[Preset, ...]] = PRESETS
    papers: ClassVar[tuple[Paper, ...]] = (IMAI_2026,)
    guide: ClassVar[Guide] = GUIDE
    controls = layout.CONTROLS
    main = layout.MAIN
    figures = layout.FIGURES
    budget = compute.MOST
    tabs: ClassVar[tuple[tuple[str, str], ...]] = TABS
    longest = 120.0
    has_runs: ClassVar[bool] = True

    def cost(self, state: LabState) -> float:
        return compute.cost(state)

    def seconds(self, state: LabState) -> float:
        return LAWS_SECONDS

    def run_seconds(self, state: LabState) -> float:
        return super().seconds(state)

    def compute(self, state: LabState) -> Iterator[Chunk]:
        return compute.stream(state)

    def run(self, state: LabState, checkpoint: Mapping[str, Any] | None) -> Iterator[Chunk]:
        return compute.run(state, checkpoint)

    def layout(self) -> Component:
        return layout.page(self)

    def table(self, state: LabState) -> Columns:
        return export.table(state)

    def document(self, state: LabState) -> Mapping[str, Any]:
        return export.document(state)

    def python(self, state: LabState) -> str:
        return export.python(state)
