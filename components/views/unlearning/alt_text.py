"""Alternative text of the figures of the Unlearning view, for screen readers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from components.core.formatting import pluralize
from components.views.unlearning import epsilon_study
from components.views.unlearning.alignment_history import doubt
from components.views.unlearning.panels import PANELS
from dynamics import CriticalManifold, Fate, Trajectory
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar import Window, separatrix_label
from dynamics.plotting.planar.picture import PlanarPicture
from dynamics.plotting.style import FATES


def plane(picture: PlanarPicture, manifold: CriticalManifold, runs: Sequence[Trajectory]) -> str:
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


def layers(picture: PlanarPicture) -> list[str]:
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


def panel_notes(picture: PlanarPicture, runs: Sequence[Trajectory]) -> list[str]:
    """Return explanations of the panels, and reasons for empty ones."""
    panel = PANELS[picture.panel]
    if panel.familiar:
        return []
    sentences = [f"Panels: {panel.description}"]
    if not panel.rows:
        sentences += epsilon_study.notes(picture.threshold_limits)
    return sentences + [
        note for plan, run in zip(picture.runs, runs, strict=True) if (note := panel.note(plan.name, run))
    ]


def panels(picture: PlanarPicture, runs: Sequence[Trajectory]) -> str:
    """Describe the panels: their quantities, and the last values of each trajectory."""
    panel = PANELS[picture.panel]
    sentences = [panel.description]
    for plan, run in zip(picture.runs, runs, strict=True):
        sentences.append(f"{plan.name}: {panel.final(run)}, at τ = {format_number(run.tau_end, 3)}.")
    if picture.pinned:
        sentences.append("A, the pinned run, is drawn beside them in gray.")
    if picture.width is not None and panel.shows_width:
        sentences.append(f"Thinly dotted, each run by the exact law of {format_number(picture.width)} neurons.")
    return " ".join(sentences)


def _in_window(R: float | np.ndarray, a: float | np.ndarray, view: Window) -> bool:
    """Return whether any of the points is in the window."""
    return bool(np.any((view.R[0] <= R) & (view.R[1] >= R) & (view.a[0] <= a) & (view.a[1] >= a)))
