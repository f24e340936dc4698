"""Layout of the Linear network view: controls on the left, the (u, v) plane in the middle, the panels on the right."""

from __future__ import annotations

from dash import html

from components.core import controls
from components.core.formatting import format_number
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_point
from components.ui.markup import aria
from components.views.linear_network.state import LinearNetworkState as State
from dynamics.linear_network import TrainingSpeed, scaling_phase

VIEW = "linear_network"
WIDTH = controls.slider(VIEW, State, "d", 0.05, soft=(1.0, 10_000.0), whole=True)
GAMMA = controls.slider(VIEW, State, "gamma", 0.05, soft=(1e-4, 10.0))
SIGMA_U = controls.slider(VIEW, State, "sigma_u", 0.05, soft=(1e-2, 100.0))
SIGMA_W = controls.slider(VIEW, State, "sigma_w", 0.05, soft=(1e-2, 100.0))
ETA_U = controls.slider(VIEW, State, "eta_u", 0.05, soft=(1e-3, 1e3))
ETA_W = controls.slider(VIEW, State, "eta_w", 0.05, soft=(1e-3, 1e3))
TARGET = controls.slider(VIEW, State, "target", 0.1, soft=(-10.0, 10.0))
POINT = controls.slider(VIEW, State, "x_norm", 0.05, soft=(0.1, 10.0))
ALIGNED = controls.slider(VIEW, State, "aligned", 0.01)
BETA = controls.slider(VIEW, State, "beta", 0.05)
SEED = controls.slider(VIEW, State, "seed", 1.0, soft=(0.0, 40.0), whole=True)
HORIZON = controls.slider(VIEW, State, "t", 0.1, soft=(1e-3, 1e3), begin=10.0)
LAYERS = controls.checkboxes(VIEW, State, "layers", ("hyperbolas", "gradient descent"))
STEP = controls.slider(VIEW, State, "step", 0.05, only={"layers": ("descent",)})
PANEL = controls.choice(VIEW, State, "panel", ("over time", "phase diagram", "scaling", "activations"))
AXIS = controls.choice(VIEW, State, "axis", ("linear t", "log t"), only={"panel": ("course", "activations")})
MEASURE = controls.choice(VIEW, State, "measure", ("loss", "log loss"), only={"panel": ("course",)})
MAPPED = {"panel": ("map",)}
X = controls.axis(VIEW, State, "x", ("edges", 0), only=MAPPED)
Y = controls.axis(VIEW, State, "y", ("edges", 2), only=MAPPED)
QUANTITY = controls.choice(VIEW, State, "shown", ("kernel", "angle", "spread"), only=MAPPED)
SEEDS = controls.slider(VIEW, State, "seeds", 1.0, whole=True, only={"panel": ("map", "scaling", "activations")})
SCALED = {"panel": ("scaling",)}
GROWS = controls.choice(VIEW, State, "grows", ("width d = κ", "scales, d fixed"), only=SCALED)
POWERS = [
    controls.slider(VIEW, State, field, 0.25, soft=(-2.0, 2.0), only=SCALED)
    for field in ("c_gamma", "c_u", "c_w", "c_eta_u", "c_eta_w")
]
CLOCK = controls.choice(VIEW, State, "clock", ("linear", "log t"))

CONTROLS = [
    WIDTH, GAMMA, SIGMA_U, SIGMA_W, ETA_U, ETA_W, TARGET, POINT, ALIGNED, BETA, SEED, HORIZON, LAYERS, STEP, PANEL,
    AXIS, MEASURE, X, Y, QUANTITY, SEEDS, GROWS, *POWERS, CLOCK,
]  # fmt: skip
MAIN = [ALIGNED, TARGET, GAMMA, SIGMA_U, PANEL]
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "Plane of the neurons", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Panels", window="span", sets=True),
}


def page(view: View) -> html.Div:
    """Return the page."""
    aside = [
        shell.group("Phase diagram", mount_point(X), mount_point(Y)),
        shell.group("Scaling with κ", mount_point(GROWS), *map(mount_point, POWERS)),
        shell.group("Network", *map(mount_point, (WIDTH, GAMMA, SIGMA_U, SIGMA_W, ALIGNED, SEED, SEEDS))),
        shell.group("Learning", *map(mount_point, (ETA_U, ETA_W, BETA, HORIZON, STEP))),
        shell.group("Point", *map(mount_point, (TARGET, POINT))),
    ]
    layers = shell.popup("Layers", mount_point(LAYERS))
    panels = [*map(mount_point, (PANEL, AXIS, MEASURE, QUANTITY)), shell.popup("Scalings", _scalings(view))]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, mount_point(CLOCK))


def _scalings(view: View) -> html.Div:
    """Return the table of scalings: the powers of each, its phase and its speed; the name is a link."""
    heads = ("", "c_γ", "cᵤ", "c_w", "c_ηᵤ", "c_ηw", "c_g + c_P", "c_ζ", "")
    rows = []
    for preset in view.presets:
        if not preset.name.startswith("scaling"):
            continue
        state = preset.state
        phase = scaling_phase(state.exponents)  # type: ignore[attr-defined]
        powers = [getattr(state, field) for field in ("c_gamma", "c_u", "c_w", "c_eta_u", "c_eta_w")]
        name = html.A(preset.title.partition(": ")[2], href=f"/linear-network?{state.query()}", className="state-link")
        numbers = [html.Td(format_number(value, 3)) for value in (*powers, phase.size, phase.angle)]
        speed = "" if phase.pace is TrainingSpeed.TRAINS else f", {str(phase.pace).partition(' ')[0]}"
        rows.append(html.Tr([html.Th(name, scope="row"), *numbers, html.Td(f"{phase.phase}{speed}")]))
    table = html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)])
    return html.Div(table, className="table-frame", tabIndex=0, role="region", **aria(label="Table of scalings"))
