"""The view of the damped pendulum: CONTRIBUTING.md walks through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from components.core import controls
from components.core.citations import Paper
from components.core.help import Help
from components.core.view import Chunk, Columns, Preset, View
from components.core.view_data import load_help, load_presets
from components.ui import shell
from components.ui.controls import mount_points
from tests.contract.pendulum import compute
from tests.contract.pendulum.state import PendulumState

NAME = "pendulum"
BY_FIELD = controls.of(NAME, PendulumState)
CONTROLS = controls.pick(BY_FIELD, *BY_FIELD)
MAIN = controls.pick(BY_FIELD, "angle", "speed", "damping")
PAPER = Paper(
    "huygens1673",
    "@book{huygens1673, eprint={0000.00000}}\n",
    "C. Huygens, Horologium, 1673",
    "Huygens 1673",
    "0000.00000",
)

SCRIPT = '''"""{title}.

Link: {path}?{query}
"""

import numpy as np
from scipy.integrate import solve_ivp


def pendulum(t, y):
    return y[1], -np.sin(y[0]) - {damping!r} * y[1]


run = solve_ivp(pendulum, (0.0, {t!r}), ({angle!r}, {speed!r}), rtol=1e-8, atol=1e-10)
'''


class PendulumView(View):
    """The plane of angle and velocity, and both over time."""

    name = NAME
    path = "/pendulum"
    title = "Pendulum"
    State = PendulumState
    presets: ClassVar[tuple[Preset, ...]] = load_presets(__file__, PendulumState, (PAPER,))
    papers: ClassVar[tuple[Paper, ...]] = (PAPER,)
    help: ClassVar[Help] = load_help(__file__)
    controls: ClassVar[list[controls.Control]] = CONTROLS
    compact_controls: ClassVar[list[controls.Control]] = MAIN
    figures: ClassVar[dict[str, shell.FigureSlot]] = {
        "plane": shell.FigureSlot(f"{NAME}-plane", "Angle and velocity", window="window"),
        "panels": shell.FigureSlot(f"{NAME}-panels", "Angle, velocity and energy over time", window="span"),
    }
    max_cost = 100.0
    max_seconds = 0.1
    time: ClassVar[tuple[str, str]] = ("t", "t")
    trajectory_axes: ClassVar[tuple[str, str]] = ("theta", "omega")

    def cost(self, state: PendulumState) -> float:
        return state.t

    def compute(self, state: PendulumState) -> Iterator[Chunk]:
        return compute.stream(state)

    def layout(self) -> Any:
        mount = partial(mount_points, BY_FIELD)
        aside = [shell.group("Start", *mount("angle", "speed")), shell.group("Pendulum", *mount("damping", "t"))]
        return shell.trajectory_layout(self, self.controls, self.figures, aside, [], mount("axis"), *mount("clock"))

    def table(self, state: PendulumState) -> Columns:
        return compute.solution(state)

    def export_data(self, state: PendulumState) -> Mapping[str, Any]:
        return {"table": compute.solution(state)}

    def export_script(self, state: PendulumState) -> str:
        return SCRIPT.format(title=self.title, path=self.path, query=state.query(), **state.model_dump())
