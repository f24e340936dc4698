"""The picture of a planar problem: trajectories, critical manifold and overlays, computed when they are needed, and
the figures that show them.

The app streams what it needs of one; ``plane`` and ``panels`` are its figures at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dynamics.planar import (
    BackwardOrbit,
    CriticalManifold,
    Equilibrium,
    Fate,
    FiniteWidthTrajectory,
    Halt,
    PhaseMap,
    Separatrix,
    SingularOrbit,
    Trajectory,
    UnlearningModel,
    phase_map,
)
from dynamics.planar.fates.asymptotics import asymptotics
from dynamics.planar.validation import A0_MAX, TAU_MAX, TAU_MIN
from dynamics.plotting.filling import Display, FilledRun, fill
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.comparison_overlay import halts, pinned_manifold
from dynamics.plotting.planar.epsilon_study import StudyPoint, study
from dynamics.plotting.planar.limit import limit_panels
from dynamics.plotting.planar.overlays import (
    Curve,
    Landscape,
    arrows,
    backward_orbits,
    basins,
    contours,
    equilibria,
    landscape_of,
    nullcline,
    nullcline_of,
    orbits,
    separatrices,
)
from dynamics.plotting.planar.panels import law, panel_display, panels
from dynamics.plotting.planar.plane import arrows_of_field, field, plane, union, window
from dynamics.plotting.planar.quantities import LAW_PANELS, ROWS, Row
from dynamics.plotting.planar.runs import run_traces
from dynamics.plotting.planar.styles import Run, Window
from dynamics.plotting.schema import Figure, Trace
from dynamics.typing import FloatArray
from dynamics.validation import check_array, check_choice, check_choices, check_instance, check_number, check_sequence

RTOL = 1e-8
SAMPLES = 400  # at least; the core refines until neighbors are 1 % of the range apart
MANIFOLD = 900  # points; its steep branches show corners with fewer
BASINS = (96, 96)  # starts across and up
TOLERANCE = 0.05  # of the planar law against the exact one, relative
START_MAX = 20.0  # of a start in the interval that is searched for thresholds, at least
RUNS_MAX = 100  # starts of one picture
LAYERS = ("field", "eq", "sep", "past", "orbit", "slow", "null", "loss", "fates")
PANELS = (*ROWS, "limit")


@dataclass(frozen=True)
class Pinned:
    """Hold the pinned trajectory of a comparison, with its own model.

    Attributes
    ----------
    model : UnlearningModel
        Its problem.
    run : Run
        Its name, start and limit.
    """

    model: UnlearningModel
    run: Run

    @classmethod
    def of(cls, model: UnlearningModel, a0: float, R0: float) -> Pinned:
        """Return the pinned trajectory of a model from a start.

        Parameters
        ----------
        model : UnlearningModel
            The problem.
        a0, R0 : float
            The start.

        Returns
        -------
        Pinned
            The trajectory before integration.
        """
        return cls(model, Run("A", R0, a0, model.limit(a0, R0), "pinned"))


@dataclass(frozen=True)
class FiniteWidthRun:
    """A trajectory at finite width: its style, the exact solution, its end if infinite width unlearns, and the width
    from which on the planar solution is accurate up to the horizon (inf: no width).
    """

    run: Run
    trajectory: FiniteWidthTrajectory
    halt: Halt | None
    needed: float


def _no_threads() -> AbstractContextManager[Any]:
    return nullcontext()


@dataclass(frozen=True)
class PlanarPicture:
    """Hold a model, its trajectories before integration, the default window and the horizon.

    ``PlanarPicture.of`` makes one from starts.

    Attributes
    ----------
    model : UnlearningModel
        The problem.
    runs : tuple of Run
        The trajectories, with their names and limits.
    window : Window
        Ranges of R and a that show all of them.
    tau_end : float
        The horizon.
    added : int
        How many of the trajectories, the last ones, start from points of the plane.
    layers : tuple of str
        The requested overlays; others are not computed.
    panel : str
        What the panels show.
    width : float or None
        Neurons of the exact law.
    ends : tuple of (Halt or None)
        Where that law ends each trajectory that unlearns at infinite width.
    pinned : Pinned or None
        The pinned trajectory of a comparison.
    threads : callable
        Returns a context with the executor of the map of fates.
    """

    model: UnlearningModel
    runs: tuple[Run, ...]
    window: Window
    tau_end: float
    added: int
    layers: tuple[str, ...]
    panel: str = "course"
    width: float | None = None
    ends: tuple[Halt | None, ...] = ()
    pinned: Pinned | None = None
    threads: Callable[[], AbstractContextManager[Any]] = field_of(default_factory=lambda: _no_threads)

    @classmethod
    def of(
        cls,
        model: UnlearningModel,
        a0: ArrayLike,
        R0: float = 0.0,
        points: ArrayLike = (),
        tau_end: float = 1e4,
        layers: Sequence[str] = ("field", "eq", "sep"),
        panel: str = "course",
        width: float | None = None,
        pinned: Pinned | None = None,
        threads: Callable[[], AbstractContextManager[Any]] = _no_threads,
    ) -> PlanarPicture:
        """Return the picture of trajectories.

        Parameters
        ----------
        model : UnlearningModel
            The problem.
        a0 : float or array_like (n,)
            Starts a(0), from -1000 to 1000.
        R0 : float in [-1, 1], default 0
            R(0) of these starts.
        points : array_like (k, 2), optional
            Further starts (R(0), a(0)).
        tau_end : float in [1e-20, 1e8], default 1e4
            The horizon.
        layers : sequence of str, default ("field", "eq", "sep")
            Overlays of the plane: "field", the flow; "eq", equilibria; "sep", separatrices; "past", backward orbits of
            the points; "orbit", singular orbits; "slow", the slow flow; "null", the slow nullcline; "loss", contours;
            "fates", the fates of all starts.
        panel : {"course", "law", "slopes", "kernel", "limit"}, default "course"
            What the panels show: R, a and loss; |R| and |a| with their law; local exponents; the tangent kernel; or
            thresholds over epsilon.
        width : float in [2, 1e9], optional
            Neurons of the exact law that is drawn beside the trajectories.
        pinned : Pinned, optional
            A trajectory for comparison.
        threads : callable, optional
            Returns a context with an executor, on which the map of fates is computed.

        Returns
        -------
        PlanarPicture
            The picture.

        Raises
        ------
        ValueError
            If an argument is outside its range.

        Examples
        --------
        >>> from dynamics import UnlearningModel
        >>> from dynamics.plotting import PlanarPicture
        >>> picture = PlanarPicture.of(UnlearningModel((1, 1, 1), (1, -1, 1)), a0=(2.0, 8.0))
        >>> [run.fate.name for run in picture.trajectories]
        ['FULL_ALIGNMENT', 'UNLEARNING']
        >>> [trace["name"] for trace in picture.plane()["data"]][-2:]
        ['labels', 'marks']
        """
        check_instance("model", model, UnlearningModel)
        given = check_array("a0", a0, -A0_MAX, A0_MAX)
        heights = [float(given)] if given.ndim == 0 else check_array("a0", given, ndim=1).tolist()
        R0 = check_number("R0", R0, -1.0, 1.0)
        pairs = np.reshape(check_array("points", points), (-1, 2)).tolist()
        check_sequence("a0 and points", [*heights, *pairs], 1, RUNS_MAX, "starts")
        layers = check_choices("layers", layers, LAYERS)
        tau_end = check_number("tau_end", tau_end, TAU_MIN, TAU_MAX)
        check_choice("panel", panel, PANELS)
        starts = [(_name(height), R0, height) for height in heights]
        starts += [(f"({format_number(R, 3)}, {format_number(a, 3)})", R, a) for R, a in pairs]
        runs = tuple(Run(name, R, a, model.limit(a, R)) for name, R, a in starts)
        network = model.finite_width(width) if width is not None else None
        ends = tuple(network.halt(run.a0, run.R0) for run in runs) if network else ()
        view = window(model, runs, [end.a for end in ends if end])
        if pinned:
            view = union(view, window(pinned.model, (pinned.run,)))
        return cls(model, runs, view, tau_end, len(pairs), layers, panel, width, ends, pinned, threads)

    @property
    def rows(self) -> Sequence[Row]:
        """Rows of the panels over time (tuple of Row); none for the study over epsilon."""
        return ROWS.get(self.panel, ())

    @property
    def starts(self) -> tuple[Run, ...]:
        """Trajectories that do not start from points of the plane (tuple of Run)."""
        return self.runs[: len(self.runs) - self.added]

    @property
    def a_max(self) -> float:
        """Height up to which the critical manifold is computed (float).

        It is twice the window's, so that the window can be moved.
        """
        return 2 * max(map(abs, self.window.a))

    @property
    def a_limit(self) -> float:
        """Height up to which separatrices and backward orbits are integrated (float)."""
        return min(self.a_max, A0_MAX)

    @property
    def overlay_window(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Ranges of R and a of basins, nullcline and landscape, the admissible part of the window (tuple)."""
        low, high = np.clip(self.window.a, -A0_MAX, A0_MAX).tolist()
        return (max(self.window.R[0], -1.0), min(self.window.R[1], 1.0)), (low, high)

    @property
    def threshold_bracket(self) -> tuple[float, float]:
        """Interval that is searched for thresholds: all starts, and a margin (tuple of float)."""
        a_limit = min(1.01 * max(START_MAX, *(abs(run.a0) for run in self.runs)), A0_MAX)
        return -a_limit, a_limit

    def trajectory(self, run: Run) -> Trajectory:
        """Return the solution of a run.

        Parameters
        ----------
        run : Run
            One of the runs.

        Returns
        -------
        Trajectory
            The solution up to the horizon.
        """
        return self.model.trajectory(run.a0, run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    def manifold(self, model: UnlearningModel | None = None) -> CriticalManifold:
        """Return the critical manifold and its folds.

        Parameters
        ----------
        model : UnlearningModel, optional
            Another model, for example the pinned one.

        Returns
        -------
        CriticalManifold
            The manifold up to the height ``a_max``.
        """
        return (model or self.model).critical_manifold(MANIFOLD, self.a_max)

    def wide(self) -> Iterator[FiniteWidthRun]:
        """Return each trajectory at finite width, if a width is given.

        Yields
        ------
        FiniteWidthRun
            The exact solution, its end, and the width that the planar one needs.
        """
        if self.width is None:
            return
        network = self.model.finite_width(self.width)
        for run, end in zip(self.runs, self.ends, strict=True):
            start, tau = (run.a0, run.R0), self.tau_end
            exact = network.trajectory(*start, tau, SAMPLES, rtol=RTOL)
            needed = self.model.required_width(*start, tau, TOLERANCE)
            named = replace(run, name=f"{run.name}, m = {format_number(self.width)}", kind="wide")
            yield FiniteWidthRun(named, exact, end, needed)

    def pinned_trajectory(self, pinned: Pinned) -> Trajectory:
        """Return the pinned trajectory up to this horizon.

        Parameters
        ----------
        pinned : Pinned
            The pinned trajectory.

        Returns
        -------
        Trajectory
            Its solution.
        """
        return pinned.model.trajectory(pinned.run.a0, pinned.run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    @cached_property
    def equilibria(self) -> tuple[Equilibrium, ...]:
        """All equilibria, if requested (tuple of Equilibrium)."""
        return self.model.equilibria() if "eq" in self.layers else ()

    @cached_property
    def separatrices(self) -> tuple[Separatrix, ...]:
        """Curves that separate fates, if requested (tuple of Separatrix)."""
        curves = self.model.separatrices(self.a_limit) if "sep" in self.layers else ()
        return tuple(curve for curve in curves if curve.separates)

    @cached_property
    def orbits(self) -> tuple[SingularOrbit, ...]:
        """Singular orbit of each trajectory, if requested (tuple of SingularOrbit)."""
        return tuple(self.model.singular_orbit(run.a0, run.R0) for run in self.runs if "orbit" in self.layers)

    @cached_property
    def pasts(self) -> tuple[BackwardOrbit, ...]:
        """Backward orbit of each point, if requested (tuple of BackwardOrbit)."""
        added = self.runs[len(self.runs) - self.added :] if "past" in self.layers else ()
        return tuple(self.model.backward_orbit(run.a0, run.R0, max(self.a_limit, abs(run.a0))) for run in added)

    @cached_property
    def basins(self) -> PhaseMap | None:
        """Fates of starts in the whole window, if requested (PhaseMap or None)."""
        if "fates" not in self.layers:
            return None
        model, (R, a) = self.model, self.overlay_window
        with self.threads() as executor:
            return phase_map(model.c, model.c_star, model.eps, ("R0", *R), ("a0", *a), BASINS, executor=executor)

    @cached_property
    def nullcline(self) -> Curve | None:
        """Slow nullcline in the window, if requested (Curve or None)."""
        return nullcline_of(self.model, self.overlay_window[0]) if "null" in self.layers else None

    @cached_property
    def landscape(self) -> Landscape | None:
        """Loss in the window, if requested (Landscape or None)."""
        return landscape_of(self.model, *self.overlay_window) if "loss" in self.layers else None

    @cached_property
    def thresholds(self) -> dict[float, FloatArray]:
        """Thresholds in a0 at each R0 that a run starts from (dict of float to array (n,))."""
        return {R0: self.model.thresholds(R0, self.threshold_bracket) for R0 in sorted({run.R0 for run in self.runs})}

    # --- what is shown ---

    @cached_property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """Solutions of all runs (tuple of Trajectory)."""
        return tuple(self.trajectory(run) for run in self.runs)

    def columns(self, run: Trajectory | FiniteWidthTrajectory, limit_loss: float) -> dict[str, FloatArray]:
        """Return the columns of a trajectory: those that all panels share, and those of this panel.

        Parameters
        ----------
        run : Trajectory or FiniteWidthTrajectory
            The solution.
        limit_loss : float
            Loss at infinite time and width, from which the excess of a finite width counts.

        Returns
        -------
        dict of str to array (n,)
            Samples by the names of columns.
        """
        excess = run.excess if isinstance(run, Trajectory) else run.loss - limit_loss
        samples = {"tau": run.tau, "R": run.R, "a": run.a, "loss": run.loss, "excess": excess}
        rows = [row for row in self.rows if row.column not in samples]
        wide = not isinstance(run, Trajectory)
        return samples | {row.column: row.values(run) for row in rows if not (wide and row.planar_only)}

    def law_traces(self, run: Run, trajectory: Trajectory) -> list[Trace]:
        """Return the asymptotic law of a trajectory that unlearns, in the panels that show it.

        Parameters
        ----------
        run : Run
            One of the runs.
        trajectory : Trajectory
            Its solution.

        Returns
        -------
        list of dict
            Traces of the panels; none for other fates.
        """
        side = end_side(trajectory)
        if self.panel not in LAW_PANELS or trajectory.fate != Fate.UNLEARNING or side == 0:
            return []
        found = asymptotics(trajectory.model, side)
        return law(run, found, trajectory.tau, trajectory.power_fit, self.rows) if found.unlearns else []

    def overlay_traces(self, manifold: CriticalManifold) -> tuple[list[Trace], list[Trace]]:
        """Return the traces of the requested overlays.

        Parameters
        ----------
        manifold : CriticalManifold
            The critical manifold.

        Returns
        -------
        tuple of two lists of dict
            Those below the critical manifold, and those above it.
        """
        model, view = self.model, self.window
        below: list[Trace] = []
        above: list[Trace] = []
        if self.basins:
            avoid = [*(run.a0 for run in self.runs), *(fold.a for fold in manifold.folds)]
            below += basins(model, self.basins, avoid)
        if self.landscape:
            below.append(contours(model, self.landscape))
        if self.nullcline:
            below.append(nullcline(self.nullcline, view))
        if "sep" in self.layers:
            above += separatrices(self.separatrices)
        if "past" in self.layers:
            above.append(backward_orbits(self.pasts))
        if "orbit" in self.layers:
            above += orbits(self.orbits, view)
        if "slow" in self.layers:
            above.append(arrows(model, manifold, view))
        if "eq" in self.layers:
            above += equilibria(self.equilibria, view)
        if self.pinned:
            below += pinned_manifold(self.manifold(self.pinned.model), view)
        if self.width is not None:
            above.append(halts(self.runs, self.ends, view))
        return below, above

    def empty_plane(self, manifold: CriticalManifold) -> Figure:
        """Return the R–a plane without field and trajectories.

        Parameters
        ----------
        manifold : CriticalManifold
            The critical manifold.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        named = (*self.runs, self.pinned.run) if self.pinned else self.runs
        return plane(self.model, manifold, self.window, named, *self.overlay_traces(manifold))

    def empty_panels(self) -> Figure:
        """Return the panels over time without trajectories.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        return panels(self.window.R[0] < -0.5, self.rows)

    def study_panels(self, points: Sequence[StudyPoint]) -> Figure:
        """Return the panels over epsilon.

        Parameters
        ----------
        points : sequence of StudyPoint
            The points of the study so far.

        Returns
        -------
        dict
            A figure.
        """
        return limit_panels(points, self.threshold_limits, self.starts, self.model.eps)

    @cached_property
    def threshold_limits(self) -> tuple[Any, ...]:
        """Limits of the thresholds as epsilon tends to 0 (tuple of ThresholdLimit)."""
        return self.model.threshold_limits(self.starts[0].R0, self.threshold_bracket)

    def study(self) -> Iterator[StudyPoint]:
        """Return thresholds and distances to the singular orbits, for falling epsilon.

        Returns
        -------
        iterator of StudyPoint
            The points of the study, one after the other.
        """
        starts = [(run.a0, run.R0) for run in self.starts]
        return study(self.model, starts, self.threshold_bracket, self.tau_end, SAMPLES, RTOL)

    @cached_property
    def _filled_runs(self) -> list[tuple[Run, dict[str, FloatArray], list[Trace]]]:
        """Each run in the order of the stream, its columns, and what is drawn beside it in the panels."""
        found = [
            (run, self.columns(one, one.limit.loss), self.law_traces(run, one))
            for run, one in zip(self.runs, self.trajectories, strict=True)
        ]
        if self.pinned:
            one = self.pinned_trajectory(self.pinned)
            found.append((self.pinned.run, self.columns(one, one.limit.loss), self.law_traces(self.pinned.run, one)))
        return found + [(wide.run, self.columns(wide.trajectory, wide.run.limit.loss), []) for wide in self.wide()]

    def plane(self, view: Sequence[float] = ()) -> Figure:
        """Return the R–a plane with its overlays and all trajectories.

        Parameters
        ----------
        view : sequence of 4 floats, optional
            Ranges of R and a; by default those that show every start, end and fold.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        runs = {
            index: FilledRun(run_traces(index, run, self.rows)["plane"], columns)
            for index, (run, columns, _) in enumerate(self._filled_runs)
        }
        figure = fill(self.empty_plane(self.manifold()), runs, window=view)
        if "field" in self.layers:
            figure["data"].insert(0, arrows_of_field(field(self.model, self.window), figure["layout"]))
        return figure

    def panels(self, axis: str = "log", measure: str = "loss", span: Sequence[float] = ()) -> Figure:
        """Return the panels with all trajectories, or over epsilon.

        Parameters
        ----------
        axis : {"log", "linear"}, default "log"
            Axis of time.
        measure : {"loss", "excess"}, default "loss"
            The loss, or the loss above its limit on a logarithmic axis.
        span : sequence of 2 floats, optional
            Range of time.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        check_choice("axis", axis, ("log", "linear"))
        check_choice("measure", measure, ("loss", "excess"))
        if not self.rows:
            return fill(self.study_panels(list(self.study())), {})
        runs = {
            index: FilledRun([*run_traces(index, run, self.rows)["panels"], *beside], columns)
            for index, (run, columns, beside) in enumerate(self._filled_runs)
        }
        display = Display.of(panel_display(self.rows), {"axis": axis, "measure": measure})
        return fill(self.empty_panels(), runs, display, span)


def end_side(run: Trajectory) -> int:
    """Return the side of R = 0 on which a trajectory ends, 1 or -1; 0 if it never leaves R = 0."""
    ends = (run.limit.R, float(run.R[-1]))  # the limit is 0 when unlearning, nan while undecided
    return next((1 if R > 0 else -1 for R in ends if R > 0 or R < 0), 0)


def _name(a0: float) -> str:
    return f"ā = {format_number(a0, 6)}"
