"""Figures of single solutions over time, with their own samples."""

from __future__ import annotations

from typing import Any

from dynamics.linear_network.solution import LinearSolution
from dynamics.mean_field.trajectory import MeanFieldTrajectory
from dynamics.planar.trajectories.trajectory import Trajectory
from dynamics.plotting import mean_field, planar
from dynamics.plotting.filling import FilledRun, fill
from dynamics.plotting.linear_network import columns as linear_columns
from dynamics.plotting.linear_network import panels as linear_panels
from dynamics.plotting.mean_field.quantities import ROWS as MEAN_FIELD_ROWS
from dynamics.plotting.mean_field.quantities import columns, selected_neurons
from dynamics.plotting.number_text import format_number
from dynamics.plotting.schema import Figure


def planar_panels(run: Trajectory) -> Figure:
    """Return R, a and loss of a trajectory over tau."""
    named = planar.Run(f"ā = {format_number(run.a0, 6)}", run.R0, run.a0, run.limit)
    samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss}
    filled = FilledRun(planar.run_traces(0, named)["panels"], samples)
    return fill(planar.panels(bool(run.R.min() < 0)), {0: filled})


def mean_field_panels(run: MeanFieldTrajectory) -> Figure:
    """Return risk, terms, a and s of the neurons of a trajectory over t."""
    model: Any = run.model  # a trajectory is of a whole model, of which its module knows the problem alone
    rows, neurons = MEAN_FIELD_ROWS["course"], selected_neurons(run.a0)
    traces = mean_field.run_traces(model, run.a0, neurons, rows)["panels"]
    empty = mean_field.panels(model, run.a0, neurons, float(run.t[-1]) or run.t_end, rows)
    return fill(empty, {0: FilledRun(traces, columns(model, run, neurons))}, time="t")


def linear_network_panels(run: LinearSolution) -> Figure:
    """Return output, loss, angle, kernel and norms of a linear network over t."""
    network: Any = run.network
    traces = linear_panels.run_traces(network, (), "course")["panels"]
    return fill(linear_panels.panels(network), {0: FilledRun(traces, linear_columns.of(run, []))}, time="t")
