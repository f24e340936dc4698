"""Layout of the Time-scales view: controls on the left, the cloud of neurons in the middle, the panels on the right."""

from __future__ import annotations

from functools import partial

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point, mount_points
from components.views.time_scales.state import SERIES, TimeScalesState

VIEW = "time_scales"
BY_FIELD = controls.of(VIEW, TimeScalesState)
DEGREES = controls.length_input(VIEW, TimeScalesState, {"phi": 0.0}, "n", "number of coefficients of the target")
TERMS = controls.length_input(
    VIEW, TimeScalesState, {"sigma": 0.0}, "n", "number of coefficients", SERIES, name="terms-count"
)
SWEEP = controls.Slider(0.1, only={"panel": ("sweep",)})
FROM = SWEEP.place(VIEW, TimeScalesState, "sweep", 0, "ε ≥", "smallest ε")
TO = SWEEP.place(VIEW, TimeScalesState, "sweep", 1, "ε ≤", "largest ε")
CONTROLS = [*controls.pick(BY_FIELD, *BY_FIELD), DEGREES, TERMS, FROM, TO]
MAIN = controls.pick(BY_FIELD, "eps", "m", "scale", "panel")
FIGURES = {
    "cloud": shell.FigureSlot(f"{VIEW}-cloud", "Cloud of neurons", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Risk and neurons over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    mount = partial(mount_points, BY_FIELD)
    aside = [
        shell.group("Time", *mount("eps", "t"), mount_point(FROM), mount_point(TO), *mount("seeds")),
        shell.group("Target φ", mount_point(DEGREES), *mount("phi")),
        shell.group("Activation σ", mount_point(TERMS), *mount("activation", "sigma")),
        shell.group("Neurons", *mount("m", "law", "scale", "seed")),
        shell.group("Networks that learn", *mount("dimension", "batch", "runs", "first")),
    ]
    layers = shell.popup("Layers", *mount("layers"))
    panels = mount("panel", "axis", "measure", "terms")
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, *mount("clock"))
