"""The page of view 2: controls on the left, the map beside them, what is said of it below."""

from __future__ import annotations

from dash import html

from components import controls, frame
from components.markup import aria
from components.phase_map.state import DETAILS, PhaseMapState
from components.unlearning.layout import SOFT
from components.unlearning.state import HERMITE
from components.view import View

VIEW = "phase_map"
C_STAR = controls.coefficients(VIEW, PhaseMapState, "c_star", SOFT, "c*", f"target coefficient of {HERMITE}")
C = controls.coefficients(VIEW, PhaseMapState, "c", SOFT, "c", f"activation coefficient of {HERMITE}")
DEGREES = controls.count(VIEW, PhaseMapState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
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
FIGURES = {"map": frame.Figure(f"{VIEW}-map", "Phase map", window="window", opens="/")}


def page(view: View) -> html.Div:
    """The whole page; the client fills it from the stream."""
    return html.Div(
        [
            frame.description(view, CONTROLS, FIGURES),
            _controls(),
            html.Section(
                [
                    frame.alert(),
                    html.Div([*map(controls.place, (QUANTITY, DETAIL))], className="panel-choices"),
                    frame.graph(FIGURES["map"]),
                ],
                className="plane",
                **aria(label="Phase map"),
            ),
            html.Section(
                [frame.progress(), frame.words()], className="below", **aria(label="Progress and explanation")
            ),
        ],
        className="view view-map",
    )


def _controls() -> html.Aside:
    return frame.side(
        [
            frame.group("Axes", controls.place(X), controls.place(Y)),
            frame.group("Target c*, in Heₖ", controls.place(DEGREES), *map(controls.place, C_STAR)),
            html.Details([html.Summary("Activation c, in Heₖ"), *map(controls.place, C)]),
            frame.group("Start and time scales", *map(controls.place, (START, R0, EPS, HORIZON))),
        ]
    )
