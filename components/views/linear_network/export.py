"""What view 4 gives away: its numbers, and a script that computes and draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from components.core.view import Columns
from components.ui.theme import LIGHT
from components.views.linear_network import captions, columns, compute, experiments, figures
from components.views.linear_network.state import LinearNetworkState
from dynamics import largest_faithful_step

_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _REST = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _REST.partition("# --- numbers ---\n")[2]


def table(state: LinearNetworkState) -> Columns:
    """A row for each sample of the exact solution: time, output, loss, angle, kernel, norms, the neurons drawn."""
    network = state.network()
    run = network.solution(columns.times(compute.until(state, network)))
    neurons = columns.drawn(network)
    rows: dict[str, Any] = {
        "t": run.t, "f": run.f, "residual": run.residual, "loss": run.loss, "cos_zeta": run.cos_zeta,
        "kernel": run.kernel, "kernel_ratio": run.kernel_ratio, "u_norm": run.u_norm, "v_norm": run.v_norm,
    }  # fmt: skip
    u, v = run.u(neurons), run.v(neurons)
    rows |= {f"u_{i + 1}": u[:, k] for k, i in enumerate(neurons)}
    return rows | {f"v_{i + 1}": v[:, k] for k, i in enumerate(neurons)}


def document(state: LinearNetworkState) -> Mapping[str, Any]:
    """The table, start, end, mechanism, sentences; gradient descent, the phase diagram or the scaling where shown."""
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
    made = experiments.same(state, state.network())
    found = list(made.records("linear", experiments.sampled(made)))
    return {"step": made.step, **columns.of_descent(found)}


def _map(state: LinearNetworkState) -> dict[str, Any]:
    map_ = compute.map_of(state)
    return {
        "x": {"parameter": map_.x_name, "values": map_.x},
        "y": {"parameter": map_.y_name, "values": map_.y},
        "shown": {"name": figures.LEGEND[state.shown], "values": np.ascontiguousarray(figures.values_of(state, map_))},
        "log_kernel_ratio_median": map_.median,
        "log_kernel_ratio_spread": map_.spread,
        "seeds": map_.seeds,
    }


def _scaling(state: LinearNetworkState) -> dict[str, Any] | None:
    try:
        *_, found = compute.measured(state)
    except ValueError as error:
        return {"refused": str(error)}
    return {
        "scales": found.scales,
        "widths": found.widths,
        "kernel_ratio": np.ascontiguousarray(found.kernel_ratio),
        "kernel_excess": np.ascontiguousarray(found.kernel_excess),
        "cos_start": np.ascontiguousarray(found.cos_start),
        "cos_end": np.ascontiguousarray(found.cos_end),
        "phase": str(found.phase.phase),
        "pace": str(found.phase.pace),
        "predicted": {name: getattr(found.phase, name) for name in ("size", "rate", "output", "angle", "excess")},
        "measured": {"excess": found.excess_slope, "ratio": found.ratio_slope, "rate": found.rate_slope},
    }


def _activations(state: LinearNetworkState) -> list[dict[str, Any]]:
    rows = []
    for start in experiments.both(state, state.network()):
        for activation in experiments.ACTIVATIONS:
            made = start.experiment(activation)
            found = list(made.records(activation, experiments.sampled(made)))
            rows.append(
                {
                    "activation": activation, "aligned": start.r, "target": start.targets[activation],
                    "step": made.step,
                    "t": np.array([record.t for record in found]),
                    "cos_zeta": np.array([record.cos_zeta for record in found]),
                    "cos_zeta_phi": np.array([record.cos_zeta_phi for record in found]),
                    "f": np.array([record.f for record in found]),
                }
            )  # fmt: skip
    return rows


def python(state: LinearNetworkState) -> str:
    """A script that computes the solution, and what is shown beside it, with `dynamics` and draws it."""
    network = state.network()
    made = experiments.same(state, network)
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
        "LINEAR, LOG, FIRST": (columns.LINEAR, columns.LOG, columns.FIRST),
        "NEURONS": columns.drawn(network),
        "DESCENT": (made.step, made.t_end, experiments.POINTS) if "descent" in state.layers else None,
        "MAP": (*compute.axes(state), compute.SIDE, state.seeds) if state.panel == "map" else None,
        "SCALING": (c.gamma, c.u, c.w, c.eta_u, c.eta_w, c.d) if state.panel == "scaling" else None,
        "SCALES": compute.scales(state),
        "SEEDS": state.seeds,
        "COLOURS": (LIGHT["ink"], LIGHT["network"], LIGHT["positive"], LIGHT["negative"]),
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""A linear network: its exact solution, every neuron on its hyperbola.\n\n'
    source = "Model: Xu & Ziyin, arXiv:2401.07085. Needs numpy, plotly and the package `dynamics`.\n"
    return f'{about}{source}Link: /linear-network?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
