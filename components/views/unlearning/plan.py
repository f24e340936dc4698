"""The computation of a state: the stream and the exports share it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from components.core.metering import Threads
from components.views.unlearning import figures
from components.views.unlearning.alignment_history import doubt
from components.views.unlearning.finite_width_notes import TOLERANCE, FiniteWidthRun
from components.views.unlearning.state import HEIGHT, START, UnlearningState
from dynamics import (
    BackwardOrbit,
    CriticalManifold,
    Equilibrium,
    Explanation,
    Fate,
    Halt,
    PhaseMap,
    Separatrix,
    SingularOrbit,
    Trajectory,
    UnlearningModel,
    phase_map,
)
from dynamics.plotting.number_text import format_number

RTOL = 1e-8
SAMPLES = 400  # at least; the core refines until neighbors are 1 % of the range apart
MANIFOLD = 900  # points; its steep branches show corners with fewer
BASINS = (96, 96)  # starts across and up


@dataclass(frozen=True)
class Pinned:
    """The pinned trajectory of a comparison, with its own model."""

    model: UnlearningModel
    run: figures.Run

    @classmethod
    def of(cls, state: UnlearningState) -> Self:
        """Return the pinned trajectory of a state, its only one."""
        model = UnlearningModel(state.c, state.c_star, state.eps)
        ((R0, a0),) = state.starts
        return cls(model, figures.Run("A", R0, a0, model.limit(a0, R0), "pinned"))


@dataclass(frozen=True)
class ComputationPlan:
    """The model, the trajectories before integration, the default window and the horizon.

    `added`: number of clicked trajectories, the last ones. `layers`: the requested overlays; others are not computed.
    `width`: that of the exact law; `ends`: where that law ends each trajectory that unlearns at infinite width.
    `pinned`: the pinned trajectory of a comparison.
    """

    model: UnlearningModel
    runs: tuple[figures.Run, ...]
    window: figures.Window
    tau_end: float
    added: int
    layers: tuple[str, ...]
    panel: str = "course"
    width: float | None = None
    ends: tuple[Halt | None, ...] = ()
    pinned: Pinned | None = None

    @classmethod
    def of(cls, state: UnlearningState) -> Self:
        """Return the plan of a state; it depends on the physical parameters and the overlays only."""
        model = UnlearningModel(state.c, state.c_star, state.eps)
        runs = tuple(
            figures.Run(run_name(state, index), R0, a0, model.limit(a0, R0))
            for index, (R0, a0) in enumerate(state.starts)
        )
        pinned = Pinned.of(state.pinned) if state.pinned else None
        network = model.finite_width(state.width) if state.width is not None else None
        halts = tuple(network.halt(run.a0, run.R0) for run in runs) if network else ()
        window = figures.window(model, runs, [halt.a for halt in halts if halt])
        if pinned:
            window = figures.union(window, figures.window(pinned.model, (pinned.run,)))
        added = len(runs) - len(state.a)
        return cls(model, runs, window, state.tau, added, state.layers, state.panel, state.width, halts, pinned)

    @property
    def starts(self) -> tuple[figures.Run, ...]:
        """The listed trajectories, without the clicked ones."""
        return self.runs[: len(self.runs) - self.added]

    @property
    def a_max(self) -> float:
        """The height up to which the critical manifold is computed: twice the window's, so that the window can be
        moved.
        """
        return 2 * max(map(abs, self.window.a))

    @property
    def a_limit(self) -> float:
        """The height up to which separatrices and backward orbits are integrated."""
        return min(self.a_max, HEIGHT[1])

    @property
    def overlay_window(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The ranges of R and a for basins, nullcline and landscape: the admissible part of the window."""
        low, high = np.clip(self.window.a, *HEIGHT).tolist()
        return (max(self.window.R[0], -1.0), min(self.window.R[1], 1.0)), (low, high)

    @property
    def threshold_bracket(self) -> tuple[float, float]:
        """The interval that is searched for thresholds: all starts, and a margin."""
        a_limit = min(1.01 * max(START[1], *(abs(run.a0) for run in self.runs)), HEIGHT[1])
        return -a_limit, a_limit

    def trajectory(self, run: figures.Run) -> Trajectory:
        """Return the solution of a run."""
        return self.model.trajectory(run.a0, run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    def manifold(self, model: UnlearningModel | None = None) -> CriticalManifold:
        """Return the critical manifold and its folds, of this model or of another one."""
        return (model or self.model).critical_manifold(MANIFOLD, self.a_max)

    def wide(self) -> Iterator[FiniteWidthRun]:
        """Yield each trajectory at finite width, if a width is given."""
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
        """Return the pinned trajectory up to this plan's horizon."""
        return pinned.model.trajectory(pinned.run.a0, pinned.run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    @cached_property
    def equilibria(self) -> tuple[Equilibrium, ...]:
        """All equilibria, if requested."""
        return self.model.equilibria() if "eq" in self.layers else ()

    @cached_property
    def separatrices(self) -> tuple[Separatrix, ...]:
        """The curves that separate fates, if requested."""
        curves = self.model.separatrices(self.a_limit) if "sep" in self.layers else ()
        return tuple(curve for curve in curves if curve.separates)

    @cached_property
    def orbits(self) -> tuple[SingularOrbit, ...]:
        """The singular orbit of each trajectory, if requested."""
        return tuple(self.model.singular_orbit(run.a0, run.R0) for run in self.runs if "orbit" in self.layers)

    @cached_property
    def pasts(self) -> tuple[BackwardOrbit, ...]:
        """The backward orbit of each clicked point, if requested."""
        added = self.runs[len(self.runs) - self.added :] if "past" in self.layers else ()
        return tuple(self.model.backward_orbit(run.a0, run.R0, max(self.a_limit, abs(run.a0))) for run in added)

    @cached_property
    def basins(self) -> PhaseMap | None:
        """The fates of starts in the whole window, if requested."""
        if "fates" not in self.layers:
            return None
        model, (R, a) = self.model, self.overlay_window
        with Threads() as threads:
            return phase_map(model.c, model.c_star, model.eps, ("R0", *R), ("a0", *a), BASINS, executor=threads)

    @cached_property
    def nullcline(self) -> figures.Curve | None:
        """The slow nullcline in the window, if requested."""
        return figures.nullcline_of(self.model, self.overlay_window[0]) if "null" in self.layers else None

    @cached_property
    def landscape(self) -> figures.Landscape | None:
        """The loss in the window, if requested."""
        return figures.landscape_of(self.model, *self.overlay_window) if "loss" in self.layers else None

    def explanation(self, run: Trajectory) -> Explanation:
        """Return the explanation of a fate; without claims if the numbers contradict each other."""
        if doubt(run):
            return Explanation(Fate.UNDECIDED, ())
        return self.model.explain(run.a0, run.R0, run, self.thresholds[run.R0])

    @cached_property
    def thresholds(self) -> dict[float, np.ndarray]:
        """The thresholds in a0 at each R0 that a run starts from."""
        return {R0: self.model.thresholds(R0, self.threshold_bracket) for R0 in sorted({run.R0 for run in self.runs})}


def run_name(state: UnlearningState, index: int) -> str:
    """Return the name of a trajectory: its ā, or both coordinates if it was clicked."""
    R0, a0 = state.starts[index]
    return (
        f"({format_number(R0, 3)}, {format_number(a0, 3)})" if index >= len(state.a) else f"ā = {format_number(a0, 6)}"
    )
