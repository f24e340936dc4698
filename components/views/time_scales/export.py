"""Exports of the Time-scales view: its data, and a script that computes and plots them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from components.core.view import Columns
from components.views.time_scales import captions, columns, compute, conversion, networks
from components.views.time_scales.state import TimeScalesState
from dynamics import EpsSweep
from dynamics.mean_field.learning_times import learnable, plateaus, predicted_times
from dynamics.plotting.style import DEGREES, LIGHT

CONVENTIONS = (
    "phi and sigma are coefficients of the normalized Hermite polynomials h_k = He_k / sqrt(k!), from degree 0; a "
    "degree is learned when half of phi_k is left"
)
_SCRIPT = Path(__file__).with_name("script.py").read_text(encoding="utf-8")
_HEAD, _, _AFTER_HEAD = _SCRIPT.partition("# --- parameters ---\n")
_HEAD = _HEAD.partition("\n\n")[2]
_BODY = _AFTER_HEAD.partition("# --- numbers ---\n")[2]


def table(state: TimeScalesState) -> Columns:
    """Return a row for each sample: time, risk, residuals of all degrees, all a and s, and the comparisons."""
    run = compute.trajectory(state)
    t = run.t
    rows: dict[str, Any] = {"risk": run.risk}
    rows |= {f"r_{k}": run.residual[:, k] for k in range(run.residual.shape[1])}
    rows |= {f"a_{i + 1}": run.a[:, i] for i in range(state.m)}
    rows |= {f"s_{i + 1}": run.s[:, i] for i in range(state.m)}
    if "overlaps" in state.layers:
        flow = compute.trajectory(state, overlaps=True)
        rows |= {"risk_exact": flow.risk, "spread_exact": flow.spread}
        t = max(t, flow.t, key=len)
    planar = conversion.planar_trajectory(state, t) if "planar" in state.layers else None
    rows |= {"R_planar": planar.R, "a_planar": planar.a, "loss_planar": planar.loss} if planar else {}
    return {"t": t, **columns.same_length(t, rows)}


def document(state: TimeScalesState) -> Mapping[str, Any]:
    """Return the table, plateaus, measured and predicted learning times, sentences, and the sweep if it is shown.

    A time of null: not learned, or no law is available.
    """
    run = compute.trajectory(state)
    return {
        "table": {name: np.ascontiguousarray(values) for name, values in table(state).items()},
        "conventions": CONVENTIONS,
        "plateaus": plateaus(run.model, run.a0),
        "learnable": learnable(run.model, run.a0),
        "learning_times": run.learning_times(),
        "lost_again": run.lost,
        "left_at_the_end": run.left,
        "predicted_times": predicted_times(run.model, run.a0),
        "coefficients": {"phi": run.model.coefficients[0], "sigma": run.model.coefficients[1]},
        "sentences": [text for text, _ in captions.sentences(run)],
        "status": run.code.name,
        "steps": run.stats.steps,
        "sweep": _sweep(_finished_sweep(state)) if state.panel == "sweep" else None,
        "networks": _networks(state) if "network" in state.layers else None,
        "distances": _distances(state) if state.panel == "network" else None,
    }


def _networks(state: TimeScalesState) -> dict[str, Any]:
    """Return risk, a and s of each network at each time."""
    all_records = [records for records in networks.streamed(networks.networks(state), networks.times(state)) if records]
    return {
        "t": np.array([records[0].t for records in all_records]),
        "risk": np.array([[record.risk for record in records] for records in all_records]),
        "a": np.array([[record.a for record in records] for records in all_records]),
        "s": np.array([[record.s for record in records] for records in all_records]),
    }


def _distances(state: TimeScalesState) -> dict[str, Any]:
    """Return the largest differences of the risks, with a row for each size of network."""
    *_, distances = networks.distances(state)
    return {
        "m": [size.m for size in distances.places],
        "d": [size.d for size in distances.places],
        "batch": [size.batch for size in distances.places],
        "network_to_exact": distances.to_exact,
        "network_to_mean_field": distances.to_mean_field,
        "exact_to_mean_field": distances.between,
    }


def _network_parameters(state: TimeScalesState) -> tuple[Any, ...]:
    """Return dimension, batch, runs, start and times of the networks."""
    size = (state.dimension, state.batch, state.runs, networks.start(state))
    return (*size, networks.LOG, networks.LINEAR, networks.horizon(state))


def _finished_sweep(state: TimeScalesState) -> EpsSweep:
    *_, last = compute.sweeps(state)
    return last


def _sweep(sweep: EpsSweep) -> dict[str, Any]:
    """Return the sweep; a time of null: the start has not learned the degree, or has lost it again."""
    return {
        "eps": sweep.eps,
        "seeds": sweep.seeds,
        "times": np.where(np.isfinite(sweep.times), sweep.times, np.nan),
        "medians": sweep.medians,
        "local_slopes": sweep.slopes,
        "exponent_predicted": sweep.predicted,
        "fits": captions.fits(sweep),
    }


def python(state: TimeScalesState) -> str:
    """Return a script that computes the run with `dynamics` and draws it."""
    parameters = {
        "PHI": state.phi,
        "ACTIVATION": state.core_activation,
        "EPS": state.eps,
        "M": state.m,
        "LAW": state.law,
        "SCALE": state.scale,
        "SEED": state.seed,
        "T_END": state.t,
        "LOG, LINEAR, LOG_START": (columns.LOG, columns.LINEAR, columns.LOG_START),
        "RTOL": compute.RTOL,
        "OVERLAPS": "overlaps" in state.layers,
        "SWEEP": (*state.sweep, compute.EPS_POINTS, state.seeds, compute.SWEEP_END) if state.panel == "sweep" else None,
        "NETWORKS": _network_parameters(state) if "network" in state.layers else None,
        "AXIS": state.axis,
        "RISK_AXIS": state.measure,
        "COLORS": tuple(color for color, _ in DEGREES),
        "SIGNS": (LIGHT["negative"], LIGHT["positive"]),
        "MAGENTA": LIGHT["network"],
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in parameters.items())
    about = '"""Learning time-scales of a two-layer network: risk, degrees, and every neuron.\n\n'
    source = "Model: Berthier, Montanari & Zhou, arXiv:2303.00055. Needs numpy, plotly and the package `dynamics`.\n"
    return f'{about}{source}Link: /time-scales?{state.query()}\n"""\n\n{_HEAD}{lines}\n{_BODY}'
