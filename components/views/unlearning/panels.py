"""What the panels show: one object for each choice, from which its button, axes, columns, script and text follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dynamics import Trajectory
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.quantities import LAW_PANELS, ROWS, Row


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
    """

    label: str
    description: str
    rows: tuple[Row, ...] = ()
    final: Callable[[Trajectory], str] = _final_loss
    note: Callable[[str, Trajectory], str | None] = lambda name, run: None
    familiar: bool = False

    @property
    def shows_law(self) -> bool:
        """Whether the asymptotic law of what unlearns is drawn beside it, and the fit to its end."""
        return self.rows in [ROWS[name] for name in LAW_PANELS]

    @property
    def shows_width(self) -> bool:
        """Whether all rows exist for the law of finite width."""
        return not any(row.planar_only for row in self.rows)


PANELS = {
    "course": Panel(
        "R, a, L",
        "Alignment R, second layer a and loss over time.",
        ROWS["course"],
        familiar=True,
    ),
    "law": Panel(
        "law",
        "|R| and |a| over time on logarithmic axes, with the asymptotic law of what unlearns as thin lines.",
        ROWS["law"],
        note=_power_fit,
    ),
    "slopes": Panel(
        "exponents",
        "The local exponents d log |R| / d log τ and d log |a| / d log τ; of what unlearns also those of the "
        "asymptotic law, as thin lines.",
        ROWS["slopes"],
        note=_power_fit,
    ),
    "kernel": Panel(
        "kernel",
        "R; how far the first layer has moved, |w₀| being 1; the tangent kernel's change; and the second layer's share "
        "of the loss's decrease, which is 1 where the first layer only follows (the way into the lazy regime).",
        ROWS["kernel"],
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
