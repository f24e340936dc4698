"""Notes on finite width: where it halts unlearning, and from which width on the planar law is accurate."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dynamics import Fate
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.picture import TOLERANCE, FiniteWidthRun

MAX_END_FRACTION = 0.99  # of the largest |R|: an end above it counts as no loss of alignment
ALIKE = "It assumes that all neurons stay alike; they can also part, where the symmetric state is unstable."


def notes(runs: Sequence[FiniteWidthRun]) -> list[str]:
    """Describe the effect of finite width on each trajectory, and the required width."""
    if not runs:
        return []
    sentences = [
        f"Thinly dotted: the exact law of the network of m = {format_number(runs[0].trajectory.m)} neurons. {ALIKE}"
    ]
    for wide in runs:
        tau, end = format_number(wide.trajectory.tau_end, 3), halting_note(wide)
        sentences.append(f"{wide.run.name}: {end + '; ' if end else ''}{required_width_note(wide.needed, tau)}.")
    return sentences


def halting_note(wide: FiniteWidthRun) -> str:
    """Describe the end at this width of a trajectory that unlearns at infinite width; "" for others."""
    halt = wide.halt
    if halt is None:
        return ""
    if halt.fate == Fate.PARTIAL_ALIGNMENT and abs(halt.R) < MAX_END_FRACTION * float(np.abs(wide.trajectory.R).max()):
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
    """Describe the width from which on the planar law is accurate."""
    within = f"within {100 * TOLERANCE:.0f} % of the exact one up to τ = {tau}"
    if math.isnan(needed):
        return f"whether the planar solution is {within} is not known: its integration stopped early"
    if math.isinf(needed):
        return f"no width up to 10⁹ keeps the planar solution {within}"
    if needed <= 2:
        return f"the planar solution is {within} at every width"
    return f"the planar solution is {within} from m ≈ {format_number(needed, 2)} on"
