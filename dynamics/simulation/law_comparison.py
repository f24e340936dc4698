"""Comparison of networks with the law of their width along a whole run, and the expected error.

The mean over the runs is compared with the exact law of the width; the error bound is three standard errors plus C_1/m
and C_2 d/B. In the metric of the plane, a is replaced by a / max(1, |a|); for the overlap Q only Q - R^2 is compared,
because the rest is the difference of R. If the runs separate, so that none is near their mean, the mean is nan.

The law is that of vanishing noise. `noise_of_descent` estimates how far the noise of descent changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from dynamics.planar.finite_width.finite_size import NoiseEstimate, noise_estimate
from dynamics.planar.finite_width.model import FiniteWidthTrajectory
from dynamics.simulation.run_groups import has_representative_mean
from dynamics.simulation.single_index_problem import SingleIndexProblem
from dynamics.simulation.training_history import NAMES, Columns, TrainingHistory
from dynamics.typing import FloatArray

OF_WIDTH, OF_SAMPLING = 1.0, 0.5  # C_1 and C_2, the constants of the tests of the core
ERRORS = 3.0  # standard errors of the mean
SHIFT_R, SHIFT_A = 0.02, 0.05  # of R and of a / max(1, |a|); a larger shift counts as an effect of noise


@dataclass(frozen=True, eq=False)
class LawComparison:
    """Differences of each quantity along the run.

    ``deviation``: the mean over the runs minus the law of their width; ``error_bound``: its bound, nan if there is
    none; ``references``: the mean minus another way to learn, by mode; ``law``: the law at the times of the history.
    """

    history: TrainingHistory
    law: Columns
    deviation: Columns
    error_bound: Columns
    references: dict[str, Columns]

    def largest(self, name: str) -> tuple[float, float, float]:
        """Return the difference that is largest relative to its bound: its size, its time, the bound."""
        size, error_bound = np.abs(self.deviation[name]), self.error_bound[name]
        ratio = size / error_bound if np.isfinite(error_bound).all() else size
        index = int(np.nanargmax(ratio)) if np.isfinite(ratio).any() else 0
        return float(size[index]), float(self.history.tau[index]), float(error_bound[index])

    @property
    def together(self) -> bool:
        """Whether the mean over the runs is near one of them throughout, in R and a."""
        return all(bool(has_representative_mean(self.history.seeds[name], axis=1).all()) for name in ("R", "a"))

    def farthest(self, name: str) -> FloatArray:
        """Return the largest difference of each run from the law (runs,)."""
        size = np.maximum(1.0, np.abs(self.law["a"])) if name == "a" else np.ones(len(self.history.tau))
        apart = np.abs(self.history.seeds[name] - self.law[name][:, None]) / size[:, None]
        return np.asarray(np.max(np.where(np.isfinite(apart), apart, 0.0), axis=0))


@dataclass(frozen=True, eq=False)
class Noise:
    """The effect of the noise of descent.

    estimate: the trajectory with noise, None if it could not be computed; law: that of the width without noise, at the
    same times; step: the last step, dtau.
    """

    estimate: NoiseEstimate | None
    law: FiniteWidthTrajectory
    step: float

    @cached_property
    def shift(self) -> FloatArray:
        """The shift of R or a / max(1, |a|), in units of `SHIFT_R` and `SHIFT_A` (n,), the larger of the two; infinite
        without an estimate.
        """
        estimate, law = self.estimate, self.law
        if estimate is None:
            return np.full(len(law.tau), np.inf)
        a = np.abs(estimate.a - law.a) / np.maximum(1.0, np.abs(law.a))
        return np.asarray(np.maximum(np.abs(estimate.R - law.R) / SHIFT_R, a / SHIFT_A))

    @property
    def largest(self) -> int:
        """Index of the largest shift: the end, if its shift is at least nine tenths of it."""
        return len(self.shift) - 1 if self.shift[-1] > 0.9 * self.shift.max() else int(self.shift.argmax())

    @property
    def changes(self) -> bool:
        """Whether networks are not expected to follow the law of vanishing noise."""
        return bool(self.shift.max() > 1.0)


@lru_cache(maxsize=128)
def noise_of_descent(problem: SingleIndexProblem) -> Noise | None:
    """Return the noise of descent; None if there is none, if no network is possible, or without an estimate for the
    problem: those are from R = 0 and for equal time scales of the layers.
    """
    try:
        setup = problem.setup
    except ValueError:
        return None
    unstable = setup.step is not None and setup.step > setup.stable(problem.a0**2)
    if problem.mode != "fresh" or unstable or problem.R0 != 0.0 or problem.model.eps != 1.0:
        return None
    law, corrections = problem.law, problem.corrections

    def step(tau: float, a: float, loss: float) -> float:
        if setup.step is not None:
            return setup.step
        return setup.adaptive_step(tau, abs(a), a * a, 2.0 * loss + problem.noise**2)

    def kappa(tau: float, a: float, loss: float) -> float:
        return corrections.kappa(step(tau, a, loss))

    estimate = noise_estimate(problem.model, problem.m, problem.a0, law.tau, kappa, problem.noise)
    return Noise(estimate, law, step(float(law.tau[-1]), float(law.a[-1]), float(law.loss[-1])))


def compare_with_law(
    problem: SingleIndexProblem, history: TrainingHistory, law: FiniteWidthTrajectory
) -> LawComparison:
    """Compare a history with the law, interpolated between its times, and nan beyond its integration."""
    at = {name: np.interp(history.tau, law.tau, getattr(law, name), right=np.nan) for name in NAMES}
    mean = off_target({name: history.representative_mean(name) for name in NAMES})
    size = np.maximum(1.0, np.abs(at["a"]))
    deviation = differences(mean, off_target(at), size)
    references = {mode: differences(mean, off_target(other), size) for mode, other in history.references.items()}
    if problem.mode == "fresh" and problem.start == "orthonormal":
        noise = problem.corrections.error_bound(OF_WIDTH, OF_SAMPLING)
        chance = {name: ERRORS * history.standard_error(name) for name in NAMES}
        error_bound = {name: each / (size if name == "a" else 1.0) + noise for name, each in chance.items()}
    else:
        error_bound = {name: np.full(len(history.tau), np.nan) for name in NAMES}
    return LawComparison(history, at, deviation, error_bound, references)


def off_target(columns: Columns) -> Columns:
    """Return columns with Q - R^2 in place of Q."""
    return {**columns, "Q": columns["Q"] - columns["R"] ** 2}


def differences(first: Columns, second: Columns, size: FloatArray) -> Columns:
    """Return the differences of columns, those of a relative to this size."""
    return {name: (first[name] - second[name]) / (size if name == "a" else 1.0) for name in NAMES}


def noise_induced_overlap(problem: SingleIndexProblem, tau: FloatArray) -> FloatArray:
    """Return the estimated contribution of noise to Q - R^2 at times (n,); nan without noise."""
    noise = noise_of_descent(problem)
    if noise is None or noise.estimate is None:
        return np.full(len(tau), np.nan)
    law, estimate = noise.law, noise.estimate
    return np.interp(tau, law.tau, (estimate.Q - estimate.R**2) - (law.Q - law.R**2))
