"""What the panels show: one object for each choice, from which its button, axes, columns, script and text follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from dynamics import Trajectory, local_exponents
from dynamics.plotting.number_text import format_number

# What a row shows of an attribute of a trajectory, by the name of the transform; the exported script has the same.
TRANSFORMS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "value": lambda values, tau: values,
    "size": lambda values, tau: np.abs(values),
    "exponent": local_exponents,
}


@dataclass(frozen=True)
class Row:
    """A quantity over time: its column in streams and tables, the title of its axis, and what it is of a trajectory.

    of: an attribute of the trajectory, with dots where it is one of an attribute. range: None for the full extent.
    planar_only: whether the law of finite width has no such quantity.
    """

    column: str
    title: str
    of: str
    transform: str = "value"
    log: bool = False
    range: tuple[float, float] | None = None
    planar_only: bool = False

    def values(self, run: Any) -> np.ndarray:
        """Return the quantity at the samples of a trajectory."""
        return TRANSFORMS[self.transform](attrgetter(self.of)(run), run.tau)


def _final_loss(run: Trajectory) -> str:
    return (
        f"loss from {format_number(run.loss[0], 3)} to {format_number(run.loss[-1], 3)}; "
        f"R ends at {format_number(run.R[-1], 3)}, a at {format_number(run.a[-1], 4)}"
    )


def _final_movement(run: Trajectory) -> str:
    moved, change = format_number(run.movement.distance[-1], 3), format_number(run.kernel.change[-1], 3)
    return f"the first layer has moved by {moved}, the kernel by {change} of its norm"


def _power_fit(name: str, run: Trajectory) -> str | None:
    """Describe the exponents fitted to the end of a trajectory, their window, and the quality of the fit."""
    fit = run.power_fit
    if not fit:
        return None
    R, a = format_number(fit.R_exponent, 3), format_number(fit.a_exponent, 3)
    start, end = (format_number(tau, 3) for tau in fit.tau)
    deviation = format_number(100 * fit.residual, 2)
    return f"{name}: fitted from τ = {start} to {end}, |R| ~ τ^({R}) and |a| ~ τ^({a}), to {deviation} %."


def _undefined_kernel(name: str, run: Trajectory) -> str | None:
    return f"{name}: {run.kernel.reason}." if run.kernel.reason else None


@dataclass(frozen=True)
class Panel:
    """A choice of the panels.

    label: of its button.
    description: what is shown, for screen readers; and as a note, unless it is familiar.
    rows: from top to bottom; none for the study over ε.
    final: a sentence on the end of each trajectory.
    note: a further sentence on a trajectory, by its name, if there is one.
    shows_law: whether the asymptotic law of what unlearns is drawn beside it, and the fit to its end.
    """

    label: str
    description: str
    rows: tuple[Row, ...] = ()
    final: Callable[[Trajectory], str] = _final_loss
    note: Callable[[str, Trajectory], str | None] = lambda name, run: None
    shows_law: bool = False
    familiar: bool = False

    @property
    def shows_width(self) -> bool:
        """Whether all rows exist for the law of finite width."""
        return not any(row.planar_only for row in self.rows)


ALIGNMENT = Row("R", "R", "R", range=(-0.04, 1.04))
EXPONENTS = (-1.1, 1.1)  # a trajectory that leaves R = 0 starts with 1; jumps exceed the range
PANELS = {
    "course": Panel(
        "R, a, L",
        "Alignment R, second layer a and loss over time.",
        (ALIGNMENT, Row("a", "a", "a"), Row("loss", "loss  L", "loss")),
        familiar=True,
    ),
    "law": Panel(
        "law",
        "|R| and |a| over time on logarithmic axes, with the asymptotic law of what unlearns as thin lines.",
        (Row("size_R", "|R|", "R", "size", log=True), Row("size_a", "|a|", "a", "size", log=True)),
        note=_power_fit,
        shows_law=True,
    ),
    "slopes": Panel(
        "exponents",
        "The local exponents d log |R| / d log τ and d log |a| / d log τ; of what unlearns also those of the "
        "asymptotic law, as thin lines.",
        (
            Row("slope_R", "d log |R| / d log τ", "R", "exponent", range=EXPONENTS),
            Row("slope_a", "d log |a| / d log τ", "a", "exponent", range=EXPONENTS),
        ),
        note=_power_fit,
        shows_law=True,
    ),
    "kernel": Panel(
        "kernel",
        "R; how far the first layer has moved, |w₀| being 1; the tangent kernel's change; and the second layer's share "
        "of the loss's decrease, which is 1 where the first layer only follows (the way into the lazy regime).",
        (
            ALIGNMENT,
            Row("moved", "|w − w₀|", "movement.distance", planar_only=True),
            Row("change", "|Θ − Θ₀| / |Θ₀|", "kernel.change", log=True, planar_only=True),
            Row("share", "layer 2’s share", "kernel.share", range=(-0.04, 1.04), planar_only=True),
        ),
        final=_final_movement,
        note=_undefined_kernel,
    ),
    "limit": Panel(
        "ε → 0",
        "Over ε: each threshold ā_c with its limit (dotted) and the first term of the approach (thin), and the largest "
        "distance of each run to its singular orbit (to 2·10⁻⁴). The dotted upright line is the present ε.",
    ),
}
OVER_TIME = tuple(name for name, panel in PANELS.items() if panel.rows)
WITH_LOSS = tuple(name for name, panel in PANELS.items() if any(row.column == "loss" for row in panel.rows))
