"""A network that learns a single-index target, before it is trained: its training, its laws, other ways to learn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from numpy.typing import ArrayLike

from dynamics.planar.finite_width.finite_size import FiniteSizeCorrections
from dynamics.planar.finite_width.model import FiniteWidthTrajectory
from dynamics.planar.model import UnlearningModel
from dynamics.planar.trajectories.trajectory import Trajectory
from dynamics.simulation.sgd import WORK_MAX, Start, TrainingSetup
from dynamics.simulation.single_index import (
    Mode,
    SingleIndexTraining,
    expected_steps,
    train_single_index,
    training_setup,
)

RECORDS = 160
LAW_SAMPLES, LAW_RTOL = 400, 1e-8
MAX_FLOW_WIDTH = 40  # neurons of the population gradient that is integrated for comparison: a few seconds
MAX_REFERENCE_WORK = 5e11  # multiply-adds of networks trained for comparison: about fifteen seconds


@dataclass(frozen=True)
class SingleIndexProblem:
    """Hold the arguments of ``train_single_index``, unchecked: laws exist also where no network is possible.

    Attributes
    ----------
    model : UnlearningModel
        The planar model, the limit of wide networks.
    m, d, batch : int
        Neurons, dimensions of the input, samples of a step.
    gamma : float or None
        Learning rate; None adapts the step.
    a0, R0 : float
        Start.
    tau_end : float
        Last time.
    noise : float
        Standard deviation of the labels' noise.
    seeds : tuple of int
        The seed of each run.
    mode : {"fresh", "population", "recursion"}
        How the network learns.
    start : {"sphere", "orthonormal"}
        First layer at the start.
    n : int
        Number of log-spaced records.
    """

    model: UnlearningModel
    m: int
    d: int
    batch: int
    gamma: float | None
    a0: float
    tau_end: float
    noise: float = 0.0
    seeds: tuple[int, ...] = (0,)
    mode: Mode = "fresh"
    start: Start = "orthonormal"
    R0: float = 0.0
    n: int = RECORDS

    @classmethod
    def of_training(cls, training: SingleIndexTraining) -> SingleIndexProblem:
        """Return the arguments of a training."""
        model, setup = training.model, training.problem
        gamma = None if setup.step is None else setup.step * setup.m * model.eps
        return cls(
            model, setup.m, setup.d, setup.batch, gamma, training.a0, float(training.tau[-1]), setup.noise,
            training.seeds, training.mode, training.start, training.R0, len(training.tau),
        )  # fmt: skip

    @property
    def setup(self) -> TrainingSetup:
        """What each network learns, and from what (TrainingSetup). Raises ValueError if it is impossible."""
        return training_setup(self.model, self.m, self.d, self.batch, self.gamma, self.noise)

    @property
    def work(self) -> float:
        """About the multiply-adds of the networks (float). Raises ValueError if they are impossible."""
        return self._descent if self.mode == "fresh" else 0.0

    @property
    def _descent(self) -> float:
        setup = self.setup
        return expected_steps(self.model, setup, self.a0, self.R0, self.tau_end) * setup.work * len(self.seeds)

    @cached_property
    def law(self) -> FiniteWidthTrajectory:
        """Exact law of this width from the symmetric start, for vanishing noise (FiniteWidthTrajectory)."""
        network = self.model.finite_width(self.m)
        return network.trajectory(self.a0, self.R0, self.tau_end, LAW_SAMPLES, rtol=LAW_RTOL)

    def law_at(self, tau: ArrayLike) -> FiniteWidthTrajectory:
        """Return the exact law of this width at these times."""
        return self.model.finite_width(self.m).trajectory(self.a0, self.R0, self.tau_end, tau=tau, rtol=LAW_RTOL)

    def planar_law_at(self, tau: ArrayLike) -> Trajectory:
        """Return the planar law at these times."""
        return self.model.trajectory(self.a0, self.R0, tau=tau, rtol=LAW_RTOL)

    @property
    def corrections(self) -> FiniteSizeCorrections:
        """What theory expects networks to differ from the laws by (FiniteSizeCorrections)."""
        return FiniteSizeCorrections(self.model, self.m, self.d, self.batch)

    def training(self, max_work: float = WORK_MAX) -> SingleIndexTraining:
        """Return the runs before their first step. Raises ValueError with a sentence if they are impossible."""
        return self._training(self.mode, max_work)

    def references(self, training: SingleIndexTraining) -> dict[str, SingleIndexTraining]:
        """Return other ways to learn at the times of these runs, by mode, if they cost little.

        They are the discrete recursion, the population gradient (from the symmetric start it is the law of the width,
        which is shown anyway), and descent.
        """
        modes: list[Mode] = ["recursion"]
        if self.start != "orthonormal" and self.m <= MAX_FLOW_WIDTH:
            modes.append("population")
        if self.mode != "fresh" and self._descent <= MAX_REFERENCE_WORK:
            modes.append("fresh")
        return {mode: self._training(mode, WORK_MAX, training.tau) for mode in modes if mode != self.mode}

    def _training(self, mode: Mode, max_work: float, tau: ArrayLike | None = None) -> SingleIndexTraining:
        model = self.model
        return train_single_index(
            self.m, self.d, self.batch, self.gamma, model.c, model.c_star, self.a0, self.tau_end, self.noise,
            self.seeds, mode=mode, eps=model.eps, R0=self.R0, start=self.start, n=self.n, tau=tau, most=max_work,
        )  # fmt: skip
