"""What view 5 says: where the law of this width leads, what theory expects to differ, and what was measured."""

from __future__ import annotations

import numpy as np

from components.lab.course import Course
from components.lab.figures import MODES
from components.lab.measured import Measured, noise_overlap
from components.lab.records import Record
from components.lab.state import LabState
from components.numbers import about, counted, shown
from components.theme import FATES
from components.unlearning.figures import Run
from dynamics import FiniteWidthTrajectory
from dynamics.unlearning.differences import ExpectedDifferences

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


def measured(state: LabState, found: Measured) -> list[str]:
    """How far the networks are from the law of their width along the run, beside what theory allows; how far from other
    ways to learn."""
    course = found.course
    R, a, tau = (values[-1] for values in (course.mean("R"), course.mean("a"), course.tau))
    spread = float(course.seeds["R"][-1].std(ddof=1)) if course.seeds["R"].shape[1] > 1 else 0.0
    between = f" ± {shown(spread, 2)} between runs" if spread > 0 else ""
    said = [course.halted] if course.halted else []
    said.append(
        f"Measured at τ = {shown(float(tau), 3)}: R = {shown(float(R), 3)}{between}, the law of this width says "
        f"{shown(float(found.law['R'][-1]), 3)}; a = {shown(float(a), 4)}, law {shown(float(found.law['a'][-1]), 4)}."
    )
    said += differences(state, found)
    return [*said, *expected(state)]


def differences(state: LabState, found: Measured) -> list[str]:
    """The largest differences along the run."""
    course = found.course
    said = []
    size, at, allowed = found.largest("R")
    size_a, at_a, allowed_a = found.largest("a")
    if state.mode == "fresh" and state.start == "orthonormal":
        kept = all(bool(np.all(np.abs(found.off[name]) <= found.allowed[name])) for name in ("R", "a"))
        said.append(
            f"Along the whole run 3 standard errors + 1/m + d/(2B) are allowed between networks and law. They come "
            f"nearest to that, in R, at τ = {shown(at, 3)}: {shown(size, 2)} of {shown(allowed, 2)}; in a / max(1, "
            f"|a|), at τ = {shown(at_a, 3)}: {shown(size_a, 2)} of {shown(allowed_a, 2)}. "
            f"{'They are always within.' if kept else 'They are not always within.'}"
        )
    else:
        why = (
            "" if state.start == "orthonormal" else "; that law starts with orthonormal neurons, these start at random"
        )
        said.append(
            f"Along the whole run R is at most {shown(size, 2)} (τ = {shown(at, 3)}) and a / max(1, |a|) at most "
            f"{shown(size_a, 2)} (τ = {shown(at_a, 3)}) apart from the law of this width{why}."
        )
    if state.mode == "fresh":
        added = noise_overlap(state, course.tau, found.law["a"], found.law["loss"])
        if np.isfinite(added[-1]):
            said.append(
                f"The noise of descent should add {shown(float(added[-1]), 2)} to the neurons' overlap off the target, "
                f"Q − R², at the end; measured: {shown(float(found.off['Q'][-1]), 2)}."
            )
    for mode, off in found.beside.items():
        apart = np.abs(off["R"])
        if np.isfinite(apart).any():
            who = {"fresh": "networks", "population": "population gradient", "recursion": "recursion"}[state.mode]
            said.append(f"In R the {who} and the {MODES[mode]} are at most {shown(float(np.nanmax(apart)), 2)} apart.")
    if state.mode != "population" and state.start == "orthonormal":
        said.append("From this start the population gradient is the law of this width.")
    return said


def replay(record: Record) -> str:
    """What a record is."""
    versions = ", ".join(f"{name} {number}" for name, number in record.versions.items())
    return f"Replay of a run of {record.date}, versions {versions}; it took {about(record.seconds)}."


def learning(state: LabState, tau: float, left: str) -> str:
    """How far a run is; how long it will take, if that is known."""
    rest = f"; {left} left" if left else ""
    return f"The networks learn: τ = {shown(tau, 3)} of {shown(state.tau, 3)}{rest}."


def status(state: LabState, course: Course) -> str:
    """How it was computed."""
    how = {"fresh": "gradient descent on fresh batches", "population": "population gradient", "recursion": "recursion"}
    seen = f" · {counted(course.samples, 'sample')}" if course.samples else ""
    return f"{how[state.mode]} · {counted(state.runs, 'run')} · {counted(course.steps, 'step')}{seen}"


def plane(state: LabState) -> str:
    """The plane for a screen reader."""
    return (
        f"R–a plane from R = 0, a = {shown(state.a, 3)}: the critical manifold, the planar law, the exact law of "
        f"{state.m} neurons, the mean of {counted(state.runs, 'learning network')}, and single neurons."
    )


def panels(state: LabState) -> str:
    """The panels for a screen reader."""
    return (
        f"R, a, loss and the neurons' overlap Q over time, to τ = {shown(state.tau, 3)}: laws as lines, networks as a "
        "band; or their differences from the law of this width, over the band allowed for chance, width and batches."
    )
