"""Exports of the Linear network view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from textwrap import fill
from typing import Any

import numpy as np

from components.core.citations import XU_2025
from components.core.view import Columns
from components.views.linear_network import captions
from components.views.linear_network.plan import picture_of
from components.views.linear_network.state import LinearNetworkState
from dynamics import largest_faithful_step
from dynamics.linear_network.descent_runs import ACTIVATIONS
from dynamics.plotting.linear_network import columns
from dynamics.plotting.linear_network.phase_diagram import QUANTITIES
from dynamics.plotting.linear_network.picture import LinearNetworkPicture


def table(state: LinearNetworkState) -> Columns:
    """Return a row for each sample of the exact solution: time, output, loss, angle, kernel, norms, the neurons
    drawn."""
    return _table(picture_of(state))


def _table(picture: LinearNetworkPicture) -> Columns:
    run, neurons = picture.solution, picture.neurons
    rows: dict[str, Any] = {
        "t": run.t, "f": run.f, "residual": run.residual, "loss": run.loss, "cos_zeta": run.cos_zeta,
        "kernel": run.kernel, "kernel_ratio": run.kernel_ratio, "u_norm": run.u_norm, "v_norm": run.v_norm,
    }  # fmt: skip
    u, v = run.u(neurons), run.v(neurons)
    rows |= {f"u_{i + 1}": u[:, k] for k, i in enumerate(neurons)}
    return rows | {f"v_{i + 1}": v[:, k] for k, i in enumerate(neurons)}


def document(state: LinearNetworkState) -> Mapping[str, Any]:
    """Return the table, start, end, mechanism, sentences; gradient descent, the phase diagram or the scaling where
    shown."""
    picture = picture_of(state)
    network = picture.network
    mechanism = asdict(network.mechanism())
    return {
        "table": {name: np.ascontiguousarray(values) for name, values in _table(picture).items()},
        "start": asdict(network.start),
        "end": asdict(network.end),
        "rate": network.rate,
        "mechanism": {name: _plain(value) for name, value in mechanism.items()},
        "sentences": [captions.sentence(state, network)[0]],
        "leaving_step": asdict(largest_faithful_step(network)) if "descent" in state.layers else None,
        "descent": _descent(picture) if "descent" in state.layers else None,
        "phase_diagram": _map(picture) if state.panel == "map" else None,
        "scaling": _scaling(picture) if state.panel == "scaling" else None,
        "activations": _activations(picture) if state.panel == "activations" else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _descent(picture: LinearNetworkPicture) -> dict[str, Any]:
    return {"step": picture.descent.step, **columns.of_descent(picture.descent_records)}


def _map(picture: LinearNetworkPicture) -> dict[str, Any]:
    map_, quantity = picture.phase_diagram, QUANTITIES[picture.quantity]
    return {
        "x": {"parameter": map_.x_name, "values": map_.x},
        "y": {"parameter": map_.y_name, "values": map_.y},
        "shown": {"name": quantity.legend, "values": np.ascontiguousarray(quantity.values(map_))},
        "log_kernel_ratio_median": map_.median,
        "log_kernel_ratio_spread": map_.spread,
        "seeds": map_.seeds,
    }


def _scaling(picture: LinearNetworkPicture) -> dict[str, Any] | None:
    try:
        *_, exponents = picture.scaling()
    except ValueError as error:
        return {"refused": str(error)}
    return {
        "scales": exponents.scales,
        "widths": exponents.widths,
        "kernel_ratio": np.ascontiguousarray(exponents.kernel_ratio),
        "kernel_excess": np.ascontiguousarray(exponents.kernel_excess),
        "cos_start": np.ascontiguousarray(exponents.cos_start),
        "cos_end": np.ascontiguousarray(exponents.cos_end),
        "phase": str(exponents.phase.phase),
        "pace": str(exponents.phase.pace),
        "predicted": {name: getattr(exponents.phase, name) for name in ("size", "rate", "output", "angle", "excess")},
        "measured": {"excess": exponents.excess_slope, "ratio": exponents.ratio_slope, "rate": exponents.rate_slope},
    }


def _activations(picture: LinearNetworkPicture) -> list[dict[str, Any]]:
    rows = []
    for runs in picture.activation_runs:
        for activation in ACTIVATIONS:
            run = runs.descent(activation)
            descent_records = list(run.records(activation))
            rows.append(
                {
                    "activation": activation, "aligned": runs.alignment, "target": runs.targets[activation],
                    "step": run.step,
                    "t": np.array([record.t for record in descent_records]),
                    "cos_zeta": np.array([record.cos_zeta for record in descent_records]),
                    "cos_zeta_phi": np.array([record.cos_zeta_phi for record in descent_records]),
                    "f": np.array([record.f for record in descent_records]),
                }
            )  # fmt: skip
    return rows


SCALING_LINES = """
try:
    *_, exponents = picture.scaling()
    print(exponents.phase)
    print("measured: kernel ratio", exponents.ratio_slope, "its distance from 1", exponents.excess_slope)
except ValueError as error:
    print(error)"""
DESCENT_LINES = """
print("descent leaves the flow at a step of", largest_faithful_step(network).step)"""


def python(state: LinearNetworkState) -> str:
    """Return a script that computes and draws the picture. Only numbers and choices of the state enter it."""
    ensemble = ", ".join(f"{field.name}={getattr(state.ensemble, field.name)!r}" for field in fields(state.ensemble))
    exponents = ", ".join(repr(getattr(state.exponents, field.name)) for field in fields(state.exponents))
    arguments = {
        "seeds": f"range({state.seed}, {state.seed + state.seeds})",
        "t_end": repr(state.t),
        "layers": repr(state.layers),
        "panel": repr(state.panel),
    }
    further, names = "", ["LinearEnsemble"]
    if state.panel == "map":
        arguments |= {"axes": repr(state.map_axes), "quantity": repr(state.shown)}
    if state.panel == "scaling":
        arguments["exponents"], names, further = f"Exponents({exponents})", ["Exponents", *names], SCALING_LINES
    if "descent" in state.layers:
        arguments["step"], names, further = repr(state.step), [*names, "largest_faithful_step"], further + DESCENT_LINES
    lines = "\n".join(f"    {name}={text}," for name, text in arguments.items())
    display = f"{state.axis!r}, {state.measure!r}{f', {state.span}' if state.span else ''}"
    return f'''"""A linear network: its exact solution, every neuron on its hyperbola; its figures as HTML.

Link: /linear-network?{state.query()}
{fill("Model: " + XU_2025.citation, 110)}
"""

from dynamics import {", ".join(names)}
from dynamics.plotting import LinearNetworkPicture, to_plotly

ensemble = LinearEnsemble(
{fill(ensemble, 110, initial_indent="    ", subsequent_indent="    ")}
)
network = ensemble.network(seed={state.seed})
picture = LinearNetworkPicture.of(  # it has the solution, the phase diagram and all else that it shows as attributes
    network,
    ensemble,
{lines}
)
print("start:    ", network.start)
print("end:      ", network.end)
print("mechanism:", network.mechanism()){further}
try:
    to_plotly(picture.plane({state.window or "()"})).write_html("linear_network_plane.html")
    to_plotly(picture.panels({display})).write_html("linear_network_panels.html")
except ImportError as error:
    print(error)
'''
