"""Captions of the Lab: the law of this width, the expected differences, and the measured ones."""

from __future__ import annotations

import numpy as np

from components.core.formatting import format_duration, pluralize
from components.core.network_groups import each
from components.views.lab.records import Record
from components.views.lab.state import LabState
from dynamics import FiniteWidthTrajectory
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar import Run
from dynamics.plotting.style import FATES
from dynamics.plotting.training import MODES
from dynamics.simulation.law_comparison import LawComparison, noise_of_descent
from dynamics.simulation.run_groups import NEAR, groups
from dynamics.simulation.training_history import TrainingHistory

HEAVY_KURTOSIS = 50.0  # of an activation; above it batches miss the rare samples that matter
CONVENTION = (
    "c and c* are coefficients of the probabilists' Hermite polynomials Heₖ, with E Heₖ² = k!; neither has a constant "
    "term."
)
QUIET = "for vanishing noise (large batches, no label noise)"


def law(state: LabState, wide: FiniteWidthTrajectory, plan: Run) -> str:
    """Describe the trajectories of the laws, and first whether noise changes them."""
    reason = rest_reason(state)
    if reason:
        return f"From {plan.name}, {QUIET}: {FATES[plan.limit.fate].word}. {reason}"
    size = np.abs(wide.R)
    peak = int(np.argmax(size))
    lost_percent = 100 * (1 - size[-1] / size[peak]) if size[peak] > 0 else 0.0
    description = (
        f"|R| rises to {format_number(float(size[peak]), 3)} at τ = {format_number(float(wide.tau[peak]), 3)} and is "
        f"{format_number(float(size[-1]), 3)} at τ = {format_number(state.tau, 3)}: {format_number(lost_percent, 2)} "
        "% of "
        "the peak is lost"
        if lost_percent > 1
        else f"|R| is {format_number(float(size[-1]), 3)} at τ = {format_number(state.tau, 3)}, "
        "its largest value to within 1 %"
    )
    sentence = (
        f"From {plan.name}, {QUIET}: {FATES[plan.limit.fate].word} at infinite width; at m = {state.m} {description}."
    )
    return " ".join(one for one in (noise_effect(state), sentence) if one)


def rest_reason(state: LabState) -> str:
    """Return why R stays at 0 in the law; "" if it does not."""
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


def noise_effect(state: LabState) -> str:
    """Describe the effect of the noise of descent; "" if it is negligible."""
    noise_ = noise_of_descent(state.problem)
    if noise_ is None or not noise_.changes:
        return ""
    what = f"batches of {pluralize(state.batch, 'sample')}" + (
        f" and label noise ς = {format_number(state.noise, 3)}" if state.noise else ""
    )
    if noise_.estimate is None:
        return (
            f"The noise of descent is too strong for a prediction here ({what}, d = {state.d}): do not expect the law "
            "below of these networks."
        )
    at = noise_.largest
    R, a, law_R, law_a = (
        format_number(float(one[at]), 3) for one in (noise_.estimate.R, noise_.estimate.a, noise_.law.R, noise_.law.a)
    )
    return (
        f"The noise of descent makes a difference here ({what}, d = {state.d}): an estimate that contains it has R = "
        f"{R} and a = {a} at τ = {format_number(float(noise_.law.tau[at]), 3)}, the law for vanishing noise {law_R} "
        f"and {law_a}."
    )


def expected(state: LabState) -> list[str]:
    """Describe the differences between networks and laws that theory predicts."""
    sentences = []
    if state.first == "orthonormal" and state.start == "sphere":
        sentences.append(
            f"m = {state.m} neurons are not orthonormal in d = {state.d}: the first layer starts at random."
        )
    corrections, shake = state.problem.corrections, noise_of_descent(state.problem)
    linear = state.c[0] != 0
    width = (
        f"Finite width acts on the second layer like a decay of (U(1) − B₁)/m = {format_number(corrections.decay, 2)} "
        "once "
        "R is small"
        if linear
        else f"Finite width changes things by terms of order U(1)/m = {format_number(corrections.square / state.m, 2)}"
    )
    sentences.append(f"Theory: {width}; the law of this width contains it exactly.")
    if shake is not None:
        kappa = corrections.kappa(shake.step)
        strength = f"κ = Δτ (d − 1)/B = {format_number(kappa, 2)} at the end"
        decay = corrections.noise_decay(shake.step, float(shake.law.loss[-1]), state.noise)
        acts = f" and acts like a further decay of B₁κ(L + ς²/2) = {format_number(decay, 2)}" if linear else ""
        sentences.append(f"The noise of descent has the strength {strength}{acts}; the law does not contain it.")
    if corrections.kurtosis > HEAVY_KURTOSIS and state.mode == "fresh":
        sentences.append(
            f"The activation is heavy-tailed, E σ⁴/(E σ²)² = {format_number(corrections.kurtosis, 2)}: batches of "
            f"{state.batch} miss "
            "the rare samples that matter, and networks may differ by more."
        )
    return [*sentences, CONVENTION]


def measured(state: LabState, comparison: LawComparison) -> list[str]:
    """Describe the distance of the networks from the law of their width, compared with the expected error, and from
    other ways to learn.
    """
    history = comparison.history
    R, a, tau = history.seeds["R"][-1], history.seeds["a"][-1], float(history.tau[-1])
    sentences = [history.halted] if history.halted else []
    of = f" ({pluralize(len(R), 'run')})" if len(R) > 1 else ""
    sentences.append(
        f"Measured at τ = {format_number(tau, 3)}{of}: R = {each(R, 3)}; the law of this width, for vanishing noise, "
        "has "
        f"{format_number(float(comparison.law['R'][-1]), 3)}. a = {each(a, 4)}; the law has "
        f"{format_number(float(comparison.law['a'][-1]), 4)}."
    )
    sentences += neuron_groups(state, history)
    sentences += difference_sentences(state, comparison)
    return [*sentences, *expected(state)]


def neuron_groups(state: LabState, history: TrainingHistory) -> list[str]:
    """Describe each run whose neurons are on both sides of R = 0, or in groups."""
    sentences: list[str] = []
    if not history.neurons:
        return sentences
    for seed, R, a in zip(state.seeds, history.neurons["R"], history.neurons["a"], strict=True):
        parts = groups(R)
        if len(parts) == 1 and R.min() < -NEAR and R.max() > NEAR:
            parts = [np.sort(R[R < 0]), np.sort(R[R >= 0])]
        if len(parts) < 2:
            continue
        parts_text = []
        for part in sorted(parts, key=len, reverse=True):
            inside = (part[0] <= R) & (part[-1] >= R)
            verb = "has" if len(part) == 1 else "have"
            parts_text.append(f"{len(part)} {verb} R = {_span(part)} and a = {_span(np.sort(a[inside]))}")
        sentences.append(
            f"The {len(R)} neurons of the run of seed {seed} part, so their mean R = "
            f"{format_number(float(R.mean()), 3)} "
            f"describes none of them well: {'; '.join(parts_text)}."
        )
    return sentences


def _span(values: np.ndarray) -> str:
    low, high = (format_number(float(one), 3) for one in (values[0], values[-1]))
    return low if low == high else f"{low} to {high}"


def difference_sentences(state: LabState, comparison: LawComparison) -> list[str]:
    """Describe the largest differences along the run."""
    history = comparison.history
    sentences = []
    size, at, allowed = comparison.largest("R")
    size_a, at_a, allowed_a = comparison.largest("a")
    shake = noise_of_descent(state.problem)
    has_error_bound = state.mode == "fresh" and state.start == "orthonormal"
    if has_error_bound and comparison.together and shake is not None and not shake.changes:
        within_bound = all(
            bool(np.all(np.abs(comparison.deviation[name]) <= comparison.error_bound[name])) for name in ("R", "a")
        )
        agree = (
            "agree within the expected error throughout" if within_bound else "differ by more than the expected error"
        )
        sentences.append(
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
        R, a = (each(comparison.farthest(name), 2) for name in ("R", "a"))
        sentences.append(
            f"Along the whole run R is at most {R} and a / max(1, |a|) at most {a} away from the law of this "
            f"width{why}."
        )
    if has_error_bound and shake is not None and shake.estimate is not None:
        overlap, law = (
            history.seeds["Q"][-1] - history.seeds["R"][-1] ** 2,
            comparison.law["Q"][-1] - comparison.law["R"][-1] ** 2,
        )
        inside = float(np.interp(history.tau[-1], shake.law.tau, shake.estimate.Q - shake.estimate.R**2))
        sentences.append(
            f"The neurons' overlap off the target, Q − R², is {each(overlap, 2)} at the end; an estimate with the "
            "noise of "
            f"descent has {format_number(inside, 2)}, the law {format_number(float(law), 2)}."
        )
    for mode, apart in comparison.references.items():
        size_R = np.abs(apart["R"])
        if np.isfinite(size_R).any():
            name = {"fresh": "networks", "population": "population gradient", "recursion": "recursion"}[state.mode]
            part = "" if np.isfinite(size_R).all() else ", where the runs of each agree,"
            sentences.append(
                f"In R the {name} and the {MODES[mode]}{part} are at most "
                f"{format_number(float(np.nanmax(size_R)), 2)} apart."
            )
    if state.mode != "population" and state.start == "orthonormal":
        sentences.append("From this start the population gradient is the law of this width.")
    return sentences


def replay(record: Record) -> str:
    """Describe a record."""
    versions = ", ".join(f"{name} {number}" for name, number in record.versions.items())
    return f"Recorded run ({record.date}; {versions}), computed in {format_duration(record.seconds)}."


def learning(state: LabState, tau: float, remaining: str) -> str:
    """Describe the progress of a run. remaining: the remaining time as text; "" if unknown."""
    suffix = f"; {remaining} left" if remaining else ""
    return f"The networks are training: τ = {format_number(tau, 3)} of {format_number(state.tau, 3)}{suffix}."


def status(state: LabState, history: TrainingHistory) -> str:
    """Describe the computation."""
    how = {"fresh": "gradient descent on fresh batches", "population": "population gradient", "recursion": "recursion"}
    samples = f" · {pluralize(history.samples, 'sample')}" if history.samples else ""
    return f"{how[state.mode]} · {pluralize(state.runs, 'run')} · {pluralize(history.steps, 'step')}{samples}"
