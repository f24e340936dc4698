"""Overlays for comparison: the pinned critical manifold, and the ends at finite width."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dynamics import CriticalManifold, Fate, Halt
from dynamics.plotting.planar.styles import Run, Window
from dynamics.plotting.schema import Trace
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import scatter


def pinned_manifold(manifold: CriticalManifold, view: Window) -> list[Trace]:
    """Return the pinned critical manifold as thin lines: attracting pieces solid, repelling pieces dashed."""
    height = view.a[1] - view.a[0]
    traces = []
    for attracting in (True, False):
        R, a = [np.array([math.nan])], [np.array([math.nan])]
        for branch in manifold.branches:
            if branch.attracting == attracting:
                near = (branch.a > view.a[0] - 2 * height) & (branch.a < view.a[1] + 2 * height)
                R += [np.where(near, branch.R, math.nan), np.array([math.nan])]
                a += [np.where(near, branch.a, math.nan), np.array([math.nan])]
        name = f"A: critical manifold, {'attracting' if attracting else 'repelling'}"
        line = {"color": LIGHT["field"], "width": 2.5 if attracting else 1.2, "dash": "solid" if attracting else "dash"}
        hover = f"{name}<br>R = %{{x:.4f}}<br>a = %{{y:.4f}}<extra></extra>"
        x, y = np.concatenate(R), np.concatenate(a)
        traces.append(scatter(x=x, y=y, mode="lines", line=line, name=name, hovertemplate=hover))
    return traces


def halts(runs: Sequence[Run], ends: Sequence[Halt | None], view: Window) -> Trace:
    """Return marks where finite width ends trajectories that unlearn at infinite width; only those in the window."""
    visible = [
        (run, end)
        for run, end in zip(runs, ends, strict=True)
        if end and _decided(end) and view.a[0] <= end.a <= view.a[1]
    ]
    marker = {
        "symbol": "hexagon-open",
        "size": 11,
        "color": [run.color for run, _ in visible],
        "opacity": 1,
        "line": {"width": 2},
    }
    texts = [f"{run.name}<br>{_hover_text(end)}" for run, end in visible]
    return scatter(
        x=[end.R for _, end in visible],
        y=[end.a for _, end in visible],
        text=texts,
        mode="markers",
        marker=marker,
        name="halts",
        cliponaxis=False,
        hovertemplate="%{text}<br>R = %{x:.5f}<br>a = %{y:.5f}<extra></extra>",
    )


def _decided(end: Halt) -> bool:
    return end.fate in (Fate.PARTIAL_ALIGNMENT, Fate.FULL_ALIGNMENT, Fate.NO_ALIGNMENT)


def _hover_text(end: Halt) -> str:
    if end.fate == Fate.PARTIAL_ALIGNMENT:
        return "finite width halts unlearning here,<br>if all neurons stay alike"
    return "finite width ends it here,<br>if all neurons stay alike"
