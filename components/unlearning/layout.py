"""The page of view 1: controls on the left, the plane in the middle, the panels on the right."""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html

from components import controls, frame
from components.markup import aria
from components.numbers import subscript
from components.theme import GRAPH_CONFIG
from components.unlearning.state import K_MAX, UnlearningState
from components.view import View

VIEW = "unlearning"
SOFT = (-3.0, 3.0)  # of a coefficient's slider: where the papers' values are; the box goes to ±10
PLANE, PANELS = f"{VIEW}-plane", f"{VIEW}-panels"
PRESET, DEGREES, CAPTION = f"{VIEW}-preset", f"{VIEW}-degrees", f"{VIEW}-caption"

C_STAR = [controls.slider(VIEW, UnlearningState, "c_star", 0.05, k, SOFT) for k in range(K_MAX)]
C = [controls.slider(VIEW, UnlearningState, "c", 0.05, k, SOFT) for k in range(K_MAX)]
EPS = controls.slider(VIEW, UnlearningState, "eps", 0.05)
START = controls.slider(VIEW, UnlearningState, "a", 0.1, "chosen")
R0 = controls.slider(VIEW, UnlearningState, "R0", 0.01)
HORIZON = controls.slider(VIEW, UnlearningState, "tau", 0.1)
AXIS, MEASURE, CLOCK = (controls.choice(VIEW, UnlearningState, field) for field in ("axis", "measure", "clock"))

CONTROLS = [*C_STAR, *C, EPS, START, R0, HORIZON, AXIS, MEASURE, CLOCK]

_BLANK: dict[str, Any] = {
    "data": [],
    "layout": {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
    },
}


def page(view: View) -> html.Div:
    """The whole page; the client fills it from the stream."""
    return html.Div(
        [
            frame.description(view, CONTROLS, {"plane": PLANE, "panels": PANELS}),
            _controls(view),
            html.Section(
                [
                    html.Div(id="alert", className="alert", role="alert", hidden=True),
                    graph(PLANE, "The R–a plane: trajectories, critical manifold and vector field"),
                    html.Button("Reset view", id="reset-window", className="tool", hidden=True),
                ],
                className="plane",
                **aria(label="R–a plane"),
            ),
            html.Section(
                [
                    html.Div(
                        [_choice(AXIS, ("log τ", "linear τ")), _choice(MEASURE, ("L", "L − L∞"))],
                        className="panel-choices",
                    ),
                    graph(PANELS, "Alignment R, second layer a and loss over time"),
                ],
                className="panels",
                **aria(label="Panels over time"),
            ),
            html.Section(
                [
                    html.Div(
                        [html.Div(id="player", className="player"), _choice(CLOCK, ("log τ", "linear", "arc"))],
                        className="player-row",
                    ),
                    html.P(id=CAPTION, className="caption"),
                    html.Ul(
                        id="sentences", className="sentences", **aria(live="polite", label="What the trajectories do")
                    ),
                    html.Ul(id="notes", className="notes"),
                    html.P(id="status", className="status"),
                ],
                className="below",
                **aria(label="Player and explanation"),
            ),
        ],
        className="view",
    )


def graph(id: str, description: str) -> html.Div:
    """A place for a figure that the client draws, with what a screen reader says of it."""
    return html.Div(
        dcc.Graph(id=id, figure=_BLANK, config=GRAPH_CONFIG, responsive=True, className="graph"),
        className="figure",
        role="figure",
        **aria(label=description),
    )


def _choice(control: controls.Control, labels: tuple[str, ...]) -> dmc.SegmentedControl:
    parameter = UnlearningState.parameters()[control.field]
    default = getattr(UnlearningState(), control.field)
    return controls.draw_choice(control, parameter, labels, default)


def _controls(view: View) -> html.Aside:
    state = UnlearningState()
    presets = [{"value": preset.name, "label": preset.title} for preset in view.presets]

    def value(values: tuple[float, ...], k: int) -> float:
        return values[k] if k < len(values) else 0.0

    target = [
        controls.draw_slider(control, f"c*{subscript(k)}", f"target, degree {k}", value(state.c_star, k - 1))
        for k, control in enumerate(C_STAR, 1)
    ]
    activation = [
        controls.draw_slider(control, f"c{subscript(k)}", f"activation, degree {k}", value(state.c, k - 1))
        for k, control in enumerate(C, 1)
    ]
    return html.Aside(
        [
            dmc.Select(
                id=PRESET,
                data=presets,
                placeholder="Figures of the paper",
                size="xs",
                clearable=False,
                allowDeselect=False,
                comboboxProps={"withinPortal": True},
                **aria(label="Preset: a figure of the paper"),
            ),
            html.Fieldset(
                [
                    html.Legend(
                        [
                            "Target c*",
                            dmc.NumberInput(
                                id=DEGREES,
                                value=len(state.c),
                                min=1,
                                max=K_MAX,
                                step=1,
                                allowDecimal=False,
                                size="xs",
                                prefix="K = ",
                                className="degrees",
                                **aria(label="K, number of degrees"),
                            ),
                        ]
                    ),
                    *target,
                ]
            ),
            html.Details([html.Summary("Activation c"), *activation]),
            html.Fieldset(
                [
                    html.Legend("Starts ā"),
                    html.Div(id="chips", className="chips", role="group", **aria(label="Starts ā")),
                    controls.draw_slider(START, "ā", "second layer at the start", state.a[state.chosen]),
                    controls.draw_slider(R0, "R₀", "alignment at the start", state.R0),
                ]
            ),
            html.Fieldset(
                [
                    html.Legend("Time"),
                    controls.draw_slider(EPS, "ε", "ratio of the layers' time scales", state.eps),
                    controls.draw_slider(HORIZON, "τ", "horizon", state.tau),
                ]
            ),
        ],
        id="controls",
        className="controls",
        **aria(label="Controls"),
    )
