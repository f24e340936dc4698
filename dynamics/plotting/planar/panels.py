"""Panels of the Unlearning view: quantities along the trajectories, over one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from dynamics import Asymptotics, PowerFit
from dynamics.plotting.number_text import format_number
from dynamics.plotting.planar.quantities import ROWS, Row
from dynamics.plotting.planar.styles import Run
from dynamics.plotting.schema import Figure, Trace
from dynamics.plotting.subplots import POWER_TICKS, TICKS, axis_name, axis_of, scatter, stacked_axes

LAW_POINTS = 60


def panels(negative_R: bool, rows: Sequence[Row] = ROWS["course"]) -> Figure:
    """Return rows over one time axis, without lines."""
    layout = stacked_axes([row.title for row in rows], ("tau", "τ"))
    for number, row in enumerate(rows):
        axis = axis_name(number)
        if row.log:
            layout[axis] |= {"type": "log", "tickfont": {"size": POWER_TICKS}}
        if row.range:
            low, high = row.range
            layout[axis]["range"] = [-1.04 if row.column == "R" and negative_R else low, high]
        else:
            layout["meta"]["extent"][axis] = row.column
    return {"data": [], "layout": layout}


def law(run: Run, asymptotics: Asymptotics, tau: np.ndarray, fit: PowerFit | None, rows: Sequence[Row]) -> list[Trace]:
    """Return the asymptotic law of |R| and |a| of a trajectory that unlearns, or of their exponents, as thin lines; in
    the law's panel also the exponents fitted to its end.
    """
    powers = asymptotics.R_exponent, asymptotics.a_exponent
    exponents = rows[0].transform == "exponent"
    if exponents:
        times = np.array([tau[1], tau[-1]])
        curves = [np.full(2, power) for power in powers]
    else:
        times = np.geomspace(tau[1], tau[-1], LAW_POINTS)
        curves = valid_law(asymptotics, times)
    line = {"color": run.color, "width": 1, "dash": "solid"}
    traces = [
        scatter(
            x=times,
            y=values,
            mode="lines",
            line=line,
            name=f"{run.name}, law",
            xaxis="x",
            yaxis=axis_of(row),
            hovertemplate=f"law τ<sup>{power:.4g}</sup>: %{{y:.5g}}<extra></extra>",
        )
        for row, (values, power) in enumerate(zip(curves, powers, strict=True))
    ]
    return traces if exponents or not fit else [*traces, *_fitted(run, asymptotics, fit)]


def valid_law(asymptotics: Asymptotics, times: np.ndarray) -> list[np.ndarray]:
    """Return |R| and |a| of the law where |R| < 1 and, for a, where its next term is below half of the leading one; nan
    elsewhere.
    """
    R, a = np.abs(asymptotics.R(times)), asymptotics.a(times)
    leading = asymptotics.a_prefactor * times**asymptotics.a_exponent
    accurate = np.abs(a - leading) < 0.5 * np.abs(leading)
    return [np.where(R < 1, R, np.nan), np.where(accurate & (R < 1), np.abs(a), np.nan)]


def _fitted(run: Run, asymptotics: Asymptotics, fit: PowerFit) -> list[Trace]:
    """Return the fitted exponents as labels in the middle of their window."""
    middle = float(np.sqrt(fit.tau[0] * fit.tau[1]))
    heights = (float(np.abs(law(middle))) for law in (asymptotics.R, asymptotics.a))
    return [
        scatter(
            x=[middle],
            y=[height],
            mode="text",
            text=[f"τ<sup>{format_number(power, 3)}</sup>"],
            textposition="bottom left" if row == 0 else "top left",
            textfont={"color": run.color, "size": 13},
            hoverinfo="skip",
            name=f"{run.name}, fit",
            xaxis="x",
            yaxis=axis_of(row),
        )
        for row, (height, power) in enumerate(zip(heights, (fit.R_exponent, fit.a_exponent), strict=True))
    ]


_LINEAR = {"linear": {"layout": {"xaxis.type": "linear", "xaxis.tickfont.size": TICKS}}}
_EXCESS = {
    "excess": {
        "columns": {"loss": "excess"},
        "layout": {
            "yaxis3.type": "log",
            "yaxis3.title.text": "L − L<sub>∞</sub>",
            "yaxis3.tickfont.size": POWER_TICKS,
        },
    }
}


def panel_display(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what the display parameters change in rows: the time axis, and the loss above its limit."""
    return {"axis": _LINEAR, "measure": _EXCESS} if any(row.column == "loss" for row in rows) else {"axis": _LINEAR}
