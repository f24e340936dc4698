"""How far networks are from what theory says, along a whole run, and how far theory lets them be.

The mean over runs is held against the exact law of the width: three standard errors, C_1/m and C_2 d/B are allowed. In
the metric of the plane a counts as a / max(1, |a|); of the overlap Q counts what is off the target, Q - R^2: what is
along it is R's difference again. Where runs part, so that none is near their mean, there is no mean: nan.

That law is one of vanishing noise. `noise` says how far the noise of descent leads away from it, by an estimate.
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

OF_WIDTH, OF_SAMPLING = 1.0, 0.5  # C_1 and C_2, as the tests of the core hold them
ERRORS = 3.0  # standard errors of the mean that chance is given
SHIFT_R, SHIFT_A = 0.02, 0.05  # of R and of a / max(1, |a|): from there on the noise changes what the law says
SAMPLES, RTOL = 400, 1e-8  # of the law that the noise is held against


@dataclass(frozen=True, eq=False)
class LawComparison:
    """Of each quantity, along the run: ``off``, the mean over the runs less the law of their width; ``allowed``, how
    far it may be from 0, nan where that is not said; ``beside``, the mean less another way to learn, by its mode.
    ``law``: the law at the times of the course."""

    course: TrainingHistory
    law: Columns
    off: Columns
    allowed: Columns
    beside: dict[str, Columns]

    def largest(self, name: str) -> tuple[float, float, float]:
        """The difference that comes nearest to what is allowed, or exceeds it most: its size, when, what is allowed."""
        size, allowed = np.abs(self.off[name]), self.allowed[name]
        share = size / allowed if np.isfinite(allowed).all() else size
        place = int(np.nanargmax(share)) if np.isfinite(share).any() else 0
        return float(size[place]), float(self.course.tau[place]), float(allowed[place])

    @property
    def together(self) -> bool:
        """Whether the mean over the runs is near one of them throughout, in R and a."""
        return all(bool(has_representative_mean(self.course.seeds[name], axis=1).all()) for name in ("R", "a"))

    def farthest(self, name: str) -> np.ndarray:
        """The largest difference of each run from the law (runs,)."""
        size = np.maximum(1.0, np.abs(self.law["a"])) if name == "a" else np.ones(len(self.course.tau))
        apart = np.abs(self.course.seeds[name] - self.law[name][:, None]) / size[:, None]
        return np.asarray(np.max(np.where(np.isfinite(apart), apart, 0.0), axis=0))


@dataclass(frozen=True, eq=False)
class Noise:
    """What the noise of descent does. estimate: the course with it, None where it could not be found; law: that of the
    width without it, at the same times; step: its last one, dtau."""

    estimate: NoiseEstimate | None
    law: FiniteWidthTrajectory
    step: float

    @cached_property
    def shift(self) -> np.ndarray:
        """By how much it moves R or a / max(1, |a|), in units of `SHIFT_R` and `SHIFT_A` (n,): the larger of the two;
        infinite where there is no estimate."""
        found, law = self.estimate, self.law
        if found is None:
            return np.full(len(law.tau), np.inf)
        a = np.abs(found.a - law.a) / np.maximum(1.0, np.abs(law.a))
        return np.asarray(np.maximum(np.abs(found.R - law.R) / SHIFT_R, a / SHIFT_A))

    @property
    def largest(self) -> int:
        """The place of the largest shift: the end, if that has nine tenths of it."""
        return len(self.shift) - 1 if self.shift[-1] > 0.9 * self.shift.max() else int(self.shift.argmax())

    @property
    def changes(self) -> bool:
        """Whether networks are not expected to follow the law of vanishing noise."""
        return bool(self.shift.max() > 1.0)


@lru_cache(maxsize=128)
def noise(state: LabState) -> Noise | None:
    """The noise of descent of a state; None where it has none, and where no network is possible."""
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

    found = noise_estimate(state.model, state.m, state.a, law.tau, kappa, state.noise)
    return Noise(found, law, step(float(law.tau[-1]), float(law.a[-1]), float(law.loss[-1])))


def compare_with_law(state: LabState, course: TrainingHistory, law: FiniteWidthTrajectory) -> LawComparison:
    """What a course differs by; the law is taken between its own times, and is nan where its integration has not
    come."""
    at = {name: np.interp(course.tau, law.tau, getattr(law, name), right=np.nan) for name in NAMES}
    mean = _off_target({name: course.drawn(name) for name in NAMES})
    size = np.maximum(1.0, np.abs(at["a"]))
    off = _differences(mean, _off_target(at), size)
    beside = {mode: _differences(mean, _off_target(other), size) for mode, other in course.beside.items()}
    if state.mode == "fresh" and state.start == "orthonormal":
        noise = expected(state).error_bound(OF_WIDTH, OF_SAMPLING)
        chance = {name: ERRORS * course.standard_error(name) for name in NAMES}
        allowed = {name: each / (size if name == "a" else 1.0) + noise for name, each in chance.items()}
    else:
        allowed = {name: np.full(len(course.tau), np.nan) for name in NAMES}
    return LawComparison(course, at, off, allowed, beside)


def _off_target(columns: Columns) -> Columns:
    return {**columns, "Q": columns["Q"] - columns["R"] ** 2}


def _differences(one: Columns, other: Columns, size: np.ndarray) -> Columns:
    return {name: (one[name] - other[name]) / (size if name == "a" else 1.0) for name in NAMES}


def expected(state: LabState) -> FiniteSizeCorrections:
    """What theory says of this network."""
    return FiniteSizeCorrections(state.model, state.m, state.d, state.batch)


def noise_induced_overlap(state: LabState, tau: np.ndarray) -> np.ndarray:
    """What the noise of descent should add to the overlap Q off the target, Q - R^2, at times (n,), by the estimate;
    nan for what has no noise."""
    found = noise(state)
    if found is None or found.estimate is None:
        return np.full(len(tau), np.nan)
    law, other = found.law, found.estimate
    return np.interp(tau, law.tau, (other.Q - other.R**2) - (law.Q - law.R**2))


def columns(found: LawComparison) -> Columns:
    """All that is drawn of the networks: each run, means over the runs where one is near, the least and the largest of
    them; the differences from the law, and what is allowed; single neurons; the other ways to learn."""
    course = found.course
    made: dict[str, np.ndarray] = {"tau": course.tau, **course.single}
    law = _off_target(found.law)
    size = np.maximum(1.0, np.abs(law["a"]))
    for place in range(course.seeds["R"].shape[1] if course.seeds["R"].shape[1] > 1 else 0):
        run = {name: each[:, place] for name, each in course.seeds.items()}
        apart = _differences(_off_target(run), law, size)
        made |= {f"{name}_run{place}": values for name, values in run.items()}
        made |= {f"{name}_run{place}_off": values for name, values in apart.items()}
    for name in NAMES:
        each = course.seeds[name]
        made |= {name: course.drawn(name), f"{name}_low": each.min(axis=1), f"{name}_high": each.max(axis=1)}
        made |= {f"{name}_off": found.off[name], f"{name}_off_low": -found.allowed[name]}
        made |= {f"{name}_off_high": found.allowed[name]}
        for mode, off in found.beside.items():
            made |= {f"{name}_{mode}": course.beside[mode][name]}
            made |= {f"{name}_{mode}_off": found.off[name] - off[name]}  # of that way from the law
    return made


def law_columns(state: LabState, law: FiniteWidthTrajectory) -> Columns:
    """The law of the width, and the difference in the overlap that theory expects."""
    added = noise_induced_overlap(state, law.tau)
    return {"tau": law.tau, **{name: getattr(law, name) for name in NAMES}, "Q_off": added}


def planar_columns(law: FiniteWidthTrajectory, R: np.ndarray, a: np.ndarray, loss: np.ndarray) -> Columns:
    """The planar law at the times of the law of the width, and how far it is from that."""
    planar: Columns = {"R": R, "a": a, "loss": loss, "Q": R**2}
    wide = _off_target({name: getattr(law, name) for name in NAMES})
    off = _differences(_off_target(planar), wide, np.maximum(1.0, np.abs(law.a)))
    return {"tau": law.tau, **planar, **{f"{name}_off": values for name, values in off.items()}}
