"""Comparison of networks with the law of their width along a whole run, and the expected error.

The mean over the runs is compared with the exact law of the width; the error bound is three standard errors plus C_1/m
and C_2 d/B. In the metric of the plane, a is replaced by a / max(1, |a|); for the overlap Q only Q - R^2 is compared,
because the rest is the difference of R. If the runs separate, so that none is near their mean, the mean is nan.

The law is that of vanishing noise. `noise` estimates how far the noise of descent changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from components.core.network_groups import has_representative_mean
from components.core.view import Columns
from components.views.lab.state import LabState
from components.views.lab.training_history import NAMES, TrainingHistory
from dynamics import FiniteWidthTrajectory
from dynamics.planar.finite_width.finite_size import FiniteSizeCorrections, NoiseEstimate, noise_estimate

OF_WIDTH, OF_SAMPLING = 1.0, 0.5  # C_1 and C_2, the constants of the tests of the core
ERRORS = 3.0  # standard errors of the mean
SHIFT_R, SHIFT_A = 0.02, 0.05  # of R and of a / max(1, |a|); a larger shift counts as an effect of noise
SAMPLES, RTOL = 400, 1e-8  # of the law without noise


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

    def farthest(self, name: str) -> np.ndarray:
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
    def shift(self) -> np.ndarray:
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
def noise(state: LabState) -> Noise | None:
    """Return the noise of descent of a state; None if there is none or no network is possible."""
    try:
        problem = state.problem
    except ValueError:
        return None
    unstable = problem.step is not None and problem.step > problem.stable(state.a**2)
    if state.mode != "fresh" or unstable:
        return None
    law = state.model.finite_width(state.m).trajectory(state.a, 0.0, state.tau, SAMPLES, rtol=RTOL)
    theory = expected(state)

    def step(tau: float, a: float, loss: float) -> float:
        if problem.step is not None:
            return problem.step
        return problem.adaptive_step(tau, abs(a), a * a, 2.0 * loss + state.noise**2)

    def kappa(tau: float, a: float, loss: float) -> float:
        return theory.kappa(step(tau, a, loss))

    estimate = noise_estimate(state.model, state.m, state.a, law.tau, kappa, state.noise)
    return Noise(estimate, law, step(float(law.tau[-1]), float(law.a[-1]), float(law.loss[-1])))


def compare_with_law(state: LabState, history: TrainingHistory, law: FiniteWidthTrajectory) -> LawComparison:
    """Compare a history with the law, interpolated between its times, and nan beyond its integration."""
    at = {name: np.interp(history.tau, law.tau, getattr(law, name), right=np.nan) for name in NAMES}
    mean = _off_target({name: history.representative_mean(name) for name in NAMES})
    size = np.maximum(1.0, np.abs(at["a"]))
    deviation = _differences(mean, _off_target(at), size)
    references = {mode: _differences(mean, _off_target(other), size) for mode, other in history.references.items()}
    if state.mode == "fresh" and state.start == "orthonormal":
        noise = expected(state).error_bound(OF_WIDTH, OF_SAMPLING)
        chance = {name: ERRORS * history.standard_error(name) for name in NAMES}
        error_bound = {name: each / (size if name == "a" else 1.0) + noise for name, each in chance.items()}
    else:
        error_bound = {name: np.full(len(history.tau), np.nan) for name in NAMES}
    return LawComparison(history, at, deviation, error_bound, references)


def _off_target(columns: Columns) -> Columns:
    return {**columns, "Q": columns["Q"] - columns["R"] ** 2}


def _differences(first: Columns, second: Columns, size: np.ndarray) -> Columns:
    return {name: (first[name] - second[name]) / (size if name == "a" else 1.0) for name in NAMES}


def expected(state: LabState) -> FiniteSizeCorrections:
    """Return the finite-size corrections of this network."""
    return FiniteSizeCorrections(state.model, state.m, state.d, state.batch)


def noise_induced_overlap(state: LabState, tau: np.ndarray) -> np.ndarray:
    """Return the estimated contribution of noise to Q - R^2 at times (n,); nan without noise."""
    noise_ = noise(state)
    if noise_ is None or noise_.estimate is None:
        return np.full(len(tau), np.nan)
    law, estimate_ = noise_.law, noise_.estimate
    return np.interp(tau, law.tau, (estimate_.Q - estimate_.R**2) - (law.Q - law.R**2))


def columns(comparison: LawComparison) -> Columns:
    """Return the columns of the networks: each run, the means, the range; the deviations from the law and their bound;
    single neurons; other ways to learn.
    """
    history = comparison.history
    columns_by_name: dict[str, np.ndarray] = {"tau": history.tau, **history.single}
    law = _off_target(comparison.law)
    size = np.maximum(1.0, np.abs(law["a"]))
    for run_number in range(history.seeds["R"].shape[1] if history.seeds["R"].shape[1] > 1 else 0):
        run = {name: each[:, run_number] for name, each in history.seeds.items()}
        apart = _differences(_off_target(run), law, size)
        columns_by_name |= {f"{name}_run{run_number}": values for name, values in run.items()}
        columns_by_name |= {f"{name}_run{run_number}_off": values for name, values in apart.items()}
    for name in NAMES:
        each = history.seeds[name]
        columns_by_name |= {
            name: history.representative_mean(name),
            f"{name}_low": each.min(axis=1),
            f"{name}_high": each.max(axis=1),
        }
        columns_by_name |= {f"{name}_off": comparison.deviation[name], f"{name}_off_low": -comparison.error_bound[name]}
        columns_by_name |= {f"{name}_off_high": comparison.error_bound[name]}
        for mode, deviation in comparison.references.items():
            columns_by_name |= {f"{name}_{mode}": history.references[mode][name]}
            columns_by_name |= {f"{name}_{mode}_off": comparison.deviation[name] - deviation[name]}
    return columns_by_name


def law_columns(state: LabState, law: FiniteWidthTrajectory) -> Columns:
    """Return the law of the width, and the difference in the overlap that theory predicts."""
    overlap = noise_induced_overlap(state, law.tau)
    return {"tau": law.tau, **{name: getattr(law, name) for name in NAMES}, "Q_off": overlap}


def planar_columns(law: FiniteWidthTrajectory, R: np.ndarray, a: np.ndarray, loss: np.ndarray) -> Columns:
    """Return the planar law at the times of the law of the width, and its distance from that."""
    planar: Columns = {"R": R, "a": a, "loss": loss, "Q": R**2}
    wide = _off_target({name: getattr(law, name) for name in NAMES})
    off = _differences(_off_target(planar), wide, np.maximum(1.0, np.abs(law.a)))
    return {"tau": law.tau, **planar, **{f"{name}_off": values for name, values in off.items()}}
