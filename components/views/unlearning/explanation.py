"""The explanation of a fate: each sentence states one claim of the core, with what it refers to in the figures.

`show` names what the client highlights: "points" and "lines" in the plane, a "level" of a, "times" of the trajectory, a
"control" by its id, a "panel" by its name; empty if there is nothing to highlight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, isinf
from typing import Any

import numpy as np

from components.core.view import column
from dynamics import (
    Attractor,
    Claim,
    CriticalCoefficient,
    Explanation,
    FoldJump,
    PeakAlignment,
    PowerLaw,
    RunawayBranch,
    ThresholdClaim,
    Trajectory,
    UnlearningModel,
)
from dynamics.plotting.number_text import format_number, format_power, subscript
from dynamics.plotting.planar import Window
from dynamics.plotting.style import FATES

MIN_LOST_ALIGNMENT = 1e-3  # of |R|; a smaller loss is called none
ROUNDING = 1e-9  # of the peak: an R below 0 by less has not changed its sign
BRANCH_POINTS = 80
MAX_BRANCH_R = 0.5  # |R| at which a highlighted branch ends if there is no fold before


@dataclass(frozen=True)
class ExplanationItem:
    """A sentence, the claim that it states, and what the client highlights for it."""

    text: str
    claim: Claim
    show: dict[str, Any]


def explain(model: UnlearningModel, explanation: Explanation, view: Window, run: Trajectory) -> list[ExplanationItem]:
    """Return the claims about a trajectory besides its fate, in the order in which they are shown."""
    items = []
    for claim in explanation.claims:
        write = _WRITERS.get(type(claim))
        if isinstance(claim, PeakAlignment):
            text, show = _alignment(claim, run)
            items.append(ExplanationItem(text, claim, show))
        elif write:
            text, show = write(claim, model, view)
            items.append(ExplanationItem(text, claim, show))
        elif isinstance(claim, CriticalCoefficient):
            items.append(ExplanationItem(_coefficient(claim), claim, _control(claim)))
    return items


def _threshold(claim: ThresholdClaim, model: UnlearningModel, view: Window) -> tuple[str, dict[str, Any]]:
    which = "The nearest threshold is" if claim.nearest else "On the other side the threshold is"
    beyond = FATES[claim.fate].word
    return f"{which} ā = {format_number(round(claim.a0, 6), 6)}: beyond it the fate is {beyond}.", {"level": claim.a0}


def _branch(claim: RunawayBranch, model: UnlearningModel, view: Window) -> tuple[str, dict[str, Any]]:
    k, side = claim.k, "R > 0" if claim.side > 0 else "R < 0"
    if not claim.exists:
        first = next((j for j, A in enumerate(model.A, 1) if A != 0), 2 * k)
        where = (
            "the critical manifold runs away as R → 0, but the slow flow on it leads to larger |R| "
            f"(the first degree in both is {first})"
            if first < 2 * k
            else "the critical manifold does not run away as R → 0"
        )
        return (
            f"The activation begins at degree k = {k}, and the target has nothing of that degree: for {side} {where}, "
            f"so no start that ends there unlearns."
        ), _line(claim, model, view)
    begins = (
        f"For {side} the critical manifold runs away as R → 0 (k = {k}: a R{_power(k)} → "
        f"{format_number(claim.alpha0, 4)})"
    )
    if claim.p is None:
        return f"{begins}, and on it nothing moves.", _line(claim, model, view)
    ends = "toward R = 0, unlearning" if claim.unlearns else "away from R = 0, so no start that ends here unlearns"
    factor = {1.0: "", -1.0: "−"}.get(claim.h_p, f"{format_number(claim.h_p, 4)} ")
    term = f"its first term, of degree p = {claim.p}, is {factor}R{_power(claim.p)}"
    if k == 1 and claim.p == 2:
        value = model.c[1] * model.c_star[1]
        term += f", for c₂c*₂ = {format_number(value, 4)} {'<' if value < 0 else '>'} 0 (the primary nonlinear term)"
    return f"{begins}. Along it the slow flow leads {ends}: {term}.", _line(claim, model, view)


def _power(power: int) -> str:
    return "" if power == 1 else f"^{power}"


def _line(claim: RunawayBranch, model: UnlearningModel, view: Window) -> dict[str, Any]:
    """Return the branch from the window's edge to its first fold."""
    folds = [abs(fold.R) for fold in model.folds() if fold.R * claim.side > 0]
    R = claim.side * np.geomspace(1e-3, min([MAX_BRANCH_R, *folds]), BRANCH_POINTS)
    a = model.critical_manifold_a(R)
    margin = view.a[1] - view.a[0]
    a = np.where((a > view.a[0] - margin) & (a < view.a[1] + margin), a, np.nan)
    return {"lines": [{"x": column(R), "y": column(a)}]}


def _jump(claim: FoldJump, model: UnlearningModel, view: Window) -> tuple[str, dict[str, Any]]:
    text = (
        f"It slides along the critical manifold to the fold at R = {format_number(claim.R, 3)}, a = "
        f"{format_number(claim.a, 4)}, and "
        f"jumps from there to R = {format_number(claim.landing, 3)} (as ε → 0)."
    )
    fibre = {"x": column(np.array([claim.R, claim.landing])), "y": column(np.array([claim.a, claim.a]))}
    return text, {"points": [[claim.R, claim.a], [claim.landing, claim.a]], "lines": [fibre]}


def _power_law(claim: PowerLaw, model: UnlearningModel, view: Window) -> tuple[str, dict[str, Any]]:
    R_power, a_power = (format_power(Fraction(n, claim.p + claim.k)) for n in (-1, claim.k))
    R, a = f"{format_number(claim.R_prefactor, 4)} τ{R_power}", f"{format_number(claim.a_prefactor, 4)} τ{a_power}"
    text = f"How fast: in the long run R ≈ {R} and a ≈ {a}, from k = {claim.k} and p = {claim.p}."
    return text, {"panel": "law"}


def _attractor(claim: Attractor, model: UnlearningModel, view: Window) -> tuple[str, dict[str, Any]]:
    least = "the global minimum of the loss" if claim.is_global_minimum else "not the least loss there is"
    text = (
        f"It ends in the stable node R = {format_number(claim.R, 4)}, a = {format_number(claim.a, 4)}, {least}; "
        f"what is left of the way falls at least as fast as exp(−{format_number(claim.rate, 3)} τ)."
    )
    return text, {"points": [[claim.R, claim.a]]}


def _alignment(claim: PeakAlignment, run: Trajectory) -> tuple[str, dict[str, Any]]:
    least = ROUNDING * claim.peak
    name = "R" if run.R.min() > -least else "|R|"
    peak = format_number(claim.peak, 3)
    if isinf(claim.tau) or claim.lost <= MIN_LOST_ALIGNMENT:
        return f"{name} is never above {peak}, and less than {MIN_LOST_ALIGNMENT:g} of that is lost.", {}
    share = format_number(100 * claim.lost / claim.peak, 3)
    half = f"; half of that value is lost by τ = {_rounded(claim.halved)}" if isfinite(claim.halved) else ""
    when = f"at τ = {_rounded(claim.tau)}" if claim.tau > 0 else "at the start"
    times = [claim.tau, *([claim.halved] if isfinite(claim.halved) else [])]
    return f"{name} is largest, {peak}, {when}; {share} % of that is lost in the end{half}.", {"times": times}


def _rounded(tau: float) -> str:
    """Format a time to three digits, without a power of ten if it has at most five."""
    return format_number(float(f"{tau:.3g}"))


def _coefficient(claim: CriticalCoefficient) -> str:
    name, side = f"c*{subscript(claim.degree)}", "R > 0" if claim.side > 0 else "R < 0"
    beyond = f"{'above' if claim.above else 'below'} {format_number(claim.value, 4)}"
    there = f"{name} {beyond} (now {format_number(claim.present, 4)})"
    if claim.unlearns:
        return f"What would make unlearning possible where {side}: {there}; then the slow flow would lead to R = 0."
    return f"What would rule out unlearning where {side}: {there}; then no start that ends at {side} would unlearn."


def _control(claim: CriticalCoefficient) -> dict[str, Any]:
    return {"control": f"unlearning-c_star-{claim.degree - 1}"}


_WRITERS: dict[type[Claim], Callable[[Any, UnlearningModel, Window], tuple[str, dict[str, Any]]]] = {
    ThresholdClaim: _threshold,
    RunawayBranch: _branch,
    FoldJump: _jump,
    PowerLaw: _power_law,
    Attractor: _attractor,
}
