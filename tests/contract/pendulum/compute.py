"""What the page of the damped pendulum shows, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.integrate import solve_ivp

from components.core.view import Chunk, Columns, column, scene
from dynamics.interruption import checkpoint
from dynamics.plotting.number_text import format_number
from dynamics.plotting.style import LIGHT
from dynamics.plotting.subplots import PLAIN, curve_meta, scatter, stacked_axes, time_trace
from tests.contract.pendulum.state import PendulumState

LINE = {"color": LIGHT["full"], "width": 2}
ROWS = {"theta": "angle θ", "omega": "velocity ω", "energy": "energy"}


def solution(state: PendulumState) -> Columns:
    """Return times and angle, velocity and energy at these times, each of shape (400,)."""
    checkpoint()
    times = np.linspace(0.0, state.t, 400)
    found = solve_ivp(
        lambda t, y: (y[1], -np.sin(y[0]) - state.damping * y[1]),
        (0.0, state.t),
        (state.angle, state.speed),
        t_eval=times,
        rtol=1e-8,
        atol=1e-10,
    )
    theta, omega = found.y
    return {"t": times, "theta": theta, "omega": omega, "energy": 0.5 * omega**2 + 1.0 - np.cos(theta)}


def stream(state: PendulumState) -> Iterator[Chunk]:
    """Yield the figures, the curve and the sentences."""
    yield Chunk("start", {"runs": 1})
    axes = {
        name: {**PLAIN, "title": {"text": title}} for name, title in (("xaxis", "angle  θ"), ("yaxis", "velocity  ω"))
    }
    extent = {"meta": {"extent": {"xaxis": ["theta"], "yaxis": ["omega"]}}}
    yield scene("plane", {"data": [], "layout": {**axes, **extent}})
    layout = stacked_axes(list(ROWS.values()), ("t", "t"), log=False)
    layout["meta"]["extent"] |= {"yaxis": ["theta"], "yaxis2": ["omega"], "yaxis3": ["energy"]}
    axis = {name: {"layout": {"xaxis.type": name}} for name in ("linear", "log")}
    yield scene("panels", {"data": [], "layout": layout}, {"axis": axis})
    curve = scatter(x=[], y=[], mode="lines", line=LINE, name="pendulum", meta=curve_meta(0, "theta", "omega"))
    rows = [time_trace(0, "t", name, title, LINE, row) for row, (name, title) in enumerate(ROWS.items())]
    yield Chunk("trajectory", {"index": 0, "traces": {"plane": [curve], "panels": rows}})
    run = solution(state)
    yield Chunk("trace", {"index": 0, "columns": {name: column(values) for name, values in run.items()}, "last": True})
    left = float(run["energy"][-1])
    sentence = f"At t = {format_number(state.t, 3)} the energy is {format_number(left, 3)}."
    figures = {
        "plane": f"Angle and velocity. {sentence}",
        "panels": f"Angle, velocity and energy over time. {sentence}",
    }
    fates = [{"color": LIGHT["full"], "fate": "pendulum"}]
    yield Chunk("text", {"runs": [sentence], "fates": fates, "notes": [], "links": [], "figures": figures})
    yield Chunk("end", {"status": "RK45 of scipy, rtol 10⁻⁸"})
