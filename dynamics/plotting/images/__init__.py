"""Figures of experiments on images: pure functions from results to figures, with lines that ``filling`` completes."""

from dynamics.plotting.images.experiments import AXES, ExperimentAxes, ExperimentShape
from dynamics.plotting.images.figures import (
    PANEL_QUANTITIES,
    SHORT,
    group_traces,
    panel_rows,
    panels,
    plane,
    setting_traces,
)

__all__ = [
    "AXES",
    "PANEL_QUANTITIES",
    "SHORT",
    "ExperimentAxes",
    "ExperimentShape",
    "group_traces",
    "panel_rows",
    "panels",
    "plane",
    "setting_traces",
]
