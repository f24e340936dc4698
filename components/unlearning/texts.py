"""What a screen reader says of view 1's figures: what an eye would see in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from components.numbers import shown
from components.theme import FATES
from components.unlearning.figures import Run, Window
from dynamics import CriticalManifold, Trajectory


def plane(manifold: CriticalManifold, view: Window, plans: Sequence[Run], runs: Sequence[Trajectory]) -> str:
    """The R–a plane: its window, the critical manifold, the folds, each trajectory's way."""
    said = [
        f"R–a plane, R from {shown(view.R[0], 3)} to {shown(view.R[1], 3)}, "
        f"a from {shown(view.a[0], 3)} to {shown(view.a[1], 3)}."
    ]
    branches = [branch for branch in manifold.branches if _seen(branch.R, branch.a, view)]
    kinds = [sum(branch.attracting is attracting for branch in branches) for attracting in (True, False)]
    if branches:
        said.append(f"Critical manifold with {_count(kinds[0], 'attracting')} and {_count(kinds[1], 'repelling')}.")
    folds = [
        f"R = {shown(fold.R, 3)}, a = {shown(fold.a, 3)}" for fold in manifold.folds if _seen(fold.R, fold.a, view)
    ]
    if folds:
        said.append(f"{'Folds' if len(folds) > 1 else 'Fold'} at {'; '.join(folds)}.")
    for plan, run in zip(plans, runs, strict=True):
        R, a = np.asarray(run.R), np.asarray(run.a)
        turn = int(np.argmax(np.abs(R)))
        way = [f"R = {shown(R[0], 2)}, a = {shown(a[0], 3)}"]
        if 0 < turn < R.size - 1 and abs(abs(R[turn]) - abs(R[-1])) > 0.02:
            way.append(f"R = {shown(R[turn], 2)}, a = {shown(a[turn], 3)}")
        way.append(f"R = {shown(R[-1], 2)}, a = {shown(a[-1], 3)}")
        said.append(f"{plan.name}, {FATES[plan.limit.fate].word}: from {', then '.join(way)}.")
    return " ".join(said)


def panels(plans: Sequence[Run], runs: Sequence[Trajectory]) -> str:
    """R, a and the loss over time: where each trajectory begins and ends."""
    said = ["Alignment R, second layer a and loss over time."]
    for plan, run in zip(plans, runs, strict=True):
        loss = f"loss from {shown(run.loss[0], 3)} to {shown(run.loss[-1], 3)}"
        end = f"R ends at {shown(run.R[-1], 3)}, a at {shown(run.a[-1], 4)}"
        said.append(f"{plan.name}: {loss}; {end}, at τ = {shown(run.tau_end, 3)}.")
    return " ".join(said)


def _seen(R: float | np.ndarray, a: float | np.ndarray, view: Window) -> bool:
    """Whether any of the points is in the window."""
    return bool(np.any((view.R[0] <= R) & (view.R[1] >= R) & (view.a[0] <= a) & (view.a[1] >= a)))


def _count(number: int, kind: str) -> str:
    return f"{number} {kind} {'branch' if number == 1 else 'branches'}"
