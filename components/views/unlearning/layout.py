"""Layout of the Unlearning view: controls on the left, the plane in the middle, the panels on the right."""

from __future__ import annotations

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.ui.markup import aria
from components.views.unlearning.state import HERMITE, UnlearningState

VIEW = "unlearning"
SOFT = (-3.0, 3.0)  # range of a coefficient's slider, which contains the papers' values; the box allows ±10


C_STAR = controls.coefficients(VIEW, UnlearningState, "c_star", SOFT, "c*", f"target coefficient of {HERMITE}")
C = controls.coefficients(VIEW, UnlearningState, "c", SOFT, "c", f"activation coefficient of {HERMITE}")
DEGREES = controls.length_input(VIEW, UnlearningState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
EPS = controls.slider(VIEW, UnlearningState, "eps", 0.05)
START = controls.slider(VIEW, UnlearningState, "a", 0.1, "chosen", title="second layer at the start")
R0 = controls.slider(VIEW, UnlearningState, "R0", 0.01)
HORIZON = controls.slider(VIEW, UnlearningState, "tau", 0.1)
PANEL = controls.choice(VIEW, UnlearningState, "panel", ("R, a, L", "law", "exponents", "kernel", "ε → 0"))
AXIS = controls.choice(
    VIEW, UnlearningState, "axis", ("log τ", "linear τ"), only={"panel": ("course", "law", "slopes", "kernel")}
)
MEASURE = controls.choice(VIEW, UnlearningState, "measure", ("L", "L − L∞"), only={"panel": ("course",)})
WIDTH = controls.slider(VIEW, UnlearningState, "width", 0.05, begin=2e3)
LAYERS = controls.checkboxes(
    VIEW,
    UnlearningState,
    "layers",
    (
        "flow (arrows)",
        "slow nullcline",
        "equilibria",
        "separatrices",
        "singular orbits, ε → 0",
        "slow flow on the manifold",
        "loss landscape",
        "basins by fate",
        "past of added points",
    ),
)
CLOCK = controls.choice(VIEW, UnlearningState, "clock", ("log τ", "linear", "arc"))

CONTROLS = [*C_STAR, *C, DEGREES, EPS, START, R0, HORIZON, WIDTH, LAYERS, PANEL, AXIS, MEASURE, CLOCK]
MAIN = [C_STAR[1], START, EPS, R0, PANEL]
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "R–a plane", window="window", points="points"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "R, a, loss over time", window="span"),
}


def page(view: View) -> html.Div:
    """Return the page."""
    chips = html.Div(id="chips", className="chips", role="group", **aria(label="Starts ā"))
    aside = [
        shell.group("Target c*, in Heₖ", mount_point(DEGREES), *map(mount_point, C_STAR)),
        html.Details([html.Summary("Activation c, in Heₖ"), *map(mount_point, C)]),
        shell.group("Starts ā", chips, mount_point(START), mount_point(R0)),
        shell.group("Time", mount_point(EPS), mount_point(HORIZON)),
        shell.group("Finite width", mount_point(WIDTH)),
        shell.group("Compare", shell.comparison()),
    ]
    layers = shell.popup("Layers", mount_point(LAYERS))
    panels = [*map(mount_point, (PANEL, AXIS, MEASURE))]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, mount_point(CLOCK))
