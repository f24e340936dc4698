"""Layout of the Lab: controls on the left, the plane in the middle, the panels on the right."""

from __future__ import annotations

from functools import partial

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point, mount_points
from components.views.lab.state import LabState

VIEW = "lab"
BY_FIELD = controls.of(VIEW, LabState)
DEGREES = controls.length_input(VIEW, LabState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
CONTROLS = [*controls.pick(BY_FIELD, *BY_FIELD), DEGREES]
MAIN = controls.pick(BY_FIELD, "a", "m", "batch", "panel")
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "R–a plane", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "R, a, loss, overlap over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    mount = partial(mount_points, BY_FIELD)
    aside = [
        shell.group("Network", *mount("mode", "m", "d", "batch", "step", "noise")),
        shell.group("Runs", *mount("first", "runs", "seed", "tau")),
        shell.group("Target c*, in Heₖ", mount_point(DEGREES), *mount("c_star")),
        html.Details([html.Summary("Activation c, in Heₖ"), *mount("c")]),
        shell.group("Start", *mount("a")),
    ]
    layers = shell.popup("Layers", *mount("layers"))
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], mount("panel", "axis"), *mount("clock"))
