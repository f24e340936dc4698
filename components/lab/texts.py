"""What view 5 says: where the law of this width leads, what theory expects to differ, and what was measured."""

from __future__ import annotations

import numpy as np

from components.lab.state import LabState
from components.numbers import shown
from components.theme import FATES
from components.unlearning.figures import Run
from dynamics import FiniteWidthTrajectory
from dynamics.unlearning.differences import ExpectedDifferences
from dynamics.unlearning.training import SingleIndexTraining, TrainingRecord

HEAVY = 50.0  # kurtosis of an activation from which batches miss what matters


def law(state: LabState, wide: FiniteWidthTrajectory, plan: Run) -> str:
    """What the laws say of the run."""
    size = np.abs(wide.R)
    peak = int(np.argmax(size))
    lost = 100 * (1 - size[-1] / size[peak]) if size[peak] > 0 else 0.0
    course = (
        f"|R| rises to {shown(float(size[peak]), 3)} at τ = {shown(float(wide.tau[peak]), 3)} and is "
        f"{shown(float(size[-1]), 3)} at τ = {shown(state.tau, 3)}: {shown(lost, 2)} % of the peak is lost"
        if lost > 1
        else f"|R| is {shown(float(size[-1]), 3)} at τ = {shown(state.tau, 3)}, its largest value"
    )
    return (
        f"{plan.name}: at infinite width {FATES[plan.limit.fate].word}. At m = {state.m}, by the exact law, {course}."
    )


def expected(state: LabState) -> list[str]:
    """What theory says should differ between networks and the laws."""
    said = []
    if state.first == "orthonormal" and state.start == "sphere":
        said.append(f"m = {state.m} neurons are not orthonormal in d = {state.d}: the first layer starts at random.")
    found = ExpectedDifferences(state.model, state.m, state.d, state.batch)
    said.append(
        f"Theory: finite width changes things by terms of order U(1)/m = {shown(found.square / state.m, 2)}, which the "
        f"law of this width has exactly; batches add noise of relative order d/B = {shown(found.sampling, 2)}."
    )
    if found.kurtosis > HEAVY:
        said.append(
            f"The activation is heavy-tailed, E σ⁴/(E σ²)² = {shown(found.kurtosis, 2)}: batches of {state.batch} miss "
            "the rare samples that matter, and networks may differ by more."
        )
    return said


def measured(state: LabState, training: SingleIndexTraining, last: TrainingRecord) -> list[str]:
    """How far the networks have ended from the law of their width, beside what theory allows."""
    said = list(expected(state))
    if last.halted:
        said.insert(0, last.halted)
    law = training.law
    place = int(np.argmin(np.abs(law.tau - last.tau)))
    found = ExpectedDifferences(state.model, state.m, state.d, state.batch)
    off = abs(last.R - float(law.R[place]))
    spread = f" ± {shown(last.R_spread, 2)} between runs" if state.runs > 1 else ""
    said.insert(
        0,
        f"Measured at τ = {shown(last.tau, 3)}: R = {shown(last.R, 3)}{spread}, the law of this width says "
        f"{shown(float(law.R[place]), 3)}: {shown(off, 2)} apart, where 1/m + d/B = {shown(found.allowance(), 2)}. "
        f"a = {shown(last.a, 4)}, law {shown(float(law.a[place]), 4)}.",
    )
    return said


def status(state: LabState, last: TrainingRecord) -> str:
    """How it was computed."""
    how = {"fresh": "gradient descent on fresh batches", "population": "population gradient", "recursion": "recursion"}
    seen = f" · {last.samples:,} samples" if last.samples else ""
    return f"{how[state.mode]} · {state.runs} runs · {last.steps:,} steps{seen}"


def plane(state: LabState) -> str:
    """The plane for a screen reader."""
    return (
        f"R–a plane from R = 0, a = {shown(state.a, 3)}: the critical manifold, the planar law, the exact law of "
        f"{state.m} neurons, and the mean of {state.runs} networks as they learn."
    )


def panels(state: LabState) -> str:
    """The panels for a screen reader."""
    return (
        f"R, a, loss and the neurons' overlap Q over time, to τ = {shown(state.tau, 3)}: laws as lines, networks as a "
        "band."
    )
