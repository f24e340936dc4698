"""What view 5 says: where the law of this width leads, what theory expects to differ, and what was measured."""

from __future__ import annotations

import numpy as np

from components.core.formatting import format_duration, format_number, pluralize
from components.core.network_groups import NEAR, each, groups
from components.ui.theme import FATES
from components.views.lab.figures import MODES
from components.views.lab.law_comparison import LawComparison, noise
from components.views.lab.law_comparison import expected as theory
from components.views.lab.records import Record
from components.views.lab.state import LabState
from components.views.lab.training_history import TrainingHistory
from components.views.unlearning.figures import Run
from dynamics import FiniteWidthTrajectory

HEAVY = 50.0  # kurtosis of an activation from which batches miss what matters
CONVENTION = (
    "c and c* are coefficients of the probabilists' Hermite polynomials Heₖ, with E Heₖ² = k!; neither has a constant "
    "term."
)
QUIET = "for vanishing noise (large batches, no label noise)"


def law(state: LabState, wide: FiniteWidthTrajectory, plan: Run) -> str:
    """What the laws say of the run, and first whether noise leads networks elsewhere."""
    still = at_rest(state)
    if still:
        return f"From {plan.name}, {QUIET}: {FATES[plan.limit.fate].word}. {still}"
    size = np.abs(wide.R)
    peak = int(np.argmax(size))
    lost = 100 * (1 - size[-1] / size[peak]) if size[peak] > 0 else 0.0
    course = (
        f"|R| rises to {format_number(float(size[peak]), 3)} at τ = {format_number(float(wide.tau[peak]), 3)} and is "
        f"{format_number(float(size[-1]), 3)} at τ = {format_number(state.tau, 3)}: {format_number(lost, 2)} % of "
        "the peak is lost"
        if lost > 1
        else f"|R| is {format_number(float(size[-1]), 3)} at τ = {format_number(state.tau, 3)}, "
        "its largest value to within 1 %"
    )
    said = f"From {plan.name}, {QUIET}: {FATES[plan.limit.fate].word} at infinite width; at m = {state.m} {course}."
    return " ".join(one for one in (shaken(state), said) if one)


def at_rest(state: LabState) -> str:
    """Why R does not leave 0 in the law; empty where it does."""
    model = state.model
    if not any(state.c):
        return "All cₖ are 0: the network puts out 0 and does not learn."
    if state.a == 0:
        return (
            "ā = 0 is at rest together with R = 0: both gradients vanish there; only batches can move a network away."
        )
    if model.A[0] != 0:
        return ""
    shared = next((k for k, one in enumerate(model.A, start=1) if one != 0), None)
    if not any(state.c_star):
        why = "The target is 0, so there is no direction to align with"
    elif shared is None:
        why = "Activation and target share no degree, so there is nothing to align with"
    else:
        missing = "target" if state.c_star[0] == 0 else "activation"
        exponent = f" (information exponent {shared})" if missing == "target" else ""
        why = (
            f"The {missing} has no degree 1: the first degree that both have is {shared}{exponent}, whose pull "
            "vanishes at R = 0, so R never leaves 0 in the law. A real network can leave it: from random directions, "
            "with Rᵢ of the order of 1/√d, or by the noise of descent"
        )
    return f"{why}."


def shaken(state: LabState) -> str:
    """Where noise makes a difference, a sentence that says so."""
    found = noise(state)
    if found is None or not found.changes:
        return ""
    what = f"batches of {pluralize(state.batch, 'sample')}" + (
        f" and label noise ς = {format_number(state.noise, 3)}" if state.noise else ""
    )
    if found.estimate is None:
        return (
            f"The noise of descent is too strong for a prediction here ({what}, d = {state.d}): do not expect the law "
            "below of these networks."
        )
    at = found.largest
    R, a, law_R, law_a = (
        format_number(float(one[at]), 3) for one in (found.estimate.R, found.estimate.a, found.law.R, found.law.a)
    )
    return (
        f"The noise of descent makes a difference here ({what}, d = {state.d}): an estimate that contains it has R = "
        f"{R} and a = {a} at τ = {format_number(float(found.law.tau[at]), 3)}, the law for vanishing noise {law_R} "
        f"and {law_a}."
    )


def expected(state: LabState) -> list[str]:
    """What theory says should differ between networks and the laws."""
    said = []
    if state.first == "orthonormal" and state.start == "sphere":
        said.append(f"m = {state.m} neurons are not orthonormal in d = {state.d}: the first layer starts at random.")
    found, shake = theory(state), noise(state)
    linear = state.c[0] != 0
    width = (
        f"Finite width acts on the second layer like a decay of (U(1) − B₁)/m = {format_number(found.decay, 2)} once "
        "R is small"
        if linear
        else f"Finite width changes things by terms of order U(1)/m = {format_number(found.square / state.m, 2)}"
    )
    said.append(f"Theory: {width}; the law of this width contains it exactly.")
    if shake is not None:
        kappa = found.kappa(shake.step)
        strength = f"κ = Δτ (d − 1)/B = {format_number(kappa, 2)} at the end"
        decay = found.noise_decay(shake.step, float(shake.law.loss[-1]), state.noise)
        acts = f" and acts like a further decay of B₁κ(L + ς²/2) = {format_number(decay, 2)}" if linear else ""
        said.append(f"The noise of descent has the strength {strength}{acts}; the law does not contain it.")
    if found.kurtosis > HEAVY and state.mode == "fresh":
        said.append(
            f"The activation is heavy-tailed, E σ⁴/(E σ²)² = {format_number(found.kurtosis, 2)}: batches of "
            f"{state.batch} miss "
            "the rare samples that matter, and networks may differ by more."
        )
    return [*said, CONVENTION]


def measured(state: LabState, found: LawComparison) -> list[str]:
    """How far the networks are from the law of their width along the run, beside what theory allows; how far from other
    ways to learn."""
    course = found.course
    R, a, tau = course.seeds["R"][-1], course.seeds["a"][-1], float(course.tau[-1])
    said = [course.halted] if course.halted else []
    of = f" ({pluralize(len(R), 'run')})" if len(R) > 1 else ""
    said.append(
        f"Measured at τ = {format_number(tau, 3)}{of}: R = {each(R, 3)}; the law of this width, for vanishing noise, "
        "has "
        f"{format_number(float(found.law['R'][-1]), 3)}. a = {each(a, 4)}; the law has "
        f"{format_number(float(found.law['a'][-1]), 4)}."
    )
    said += parted_neurons(state, course)
    said += differences(state, found)
    return [*said, *expected(state)]


def parted_neurons(state: LabState, course: TrainingHistory) -> list[str]:
    """Of each run whose neurons are on both sides of R = 0, or in groups: how many are where."""
    said: list[str] = []
    if not course.neurons:
        return said
    for seed, R, a in zip(state.seeds, course.neurons["R"], course.neurons["a"], strict=True):
        parts = groups(R)
        if len(parts) == 1 and R.min() < -NEAR and R.max() > NEAR:
            parts = [np.sort(R[R < 0]), np.sort(R[R >= 0])]
        if len(parts) < 2:
            continue
        told = []
        for part in sorted(parts, key=len, reverse=True):
            inside = (part[0] <= R) & (part[-1] >= R)
            verb = "has" if len(part) == 1 else "have"
            told.append(f"{len(part)} {verb} R = {_span(part)} and a = {_span(np.sort(a[inside]))}")
        said.append(
            f"The {len(R)} neurons of the run of seed {seed} part, so their mean R = "
            f"{format_number(float(R.mean()), 3)} "
            f"describes none of them well: {'; '.join(told)}."
        )
    return said


def _span(values: np.ndarray) -> str:
    low, high = (format_number(float(one), 3) for one in (values[0], values[-1]))
    return low if low == high else f"{low} to {high}"


def differences(state: LabState, found: LawComparison) -> list[str]:
    """The largest differences along the run."""
    course = found.course
    said = []
    size, at, allowed = found.largest("R")
    size_a, at_a, allowed_a = found.largest("a")
    shake = noise(state)
    held = state.mode == "fresh" and state.start == "orthonormal"
    if held and found.together and shake is not None and not shake.changes:
        kept = all(bool(np.all(np.abs(found.off[name]) <= found.allowed[name])) for name in ("R", "a"))
        agree = "agree within the expected error throughout" if kept else "differ by more than the expected error"
        said.append(
            f"Networks and law {agree}: of the allowed 3 standard errors + 1/m + d/(2B), the gap in R takes the "
            f"largest share at τ = {format_number(at, 3)} ({format_number(size, 2)} of {format_number(allowed, 2)}), "
            "that in a / max(1, |a|) "
            f"at τ = {format_number(at_a, 3)} ({format_number(size_a, 2)} of {format_number(allowed_a, 2)})."
        )
    else:
        why = (
            ""
            if state.start == "orthonormal"
            else "; that law starts with orthonormal neurons, these start in random directions"
        )
        R, a = (each(found.farthest(name), 2) for name in ("R", "a"))
        said.append(
            f"Along the whole run R is at most {R} and a / max(1, |a|) at most {a} away from the law of this "
            f"width{why}."
        )
    if held and shake is not None and shake.estimate is not None:
        off, law = course.seeds["Q"][-1] - course.seeds["R"][-1] ** 2, found.law["Q"][-1] - found.law["R"][-1] ** 2
        inside = float(np.interp(course.tau[-1], shake.law.tau, shake.estimate.Q - shake.estimate.R**2))
        said.append(
            f"The neurons' overlap off the target, Q − R², is {each(off, 2)} at the end; an estimate with the noise of "
            f"descent has {format_number(inside, 2)}, the law {format_number(float(law), 2)}."
        )
    for mode, apart in found.beside.items():
        size_R = np.abs(apart["R"])
        if np.isfinite(size_R).any():
            who = {"fresh": "networks", "population": "population gradient", "recursion": "recursion"}[state.mode]
            part = "" if np.isfinite(size_R).all() else ", where the runs of each agree,"
            said.append(
                f"In R the {who} and the {MODES[mode]}{part} are at most "
                f"{format_number(float(np.nanmax(size_R)), 2)} apart."
            )
    if state.mode != "population" and state.start == "orthonormal":
        said.append("From this start the population gradient is the law of this width.")
    return said


def replay(record: Record) -> str:
    """What a record is."""
    versions = ", ".join(f"{name} {number}" for name, number in record.versions.items())
    return f"Recorded run ({record.date}; {versions}), computed in {format_duration(record.seconds)}."


def learning(state: LabState, tau: float, left: str) -> str:
    """How far a run is; how long it will take, if that is known."""
    rest = f"; {left} left" if left else ""
    return f"The networks are training: τ = {format_number(tau, 3)} of {format_number(state.tau, 3)}{rest}."


def status(state: LabState, course: TrainingHistory) -> str:
    """How it was computed."""
    how = {"fresh": "gradient descent on fresh batches", "population": "population gradient", "recursion": "recursion"}
    seen = f" · {pluralize(course.samples, 'sample')}" if course.samples else ""
    return f"{how[state.mode]} · {pluralize(state.runs, 'run')} · {pluralize(course.steps, 'step')}{seen}"


def plane(state: LabState) -> str:
    """The plane for a screen reader."""
    return (
        f"R–a plane from R = 0, a = {format_number(state.a, 3)}: the critical manifold, the planar law and the exact "
        "law of "
        f"{state.m} neurons, both for vanishing noise, {pluralize(state.runs, 'trained network')}"
        f"{' and their mean where one is near it' if state.runs > 1 else ''}, and single neurons."
    )


def panels(state: LabState) -> str:
    """The panels for a screen reader."""
    return (
        f"R, a, loss and the neurons' overlap Q over time, to τ = {format_number(state.tau, 3)}: laws and networks "
        "as lines, a "
        "band from the least to the largest run; or their differences from the law of this width, over the band "
        "allowed for chance, width and batches."
    )
