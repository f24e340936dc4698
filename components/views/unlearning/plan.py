"""What a state's picture asks of the core, decided once: what is streamed and what is taken away share it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from components.core.formatting import format_number
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

RTOL = 1e-8
SAMPLES = 400  # at least; the core refines until neighbours are 1 % of the range apart
MANIFOLD = 900  # points; its steep branches show corners with fewer
BASINS = (96, 96)  # starts across and up


@dataclass(frozen=True)
class Pinned:
    """A of a comparison: a model of its own and one run."""

    model: UnlearningModel
    run: figures.Run

    @classmethod
    def of(cls, state: UnlearningState) -> Self:
        """The only run of a state."""
        model = UnlearningModel(state.c, state.c_star, state.eps)
        ((R0, a0),) = state.starts
        return cls(model, figures.Run("A", R0, a0, model.limit(a0, R0), "pinned"))


@dataclass(frozen=True)
class ComputationPlan:
    """The model, the runs as far as they are known before they are integrated, the default window, the horizon.

    `added`: how many of the runs, the last ones, were clicked. `layers`: what is asked for beside the runs; what is
    not, is not computed. `width`: of the exact law drawn beside the planar one;
    `ends`: where that ends each run that unlearns at infinite width. `pinned`: A of a comparison.
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
        """The picture of a state; its physical part alone decides it."""
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
        """The runs of the list, without those that were clicked."""
        return self.runs[: len(self.runs) - self.added]

    @property
    def a_max(self) -> float:
        """The height up to which the critical manifold is computed: twice the window's, room for moving it."""
        return 2 * max(map(abs, self.window.a))

    @property
    def reach(self) -> float:
        """The height up to which separatrices and pasts are followed."""
        return min(self.a_max, HEIGHT[1])

    @property
    def ground(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """R and a, from and to, that basins, nullcline and landscape are of: what is possible of the window."""
        low, high = np.clip(self.window.a, *HEIGHT).tolist()
        return (max(self.window.R[0], -1.0), min(self.window.R[1], 1.0)), (low, high)

    @property
    def bracket(self) -> tuple[float, float]:
        """Where thresholds are looked for: wherever a slider or a run starts, and a little beyond."""
        reach = min(1.01 * max(START[1], *(abs(run.a0) for run in self.runs)), HEIGHT[1])
        return -reach, reach

    def trajectory(self, run: figures.Run) -> Trajectory:
        """The solution of a run."""
        return self.model.trajectory(run.a0, run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    def manifold(self, model: UnlearningModel | None = None) -> CriticalManifold:
        """The critical manifold and its folds, of this model or of another one."""
        return (model or self.model).critical_manifold(MANIFOLD, self.a_max)

    def wide(self) -> Iterator[FiniteWidthRun]:
        """Each run at finite width, if asked for."""
        if self.width is None:
            return
        network = self.model.finite_width(self.width)
        for run, end in zip(self.runs, self.ends, strict=True):
            start, tau = (run.a0, run.R0), self.tau_end
            exact = network.trajectory(*start, tau, SAMPLES, rtol=RTOL)
            needed = self.model.required_width(*start, tau, TOLERANCE)
            named = replace(run, name=f"{run.name}, m = {format_number(self.width)}", kind="wide")
            yield FiniteWidthRun(named, exact, end, needed)

    def course(self, pinned: Pinned) -> Trajectory:
        """A's solution up to this picture's horizon."""
        return pinned.model.trajectory(pinned.run.a0, pinned.run.R0, self.tau_end, SAMPLES, rtol=RTOL)

    @cached_property
    def equilibria(self) -> tuple[Equilibrium, ...]:
        """All equilibria, if asked for."""
        return self.model.equilibria() if "eq" in self.layers else ()

    @cached_property
    def separatrices(self) -> tuple[Separatrix, ...]:
        """The curves that do part the fates, if asked for."""
        found = self.model.separatrices(self.reach) if "sep" in self.layers else ()
        return tuple(curve for curve in found if curve.separates)

    @cached_property
    def orbits(self) -> tuple[SingularOrbit, ...]:
        """The singular orbit of each run, if asked for."""
        return tuple(self.model.singular_orbit(run.a0, run.R0) for run in self.runs if "orbit" in self.layers)

    @cached_property
    def pasts(self) -> tuple[BackwardOrbit, ...]:
        """Where each added point comes from, if asked for."""
        added = self.runs[len(self.runs) - self.added :] if "past" in self.layers else ()
        return tuple(self.model.backward_orbit(run.a0, run.R0, max(self.reach, abs(run.a0))) for run in added)

    @cached_property
    def basins(self) -> PhaseMap | None:
        """The fates of starts all over the window, if asked for."""
        if "fates" not in self.layers:
            return None
        model, (R, a) = self.model, self.ground
        with Threads() as threads:
            return phase_map(model.c, model.c_star, model.eps, ("R0", *R), ("a0", *a), BASINS, executor=threads)

    @cached_property
    def nullcline(self) -> figures.Curve | None:
        """The slow nullcline over the window, if asked for."""
        return figures.nullcline_of(self.model, self.ground[0]) if "null" in self.layers else None

    @cached_property
    def landscape(self) -> figures.Landscape | None:
        """The loss over the window, if asked for."""
        return figures.landscape_of(self.model, *self.ground) if "loss" in self.layers else None

    def explanation(self, run: Trajectory) -> Explanation:
        """Why a run has its fate; without claims where its numbers contradict each other."""
        if doubt(run):
            return Explanation(Fate.UNDECIDED, ())
        return self.model.explain(run.a0, run.R0, run, self.thresholds[run.R0])

    @cached_property
    def thresholds(self) -> dict[float, np.ndarray]:
        """The thresholds in a0 at each R0 that a run starts from."""
        return {R0: self.model.thresholds(R0, self.bracket) for R0 in sorted({run.R0 for run in self.runs})}


def run_name(state: UnlearningState, index: int) -> str:
    """What a run is called: by its ā, or by both coordinates where it was clicked."""
    R0, a0 = state.starts[index]
    return (
        f"({format_number(R0, 3)}, {format_number(a0, 3)})" if index >= len(state.a) else f"ā = {format_number(a0, 6)}"
    )
