"""The picture of a mean-field problem: the mean field, solutions and networks beside it, computed when they are needed,
and the figures that show them.

The app streams what it needs of one; ``cloud`` and ``panels`` are its figures at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamics.mean_field import EpsSweep, MeanFieldModel, MeanFieldTrajectory, initial_weights
from dynamics.mean_field.initialization import T_MAX, T_MIN, InitDistribution, starting_weights
from dynamics.mean_field.problem import EPS_RANGE, SEEDS_MAX
from dynamics.mean_field.trajectory import TrajectorySpec
from dynamics.planar import Trajectory, UnlearningModel
from dynamics.planar.problem import COEFFICIENT_MAX, K_MAX
from dynamics.planar.problem import EPS_RANGE as PLANAR_EPS_RANGE
from dynamics.plotting.filling import Display, FilledRun, fill
from dynamics.plotting.mean_field.cloud import cloud
from dynamics.plotting.mean_field.distances import distance_axes, distances
from dynamics.plotting.mean_field.networks import MAX_WORK, Networks
from dynamics.plotting.mean_field.panels import panel_display, panels
from dynamics.plotting.mean_field.quantities import ROWS, columns, network_columns, sample_times, selected_neurons
from dynamics.plotting.mean_field.runs import comparison_traces, network_traces, run_traces
from dynamics.plotting.mean_field.styles import EXACT, PLANAR
from dynamics.plotting.mean_field.sweep import sweep, sweep_axes
from dynamics.plotting.schema import Figure, Trace
from dynamics.simulation import NetworkDistances, NetworkRecord
from dynamics.simulation.convergence import RUNS_MAX
from dynamics.simulation.sgd import BATCH_MAX, DIMENSION_MAX, STARTS, WORK_MAX, Start
from dynamics.typing import FloatArray
from dynamics.validation import (
    check_choice,
    check_choices,
    check_instance,
    check_integer,
    check_interval,
    check_number,
)

RTOL = 1e-8
EPS_POINTS = 7  # of a sweep
SWEEP_END = 10.0  # horizon of its runs
PLANAR_DIGITS = 9  # of coefficients of the planar system: 1, not 0.999999999998
MEAN_FIELD, LAYERS = "mean field", ("planar", "overlaps", "network")
PANELS = (*ROWS, "sweep", "network")


@dataclass(frozen=True, eq=False)
class MeanFieldPicture:
    """Hold a mean-field model, the start of its neurons, the horizon, and what is shown beside the mean field.

    ``MeanFieldPicture.of`` makes one.

    Attributes
    ----------
    model : MeanFieldModel
        The problem.
    a0 : array (m,)
        Second layer at the start.
    alike : bool
        Whether all neurons start with one given weight.
    t_end : float
        The horizon.
    layers : tuple of str
        What is shown beside the mean field.
    panel : str
        What the panels show.
    eps_sweep : array (n,)
        Values of epsilon of the sweep, increasing.
    seeds : int
        Starts of the sweep at each epsilon.
    networks : Networks
        The networks that learn, and their starts.
    """

    model: MeanFieldModel
    a0: FloatArray
    alike: bool
    t_end: float
    layers: tuple[str, ...]
    panel: str
    eps_sweep: FloatArray
    seeds: int
    networks: Networks

    @classmethod
    def of(
        cls,
        model: MeanFieldModel,
        a0: ArrayLike | None = None,
        t_end: float = 10.0,
        layers: Sequence[str] = (),
        panel: str = "course",
        law: InitDistribution = "uniform",
        scale: float = 1.0,
        seed: int = 0,
        sweep: tuple[float, float] = (1e-7, 1e-5),
        seeds: int = 20,
        dimension: int = 100,
        batch: int = 400,
        runs: int = 4,
        first_layer: Start = "sphere",
        max_work: float = MAX_WORK,
    ) -> MeanFieldPicture:
        """Return the picture of a model.

        Parameters
        ----------
        model : MeanFieldModel
            The problem.
        a0 : float or array_like (m,), optional
            Weights a_i(0) in [-1000, 1000], or one for all; by default they are drawn, see ``initial_weights``.
        t_end : float in [1e-12, 1e6], default 10
            The horizon.
        layers : sequence of str, default ()
            What is shown beside the mean field: "planar", the planar system, if all neurons start alike and follow it;
            "overlaps", the exact flow of the m neurons; "network", networks that learn.
        panel : {"course", "risk", "neurons", "sweep", "network"}, default "course"
            What the panels show: risk, its degrees, every a and every s; the first two; the last two; learning times
            over epsilon; or the distances of networks over their dimension and width.
        law : {"uniform", "normal", "alike"}, default "uniform"
            Distribution of the weights that are drawn: those of the sweep, of the distances and, if they are not given,
            a_i(0).
        scale : float in [-1000, 1000], default 1
            Their scale; for "normal" in [-100, 100].
        seed : int, 0 to 2**32 - 1, default 0
            Their seed; the sweep has seeds of its own.
        sweep : tuple of 2 floats in [1e-8, 10], default (1e-7, 1e-5)
            First and last epsilon of the sweep.
        seeds : int, 1 to 1,000, default 20
            Starts of the sweep at each epsilon.
        dimension : int, 2 to 20,000, default 100
            Dimension of the networks' inputs.
        batch : int, 1 to 100,000, default 400
            Fresh samples in a step of the networks.
        runs : int, 1 to 100, default 4
            Networks of each size.
        first_layer : {"sphere", "orthonormal"}, default "sphere"
            How their first layer starts, see ``simulate_network``; orthonormal only if m < dimension.
        max_work : float in [0, 1e15], default 1e12
            Multiply-adds of the networks. They end before the horizon if an estimate is larger.

        Returns
        -------
        MeanFieldPicture
            The picture.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import MeanFieldModel
        >>> from dynamics.plotting import MeanFieldPicture
        >>> picture = MeanFieldPicture.of(MeanFieldModel((1, -1, 2 / 3), "relu", eps=1e-4, m=10))
        >>> picture.trajectory.learning_times().round(4)
        array([0.0004, 0.0735, 0.3554])
        >>> [trace["name"] for trace in picture.panels()["data"]][:4]
        ['risk', 'degree 0', 'degree 1', 'degree 2']
        """
        check_instance("model", model, MeanFieldModel)
        random_weights = initial_weights(model.m, seed, law, scale)
        weights = starting_weights(model.m, random_weights if a0 is None else a0, 0)
        low, high = check_interval("sweep", sweep, *EPS_RANGE)
        t_end = check_number("t_end", t_end, T_MIN, T_MAX)
        layers = check_choices("layers", layers, LAYERS)
        check_choice("panel", panel, PANELS)
        networks = Networks(
            model, weights, t_end,
            check_integer("dimension", dimension, 2, DIMENSION_MAX),
            check_integer("batch", batch, 1, BATCH_MAX),
            check_integer("runs", runs, 1, RUNS_MAX),
            check_choice("first_layer", first_layer, STARTS),
            law, scale, seed, "network" in layers, panel == "network",
            check_number("max_work", max_work, 0.0, WORK_MAX),
        )  # fmt: skip
        return cls(
            model,
            weights,
            law == "alike" if a0 is None else bool((weights == weights[0]).all()),
            t_end,
            layers,
            panel,
            np.geomspace(low, high, EPS_POINTS),
            check_integer("seeds", seeds, 1, SEEDS_MAX),
            networks,
        )

    @property
    def rows(self) -> tuple[str, ...]:
        """Rows of the panels over time (tuple of str); none for the sweep and for distances."""
        return ROWS.get(self.panel, ())

    @cached_property
    def t(self) -> FloatArray:
        """Sample times of all solutions but those of networks (array (n,))."""
        return sample_times(self.model.eps, self.t_end)

    @cached_property
    def neurons(self) -> list[int]:
        """Neurons that are drawn (list of int): all, or an even selection by their start."""
        return selected_neurons(self.a0)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Solutions in the order of their curves (tuple of str): "mean field", then those of the layers."""
        absent = "planar" if self.planar_model is None else ""
        return (MEAN_FIELD, *(layer for layer in LAYERS if layer in self.layers and layer != absent))

    # --- what is computed ---

    @property
    def request(self) -> TrajectorySpec:
        """The integration of the mean field, to be done in pieces (TrajectorySpec)."""
        return TrajectorySpec(self.model, self.a0, self.t_end, len(self.t), self.t, RTOL, overlaps=False)

    @cached_property
    def trajectory(self) -> MeanFieldTrajectory:
        """Solution of the mean field (MeanFieldTrajectory)."""
        return self.model.trajectory(self.a0, t=self.t, rtol=RTOL)

    @cached_property
    def exact(self) -> MeanFieldTrajectory | None:
        """Exact flow of the m neurons, if requested (MeanFieldTrajectory or None)."""
        if "overlaps" not in self.layers:
            return None
        return self.model.trajectory(self.a0, t=self.t, rtol=RTOL, overlaps=True)

    @cached_property
    def planar_model(self) -> UnlearningModel | None:
        """Planar system that the neurons follow, at tau = t eps, if there is one (UnlearningModel or None)."""
        system = self.model.planar if self.alike else None
        if system is None:
            return None
        c, c_star = (tuple(float(f"{value:.{PLANAR_DIGITS}g}") for value in values) for values in system[:2])
        if len(c) > K_MAX or max(map(abs, (*c, *c_star))) > COEFFICIENT_MAX or system[2] > PLANAR_EPS_RANGE[1]:
            return None
        return UnlearningModel(c, c_star, system[2])

    @cached_property
    def planar(self) -> Trajectory | None:
        """Solution of the planar system, if requested (Trajectory or None)."""
        model = self.planar_model
        if model is None or "planar" not in self.layers:
            return None
        return model.trajectory(float(self.a0[0]), tau=self.t * model.eps, rtol=RTOL)

    @cached_property
    def network_records(self) -> tuple[list[NetworkRecord], ...]:
        """Records of all networks at each time, if requested (tuple of lists of NetworkRecord)."""
        if "network" not in self.layers:
            return ()
        return tuple(records for records in self.networks.records(self.networks.make()) if records)

    def sweeps(self) -> Iterator[EpsSweep]:
        """Return the sweep over epsilon after each of its runs.

        Yields
        ------
        EpsSweep
            The sweep as far as it is known.
        """
        networks = self.networks
        return self.model.sweep_eps(self.eps_sweep, range(self.seeds), networks.law, networks.scale, SWEEP_END, RTOL)

    @cached_property
    def sweep(self) -> EpsSweep | None:
        """The sweep over epsilon, if the panels show it (EpsSweep or None)."""
        *_, last = self.sweeps() if self.panel == "sweep" else (None,)
        return last

    @cached_property
    def network_distances(self) -> NetworkDistances | None:
        """Distances of networks over d and m, if the panels show them (NetworkDistances or None)."""
        *_, last = self.networks.distances() if self.panel == "network" else (None,)
        return last

    # --- what is shown ---

    def samples(self, kind: str) -> dict[str, FloatArray]:
        """Return all samples of a solution.

        Parameters
        ----------
        kind : str
            One of ``kinds``.

        Returns
        -------
        dict of str to array (n,)
            Samples by the names of columns.
        """
        if kind == "planar" and self.planar:
            return {"t": self.t, "risk": self.planar.loss, "s": self.planar.R, "a": self.planar.a}
        if kind == "overlaps" and self.exact:
            return {"t": self.exact.t, "risk": self.exact.risk}
        if kind == "network":
            return network_columns(self.model, self.network_records, self.neurons)
        return columns(self.model, self.trajectory, self.neurons)

    def traces(self, kind: str) -> dict[str, list[Trace]]:
        """Return the lines of a solution in each figure, still empty.

        Parameters
        ----------
        kind : str
            One of ``kinds``.

        Returns
        -------
        dict of str to lists of dict
            Lines of the cloud and of the panels.
        """
        index = self.kinds.index(kind)
        if kind == "planar":
            return comparison_traces(index, "planar system", self.rows, PLANAR, neuron=True)
        if kind == "overlaps":
            return comparison_traces(index, f"exact, m = {self.model.m}", self.rows, EXACT, neuron=False)
        if kind == "network":
            return network_traces(index, self.model, self.neurons, self.rows)
        return run_traces(self.model, self.a0, self.neurons, self.rows)

    def empty_cloud(self) -> Figure:
        """Return the (s, a) plane with the starts of the neurons.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        return cloud(self.a0, self.neurons, "planar" in self.kinds)

    def empty_panels(self) -> Figure:
        """Return the panels over time without lines, or the axes of the sweep or of distances.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        if self.panel == "sweep":
            return sweep_axes(self.eps_sweep)
        if self.panel == "network":
            return distance_axes(self.networks.distance_sizes)
        return panels(self.model, self.a0, self.neurons, self.t_end, self.rows)

    @property
    def display(self) -> dict[str, Any]:
        """What display parameters change in the panels, by their names and values (dict)."""
        return panel_display(self.model, self.a0, self.rows) if self.rows else {}

    def _filled(self, name: str) -> dict[int, FilledRun]:
        return {index: FilledRun(self.traces(kind)[name], self.samples(kind)) for index, kind in enumerate(self.kinds)}

    def cloud(self, view: Sequence[float] = ()) -> Figure:
        """Return the cloud of neurons in the (s, a) plane with their curves.

        Parameters
        ----------
        view : sequence of 4 floats, optional
            Ranges of s and a; by default those that show all curves.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        return fill(self.empty_cloud(), self._filled("cloud"), window=view, time="t")

    def panels(
        self, axis: str = "log", measure: str = "linear", terms: str = "terms", span: Sequence[float] = ()
    ) -> Figure:
        """Return the panels over time with all solutions, or the sweep, or the distances of networks.

        Parameters
        ----------
        axis : {"log", "linear"}, default "log"
            Axis of time.
        measure : {"linear", "log"}, default "linear"
            Axis of the risk.
        terms : {"terms", "residuals"}, default "terms"
            What is shown of each degree: its term of the risk, or its residual.
        span : sequence of 2 floats, optional
            Range of time.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.

        Raises
        ------
        ValueError
            If an argument is none of its choices.
        """
        check_choice("axis", axis, ("log", "linear"))
        check_choice("measure", measure, ("linear", "log"))
        check_choice("terms", terms, ("terms", "residuals"))
        if self.sweep:
            return fill(sweep(self.sweep), {}, time="t")
        if self.network_distances:
            return fill(distances(self.network_distances), {}, time="t")
        display = Display.of(self.display, {"axis": axis, "measure": measure, "terms": terms})
        return fill(self.empty_panels(), self._filled("panels"), display, span, "t")
