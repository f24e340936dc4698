"""Captions of the Unlearning view: one sentence for each trajectory, and notes on special inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from components.views.unlearning.alignment_history import doubt, movement
from components.views.unlearning.state import UnlearningState
from dynamics import Asymptotics, Fate, LimitPoint, PeakAlignment, Trajectory, UnlearningModel
from dynamics.planar.fates.decay import resting_width, withstood_decay
from dynamics.plotting.number_text import format_number, format_power
from dynamics.plotting.style import FATES

MIN_LOST_ALIGNMENT = 0.01  # a smaller loss is not mentioned
ACCURACY = 2e-6  # of a threshold, times max(1, |ā|)
MIN_REQUIRED_WIDTH = 100.0  # neurons; smaller widths are not mentioned, and not accurate to leading order
MAX_START_FRACTION = 0.98  # of the peak of |R|: start and end below it make the peak an interior maximum
IDEAL = (
    "These fates hold in the limit of infinitely many neurons, without noise of descent, weight decay or a constant "
    "term in the activation. Each of these acts like a decay of the second layer, which halts unlearning at an R that "
    "is not 0, or prevents it."
)


def sentence(
    name: str,
    run: Trajectory,
    thresholds: np.ndarray,
    asymptotics: Asymptotics | None,
    peak: PeakAlignment | None = None,
) -> str:
    """Describe the fate of a trajectory, its end, and its position between the thresholds.

    `thresholds` are those of its R0; `asymptotics` that of the branch on its side of R = 0, None if it never leaves R =
    0; `peak` is the verified maximum of |R|.
    """
    limit = run.limit
    start = f"From {f'(R, a) = {name}' if name.startswith('(') else name} the network"
    if run.a0 == 0 and run.R0 == 0:
        return f"{start} stays at (R, a) = (0, 0): without output it gets no signal."
    if limit.fate == Fate.UNDECIDED:
        R, a = format_number(float(run.R[-1]), 3), format_number(float(run.a[-1]))
        return (
            f"{start} has no certain fate (undecided): at τ = {format_number(run.tau_end)} it is at R = {R}, a = {a}."
        )
    if reason := doubt(run):
        return f"{start} has no certain fate (undecided): {reason}. Do not rely on the numbers of this run."
    where = threshold_position(run.a0, thresholds)
    because = f" ({where})" if where else ""
    if limit.fate == Fate.UNLEARNING:
        return f"{start} unlearns{because}: R {movement(run, 0.0, peak)}, {law(asymptotics, limit)}."
    ends = f"a → {format_number(limit.a)}, L → {format_number(limit.loss)}."
    if abs(run.R0) == 1:
        return f"{start} keeps R = {format_number(limit.R, 3)}, an invariant line; {ends}"
    if limit.fate == Fate.FULL_ALIGNMENT:
        return f"{start} aligns fully{because}: R → {format_number(limit.R, 3)}, {ends}"
    if limit.fate == Fate.PARTIAL_ALIGNMENT:
        return f"{start} aligns partly{because}: R → {partial(limit.R)}{below_peak(peak)}, {ends}"
    if not run.R.any():
        return f"{start} never aligns: R stays at 0, L stays at {format_number(limit.loss)}."
    return f"{start} does not align{because}: R {movement(run, 0.0, peak)} and a stays bounded, {ends}"


def partial(R: float) -> str:
    """Format a limit of R that is not 0 or ±1 but may round to it."""
    distance = 1.0 - abs(R)
    return (
        f"{format_number(float(np.sign(R)))} but for {format_number(distance, 2)}"
        if 0 < distance < 5e-5
        else format_number(R, 4)
    )


def below_peak(peak: PeakAlignment | None) -> str:
    """Describe how far |R| ends below its maximum, if that is verified."""
    if peak is None or peak.lost <= MIN_LOST_ALIGNMENT:
        return ""
    return f", {format_number(peak.lost, 2)} below its {'peak' if peak.tau > 0 else 'start'}"


def threshold_position(a0: float, thresholds: np.ndarray) -> str:
    """Describe the thresholds between which a start lies; 0 is not mentioned."""
    same_sign = [t for t in thresholds.tolist() if abs(t) > ACCURACY and t * a0 > 0]
    at = [t for t in same_sign if abs(t - a0) <= ACCURACY * max(1.0, abs(t))]
    if at:
        return f"at ā_c = {format_number(at[0], 7)}, closer than that is known"
    below = [threshold_text(t, a0) for t in same_sign if t < a0][-1:]
    above = [threshold_text(t, a0) for t in same_sign if t > a0][:1]
    if below and above:
        return f"between the thresholds ā = {below[0]} and {above[0]}"
    if below:
        return f"above ā_c = {below[0]}"
    if above:
        return f"below ā_c = {above[0]}"
    return ""


def threshold_text(threshold: float, a0: float) -> str:
    """Format a threshold with enough digits to distinguish it from the start, but at most its accuracy."""
    threshold = round(threshold, 6)
    return next(
        (format_number(threshold, n) for n in range(5, 9) if format_number(threshold, n) != format_number(a0, n)),
        format_number(threshold, 9),
    )


def law(asymptotics: Asymptotics | None, limit: LimitPoint) -> str:
    """Describe the asymptotic law of a trajectory that unlearns."""
    end = f"L → {format_number(limit.loss)}"
    k, p = (asymptotics.k, asymptotics.p) if asymptotics else (None, None)
    if k is None or p is None:
        return f"while a → {format_number(limit.a)}, {end}"
    R_power, a_power = format_power(Fraction(-1, p + k)), format_power(Fraction(k, p + k))
    return f"while a → {format_number(limit.a)}, |R| ~ τ{R_power} and |a| ~ τ{a_power}, {end}"


def pinned(run: Trajectory) -> str:
    """Describe the end of the pinned trajectory of a comparison."""
    start = f"A (ā = {format_number(run.a0, 4)}{f', R₀ = {format_number(run.R0, 3)}' if run.R0 else ''})"
    if run.fate == Fate.UNDECIDED:
        return (
            f"{start}: undecided; at τ = {format_number(run.tau_end)} it is at R = "
            f"{format_number(float(run.R[-1]), 3)}."
        )
    if reason := doubt(run):
        return f"{start}: undecided; {reason}."
    R, a, loss = format_number(run.limit.R, 4), format_number(run.limit.a), format_number(run.limit.loss)
    return f"{start}: {FATES[run.fate].word}, R → {R}, a → {a}, L → {loss}."


def notes(
    state: UnlearningState, model: UnlearningModel, laws: Mapping[int, Asymptotics], runs: Sequence[Trajectory] = ()
) -> list[str]:
    """Return sentences on special coefficients, most important first.

    `laws` are those of the sides of R = 0 on which trajectories end; `runs` the trajectories.
    """
    c, c_star = np.array(state.c), np.array(state.c_star)
    sentences: list[str] = []
    if not c.any():
        return ["All cₖ = 0: the network's output is 0 whatever a and R are, and nothing moves."]
    if not c_star.any():
        sentences.append(
            "c* = 0: there is nothing to learn. Nothing moves from R = 0; from elsewhere the output decays to 0."
        )
    elif (c == c_star).all():
        sentences.append(
            "c* = c: the target is one of the network's own neurons; (R, a) = (1, 1) fits it exactly, L = 0."
        )
    stuck = model.A[0] == 0 and any(R == 0 for R, _ in state.starts)
    if stuck and c_star.any():
        degree = next((k for k, A in enumerate(model.A, 1) if A != 0), None)
        reason = f"the first degree in both c and c* is {degree}" if degree else "no degree is in both c and c*"
        advice = " Start at R₀ ≠ 0 to see what happens off R = 0." if degree else ""
        sentences.append(f"c₁c*₁ = 0 and R₀ = 0: R never moves, because {reason}.{advice}")
    elif c[0] == 0:
        sentences.append(f"c₁ = 0: the activation begins at degree {int(np.flatnonzero(c)[0]) + 1}.")
    degrees = {k for k, (A, B) in enumerate(zip(model.A, model.B, strict=True), 1) if A != 0 or B != 0}
    if len(degrees) > 1 and all(k % 2 for k in degrees):
        sentences.append("Only odd degrees: (R, a) and (−R, −a) are alike.")
    if degrees and all(k % 2 == 0 for k in degrees):
        sentences.append("Only even degrees: R and −R are alike, and R = 0 is never left.")
    sentences += [line.replace("-", "−") for line in model.equilibrium_lines()]
    sentences += [text for text in (branch_note(state, model, sign, law) for sign, law in laws.items()) if text]
    if any(run.fate == Fate.UNLEARNING and not doubt(run) for run in runs):
        sentences.append(IDEAL)
        sentences += required_widths(state, runs)
    return sentences


def required_widths(state: UnlearningState, runs: Sequence[Trajectory]) -> list[str]:
    """Describe the number of neurons, and the largest decay, with which each trajectory unlearns."""
    parts = []
    for run in runs:
        bounds = required_width_and_decay(run)
        if bounds:
            m, decay = bounds
            name = f"ā = {format_number(run.a0, 6)}" + (
                f", R₀ = {format_number(run.R0, 3)}" if run.R0 != state.R0 else ""
            )
            parts.append(
                f"from {name} with more than about {format_number(m, 2)} neurons (decay below "
                f"{format_number(decay, 2)})"
            )
    if not parts:
        return []
    return [
        f"After its peak R keeps falling only {'; '.join(parts)}, to leading order: at a smaller width, or with a "
        "larger decay of the second layer, it turns to larger values instead."
    ]


def required_width_and_decay(run: Trajectory) -> tuple[float, float] | None:
    """Return the width above which, and the decay below which, R keeps falling after its peak, to leading order.

    None if there are no such bounds, or if the width is smaller than any width of interest.
    """
    at = landing(run)
    if at is None or doubt(run):
        return None
    m, decay = float(resting_width(run.model, at)), float(withstood_decay(run.model, at))
    return (m, decay) if m >= MIN_REQUIRED_WIDTH and decay > 0 else None


def landing(run: Trajectory) -> float | None:
    """Return R at its peak, where dR/dτ = 0 and a trajectory that unlearns reaches the runaway branch.

    None if |R| only falls on the side on which it ends, or has no maximum yet.
    """
    if run.fate != Fate.UNLEARNING:
        return None
    size = run.R * np.sign(run.R[-1])
    top = int(np.argmax(size))
    return (
        float(run.R[top])
        if size[0] < MAX_START_FRACTION * size[top] and size[-1] < MAX_START_FRACTION * size[top]
        else None
    )


def branch_note(state: UnlearningState, model: UnlearningModel, sign: int, law: Asymptotics) -> str:
    """Describe whether a branch runs away on that side of R = 0, and which term decides it."""
    if not law.p:
        return ""
    where = f"{'R > 0' if sign > 0 else 'R < 0'}, a {'> 0' if law.a_sign > 0 else '< 0'}"
    k = law.k
    A, B = model.A, model.B
    if k == 1 and law.p == 2:
        product = state.c[1] * state.c_star[1]
        compared = "<" if product < 0 else ">"
        verdict = "unlearning is possible" if law.unlearns else "nothing unlearns"
        return f"For {where}, {verdict}: c₂c*₂ = {format_number(product)} {compared} 0 (the primary nonlinear term)."
    if k == 1 and law.p == 3 and law.unlearns and A[1] == 0 and B[1] > 0:
        if len(A) > 2 and A[2] != 0:
            value = f"h₃ = A₁B₂/B₁ − 2A₃ = {format_number(law.h_p)}"
            return (
                f"For {where}, unlearning is possible although c*₂ = 0: {value} leads the slow flow to R = 0 (p = 3)."
            )
        return (
            f"For {where}, unlearning is possible with no negative term needed: c*₂ = 0 but c₂ ≠ 0, "
            "and degree 2 of the activation alone turns the slow flow (p = 3)."
        )
    begins = f"the slow flow on the branch begins at degree {law.p}"
    if law.unlearns:
        return f"For {where}, unlearning is possible: {begins}, the activation at degree {k}."
    return f"For {where}, nothing unlearns: {begins} and leads away from R = 0."
