"""Alternative text of the figures of the Linear network view, for screen readers."""

from __future__ import annotations

from components.core.formatting import pluralize
from components.views.linear_network.captions import sentence
from components.views.linear_network.map_cells import CELLS
from components.views.linear_network.panels import PANELS
from components.views.linear_network.state import AXES, LinearNetworkState
from dynamics import LinearNetwork, LinearSolution
from dynamics.plotting.number_text import format_number


def plane(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution) -> str:
    """Describe the plane for a screen reader."""
    return (
        f"Plane of {pluralize(network.d, 'neuron')}, second-layer weight u across and first-layer weight along the "
        f"input, v, up. Each moves on a hyperbola. |u| goes from {format_number(float(run.u_norm[0]), 3)} to "
        f"{format_number(float(run.u_norm[-1]), 3)}, |v| from {format_number(float(run.v_norm[0]), 3)} to "
        f"{format_number(float(run.v_norm[-1]), 3)}. {sentence(state, network)[0]}"
    )


def panels(state: LinearNetworkState, network: LinearNetwork, run: LinearSolution) -> str:
    """Describe the panels for a screen reader."""
    if state.panel == "map":
        x, y = (AXES[name] for name in (state.x, state.y))
        phases = ", ".join(name for _, name in CELLS[:3])
        return (
            f"Phase diagram over {x['title']} and {y['title']}: {phases}. The marker is a button: arrows move it, and "
            "the network with it."
        )
    return (
        f"{PANELS[state.panel].description} f goes from {format_number(float(run.f[0]), 3)} to "
        f"{format_number(float(run.f[-1]), 3)}, the loss from "
        f"{format_number(float(run.loss[0]), 3)} to {format_number(float(run.loss[-1]), 3)}, the kernel ratio to "
        f"{format_number(float(run.kernel_ratio[-1]), 4)}."
    )
