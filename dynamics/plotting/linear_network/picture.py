"""The picture of a linear network: its neurons, what is beside its exact solution, and the figures that show them.

The app streams what it needs of one; ``plane`` and ``panels`` are its figures at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dynamics.linear_network.descent_runs import (
    ACTIVATIONS,
    END_RANGE,
    ActivationRuns,
    DescentRun,
    activation_runs,
    same_network,
    usual_end,
    with_checkpoints,
)
from dynamics.linear_network.empirical_exponents import MeasuredExponents, measured_exponents
from dynamics.linear_network.ensemble import LinearEnsemble
from dynamics.linear_network.gradient_descent import DescentRecord
from dynamics.linear_network.model import LinearNetwork
from dynamics.linear_network.phase_diagram import PhaseDiagram
from dynamics.linear_network.problem import SEED_MAX
from dynamics.linear_network.scaling import Exponents
from dynamics.linear_network.solution import LinearSolution
from dynamics.plotting.filling import Display, FilledRun, fill
from dynamics.plotting.linear_network import columns
from dynamics.plotting.linear_network.panels import (
    activation_panels,
    activation_traces,
    descent_traces,
    panel_display,
    panels,
    run_traces,
    theory_traces,
)
from dynamics.plotting.linear_network.phase_diagram import QUANTITIES, phase_diagram
from dynamics.plotting.linear_network.plane import plane
from dynamics.plotting.linear_network.scaling import scaling
from dynamics.plotting.schema import Figure, Trace
from dynamics.typing import FloatArray
from dynamics.validation import (
    check_choice,
    check_choices,
    check_instance,
    check_integers,
    check_number,
    check_sequence,
)

MAP_CELLS = 200  # along an axis of the phase diagram
SCALES = tuple(10.0**k for k in range(1, 7))  # of the large number, where the exponents allow them
LAYERS = ("hyperbolas", "descent")
PANELS = ("course", "map", "scaling", "activations")
STEP_RANGE = (1e-3, 4.0)  # of descent, over its stability limit
SEEDS_MAX = 20


@dataclass(frozen=True)
class LinearNetworkPicture:
    """Hold a network, the ensemble that it is of, and what is shown beside its exact solution.

    ``LinearNetworkPicture.of`` checks the arguments.

    Attributes
    ----------
    network : LinearNetwork
        The network.
    ensemble : LinearEnsemble or None
        What its parameters are, for the phase diagram and other activations.
    seeds : tuple of int
        Seeds of other networks.
    t_end : float or None
        The requested end of the solution.
    layers : tuple of str
        What is drawn beside the solution.
    panel : str
        What the panels show.
    step : float
        Step of gradient descent over its stability limit.
    axes : tuple of two tuples (name, low, high)
        Axes of the phase diagram.
    quantity : str
        What the phase diagram shows.
    exponents : Exponents or None
        Powers of the scaling.
    """

    network: LinearNetwork
    ensemble: LinearEnsemble | None
    seeds: tuple[int, ...]
    t_end: float | None
    layers: tuple[str, ...]
    panel: str
    step: float
    axes: tuple[tuple[Any, ...], tuple[Any, ...]]
    quantity: str
    exponents: Exponents | None

    @classmethod
    def of(
        cls,
        network: LinearNetwork,
        ensemble: LinearEnsemble | None = None,
        seeds: Sequence[int] = tuple(range(8)),
        t_end: float | None = None,
        layers: Sequence[str] = ("hyperbolas",),
        panel: str = "course",
        step: float = 0.1,
        axes: Sequence[Sequence[Any]] = (("gamma", 1e-3, 1.0), ("sigma_u", 1e-2, 1e2)),
        quantity: str = "kernel",
        exponents: Exponents | None = None,
    ) -> LinearNetworkPicture:
        """Return the picture of a network.

        Parameters
        ----------
        network : LinearNetwork
            The network.
        ensemble : LinearEnsemble, optional
            The ensemble it is of: the panels "map" and "activations" need one.
        seeds : sequence of 1 to 20 ints, default 0 ... 7
            Seeds of the networks of these panels, and of the scaling.
        t_end : float in [1e-12, 1e12], optional
            Last time of the solution; by default nearly all has been learned then.
        layers : sequence of str, default ("hyperbolas",)
            "hyperbolas", on which the neurons move; "descent", gradient descent in the panels over time.
        panel : {"course", "map", "scaling", "activations"}, default "course"
            What the panels show: the solution over time; the phase diagram; networks of growing size; or the angle with
            five activations.
        step : float in [1e-3, 4], default 0.1
            Step of gradient descent, relative to the largest stable one.
        axes : sequence of two sequences (name, low, high), default (("gamma", 1e-3, 1.0), ("sigma_u", 1e-2, 1e2))
            Axes of the phase diagram, see ``LinearEnsemble.phase_diagram``.
        quantity : {"kernel", "angle", "spread"}, default "kernel"
            What the phase diagram shows.
        exponents : Exponents, optional
            Powers of the scaling: the panel "scaling" needs them.

        Returns
        -------
        LinearNetworkPicture
            The picture.

        Raises
        ------
        ValueError
            If an argument is outside its range, or one that the panel needs is missing.

        Examples
        --------
        >>> from dynamics import LinearEnsemble
        >>> from dynamics.plotting import LinearNetworkPicture
        >>> ensemble = LinearEnsemble(d=4, y=2.0)
        >>> picture = LinearNetworkPicture.of(ensemble.network(), ensemble)
        >>> [trace["name"] for trace in picture.plane()["data"]][:3]
        ['asymptotes', 'hyperbolas', 'neuron 1']
        """
        check_instance("network", network, LinearNetwork)
        if ensemble is not None:
            check_instance("ensemble", ensemble, LinearEnsemble)
        if exponents is not None:
            check_instance("exponents", exponents, Exponents)
        seeds = check_integers("seeds", seeds, 0, SEED_MAX, 1, SEEDS_MAX)
        t_end = None if t_end is None else check_number("t_end", t_end, *END_RANGE)
        layers = check_choices("layers", layers, LAYERS)
        check_choice("panel", panel, PANELS)
        step = check_number("step", step, *STEP_RANGE)
        x, y = (
            tuple(check_sequence(f"axes[{k}]", axis, 3, 3, "items (name, low, high)"))
            for k, axis in enumerate(check_sequence("axes", axes, 2, 2, "axes"))
        )
        check_choice("quantity", quantity, tuple(QUANTITIES))
        if ensemble is None and panel in ("map", "activations"):
            raise ValueError(f'ensemble is needed for panel "{panel}"')
        if exponents is None and panel == "scaling":
            raise ValueError('exponents are needed for panel "scaling"')
        return cls(network, ensemble, seeds, t_end, layers, panel, step, (x, y), quantity, exponents)

    # --- what is computed ---

    @cached_property
    def neurons(self) -> list[int]:
        """Neurons of the figures, all or an even selection (list of int)."""
        return columns.selected_neurons(self.network)

    @property
    def with_descent(self) -> bool:
        """Whether gradient descent is in the panels (bool)."""
        return "descent" in self.layers and self.panel == "course"

    @cached_property
    def horizon(self) -> float:
        """Requested end of the solution, or the usual one (float)."""
        return usual_end(self.network) if self.t_end is None else self.t_end

    @cached_property
    def descent(self) -> DescentRun:
        """Gradient descent of this network (DescentRun)."""
        return same_network(self.network, self.step, self.horizon)

    @cached_property
    def solution(self) -> LinearSolution:
        """Exact solution at the times of the figures (LinearSolution)."""
        end = max(self.horizon, self.descent.t_end) if self.with_descent else self.horizon
        return self.network.solution(columns.times(end))

    @cached_property
    def activation_runs(self) -> tuple[ActivationRuns, ActivationRuns]:
        """Descent with other activations, from this kind of start and from the other (tuple of ActivationRuns)."""
        assert self.ensemble is not None  # by `of`, for this panel
        return activation_runs(self.network, self.ensemble, self.seeds, self.t_end)

    @cached_property
    def phase_diagram(self) -> PhaseDiagram:
        """Phase diagram of the ensemble (PhaseDiagram)."""
        assert self.ensemble is not None  # by `of`, for this panel
        return self.ensemble.phase_diagram(*self.axes, (MAP_CELLS, MAP_CELLS), self.seeds)

    @property
    def scales(self) -> tuple[float, ...]:
        """Values of the large number at which networks are measured (tuple of float)."""
        assert self.exponents is not None  # by `of`, for this panel
        return tuple(scale for scale in SCALES if scale <= self.exponents.reach)

    def scaling(self) -> Iterator[MeasuredExponents]:
        """Return networks at growing values of the large number, see ``measured_exponents``.

        Returns
        -------
        iterator of MeasuredExponents
            What has been measured so far.

        Raises
        ------
        ValueError
            If such networks would be beyond the range of numbers.
        """
        assert self.exponents is not None  # by `of`, for this panel
        width = None if self.exponents.d > 0 else self.network.d
        return measured_exponents(self.exponents, self.scales, self.seeds, self.network.y, width)

    def theory_columns(self, runs: ActivationRuns) -> dict[str, FloatArray]:
        """Return the exact angle of the linear networks among some runs, its mean.

        Parameters
        ----------
        runs : ActivationRuns
            Descent from one kind of start.

        Returns
        -------
        dict of str to array (n,)
            Times and angles in degrees.
        """
        t = columns.times(runs.requested_end)
        exact = with_checkpoints(runs.descent("linear").networks)
        zeta = np.array([network.solution(t).zeta for network in exact])
        return {"t": t, "zeta": np.degrees(columns.defined_mean(zeta.T))}

    # --- what is shown ---

    @property
    def map_edges(self) -> tuple[Sequence[float], Sequence[float]]:
        """Ends of the axes of the phase diagram (tuple of two sequences of float)."""
        (_, *x), (_, *y) = self.axes
        return x, y

    def empty_plane(self) -> Figure:
        """Return the (u, v) plane without the paths of the neurons.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        return plane(self.network, self.solution, self.neurons, "hyperbolas" in self.layers)

    def empty_panels(self, cells: bool = True) -> Figure:
        """Return the panels without lines over time.

        Parameters
        ----------
        cells : bool, default True
            Whether the cells of the phase diagram are part of the figure.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        if self.panel == "map":
            return phase_diagram(self.phase_diagram, self.quantity, self.map_edges, cells)
        if self.panel == "scaling":
            return self.scaling_panels(None)
        return activation_panels(self.activation_runs) if self.panel == "activations" else panels(self.network)

    def scaling_panels(self, measured: MeasuredExponents | None) -> Figure:
        """Return the panels over the large number.

        Parameters
        ----------
        measured : MeasuredExponents or None
            What has been measured so far.

        Returns
        -------
        dict
            A figure.
        """
        assert self.exponents is not None  # by `of`, for this panel
        return scaling(measured, self.exponents.d > 0)

    @property
    def panel_display(self) -> dict[str, Any]:
        """What display parameters change in the panels (dict)."""
        if self.panel in ("map", "scaling"):
            return {}
        return panel_display(self.solution, loss=self.panel == "course")

    def run_traces(self) -> dict[str, list[Trace]]:
        """Return the lines of the exact solution in each figure, still empty.

        Returns
        -------
        dict of str to list of dict
            Traces by the names of figures.
        """
        return run_traces(self.network, self.neurons, self.panel)

    def columns(self) -> dict[str, FloatArray]:
        """Return the columns of the exact solution.

        Returns
        -------
        dict of str to array (n,)
            Samples by the names of columns.
        """
        return columns.of(self.solution, self.neurons)

    @cached_property
    def _filled_panels(self) -> dict[int, FilledRun]:
        """What fills the panels over time, by the index of the run."""
        found = {0: FilledRun(self.run_traces()["panels"], self.columns())}
        if self.with_descent:
            found[1] = FilledRun(descent_traces(self.panel)["panels"], columns.of_descent(self.descent_records))
        for row, runs in enumerate(self.activation_runs if self.panel == "activations" else ()):
            index = len(found)
            found[index] = FilledRun(theory_traces(index, row)["panels"], self.theory_columns(runs))
            for activation in ACTIVATIONS:
                index, records = len(found), list(runs.descent(activation).records(activation))
                traces = activation_traces(index, row, activation)["panels"]
                found[index] = FilledRun(traces, columns.of_many(records))
        return found

    @cached_property
    def descent_records(self) -> list[DescentRecord]:
        """Records of gradient descent of this network (list of DescentRecord)."""
        return list(self.descent.records("linear"))

    def plane(self, view: Sequence[float] = ()) -> Figure:
        """Return the (u, v) plane with the paths of the neurons.

        Parameters
        ----------
        view : sequence of 4 floats, optional
            Ranges of u and v; by default those of all paths.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        runs = {0: FilledRun(self.run_traces()["plane"], self.columns())}
        return fill(self.empty_plane(), runs, window=view, time="t")

    def panels(self, axis: str = "linear", measure: str = "linear", span: Sequence[float] = ()) -> Figure:
        """Return the panels, complete.

        Parameters
        ----------
        axis : {"linear", "log"}, default "linear"
            Axis of time.
        measure : {"linear", "log"}, default "linear"
            Axis of the loss.
        span : sequence of 2 floats, optional
            Range of time.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``. A scaling that cannot be measured has empty panels.
        """
        check_choice("axis", axis, ("linear", "log"))
        check_choice("measure", measure, ("linear", "log"))
        if self.panel == "map":
            return fill(self.empty_panels(), {}, time="t")
        if self.panel == "scaling":
            try:
                *_, measured = self.scaling()
            except ValueError:
                return fill(self.empty_panels(), {}, time="t")
            return fill(self.scaling_panels(measured), {}, time="t")
        display = Display.of(self.panel_display, {"axis": axis, "measure": measure})
        return fill(self.empty_panels(), self._filled_panels, display, span, "t")
