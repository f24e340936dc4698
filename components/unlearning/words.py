"""What view 1 says: one sentence for each trajectory, and notes on degenerate or telling inputs."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np

from components.numbers import exponent, shown
from components.theme import FATES
from components.unlearning.state import UnlearningState
from dynamics import Asymptotics, Fate, Limit, Trajectory, UnlearningModel

LOST = 0.01  # alignment lost that is worth a word
WIDE = 30.0  # U(1) from which on the width that the planar limit needs is worth a word


def sentence(name: str, run: Trajectory, thresholds: np.ndarray, asymptotics: Asymptotics | None) -> str:
    """Which fate the trajectory has, where it ends, and on which side of which threshold it starts.

    `thresholds` are those of its R0; `asymptotics` that of the branch on its side of R = 0,
    None where it never leaves R = 0.
    """
    limit = run.limit
    if run.a0 == 0 and run.R0 == 0:
        return f"{name} stays at (R, a) = (0, 0): a network without output gets no signal."
    if limit.fate == Fate.UNDECIDED:
        R, a = shown(float(run.R[-1]), 3), shown(float(run.a[-1]))
        return f"{name}: undecided; at τ = {shown(run.tau_end)} it is at R = {R}, a = {a}."
    where = beside(run.a0, thresholds)
    because = f" ({where})" if where else ""
    peak = max(float(np.abs(run.R).max()), limit.peak)
    size = "|R|" if run.R.min() < 0 else "R"
    falls = (
        f"rises to {shown(peak, 3)} and goes back to 0" if peak > abs(run.R0) else f"falls from {shown(peak, 3)} to 0"
    )
    if limit.fate == Fate.UNLEARNING:
        return f"{name} unlearns{because}: {size} {falls} {law(asymptotics, limit)}."
    rest = f"a → {shown(limit.a)}, L → {shown(limit.loss)}."
    if abs(run.R0) == 1:
        return f"{name}: R is held at {shown(limit.R, 3)}, an invariant line, {rest}"
    if limit.fate == Fate.FULL_ALIGNMENT:
        return f"{name} aligns fully{because}: R → {shown(limit.R, 3)}, {rest}"
    if limit.fate == Fate.PARTIAL_ALIGNMENT:
        lost = peak - abs(limit.R)
        fall = f", {shown(lost, 2)} below its peak" if lost > LOST else ""
        near = "short of " if abs(limit.R) > 0.99995 else ""
        return f"{name} aligns partly{because}: R → {near}{shown(limit.R, 4)}{fall}, {rest}"
    if not run.R.any():
        return f"{name} never aligns: R stays at 0, L stays at {shown(limit.loss)}."
    return f"{name} does not align{because}: {size} {falls} and a stays bounded, {rest}"


def beside(a0: float, thresholds: np.ndarray) -> str:
    """Between which thresholds a start lies; 0 goes without saying."""
    below = [t for t in thresholds.tolist() if t != 0 and t <= a0 and t * a0 > 0]
    above = [t for t in thresholds.tolist() if t != 0 and t > a0 and t * a0 > 0]
    if below and above:
        return f"between the thresholds ā = {shown(max(below))} and {shown(min(above))}"
    if below:
        return f"above ā_c = {shown(max(below))}"
    if above:
        return f"below ā_c = {shown(min(above))}"
    return ""


def law(asymptotics: Asymptotics | None, limit: Limit) -> str:
    """The asymptotic law of an unlearning run."""
    end = f"L → {shown(limit.loss)}"
    k, p = (asymptotics.k, asymptotics.p) if asymptotics else (None, None)
    if k is None or p is None:
        return f"while a → {shown(limit.a)}, {end}"
    R_power, a_power = exponent(Fraction(-1, p + k)), exponent(Fraction(k, p + k))
    return f"while a → {shown(limit.a)}, R ~ τ{R_power} and |a| ~ τ{a_power}, {end}"


def pinned(run: Trajectory) -> str:
    """How the pinned run of a comparison ends."""
    start = f"A (ā = {shown(run.a0, 4)}{f', R₀ = {shown(run.R0, 3)}' if run.R0 else ''})"
    if run.fate == Fate.UNDECIDED:
        return f"{start}: undecided; at τ = {shown(run.tau_end)} it is at R = {shown(float(run.R[-1]), 3)}."
    R, a, loss = shown(run.limit.R, 4), shown(run.limit.a), shown(run.limit.loss)
    return f"{start}: {FATES[run.fate].word}, R → {R}, a → {a}, L → {loss}."


def notes(state: UnlearningState, model: UnlearningModel, laws: Mapping[int, Asymptotics]) -> list[str]:
    """Sentences on what the coefficients have of the special, most important first.

    `laws` are those of the sides of R = 0 on which trajectories end.
    """
    c, c_star = np.array(state.c), np.array(state.c_star)
    said: list[str] = []
    if not c.any():
        return ["All cₖ = 0: the network's output is 0 whatever a and R are, and nothing moves."]
    if not c_star.any():
        said.append(
            "c* = 0: there is nothing to learn. Nothing moves from R = 0; from elsewhere the output decays to 0."
        )
    elif (c == c_star).all():
        said.append("c* = c: the target is one of the network's own neurons; (R, a) = (1, 1) fits it exactly, L = 0.")
    stuck = model.A[0] == 0 and any(R == 0 for R, _ in state.starts)
    if stuck and c_star.any():
        first = next((k for k, A in enumerate(model.A, 1) if A != 0), None)
        reason = f"the information exponent is {first}" if first else "no degree is in both c and c*"
        advice = " Give R₀ > 0 to leave R = 0." if first else ""
        said.append(f"c₁c*₁ = 0 and R₀ = 0: R never moves, because {reason}.{advice}")
    elif c[0] == 0:
        said.append(f"c₁ = 0: the activation begins at degree {int(np.flatnonzero(c)[0]) + 1}.")
    degrees = {k for k, (A, B) in enumerate(zip(model.A, model.B, strict=True), 1) if A != 0 or B != 0}
    if len(degrees) > 1 and all(k % 2 for k in degrees):
        said.append("Only odd degrees: (R, a) and (−R, −a) are alike.")
    if degrees and all(k % 2 == 0 for k in degrees):
        said.append("Only even degrees: R and −R are alike, and R = 0 is never left.")
    said += model.equilibrium_lines()
    said += [text for text in (branch_note(state, model, sign, law) for sign, law in laws.items()) if text]
    width = sum(model.B)
    if width > WIDE:
        said.append(f"The planar law needs a width m far above Σ k! cₖ² = {shown(width)}.")
    return said


def side(run: Trajectory) -> int:
    """The side of R = 0 that a trajectory ends on; 0 where it never leaves R = 0."""
    ends = (run.limit.R, float(run.R[-1]))  # the limit is 0 when unlearning, nan while undecided
    return next((1 if R > 0 else -1 for R in ends if R > 0 or R < 0), 0)


def branch_note(state: UnlearningState, model: UnlearningModel, sign: int, law: Asymptotics) -> str:
    """Whether a branch runs away on that side of R = 0, and which term decides it."""
    if not law.p:
        return ""
    where = f"{'R > 0' if sign > 0 else 'R < 0'}, a {'> 0' if law.a_sign > 0 else '< 0'}"
    k = law.k
    A, B = model.A, model.B
    if k == 1 and law.p == 2:
        product = state.c[1] * state.c_star[1]
        compared = "<" if product < 0 else ">"
        verdict = "unlearning is possible" if law.unlearns else "nothing unlearns"
        return f"For {where}, {verdict}: c₂c*₂ = {shown(product)} {compared} 0 (the primary nonlinear term)."
    if k == 1 and law.p == 3 and A[1] == 0 and len(B) > 1 and B[1] > 0 and law.unlearns:
        return (
            f"For {where}, unlearning is possible with no negative term needed: c*₂ = 0 but c₂ ≠ 0, "
            "and degree 2 of the activation alone turns the slow flow (p = 3)."
        )
    begins = f"the slow flow on the branch begins at degree {law.p}"
    if law.unlearns:
        return f"For {where}, unlearning is possible: {begins}, the activation at degree {k}."
    return f"For {where}, nothing unlearns: {begins} and leads away from R = 0."
