"""Exports of the Linear network view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from components.core.view import Columns
from components.views.linear_network import captions, columns, compute, experiments, figures
from components.views.linear_network.panels import MAP_QUANTITIES
from components.views.linear_network.state import LinearNetworkState
from dynamics import largest_faithful_step
from dynamics.plotting.style import LIGHT

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _AFTER_HEAD = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _AFTER_HEAD.partition("# --- numbers ---\n")[2]


def table(state: LinearNetworkState) -> Columns:
    """Return a row for each sample of the exact solution: time, output, loss, angle, kernel, norms, the neurons
    drawn."""
    network = state.network()
    run = network.solution(columns.times(compute.until(state, network)))
    neurons = columns.selected_neurons(network)
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
    network = state.network()
    mechanism = asdict(network.mechanism())
    return {
        "table": {name: np.ascontiguousarray(values) for name, values in table(state).items()},
        "start": asdict(network.start),
        "end": asdict(network.end),
        "rate": network.rate,
        "mechanism": {name: _plain(value) for name, value in mechanism.items()},
        "sentences": [captions.sentence(state, network)[0]],
        "leaving_step": asdict(largest_faithful_step(network)) if "descent" in state.layers else None,
        "descent": _descent(state) if "descent" in state.layers else None,
        "phase_diagram": _map(state) if state.panel == "map" else None,
        "scaling": _scaling(state) if state.panel == "scaling" else None,
        "activations": _activations(state) if state.panel == "activations" else None,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _descent(state: LinearNetworkState) -> dict[str, Any]:
    experiment = experiments.same_network(state, state.network())
    records = list(experiment.records("linear", experiments.record_times(experiment)))
    return {"step": experiment.step, **columns.of_descent(records)}


def _map(state: LinearNetworkState) -> dict[str, Any]:
    map_ = compute.map_of(state)
    return {
        "x": {"parameter": map_.x_name, "values": map_.x},
        "y": {"parameter": map_.y_name, "values": map_.y},
        "shown": {
            "name": MAP_QUANTITIES[state.shown].legend,
            "values": np.ascontiguousarray(figures.values_of(state, map_)),
        },
        "log_kernel_ratio_median": map_.median,
        "log_kernel_ratio_spread": map_.spread,
        "seeds": map_.seeds,
    }


def _scaling(state: LinearNetworkState) -> dict[str, Any] | None:
    try:
        *_, exponents = compute.measured(state)
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


def _activations(state: LinearNetworkState) -> list[dict[str, Any]]:
    rows = []
    for start in experiments.both_rows(state, state.network()):
        for activation in experiments.ACTIVATIONS:
            experiment = start.experiment(activation)
            descent_records = list(experiment.records(activation, experiments.record_times(experiment)))
            rows.append(
                {
                    "activation": activation, "aligned": start.r, "target": start.targets[activation],
                    "step": experiment.step,
                    "t": np.array([record.t for record in descent_records]),
                    "cos_zeta": np.array([record.cos_zeta for record in descent_records]),
                    "cos_zeta_phi": np.array([record.cos_zeta_phi for record in descent_records]),
                    "f": np.array([record.f for record in descent_records]),
                }
            )  # fmt: skip
    return rows


def python(state: LinearNetworkState) -> str:
    """Return a script that computes the solution, and what is shown beside it, with `dynamics` and draws it."""
    network = state.network()
    experiment = experiments.same_network(state, network)
    c = state.exponents
    parameters: dict[str, Any] = {
        "D": state.d,
        "GAMMA": state.gamma,
        "SIGMA_U": state.sigma_u,
        "SIGMA_W": state.sigma_w,
        "ETA_U": state.eta_u,
        "ETA_W": state.eta_w,
        "TARGET": state.target,
        "X": state.x_norm,
        "ALIGNMENT": state.aligned,
        "BETA": state.beta,
        "SEED": state.seed,
        "T_END": compute.until(state, network),
        "LINEAR, LOG, LOG_START": (columns.LINEAR, columns.LOG, columns.LOG_START),
        "NEURONS": columns.selected_neurons(network),
        "DESCENT": (experiment.step, experiment.t_end, experiments.POINTS) if "descent" in state.layers else None,
        "MAP": (*compute.axes(state), compute.MAP_CELLS, state.seeds) if state.panel == "map" else None,
        "SCALING": (c.gamma, c.u, c.w, c.eta_u, c.eta_w, c.d) if state.panel == "scaling" else None,
        "SCALES": compute.scales(state),
        "SEEDS": state.seeds,
        "COLORS": (LIGHT["ink"], LIGHT["network"], LIGHT["positive"], LIGHT["negative"]),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""A linear network: its exact solution, every neuron on its hyperbola.\n\n'
    source = "Model: Xu & Ziyin, arXiv:2401.07085. Needs numpy, plotly and the package `dynamics`.\n"
    return f'{about}{source}Link: /linear-network?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
