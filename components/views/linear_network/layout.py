"""Layout of the Linear network view: controls on the left, the (u, v) plane in the middle, the panels on the right."""

from __future__ import annotations

from functools import partial

from dash import html

from components.core import controls
from components.core.view import View
from components.ui import shell
from components.ui.controls import mount_points
from components.ui.markup import aria
from components.views.linear_network.state import LinearNetworkState as State
from dynamics.linear_network import TrainingSpeed, scaling_phase
from dynamics.plotting.number_text import format_number

VIEW = "linear_network"
BY_FIELD = controls.of(VIEW, State)
CONTROLS = controls.pick(BY_FIELD, *BY_FIELD)
MAIN = controls.pick(BY_FIELD, "aligned", "target", "gamma", "sigma_u", "panel")
POWERS = ("c_gamma", "c_u", "c_w", "c_eta_u", "c_eta_w")
FIGURES = {
    "plane": shell.FigureSlot(f"{VIEW}-plane", "Plane of the neurons", window="window"),
    "panels": shell.FigureSlot(f"{VIEW}-panels", "Panels", window="span", sets=True),
}


def page(view: View) -> html.Div:
    """Return the page."""
    mount = partial(mount_points, BY_FIELD)
    aside = [
        shell.group("Phase diagram", *mount("x", "y")),
        shell.group("Scaling with κ", *mount("grows", *POWERS)),
        shell.group("Network", *mount("d", "gamma", "sigma_u", "sigma_w", "aligned", "seed", "seeds")),
        shell.group("Learning", *mount("eta_u", "eta_w", "beta", "t", "step")),
        shell.group("Point", *mount("target", "x_norm")),
    ]
    layers = shell.popup("Layers", *mount("layers"))
    panels = [*mount("panel", "axis", "measure", "shown"), shell.popup("Scalings", _scalings(view))]
    return shell.trajectory_layout(view, CONTROLS, FIGURES, aside, [layers], panels, *mount("clock"))


def _scalings(view: View) -> html.Div:
    """Return the table of scalings: the powers of each, its phase and its speed; the name is a link."""
    heads = ("", "c_γ", "cᵤ", "c_w", "c_ηᵤ", "c_ηw", "c_g + c_P", "c_ζ", "")
    rows = []
    for preset in view.presets:
        if not preset.name.startswith("scaling"):
            continue
        state = preset.state
        phase = scaling_phase(state.exponents)  # type: ignore[attr-defined]
        powers = [getattr(state, field) for field in POWERS]
        name = html.A(preset.title.partition(": ")[2], href=f"/linear-network?{state.query()}", className="state-link")
        numbers = [html.Td(format_number(value, 3)) for value in (*powers, phase.size, phase.angle)]
        speed = "" if phase.pace is TrainingSpeed.TRAINS else f", {str(phase.pace).partition(' ')[0]}"
        rows.append(html.Tr([html.Th(name, scope="row"), *numbers, html.Td(f"{phase.phase}{speed}")]))
    table = html.Table([html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(rows)])
    return html.Div(table, className="table-frame", tabIndex=0, role="region", **aria(label="Table of scalings"))
