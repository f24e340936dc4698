"""Layout of the Lab: controls on the left, the plane in the middle, the panels on the right."""

from __future__ import annotations

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.views.lab.state import LabState
from components.views.unlearning.layout import SOFT

VIEW = "lab"
C_STAR = controls.coefficients(VIEW, LabState, "c_star", SOFT, "c*", "target")
C = controls.coefficients(VIEW, LabState, "c", SOFT, "c", "activation")
DEGREES = controls.length_input(VIEW, LabState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
START = controls.slider(VIEW, LabState, "a", 0.1, soft=(-5.0, 5.0))
WIDTH = controls.slider(VIEW, LabState, "m", 0.05, soft=(2.0, 1000.0), whole=True)
DIMENSION = controls.slider(VIEW, LabState, "d", 0.05, soft=(2.0, 1000.0), whole=True)
BATCH = controls.slider(VIEW, LabState, "batch", 0.05, soft=(10.0, 10_000.0), whole=True)
STEP = controls.slider(VIEW, LabState, "step", 0.05, begin=0.05)
NOISE = controls.slider(VIEW, LabState, "noise", 0.1, soft=(0.0, 5.0))
RUNS = controls.slider(VIEW, LabState, "runs", 1.0, whole=True)
SEED = controls.slider(VIEW, LabState, "seed", 1.0, soft=(0.0, 40.0), whole=True)
HORIZON = controls.slider(VIEW, LabState, "tau", 0.1, soft=(1.0, 1e4))
MODE = controls.choice(VIEW, LabState, "mode", ("SGD", "gradient", "recursion"))
FIRST_LAYER = controls.choice(VIEW, LabState, "first", ("orthonormal", "random"))
LAYERS = controls.checkboxes(
    VIEW, LabState, "layers", ("planar law", "law of this width", "single neurons", "recursion, population")
)
PANEL = controls.choice(VIEW, LabState, "panel", ("course", "difference from law"))
AXIS = controls.choice(VIEW, LabState, "axis", ("log τ", "linear τ"))
CLOCK = controls.choice(VIEW, LabState, "clock", ("log τ", "linear"))

CONTROLS = [
    *C_STAR, *C, DEGREES, START, WIDTH, DIMENSION, BATCH, STEP, NOISE, RUNS, SEED, HORIZON, MODE, FIRST_LAYER, LAYERS,
    PANEL, AXIS, CLOCK,
]  # fmt: skip
MAIN = [START, WIDTH, BATCH, PANEL]
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "R–a plane", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "R, a, loss, overlap over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    aside = [
        shell.group("Network", mount_point(MODE), *map(mount_point, (WIDTH, DIMENSION, BATCH, STEP, NOISE))),
        shell.group("Runs", mount_point(FIRST_LAYER), *map(mount_point, (RUNS, SEED, HORIZON))),
        shell.group("Target c*, in Heₖ", mount_point(DEGREES), *map(mount_point, C_STAR)),
        html.Details([html.Summary("Activation c, in Heₖ"), *map(mount_point, C)]),
        shell.group("Start", mount_point(START)),
    ]
    layers = shell.popup("Layers", mount_point(LAYERS))
    choices = [mount_point(PANEL), mount_point(AXIS)]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], choices, mount_point(CLOCK))
