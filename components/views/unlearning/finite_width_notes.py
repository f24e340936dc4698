"""What finite width does to a picture: where it halts unlearning, and from which width on the planar law holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.core.formatting import format_number
from components.views.unlearning.figures import Run
from dynamics import Fate, FiniteWidthTrajectory, Halt

TOLERANCE = 0.05  # of the planar law against the exact one
LOST = 0.99  # of the largest |R|: an end above that has lost nothing
ALIKE = "It assumes that all neurons stay alike; they can also part, where the symmetric state is unstable."


@dataclass(frozen=True)
class FiniteWidthRun:
    """A run at finite width: how it is drawn, the exact solution, its end where infinite width unlearns, and the
    width from which on the planar solution holds up to the horizon (inf: none does)."""

    run: Run
    trajectory: FiniteWidthTrajectory
    halt: Halt | None
    needed: float


def notes(runs: Sequence[FiniteWidthRun]) -> list[str]:
    """What finite width does to each run, and how wide is wide enough."""
    if not runs:
        return []
    said = [
        f"Thinly dotted: the exact law of the network of m = {format_number(runs[0].trajectory.m)} neurons. {ALIKE}"
    ]
    for wide in runs:
        tau, end = format_number(wide.trajectory.tau_end, 3), halting_note(wide)
        said.append(f"{wide.run.name}: {end + '; ' if end else ''}{required_width_note(wide.needed, tau)}.")
    return said


def halting_note(wide: FiniteWidthRun) -> str:
    """What the width makes of a run that unlearns at infinite width; nothing of one that does not."""
    halt = wide.halt
    if halt is None:
        return ""
    if halt.fate == Fate.PARTIAL_ALIGNMENT and abs(halt.R) < LOST * float(np.abs(wide.trajectory.R).max()):
        when = f" (within 37 % of both from τ ≈ {format_number(halt.tau, 3)} on)" if math.isfinite(halt.tau) else ""
        return f"finite width halts unlearning at R = {format_number(halt.R, 4)}, a = {format_number(halt.a)}{when}"
    if halt.fate in (Fate.PARTIAL_ALIGNMENT, Fate.FULL_ALIGNMENT):
        return f"this width does not unlearn but aligns, R → {format_number(halt.R, 4)}, a → {format_number(halt.a)}"
    if halt.fate == Fate.UNLEARNING:
        return "not even this width halts unlearning"
    if halt.fate == Fate.NO_ALIGNMENT:
        return f"at this width R goes back to 0 and a stays bounded, a → {format_number(halt.a)}"
    return "where this width ends is undecided"


def required_width_note(needed: float, tau: str) -> str:
    """From which width on the planar law holds."""
    within = f"within {100 * TOLERANCE:.0f} % of the exact one up to τ = {tau}"
    if math.isnan(needed):
        return f"whether the planar solution is {within} is not known: its integration stopped early"
    if math.isinf(needed):
        return f"no width up to 10⁹ keeps the planar solution {within}"
    if needed <= 2:
        return f"the planar solution is {within} at every width"
    return f"the planar solution is {within} from m ≈ {format_number(needed, 2)} on"
