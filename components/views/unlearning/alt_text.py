"""Alternative text of the figures of the Unlearning view, for screen readers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from components.core.formatting import format_number, pluralize
from components.ui.theme import FATES
from components.views.unlearning import epsilon_study
from components.views.unlearning.alignment_history import doubt
from components.views.unlearning.figures import Run, Window, separatrix_label
from components.views.unlearning.plan import ComputationPlan
from dynamics import CriticalManifold, Fate, PowerFit, Trajectory


def plane(picture: ComputationPlan, manifold: CriticalManifold, runs: Sequence[Trajectory]) -> str:
    """Describe the R–a plane: its window, critical manifold, folds, overlays and trajectories."""
    view, plans = picture.window, picture.runs
    sentences = [
        f"R–a plane, R from {format_number(view.R[0], 3)} to {format_number(view.R[1], 3)}, "
        f"a from {format_number(view.a[0], 3)} to {format_number(view.a[1], 3)}."
    ]
    branches = [branch for branch in manifold.branches if _in_window(branch.R, branch.a, view)]
    counts = [sum(branch.attracting is attracting for branch in branches) for attracting in (True, False)]
    if branches:
        named = zip(counts, ("attracting", "repelling"), strict=True)
        each = [pluralize(number, f"{kind} branch", f"{kind} branches") for number, kind in named]
        sentences.append(f"Critical manifold with {' and '.join(each)}.")
    folds = [
        f"R = {format_number(fold.R, 3)}, a = {format_number(fold.a, 3)}"
        for fold in manifold.folds
        if _in_window(fold.R, fold.a, view)
    ]
    if folds:
        sentences.append(f"{'Folds' if len(folds) > 1 else 'Fold'} at {'; '.join(folds)}.")
    sentences += layers(picture)
    for plan, run in zip(plans, runs, strict=True):
        R, a = np.asarray(run.R), np.asarray(run.a)
        peak = int(np.argmax(np.abs(R)))
        points = [f"R = {format_number(R[0], 2)}, a = {format_number(a[0], 3)}"]
        if 0 < peak < R.size - 1 and abs(abs(R[peak]) - abs(R[-1])) > 0.02:
            points.append(f"R = {format_number(R[peak], 2)}, a = {format_number(a[peak], 3)}")
        points.append(f"R = {format_number(R[-1], 2)}, a = {format_number(a[-1], 3)}")
        word = f"fate undecided ({reason})" if (reason := doubt(run)) else FATES[plan.limit.fate].word
        sentences.append(f"{plan.name}, {word}: from {', then '.join(points)}.")
    sentences.append("c shows a crosshair, with which a trajectory is launched from anywhere.")
    return " ".join(sentences)


def layers(picture: ComputationPlan) -> list[str]:
    """Return a sentence for each overlay in the figure."""
    view, sentences = picture.window, []
    points = [
        f"{point.kind} at R = {format_number(point.R, 3)}, a = {format_number(point.a, 3)}"
        for point in picture.equilibria
        if _in_window(point.R, point.a, view)
    ]
    if points:
        sentences.append(f"{'Equilibria' if len(points) > 1 else 'Equilibrium'}: {'; '.join(points)}.")
    curves = [separatrix_label(curve) for curve in picture.separatrices if _in_window(curve.R, curve.a, view)]
    sentences += [f"A separatrix {parts}." for parts in dict.fromkeys(curves)]
    if picture.orbits:
        jumps = [sum(piece.fast for piece in orbit.pieces) for orbit in picture.orbits]
        number = ", ".join(f"{plan.name}: {jump}" for plan, jump in zip(picture.runs, jumps, strict=True))
        sentences.append(f"Singular orbits (ε → 0), number of fast pieces: {number}.")
    if picture.basins:
        shares = [
            f"{FATES[fate].word} {100 * share:.0f} %"
            for fate in Fate
            if (share := float(np.mean(picture.basins.fate == fate))) > 0
        ]
        sentences.append(f"Fates of all starts in the window: {', '.join(shares)}.")
    if picture.pasts:
        sentences.append("The past of each added point, backward in time, is shown.")
    plain = {
        "field": "arrows of the flow",
        "null": "the slow nullcline",
        "slow": "arrows of the slow flow on the manifold",
        "loss": "contours of the loss",
    }
    also = [text for name, text in plain.items() if name in picture.layers]
    if also:
        sentences.append(f"Also drawn: {', '.join(also)}.")
    return sentences


PANEL_TEXTS = {
    "course": "Alignment R, second layer a and loss over time.",
    "law": "|R| and |a| over time on logarithmic axes, with the asymptotic law of what unlearns as thin lines.",
    "slopes": "The local exponents d log |R| / d log τ and d log |a| / d log τ; of what unlearns also those of the "
    "asymptotic law, as thin lines.",
    "limit": "Over ε: each threshold ā_c with its limit (dotted) and the first term of the approach (thin), and the "
    "largest distance of each run to its singular orbit (to 2·10⁻⁴). The dotted upright line is the present ε.",
    "kernel": "R; how far the first layer has moved, |w₀| being 1; the tangent kernel's change; and the second layer's "
    "share of the loss's decrease, which is 1 where the first layer only follows (the way into the lazy regime).",
}


def panel_notes(picture: ComputationPlan, runs: Sequence[Trajectory]) -> list[str]:
    """Return explanations of the panels, and reasons for empty ones."""
    if picture.panel == "course":
        return []
    sentences = [f"Panels: {PANEL_TEXTS[picture.panel]}"]
    if picture.panel == "limit":
        sentences += epsilon_study.notes(epsilon_study.limits(picture))
    if picture.panel in ("law", "slopes"):
        sentences += [fitted(plan, fit) for plan, run in zip(picture.runs, runs, strict=True) if (fit := run.power_fit)]
    if picture.panel == "kernel":
        sentences += [
            f"{plan.name}: {run.kernel.reason}."
            for plan, run in zip(picture.runs, runs, strict=True)
            if run.kernel.reason
        ]
    return sentences


def fitted(plan: Run, fit: PowerFit) -> str:
    """Describe the exponents fitted to the end of a trajectory, their window, and the quality of the fit."""
    R, a = format_number(fit.R_exponent, 3), format_number(fit.a_exponent, 3)
    start, end = (format_number(tau, 3) for tau in fit.tau)
    deviation = format_number(100 * fit.residual, 2)
    return f"{plan.name}: fitted from τ = {start} to {end}, |R| ~ τ^({R}) and |a| ~ τ^({a}), to {deviation} %."


def panels(picture: ComputationPlan, runs: Sequence[Trajectory]) -> str:
    """Describe the panels: their quantities, and the first and last values of each trajectory."""
    sentences = [PANEL_TEXTS[picture.panel]]
    for plan, run in zip(picture.runs, runs, strict=True):
        if picture.panel == "kernel":
            moved, change = run.movement.distance[-1], run.kernel.change[-1]
            end = (
                f"the first layer has moved by {format_number(moved, 3)}, the kernel by {format_number(change, 3)} "
                "of its norm"
            )
        else:
            loss = f"loss from {format_number(run.loss[0], 3)} to {format_number(run.loss[-1], 3)}"
            end = f"{loss}; R ends at {format_number(run.R[-1], 3)}, a at {format_number(run.a[-1], 4)}"
        sentences.append(f"{plan.name}: {end}, at τ = {format_number(run.tau_end, 3)}.")
    if picture.pinned:
        sentences.append("A, the pinned run, is drawn beside them in grey.")
    if picture.width is not None and picture.panel != "kernel":
        sentences.append(f"Thinly dotted, each run by the exact law of {format_number(picture.width)} neurons.")
    return " ".join(sentences)


def _in_window(R: float | np.ndarray, a: float | np.ndarray, view: Window) -> bool:
    """Return whether any of the points is in the window."""
    return bool(np.any((view.R[0] <= R) & (view.R[1] >= R) & (view.a[0] <= a) & (view.a[1] >= a)))
