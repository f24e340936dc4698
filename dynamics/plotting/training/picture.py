"""The picture of networks that learn a single-index target: their laws, the networks and other ways to learn, computed
when they are needed, and the figures that show them.

The app streams what it needs of one; ``plane`` and ``panels`` are its figures at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from dynamics.planar import CriticalManifold, FiniteWidthTrajectory, Trajectory
from dynamics.plotting import planar
from dynamics.plotting.filling import Display, FilledRun, fill
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.plane import arrows_of_field
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.training import figures
from dynamics.plotting.training.columns import law_columns, network_columns, planar_columns
from dynamics.simulation.law_comparison import LawComparison, compare_with_law, noise_induced_overlap
from dynamics.simulation.sgd import Start
from dynamics.simulation.single_index import Mode, SingleIndexTraining, TrainingRecord, train_single_index
from dynamics.simulation.single_index_problem import RECORDS, SingleIndexProblem
from dynamics.simulation.training_history import TrainingHistory
from dynamics.validation import check_choice, check_choices, check_instance, check_sequence

MANIFOLD = 700  # points of the critical manifold
LAYERS = ("planar", "wide", "single", "beside")
PANELS = ("course", "difference")
RECORDS_MAX = 1_000_000
NETWORKS = 2  # number of their trajectory, after the laws


@dataclass(frozen=True, eq=False)
class TrainingPicture:
    """Hold networks that learn a single-index target, before or after they have learned, and what is drawn with them.

    ``TrainingPicture.of`` makes one from numbers, ``TrainingPicture.of_training`` from a training.

    Attributes
    ----------
    problem : SingleIndexProblem
        Target, start, sizes and training of the networks.
    layers : tuple of str
        What is drawn with the networks.
    training : SingleIndexTraining or None
        The networks; None if there are none, as where none are possible.
    records : TrainingHistory or None
        What they have given; None if they are trained when it is needed.
    """

    problem: SingleIndexProblem
    layers: tuple[str, ...] = LAYERS
    training: SingleIndexTraining | None = None
    records: TrainingHistory | None = None

    @classmethod
    def of(
        cls,
        m: int,
        d: int,
        batch: int,
        gamma: float | None,
        c: Sequence[float],
        c_star: Sequence[float],
        a0: float,
        tau_end: float,
        noise: float = 0.0,
        seeds: Sequence[int] = (0,),
        mode: Mode = "fresh",
        start: Start | None = None,
        n: int = RECORDS,
        layers: Sequence[str] = LAYERS,
    ) -> TrainingPicture:
        """Return the picture of networks, which are trained when they are needed.

        Parameters
        ----------
        m, d, batch : int
            Neurons, dimensions of the input, samples of a step, see ``train_single_index``.
        gamma : float or None
            Learning rate; None adapts the step to curvature and speed.
        c, c_star : sequence of 1 to 10 floats in [-100, 100]
            Coefficients of activation and target, see ``UnlearningModel``.
        a0 : float in [-1e3, 1e3]
            Second-layer weight of every neuron at the start.
        tau_end : float in [1e-20, 1e8]
            Last time, in units of m / gamma.
        noise : float in [0, 1e6], default 0
            Standard deviation of the labels' noise.
        seeds : sequence of 1 to 100 ints, default (0,)
            One run for each.
        mode : {"fresh", "population", "recursion"}, default "fresh"
            How the networks learn, see ``train_single_index``.
        start : {"sphere", "orthonormal"}, optional
            First layer at the start; by default "orthonormal" if d > m.
        n : int, 2 to 100,000, default 160
            Number of log-spaced records.
        layers : sequence of str, default ("planar", "wide", "single", "beside")
            What is drawn with the networks: "planar", the planar law; "wide", the law of this width; "single", single
            neurons; "beside", other ways to learn, as far as they cost little. Axes have room for all of them.

        Returns
        -------
        TrainingPicture
            The picture.

        Raises
        ------
        ValueError
            If an argument is outside its range, or if no such network is possible.

        Examples
        --------
        >>> from dynamics.plotting import TrainingPicture
        >>> picture = TrainingPicture.of(10, 20, 100, None, (1, -0.2), (0.6, 0.19), a0=0.2, tau_end=1.0, n=5)
        >>> print(f"R = {picture.history.mean('R')[-1]:.2f}; the law predicts {picture.law.R[-1]:.2f}")
        R = 0.12; the law predicts 0.12
        >>> [trace["name"] for trace in picture.plane()["data"]][-2:]
        ['labels', 'start']
        """
        layers = check_choices("layers", layers, LAYERS)
        training = train_single_index(
            m, d, batch, gamma, c, c_star, a0, tau_end, noise, seeds, mode=mode, start=start, n=n
        )
        return cls(replace(SingleIndexProblem.of_training(training), gamma=gamma), layers, training)

    @classmethod
    def of_training(
        cls,
        training: SingleIndexTraining,
        records: Sequence[TrainingRecord],
        references: Mapping[str, Sequence[TrainingRecord | None]] | None = None,
        layers: Sequence[str] = LAYERS,
    ) -> TrainingPicture:
        """Return the picture of a training.

        Parameters
        ----------
        training : SingleIndexTraining
            The networks.
        records : sequence of TrainingRecord
            What the iteration over them has given so far, one record at least.
        references : mapping of str to sequence of (TrainingRecord or None), optional
            Records of other ways to learn at the same times, by mode; None after their end.
        layers : sequence of str, default ("planar", "wide", "single", "beside")
            What is drawn with the networks, see ``TrainingPicture.of``.

        Returns
        -------
        TrainingPicture
            The picture.

        Raises
        ------
        ValueError
            If an argument is outside its range.
        """
        check_instance("training", training, SingleIndexTraining)
        records = check_sequence("records", records, 1, RECORDS_MAX, "records")
        for k, record in enumerate(records):
            check_instance(f"records[{k}]", record, TrainingRecord)
        history = TrainingHistory.of(records, references or {})
        problem = SingleIndexProblem.of_training(training)
        return cls(problem, check_choices("layers", layers, LAYERS), training, history)

    @cached_property
    def run(self) -> planar.Run:
        """Name, start and limit of the planar law (Run)."""
        model, a0, R0 = self.problem.model, self.problem.a0, self.problem.R0
        return planar.Run(f"ā = {format_number(a0, 4)}", R0, a0, model.limit(a0, R0))

    @property
    def law(self) -> FiniteWidthTrajectory:
        """Exact law of this width, for vanishing noise (FiniteWidthTrajectory)."""
        return self.problem.law

    @cached_property
    def planar_law(self) -> Trajectory:
        """Planar law, that of infinite width, at the same times (Trajectory)."""
        return self.problem.planar_law_at(self.law.tau)

    @cached_property
    def law_columns(self) -> dict[str, dict[str, Any]]:
        """Columns of both laws, "planar" and "wide" (dict of str to dict)."""
        law, run = self.law, self.planar_law
        overlap = noise_induced_overlap(self.problem, law.tau)
        return {
            "planar": dict(planar_columns(law, run.R, run.a, run.loss)),
            "wide": dict(law_columns(law, overlap)),
        }

    @cached_property
    def history(self) -> TrainingHistory | None:
        """What the networks have given; they are trained to the end first (TrainingHistory or None)."""
        if self.records is not None or self.training is None:
            return self.records
        return TrainingHistory.trained(self.training, self.problem.references(self.training))

    def comparison(self, history: TrainingHistory) -> LawComparison:
        """Return the differences of networks from the law of their width, and the expected error.

        Parameters
        ----------
        history : TrainingHistory
            The networks.

        Returns
        -------
        LawComparison
            The differences along the run.
        """
        return compare_with_law(self.problem, history, self.law if self.training is None else self.training.law)

    def network_columns(self, history: TrainingHistory) -> dict[str, Any]:
        """Return the columns of networks: each run, means, ranges, differences, single neurons, other ways to learn.

        Parameters
        ----------
        history : TrainingHistory
            The networks.

        Returns
        -------
        dict of str to array
            Samples by the names of columns.
        """
        return dict(network_columns(self.comparison(history)))

    @cached_property
    def window(self) -> planar.Window:
        """Ranges of R and a that show the laws (Window)."""
        side = np.sign(self.problem.a0 or 1.0)
        heights = [float(np.nanmax(np.abs(law["a"]))) * side for law in self.law_columns.values()]
        return planar.window(self.problem.model, (self.run,), heights)

    @cached_property
    def manifold(self) -> CriticalManifold:
        """Critical manifold and its folds (CriticalManifold)."""
        return self.problem.model.critical_manifold(MANIFOLD, 2 * max(map(abs, self.window.a)))

    def empty_plane(self) -> Figure:
        """Return the R–a plane without field, laws and networks.

        Returns
        -------
        dict
            A figure, which ``fill`` completes.
        """
        return figures.plane(self.problem.model, self.manifold, self.window, self.run)

    def field(self) -> dict[str, Any]:
        """Return the directions of the flow in the window.

        Returns
        -------
        dict
            Places and directions of the arrows, and their color.
        """
        return planar.field(self.problem.model, self.window)

    def _filled_runs(self, name: str) -> dict[int, FilledRun]:
        """The laws and the networks in a figure, in the order of the stream, without layers that are not chosen."""
        found: list[tuple[list[Trace], Mapping[str, Any]]] = [
            (figures.law_traces(index, kind)[name], columns)
            for index, (kind, columns) in enumerate(self.law_columns.items())
        ]
        if self.history is not None:
            traces = figures.network_traces(NETWORKS, len(self.problem.seeds))[name]
            found.append((traces, self.network_columns(self.history)))
        return {
            index: FilledRun([one for one in traces if one["meta"].get("layer") in (None, *self.layers)], columns)
            for index, (traces, columns) in enumerate(found)
        }

    def plane(self, view: Sequence[float] = ()) -> Figure:
        """Return the R–a plane with the laws and the networks.

        Parameters
        ----------
        view : sequence of 4 floats, optional
            Ranges of R and a; by default those that show the laws and every fold.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        figure = fill(self.empty_plane(), self._filled_runs("plane"), window=view)
        figure["data"].insert(0, arrows_of_field(self.field(), figure["layout"]))
        return figure

    def panels(self, axis: str = "log", panel: str = "course", span: Sequence[float] = ()) -> Figure:
        """Return R, a, loss and overlap of the laws and the networks over time.

        Parameters
        ----------
        axis : {"log", "linear"}, default "log"
            Axis of time.
        panel : {"course", "difference"}, default "course"
            The quantities, or their differences from the law of this width, over the band of the expected error.
        span : sequence of 2 floats, optional
            Range of time.

        Returns
        -------
        dict
            A figure, for ``to_plotly`` and ``to_matplotlib``.
        """
        check_choice("axis", axis, ("log", "linear"))
        check_choice("panel", panel, PANELS)
        display = Display.of(figures.panel_display(len(self.problem.seeds)), {"axis": axis, "panel": panel})
        return fill(figures.panels(), self._filled_runs("panels"), display, span)
