"""Trajectories as callers get them, and what is computed along them."""
