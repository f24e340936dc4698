"""Layout of the Phase map view: controls on the left, the map in the middle, the sentences below."""

from __future__ import annotations

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.ui.markup import aria
from components.views.phase_map.state import DETAILS, PhaseMapState
from components.views.unlearning.layout import SOFT
from components.views.unlearning.state import HERMITE

VIEW = "phase_map"
C_STAR = controls.coefficients(VIEW, PhaseMapState, "c_star", SOFT, "c*", f"target coefficient of {HERMITE}")
C = controls.coefficients(VIEW, PhaseMapState, "c", SOFT, "c", f"activation coefficient of {HERMITE}")
DEGREES = controls.length_input(VIEW, PhaseMapState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
EPS = controls.slider(VIEW, PhaseMapState, "eps", 0.05)
START = controls.slider(VIEW, PhaseMapState, "a", 0.1)
R0 = controls.slider(VIEW, PhaseMapState, "R0", 0.01)
X = controls.axis(VIEW, PhaseMapState, "x", ("window", 0))
Y = controls.axis(VIEW, PhaseMapState, "y", ("window", 2))
QUANTITY = controls.choice(
    VIEW, PhaseMapState, "quantity", ("fate", "time to it", "alignment lost", "R, τ → ∞", "R at τ")
)
HORIZON = controls.slider(VIEW, PhaseMapState, "tau", 0.1, only={"quantity": ("R",)})
DETAIL = controls.choice(VIEW, PhaseMapState, "detail", tuple(f"{n}²" for n in DETAILS))

CONTROLS = [*C_STAR, *C, DEGREES, EPS, START, R0, X, Y, QUANTITY, HORIZON, DETAIL]
MAIN = [C_STAR[1], EPS, R0, QUANTITY]
FIGURES = {"map": shell.FigureSlot(f"{VIEW}-map", "Phase map", window="window", opens="/")}


def page(view: View) -> html.Div:
    """Return the page; the client fills it from the stream."""
    return html.Div(
        [
            shell.description(view, CONTROLS, FIGURES),
            _controls(),
            html.Section(
                [
                    shell.alert(),
                    html.Div([*map(mount_point, (QUANTITY, DETAIL))], className="panel-choices"),
                    shell.graph(FIGURES["map"]),
                ],
                className="plane",
                **aria(label="Phase map"),
            ),
            html.Section(
                [shell.progress(), shell.explanation_panel()],
                className="below",
                **aria(label="Progress and explanation"),
            ),
        ],
        className="view view-map",
    )


def _controls() -> html.Aside:
    return shell.control_panel(
        [
            shell.group("Axes", mount_point(X), mount_point(Y)),
            shell.group("Target c*, in Heₖ", mount_point(DEGREES), *map(mount_point, C_STAR)),
            html.Details([html.Summary("Activation c, in Heₖ"), *map(mount_point, C)]),
            shell.group("Start and time scales", *map(mount_point, (START, R0, EPS, HORIZON))),
        ]
    )
