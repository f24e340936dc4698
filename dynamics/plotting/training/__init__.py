"""Figures of networks that learn a single-index target, and of their laws: pure functions from results to figures."""

from dynamics.plotting.training.figures import MODES, law_traces, network_traces, panel_display, panels, plane

__all__ = ["MODES", "law_traces", "network_traces", "panel_display", "panels", "plane"]
