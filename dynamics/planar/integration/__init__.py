"""Integration of the planar system: one solution, its samples, its error estimate."""
