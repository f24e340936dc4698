"""Layout of the Unlearning view: controls on the left, the plane in the middle, the panels on the right."""

from __future__ import annotations

from functools import partial

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point, mount_points
from components.ui.markup import aria
from components.views.unlearning.state import UnlearningState

VIEW = "unlearning"
BY_FIELD = controls.of(VIEW, UnlearningState)
DEGREES = controls.length_input(VIEW, UnlearningState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
CONTROLS = [*controls.pick(BY_FIELD, *BY_FIELD), DEGREES]
MAIN = [BY_FIELD["c_star"][1], *controls.pick(BY_FIELD, "a", "eps", "R0", "panel")]
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "R–a plane", window="window", points="points"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "R, a, loss over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    mount = partial(mount_points, BY_FIELD)
    chips = html.Div(id="chips", className="chips", role="group", **aria(label="Starts ā"))
    aside = [
        shell.group("Target c*, in Heₖ", mount_point(DEGREES), *mount("c_star")),
        html.Details([html.Summary("Activation c, in Heₖ"), *mount("c")]),
        shell.group("Starts ā", chips, *mount("a", "R0")),
        shell.group("Time", *mount("eps", "tau")),
        shell.group("Finite width", *mount("width")),
        shell.group("Compare", shell.comparison()),
    ]
    layers = shell.popup("Layers", *mount("layers"))
    panels = mount("panel", "axis", "measure")
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, *mount("clock"))
