"""Traces of one trajectory in each figure, without data: the client fills them from the stream."""

from __future__ import annotations

from collections.abc import Sequence

from dynamics.plotting.planar.quantities import ROWS, Row
from dynamics.plotting.planar.styles import Run
from dynamics.plotting.schema import Trace
from dynamics.plotting.style import FATES
from dynamics.plotting.subplots import curve_meta, scatter, time_trace


def run_traces(index: int, run: Run, rows: Sequence[Row] = ROWS["course"]) -> dict[str, list[Trace]]:
    """Return the traces of one trajectory in each figure, without data, with the color and dash of its fate."""
    name, line = run.name, run.line
    label = name if run.kind == "wide" else f"{name}, {FATES[run.limit.fate].word}"
    on_plane = f"{label}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
    plane_trace = scatter(
        x=[], y=[], mode="lines", line=line, name=name, hovertemplate=on_plane, meta=curve_meta(index, "R", "a")
    )
    line = {**line, "width": min(line["width"], 2)}
    panel_traces = [
        time_trace(index, "tau", row.column, name, line, number)
        for number, row in enumerate(rows)
        if not (row.planar_only and run.kind == "wide")
    ]
    return {
        "plane": [plane_trace],
        "panels": panel_traces,
    }
