"""How far networks are from what theory says, along a whole run, and how far theory lets them be.

The mean over runs is held against the exact law of the width: three standard errors, C_1/m and C_2 d/B are allowed. In
the metric of the plane a counts as a / max(1, |a|); of the overlap Q counts what is off the target, Q - R^2: what is
along it is R's difference again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from components.lab.course import NAMES, Course
from components.lab.state import LabState
from components.view import Columns
from dynamics import FiniteWidthTrajectory
from dynamics.unlearning.differences import ExpectedDifferences
from dynamics.unlearning.training import step_lengths

OF_WIDTH, OF_SAMPLING = 1.0, 0.5  # C_1 and C_2, as the tests of the core hold them
ERRORS = 3.0  # standard errors of the mean that chance is given


@dataclass(frozen=True, eq=False)
class Measured:
    """Of each quantity, along the run: ``off``, the mean over the runs less the law of their width; ``allowed``, how
    far it may be from 0, nan where that is not said; ``beside``, the mean less another way to learn, by its mode.
    ``law``: the law at the times of the course."""

    course: Course
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


def measured(state: LabState, course: Course, law: FiniteWidthTrajectory) -> Measured:
    """What a course differs by; the law is taken between its own times."""
    at = {name: np.interp(course.tau, law.tau, getattr(law, name)) for name in NAMES}
    mean = _off_target({name: course.mean(name) for name in NAMES})
    size = np.maximum(1.0, np.abs(at["a"]))
    off = _differences(mean, _off_target(at), size)
    beside = {mode: _differences(mean, _off_target(other), size) for mode, other in course.beside.items()}
    if state.mode == "fresh" and state.start == "orthonormal":
        noise = expected(state).allowance(OF_WIDTH, OF_SAMPLING)
        chance = {name: ERRORS * course.standard_error(name) for name in NAMES}
        allowed = {name: each / (size if name == "a" else 1.0) + noise for name, each in chance.items()}
    else:
        allowed = {name: np.full(len(course.tau), np.nan) for name in NAMES}
    return Measured(course, at, off, allowed, beside)


def _off_target(columns: Columns) -> Columns:
    return {**columns, "Q": columns["Q"] - columns["R"] ** 2}


def _differences(one: Columns, other: Columns, size: np.ndarray) -> Columns:
    return {name: (one[name] - other[name]) / (size if name == "a" else 1.0) for name in NAMES}


def expected(state: LabState) -> ExpectedDifferences:
    """What theory says of this network."""
    return ExpectedDifferences(state.model, state.m, state.d, state.batch)


def noise_overlap(state: LabState, tau: np.ndarray, a: np.ndarray, loss: np.ndarray) -> np.ndarray:
    """What the noise of descent should add to the overlap Q along the law (n,); nan where it has not come about yet,
    and for what has no noise."""
    if state.mode != "fresh":
        return np.full(len(tau), np.nan)
    theory, step = expected(state), step_lengths(state.problem, 1.0, tau, a, loss)
    added = [theory.noise_overlap(*each, state.noise) for each in zip(step, a, loss, strict=True)]
    pulled = np.square(a * state.model.c[0]) * tau  # the linear term has had time
    return np.where(pulled > 1.0, added, np.nan)


def columns(found: Measured) -> Columns:
    """All that is drawn of the networks: means over the runs, the least and the largest of them; the differences from
    the law, and what is allowed; single neurons; the other ways to learn."""
    course = found.course
    made: dict[str, np.ndarray] = {"tau": course.tau, **course.single}
    for name in NAMES:
        each = course.seeds[name]
        made |= {name: each.mean(axis=1), f"{name}_low": each.min(axis=1), f"{name}_high": each.max(axis=1)}
        made |= {f"{name}_off": found.off[name], f"{name}_off_low": -found.allowed[name]}
        made |= {f"{name}_off_high": found.allowed[name]}
        for mode, off in found.beside.items():
            made |= {f"{name}_{mode}": course.beside[mode][name]}
            made |= {f"{name}_{mode}_off": found.off[name] - off[name]}  # of that way from the law
    return made


def law_columns(state: LabState, law: FiniteWidthTrajectory) -> Columns:
    """The law of the width, and the one difference from it that theory says in advance."""
    added = noise_overlap(state, law.tau, law.a, law.loss)
    return {"tau": law.tau, **{name: getattr(law, name) for name in NAMES}, "Q_off": added}


def planar_columns(law: FiniteWidthTrajectory, R: np.ndarray, a: np.ndarray, loss: np.ndarray) -> Columns:
    """The planar law at the times of the law of the width, and how far it is from that."""
    planar: Columns = {"R": R, "a": a, "loss": loss, "Q": R**2}
    wide = _off_target({name: getattr(law, name) for name in NAMES})
    off = _differences(_off_target(planar), wide, np.maximum(1.0, np.abs(law.a)))
    return {"tau": law.tau, **planar, **{f"{name}_off": values for name, values in off.items()}}
