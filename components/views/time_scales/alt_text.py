"""Alternative text of the figures of the Time-scales view, for screen readers."""

from __future__ import annotations

import numpy as np

from components.core.formatting import pluralize
from components.views.time_scales.captions import sentences
from components.views.time_scales.panels import PANELS
from components.views.time_scales.state import TimeScalesState
from dynamics import MeanFieldTrajectory
from dynamics.mean_field.learning_times import plateaus
from dynamics.plotting.number_text import format_number


def cloud(state: TimeScalesState, run: MeanFieldTrajectory) -> str:
    """Describe the cloud for a screen reader."""
    s, a = run.s[-1], run.a[-1]
    return (
        f"Cloud of {pluralize(state.m, 'neuron')}, alignment s across and second layer a upward. All start at s = 0, a "
        f"from {format_number(float(run.a[0].min()), 3)} to {format_number(float(run.a[0].max()), 3)}. At t = "
        f"{format_number(run.t_end, 3)} s "
        f"is from {format_number(float(s.min()), 3)} to {format_number(float(s.max()), 3)}, a from "
        f"{format_number(float(a.min()), 3)} to "
        f"{format_number(float(a.max()), 3)}; {pluralize(int(np.sum(s > 0)), 'neuron has', 'neurons have')} s above 0."
    )


def panels(state: TimeScalesState, run: MeanFieldTrajectory) -> str:
    """Describe the panels for a screen reader."""
    heights = sorted({float(level) for level in plateaus(run.model, run.a0) if level > 0}, reverse=True)
    levels = ", ".join(format_number(height, 4) for height in heights)
    return (
        f"{PANELS[state.panel].description} The risk goes from {format_number(float(run.risk[0]), 4)} to "
        f"{format_number(float(run.risk[-1]), 3)}; the plateaus of the canonical order are {levels or 'none'}. "
        + " ".join(text for text, _ in sentences(run))
    )
