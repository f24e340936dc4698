"""Figures of linear networks: pure functions from results to figures and traces of plotly's schema."""
