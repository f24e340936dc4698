"""Layout of the Phase map view: controls on the left, the map in the middle, the sentences below."""

from __future__ import annotations

from functools import partial

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point, mount_points
from components.ui.markup import aria
from components.views.phase_map.state import PhaseMapState

VIEW = "phase_map"
BY_FIELD = controls.of(VIEW, PhaseMapState)
DEGREES = controls.length_input(VIEW, PhaseMapState, {"c": 1.0, "c_star": 0.0}, "K", "number of degrees")
CONTROLS = [*controls.pick(BY_FIELD, *BY_FIELD), DEGREES]
MAIN = [BY_FIELD["c_star"][1], *controls.pick(BY_FIELD, "eps", "R0", "quantity")]
FIGURES = {"map": shell.FigureSlot(f"{VIEW}-map", "Phase map", window="window", opens="/")}


mount = partial(mount_points, BY_FIELD)


def page(view: View) -> html.Div:
    """Return the page; the client fills it from the stream."""
    return html.Div(
        [
            shell.description(view, CONTROLS, FIGURES),
            _controls(),
            html.Section(
                [
                    shell.alert(),
                    html.Div(mount("quantity", "detail"), className="panel-choices"),
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
            shell.group("Axes", *mount("x", "y")),
            shell.group("Target c*, in Heₖ", mount_point(DEGREES), *mount("c_star")),
            html.Details([html.Summary("Activation c, in Heₖ"), *mount("c")]),
            shell.group("Start and time scales", *mount("a", "R0", "eps", "tau")),
        ]
    )
