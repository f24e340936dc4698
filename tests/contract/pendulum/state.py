"""The parameters of the damped pendulum."""

from __future__ import annotations

from typing import Annotated

from components.core.controls import Choice, Slider
from components.core.state import Parameter, State

Numbers = tuple[float, ...]
ANGLE, SPEED, DAMPING, HORIZON = (-3.0, 3.0), (-5.0, 5.0), (0.0, 2.0), (1.0, 100.0)


class PendulumState(State):
    """Start, damping and time; then what only the display needs."""

    angle: Annotated[float, Parameter("th", "θ", "angle at the start", bounds=(ANGLE,)), Slider(0.05)] = 2.0
    speed: Annotated[float, Parameter("om", "ω", "angular velocity at the start", bounds=(SPEED,)), Slider(0.05)] = 0.0
    damping: Annotated[float, Parameter("b", "b", "damping", bounds=(DAMPING,)), Slider(0.01)] = 0.2
    t: Annotated[float, Parameter("t", "t", "time to run", bounds=(HORIZON,), scale="log"), Slider(0.05)] = 30.0
    axis: Annotated[
        str,
        Parameter("axis", "t axis", "time axis of the panels", "choice", choices=("linear", "log"), group="display"),
        Choice(("linear t", "log t")),
    ] = "linear"
    clock: Annotated[
        str,
        Parameter("clk", "clock", "the player's clock", "choice", choices=("linear", "log"), group="display"),
        Choice(("linear", "log t")),
    ] = "linear"
    window: Annotated[
        Numbers | None,
        Parameter(
            "win", "window", "window of the plane", "numbers", ((-10.0, 10.0),) * 4, group="display", optional=True
        ),
    ] = None
    span: Annotated[
        Numbers | None,
        Parameter("span", "t window", "window in t", "numbers", ((0.0, 100.0),) * 2, group="display", optional=True),
    ] = None
    cursor: Annotated[
        float | None,
        Parameter("cur", "t cursor", "the time cursor", bounds=((0.0, 100.0),), group="display", optional=True),
    ] = None
