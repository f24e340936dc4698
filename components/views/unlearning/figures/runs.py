"""The traces of one run in each figure of view 1, still empty: the client fills them from the stream."""

from __future__ import annotations

from components.core.view import Trace
from components.ui.subplots import curve_meta, scatter, time_trace
from components.ui.theme import FATES
from components.views.unlearning.figures.panels import PANELS
from components.views.unlearning.figures.styles import Run


def run_traces(index: int, run: Run, panel: str = "course") -> dict[str, list[Trace]]:
    """The traces of one run in each figure, still empty: coloured, dashed and marked by its fate."""
    name, line = run.name, run.line
    said = name if run.kind == "wide" else f"{name}, {FATES[run.limit.fate].word}"
    on_plane = f"{said}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    plane_trace = scatter(
        x=[], y=[], mode="lines", line=line, name=name, hovertemplate=on_plane, meta=curve_meta(index, "R", "a")
    )
    line = {**line, "width": min(line["width"], 2)}
    panel_traces = [
        time_trace(index, "tau", row.column, name, line, number)
        for number, row in enumerate(PANELS.get(panel, ()))
        if not (row.planar_only and run.kind == "wide")
    ]
    return {
        "plane": [plane_trace],
        "panels": panel_traces,
    }
