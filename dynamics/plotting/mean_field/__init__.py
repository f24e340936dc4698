"""Figures of the mean field: pure functions from results to figures and traces of plotly's schema.

The `meta` of a trace of a solution contains the index of the solution and the columns: `dynamics.plotting.filling`
fills the trace, or the client from the stream.
"""

from dynamics.plotting.mean_field.cloud import cloud
from dynamics.plotting.mean_field.distances import distance_axes, distance_means, distances, ladder
from dynamics.plotting.mean_field.panels import panel_display, panels
from dynamics.plotting.mean_field.runs import comparison_traces, network_traces, run_traces
from dynamics.plotting.mean_field.sweep import sweep, sweep_axes

__all__ = [
    "cloud",
    "comparison_traces",
    "distance_axes",
    "distance_means",
    "distances",
    "ladder",
    "network_traces",
    "panel_display",
    "panels",
    "run_traces",
    "sweep",
    "sweep_axes",
]
